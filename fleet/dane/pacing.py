"""Politeness towards mail servers that many destinations share: few connections at a time, few new ones, none twice.

A list of a thousand domains may name one MX address a thousand times.  ``Pacer`` spaces the connections to an address,
``SessionCache`` makes one session speak for everybody who asks for the same within its freshness.

May import ``fleet.clock`` only.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Generic, TypeVar

from fleet.clock import monotonic

T = TypeVar("T")
MonotonicClock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Lane:
    """One address: its free places, who uses or waits for them, and when the next connection may start."""

    places: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0


class Pacer:
    """Lets at most ``per_address`` sessions run at a time, and ``new_per_second`` start, for each address by itself.

    First come, first served.  ``clock`` and ``sleep`` are seconds on the same monotonic scale.
    """

    def __init__(
        self,
        per_address: int = 2,
        new_per_second: float = 1.0,
        *,
        clock: MonotonicClock = monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        if per_address < 1 or not new_per_second > 0:
            raise ValueError("a pacer must let something pass")
        self._per_address = per_address
        self._interval = 1.0 / new_per_second
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[str, _Lane] = {}
        self._idle: deque[tuple[float, str]] = deque()

    @asynccontextmanager
    async def slot(self, address: str) -> AsyncIterator[None]:
        """Wait for a turn at ``address`` and hold it inside the ``async with``."""
        self._forget_idle()
        lane = self._lanes.get(address)
        if lane is None:
            lane = self._lanes[address] = _Lane(asyncio.Semaphore(self._per_address))
        lane.users += 1
        try:
            async with lane.places:
                await self._wait_for_start(lane)
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                self._idle.append((lane.next_start, address))

    async def _wait_for_start(self, lane: _Lane) -> None:
        # The start is taken before the wait, so that two that wait at once get different ones.
        moment = self._clock()
        start = max(moment, lane.next_start)
        lane.next_start = start + self._interval
        if start > moment:
            await self._sleep(start - moment)

    def _forget_idle(self) -> None:
        """Drop addresses that nobody uses and whose next connection could start now anyway."""
        moment = self._clock()
        while self._idle and self._idle[0][0] <= moment:
            _, address = self._idle.popleft()
            lane = self._lanes.get(address)
            if lane is not None and not lane.users and lane.next_start <= moment:
                del self._lanes[address]


@dataclass(slots=True)
class _Running(Generic[T]):
    task: asyncio.Task[T]
    waiters: int = 0


@dataclass(slots=True)
class SessionCache(Generic[T]):
    """One result for all who ask for the same key within ``freshness`` seconds, and one attempt at a time to get it.

    What is kept are results, failures of the world among them; an exception goes to those who waited and is not kept.
    """

    freshness: float = 300.0
    clock: MonotonicClock = monotonic
    _running: dict[Hashable, _Running[T]] = field(default_factory=dict, init=False)
    _known: dict[Hashable, tuple[float, T]] = field(default_factory=dict, init=False)

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The result for ``key``: a fresh one, the one under way, or what ``make`` gives.

        Whoever is cancelled while waiting leaves alone; the attempt itself is cancelled only when nobody waits for it.
        """
        self._forget_stale()
        if key in self._known:
            return self._known[key][1]
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = _Running(asyncio.ensure_future(self._attempt(key, make)))
        running.waiters += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiters -= 1
            if not running.waiters:
                self._abandon(key, running)

    async def _attempt(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        result = await make()
        self._known[key] = (self.clock() + self.freshness, result)
        return result

    def _abandon(self, key: Hashable, running: _Running[T]) -> None:
        if self._running.get(key) is running:
            del self._running[key]
        running.task.cancel()  # without effect where it is done

    def _forget_stale(self) -> None:
        # Results are kept for equally long, so the oldest stands first.
        moment = self.clock()
        stale = list(takewhile(lambda key: self._known[key][0] <= moment, self._known))
        for key in stale:
            del self._known[key]
