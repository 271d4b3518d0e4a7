"""The wall: never more panels than are seen plus a page; and what a panel says."""

import pytest
from golden import screen_lines, screen_text
from hypothesis import given
from hypothesis import strategies as st
from made_up import STEPS, MadeUpEngine, made_panel, made_row
from rich.cells import cell_len

from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.look import ASCII, UNICODE
from fleet.faces.tui.widgets.panel import DestinationPanel, draw_panel
from fleet.faces.tui.widgets.wall import PanelWall
from fleet.faces.tui.widgets.wall_lines import lay_out
from fleet.views import GroupHead, Mark, Panel, PanelOutcome, StepMark


async def test_five_thousand_destinations_never_mount_more_than_a_page_beyond_what_is_seen() -> None:
    engine = MadeUpEngine(5_000)
    app = FleetApp(engine)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        wall = app.screen.query_one(PanelWall)
        assert wall.capacity == 15
        for size, keys in (
            ((140, 45), "jjGk"),
            ((200, 60), "gG"),
            ((80, 24), "kkg"),
            ((60, 16), "G"),
            ((140, 45), "g"),
        ):
            await pilot.resize_terminal(*size)
            for key in keys:
                await pilot.press(key)
            await pilot.pause()
            panels = list(app.screen.query(DestinationPanel))
            mounted = len(panels)
            seen = sum(panel.bound is not None and panel.display for panel in panels)
            assert wall.capacity - 5 < seen <= wall.capacity  # the last line of five columns may be short
            assert mounted <= 2 * wall.capacity, (size, mounted)
            assert wall.cursor_key in screen_text(app)
        engine.panels_asked = 0
        app.show_now()
        assert engine.panels_asked <= 2 * wall.capacity


async def test_the_cursor_walks_the_grid() -> None:
    app = FleetApp(MadeUpEngine(11))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        wall = app.screen.query_one(PanelWall)
        keys = [row.key for row in app.screen.shown.rows]
        for pressed, at in (("l", 1), ("j", 3), ("j", 5), ("h", 4), ("G", 10), ("j", 10), ("k", 8), ("g", 0), ("k", 0)):
            await pilot.press(pressed)
            assert wall.cursor_key == keys[at], pressed


async def test_clicks_and_the_wheel() -> None:
    engine = MadeUpEngine(11)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        wall = app.screen.query_one(PanelWall)
        await pilot.click(offset=(50, 5))
        assert wall.cursor_key == app.screen.shown.rows[1].key
        await pilot.double_click(offset=(50, 15))
        await app.workers.wait_for_complete()
        assert engine.requests[-1].targets == (app.screen.shown.rows[3].key,)


async def test_no_destination_says_so() -> None:
    app = FleetApp(MadeUpEngine(0))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert "No destination is declared." in screen_text(app)


FULL = Panel(
    key="ietf.org",
    name="ietf.org",
    mark=Mark.FAIL,
    verdict="held",
    mode="mandatory",
    steps=tuple(StepMark(name, Mark.FAIL if name == "TLSA" else Mark.OK, "bogus") for name in STEPS),
    outcomes=(
        PanelOutcome("dlv1 dlv2", Mark.FAIL, "held, 41 h left"),
        PanelOutcome("scan", Mark.UNKNOWN, "unknown"),
    ),
    expected="held",
    weakest="held",
    age="3 min",
    history=(0.0, None, 2.0),
    note="certificate ends in 6 d",
    note_mark=Mark.WARN,
)


def said(panel: Panel | None, width: int, height: int, plain: bool = False) -> list[str]:
    look = ASCII if plain else UNICODE
    return ["".join(text for text, _ in line) for line in draw_panel(panel, width, height, look, True, True)]


def test_a_panel_says_everything() -> None:
    assert said(FULL, 44, 11) == [
        "┏━ ● ietf.org ━━━━━━━━━━━━━━━━━━━━ ✗ held ━┓",
        "┃ mandatory · 3 min                        ┃",
        "┃ MX ✓ bogus  A ✓ bogus  TLSA ✗ bogus      ┃",
        "┃ TLS ✓ bogus  CERT ✓ bogus                ┃",
        "┃ dlv1 dlv2: ✗ held, 41 h left             ┃",
        "┃ scan: ? unknown                          ┃",
        "┃ expected held, weakest held              ┃",
        "┃ ·····································▁·█ ┃",
        "┃ ! certificate ends in 6 d                ┃",
        "┃                                          ┃",
        "┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛",
    ]


def test_where_there_is_little_room_rungs_and_outcome_stay() -> None:
    lines = "\n".join(said(FULL, 38, 8))
    for word in ("MX ✓", "A ✓", "TLSA ✗ bogus", "TLS ✓", "CERT ✓", "dlv1 dlv2: ✗ held", "+1 more", "certificate ends"):
        assert word in lines


def test_ascii_panels_are_ascii() -> None:
    assert "".join(said(FULL, 44, 11, plain=True)).isascii()


names = st.text(st.sampled_from("a.日🙂é"), max_size=50)


@given(names, names, st.integers(0, 70), st.integers(0, 14), st.booleans())
def test_a_panel_is_exactly_as_large_as_asked(name: str, word: str, width: int, height: int, plain: bool) -> None:
    panel = made_panel(made_row(3, name=name or "x"), word)
    if width < 10 or height < 2:
        return  # the wall has no panels so small
    lines = said(panel, width, height, plain)
    assert [cell_len(line) for line in lines] == [width] * height
    assert [cell_len(line) for line in said(None, width, height)] == [width] * height


@pytest.mark.parametrize("plain", [False, True])
async def test_the_screen_is_only_ours_in_ascii(plain: bool) -> None:
    app = FleetApp(MadeUpEngine(9), Surroundings(ascii=plain))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for key in "123456":
            await pilot.press(key)
            await pilot.pause()
            assert all(line.isascii() for line in screen_lines(app)) is plain
        for key in ("question_mark", "s", "comma", "ctrl+p", "C", "c"):
            await pilot.press(key)
            await pilot.pause()
            assert all(line.isascii() for line in screen_lines(app)) is plain, key
            await pilot.press("escape")


async def test_groups_have_heads_on_lines_of_their_own_and_say_where_they_go_on() -> None:
    app = FleetApp(MadeUpEngine(23))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await app.do("group", "state")
        await pilot.pause()
        wall = app.screen.query_one(PanelWall)
        heads = [line for line in screen_lines(app) if " with problems)" in line]
        assert [line.split(" (")[0] for line in heads] == [" held", " not tested"][: len(heads)]
        await pilot.press("j")
        await pilot.press("j")
        await pilot.press("j")
        await pilot.pause()
        assert "from above)" in screen_lines(app)[2], "the head of what is seen first is always there"
        rows = app.screen.shown.rows
        await pilot.press("g")
        seen = [wall.cursor_key]
        while True:
            await pilot.press("j")
            if wall.cursor_key == seen[-1]:
                break
            seen.append(wall.cursor_key)
        assert seen[-1] in {row.key for row in rows[-2:]}
        await pilot.press("G")
        assert wall.cursor_key == rows[-1].key


@given(
    counts=st.lists(st.integers(1, 9), max_size=6),
    across=st.integers(1, 5),
    moves=st.lists(st.tuples(st.integers(0, 60), st.integers(-4, 4)), max_size=6),
)
def test_every_panel_has_one_place_and_every_group_a_line_of_its_own(
    counts: list[int], across: int, moves: list[tuple[int, int]]
) -> None:
    total, heads, at = sum(counts), {}, 0
    for number, count in enumerate(counts):
        heads[at] = GroupHead(str(number), count, 0, collapsed=False)
        at += count
    laid = lay_out(total, heads, across)
    places = [index for line in laid.lines for index in range(line.first, line.end)]
    assert places == list(range(total))
    assert [line.head.title for line in laid.lines if line.begins and line.head] == [str(n) for n in range(len(counts))]
    assert all(0 < line.end - line.first <= across for line in laid.lines)
    assert [laid.lines[line].first <= index < laid.lines[line].end for index, line in enumerate(laid.line_of)] == [
        True
    ] * total
    for start, step in moves:
        if start < total:
            there = laid.beside(start, step)
            assert 0 <= there < total
            moved = laid.line_of[there] - laid.line_of[start]
            assert moved == max(-laid.line_of[start], min(len(laid.lines) - 1 - laid.line_of[start], step))
