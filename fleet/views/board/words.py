"""Ages, counts and names as the board writes them.  May import ``fleet.views.names``, ``fleet.text``."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from fleet.text import show

NO_PROFILE = "No profile was read, so nothing is known."
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def seconds_since(at: datetime, now: datetime) -> float:
    """How long ago; never negative, for clocks are set back."""
    return max((now - at).total_seconds(), 0.0)


def rough_age(at: datetime, now: datetime) -> str:
    """How long ago in one unit: it changes once a minute at most, so that a screen of ages keeps still."""
    return rough(seconds_since(at, now))


def rough(seconds: float) -> str:
    """A length of time in one unit."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "<1 min"


def minutes_since(at: datetime, now: datetime) -> int:
    """Whole minutes: what an age sorts by and what it is remembered under."""
    return int(seconds_since(at, now) // 60)


def left(until: datetime, now: datetime) -> str:
    """``41 h left``, or how long ago it ran out."""
    rest = until - now
    if rest <= timedelta(0):
        return f"over since {rough(-rest.total_seconds())}"
    seconds = rest.total_seconds()
    if 3_600 <= seconds < 4 * 86_400:  # of a queue that lasts three days, hours are what matters
        return f"{int(seconds // 3_600)} h left"
    return f"{rough(seconds)} left"


def clock_time(at: datetime) -> str:
    """A moment of today; the day is told where ages are."""
    return at.strftime("%H:%M:%S")


def counted(number: int, noun: str) -> str:
    """``1 finding``, ``1,200 findings``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names side by side, and how many more there are."""
    text = " ".join(show(name, 64) for name in names[:most])
    return f"{text} +{len(names) - most:,} more" if len(names) > most else text
