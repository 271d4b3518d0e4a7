"""When something is done again: a heap of deadlines, a little chance, and patience with what fails.  Knows no clock.

May import ``fleet.errors`` and the standard library.
"""

import heapq
import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

from fleet.errors import Failure

Key = TypeVar("Key", bound=Hashable)
JITTER = 0.1
"""Intervals vary by this share, so that a fleet started at once does not stay in step."""


def jittered(seconds: float, random: Random) -> float:
    """``seconds``, ten per cent more or less."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)


def _never(failure: Failure) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait after a failure: from ``first`` to ``longest`` seconds, at random up to three times as long each
    time.

    ``locks_out`` tells the failures after which the next attempt could lock an account (authentication, host
    keys): after these it is ``longest`` at once.
    """

    first: float = 5.0
    longest: float = 600.0
    locks_out: Callable[[Failure], bool] = _never

    def after(self, failure: Failure, last: float, random: Random) -> float:
        """Seconds until the next attempt; ``last``: those waited before this one (0 for the first failure)."""
        if self.locks_out(failure):
            return self.longest
        return min(self.longest, random.uniform(self.first, max(self.first, last * 3)))


class Deadlines(Generic[Key]):
    """What is due when.  Each key has one deadline at most; a new one replaces it."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Key]] = []
        self._valid: dict[Key, tuple[float, int]] = {}
        self._counter = itertools.count()

    def put(self, key: Key, due: float) -> None:
        """``key`` is due at ``due``."""
        entry = (due, next(self._counter))
        self._valid[key] = entry
        heapq.heappush(self._heap, (*entry, key))
        if len(self._heap) > 2 * len(self._valid) + 64:  # mostly replaced deadlines: forget them
            self._heap = [(*valid, key) for key, valid in self._valid.items()]
            heapq.heapify(self._heap)

    def drop(self, key: Key) -> None:
        """``key`` is not due any more."""
        self._valid.pop(key, None)

    def due(self, key: Key) -> float | None:
        """When ``key`` is due."""
        entry = self._valid.get(key)
        return entry[0] if entry else None

    def first(self) -> float | None:
        """The earliest deadline."""
        while self._heap and self._valid.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, now: float) -> tuple[Key, float] | None:
        """The key whose deadline is the earliest and has come, with that deadline; it has none any more."""
        first = self.first()
        if first is None or first > now:
            return None
        due, _, key = heapq.heappop(self._heap)
        del self._valid[key]
        return key, due

    def __len__(self) -> int:
        return len(self._valid)
