"""The baseline: findings that were known when it was written, so that only new ones fail.

An entry is a fleet, a code and an object, never a line.  The file shrinks by itself: what is known to be mended leaves
it at the next validation, and cannot come back unseen.  A rule that was not asked or lacked something says nothing
about its entries.  What loses mail never enters, and the rules would not hide it if it did.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fleet.errors import UsageError, file_trouble
from fleet.faces.cli.given import read_text
from fleet.model.finding import Finding, Severity
from fleet.text import show
from fleet.views.validation import Validation

FORMAT = "fleet-baseline/1"
Key = tuple[str, str, str]
"""Fleet, code, object."""


@dataclass(slots=True)
class Baseline:
    """Known findings, and since when."""

    since: dict[Key, str] = field(default_factory=dict)

    def of(self, fleet: str) -> frozenset[tuple[str, str]]:
        """Code and object of what is known of one fleet."""
        return frozenset((code, about) for name, code, about in self.since if name == fleet)


def read_baseline(path: Path) -> Baseline:
    """The baseline in ``path``."""
    try:
        document = json.loads(read_text(path))
        if document["format"] != FORMAT:
            raise ValueError
        entries = [(one["fleet"], one["code"], one["object"], one["since"]) for one in document["findings"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UsageError(f"{show(str(path))} is no baseline: `--write-baseline` writes one") from error
    if not all(isinstance(part, str) for entry in entries for part in entry):
        raise UsageError(f"{show(str(path))} is no baseline: an entry has something other than text")
    return Baseline({(fleet, code, about): since for fleet, code, about, since in entries})


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write ``baseline``, one entry a line, in an order that makes small differences."""
    entries = [
        json.dumps({"fleet": fleet, "code": code, "object": about, "since": since})
        for (fleet, code, about), since in sorted(baseline.since.items())
    ]
    body = ",\n".join(f"  {entry}" for entry in entries)
    text = f'{{"format": "{FORMAT}", "findings": [\n{body}\n]}}\n'
    try:
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be written: {file_trouble(error)}") from error


def renewed(before: Baseline, validations: Sequence[Validation], today: date) -> Baseline:
    """A baseline of all that is found now; what was known keeps its date."""
    found: dict[Key, str] = {}
    for name, finding in _findings(validations):
        if finding.severity is not Severity.LOSES_MAIL and not finding.code.startswith("SUP"):
            key = (name, finding.code, finding.object)
            found[key] = before.since.get(key, today.isoformat())
    return Baseline(found)


def mended(baseline: Baseline, validations: Sequence[Validation]) -> tuple[Key, ...]:
    """The entries that are known to be mended."""
    gone: list[Key] = []
    for one in validations:
        if one.report is None or one.reading.fleet is None or not one.sound:
            continue
        open_ = {*one.report.not_run, *one.report.undecided, *(c for gap in one.report.unobserved for c in gap.rules)}
        name = one.reading.fleet.name
        gone += [(name, code, about) for code, about in one.report.stale if code not in open_]
    return tuple(key for key in sorted(gone) if key in baseline.since)


def _findings(validations: Sequence[Validation]) -> Iterator[tuple[str, Finding]]:
    for one in validations:
        if one.report is not None and one.reading.fleet is not None:
            for finding in (*one.report.findings, *one.report.known):
                yield one.reading.fleet.name, finding
