"""``fleet demo`` on a terminal: the lab and its nodes as children, the dashboard over them, a tour the first time."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

from fleet.decision import ExitCode
from fleet.errors import UsageError, file_trouble
from fleet.faces.cli.watch_run import WatchAsked, run_app
from fleet.faces.live.demo import POLL_SECONDS, DemoFleet, demo_fleet, shipped, unrest
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.profile_file import ProfileFile
from fleet.settings import state_folder
from fleet.text import show

_SEEN = "demo-tour-seen"

TOUR = (
    "This is a fleet of the lab: two scanning gateways inside, three delivery gateways that face the Internet.",
    "All of it runs on this machine; every few seconds something fails or recovers.",
    "",
    "1  Fleet         the tiers from inside out. dlv2 missed an upgrade: see its DANE and its findings.",
    "2  Destinations  a panel each. wrong-key.lab is held; enter shows why, down to the records.",
    "3  Resolvers     who validates, and what failing over would do.",
    "4  Findings      what the rules say; o shows the line of the profile, O opens it in your editor.",
    "5  Drift         where dlv2 does not do what the profile says.",
    "6  Events        every command, question and dialogue we made.",
    "",
    "Try:  / held        only what is held",
    "      c             check the destination under the cursor now, and watch its steps",
    "      w             what if: tiers.delivery.destination_controls.default.dane=mandatory",
    "      a             say that something is known: until when, and why",
    "      ?             all keys and signs; q leaves",
)


def show_demo(*, tour: bool, ascii_only: bool) -> ExitCode:
    """Run the dashboard over the demo until it is left."""
    print("fleet: starting the lab", file=sys.stderr)
    with demo_fleet() as demo:
        engine = _DemoEngine(demo)
        asked = WatchAsked(demo.profile, ascii_only=ascii_only)
        for line in run_app(engine, asked, TOUR if tour or _first_time() else ()):
            print(line)
    return ExitCode.CLEAN


class _DemoEngine(LiveEngine):
    """A live engine whose world is not at rest."""

    def __init__(self, demo: DemoFleet) -> None:
        history = demo.profile.with_suffix(".sqlite")
        super().__init__(ProfileFile(demo.profile, demo.profile.name), demo.reach, history, poll_seconds=POLL_SECONDS)
        self._demo = demo

    async def run(self) -> None:
        """Until cancelled."""
        async with _beside(unrest(self._demo)):
            await super().run()


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()


def _first_time() -> bool:
    """Whether nobody has seen the tour here; remembered from now on, where that can be written."""
    mark = state_folder() / _SEEN
    if mark.exists():
        return False
    with contextlib.suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
    return True


def write_profile(path: Path) -> ExitCode:
    """Write the profile of the demo, as it is shipped, to a new file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(shipped())
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be written: {file_trouble(error)}") from error
    return ExitCode.CLEAN
