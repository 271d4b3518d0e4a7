"""A forecast as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator

from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.text import cell_width
from fleet.views.forecast import ForecastRow, ForecastView, MoveRow
from fleet.views.marks import Mark

_NUMBER = 11


def forecast_text(view: ForecastView, look: Look) -> Iterator[str]:
    """The lines of ``view``: what moves, the destinations, the counts, and what is not said."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    yield ""
    if view.moves is not None:
        yield from _moves(view, view.moves, look, width)
        yield ""
    if view.rows:
        yield from _table(view.rows, look, width)
        if view.more:
            yield from fold(f"... and {view.more:,} more rows (--limit 0 shows all)", width)
        yield ""
    for mark, text in view.totals:
        first, *rest = fold(text, width - 2, hang=2)
        yield look.painted(f"{look.sign(mark)} {first}", mark)
        yield from (f"  {line}" for line in rest)
    for note in view.notes:
        yield from fold(note, width, hang=2)


def _moves(view: ForecastView, moves: tuple[MoveRow, ...], look: Look, width: int) -> Iterator[str]:
    if not moves and not view.alone:
        yield "Nothing moves: every destination comes to the same as before."
    for move in moves:
        first, *rest = fold(move.sentence, width - 2)
        yield look.painted(f"{look.sign(move.mark)} {first}", move.mark)
        yield from (f"  {line}" for line in rest)
        yield from indented(move.where, 4, width) if move.where else ()
        for name, why in move.destinations:
            yield from indented(f"{name}: {why}", 4, width, hang=2)
        if move.more:
            yield f"    ... and {move.more:,} more"
    for sentence in view.alone:
        first, *rest = fold(sentence, width - 2)
        yield look.painted(f"{look.sign(Mark.WARN)} {first}", Mark.WARN)
        yield from (f"  {line}" for line in rest)


def _table(rows: tuple[ForecastRow, ...], look: Look, width: int) -> Iterator[str]:
    rest = width - _NUMBER - 4
    name, outcome = rest // 2, rest - rest // 2
    yield f"{'DESTINATION':<{name}}  {'OUTCOME':<{outcome}}  {'RECIPIENTS':>{_NUMBER}}".rstrip()
    for row in rows:
        names, outcomes = fold(row.domain, name), fold(row.outcome, outcome - 2, hang=2)
        for number in range(max(len(names), len(outcomes))):
            left = names[number] if number < len(names) else ""
            middle = outcomes[number] if number < len(outcomes) else ""
            sign = look.sign(row.mark) + " " if number == 0 else "  "
            middle = f"{sign}{middle}" if middle else ""
            right = row.recipients if number == 0 else ""
            padded = middle + " " * (outcome - cell_width(middle))
            painted = look.painted(padded, row.mark) if middle else padded
            yield f"{left}{' ' * (name - cell_width(left))}  {painted}  {right:>{_NUMBER}}".rstrip()
        yield from indented(row.why, 4, width, hang=2)
        yield from indented(f"on {row.nodes}, by {row.flows}", 4, width, hang=2)
        for note in row.notes:
            yield from indented(note, 4, width, hang=2)
        for fact in row.facts:
            place = f"  [{fact.place}]" if fact.place else ""
            yield from indented(f"{fact.topic:<13} {fact.text}{place}", 6, width, hang=14)


def indented(text: str, indent: int, width: int, hang: int = 0) -> Iterator[str]:
    """``text`` folded, every line ``indent`` columns in and all but the first ``hang`` further."""
    for line in fold(text, width - indent, hang=hang):
        yield " " * indent + line
