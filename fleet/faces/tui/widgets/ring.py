"""A bounded list that forgets its oldest items and knows how many.  May import nothing of the project."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Ring(Generic[T]):
    """The newest ``size`` items.  ``dropped`` counts those forgotten: item ``i`` was the ``dropped + i``-th of all."""

    def __init__(self, size: int, items: Iterable[T] = ()) -> None:
        self._items: deque[T] = deque(maxlen=size)
        self.dropped = 0
        self.extend(items)

    def append(self, item: T) -> None:
        """Add an item; the oldest goes if there is no room."""
        self.dropped += len(self._items) == self._items.maxlen
        self._items.append(item)

    def extend(self, items: Iterable[T]) -> None:
        """Add items one by one."""
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __getitem__(self, index: int) -> T:
        return self._items[index]
