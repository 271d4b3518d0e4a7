"""Findings for people at a terminal: in full, with the lines of the profile and marks below them, or a line each.

May import ``fleet.views``, ``fleet.text`` and ``fleet.faces.export.look``.
"""

from collections.abc import Iterator, Sequence

from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.excerpt import Caret, ExcerptLine
from fleet.views.findings import FindingRow, UnobservedRow, finding_rows, unobserved_rows
from fleet.views.marks import Mark
from fleet.views.validation import Validation
from fleet.views.validation_summary import summarize

_MOST_UNOBSERVED = 10
"""How many gaps are listed one by one before the rest is counted."""


def concise(validations: Sequence[Validation]) -> Iterator[str]:
    """``file:line:column: CODE severity object: sentence``, one line each."""
    for validation in validations:
        for row in finding_rows(validation):
            yield f"{row.place.shown}: {row.code} {row.severity} {row.object}: {row.sentence}"


def full(validations: Sequence[Validation], look: Look | None = None) -> Iterator[str]:
    """Every finding with its excerpt, then what was not known, then the summary: one line at a time.

    What a rule says of mail stands below the first finding of its code.
    """
    look = look or Look()
    explained: set[str] = set()
    for validation in validations:
        for row in finding_rows(validation, excerpts=True):
            yield from _finding(row, look, why=row.code not in explained)
            yield ""
            explained.add(row.code)
    gaps = [row for validation in validations for row in unobserved_rows(validation)]
    yield from _gaps(gaps, look)
    yield from fold(summarize(validations).sentence, max(look.width, NARROWEST))


def _finding(row: FindingRow, look: Look, *, why: bool) -> Iterator[str]:
    heading = f"{look.sign(row.mark)} {row.severity}"
    yield f"{row.code} {look.painted(heading, row.mark)}: {row.object}: {row.title}"
    gutter = len(str(max((line.number for line in row.excerpt), default=0)))
    yield f"{' ' * gutter}--> {row.place.shown}"
    yield from excerpt_lines(row.excerpt, look, gutter)
    others = [label for label in row.labels if label.place.file != row.place.file]
    for label in others:
        yield f"{' ' * gutter}  = {label.place.shown}: {label.text}"
    for word, text in (
        ("", row.sentence),
        ("help: ", row.hint),
        ("fix: ", "fleet validate --fix makes this change" if row.fixable else ""),
        ("mail: ", row.why if why else ""),
    ):
        if text:
            first, *rest = fold(word + text, max(look.width, NARROWEST) - gutter - 3, hang=len(word))
            yield f"{' ' * gutter} = {first}"
            yield from (f"{' ' * gutter}   {line}" for line in rest)


def excerpt_lines(lines: Sequence[ExcerptLine], look: Look, gutter: int) -> Iterator[str]:
    """Lines of a profile behind their numbers, with ``^`` below the cause and ``-`` below what belongs to it."""
    if not lines:
        return
    blank = " " * gutter
    yield f"{blank} |"
    before: int | None = None
    for line in lines:
        if before is not None and line.number > before + 1:
            yield "..."
        before = line.number
        yield f"{line.number:>{gutter}} | {look.drawn(line.text)}".rstrip()
        for caret in sorted(line.carets, key=lambda one: not one.main):
            yield f"{blank} | {_caret(caret, look)}"
    yield f"{blank} |"


def _caret(caret: Caret, look: Look) -> str:
    mark = look.painted(("^" if caret.main else "-") * caret.width, Mark.FAIL if caret.main else Mark.WARN)
    return " " * caret.before + mark + (f" {caret.text}" if caret.text else "")


def _gaps(rows: Sequence[UnobservedRow], look: Look) -> Iterator[str]:
    """What was not known; what concerns many objects in the same way is said once."""
    if not rows:
        return
    width = max(look.width, NARROWEST)
    yield look.painted(f"{look.sign(Mark.UNKNOWN)} not known:", Mark.UNKNOWN)
    for row in rows[:_MOST_UNOBSERVED]:
        first, *rest = fold(f"{row.place.shown}: {row.sentence}", width - 2, hang=2)
        yield f"  {first}"
        yield from (f"  {line}" for line in rest)
    if len(rows) > _MOST_UNOBSERVED:
        yield f"  and {len(rows) - _MOST_UNOBSERVED:,} more (--format json lists them all)"
    yield ""
