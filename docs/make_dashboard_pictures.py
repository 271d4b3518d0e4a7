"""Draw the dashboard's pictures from the demo, headless: ``python docs/make_dashboard_pictures.py``."""

import asyncio
import os
import re
from pathlib import Path

from fleet.faces.live.demo import DemoFleet, demo_fleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.tui.app import FleetApp

HERE = Path(__file__).parent
SIZE = (130, 34)
PICTURES = {"fleet": "1", "destinations": "2", "findings": "4"}
_PATIENCE = 60.0


async def draw(demo: DemoFleet) -> None:
    """Wait until everything was looked at, then save each view as ``watch-VIEW.svg``."""
    engine = LiveEngine(ProfileFile(demo.profile, demo.profile.name), demo.reach, None)
    app = FleetApp(engine)
    working = asyncio.ensure_future(engine.run())
    async with app.run_test(size=SIZE) as pilot:
        async with asyncio.timeout(_PATIENCE):
            while not _looked_at(engine):
                await pilot.pause(0.2)
        await engine.judging.judge_now()
        for view, key in PICTURES.items():
            await pilot.press(key)
            await pilot.pause(1.0)
            _save(view, app.export_screenshot(title="fleet watch"))
        await pilot.press("2", "enter")
        await pilot.pause(1.0)
        _save("destination", app.export_screenshot(title="fleet watch"))
    working.cancel()


def _looked_at(engine: LiveEngine) -> bool:
    checked = [engine.state.checks.get(target) for target in engine.watched.targets]
    seen = [entry.observation for entry in engine.state.nodes.values()]
    return bool(checked and seen and all(seen)) and all(entry is not None and entry.verdict for entry in checked)


def _save(view: str, drawn: str) -> None:
    # Whoever looks at the picture shall not fetch fonts from elsewhere for it.
    text = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)
    (HERE / f"watch-{view}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    # The colours of most terminals, wherever this is run.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    os.environ.pop("NO_COLOR", None)
    with demo_fleet() as running:
        asyncio.run(draw(running))
