"""Looks at delivery queues: a round for a command, and rounds without end beside the polls of a monitor.

May import ``fleet.nodes`` (when needed), ``fleet.monitor``, ``fleet.model`` and ``fleet.errors``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from fleet import clock
from fleet.errors import Failure
from fleet.model.event import Event, QueueSeen, QueueUnseen
from fleet.model.fleet import Fleet
from fleet.model.queue import Queue
from fleet.monitor import QUEUE_SECONDS

QueueEvent = QueueSeen | QueueUnseen
FIRST = 1.0
_LOOK_SECONDS = 2.0
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


async def keep_looking(
    wanted: Callable[[], Sequence[tuple[str, Sequence[str]]]],
    look: Callable[[str, Sequence[str]], Awaitable[Queue | Failure]],
    publish: Callable[[Event], None],
    every: float = QUEUE_SECONDS,
) -> None:
    """Until cancelled: the queue of each wanted node, and the destinations to ask for, every ``every`` seconds.

    Who is wanted is asked anew at each turn: nodes whose last poll failed wait until one succeeds, so that no login is
    tried twice as often as its backoff allows.
    """
    time, places = asyncio.get_running_loop().time, asyncio.Semaphore(PLACES)
    looked: dict[str, float] = {}

    async def one(name: str, watched: Sequence[str]) -> None:
        async with places:
            publish(event_of(name, await look(name, watched)))

    await asyncio.sleep(FIRST)
    while True:
        due = [(name, watched) for name, watched in wanted() if time() - looked.get(name, -every) >= every]
        looked.update((name, time()) for name, _watched in due)
        await asyncio.gather(*(one(name, watched) for name, watched in due))
        await asyncio.sleep(_LOOK_SECONDS)
