"""What changed, as plain text.  May import ``fleet.views`` and the modules beside."""

from collections.abc import Iterator

from fleet.faces.export.dated_text import DatedRow, dated_text
from fleet.faces.export.look import Look
from fleet.views.changes import ChangeRow, ChangesView


def changes_seen_text(view: ChangesView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    rows = [DatedRow(row.mark, f"{row.day}  {row.about}: {row.what}", _below(row)) for row in view.rows]
    return dated_text(view.heading, rows, view.more, view.notes, look)


def _below(row: ChangeRow) -> tuple[str, ...]:
    seen = (f"seen from {row.seen_from}",) if row.seen_from else ()
    return (f"before: {row.before}", f"after:  {row.after}", row.effect, *seen)
