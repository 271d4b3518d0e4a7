"""Findings with their places, safe to show, the worst first; and what a validation comes to in one line.

A finding speaks of paths, its profile's source map knows where they stand.  Here the two meet, once, for every face:
each text that may hold something of a profile has passed ``fleet.text.show``.  True values stay in ``finding``, for
documents that programs read.

May import ``fleet.rules``, ``fleet.profile``, ``fleet.model`` and ``fleet.text``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fleet.model.finding import Finding, Label, Severity
from fleet.model.fleet import ObjectPath
from fleet.profile import SourceMap, Span
from fleet.rules import Unobserved
from fleet.text import show
from fleet.views.excerpt import ExcerptLine, excerpt
from fleet.views.marks import Mark
from fleet.views.rule_docs import rule_docs
from fleet.views.validation import Validation

SEVERITIES = tuple(Severity)
SEVERITY_MARKS = {
    Severity.LOSES_MAIL: Mark.FAIL,
    Severity.ERROR: Mark.FAIL,
    Severity.WARNING: Mark.WARN,
    Severity.NOTE: Mark.NONE,
}
_LONG = 2000


def severity_words(severity: Severity) -> str:
    """A severity as a reader says it."""
    return severity.replace("-", " ")


MOST_EXCERPTS = 1_000
"""How many findings of a profile are shown with their lines: nobody reads more, and somebody may want us to try."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.  ``pointer`` is the JSON pointer (RFC 6901) of its path; neither is safe to show."""

    file: str
    line: int
    column: int
    length: int
    pointer: str

    @property
    def shown(self) -> str:
        """``file:line:column``, safe to show."""
        return f"{show(self.file)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A further place, and what it says there."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding.  ``why`` is what its rule says of mail; ``excerpt`` is empty where nobody asked for it."""

    finding: Finding
    place: Place
    labels: tuple[LabelRow, ...]
    code: str
    severity: Severity
    title: str
    object: str
    sentence: str
    hint: str
    why: str
    excerpt: tuple[ExcerptLine, ...] = ()

    @property
    def mark(self) -> Mark:
        """How bad it is."""
        return SEVERITY_MARKS[self.severity]

    @property
    def fixable(self) -> bool:
        """Whether ``--fix`` can mend it."""
        return bool(self.finding.fix)


@dataclass(frozen=True, slots=True)
class UnobservedRow:
    """Something that was needed and not known; ``rules``: what could not be decided over it."""

    place: Place
    object: str
    what: str
    why: str
    rules: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        return f"{self.object}: {self.what} ({self.why}); not decided: {', '.join(self.rules)}"


def finding_rows(validation: Validation, *, excerpts: bool = False) -> tuple[FindingRow, ...]:
    """What is to be shown of one profile: mistakes in reading, then the worst first, then as it stands in the file."""
    source = validation.reading.source
    rows = [_row(one.finding, one.span, source) for one in validation.reading.diagnostics]
    if validation.report is not None:
        rows += rows_of(validation.report.findings, source)
    rows.sort(key=_order)
    return _with_excerpts(rows, source) if excerpts else tuple(rows)


def rows_of(findings: Sequence[Finding], source: SourceMap, *, excerpts: bool = False) -> tuple[FindingRow, ...]:
    """``findings`` of one profile as rows, in their order."""
    rows = [_row(one, source.locate(one.path), source) for one in findings]
    return _with_excerpts(rows, source) if excerpts else tuple(rows)


def unobserved_rows(validation: Validation) -> tuple[UnobservedRow, ...]:
    """What was not known of one profile, as it stands in the file."""
    if validation.report is None:
        return ()
    source = validation.reading.source
    rows = [_unobserved(one, source) for one in validation.report.unobserved]
    return tuple(sorted(rows, key=lambda row: (row.place.line, row.place.column, row.object, row.what)))


def pointer(path: ObjectPath) -> str:
    """A path as a JSON pointer."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def place(span: Span, path: ObjectPath) -> Place:
    """A place in a file, with its path."""
    return Place(span.file, span.line, span.column, span.length, pointer(path))


def _order(row: FindingRow) -> tuple[bool, int, int, int, str, str]:
    """What could not be read comes first: other findings may only follow from it."""
    return (
        not row.code.startswith("PROFILE"),
        SEVERITIES.index(row.severity),
        row.place.line,
        row.place.column,
        row.code,
        row.object,
    )


def _row(finding: Finding, span: Span, source: SourceMap) -> FindingRow:
    doc = rule_docs()[finding.code]
    spans = [(source.locate(label.path), label) for label in finding.labels]
    return FindingRow(
        finding=finding,
        place=place(span, finding.path),
        labels=tuple(_label(label, place_) for place_, label in spans),
        code=finding.code,
        severity=finding.severity,
        title=doc.title,
        object=show(finding.object),
        sentence=show(finding.sentence, _LONG),
        hint=show(finding.hint, _LONG),
        why=doc.rationale,
    )


def _with_excerpts(rows: Sequence[FindingRow], source: SourceMap) -> tuple[FindingRow, ...]:
    first = tuple(replace(row, excerpt=_excerpt(row, source)) for row in rows[:MOST_EXCERPTS])
    return (*first, *rows[MOST_EXCERPTS:])


def _excerpt(row: FindingRow, source: SourceMap) -> tuple[ExcerptLine, ...]:
    labels = [(_span(label.place), given.text) for label, given in zip(row.labels, row.finding.labels, strict=True)]
    return excerpt(source, row.finding.path, _span(row.place), labels)


def _span(of: Place) -> Span:
    return Span(of.file, of.line, of.column, of.length)


def _label(label: Label, span: Span) -> LabelRow:
    return LabelRow(place(span, label.path), show(label.text))


def _unobserved(one: Unobserved, source: SourceMap) -> UnobservedRow:
    return UnobservedRow(
        place(source.locate(one.path), one.path), show(one.object), show(one.what), show(one.why, _LONG), one.rules
    )
