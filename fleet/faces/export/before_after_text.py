"""What a change has done to mail, as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.before_after import BeforeAfterView, ComparedRow


def before_after_text(view: BeforeAfterView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    for section in view.sections:
        yield ""
        yield section.title
        for row in section.rows:
            yield from _row(row, look, width)
        if section.more:
            yield f"  ... and {section.more:,} more (--limit 0 shows all)"
    yield ""
    for mark, text in view.totals:
        yield look.painted(f"{look.sign(mark)} {text}", mark)
    for note in view.notes:
        yield from fold(note, width, hang=2)


def _row(row: ComparedRow, look: Look, width: int) -> Iterator[str]:
    first, *rest = fold(look.drawn(f"{row.name}: {row.change}"), width - 4, hang=2)
    yield f"  {look.painted(f'{look.sign(row.mark)} {first}', row.mark)}"
    yield from (f"    {line}" for line in rest)
    for note in row.notes:
        yield from indented(look.drawn(note), 6, width, hang=2)
