"""A calendar as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.calendar import CalendarView


def calendar_text(view: CalendarView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    for row in view.rows:
        yield ""
        first, *rest = fold(look.drawn(f"{row.day}  {row.what}"), width - 2, hang=2)
        yield look.painted(f"{look.sign(row.mark)} {first}", row.mark)
        yield from (f"  {line}" for line in rest)
        yield from indented(look.drawn(row.consequence), 4, width, hang=2)
        yield from indented(look.drawn(row.where), 4, width, hang=2)
    if view.more:
        yield f"... and {view.more:,} more (--limit 0 shows all)"
    if view.notes:
        yield ""
    for note in view.notes:
        yield from fold(look.drawn(note), width, hang=2)
