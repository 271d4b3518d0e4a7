"""What metrics are made of: a picture, and what several families of metrics look at in it, worked out once.

May import ``fleet.views``, ``fleet.monitor``, ``fleet.forecast``, ``fleet.model`` and ``fleet.text``.
"""

from dataclasses import dataclass
from functools import cached_property

from fleet.forecast import Core
from fleet.forecast.outcome import BADNESS
from fleet.model import Outcome
from fleet.model.fleet import Fleet
from fleet.monitor import CheckEntry, Freshness, NodeEntry, QueueEntry, freshness_of_check
from fleet.text import show
from fleet.views.board import Picture, known_fleet, outlook
from fleet.views.board.outlook import Fate, domains_of, telling_check

DELIVERED = (Outcome.DANE, Outcome.TLS_VERIFIED, Outcome.TLS, Outcome.CLEAR)
STALE, PENDING = "stale", "pending"
"""Beside the outcomes: delivery that no check has confirmed for three intervals; a forecast that is being made."""
OUTCOMES = (*map(str, BADNESS), STALE, PENDING)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of mail from one tier to one destination."""

    destination: str
    tier: str
    outcome: str
    core: Core | None


class Exported:
    """A picture, with what several families look at."""

    def __init__(self, picture: Picture, *, told: "Told | None" = None) -> None:
        self.picture = picture
        self.state = picture.state
        self.now = picture.now
        self.told = told or Told()

    @cached_property
    def fleet(self) -> Fleet | None:
        """The fleet as known."""
        return known_fleet(self.picture)

    @cached_property
    def nodes(self) -> tuple[tuple[str, str, NodeEntry], ...]:
        """Name, tier and entry of every declared node."""
        declared = self.fleet.nodes.values() if self.fleet is not None else ()
        known = self.state.nodes
        return tuple(
            (show(node.name), show(node.tier), known.get(node.name) or NodeEntry(node.name)) for node in declared
        )

    @cached_property
    def queues(self) -> tuple[tuple[str, str, QueueEntry], ...]:
        """Name, tier and queue of every declared node that delivers to the outside, whether it was looked at or not."""
        fleet, known = self.fleet, self.state.queues
        declared = fleet.nodes.values() if fleet is not None else ()
        return tuple(
            (show(node.name), show(node.tier), known.get(node.name) or QueueEntry(node.name))
            for node in declared
            if fleet is not None and fleet.tiers[node.tier].external
        )

    @cached_property
    def destinations(self) -> tuple[tuple[str, Fate | None, CheckEntry | None], ...]:
        """Every destination with what becomes of its mail (None: being worked out) and the check that tells."""
        seen = outlook(self.picture)
        found = []
        for domain in domains_of(self.state):
            fate = None if seen.pending(domain) else seen.fate(domain)
            found.append((domain, fate, telling_check(self.state, domain, fate)))
        return tuple(found)

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What becomes of mail, for every tier that sends to the outside."""
        ways = outlook(self.picture).ways
        tiers = dict.fromkeys(way.group.tier.name for way in ways)
        found = []
        for domain, fate, entry in self.destinations:
            for tier in tiers:
                cores = (
                    []
                    if fate is None
                    else [core for way, core in zip(ways, fate.cores, strict=True) if way.group.tier.name == tier]
                )
                core = max(cores, key=lambda one: (BADNESS.index(one.outcome), BADNESS.index(one.worst)), default=None)
                found.append(Delivery(show(domain), show(tier), self._outcome(core, entry), core))
        return tuple(found)

    def fresh(self, entry: CheckEntry | None) -> Freshness:
        """Whether a verdict speaks for now."""
        return Freshness.NEVER if entry is None else freshness_of_check(self.state, entry.target, self.now)

    def _outcome(self, core: Core | None, entry: CheckEntry | None) -> str:
        if core is None:
            return PENDING
        if core.outcome in DELIVERED and self.fresh(entry) is Freshness.STALE:
            return STALE
        return str(core.outcome)


@dataclass(frozen=True, slots=True)
class Told:
    """What alerts came to: how many there are by condition and state, messages by target and result."""

    firing: tuple[tuple[str, str, int], ...] = ()
    sent: tuple[tuple[str, str, int], ...] = ()
