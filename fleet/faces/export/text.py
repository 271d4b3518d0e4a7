"""Check results as plain text for a terminal or a pipe of a given width.

Below ``WIDE`` columns the reason stands on lines of its own below each row; from there on it has a column.  Cells are
folded, never cut: a truncated domain name is another domain name.  Colour is optional and only repeats what glyph and
word say.

May import ``fleet.views`` and ``fleet.text``.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.text import cell_width
from fleet.views import CheckRow, Detail, LadderRow, Mark
from fleet.views.check import ModeOutcome

WIDE = 120
_GAP = 2
_HERE = (" ◀ here", " <-- here")


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int


@dataclass(frozen=True, slots=True)
class _Text:
    """A cell: text, and the mark whose colour it may take."""

    text: str
    mark: Mark | None = None


_RUNGS = ("MX", "A", "TLSA", "TLS", "CERT")
_OUTCOME = 15


def check_table(rows: Sequence[CheckRow], look: Look | None = None) -> str:
    """``rows`` as a table with a legend and a count; an empty string for no rows."""
    look = look or Look()
    if not rows:
        return ""
    width = max(look.width, NARROWEST)
    wide = width >= WIDE
    columns = _columns(width, wide)
    lines = _table_row([_Text(column.title) for column in columns], columns, look)
    for row in rows:
        lines += _table_row(_cells(row, look, wide), columns, look)
        lines += [] if wide else _below(f"{row.chosen.words}: {row.reason}", 4, width)
        for note in _notes(row, alone=len(rows) == 1):
            lines += _below(note, 4, width)
    return "\n".join([*lines, "", *_footer(rows, look, width)]) + "\n"


def check_block(
    row: CheckRow, rungs: Sequence[LadderRow], details: Iterable[Detail] = (), look: Look | None = None
) -> str:
    """One destination in full: outcomes, reason and advice, its ladder address by address, then ``details``."""
    look = look or Look()
    width = max(look.width, NARROWEST)
    lines = [*fold(row.name, width)]
    for outcome in (row.chosen, row.other):
        lines += _labelled(outcome.mode, f"{look.sign(outcome.mark)} {outcome.words}", width, look, outcome.mark)
    for label, text in (
        ("why", row.reason),
        ("assumed", _assumption(row)),
        ("next", row.advice),
        ("expected", row.expected),
        ("weakest", "" if row.weakest == row.expected else row.weakest),
        ("report", row.report),
    ):
        lines += _labelled(label, text, width, look) if text else []
    for label, texts in (("warning", row.warnings), ("missing", row.incomplete)):
        lines += [line for text in texts for line in _labelled(label, text, width, look)]
    lines += ["", *_ladder(rungs, look, width)]
    told = list(details)
    if told:
        lines += ["", *(line for detail in told for line in _detail(detail, look, width))]
    return "\n".join(lines) + "\n"


def detail_text(details: Iterable[Detail], look: Look | None = None) -> str:
    """An explanation alone."""
    look = look or Look()
    return "".join(f"{line}\n" for detail in details for line in _detail(detail, look, max(look.width, NARROWEST)))


def _columns(width: int, wide: bool) -> list[_Column]:
    rungs = [_Column(title, len(title)) for title in _RUNGS]
    taken = sum(column.width + 1 for column in rungs) + 2 * (_OUTCOME + _GAP) + 1
    rest = width - taken - _GAP
    domain = min(32, rest // 3) if wide else rest
    outcomes = [_Column("OPPORTUNISTIC", _OUTCOME), _Column("MANDATORY", _OUTCOME)]
    why = [_Column("WHY", rest - domain - _GAP)] if wide else []
    return [_Column("DOMAIN", domain), *outcomes, *rungs, *why]


def _cells(row: CheckRow, look: Look, wide: bool) -> list[_Text]:
    outcomes = [_outcome(outcome, look) for outcome in (row.opportunistic, row.mandatory)]
    rungs = [_Text(look.sign(mark), mark) for mark in row.summary.marks]
    why = [_Text(f"{row.chosen.words}: {row.reason}")] if wide else []
    return [_Text(row.name), *outcomes, *rungs, *why]


def _outcome(outcome: ModeOutcome, look: Look) -> _Text:
    return _Text(f"{look.sign(outcome.mark)} {outcome.word}", outcome.mark)


def _notes(row: CheckRow, alone: bool) -> list[str]:
    """What stands below a row: what is assumed, advice where mail is stopped; the rest in full only if it is alone."""
    notes = [f"assumed: {assumption}"] if (assumption := _assumption(row)) else []
    if row.advice and row.chosen.mark is Mark.FAIL:
        notes.append(f"next: {row.advice}")
    if alone:
        missing = (f"missing: {what}" for what in row.incomplete)
        return [*notes, *missing, *(f"warning: {warning}" for warning in row.warnings)]
    return [*notes, f"warnings: {', '.join(row.warning_codes)}"] if row.warning_codes else notes


def _assumption(row: CheckRow) -> str:
    """That no source decides the outcome, and the other reading where there is one; empty where a source does."""
    if not row.assumed:
        return ""
    other = f"; if it tries the next host after a failure: {row.alternative}" if row.alternative else ""
    return f"no source says for certain that {row.policy} does so{other}"


def _table_row(cells: Sequence[_Text], columns: Sequence[_Column], look: Look) -> list[str]:
    """One row as lines: every cell folded to its column."""
    folded = [fold(cell.text, column.width) for cell, column in zip(cells, columns, strict=True)]
    lines = []
    for index in range(max(map(len, folded))):
        line = ""
        for cell, column, texts in zip(cells, columns, folded, strict=True):
            text = texts[index] if index < len(texts) else ""
            gap = 1 if column.title in _RUNGS else _GAP
            blanks = " " * (column.width - cell_width(text) + gap)
            line += (look.painted(text, cell.mark) if cell.mark and text else text) + blanks
        lines.append(line.rstrip())
    return lines


def _footer(rows: Sequence[CheckRow], look: Look, width: int) -> list[str]:
    counted = Counter(row.chosen.word for row in rows)
    counts = ", ".join(f"{count} {word}" for word, count in counted.most_common())
    noun = "destination" if len(rows) == 1 else "destinations"
    first = rows[0]
    told = f"{len(rows)} {noun}, {first.policy} in {first.chosen.mode} mode: {counts}"
    legend = "  ".join(f"{look.sign(mark)} {mark}" for mark in (Mark.OK, Mark.WARN, Mark.FAIL, Mark.UNKNOWN, Mark.NONE))
    return [*fold(told, width), legend]


def _ladder(rungs: Sequence[LadderRow], look: Look, width: int) -> list[str]:
    """Address by address: who, then the five rungs in a line, then the fact behind each that is not good."""
    lines: list[str] = []
    for rung in rungs:
        heading = " ".join(part for part in (rung.preference, rung.host, rung.address) if part)
        lines += fold(heading, width) if heading else []
        cells = list(zip(_RUNGS, (rung.mx, rung.addresses, rung.tlsa, rung.tls, rung.certificate), strict=True))
        words = [f"{title} {look.sign(cell.mark)} {cell.word}" for title, cell in cells]
        lines += [" " * 4 + line for line in _packed(words, width - 4)]
        for title, cell in cells:
            if cell.detail and cell.mark not in (Mark.OK, Mark.NONE):
                lines += _labelled(title, cell.detail, width, look, cell.mark, indent=4, label_width=5)
    return lines


def _packed(parts: Sequence[str], width: int) -> list[str]:
    """``parts`` side by side, as many to a line as it holds."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_width(f"{lines[-1]}  {part}") <= width:
            lines[-1] += f"  {part}"
        else:
            lines += fold(part, width)
    return lines


def _detail(detail: Detail, look: Look, width: int) -> list[str]:
    sign = f"{look.sign(detail.mark)} " if detail.mark else ""
    here = _HERE[look.ascii_only] if detail.here else ""
    pad = "  " * detail.depth
    first, *rest = fold(sign + detail.text + here, width - len(pad), hang=2)
    return [pad + (look.painted(first, detail.mark) if detail.mark else first), *(pad + line for line in rest)]


def _labelled(
    label: str, text: str, width: int, look: Look, mark: Mark | None = None, *, indent: int = 2, label_width: int = 14
) -> list[str]:
    first, *rest = fold(text, width - indent - label_width - 1)
    pad = " " * (indent + label_width + 1)
    opening = look.painted(first, mark) if mark else first
    return [f"{' ' * indent}{label:<{label_width}} {opening}", *(pad + line for line in rest)]


def _below(text: str, indent: int, width: int) -> list[str]:
    first, *rest = fold(text, width - indent)
    return [" " * indent + first, *(" " * indent + line for line in rest)]
