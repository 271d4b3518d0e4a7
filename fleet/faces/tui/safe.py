"""The choke point: the only two ways in which text becomes something Textual draws.

Textual parses plain strings as markup in almost every place that takes one (a banner ``[@click=app.quit]250 mx``
becomes a target for clicks, ``[/]`` ends the program), its ``escape`` does not help inside a tag, and it strips neither
ESC nor C1.  So widgets are given ``Content`` made by ``content`` or segments made by ``segment``, never a string; a
test reads this package for violations.  Text has passed ``fleet.text.show`` in ``fleet.views``; whatever has not is
shown safely here all the same, for a terminal acts on what it gets.

May import ``fleet.text`` and ``textual``.
"""

from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from fleet.text import show


def content(*parts: str | tuple[str, str]) -> Content:
    """Texts one after another, each plain or with a style (``bold $mark-fail``); a new line is a part of its own."""
    return Content.assemble(*(_safe(part) if isinstance(part, str) else (_safe(part[0]), part[1]) for part in parts))


def segment(text: str, style: Style | None = None) -> Segment:
    """``text`` as a piece of a line."""
    return Segment(text if text.isprintable() else show(text), style)


def _safe(text: str) -> str:
    return text if text.isprintable() or text == "\n" else show(text)
