"""What is remembered until a later line needs it, in a bounded window: the oldest goes first, and is counted.

May import the standard library only.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Window(Generic[K, V]):
    """The last ``size`` entries by when they were first put in; ``evicted`` counts those that had to go unfinished."""

    __slots__ = ("_entries", "_size", "evicted")

    def __init__(self, size: int) -> None:
        self._entries: dict[K, V] = {}
        self._size = size
        self.evicted = 0

    def put(self, key: K, value: V) -> None:
        """Remember ``value``; an entry of the same key is replaced and counts as new."""
        entries = self._entries
        entries.pop(key, None)
        entries[key] = value
        if len(entries) > self._size:
            del entries[next(iter(entries))]
            self.evicted += 1

    def get(self, key: K) -> V | None:
        """What is remembered for ``key``."""
        return self._entries.get(key)

    def take(self, key: K) -> V | None:
        """What is remembered for ``key``, which is finished with."""
        return self._entries.pop(key, None)

    def __len__(self) -> int:
        return len(self._entries)

    def only(self) -> tuple[K, V] | None:
        """The entry, where there is exactly one."""
        return self.oldest() if len(self._entries) == 1 else None

    def oldest(self) -> tuple[K, V] | None:
        """The entry that would go first."""
        return next(iter(self._entries.items()), None)

    def __iter__(self) -> Iterator[K]:
        """The keys, oldest first, as they are now."""
        return iter(tuple(self._entries))
