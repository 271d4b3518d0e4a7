"""The table: what is drawn, what is sent again, where the cursor goes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from golden import screen_lines
from hypothesis import given
from hypothesis import strategies as st
from made_up import COLUMNS, made_row
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from fleet.faces.tui.look import ASCII, UNICODE
from fleet.faces.tui.screens.base import LEAST
from fleet.faces.tui.themes import DARK
from fleet.faces.tui.widgets.drawing import changed_span
from fleet.faces.tui.widgets.line_table import LineTable, draw_header, draw_line, lay_out
from fleet.monitor import State
from fleet.views import Arrangement, Column, Mark, Row, Table, TableCell, arrange
from fleet.views.board import TABLES, Picture


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.table = LineTable(empty="Nothing.")
        self.got: list[object] = []
        self.register_theme(DARK)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield self.table

    def on_line_table_opened(self, message: LineTable.Opened) -> None:
        self.got.append(("open", message.key))

    def on_line_table_sort_wanted(self, message: LineTable.SortWanted) -> None:
        self.got.append(("sort", message.column))

    def on_line_table_head_opened(self, message: LineTable.HeadOpened) -> None:
        self.got.append(("head", message.title))

    def on_line_table_fold_wanted(self, message: LineTable.FoldWanted) -> None:
        self.got.append(("fold", message.title, message.fold))


@asynccontextmanager
async def hosted(rows: tuple[Row, ...], size: tuple[int, int] = (70, 12)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.table.focus()
        app.table.show(COLUMNS, rows)
        await pilot.pause()
        yield app, pilot


ROWS = tuple(made_row(number) for number in range(100))


def regions_of(table: LineTable, monkeypatch: pytest.MonkeyPatch) -> list[Region | None]:
    """Every region the table asks to have drawn again; None for all of it."""
    asked: list[Region | None] = []
    refresh = table.refresh

    def note(*regions: Region, **rest: bool) -> LineTable:
        if rest.get("repaint", True):
            asked.extend(regions or (None,))
        return refresh(*regions, **rest)

    monkeypatch.setattr(table, "refresh", note)
    return asked


async def test_a_changed_cell_is_all_that_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(ROWS) as (app, _):
        asked = regions_of(app.table, monkeypatch)
        changed = replace(ROWS[4], cells=(ROWS[4].cells[0], TableCell("bogus", Mark.FAIL), *ROWS[4].cells[2:]))
        app.table.show(COLUMNS, (*ROWS[:4], changed, *ROWS[5:]))
        layout = lay_out(COLUMNS, (), app.table.scrollable_content_region.width)
        assert asked == [Region(2 + layout.widths[0] + 1, 5, layout.widths[1], 1)]


async def test_rows_that_are_not_seen_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(ROWS) as (app, _):
        asked = regions_of(app.table, monkeypatch)
        app.table.show(COLUMNS, (*ROWS[:50], *(replace(row, key=f"{row.key}x") for row in ROWS[50:])))
        app.table.show(COLUMNS, ROWS)
        assert asked == []


async def test_moving_the_cursor_draws_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(ROWS) as (app, pilot):
        asked = regions_of(app.table, monkeypatch)
        await pilot.press("j")
        assert [region.y for region in asked if region] == [1, 2]


async def test_what_is_on_the_screen_is_always_what_was_shown_last() -> None:
    """The differences that are sent add up: after any sequence the screen equals a table made anew."""
    async with hosted(ROWS[:30]) as (app, pilot), hosted(()) as (other, fresh):
        for turn, rows in enumerate((ROWS[:3], ROWS[5:60], (), ROWS[10:13], ROWS, tuple(reversed(ROWS)), ROWS[:9])):
            app.table.show(COLUMNS, rows, marked={rows[0].key} if rows else set())
            for key in ("G", "k", "pagedown")[: turn % 4]:
                await pilot.press(key)
            await pilot.pause()
            other.table.show((), ())
            other.table.show(COLUMNS, rows, marked={rows[0].key} if rows else set())
            other.table.move_to(app.table.cursor_key)
            other.table.scroll_to(y=app.table.scroll_offset.y, animate=False)
            await fresh.pause()
            assert screen_lines(app) == screen_lines(other), turn


async def test_the_cursor_stays_on_its_row_when_rows_move() -> None:
    async with hosted(ROWS) as (app, pilot):
        await pilot.press("j", "j", "j")
        app.table.show(COLUMNS, tuple(reversed(ROWS)))
        assert app.table.cursor_key == ROWS[3].key
        app.table.show(COLUMNS, ROWS[50:])
        assert app.table.cursor_key == ROWS[99].key  # its row is gone: the place it had, cut to what there is


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (("G",), 99),
        (("G", "g"), 0),
        (("pagedown",), 11),
        (("ctrl+d", "ctrl+d"), 10),
        (("pagedown", "pagedown", "pageup"), 11),
        (("k",), 0),
        (("end", "j"), 99),
    ],
)
async def test_moving(keys: tuple[str, ...], row: int) -> None:
    async with hosted(ROWS) as (app, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        assert app.table.cursor_key == ROWS[row].key
        assert any(line.startswith(UNICODE.cursor) and ROWS[row].key in line for line in screen_lines(app))


async def test_the_mouse_sorts_by_titles_chooses_rows_and_opens() -> None:
    async with hosted(ROWS) as (app, pilot):
        await pilot.click(offset=(5, 0))
        await pilot.click(offset=(30, 4))
        assert app.table.cursor_key == ROWS[3].key
        await pilot.double_click(offset=(30, 6))
        assert app.got == [("sort", "name"), ("open", ROWS[5].key)]


async def test_groups_fold_and_open() -> None:
    shown = arrange(Table(COLUMNS, ROWS), Arrangement(group="state"))
    async with hosted(()) as (app, pilot):
        app.table.show(COLUMNS, shown.lines)
        await pilot.press("k", "h", "l", "enter")  # the cursor begins on the first row
        title = shown.lines[0].title
        assert app.got == [("fold", title, True), ("head", title)]
        await pilot.click(offset=(5, 1))
        assert app.got[-1] == ("fold", title, True)
        assert app.table.cursor_key == ""


async def test_nothing_to_show_says_so() -> None:
    async with hosted(ROWS[:2]) as (app, pilot):
        app.table.show(COLUMNS, ())
        await pilot.pause()
        assert screen_lines(app)[1:3] == ["  Nothing.", ""]
        await pilot.press("j", "G", "enter", "pagedown")
        assert app.got == []


texts = st.text(st.sampled_from("ab 日🙂é"), max_size=30)


@given(st.lists(texts, min_size=3, max_size=3), st.integers(0, 60), st.booleans(), st.booleans())
def test_every_line_is_exactly_as_wide_as_its_layout(found: list[str], width: int, plain: bool, cursor: bool) -> None:
    look = ASCII if plain else UNICODE
    columns = (Column("a", "A", 5), Column("b", "Long title", 4, right=True), Column("c", "C", 3, flexible=True))
    layout = lay_out(columns, (), width)
    row = Row("k", (TableCell(found[0]), TableCell(found[1], Mark.FAIL), TableCell(found[2])))
    for drawn in (draw_line(row, layout, look, True, cursor), draw_header(layout, look, "b", True)):
        assert sum(cell_len(text) for text, _ in drawn) == layout.width
    assert layout.width == max(width, 2 + 5 + 4 + 3 + 2)


@pytest.mark.parametrize("view", TABLES)
def test_the_columns_shown_by_themselves_fit_every_width(view: str) -> None:
    columns = TABLES[view](Picture(State(), datetime.now(UTC))).columns
    assert columns
    for width in range(LEAST[0] - 1, 260):  # a scroll bar takes one
        assert lay_out(columns, (), width).width <= width, width


spans = st.lists(st.tuples(st.sampled_from(["ab", "cd", "日", "e"]), st.sampled_from(["plain", Mark.OK])), max_size=4)


@given(spans, spans)
def test_what_lies_outside_a_changed_span_is_equal(old: list, new: list) -> None:
    def cells(drawn: list) -> list[tuple[str, object]]:
        return [(sign, role) for text, role in drawn for sign in (text if text.isascii() else [text, ""])]

    found = changed_span(tuple(old), tuple(new), cell_len)
    before, after = cells(old), cells(new)
    if found is None:
        assert before == after
    elif len(before) == len(after):
        start, width = found
        assert before[:start] == after[:start]
        assert before[start + width :] == after[start + width :]


def test_chosen_columns_come_in_their_order_and_unknown_ones_are_passed_over() -> None:
    assert [one.key for one in lay_out(COLUMNS, ("mx", "gone", "name"), 80).columns] == ["mx", "name"]
    assert "mx" not in [one.key for one in lay_out(COLUMNS, (), 80).columns]
