"""Each node's door, tried once and at the same time: is it there, who is behind it, does it let us in?

Nothing is asked inside and nothing is written down.  May import ``fleet.nodes``, ``fleet.network``, ``fleet.model``,
``fleet.clock`` and ``fleet.errors``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fleet.clock import monotonic
from fleet.errors import Failure, RemoteError
from fleet.model.fleet import Fleet, Node
from fleet.network import loop
from fleet.nodes import Dialer, HostKey, Presented
from fleet.nodes.dial import hang_up
from fleet.nodes.openfiles import room_for

T = TypeVar("T")
Done = Callable[[], None]
"""Told each time a node is through."""


@dataclass(frozen=True, slots=True)
class Tried(Generic[T]):
    """What a node's door gave, or the failure, and how long that took."""

    node: Node
    found: T | None
    failure: Failure | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Probed:
    """A port that answered; ``presented`` None: no key exchange came about, for that ``failure``."""

    peer: str
    milliseconds: float
    presented: Presented | None = None
    failure: Failure | None = None


def probe_each(fleet: Fleet, names: Sequence[str], done: Done) -> tuple[Tried[Probed], ...]:
    """Port and host key of each node; nothing but key exchanges is sent."""
    return _each(fleet, names, _probe, done)


def log_in_to_each(fleet: Fleet, names: Sequence[str], done: Done) -> tuple[Tried[str], ...]:
    """Log in to each node, once, and hang up: what was found is the user's name there."""
    return _each(fleet, names, _log_in, done)


def host_keys(fleet: Fleet, names: Sequence[str], done: Done) -> tuple[Tried[tuple[HostKey, ...]], ...]:
    """All the keys each node shows; nothing but key exchanges is sent, and nothing is trusted for it."""
    return _each(fleet, names, lambda dialer, node: dialer.host_keys(node), done)


async def _probe(dialer: Dialer, node: Node) -> Probed:
    began = monotonic()
    peer = await dialer.reach(node)
    took = (monotonic() - began) * 1000
    try:
        return Probed(peer, took, await dialer.presents(node))
    except RemoteError as error:
        return Probed(peer, took, failure=error.failure)


async def _log_in(dialer: Dialer, node: Node) -> str:
    connection = await dialer.connect(node)
    user = str(connection.get_extra_info("username"))
    await hang_up(connection)
    return user


def _each(
    fleet: Fleet, names: Sequence[str], ask: Callable[[Dialer, Node], Awaitable[T]], done: Done
) -> tuple[Tried[T], ...]:
    async def one(dialer: Dialer, places: asyncio.Semaphore, node: Node) -> Tried[T]:
        async with places:
            began = monotonic()
            found, failure = None, None
            try:
                found = await ask(dialer, node)
            except RemoteError as error:
                failure = error.failure
        done()
        return Tried(node, found, failure, (monotonic() - began) * 1000)

    async def every() -> tuple[Tried[T], ...]:
        dialer = Dialer()
        places = asyncio.Semaphore(room_for(dialer.limits.polls))
        try:
            return tuple(await asyncio.gather(*(one(dialer, places, fleet.nodes[name]) for name in names)))
        finally:
            await dialer.close()

    return loop.run(every(), len(names))
