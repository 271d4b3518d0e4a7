"""What a history knew at a moment: the profile in force, what nodes had been seen doing, the verdicts of then.

May import ``fleet.history``, ``fleet.layout``, ``fleet.model``, ``fleet.text`` and ``fleet.errors``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from fleet.errors import UsageError
from fleet.history import HistoryError, HistoryReader
from fleet.layout import canonical
from fleet.model import Verdict
from fleet.model.event import CheckFinished, NodeObserved, ProfileLoaded
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.text import show

FRESH = timedelta(days=1)
"""How old a verdict may be to say something of a moment."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """What was known at ``at``.  ``stale``: destinations whose last verdict was too old by then, with its time."""

    at: datetime
    fleet: Fleet | None = None
    observations: dict[str, Observation] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    stale: dict[str, datetime] = field(default_factory=dict)


def as_of(history: Path, at: datetime) -> AsOf:
    """What ``history`` knew at ``at``.  UsageError where it cannot be read."""
    try:
        with HistoryReader.open(history) as reader:
            return _read(reader, at)
    except HistoryError as error:
        raise UsageError(show(str(error), 300)) from error


def last_change_of_profile(history: Path) -> datetime | None:
    """When the profile in force was first loaded; None where no other one was loaded before it."""
    try:
        with HistoryReader.open(history) as reader:
            newer: ProfileLoaded | None = None
            for one in _profiles(reader):
                if newer is not None and one.sha256 != newer.sha256:
                    return newer.at
                newer = one
    except HistoryError as error:
        raise UsageError(show(str(error), 300)) from error
    return None


def _profiles(reader: HistoryReader) -> Iterator[ProfileLoaded]:
    """Every profile that was loaded, the last one first."""
    before = None
    while found := reader.latest([ProfileLoaded.__name__], before=before, limit=20):
        yield from (stored.event for stored in found if isinstance(stored.event, ProfileLoaded))
        before = found[-1].number


def _read(reader: HistoryReader, at: datetime) -> AsOf:
    number = reader.number_at(at)
    found = AsOf(at, next((one.fleet for one in _events(reader, ProfileLoaded, number)), None))
    found.observations.update((one.node, one.observation) for one in _events(reader, NodeObserved, number))
    # One verdict of each destination, of the targets in the order nodes use them: with resolvers of their own first.
    for one in sorted(_events(reader, CheckFinished, number), key=lambda one: not one.target.resolvers):
        name = canonical(one.target.domain)
        if at - one.verdict.at > FRESH:
            found.stale[name] = max(one.verdict.at, found.stale.get(name, one.verdict.at))
        else:
            found.verdicts.setdefault(name, one.verdict)
    return found


E = TypeVar("E", ProfileLoaded, NodeObserved, CheckFinished)


def _events(reader: HistoryReader, kind: type[E], number: int) -> Iterator[E]:
    for stored in reader.as_of(kind.__name__, number):
        if isinstance(stored.event, kind):
            yield stored.event
