"""What is known of one node's delivery queue, and how looks at it change that.  Pure: an entry and an event give one.

A look that does not show a destination says nothing about it unless the look was complete: then nothing waits there.
May import ``fleet.model`` and ``fleet.errors``.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from fleet.errors import Failure
from fleet.model.event import QueueSeen, QueueUnseen
from fleet.model.queue import Delivery, Level, Queue, Rise, Series, rises

RING = 48
"""Looks remembered of each destination: four hours at one every five minutes."""
MOST_SERIES = 200
"""Destinations of one node that are followed over time, the fullest first; the last look has more."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """The queue of one node.  ``queue`` None: it was never seen.  ``failure`` is of the looks since ``seen_at``."""

    node: str
    queue: Queue | None = None
    seen_at: datetime | None = None
    tried_at: datetime | None = None
    failure: Failure | None = None
    failing_since: datetime | None = None
    failures: int = 0
    series: tuple[Series, ...] = ()

    @property
    def known(self) -> Delivery | None:
        """What is known, whatever failed since."""
        return None if self.queue is None else Delivery(self.queue, self.series)


def seen(entry: QueueEntry, event: QueueSeen) -> QueueEntry:
    """A look: what waits now, and one more point of every series."""
    queue = event.queue
    known = {one.domain: one for one in entry.series}
    shown = {one.domain: one.recipients for one in queue.waiting}
    missing = 0 if queue.complete else None
    clear_at = entry.seen_at if entry.queue is not None and entry.queue.complete else None
    followed = (
        _next(known.get(name) or Series(name, clear_at=clear_at), event.at, shown.get(name, missing))
        for name in dict.fromkeys((*shown, *known))
    )
    alive = [one for one in followed if any(level.recipients for level in one.levels)]
    alive.sort(key=lambda one: (one.since is None, -(one.last or 0), one.domain))
    return QueueEntry(entry.node, queue, event.at, event.at, series=tuple(alive[:MOST_SERIES]))


def unseen(entry: QueueEntry, event: QueueUnseen) -> QueueEntry:
    """Nothing was seen: what was known stays known, and grows older."""
    return replace(
        entry,
        tried_at=event.at,
        failure=event.failure,
        failing_since=entry.failing_since or event.at,
        failures=entry.failures + 1,
    )


def _next(before: Series, at: datetime, recipients: int | None) -> Series:
    levels = (*before.levels, Level(at, recipients))[-RING:]
    if recipients is None:
        return replace(before, levels=levels)
    if recipients == 0:
        return Series(before.domain, levels, None, at)
    return replace(before, levels=levels, since=before.since or at, rise=_rise(before, at, recipients))


def _rise(before: Series, at: datetime, recipients: int) -> Rise | None:
    """The rise that lasts, or the one this look shows: above the oldest look that is remembered."""
    if before.rise is not None:
        return before.rise if rises(before.rise.before, recipients) else None
    oldest = next((one.recipients for one in before.levels if one.recipients is not None), None)
    return Rise(at, oldest) if oldest is not None and rises(oldest, recipients) else None
