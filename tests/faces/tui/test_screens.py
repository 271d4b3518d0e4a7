"""Golden screens at four sizes, and a storm of sizes.

``FLEET_WRITE_GOLDEN=1 pytest tests/faces/tui/test_screens.py`` writes them anew; read the difference before keeping it.
"""

from pathlib import Path

import pytest
from golden import SIZES, assert_agreed, assert_fits, resize_storm, screen_text
from made_up import MadeUpEngine

from fleet.faces.tui.app import FleetApp

FOLDER = Path(__file__).parent / "golden_screens"

SCENES = {
    "table": ("space", "j", "j"),
    "wall": ("2", "l"),
    "grouped": ("colon", *"group", "space", *"state", "enter"),
    "filter": ("slash", *"state", "colon", *"held", "space", *"nam", "colon", "x"),
    "help": ("question_mark",),
    "palette": ("ctrl+p", *"chec"),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_screens_are_as_they_were_agreed_on(scene: str) -> None:
    app = FleetApp(MadeUpEngine(120))
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        await pilot.press(*SCENES[scene])
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await assert_agreed(pilot, FOLDER / f"{scene}_{width}x{height}.txt")


@pytest.mark.parametrize("size", [(59, 16), (60, 15), (1, 1), (20, 5)])
async def test_where_nothing_useful_fits_it_says_so_and_can_be_left(size: tuple[int, int]) -> None:
    app = FleetApp(MadeUpEngine(5))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert_fits(app)
        if size[0] >= 20:
            assert "too small" in screen_text(app)
        await pilot.press("q")
    assert app.return_value == ()


async def test_a_storm_of_sizes_leaves_the_screen_as_if_nothing_had_been() -> None:
    app, calm = FleetApp(MadeUpEngine(300)), FleetApp(MadeUpEngine(300))
    async with app.run_test(size=(80, 24)) as pilot:
        for view in ("1", "2"):
            await pilot.press(view)
            await pilot.pause(0.1)  # a switch of views draws nothing for 50 ms
            await resize_storm(pilot, seed=int(view), times=12)
        await pilot.pause()
        stormy = screen_text(app)
    async with calm.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert stormy == screen_text(calm)


async def test_events_are_searched_for_in_the_history_by_filter_and_further_from_the_last_line() -> None:
    engine = MadeUpEngine(30)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        assert engine.looks[-1] == ("", False, False)
        await pilot.press("/", *"dest", "enter")
        assert engine.looks[-1] == ("dest", False, False)
        await pilot.press("z")
        assert engine.looks[-1] == ("dest", True, False)
        assert ("dest", True, True) not in engine.looks
        await pilot.press("G")
        await pilot.pause()
        assert ("dest", True, True) in engine.looks
        await pilot.press("escape")
        assert engine.looks[-1] == ("", False, False)
        count = len(engine.looks)
        await pilot.press("1")
        engine.tell()
        await pilot.pause(0.4)
        assert len(engine.looks) == count, "nobody looks at events any more"
