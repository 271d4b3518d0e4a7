"""Memory of a validator: values with an expiry in a bounded store, and calls in flight that callers share.

May import nothing of the project.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def weight_of(records: int, octets: int) -> int:
    """What so many records in so many octets weigh in a ``TimedCache``; 1 where both are usual."""
    return 1 + records // 16 + octets // 2048


class TimedCache(Generic[K, V]):
    """Values until their expiry (epoch seconds), at most ``size`` of them; the least recently used leave first.

    A value may weigh as much as several others: ``size`` is what all of them weigh together.
    """

    __slots__ = ("_entries", "_size", "_weight")

    def __init__(self, size: int) -> None:
        self._entries: dict[K, tuple[float, V, int]] = {}
        self._size = size
        self._weight = 0

    def get(self, key: K, now: float) -> V | None:
        """The value of ``key``, or None where there is none or it is too old."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        if entry[0] <= now:
            self._weight -= entry[2]
            return None
        self._entries[key] = entry
        return entry[1]

    def put(self, key: K, value: V, expires: float, weight: int = 1) -> None:
        """Keep ``value`` until ``expires``."""
        self.forget(key)
        self._entries[key] = (expires, value, weight)
        self._weight += weight
        while self._weight > self._size:
            self.forget(next(iter(self._entries)))

    def forget(self, key: K) -> None:
        """Drop ``key``."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._weight -= entry[2]


class _Call:
    __slots__ = ("task", "waiters")

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self.task = task
        self.waiters = 0


class SharedCalls:
    """One task per key however many ask; it ends early only when the last of its waiters was cancelled."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[Hashable, _Call] = {}

    async def run(self, key: Hashable, call: Callable[[], Awaitable[V]]) -> V:
        """The result of ``call``, or of the same call already under way."""
        entry = self._join(key, call)
        entry.waiters += 1
        try:
            result: V = await asyncio.shield(entry.task)
        except asyncio.CancelledError:
            if entry.waiters == 1 and not entry.task.done():
                self._drop(key, entry)
                entry.task.cancel()
            raise
        finally:
            entry.waiters -= 1
        return result

    def running(self, key: Hashable) -> bool:
        """Whether a call for ``key`` is under way."""
        return key in self._calls

    def start(self, key: Hashable, call: Callable[[], Awaitable[Any]]) -> None:
        """Begin ``call`` without waiting for it, unless it is under way."""
        self._join(key, call)

    def _join(self, key: Hashable, call: Callable[[], Awaitable[Any]]) -> _Call:
        entry = self._calls.get(key)
        # A loop that was closed over a call under way leaves it behind, never to finish.
        if entry is None or entry.task.done() or entry.task.get_loop() is not asyncio.get_running_loop():
            entry = _Call(asyncio.ensure_future(_run(call)))
            self._calls[key] = entry
            made = entry
            entry.task.add_done_callback(lambda task: self._finish(key, made, task))
        return entry

    def _finish(self, key: Hashable, entry: _Call, task: "asyncio.Task[Any]") -> None:
        self._drop(key, entry)
        if not task.cancelled():
            task.exception()  # whoever waits has it; where nobody does it is not to be reported as lost

    def _drop(self, key: Hashable, entry: _Call) -> None:
        if self._calls.get(key) is entry:
            del self._calls[key]


async def _run(call: Callable[[], Awaitable[V]]) -> V:
    return await call()
