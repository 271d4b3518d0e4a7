"""Which columns, and in which order.  May import ``textual`` and the modules beside."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.line_table import LineTable
from fleet.views import Column, Row, TableCell

_COLUMNS = (Column("name", "Column", 16), Column("help", "What it says", 30, flexible=True))


class ColumnsOverlay(Overlay[tuple[str, ...]]):
    """The columns of a view: space shows or hides, J and K move, enter keeps."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", show=False),
        Binding("J", "move(1)", show=False),
        Binding("K", "move(-1)", show=False),
        Binding("enter", "keep", show=False, priority=True),
    ]
    DEFAULT_CSS = "ColumnsOverlay LineTable { height: 16; background: $surface; }"

    def __init__(self, columns: Sequence[Column], chosen: Sequence[str]) -> None:
        super().__init__()
        self._columns = {column.key: column for column in columns}
        first = [key for key in chosen if key in self._columns]
        self._chosen = set(first or [column.key for column in columns if not column.optional])
        self._order = first + [column.key for column in columns if column.key not in first]
        self._table = LineTable()

    def compose(self) -> ComposeResult:
        """The columns as a table."""
        with Vertical(classes="frame"):
            yield Static(content("Columns"), classes="title")
            yield self._table
            yield Static(content("space shows or hides, J K move, enter keeps, esc leaves"), classes="hint")

    def on_mount(self) -> None:
        """The columns there are."""
        self._show()

    def action_choose(self) -> None:
        """Show or hide the column; one always stays."""
        key = self._table.cursor_key
        changed = self._chosen ^ {key}
        if changed:
            self._chosen = changed
            self._show()
        else:
            self.app.bell()

    def action_move(self, step: int) -> None:
        """Move the column."""
        at = self._order.index(self._table.cursor_key)
        to = at + step
        if 0 <= to < len(self._order):
            self._order[at], self._order[to] = self._order[to], self._order[at]
            self._show()

    def action_keep(self) -> None:
        """Leave with the columns."""
        self.dismiss(tuple(key for key in self._order if key in self._chosen))

    def _show(self) -> None:
        found = [self._columns[key] for key in self._order]
        rows = tuple(Row(one.key, (TableCell(one.title), TableCell(one.help))) for one in found)
        self._table.show(_COLUMNS, rows, marked=self._chosen)
