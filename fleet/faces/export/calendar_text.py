"""A calendar as plain text.  May import ``fleet.views`` and the modules beside."""

from collections.abc import Iterator

from fleet.faces.export.dated_text import DatedRow, dated_text
from fleet.faces.export.look import Look
from fleet.views.calendar import CalendarView


def calendar_text(view: CalendarView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    rows = [DatedRow(row.mark, f"{row.day}  {row.what}", (row.consequence, row.where)) for row in view.rows]
    return dated_text(view.heading, rows, view.more, view.notes, look)
