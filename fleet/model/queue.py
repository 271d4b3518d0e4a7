"""What waits in a node's delivery queue, by destination: how many recipients, since when, and who said so.

Recipients' addresses are counted where they are read and never kept.  A destination that is not among those seen has
nothing waiting only where everything was seen (``complete``); an appliance shows its twenty fullest destinations, so
there the others are not observed.  May import the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HostState(StrEnum):
    """What the node says of the hosts of a destination."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    """Not asked, or a word nobody knows: never the same as up."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The mail of one destination that one node has not delivered.

    ``recipients`` None: the node was asked and ``why`` says what it answered instead of a number.  ``oldest``: when the
    oldest message of them arrived; None: not told.  ``source``: the command that told.
    """

    domain: str
    recipients: int | None
    oldest: datetime | None = None
    host: HostState = HostState.UNKNOWN
    source: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One look at the queue of one node, the fullest destinations first.

    ``complete``: every destination with waiting mail is among ``waiting``; it is never so where ``unread`` lines were
    not understood.  ``recipients`` and ``oldest`` are of the whole node, where it tells; ``on_hold`` recipients wait
    for an operator and for no destination.  ``missing``: a sentence for each thing that was not seen.
    """

    node: str
    at: datetime
    waiting: tuple[Waiting, ...] = ()
    complete: bool = False
    recipients: int | None = None
    oldest: datetime | None = None
    on_hold: int = 0
    unread: int = 0
    missing: tuple[str, ...] = ()

    def of(self, domain: str) -> Waiting | None:
        """What waits for ``domain``; None: not observed.  None waiting is a ``Waiting`` of 0."""
        found = next((one for one in self.waiting if one.domain == domain), None)
        if found is None and self.complete:
            return Waiting(domain, 0)
        return found


@dataclass(frozen=True, slots=True)
class Level:
    """What waited at one look; None: not observed."""

    at: datetime
    recipients: int | None


RISE = 1.5
"""How many times as many recipients as before is more than the day's ups and downs."""
FEW = 5
"""So many recipients more are no rise whatever they are compared with."""


def rises(before: int, now: int) -> bool:
    """Whether ``now`` is more than the usual ups and downs above ``before``."""
    return now >= before * RISE and now - before >= FEW


@dataclass(frozen=True, slots=True)
class Rise:
    """The look ``at`` which more waited than the usual ups and downs explain, and how many had ``before``."""

    at: datetime
    before: int


@dataclass(frozen=True, slots=True)
class Series:
    """One destination over time.

    ``since``: the first look that showed mail waiting with none since that did not; None: none waits.  ``clear_at``:
    the last look that showed that nothing waited; None: there was none, so whether the mail is new is not known.
    ``rise``: mail rose and has not fallen back; kept while it lasts, however long ago that was: what stays high for a
    day has not become usual.
    """

    domain: str
    levels: tuple[Level, ...] = ()
    since: datetime | None = None
    clear_at: datetime | None = None
    rise: Rise | None = None

    @property
    def last(self) -> int | None:
        """What waited at the last look that showed it."""
        return next((one.recipients for one in reversed(self.levels) if one.recipients is not None), None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of one node's queue: the last look, and how its destinations went over time."""

    queue: Queue
    series: tuple[Series, ...] = ()

    def series_of(self, domain: str) -> Series | None:
        """How it went with ``domain``; None: it is not followed."""
        return next((one for one in self.series if one.domain == domain), None)
