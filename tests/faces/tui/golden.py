"""The screen as lines of text, and a storm of sizes.

No snapshot plug-in: those pin old versions of pytest, and compare pictures where text says what is wrong.
"""

import os
import random
from collections.abc import Iterable
from pathlib import Path

from rich.cells import cell_len
from textual.app import App
from textual.pilot import Pilot

SIZES = ((60, 16), (80, 24), (140, 45), (200, 60))


def screen_lines(app: App) -> list[str]:
    """What the terminal shows, line by line, blanks at the end cut."""
    compositor = app.screen._compositor
    strips = compositor.render_strips()
    backdrop = list(app._background_screens) if hasattr(app, "_background_screens") else []
    assert backdrop is not None
    return [strip.text.rstrip() for strip in strips]


def screen_text(app: App) -> str:
    return "\n".join(screen_lines(app))


def assert_fits(app: App) -> None:
    """No line is wider than the terminal, and nothing a terminal acts on is on it."""
    width, height = app.size
    lines = screen_lines(app)
    assert len(lines) <= height
    for line in lines:
        assert cell_len(line) <= width, line
        assert line.isprintable(), ascii(line)


def _agreed(path: Path, anew: str) -> str:
    """What was agreed on, written ``anew`` first where that is wanted."""
    if anew:
        path.parent.mkdir(exist_ok=True)
        path.write_text(anew + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8")


async def assert_agreed(pilot: Pilot, path: Path) -> None:
    """The screen comes to be what was agreed on: what a resize mounts is there a moment later, on a busy machine."""
    app = pilot.app
    writing = bool(os.environ.get("FLEET_WRITE_GOLDEN"))
    await pilot.pause(0.3 if writing else None)
    expected = _agreed(path, screen_text(app) if writing else "")
    for _ in range(20):
        if screen_text(app) + "\n" == expected:
            break
        await pilot.pause(0.05)
    assert_fits(app)
    assert screen_text(app) + "\n" == expected, path.name


async def resize_storm(pilot: Pilot, seed: int = 1, times: int = 25) -> Iterable[tuple[int, int]]:
    """Many sizes, most of them silly, without waiting in between for long; ends at 80x24."""
    dice = random.Random(seed)
    sizes = [
        (dice.choice((1, 2, 10, 59, 60, 79, 80, 140, 250)), dice.choice((1, 2, 5, 15, 16, 24, 60)))
        for _ in range(times)
    ]
    for width, height in (*sizes, (80, 24)):
        await pilot.resize_terminal(width, height)
        await pilot.pause()
        assert_fits(pilot.app)
    return sizes
