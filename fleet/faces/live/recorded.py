"""Engines over a history: one that another monitor writes (follower), one that was recorded (replay).

May import ``fleet.history``, ``fleet.monitor`` and the modules beside.
"""

import asyncio
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.clock import WallClock, now
from fleet.faces.live.past import Look
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.shown import Shown
from fleet.history import HistoryError, HistoryReader, follow, replay
from fleet.monitor import restore_in_slices
from fleet.text import show

if TYPE_CHECKING:
    from datetime import datetime

_FIRST_PAINT = 0.05
_WAIT = 1.0
"""Seconds between two looks for a history that is not there yet."""

FOLLOWS = "This only follows what another monitor writes: ask there."
REPLAYS = "This is a recording: nothing is polled or checked, and nothing can be changed."


async def restore_into(shown: Shown, reader: HistoryReader) -> int:
    """Give ``shown`` the State that ``reader`` knows, a slice at a time; the number of the last event in it."""
    shown.through = through = 0
    for restored in restore_in_slices(reader):
        shown.state, through = restored.state, restored.through
        if shown.state.fleet is None:
            shown.state.fleet = shown.profile.fleet
        shown.tell()
        await asyncio.sleep(0)
    gc.freeze()  # thousands of verdicts that stay: looking through them again would stop the loop for half a second
    shown.through = through
    return through


async def follow_into(shown: Shown, path: Path) -> None:
    """Show what is written to the history at ``path``, from its beginning, for ever."""
    while not os.path.exists(path):  # noqa: ASYNC240 - a moment, once a second
        shown.trouble = f"there is no history at {show(str(path), 200)} yet: no monitor has run"
        shown.tell()
        await asyncio.sleep(_WAIT)
    with HistoryReader.open(path) as reader:
        shown.trouble = ""
        through = await restore_into(shown, reader)
        async for stored in follow(reader, through):
            shown.state.apply(stored.event)
            shown.through = stored.number
            shown.tell()


class FollowEngine(Shown):
    """Shows the history at ``path`` as another monitor writes it."""

    def __init__(self, profile: ProfileFile, path: Path, *, wall: WallClock = now) -> None:
        super().__init__(profile, "follower", FOLLOWS, wall=wall)
        self._path = path

    def history_look(self) -> Look | None:
        """Into what the other monitor writes, once there is something."""
        return Look(self._path, self.wall, self.redraw) if self.through else None

    async def run(self) -> None:
        """Until cancelled; a history that ends or is replaced is opened again."""
        await asyncio.sleep(_FIRST_PAINT)
        judging = asyncio.ensure_future(self.judging.run())
        try:
            while True:
                try:
                    await follow_into(self, self._path)
                except HistoryError as error:
                    self.trouble = show(str(error), 200)
                    self.tell()
                    await asyncio.sleep(_WAIT)
        finally:
            judging.cancel()


class ReplayEngine(Shown):
    """Shows the history at ``path`` as it happened, ``speed`` times as fast; its clock is that of the recording."""

    def __init__(self, profile: ProfileFile, path: Path, speed: float) -> None:
        self._at: datetime | None = None
        super().__init__(profile, f"replay, {speed:g} times as fast", REPLAYS, wall=lambda: self._at or now())
        self._path = path
        self._speed = speed

    def history_look(self) -> Look | None:
        """Into the recording, as far as it has been played."""
        return Look(self._path, self.wall, self.redraw, lambda: self.through) if self.through else None

    async def run(self) -> None:
        """To the end of the recording; then the picture stands still."""
        await asyncio.sleep(_FIRST_PAINT)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.judging.run())
            await self._play()

    async def _play(self) -> None:
        try:
            async for stored in replay(self._path, speed=self._speed):
                self._at = max(stored.event.at, self._at) if self._at is not None else stored.event.at
                self.state.apply(stored.event)
                self.through = stored.number
                if self.state.fleet is None:
                    self.state.fleet = self.profile.fleet
                self.tell()
        except HistoryError as error:
            self.trouble = show(str(error), 200)
        else:
            self.kind = "replay, at its end"
        self.tell()
