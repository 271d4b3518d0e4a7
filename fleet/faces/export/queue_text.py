"""Delivery queues for people: a table, the cause below each row, and a line for each node.

May import ``fleet.views`` and ``fleet.text``.
"""

from collections.abc import Iterator, Sequence

from fleet.faces.export.look import Look, fold
from fleet.text import cell_width
from fleet.views.curve import curve
from fleet.views.queue import NodeQueue, QueueRow

_TITLES = ("", "Destination", "Node", "Recipients", "Oldest", "Trend", "")
_CURVE = 12


def queue_text(rows: Sequence[QueueRow], nodes: Sequence[NodeQueue], style: Look) -> Iterator[str]:
    """The lines."""
    if rows:
        table = [_TITLES, *(_cells(row, style) for row in rows)]
        widths = [max(cell_width(line[at]) for line in table) for at in range(len(_TITLES))]
        for line, row in zip(table, [None, *rows], strict=True):
            text = "  ".join(cell + " " * (width - cell_width(cell)) for cell, width in zip(line, widths, strict=True))
            yield style.painted(text.rstrip(), row.mark) if row is not None else text.rstrip()
            if row is not None:
                said = f"{row.cause}; {row.left}" if row.left else row.cause
                yield from (f"     {part}" for part in fold(style.drawn(said), style.width - 5, hang=2))
        yield ""
    for one in nodes:
        first, *rest = fold(style.drawn(f"{one.node}: {one.words}"), style.width - 2, hang=2)
        yield style.painted(f"{style.sign(one.mark)} {first}", one.mark)
        yield from (f"  {line}" for line in rest)
        for note in one.notes:
            yield from (f"    {line}" for line in fold(style.drawn(note), style.width - 4, hang=2))


def _cells(row: QueueRow, style: Look) -> tuple[str, ...]:
    return (
        style.sign(row.mark),
        style.drawn(row.destination),
        style.drawn(row.node),
        row.recipients,
        row.oldest,
        str(row.trend),
        curve(row.history, _CURVE, style.ascii_only) if len(row.history) > 1 else "",
    )
