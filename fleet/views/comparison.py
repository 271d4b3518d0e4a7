"""Two profiles side by side: what changes in policy, which findings come, go and stay.

A finding is the same where code and object are, whatever line it stands on.  May import ``fleet.model`` and modules of
this room.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fleet.views.findings import FindingRow, finding_rows
from fleet.views.policy_changes import Change, policy_changes
from fleet.views.validation import Validation


@dataclass(frozen=True, slots=True)
class Comparison:
    """From one profile to another."""

    before: str
    after: str
    changes: tuple[Change, ...]
    introduced: tuple[FindingRow, ...]
    fixed: tuple[FindingRow, ...]
    remaining: tuple[FindingRow, ...]

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        number = len(self.changes)
        changes = f"{number:,} change{'s'[: number != 1]}" if number else "no change of policy"
        return (
            f"{changes}; findings: {len(self.introduced):,} introduced, {len(self.fixed):,} fixed, "
            f"{len(self.remaining):,} as before"
        )


def compare(before: Validation, after: Validation) -> Comparison:
    """From ``before`` to ``after``, both of which could be read as they are written."""
    old, new = finding_rows(before), finding_rows(after)
    fleets = before.reading.fleet, after.reading.fleet
    if fleets[0] is None or fleets[1] is None:
        raise ValueError("only profiles that were read can be compared")
    was, now = _keys(old), _keys(new)
    return Comparison(
        before=before.reading.source.file,
        after=after.reading.source.file,
        changes=policy_changes(fleets[0], fleets[1]),
        introduced=tuple(row for row in new if _key(row) not in was),
        fixed=tuple(row for row in old if _key(row) not in now),
        remaining=tuple(row for row in new if _key(row) in was),
    )


def _keys(rows: Iterable[FindingRow]) -> frozenset[tuple[str, str]]:
    return frozenset(map(_key, rows))


def _key(row: FindingRow) -> tuple[str, str]:
    return row.finding.code, row.finding.object
