"""Making the changes that findings propose, until there is nothing more to mend.

Only findings that are shown are mended: what is suppressed or in the baseline was left alone on purpose.  A profile
that could not be read as it is written is not changed at all, because what was not understood may be what matters; and
a change after which it could not be read is not made.

May import ``fleet.profile``, ``fleet.model``, ``fleet.errors`` and modules of this room.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fleet.errors import UsageError
from fleet.model.finding import Finding
from fleet.profile import edit
from fleet.views.validation import Beside, Key, Validation, validate

_ROUNDS = 10
"""A change may uncover another finding; none that ours know of goes deeper than two."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A profile after its changes.  ``left``: in sentences, what could not be mended and why."""

    content: bytes
    fixed: tuple[Finding, ...]
    left: tuple[str, ...]


def mend(
    content: bytes, name: str, beside: Beside, baseline: Callable[[str], Collection[Key]] = lambda _: ()
) -> Mended:
    """``content`` with every change its findings propose."""
    fixed: list[Finding] = []
    left: dict[str, None] = {}
    for _ in range(_ROUNDS):
        validation = validate(content, name, beside, baseline)
        if not validation.sound:
            return Mended(content, (), ("nothing is changed in a profile that cannot be read as it is written",))
        changed, done = _round(content.decode("utf-8"), validation, left)
        after = changed.encode("utf-8")
        if after == content:
            break
        if not validate(after, name, beside, baseline).sound:
            left["the changes would make a profile that cannot be read: none of them is made"] = None
            break
        content = after
        fixed += done
    return Mended(content, tuple(fixed), tuple(left))


def _round(text: str, validation: Validation, left: dict[str, None]) -> tuple[str, list[Finding]]:
    done: list[Finding] = []
    for finding in validation.report.findings if validation.report else ():
        if not finding.fix:
            continue
        try:
            changed = edit(text, finding.fix)
        except UsageError as error:
            left[f"{finding.code} {finding.object}: {error}"] = None
            continue
        if changed != text:
            text = changed
            done.append(finding)
    return text, done
