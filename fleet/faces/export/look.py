"""How plain text is laid out: glyphs or ASCII, colour or none, and folding by the cells that characters take.

Shared by every export that writes for people.  May import ``fleet.views.marks`` and ``fleet.text``.
"""

import re
from dataclasses import dataclass

from fleet.text import cell_width
from fleet.views.marks import Mark

NARROWEST = 60
"""Below this many columns nothing is laid out; a narrower terminal wraps by itself."""

_COLOURS = {Mark.OK: "32", Mark.WARN: "33", Mark.FAIL: "31;1", Mark.UNKNOWN: "35", Mark.STALE: "2", Mark.NONE: "2"}


@dataclass(frozen=True, slots=True)
class Look:
    """How to write: ``width`` in columns, whether glyphs must be ASCII, whether SGR colour is wanted."""

    width: int = 80
    ascii_only: bool = False
    colour: bool = False

    def sign(self, mark: Mark) -> str:
        """The glyph of ``mark``, one cell wide."""
        return mark.sign(self.ascii_only)

    def drawn(self, text: str) -> str:
        """``text`` for this terminal, as wide as it was: where it must be ASCII, ``?`` stands for what is not."""
        if not self.ascii_only or text.isascii():
            return text
        return "".join(one if one.isascii() else "?" * cell_width(one) for one in text)

    def painted(self, text: str, mark: Mark) -> str:
        """``text`` in the colour of ``mark``, if colour is wanted."""
        code = _COLOURS.get(mark)
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text


def fold(text: str, width: int, hang: int = 0) -> list[str]:
    """``text`` as lines of at most ``width`` cells, broken at blanks where there are any; never empty.

    All lines but the first are indented by ``hang``.  A word longer than a line is broken behind its dots where that
    is enough.
    """
    lines, line, room = [], "", width
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        room = width - hang
        *whole, line = _chopped(word, width - hang)
        lines += whole
    first, *rest = [*lines, line]
    return [first, *(" " * hang + line for line in rest)]


def _chopped(word: str, width: int) -> list[str]:
    """``word`` in pieces of at most ``width`` cells."""
    pieces: list[str] = [""]
    for label in re.findall(r"[^.]*\.?", word):
        if cell_width(pieces[-1] + label) <= width:
            pieces[-1] += label
        else:
            pieces += _cut(label, width)
    return [piece for piece in pieces if piece] or [""]


def _cut(label: str, width: int) -> list[str]:
    pieces, taken = [""], 0
    for character in label:
        size = cell_width(character)
        if taken + size > width:
            pieces.append("")
            taken = 0
        pieces[-1] += character
        taken += size
    return pieces
