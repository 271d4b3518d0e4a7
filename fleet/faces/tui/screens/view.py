"""A view: rows that can be filtered, sorted, grouped, marked, acted upon, copied and exported.

The rows come from the engine; the arrangement is the user's and stays with the screen.  Every deed is a request to the
engine for the marked rows, else for the one under the cursor.

May import ``textual``, ``fleet.clock``, ``fleet.views`` and the modules beside.
"""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from fleet.clock import monotonic
from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.engine import Deed, Request
from fleet.faces.tui.overlays.choice import ChoiceOverlay, QuestionOverlay
from fleet.faces.tui.overlays.columns import ColumnsOverlay
from fleet.faces.tui.screens.acting import ActingScreen
from fleet.faces.tui.screens.closer import CloserScreen
from fleet.faces.tui.widgets.document_view import DocumentView
from fleet.faces.tui.widgets.entry import Entry
from fleet.faces.tui.widgets.header import Status
from fleet.faces.tui.widgets.line_table import LineTable, lay_out
from fleet.faces.tui.widgets.wall import PanelWall
from fleet.views import Arrangement, FilterProblem, Shown, Table, arrange, next_sort, parse_filter, renewed, targets
from fleet.views.filtering import NO_FILTER, Filter, Sign, Term

WIDE = 150
"""Columns from which a view has a second pane."""
PANE_SHARES = (0, 2, 4, 6, 8)
"""Tenths of the width that it may take; 0: it is hidden."""
CALM = 2.0
"""Seconds for which rows keep their order while their values change; what the user does sorts at once."""


class ViewScreen(ActingScreen):
    """A screen with rows; its body is a table unless a subclass says otherwise."""

    SCOPES: ClassVar[frozenset[Scope]] = frozenset({Scope.APP, Scope.VIEW, Scope.ACT, Scope.MOVE, Scope.ROWS})
    EMPTY: ClassVar[str] = "Nothing here yet."
    PACE: ClassVar[float] = 0.0
    """Seconds between two pictures, where new rows move all others and a slow line has to carry it."""
    NO_PANE: ClassVar[str] = "Nothing is under the cursor."
    DEFAULT_CSS = """
    ViewScreen > .sides { height: 1fr; width: 1fr; }
    ViewScreen > .sides > DocumentView { border-left: vkey $foreground-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VIEW, Scope.ACT)

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(())
        self.shown = Shown()
        self.arrangement = Arrangement()
        self.marked: frozenset[str] = frozenset()
        self._before_filter = NO_FILTER
        self._arranged_at = 0.0
        self._order_is_old = False
        self._body = self.make_body()
        self._pane = DocumentView(self.NO_PANE)
        self._grouped_at_first = False
        self._pane_size = PANE_SHARES.index(4)
        self._shown_at = 0.0
        self._hurried = False

    @property
    def body(self) -> Widget:
        """The widget that shows the rows."""
        return self._body

    def make_body(self) -> Widget:
        """The widget that shows the rows, made once."""
        return LineTable(empty=self.EMPTY)

    def compose_body(self) -> ComposeResult:
        """The rows, and beside them, where there is room, a closer look at the one under the cursor."""
        with Horizontal(classes="sides"):
            yield self._body
            yield self._pane

    def on_resize(self) -> None:
        """Where there is room, a second pane."""
        super().on_resize()
        self.set_class(self.size.width >= WIDE, "-wide")
        self._share_width()

    def on_mount(self) -> None:
        """The rows take the keys."""
        super().on_mount()
        if self.fleet_app.look.ascii:
            self._pane.styles.border_left = ("ascii", self._pane.styles.border_left[1])

    # Showing

    def show_pane(self) -> None:
        """The closer look follows the cursor."""
        if self.has_class("-wide") and PANE_SHARES[self._pane_size]:
            key = self.cursor_key
            self._pane.show(self.fleet_app.engine.document(self.view, key) if key else None)

    def show_view(self) -> None:
        """Ask for the rows and show them: in the order they had, unless that is old."""
        if self.PACE and monotonic() < self._shown_at + self.PACE:
            self._hurried = True
            return
        self._shown_at, self._hurried = monotonic(), False
        before, self.table = self.table, self.fleet_app.engine.table(self.view)
        if self.table.headed and not self._grouped_at_first:  # lanes are lanes until the user wants them otherwise
            self._grouped_at_first = True
            self.arrangement = replace(self.arrangement, group=self.table.headed)
        calm = monotonic() < self._arranged_at + CALM and before.columns == self.table.columns
        same = renewed(self.shown, self.table) if calm else None
        if same is None:
            self.rearrange()
        else:
            self.shown, self._order_is_old = same, True
            self.show_body()
            self.show_status()
            self.show_pane()

    def is_due(self) -> bool:
        """Whether there is more to come, or rows stand in an order that is old by now."""
        if self._hurried:
            return monotonic() >= self._shown_at + self.PACE
        return self.table.partial or (self._order_is_old and monotonic() >= self._arranged_at + CALM)

    def rearrange(self) -> None:
        """Arrange the rows there are, and show them."""
        self.shown = arrange(self.table, self.arrangement)
        self._arranged_at, self._order_is_old = monotonic(), False
        self.show_body()
        self.show_status()
        self.show_pane()

    def show_body(self) -> None:
        """Give the body what is shown."""
        if isinstance(self._body, LineTable):
            choice = self.arrangement
            self._body.empty = self._why_empty()
            self._body.show(
                self.table.columns,
                self.shown.lines,
                chosen=self.chosen_columns,
                marked=self.marked,
                sort=choice.sort,
                inverted=choice.inverted,
            )

    def show_status(self) -> None:
        """The header's second line."""
        choice, seen = self.arrangement, {row.key for row in self.shown.rows} if self.marked else set()
        status = Status(
            matched=self.shown.matched,
            total=self.shown.total,
            filter=str(choice.filter),
            problems_only=choice.problems_only,
            sort=choice.sort,
            inverted=choice.inverted,
            group=self.arrangement.group,
            marked=len(self.marked),
            hidden_marks=len(self.marked - seen),
            running=self.fleet_app.engine.running(),
            frozen=self.fleet_app.frozen,
            changes=self.fleet_app.changes,
            note=self.table.note,
            order=self.table.order,
        )
        self.header.show(self.fleet_app.engine.name, status)

    @property
    def chosen_columns(self) -> tuple[str, ...]:
        """The columns the user chose for this view; empty for the usual ones."""
        return self.fleet_app.columns.get(self.VIEW, ())

    @property
    def cursor_key(self) -> str:
        """The object under the cursor."""
        key = getattr(self._body, "cursor_key", "")
        return key if isinstance(key, str) else ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The objects an action is for."""
        return targets(self.shown, self.marked, self.cursor_key)

    def _why_empty(self) -> str:
        return "No row passes: esc shows all." if self.table.rows else self.EMPTY

    def _choose(self, **changes: object) -> None:
        self.arrangement = replace(self.arrangement, **changes)  # type: ignore[arg-type]
        self.rearrange()

    # Filter, sort, group, mark

    def action_filter(self, text: str = "") -> None:
        """Filter by ``text``; without one, write a filter that works as it is written."""
        if text:
            self._filter(text)
        else:
            self._before_filter = self.arrangement.filter
            written = str(self.arrangement.filter)
            self.entry.open("filter", "/", f"{written} " if written else "")

    def filter_to(self, field: str, text: str) -> None:
        """Only the rows with ``text`` in the column ``field`` (in any, without one)."""
        self._choose(filter=Filter((Term(Sign.CONTAINS, text, field),)))

    def action_problems(self) -> None:
        """Only what is not proven good, or all."""
        self._choose(problems_only=not self.arrangement.problems_only)

    def action_sort(self, column: str = "") -> None:
        """Sort by ``column``; without one, choose."""
        if column:
            self.sort_by(column)
            return
        options = [("", "Worst first"), *((one.key, one.title) for one in self.table.columns)]
        self.app.push_screen(ChoiceOverlay("Sort by", options, self.arrangement.sort), self.sort_by)

    def sort_by(self, column: str | None) -> None:
        """Sort by ``column``; by the column that is sorted by already, the other way round."""
        if column is None:
            return
        if column and column not in self.table.fields:
            self.fleet_app.refuse(f'There is no column "{column}" here: {", ".join(self.table.fields)}.')
            return
        again = column == self.arrangement.sort and bool(column)
        self._choose(sort=column, inverted=again and not self.arrangement.inverted)

    def action_sort_left(self) -> None:
        """Sort by the column to the left."""
        self._choose(sort=next_sort(self._sortable(), self.arrangement.sort, -1))

    def action_sort_right(self) -> None:
        """Sort by the column to the right."""
        self._choose(sort=next_sort(self._sortable(), self.arrangement.sort, 1))

    def action_invert(self) -> None:
        """Sort the other way round."""
        self._choose(inverted=not self.arrangement.inverted)

    def action_group(self, column: str = "") -> None:
        """Group by ``column``; without one, choose."""
        if column:
            self._group(column)
            return
        options = [("", "Not at all"), *((one.key, one.title) for one in self.table.columns)]
        self.app.push_screen(ChoiceOverlay("Group by", options, self.arrangement.group), self._group)

    def action_columns(self, *names: str) -> None:
        """Show the columns ``names``; without any, choose."""
        if not names:
            self.app.push_screen(ColumnsOverlay(self.table.columns, self.chosen_columns), self._columns)
            return
        unknown = [name for name in names if name not in self.table.fields]
        if unknown:
            self.fleet_app.refuse(f'There is no column "{unknown[0]}" here: {", ".join(self.table.fields)}.')
        else:
            self._columns(names)

    def action_mark(self) -> None:
        """Mark what is under the cursor, or unmark it, and go on to the next."""
        if any(row.key == self.cursor_key for row in self.shown.rows):
            self.marked ^= {self.cursor_key}
            self.rearrange()
            step = getattr(self._body, "action_down", None)
            if step is not None:
                step()

    def action_mark_all(self) -> None:
        """Mark all rows shown."""
        self.marked |= {row.key for row in self.shown.rows}
        self.rearrange()

    def action_unmark(self) -> None:
        """Unmark all rows."""
        self.marked = frozenset()
        self.rearrange()

    def step_back(self) -> bool:
        """Undo the innermost choice (esc): the entry, then the filter, then the marks; whether there was one."""
        if self.entry.is_open:
            self.close_entry()
        elif self.arrangement.filter or self.arrangement.problems_only:
            self._choose(filter=NO_FILTER, problems_only=False)
        elif self.marked:
            self.action_unmark()
        else:
            return False
        return True

    # The closer look beside the rows

    def action_wider(self) -> None:
        """More room for the pane."""
        self._size_pane(1)

    def action_narrower(self) -> None:
        """Less room for the pane, at last none."""
        self._size_pane(-1)

    def _size_pane(self, step: int) -> None:
        if self.has_class("-wide"):
            self._pane_size = max(0, min(len(PANE_SHARES) - 1, self._pane_size + step))
            self._share_width()
        else:
            self.fleet_app.refuse(f"A pane stands beside the rows from {WIDE} columns on; enter opens what is in it.")

    def _share_width(self) -> None:
        share = PANE_SHARES[self._pane_size] if self.has_class("-wide") else 0
        self._pane.display = bool(share)
        self._pane.styles.width = f"{share or 1}fr"
        self._body.styles.width = f"{10 - share}fr"
        self.show_pane()

    # Deeds

    def action_check_all(self) -> None:
        """Check everything shown, once the number is agreed to."""
        self._ask_for_all(Deed.CHECK, "Check")

    def action_poll_all(self) -> None:
        """Poll everything shown, once the number is agreed to."""
        self._ask_for_all(Deed.POLL, "Poll")

    def action_copy(self, part: str = "row") -> None:
        """Copy a part of the selection."""
        if part in ("evidence", "command"):
            self.fleet_app.ask(Request(Deed(part), self.VIEW, self.targets), copy=True)
            return
        rows = [row for row in self.shown.rows if row.key in self.targets]
        text = "\n".join(row.key if part == "name" else "\t".join(cell.text for cell in row.cells) for row in rows)
        self.fleet_app.copy(text)

    def action_export(self, form: str, path: str = "") -> None:
        """Write the rows as shown to a file."""
        layout = lay_out(self.table.columns, self.chosen_columns, self.size.width)
        self.fleet_app.export(form, path, self.VIEW, layout.columns, layout.positions, self.shown.rows)

    def open(self, key: str) -> None:
        """Look closer at one object."""
        if self.fleet_app.engine.document(self.view, key) is not None:
            self.app.push_screen(CloserScreen(self.view, key))
        else:
            self.ask(Deed.OPEN, wanted=(key,))

    def go_to(self, key: str) -> bool:
        """Put the cursor on an object, showing all rows if it must be; whether it is there."""
        if key not in {row.key for row in self.shown.rows}:
            self._choose(filter=NO_FILTER, problems_only=False, collapsed=frozenset())
        move = getattr(self._body, "move_to", None)
        return bool(move is not None and move(key))

    # What widgets ask for

    @on(LineTable.SortWanted)
    def _title_clicked(self, message: LineTable.SortWanted) -> None:
        self.sort_by(message.column)

    @on(LineTable.CursorMoved)
    @on(PanelWall.CursorMoved)
    def _cursor_moved(self) -> None:
        self.show_pane()

    @on(LineTable.Opened)
    def _row_opened(self, message: LineTable.Opened) -> None:
        self.open(message.key)

    @on(LineTable.HeadOpened)
    def _head_opened(self, message: LineTable.HeadOpened) -> None:
        self.open_head(message.title)

    def open_head(self, title: str) -> None:
        """Fold a group, or unfold it, where nothing more is known of it."""
        folded = self.arrangement.collapsed
        self._choose(collapsed=folded ^ {title})

    @on(LineTable.FoldWanted)
    def _fold(self, message: LineTable.FoldWanted) -> None:
        folded = self.arrangement.collapsed
        self._choose(collapsed=folded | {message.title} if message.fold else folded - {message.title})

    @on(Entry.Written)
    def _filter_written(self, message: Entry.Written) -> None:
        if message.mode == "filter":
            self._filter(message.text)

    @on(Entry.Done)
    def _filter_done(self, message: Entry.Done) -> None:
        if message.mode == "filter" and not self.entry.problem:
            self.close_entry()

    @on(Entry.Dropped)
    def _filter_dropped(self, message: Entry.Dropped) -> None:
        if message.mode == "filter":
            self._choose(filter=self._before_filter)

    def _filter(self, text: str) -> None:
        match parse_filter(text, self.table.fields):
            case FilterProblem(_, sentence):
                if self.entry.is_open:
                    self.entry.say(sentence)
                else:
                    self.fleet_app.refuse(sentence)
            case found:
                self.entry.say("")
                self._choose(filter=found)

    def _group(self, column: str | None) -> None:
        if column is None:
            return
        if column and column not in self.table.fields:
            self.fleet_app.refuse(f'There is no column "{column}" here: {", ".join(self.table.fields)}.')
        else:
            self._choose(group=column, collapsed=frozenset())

    def _columns(self, names: tuple[str, ...] | None) -> None:
        if names:
            self.fleet_app.remember_columns(self.VIEW, names)
            self.rearrange()

    def _sortable(self) -> tuple[str, ...]:
        return tuple(one.key for one in lay_out(self.table.columns, self.chosen_columns, 0).columns)

    def _ask_for_all(self, deed: Deed, word: str) -> None:
        keys = tuple(row.key for row in self.shown.rows)
        if not keys:
            self.fleet_app.refuse("Nothing is shown.")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.ask(deed, wanted=keys)

        self.app.push_screen(QuestionOverlay(f"{word} all {len(keys):,} shown?"), answered)
