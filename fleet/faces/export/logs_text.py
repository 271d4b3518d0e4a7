"""What mail logs prove, as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator, Sequence

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.text import cell_width
from fleet.views.mail_log import COLUMNS, LogRow, LogView

_NUMBER = 9


def logs_text(view: LogView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    yield ""
    if view.destinations:
        yield from _table(view.destinations, view.more, look, width)
        yield ""
    for title, rows, more in (
        ("Mail hosts looked up:", view.hosts, view.more_hosts),
        ("Resolvers that answered badly:", view.resolvers, 0),
    ):
        if rows:
            yield title
            for row in rows:
                yield from _named(row, look, width)
            yield from [f"... and {more:,} more (--limit 0 shows all)"] if more else []
            yield ""
    for mark, text in view.totals:
        yield look.painted(f"{look.sign(mark)} {text}", mark)
    for row in view.searches:
        yield from _named(row, look, width)
    for reason in view.incomplete:
        yield from fold(f"Incomplete: {reason}", width, hang=2)


def _table(rows: Sequence[LogRow], more: int, look: Look, width: int) -> Iterator[str]:
    room = width - 2 - (_NUMBER + 1) * len(COLUMNS)
    yield f"  {'DESTINATION':<{room}}" + "".join(f" {title:>{_NUMBER}}" for title in COLUMNS)
    for row in rows:
        first, *rest = fold(look.drawn(row.name), room)
        numbers = "".join(f" {number:>{_NUMBER},}" for number in row.numbers)
        yield f"{look.painted(look.sign(row.mark), row.mark)} {first}{' ' * (room - cell_width(first))}{numbers}"
        yield from (f"  {line}" for line in rest)
        yield from _notes(row, width)
    if more:
        yield f"... and {more:,} more destinations (--limit 0 shows all)"


def _named(row: LogRow, look: Look, width: int) -> Iterator[str]:
    first, *rest = fold(look.drawn(row.name), width - 2)
    yield f"{look.painted(look.sign(row.mark), row.mark)} {first}"
    yield from (f"  {line}" for line in rest)
    yield from _notes(row, width)


def _notes(row: LogRow, width: int) -> Iterator[str]:
    for note in row.notes:
        yield from indented(note, 4, width, hang=2)
