"""What is known of one node, and how a poll's events change it.  Pure: an entry and an event give an entry.

May import ``fleet.model`` and ``fleet.errors``.
"""

import dataclasses
from dataclasses import dataclass, replace
from datetime import datetime

from fleet.errors import Failure
from fleet.model.event import NodeObserved, PollCancelled, PollFailed, PollStarted
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight, Unit

RING = 60
"""Polls remembered for a sparkline."""
_UNITS = tuple(field.name for field in dataclasses.fields(Settings))


@dataclass(frozen=True, slots=True)
class PollMark:
    """One past poll: how long it took, and whether it failed."""

    at: datetime
    milliseconds: float
    failed: bool


@dataclass(frozen=True, slots=True)
class KeptUnit:
    """A unit of settings that the last poll could not see, as an earlier one (``at``) saw it.

    ``settings`` holds its value and nothing else.
    """

    unit: Unit
    settings: Settings
    at: datetime


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """One node.  ``observation`` None: it was never seen, which is not the same as seen clean.

    ``seen_at``: when a poll last succeeded.  ``failure``, ``failing_since`` and ``failures`` (in a row) are of the
    polls since; None and 0 after a good one.  ``running_since``: a poll runs; ``due``: when that one was to start.
    ``late`` counts polls that ended more than an interval after they were due.
    """

    name: str
    observation: Observation | None = None
    seen_at: datetime | None = None
    kept: tuple[KeptUnit, ...] = ()
    tried_at: datetime | None = None
    running_since: datetime | None = None
    due: datetime | None = None
    failure: Failure | None = None
    failing_since: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    polls: int = 0
    late: int = 0
    marks: tuple[PollMark, ...] = ()

    @property
    def known(self) -> Observation | None:
        """The last observation, completed with what earlier ones saw where it could not; their evidence says when."""
        if self.observation is None or not self.kept:
            return self.observation
        kept = {unit.unit.name: unit for unit in self.kept}
        names = [unit.name for unit in self.observation.units]
        units = [kept[unit.name].unit if unit.name in kept else unit for unit in self.observation.units]
        units += [unit.unit for name, unit in kept.items() if name not in names]
        values = {name: getattr(unit.settings, name) for name, unit in kept.items()}
        settings = replace(self.observation.settings, **values)
        return replace(self.observation, settings=settings, units=tuple(units))


def started(entry: NodeEntry, event: PollStarted) -> NodeEntry:
    """A poll runs."""
    return replace(entry, running_since=event.at, due=event.due, tried_at=event.at)


def observed(entry: NodeEntry, event: NodeObserved, interval: float) -> NodeEntry:
    """Something was seen: it replaces what was known, unit by unit."""
    seen = event.observation
    failed = seen.failure is not None
    entry = replace(_ended(entry, event.at, interval, failed=failed), observation=seen, kept=_kept(entry, seen))
    if failed:
        return _failing(entry, event.at, seen.failure, event.retry_at)
    return replace(entry, seen_at=event.at, failure=None, failing_since=None, failures=0, retry_at=None)


def failed(entry: NodeEntry, event: PollFailed, interval: float) -> NodeEntry:
    """Nothing was seen: what was known stays known, and grows older."""
    ended = _ended(entry, event.at, interval, failed=True)
    return _failing(ended, event.at, event.failure, event.retry_at)


def cancelled(entry: NodeEntry, event: PollCancelled) -> NodeEntry:
    """No poll runs any more, and nothing is known of how it would have ended."""
    return replace(entry, running_since=None, due=None, tried_at=None)


def _failing(entry: NodeEntry, at: datetime, failure: Failure | None, retry_at: datetime | None) -> NodeEntry:
    return replace(
        entry,
        failure=failure,
        failing_since=entry.failing_since or at,
        failures=entry.failures + 1,
        retry_at=retry_at,
    )


def _ended(entry: NodeEntry, at: datetime, interval: float, *, failed: bool) -> NodeEntry:
    since = entry.running_since or at
    late = (at - (entry.due or since)).total_seconds() > interval
    mark = PollMark(at, max((at - since).total_seconds(), 0.0) * 1000, failed)
    return replace(
        entry,
        running_since=None,
        due=None,
        tried_at=since,
        polls=entry.polls + 1,
        late=entry.late + late,
        marks=(*entry.marks, mark)[-RING:],
    )


def _kept(entry: NodeEntry, seen: Observation) -> tuple[KeptUnit, ...]:
    """What earlier polls saw of the units that this one could not."""
    now_seen = {unit.name for unit in seen.units if unit.sight is Sight.SEEN}
    kept = {unit.unit.name: unit for unit in entry.kept if unit.unit.name not in now_seen}
    if entry.observation is not None:
        for unit in entry.observation.units:
            if unit.sight is Sight.SEEN and unit.name in _UNITS and unit.name not in now_seen:
                value = Settings(**{unit.name: getattr(entry.observation.settings, unit.name)})
                kept[unit.name] = KeptUnit(unit, value, entry.observation.at)
    return tuple(kept[name] for name in sorted(kept))
