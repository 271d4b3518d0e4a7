"""Lists by day as plain text: a marked line for each row, what else is to be said of it below, notes at the end.

May import ``fleet.views``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views import Mark


@dataclass(frozen=True, slots=True)
class DatedRow:
    """One row; every text is safe."""

    mark: Mark
    head: str
    below: tuple[str, ...]


def dated_text(heading: str, rows: Sequence[DatedRow], more: int, notes: Sequence[str], look: Look) -> Iterator[str]:
    """The lines, for a terminal or a pipe; ``more`` rows were left out."""
    width = max(look.width, NARROWEST)
    yield from fold(heading, width)
    for row in rows:
        yield ""
        first, *rest = fold(look.drawn(row.head), width - 2, hang=2)
        yield look.painted(f"{look.sign(row.mark)} {first}", row.mark)
        yield from (f"  {line}" for line in rest)
        for text in row.below:
            yield from indented(look.drawn(text), 4, width, hang=2)
    if more:
        yield f"... and {more:,} more (--limit 0 shows all)"
    if notes:
        yield ""
    for note in notes:
        yield from fold(look.drawn(note), width, hang=2)
