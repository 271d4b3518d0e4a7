"""Glyphs: every sign the dashboard draws, in Unicode and in ASCII; and text cut to a number of cells.

All are one cell wide on every terminal.  May import ``textual`` and ``fleet.views``.
"""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual.scrollbar import ScrollBarRender

from fleet.views import Mark


@dataclass(frozen=True, slots=True)
class Look:
    """The signs of one terminal."""

    ascii: bool = False
    cursor: str = "▸"
    marked: str = "●"
    ascending: str = "▲"
    descending: str = "▼"
    folded: str = "▶"
    unfolded: str = "▼"
    ellipsis: str = "…"
    corners: str = "╭╮╰╯"
    double: str = "┏┓┗┛"
    across: str = "─"
    down: str = "│"
    thick_across: str = "━"
    thick_down: str = "┃"
    rail: str = "│"
    thumb: str = "█"
    dot: str = "·"

    def sign(self, mark: Mark) -> str:
        """The glyph of ``mark``."""
        return mark.sign(self.ascii)

    def fit(self, text: str, width: int, right: bool = False) -> str:
        """``text`` in exactly ``width`` cells; a cut is shown."""
        if width <= 0:
            return ""
        if text.isascii():  # by far the most common, and then cells are characters
            if len(text) > width:
                return text[: width - 1] + self.ellipsis
            return text.rjust(width) if right else text.ljust(width)
        length = cell_len(text)
        if length > width:
            return set_cell_size(text, width - 1) + self.ellipsis
        blanks = " " * (width - length)
        return blanks + text if right else text + blanks


UNICODE = Look()
ASCII = Look(
    ascii=True,
    cursor=">",
    marked="*",
    ascending="^",
    descending="v",
    folded="+",
    unfolded="-",
    ellipsis="~",
    corners="++++",
    double="####",
    across="-",
    down="|",
    thick_across="=",
    thick_down="#",
    rail="|",
    thumb="#",
    dot=".",
)


class PlainBars(ScrollBarRender):
    """Scroll bars of whole cells: no glyph of their own, and seen without colour too (they are drawn reversed)."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "]
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "]


def look(ascii_only: bool) -> Look:
    """The signs for this terminal."""
    return ASCII if ascii_only else UNICODE
