"""What changed, as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.changes import ChangesView


def changes_seen_text(view: ChangesView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    for row in view.rows:
        yield ""
        first, *rest = fold(look.drawn(f"{row.day}  {row.about}: {row.what}"), width - 2, hang=2)
        yield look.painted(f"{look.sign(row.mark)} {first}", row.mark)
        yield from (f"  {line}" for line in rest)
        yield from indented(look.drawn(f"before: {row.before}"), 4, width, hang=2)
        yield from indented(look.drawn(f"after:  {row.after}"), 4, width, hang=2)
        yield from indented(look.drawn(row.effect), 4, width, hang=2)
        yield from indented(look.drawn(f"seen from {row.seen_from}"), 4, width, hang=2) if row.seen_from else ()
    if view.more:
        yield f"... and {view.more:,} more (--limit 0 shows all)"
    if view.notes:
        yield ""
    for note in view.notes:
        yield from fold(look.drawn(note), width, hang=2)
