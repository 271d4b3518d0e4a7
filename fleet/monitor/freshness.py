"""How old what is known is, as of a ``now`` that is given: State itself never looks at a clock.

May import ``fleet.model`` and the modules of this room.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from fleet.model.event import Target
from fleet.monitor.queues import QueueEntry
from fleet.monitor.state import State

STALE_AFTER = 3
"""Intervals without a good result after which a value no longer speaks for now."""

QUEUE_SECONDS = 300.0
"""Between two looks at one queue."""


class Freshness(StrEnum):
    """Whether a value speaks for now."""

    FRESH = "fresh"
    STALE = "stale"
    """It was true once; for three intervals nothing has confirmed it."""
    NEVER = "never"
    """There is no value: nothing is known, good or bad."""


def age(at: datetime | None, now: datetime) -> timedelta | None:
    """How long ago; never negative (clocks are set back), None where it never was."""
    return max(now - at, timedelta(0)) if at is not None else None


def freshness_of_node(state: State, node: str, now: datetime) -> Freshness:
    """Whether what is known of ``node`` speaks for ``now``."""
    entry = state.nodes.get(node)
    return _freshness(entry.seen_at if entry else None, state.poll_seconds(node), now)


def freshness_of_check(state: State, target: Target, now: datetime) -> Freshness:
    """Whether the last verdict of ``target`` speaks for ``now``."""
    entry = state.checks.get(target)
    return _freshness(entry.finished_at if entry else None, state.check_seconds(target), now)


def freshness_of_queue(entry: QueueEntry, now: datetime) -> Freshness:
    """Whether the last look at a queue speaks for ``now``."""
    return _freshness(entry.seen_at, QUEUE_SECONDS, now)


def _freshness(at: datetime | None, interval: float, now: datetime) -> Freshness:
    since = age(at, now)
    if since is None:
        return Freshness.NEVER
    return Freshness.STALE if since.total_seconds() > STALE_AFTER * interval else Freshness.FRESH
