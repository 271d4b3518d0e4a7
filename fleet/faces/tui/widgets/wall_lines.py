"""Which destination stands where on the wall: lines of panels, a group beginning on a line of its own.

Pure: keys, heads and how many fit side by side give lines.  May import ``fleet.views`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.views import GroupHead


@dataclass(frozen=True, slots=True)
class WallLine:
    """The panels from ``first`` to before ``end`` side by side; ``head``: of the group they are in."""

    first: int
    end: int
    head: GroupHead | None = None
    begins: bool = False
    """The first line of its group: its head stands above it wherever it is seen."""


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines, and on which of them a panel stands."""

    lines: tuple[WallLine, ...] = ()
    line_of: tuple[int, ...] = ()

    def beside(self, index: int, step: int) -> int:
        """The panel ``step`` lines below (above, if negative) ``index``: in its column, or the last of that line."""
        if not self.line_of:
            return index
        here = self.line_of[index]
        there = max(0, min(len(self.lines) - 1, here + step))
        if there == here:
            return index
        line = self.lines[there]
        return min(line.first + index - self.lines[here].first, line.end - 1)


def lay_out(count: int, heads: Mapping[int, GroupHead], across: int) -> Lines:
    """``count`` panels, ``across`` in a line; ``heads`` by the number of the first panel of their group."""
    if not count:
        return Lines()
    starts = sorted({0, *heads})
    lines: list[WallLine] = []
    line_of: list[int] = []
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        for first in range(start, end, across):
            last = min(first + across, end)
            line_of += [len(lines)] * (last - first)
            lines.append(WallLine(first, last, heads.get(start), first == start and start in heads))
    return Lines(tuple(lines), tuple(line_of))
