"""The wall: a panel per destination, and never more widgets than are seen.

Mounting a panel costs about five milliseconds and a task of its own; five thousand are out of the question.  The wall
mounts as many as fit on the screen, and scrolling *binds* them to other destinations.  When the screen shrinks, a page
of spare panels is kept and the rest removed.  What a panel shows is asked for by key, only for those seen.  Where rows
are grouped, the head of a group stands above its first line, and above the first line seen: panels draw it as their
own first line, so that no head is a widget.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.drawing import DIM, LineWidget
from fleet.faces.tui.widgets.panel import LEAST_HEIGHT, LEAST_WIDTH, MOST_HEIGHT, DestinationPanel, HeadAbove
from fleet.faces.tui.widgets.wall_lines import Lines, lay_out
from fleet.views import GroupHead, Panel

PanelFor = Callable[[str], Panel | None]


class Rail(LineWidget):
    """Where in the whole the panels that are seen stand."""

    DEFAULT_CSS = "Rail { width: 1; height: 1fr; background: $background; color: $foreground; }"

    def __init__(self) -> None:
        super().__init__()
        self._thumb = (0, 0)

    def show(self, first: int, seen: int, total: int) -> None:
        """``seen`` of ``total`` from ``first`` on."""
        height = self.size.height
        size = max(1, height * seen // total) if total > seen else 0
        top = min(height - size, height * first // max(1, total))
        if (top, size) != self._thumb:
            self._thumb = (top, size)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """A cell of the rail."""
        top, size = self._thumb
        glyph = (self.look.thumb if top <= y < top + size else self.look.rail) if size else " "
        return self.strip(((glyph, DIM),), 1)


class PanelWall(Widget, can_focus=True):
    """The wall."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.MOVE, Scope.ROWS)
    DEFAULT_CSS = """
    PanelWall { layout: horizontal; height: 1fr; width: 1fr; }
    PanelWall > #panels { layout: grid; height: 1fr; width: 1fr; grid-size: 1; grid-rows: 1fr; overflow: hidden; }
    PanelWall > .nothing { display: none; width: 1fr; color: $foreground-muted; padding: 1 2; }
    PanelWall.-empty > .nothing { display: block; }
    PanelWall.-empty > #panels { display: none; }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another panel."""

        wall: "PanelWall"
        key: str

    @dataclass
    class Opened(Message):
        """The panel is to be opened."""

        wall: "PanelWall"
        key: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: tuple[str, ...] = ()
        self._heads: Mapping[int, GroupHead] = {}
        self._laid = self._laid_last = Lines()
        self._laid_of: tuple[int, Mapping[int, GroupHead], int] = (0, {}, 0)
        self._panel_for: PanelFor = lambda key: None
        self._marked: Collection[str] = frozenset()
        self._cursor = 0
        self._first_line = 0
        self._across = 1
        self._lines = 1
        self._pool: list[DestinationPanel] = []
        self._panels = Container(id="panels")
        self._rail = Rail()
        self._empty = ""
        self._nothing = Static(content(""), classes="nothing")

    def compose(self) -> ComposeResult:
        """The panels, and the rail beside them."""
        yield self._panels
        yield self._nothing
        yield self._rail

    # What is shown

    def show(
        self,
        keys: tuple[str, ...],
        panel_for: PanelFor,
        marked: Collection[str] = frozenset(),
        empty: str = "",
        heads: Mapping[int, GroupHead] | None = None,
    ) -> None:
        """Show these destinations, in this order; ``empty`` is said where there is none.

        ``heads``: of groups, by the place of their first destination.
        """
        here = self.cursor_key
        anew = (keys, heads or {}) != (self._keys, self._heads)
        self._keys, self._panel_for, self._marked = keys, panel_for, frozenset(marked)
        self._heads = heads or {}
        if here != self.cursor_key and here in keys:
            self._cursor = keys.index(here)
        self._cursor = max(0, min(self._cursor, len(keys) - 1))
        if self._pool and self._shape(self.size) != (self._across, self._lines):
            self._fit(self.size)
        elif anew:
            self._laid = self._lay_out(self._across)
        self._reveal()
        self._bind()
        self.set_class(not keys, "-empty")
        if not keys and empty != self._empty:
            self._empty = empty
            self._nothing.update(content(empty))

    @property
    def cursor_key(self) -> str:
        """The destination under the cursor; empty where there is none."""
        return self._keys[self._cursor] if self._cursor < len(self._keys) else ""

    @property
    def capacity(self) -> int:
        """How many panels the screen has room for."""
        return self._across * self._lines

    def move_to(self, key: str) -> bool:
        """Put the cursor on ``key``; whether it is there."""
        if key in self._keys:
            self._go(self._keys.index(key))
        return key in self._keys

    def _bind(self) -> None:
        seen = self._laid.lines[self._first_line : self._first_line + self._lines]
        for place, panel in enumerate(self._pool):
            at, column = divmod(place, self._across)
            line = seen[at] if at < len(seen) else None
            index = line.first + column if line is not None and line.first + column < line.end else None
            above = None
            if line is not None and line.head is not None and (line.begins or not at):
                above = HeadAbove(line.head, not column, line.begins)
            key = self._keys[index] if index is not None else ""
            panel.bind_to(
                self._panel_for(key) if index is not None else None,
                index is not None and index == self._cursor,
                key in self._marked,
                above,
            )
        self._rail.show(self._first_line, self._lines, len(self._laid.lines))

    # The pool

    def on_resize(self, event: events.Resize) -> None:
        """As many panels as now fit."""
        self._fit(event.size)
        self._reveal()
        self._bind()

    def _shape(self, size: Size) -> tuple[int, int]:
        """Panels side by side and lines of them; where there are few destinations, each has more room."""
        across = max(1, (size.width - 1) // LEAST_WIDTH)
        needed = max(1, len(self._lay_out(across).lines))
        lines = max(1, size.height // (LEAST_HEIGHT + bool(self._heads)))
        return across, min(lines, max(needed, size.height // MOST_HEIGHT))

    def _lay_out(self, across: int) -> Lines:
        """The lines: those of the last time, where as many panels stand in the same groups."""
        basis = (len(self._keys), dict(self._heads), across)
        if basis != self._laid_of:
            self._laid_of, self._laid_last = basis, lay_out(*basis)
        return self._laid_last

    def _fit(self, size: Size) -> None:
        """Mount what is missing; a page of spare panels stays."""
        self._across, self._lines = self._shape(size)
        self._laid = self._lay_out(self._across)
        self._panels.styles.grid_size_columns = self._across
        self._panels.styles.grid_size_rows = self._lines
        missing = self.capacity - len(self._pool)
        if missing > 0:
            fresh = [DestinationPanel() for _ in range(missing)]
            self._pool.extend(fresh)
            self._panels.mount_all(fresh)
        elif len(self._pool) > 2 * self.capacity:
            spare = self._pool[2 * self.capacity :]
            del self._pool[2 * self.capacity :]
            self._panels.remove_children(spare)
        for place, panel in enumerate(self._pool):
            panel.display = place < self.capacity

    # Moving

    def action_down(self) -> None:
        """The panel below."""
        self._go(self._laid.beside(self._cursor, 1))

    def action_up(self) -> None:
        """The panel above."""
        self._go(self._laid.beside(self._cursor, -1))

    def action_left(self) -> None:
        """The panel to the left."""
        self._go(self._cursor - 1)

    def action_right(self) -> None:
        """The panel to the right."""
        self._go(self._cursor + 1)

    def action_top(self) -> None:
        """The first panel."""
        self._go(0)

    def action_bottom(self) -> None:
        """The last panel."""
        self._go(len(self._keys) - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._go(self._laid.beside(self._cursor, max(1, self._lines // 2)))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._go(self._laid.beside(self._cursor, -max(1, self._lines // 2)))

    def action_next_page(self) -> None:
        """A page down."""
        self._go(self._laid.beside(self._cursor, self._lines))

    def action_page_before(self) -> None:
        """A page up."""
        self._go(self._laid.beside(self._cursor, -self._lines))

    def action_open(self) -> None:
        """Open the panel."""
        if self.cursor_key:
            self.post_message(self.Opened(self, self.cursor_key))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """A line of panels down."""
        event.stop()
        self.action_down()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """A line of panels up."""
        event.stop()
        self.action_up()

    def on_destination_panel_clicked(self, message: DestinationPanel.Clicked) -> None:
        """A panel is chosen, and opened at the second click."""
        message.stop()
        self.focus()
        self.move_to(message.key)
        if message.twice:
            self.action_open()

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._keys) - 1))
        if index == self._cursor:
            return
        self._cursor = index
        self._reveal()
        self._bind()
        self.post_message(self.CursorMoved(self, self.cursor_key))

    def _reveal(self) -> None:
        line = self._laid.line_of[self._cursor] if self._cursor < len(self._laid.line_of) else 0
        last = max(0, len(self._laid.lines) - self._lines)
        self._first_line = min(last, max(line - self._lines + 1, min(self._first_line, line)))
