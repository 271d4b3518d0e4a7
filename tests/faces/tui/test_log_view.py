"""A log over a ring: following, staying, forgetting, searching."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from golden import screen_lines
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from fleet.faces.tui.themes import DARK
from fleet.faces.tui.widgets.log_view import LogLine, LogView
from fleet.faces.tui.widgets.ring import Ring
from fleet.views import Mark


class Host(App[None]):
    def __init__(self, ring: Ring[LogLine]) -> None:
        super().__init__()
        self.log_view = LogView(ring)
        self.register_theme(DARK)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        yield self.log_view


@asynccontextmanager
async def hosted(count: int, size: int = 50) -> AsyncIterator[tuple[Ring[LogLine], Host, Pilot[None]]]:
    ring = Ring(size, (LogLine(f"line {number}") for number in range(count)))
    app = Host(ring)
    async with app.run_test(size=(40, 10)) as pilot:
        app.log_view.focus()
        await pilot.pause()
        yield ring, app, pilot


def lines(app: Host) -> list[str]:
    return [line.rstrip(" ▁▂▃▄▅▆▇█") for line in screen_lines(app)]


async def test_it_follows_the_end_while_the_end_is_seen() -> None:
    async with hosted(20) as (ring, app, pilot):
        assert lines(app)[-1] == "line 19"
        ring.append(LogLine("new", Mark.FAIL, "12:00"))
        app.log_view.changed()
        await pilot.pause()
        assert lines(app)[-1] == "12:00 ✗ new"


async def test_a_reader_who_went_up_stays_there_even_when_old_lines_are_forgotten() -> None:
    async with hosted(50) as (ring, app, pilot):
        await pilot.press("k", "k", "k")
        await pilot.pause()
        seen = lines(app)
        ring.extend(LogLine(f"more {number}") for number in range(7))
        app.log_view.changed()
        await pilot.pause()
        assert lines(app) == seen


async def test_moving_and_searching() -> None:
    async with hosted(50) as (_, app, pilot):
        await pilot.press("g")
        await pilot.pause()
        assert lines(app)[0] == "line 0"
        await pilot.press("ctrl+d", "pagedown", "pageup", "ctrl+u", "j")
        await pilot.pause()
        assert lines(app)[0] == "line 1"
        assert app.log_view.find("LINE 3")
        assert app.log_view.match == LogLine("line 3")
        await pilot.press("n")
        assert app.log_view.match == LogLine("line 30")
        await pilot.press("N", "N")
        assert app.log_view.match == LogLine("line 39")  # round from the first to the last
        assert not app.log_view.find("nowhere")


async def test_an_empty_log_and_one_that_grows_from_nothing() -> None:
    async with hosted(0) as (ring, app, pilot):
        await pilot.press("j", "G", "n", "g", "N")
        ring.append(LogLine("first"))
        app.log_view.changed()
        await pilot.pause()
        assert lines(app)[0] == "first"


@given(st.integers(1, 5), st.lists(st.integers(), max_size=12))
def test_a_ring_keeps_the_newest_and_counts_the_rest(size: int, items: list[int]) -> None:
    ring = Ring(size, items)
    assert list(ring) == items[-size:]
    assert ring.dropped == max(0, len(items) - size)
    assert len(ring) == min(size, len(items))
