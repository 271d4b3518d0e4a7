"""Looks at delivery queues: a round for a command, and rounds without end beside the polls of a monitor.

May import ``fleet.nodes`` (when needed), ``fleet.history``, ``fleet.monitor``, ``fleet.model`` and ``fleet.errors``.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from fleet import clock
from fleet.errors import Failure
from fleet.history import HistoryError, open_history
from fleet.model.event import Event, QueueSeen, QueueUnseen
from fleet.model.fleet import Fleet
from fleet.model.queue import Queue

QueueEvent = QueueSeen | QueueUnseen
PLACES = 32
"""Queues looked at at the same time."""


def event_of(node: str, found: Queue | Failure) -> QueueEvent:
    """What came of one look."""
    return QueueUnseen(clock.now(), node, found) if isinstance(found, Failure) else QueueSeen(found.at, found)


def look_once(
    fleet: Fleet, names: Sequence[str], watched: Sequence[str], on_node: Callable[[], None]
) -> tuple[QueueEvent, ...]:
    """Look at the queues of the nodes called ``names``, each once, in their order."""
    from fleet.nodes import Dialer, look_at_queue  # noqa: PLC0415  asyncssh is not needed before

    async def run() -> tuple[QueueEvent, ...]:
        dialer, places = Dialer(), asyncio.Semaphore(PLACES)

        async def one(name: str) -> QueueEvent:
            async with places:
                found = await look_at_queue(fleet.nodes[name], dialer, watched)
            on_node()
            return event_of(name, found)

        try:
            return tuple(await asyncio.gather(*map(one, names)))
        finally:
            await dialer.close()

    return asyncio.run(run())


def write_down(history: Path, seen: Sequence[Event]) -> str:
    """Append what was seen to the history; a sentence where that cannot be done, which is no reason to fail."""
    try:
        with open_history(history, leased=False) as opened:
            opened.append(*seen)
    except (HistoryError, OSError) as error:
        return f"not written down: {error}"
    return ""
