"""The six views of a fleet that is watched, and closer looks, as they were agreed on; and a storm of sizes.

``FLEET_WRITE_GOLDEN=1 pytest tests/faces/tui/test_board_screens.py`` writes them anew; read the difference before
keeping it.
"""

import os
from pathlib import Path

import pytest
from board_engine import BoardEngine
from golden import SIZES, assert_fits, resize_storm, screen_lines, screen_text
from textual.pilot import Pilot
from watched import NOW, profile_text, watched

from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.screens import CloserScreen, ViewScreen
from fleet.faces.tui.widgets.panel import DestinationPanel
from fleet.faces.tui.widgets.wall import PanelWall
from fleet.model.event import ProfileLoaded
from fleet.monitor import State
from fleet.profile import read_profile
from fleet.views.board import Picture

FOLDER = Path(__file__).parent / "board_screens"
VIEWS = ("fleet", "destinations", "resolvers", "findings", "drift", "events")
CLOSER = {
    "fleet_closer": ("fleet", "dlv2"),
    "destinations_closer": ("destinations", "bogus.example"),
    "resolvers_closer": ("resolvers", "dlv1 192.0.2.58"),
    "findings_closer": ("findings", "DRIFT801 node dlv2 version"),
    "drift_closer": ("drift", "dlv2 version"),
}
TIER, EVENT, WHAT_IF = "tier_closer", "events_closer", "what_if"
SCENES = (*VIEWS, *CLOSER, TIER, EVENT, WHAT_IF)


async def go_to(app: FleetApp, pilot: Pilot, scene: str) -> None:
    view, key = CLOSER.get(scene, ({TIER: "fleet", EVENT: "events", WHAT_IF: "fleet"}.get(scene, scene), ""))
    await app.do(f"view_{view}")
    await pilot.pause()
    assert isinstance(app.screen, ViewScreen)
    if scene in VIEWS:
        return
    if scene == WHAT_IF:
        await app.do("what_if", "tiers.delivery.destination_controls.default.dane=mandatory")
        await app.workers.wait_for_complete()
    else:
        assert not key or app.screen.go_to(key)
        await pilot.press(*(["g"] if scene == TIER else []), "enter")
    await pilot.pause()
    assert isinstance(app.screen, CloserScreen)


@pytest.mark.parametrize("scene", SCENES)
async def test_screens_are_as_they_were_agreed_on(scene: str) -> None:
    app = FleetApp(BoardEngine(watched()))
    async with app.run_test(size=SIZES[0]) as pilot:
        await go_to(app, pilot, scene)
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert_fits(app)
            path = FOLDER / f"{scene}_{width}x{height}.txt"
            if os.environ.get("FLEET_WRITE_GOLDEN"):
                FOLDER.mkdir(exist_ok=True)
                path.write_text(screen_text(app) + "\n", encoding="utf-8")
            assert screen_text(app) + "\n" == path.read_text(encoding="utf-8"), path.name


async def test_a_lane_where_dane_must_be_off_and_is_on_is_seen_at_every_size_and_in_ascii() -> None:
    app = FleetApp(BoardEngine(watched(scan_dane="mandatory")), Surroundings(ascii=True))
    async with app.run_test(size=(60, 16)) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert "x DANE ON, MUST BE OFF" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_terminal_without_unicode_gets_none(size: tuple[int, int]) -> None:
    app = FleetApp(BoardEngine(watched(("good.example", "bogus.example"))), Surroundings(ascii=True))
    async with app.run_test(size=size) as pilot:
        for view in VIEWS:
            await app.do(f"view_{view}")
            await pilot.pause()
            assert screen_text(app).isascii(), [line for line in screen_lines(app) if not line.isascii()]
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, CloserScreen)
            assert screen_text(app).isascii()
            await pilot.press("escape")


async def test_five_thousand_destinations_never_mount_more_than_a_page_of_panels_beyond_those_seen() -> None:
    text = profile_text([f"dest{number:04}.example" for number in range(5_000)])
    fleet = read_profile(text, "profile.toml").fleet
    assert fleet is not None
    state = State()
    state.apply(ProfileLoaded(NOW, fleet, "profile.toml", ""))
    app = FleetApp(BoardEngine(Picture(state, NOW)))
    async with app.run_test(size=(200, 60)) as pilot:
        await app.do("view_destinations")
        for size in ((200, 60), (80, 24), (140, 45), (60, 16), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.press("pagedown", "G", "g", "pagedown")
            await pilot.pause()
            wall = app.screen.query_one(PanelWall)
            assert len(app.screen.query(DestinationPanel)) <= 2 * wall.capacity
        assert app.screen.shown.total == 5_000


async def test_the_wall_is_filtered_sorted_grouped_and_marked() -> None:
    app = FleetApp(BoardEngine(watched()))
    async with app.run_test(size=(140, 45)) as pilot:
        await app.do("view_destinations")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, ViewScreen)
        await app.do("group", "state")
        await pilot.pause()
        seen = screen_text(app)
        assert "grouped by state" in seen
        for head in ("held (4, 4 with problems)", "never checked (1, 1 with problems)"):
            assert sum(line.startswith(f" {head} ──") for line in seen.splitlines()) == 1, head
        screen._group("")
        await app.do("filter", "state:held recipients>100")
        await pilot.pause()
        assert [row.key for row in screen.shown.rows] == ["xn--bcher-kva.example", "silent.example"]
        await pilot.press("space")
        await pilot.pause()
        await pilot.press("c")
        await app.workers.wait_for_complete()
        assert app.engine.requests[-1].targets == ("xn--bcher-kva.example",)
        await pilot.press("escape", "z")
        await pilot.pause()
        assert "good.example" not in {row.key for row in screen.shown.rows}
        await pilot.press("escape", "escape")
        await app.do("sort", "age")
        assert screen.shown.rows[-1].key == "never.example"


async def test_a_storm_of_sizes_changes_nothing() -> None:
    stormy, calm = FleetApp(BoardEngine(watched())), FleetApp(BoardEngine(watched()))
    async with stormy.run_test(size=(80, 24)) as pilot:
        for number, view in enumerate(VIEWS):
            await stormy.do(f"view_{view}")
            await pilot.pause()
            await resize_storm(pilot, seed=number, times=5)
            if view != "events":
                await pilot.press("enter")
                await resize_storm(pilot, seed=number + 10, times=3)
                await pilot.press("escape")
        await stormy.do("view_destinations")
        await pilot.pause()
        after = screen_text(stormy)
    async with calm.run_test(size=(80, 24)) as pilot:
        await calm.do("view_destinations")
        await pilot.pause()
        assert after == screen_text(calm)
