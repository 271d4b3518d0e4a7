"""What the board is made of, and what it remembers of the last time it was drawn.

A ``Picture`` is everything known at one moment; the board's functions are pure in it.  It is drawn several times a
second, and of a thousand things a handful changed: entries of State are frozen and replaced, so whatever was made of an
entry is remembered under what it was made of (``Memo``) and comes back as the same object.  A memo changes no answer,
only what it costs.

May import ``fleet.monitor``, ``fleet.model`` and the rest of ``fleet.views``.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fleet.model import Verdict
from fleet.monitor import State
from fleet.views.rows import Row
from fleet.views.validation import Validation

T = TypeVar("T")


class Memo:
    """Values under a key, made anew when what they were made of became another."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[tuple[Any, ...], Any]] = {}
        self._keepers: dict[str, Any] = {}

    def get(self, key: Hashable, basis: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value under ``key`` as made of ``basis``.

        Comparing is cheap: tuples look at identity first, and only an entry that was replaced is looked into.
        """
        found = self._kept.get(key)
        if found is not None and found[0] == basis:
            value: T = found[1]
            return value
        value = make()
        self._kept[key] = (basis, value)
        return value

    def keeper(self, kind: type[T]) -> T:
        """The one object of ``kind`` that computes step by step what changes."""
        found: T | None = self._keepers.get(kind.__name__)
        if found is None:
            found = self._keepers[kind.__name__] = kind()
        return found


@dataclass(frozen=True, slots=True)
class Past:
    """What was read back from the history: rows, and how far back in words.  ``searches``: there will be more."""

    rows: tuple[Row, ...]
    note: str
    searches: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything known at ``now``.

    ``validation``: the profile as read and judged last, None where that has not been done yet.  ``transcript`` puts a
    check into the words of the appliance; whoever knows how gives it.
    """

    state: State
    now: datetime
    validation: Validation | None = None
    transcript: Callable[[Verdict], Sequence[str]] | None = None
    memo: Memo = field(default_factory=Memo)
    past: Past | None = None
    """Events as the history has them; None where nobody has read it."""
