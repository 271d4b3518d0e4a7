"""A table of any size that sends only the cells that changed.

It holds no truth: ``show`` gives it lines (rows and heads of groups, already arranged) and it draws those that are
seen.  The cursor stays on its row by key when rows move.  To sort, fold or open is asked of the screen in messages.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.look import Look
from fleet.faces.tui.widgets.drawing import DIM, HEAD, PLAIN, STRONG, Drawn, LineWidget, Span, changed_span
from fleet.views import Column, GroupHead, Row, TableCell, curve
from fleet.views.arrangement import Line

_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are shown, where their cells stand in a row, and how wide they are drawn."""

    columns: tuple[Column, ...] = ()
    positions: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Cells of a whole line."""
        return _GUTTER + sum(self.widths) + max(0, len(self.widths) - 1)

    def column_at(self, x: int) -> Column | None:
        """The column drawn at cell ``x``."""
        edge = _GUTTER
        for column, width in zip(self.columns, self.widths, strict=True):
            if edge <= x <= edge + width:
                return column
            edge += width + 1
        return None


def lay_out(all_columns: Sequence[Column], chosen: Sequence[str], width: int) -> Layout:
    """The ``chosen`` columns, else those not optional that ``width`` has room for; flexible ones share what is left.

    Without a ``width`` (0) there is room for all.
    """
    places = {column.key: at for at, column in enumerate(all_columns)}
    wanted = [key for key in chosen if key in places] or [
        column.key for column in all_columns if not column.optional and (not width or column.least <= width)
    ]
    columns = tuple(all_columns[places[key]] for key in wanted)
    widths = [column.width for column in columns]
    flexible = [at for at, column in enumerate(columns) if column.flexible]
    spare = width - _GUTTER - sum(widths) - max(0, len(widths) - 1)
    if flexible and spare > 0:
        for at in flexible:
            widths[at] += spare // len(flexible)
        widths[flexible[0]] += spare % len(flexible)
    return Layout(columns, tuple(places[key] for key in wanted), tuple(widths))


def draw_cell(cell: TableCell, width: int, right: bool, look: Look) -> Span:
    """One cell in exactly ``width`` cells of the terminal."""
    if cell.history:
        return (curve(cell.history, width, look.ascii), PLAIN if cell.mark is None else cell.mark)
    if cell.mark is None:
        return (look.fit(cell.text, width, right), PLAIN)
    return (look.fit(f"{look.sign(cell.mark)} {cell.text}", width, right), cell.mark)


def draw_line(line: Line, layout: Layout, look: Look, marked: bool, cursor: bool) -> Drawn:
    """One line of the table: gutter, then cells, a blank between them."""
    pointer: Span = (look.cursor if cursor else " ", STRONG)
    if isinstance(line, GroupHead):
        fold = look.folded if line.collapsed else look.unfolded
        return (pointer, (f"{fold} ", HEAD), *_head(line, max(0, layout.width - _GUTTER - 1), look))
    spans: list[Span] = [pointer, (look.marked if marked else " ", STRONG)]
    for place, (at, width) in enumerate(zip(layout.positions, layout.widths, strict=True)):
        if place:
            spans.append((" ", PLAIN))
        spans.append(draw_cell(line.cells[at], width, layout.columns[place].right, look))
    return tuple(spans)


def _head(line: GroupHead, width: int, look: Look) -> Drawn:
    """The head of a group: its title and how many rows it has, or what the table says of it, with its mark."""
    problems = f", {line.problems} with problems" if line.problems else ""
    title = f"{line.title or '(empty)'} ({line.count}{problems})"
    if line.head is None:
        return ((look.fit(title, width), HEAD),)
    title = f"{title}  "
    length = cell_len(title)
    if length >= width:
        return ((look.fit(title, width), HEAD),)
    sign = f"{look.sign(line.head.mark)} " if line.head.mark is not None else ""
    role = PLAIN if line.head.mark is None else line.head.mark
    return ((title, HEAD), (look.fit(sign + line.head.text, width - length), role))


def draw_header(layout: Layout, look: Look, sort: str, inverted: bool) -> Drawn:
    """The titles, with an arrow at the column sorted by."""
    spans: list[Span] = [(" " * _GUTTER, HEAD)]
    for place, (column, width) in enumerate(zip(layout.columns, layout.widths, strict=True)):
        arrow = (look.descending if inverted else look.ascending) if column.key == sort else ""
        spans.append((" " if place else "", HEAD))
        spans.append((look.fit(f"{column.title}{arrow}", width, column.right), HEAD))
    return tuple(spans)


class LineTable(LineWidget, ScrollView, can_focus=True):
    """The table.  ``empty`` is what it says when there is nothing to show."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.MOVE, Scope.ROWS)
    DEFAULT_CSS = """
    LineTable { height: 1fr; width: 1fr; background: $background; color: $foreground; scrollbar-size-horizontal: 1;
                scrollbar-size-vertical: 1; overflow-x: auto; overflow-y: scroll; }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another line; ``key`` is empty on the head of a group."""

        table: "LineTable"
        key: str

    @dataclass
    class Opened(Message):
        """The row is to be opened."""

        table: "LineTable"
        key: str

    @dataclass
    class HeadOpened(Message):
        """The head of a group is to be opened."""

        table: "LineTable"
        title: str

    @dataclass
    class SortWanted(Message):
        """The title of a column was clicked."""

        table: "LineTable"
        column: str

    @dataclass
    class FoldWanted(Message):
        """A group is to be folded, or unfolded."""

        table: "LineTable"
        title: str
        fold: bool

    def __init__(self, *, id: str | None = None, empty: str = "Nothing here yet.") -> None:
        super().__init__(id=id)
        self.empty = empty
        self._all_columns: tuple[Column, ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._layout_of_lines = Layout()
        self._lines: tuple[Line, ...] = ()
        self._marked: Collection[str] = frozenset()
        self._sort = ("", False)
        self._cursor = 0
        self._drawn: dict[int, Drawn] = {}

    # What is shown

    def show(
        self,
        columns: tuple[Column, ...],
        lines: tuple[Line, ...],
        *,
        chosen: tuple[str, ...] = (),
        marked: Collection[str] = frozenset(),
        sort: str = "",
        inverted: bool = False,
    ) -> None:
        """Show these lines; only what differs from what is on the screen is drawn."""
        first = not self._lines and next((at for at, line in enumerate(lines) if isinstance(line, Row)), 0)
        key = lines[first].key if first else self._key_at(self._cursor)
        fresh = (columns, chosen, (sort, inverted)) != (self._all_columns, self._chosen, self._sort)
        self._all_columns, self._chosen, self._sort = columns, chosen, (sort, inverted)
        self._lines, self._marked = lines, frozenset(marked)
        self._follow(key)
        if fresh:
            self._arrange_columns()
        self._measure()
        if fresh:
            self._repaint_all()
        else:
            self._repaint_changes()

    @property
    def cursor_key(self) -> str:
        """The key of the row under the cursor; empty on the head of a group or where there is no row."""
        key = self._key_at(self._cursor)
        return "" if key.startswith("\0") else key

    @property
    def cursor_head(self) -> str:
        """The group whose head is under the cursor; empty on a row."""
        line = self._line()
        return line.title if isinstance(line, GroupHead) else ""

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row ``key``; whether it is there."""
        at = next((at for at, line in enumerate(self._lines) if line.key == key), None)
        if at is not None:
            self._go(at)
        return at is not None

    def _key_at(self, index: int) -> str:
        return self._lines[index].key if 0 <= index < len(self._lines) else ""

    def _follow(self, key: str) -> None:
        if self._key_at(self._cursor) != key:
            found = next((at for at, line in enumerate(self._lines) if line.key == key), None) if key else None
            self._cursor = self._cursor if found is None else found
        self._cursor = max(0, min(self._cursor, len(self._lines) - 1))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of what is seen: the header first, it never scrolls away."""
        offset, width = self.scroll_offset, self._seen.width
        if y == 0:
            return self.strip(draw_header(self._layout_of_lines, self.look, *self._sort), width, "", offset.x)
        index = y - 1 + offset.y
        if index >= len(self._lines):
            text = self.empty if y == 1 and not self._lines else ""
            return self.strip(((" " * _GUTTER + text, DIM),), width)
        drawn = self._drawn[index] = self._draw(index)
        return self.strip(drawn, width, self._ground(index), offset.x)

    def _draw(self, index: int) -> Drawn:
        line = self._lines[index]
        return draw_line(line, self._layout_of_lines, self.look, line.key in self._marked, index == self._cursor)

    def _ground(self, index: int) -> str:
        if index != self._cursor:
            return ""
        return "cursor" if self.has_focus else "cursor-blurred"

    def _repaint_all(self) -> None:
        self._drawn.clear()
        self.refresh()

    def _repaint_changes(self) -> None:
        offset = self.scroll_offset
        seen = range(offset.y, min(len(self._lines), offset.y + self._page))
        for index in [index for index in self._drawn if index not in seen]:
            del self._drawn[index]
            if offset.y <= index < offset.y + self._page:  # a line that is no more
                self.repaint(index - offset.y + 1)
        if not self._lines:
            self.repaint(1)
        for index in seen:
            old, new = self._drawn.get(index), self._draw(index)
            part = (0, self._layout_of_lines.width) if old is None else changed_span(old, new, cell_len)
            if part is not None:
                self._drawn[index] = new
                pointer = old is None or old[0] != new[0]  # the ground of the whole line changes with the cursor
                x, width = (0, self._seen.width) if pointer else (part[0] - offset.x, part[1])
                self.repaint(index - offset.y + 1, max(0, x), width + min(0, x))

    def _arrange_columns(self) -> None:
        self._layout_of_lines = lay_out(self._all_columns, self._chosen, self._seen.width)

    def _measure(self) -> None:
        wanted = Size(max(self._layout_of_lines.width, 1), len(self._lines) + 1)
        if wanted != self.virtual_size:
            self.virtual_size = wanted

    @property
    def _seen(self) -> Size:
        """The room for lines: what the scroll bars leave."""
        return self.scrollable_content_region.size

    @property
    def _page(self) -> int:
        return max(1, self._seen.height - 1)

    # Moving

    def on_resize(self) -> None:
        """Columns and scroll bars follow the size."""
        self._arrange_columns()
        self._measure()
        self._reveal()
        self._repaint_all()

    def on_focus(self) -> None:
        """The cursor is drawn as the one that takes keys."""
        self._repaint_cursor()

    def on_blur(self) -> None:
        """The cursor is drawn as one that does not."""
        self._repaint_cursor()

    def action_down(self) -> None:
        """One line down."""
        self._go(self._cursor + 1)

    def action_up(self) -> None:
        """One line up."""
        self._go(self._cursor - 1)

    def action_top(self) -> None:
        """The first line."""
        self._go(0)

    def action_bottom(self) -> None:
        """The last line."""
        self._go(len(self._lines) - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._go(self._cursor + max(1, self._page // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._go(self._cursor - max(1, self._page // 2))

    def action_next_page(self) -> None:
        """A page down."""
        self._go(self._cursor + self._page)

    def action_page_before(self) -> None:
        """A page up."""
        self._go(self._cursor - self._page)

    def action_left(self) -> None:
        """Fold the group, or scroll to the left."""
        self._sideways(fold=True, step=-8)

    def action_right(self) -> None:
        """Unfold the group, or scroll to the right."""
        self._sideways(fold=False, step=8)

    def action_open(self) -> None:
        """Open the row, or the group."""
        line = self._line()
        if isinstance(line, GroupHead):
            self.post_message(self.HeadOpened(self, line.title))
        elif line is not None:
            self.post_message(self.Opened(self, line.key))

    def on_click(self, event: events.Click) -> None:
        """A title sorts, a row is chosen, a chosen row opens at the second click."""
        at = event.get_content_offset(self)
        if at is None:
            return
        event.stop()
        if at.y == 0:
            column = self._layout_of_lines.column_at(at.x + self.scroll_offset.x)
            if column is not None:
                self.post_message(self.SortWanted(self, column.key))
            return
        index = at.y - 1 + self.scroll_offset.y
        if index < len(self._lines):
            self._go(index)
            line = self._line()
            if isinstance(line, GroupHead):
                self.post_message(self.FoldWanted(self, line.title, not line.collapsed))
            elif event.chain == 2:
                self.action_open()

    def _line(self) -> Row | GroupHead | None:
        return self._lines[self._cursor] if self._cursor < len(self._lines) else None

    def _sideways(self, fold: bool, step: int) -> None:
        line = self._line()
        if isinstance(line, GroupHead) and line.collapsed is not fold:
            self.post_message(self.FoldWanted(self, line.title, fold))
        else:
            self.scroll_to(x=self.scroll_offset.x + step, animate=False)

    def _go(self, index: int) -> None:
        index = max(0, min(index, len(self._lines) - 1))
        if index == self._cursor or not self._lines:
            return
        before, self._cursor = self._cursor, index
        top = self.scroll_offset.y
        self._reveal()
        if self.scroll_offset.y == top:  # else everything is drawn anyway
            for line in (before, index):
                self.repaint(line - top + 1)
        self.post_message(self.CursorMoved(self, self.cursor_key))

    def _reveal(self) -> None:
        top = self.scroll_offset.y
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False)
        elif self._cursor >= top + self._page:
            self.scroll_to(y=self._cursor - self._page + 1, animate=False)

    def _repaint_cursor(self) -> None:
        y = self._cursor - self.scroll_offset.y + 1
        if 1 <= y <= self._page:
            self.repaint(y)
