"""A history as a stream of events: one that another process is writing, or one that was recorded.

May import ``fleet.plain``, ``fleet.model`` and the modules of this room.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from fleet.history.reading import HistoryReader, Stored

Sleep = Callable[[float], Awaitable[None]]
LONGEST_WAIT = 2.0
"""Seconds a replay waits between two events at most: a silent night is passed over."""
_BATCH = 200
"""Events read at once: the loop is not held up for longer than a screen notices."""


async def follow(
    reader: HistoryReader, after: int, *, every: float = 0.25, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Stored]:
    """The events after number ``after``, then those that come, for ever; HistoryError where the file ends it."""
    changes = -1
    while True:
        seen = reader.changes()
        if seen != changes:
            changes = seen
            while batch := reader.after(after, _BATCH):
                for stored in batch:
                    yield stored
                after = batch[-1].number
                await sleep(0)
        await sleep(every)


async def replay(path: Path, *, speed: float = 1.0, sleep: Sleep = asyncio.sleep) -> AsyncIterator[Stored]:
    """The events recorded in ``path``, in their order, ``speed`` times as fast as they happened (``inf``: at once)."""
    if not speed > 0:
        raise ValueError("a replay needs a speed above 0")
    with HistoryReader.open(path) as reader:
        last = None
        after = 0
        while batch := reader.after(after, _BATCH):
            for stored in batch:
                gap = (stored.event.at - last).total_seconds() if last is not None else 0.0
                await sleep(min(max(gap, 0.0) / speed, LONGEST_WAIT))
                last = stored.event.at
                yield stored
            after = batch[-1].number
