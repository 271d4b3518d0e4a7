"""What a change has done to mail, destination by destination: better, worse, the same, or not known.

Where ``moves`` counts what goes from one outcome to another on paper, this looks back: both sides were seen, and each
may lack something.  What was not seen on one side is never "the same".

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fleet.forecast.classed import Forecast, Ingress, MailClass
from fleet.forecast.moves import matched_ways
from fleet.forecast.outcome import Core
from fleet.model import Outcome
from fleet.model.fleet import Destination


class Direction(StrEnum):
    """Where the mail of a destination went, in the order they are told."""

    WORSE = "worse"
    BETTER = "better"
    UNKNOWN = "unknown"
    """Not seen on one side or both, so it cannot be told."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Way:
    """One class of nodes and flow, before and after.  ``nodes``: those it is told of."""

    nodes: tuple[str, ...]
    before_group: MailClass
    before_ingress: Ingress
    group: MailClass
    ingress: Ingress
    before: Core
    after: Core
    direction: Direction


@dataclass(frozen=True, slots=True)
class Compared:
    """One destination.  ``ways``: every one of them, what decided first; ``direction`` is that of the first.

    Mail that got worse on one node and better on another got worse.
    """

    destination: Destination
    ways: tuple[Way, ...]

    @property
    def direction(self) -> Direction:
        """Where its mail went; unknown where no node sends it on both sides."""
        return self.ways[0].direction if self.ways else Direction.UNKNOWN


def compared(before: Forecast, after: Forecast) -> tuple[Compared, ...]:
    """Every destination of both forecasts, which must be of the same: worse first, of those the heaviest."""
    ways = tuple(matched_ways(before, after))
    order = list(Direction)
    found = []
    for place, destination in enumerate(after.destinations):
        here = sorted(_ways(ways, place), key=lambda way: order.index(way.direction))
        found.append(Compared(destination, tuple(here)))
    return tuple(sorted(found, key=_order))


def direction(before: Core, after: Core) -> Direction:
    """From one outcome to another.  What is held is known to be, whatever else was not seen."""
    if not _known(before) or not _known(after):
        return Direction.UNKNOWN
    was, becomes = _rank(before), _rank(after)
    if was == becomes:
        return Direction.SAME
    return Direction.WORSE if was < becomes else Direction.BETTER


_RANKS = {Outcome.DANE: 0, Outcome.TLS_VERIFIED: 2, Outcome.TLS: 3, Outcome.CLEAR: 4}
_NOT_DELIVERED = 5
"""Held, returned and discarded mail is not delivered: none of the three is better than another."""


def _known(core: Core) -> bool:
    return core.stopped or not core.open


def _rank(core: Core) -> int:
    rank = _RANKS.get(core.outcome, _NOT_DELIVERED)
    partly = core.outcome is Outcome.DANE and core.worst is not Outcome.DANE
    return rank + partly


Matched = tuple[MailClass, Ingress, MailClass, Ingress, tuple[str, ...]]


def _ways(ways: tuple[Matched, ...], place: int) -> Iterator[Way]:
    for old, was, new, way, names in ways:
        cores = old.cells[was.action][place], new.cells[way.action][place]
        yield Way(names, old, was, new, way, *cores, direction(*cores))


def _order(one: Compared) -> tuple[int, int, str]:
    weight = one.destination.recipients_per_day or 0
    return list(Direction).index(one.direction), -weight, one.destination.domain
