"""A log, a transcript or an excerpt: lines over a bounded ring, with a search.

It follows the end while the end is seen, and stays on its lines when old ones are forgotten.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.widgets.drawing import DIM, HEAD, PLAIN, Drawn, LineWidget, Role
from fleet.faces.tui.widgets.ring import Ring
from fleet.views import Mark


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of safe text; ``when`` stands before it, a mark as its glyph.  A ``heading`` stands out."""

    text: str
    mark: Mark | None = None
    when: str = ""
    heading: bool = False


class LogView(LineWidget, ScrollView, can_focus=True):
    """The lines of a ring."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.MOVE, Scope.LOG)
    DEFAULT_CSS = """
    LogView { height: 1fr; width: 1fr; background: $background; color: $foreground; scrollbar-size-horizontal: 1;
              scrollbar-size-vertical: 1; overflow-x: auto; overflow-y: scroll; }
    """

    @dataclass
    class SearchWanted(Message):
        """A text to search for is to be asked for."""

        log: "LogView"

    def __init__(self, ring: Ring[LogLine], *, follow: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ring = ring
        self._follow = follow
        self._seen_dropped = ring.dropped
        self._seen_count = 0
        self._widest = 1
        self._sought = ""
        self._match = -1
        """The line the search is on, counted over all lines there ever were."""

    def on_mount(self) -> None:
        """The lines there are."""
        self.changed()

    def on_resize(self) -> None:
        """The end stays in sight."""
        if self._follow:
            self.scroll_to(y=self.max_scroll_y, animate=False)

    def changed(self) -> None:
        """The ring has new lines: measure them, stay where the reader is."""
        ring = self._ring
        at_end = self.scroll_offset.y >= self.max_scroll_y
        fresh = min(len(ring), ring.dropped + len(ring) - self._seen_count)
        gone = ring.dropped - self._seen_dropped
        if not (fresh or gone):
            return
        self._seen_count, self._seen_dropped = ring.dropped + len(ring), ring.dropped
        self._widest = max(self._widest, *(self._length(ring[index]) for index in range(len(ring) - fresh, len(ring))))
        self.virtual_size = Size(self._widest, len(ring))
        if self._follow and at_end:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        elif gone:
            self.scroll_to(y=max(0, self.scroll_offset.y - gone), animate=False)
        self.refresh()

    def replace(self, ring: Ring[LogLine]) -> None:
        """Show other lines from now on."""
        self._ring = ring
        self._seen_dropped, self._seen_count, self._widest, self._match = ring.dropped, 0, 1, -1
        self.changed()

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of what is seen."""
        offset = self.scroll_offset
        index = offset.y + y
        if index >= len(self._ring):
            return self.strip((), self.size.width)
        found = index + self._ring.dropped == self._match
        return self.strip(self._draw(self._ring[index]), self.size.width, "cursor" if found else "", offset.x)

    def find(self, text: str) -> bool:
        """Go to the first line from here on that contains ``text``; whether there is one."""
        self._sought = text.casefold()
        self._match = self.scroll_offset.y + self._ring.dropped - 1
        return self._seek(1)

    @property
    def match(self) -> LogLine | None:
        """The line the search is on."""
        index = self._match - self._ring.dropped
        return self._ring[index] if 0 <= index < len(self._ring) else None

    def action_next_match(self) -> None:
        """The next line that matches."""
        self._seek(1)

    def action_match_before(self) -> None:
        """The line before that matches."""
        self._seek(-1)

    def action_search(self, text: str = "") -> None:
        """Search for ``text``; without one, whoever shows the log asks what for."""
        if not text:
            self.post_message(self.SearchWanted(self))
        elif not self.find(text):
            self.app.bell()

    def action_down(self) -> None:
        """One line down."""
        self._scroll_by(1)

    def action_up(self) -> None:
        """One line up."""
        self._scroll_by(-1)

    def action_top(self) -> None:
        """The first line."""
        self.scroll_to(y=0, animate=False)

    def action_bottom(self) -> None:
        """The last line."""
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._scroll_by(max(1, self.scrollable_content_region.height // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._scroll_by(-max(1, self.scrollable_content_region.height // 2))

    def action_next_page(self) -> None:
        """A page down."""
        self._scroll_by(self.scrollable_content_region.height)

    def action_page_before(self) -> None:
        """A page up."""
        self._scroll_by(-self.scrollable_content_region.height)

    def action_left(self) -> None:
        """To the left."""
        self.scroll_to(x=self.scroll_offset.x - 8, animate=False)

    def action_right(self) -> None:
        """To the right."""
        self.scroll_to(x=self.scroll_offset.x + 8, animate=False)

    def _scroll_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def _seek(self, step: int) -> bool:
        count, dropped = len(self._ring), self._ring.dropped
        if not (self._sought and count):
            return False
        start = self._match - dropped
        for walked in range(1, count + 1):
            index = (start + step * walked) % count
            if self._sought in self._ring[index].text.casefold():
                self._match = index + dropped
                self.scroll_to(y=max(0, index - self.scrollable_content_region.height // 2), animate=False)
                self.refresh()
                return True
        return False

    def _draw(self, line: LogLine) -> Drawn:
        when = ((f"{line.when} ", DIM),) if line.when else ()
        sign = ((f"{self.look.sign(line.mark)} ", line.mark),) if line.mark else ()
        role: Role = HEAD if line.heading else PLAIN if line.mark is None else line.mark
        return (*when, *sign, (line.text, role))

    def _length(self, line: LogLine) -> int:
        return cell_len(line.text) + 2 * (line.mark is not None) + (cell_len(line.when) + 1 if line.when else 0)
