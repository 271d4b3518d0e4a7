"""Wall and monotonic time, in one place so that tests, the lab and replays can hold the clock still.

May import nothing of the project.  Wall time is an aware UTC ``datetime`` (validity of signatures and certificates),
monotonic time is seconds as a float (deadlines and durations).
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

WallClock = Callable[[], datetime]
"""Gives the current wall time as an aware datetime."""


def now() -> datetime:
    """The current wall time, aware, in UTC."""
    return datetime.now(UTC)


def minute(at: datetime) -> str:
    """``at`` for people, to the minute, with the name of its zone."""
    return at.strftime("%Y-%m-%d %H:%M %Z")


def fixed(moment: datetime) -> WallClock:
    """A wall clock that always says ``moment`` (which must be aware)."""
    if moment.tzinfo is None:
        raise ValueError("a fixed clock needs an aware datetime")
    return lambda: moment


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()
