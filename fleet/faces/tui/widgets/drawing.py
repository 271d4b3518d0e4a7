"""The base of widgets that draw line by line: roles become styles, spans become strips.

A *span* is a text and its role; a drawn line is a tuple of spans.  Lines are plain values, so what to draw is decided
by pure functions, compared with what is on the screen, and only what differs is sent.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from typing import Any, ClassVar

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fleet.faces.tui.look import UNICODE, Look
from fleet.faces.tui.safe import segment
from fleet.faces.tui.themes import mark_variable
from fleet.views import Mark

Role = Mark | str
"""How a span looks: a mark, or one of ``ROLES``."""

Span = tuple[str, Role]
Drawn = tuple[Span, ...]

PLAIN, DIM, STRONG, HEAD, KEY = "plain", "dim", "strong", "head", "key"
ROLES = (PLAIN, DIM, STRONG, HEAD, KEY)


class LineWidget(Widget):
    """A widget whose ``render_line`` draws spans."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"line--{mark_variable(mark)}" for mark in Mark),
        *(f"line--{role}" for role in ROLES),
        "line--cursor",
        "line--cursor-blurred",
    }
    DEFAULT_CSS = (
        """
    LineWidget {
        & > .line--dim { color: $foreground-muted; }
        & > .line--strong { text-style: bold; }
        & > .line--head { text-style: bold; color: $primary; }
        & > .line--key { color: $footer-key-foreground; text-style: bold; }
        & > .line--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & > .line--cursor-blurred { text-style: bold; }
"""
        + "".join(f"& > .line--{mark_variable(mark)} {{ color: ${mark_variable(mark)}; }}\n" for mark in Mark)
        + "}\n"
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._styles_by_role: dict[tuple[Role, str], Style] = {}

    @property
    def look(self) -> Look:
        """The glyphs of this terminal."""
        found = getattr(self.app, "look", UNICODE)
        return found if isinstance(found, Look) else UNICODE

    def style_of(self, role: Role, ground: str = "") -> Style:
        """The style of ``role``, on the line's ``ground`` (``cursor``, ``cursor-blurred`` or nothing)."""
        known = self._styles_by_role.get((role, ground))
        if known is None:
            known = self.rich_style
            if role != PLAIN:
                name = mark_variable(role) if isinstance(role, Mark) else role
                known += self.get_component_rich_style(f"line--{name}", partial=True)
            if ground:
                over = self.get_component_rich_style(f"line--{ground}", partial=True)
                keeps_colour = isinstance(role, Mark) and not over.reverse
                known += Style(bgcolor=over.bgcolor, bold=over.bold, reverse=over.reverse) if keeps_colour else over
            self._styles_by_role[role, ground] = known
        return known

    def notify_style_update(self) -> None:
        """A theme or a class changed: styles are made anew."""
        self._styles_by_role.clear()
        super().notify_style_update()

    def strip(self, spans: Drawn, width: int, ground: str = "", start: int = 0) -> Strip:
        """``spans`` as a line of exactly ``width`` cells, from cell ``start`` on."""
        if self.look.ascii:  # texts that were cut elsewhere end in the one sign that is not of this terminal
            spans = tuple((text.replace(UNICODE.ellipsis, self.look.ellipsis), role) for text, role in spans)
        line = Strip([segment(text, self.style_of(role, ground)) for text, role in spans if text])
        return line.crop_extend(start, start + width, self.style_of(PLAIN, ground))

    def repaint(self, y: int, x: int = 0, width: int | None = None) -> None:
        """Draw line ``y`` (of what is seen) again, or only a part of it."""
        self.refresh(Region(x, y, self.size.width if width is None else width, 1))


def changed_span(old: Drawn, new: Drawn, lengths: Any = len) -> tuple[int, int] | None:
    """The columns in which two drawn lines of equal width differ, as start and width; None where they do not.

    Both must be cut into spans at the same columns for a small answer; else the answer is the whole line.
    """
    if old == new:
        return None
    if len(old) != len(new):
        return (0, sum(lengths(text) for text, _ in new))
    at, first, last = 0, -1, 0
    for (before, old_role), (after, new_role) in zip(old, new, strict=True):
        width = lengths(after)
        if (before, old_role) != (after, new_role):
            if lengths(before) != width:
                return (0, sum(lengths(text) for text, _ in new))
            first = at if first < 0 else first
            last = at + width
        at += width
    return (first, last - first)
