"""A monitor in a process of its own, over a fleet that runs: ``python beside.py PROFILE NETWORK ANCHOR HISTORY``.

It says ``kind WORD`` when it becomes something else, ``begin NAME SUBJECT`` before an event is published and ``end``
after it, each at once and unbuffered: whoever kills it knows what it was doing.
"""

import asyncio
import os
import sys
from pathlib import Path

from fleet.faces.live.live import LiveEngine
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.reach import Reach
from fleet.model.event import Event
from fleet.monitor import Monitor


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


class Telling(Monitor):
    """Says what it publishes."""

    def publish(self, event: Event) -> None:
        say(f"begin {type(event).__name__} {event.subject} {event.at.timestamp()!r}")
        super().publish(event)
        say("end")


async def work(profile: str, network: str, anchor: str, history: str) -> None:
    reach = Reach(network=Path(network), anchors=(Path(anchor),))
    engine = LiveEngine(ProfileFile(Path(profile)), reach, Path(history), poll_seconds=10)
    task = asyncio.ensure_future(engine.run())
    kind = ""
    while not task.done():
        if engine.kind != kind:
            kind = engine.kind
            say(f"kind {kind}")
        await asyncio.sleep(0.02)
    await task


if __name__ == "__main__":
    from fleet.faces.live import live

    live.Monitor = Telling  # type: ignore[misc]
    asyncio.run(work(*sys.argv[1:]))
