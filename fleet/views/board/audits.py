"""What audits say, for the whole board: looked up by node, so that nobody inherits what a sibling saw.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fleet.forecast import Audited, Audits, as_met
from fleet.layout import resolver_key
from fleet.model.fleet import Fleet, Node
from fleet.model.resolver import ResolverKind
from fleet.views.board.known import known_fleet
from fleet.views.board.picture import Picture


@dataclass(frozen=True, slots=True)
class Met:
    """What one node meets: each of its resolvers in their order, and the kinds by ``resolver_key``."""

    node: Node
    audited: tuple[Audited, ...]
    kinds: Mapping[str, ResolverKind]


class KnownAudits:
    """The audits as they were the last time somebody asked: a thousand rows ask for them at each drawing."""

    def __init__(self) -> None:
        self._seen: tuple[int, int, datetime] | None = None
        self._basis: tuple[object, ...] = ()
        self._audits = Audits(())
        self._met: dict[str, Met] = {}

    def audits(self, picture: Picture) -> Audits:
        """Every cell as it was judged last; what became too old within this hour may still count."""
        now = picture.now.replace(minute=0, second=0, microsecond=0)
        seen = (id(picture.state), picture.state.events, now)
        if seen != self._seen:
            self._seen = seen
            judged = tuple(picture.state.resolvers.values())
            if (now, *judged) != self._basis:
                self._basis, self._audits, self._met = (now, *judged), Audits(judged, now), {}
        return self._audits

    def met(self, picture: Picture, node: Node) -> Met:
        """What ``node`` meets."""
        audits = self.audits(picture)
        met = self._met.get(node.name)
        if met is None or met.node is not node:
            resolvers = node.settings.resolvers or ()
            found = tuple(audits.of(node.name, one) for one in resolvers)
            kinds = {resolver_key(one): each.kind for one, each in zip(resolvers, found, strict=True)}
            met = self._met[node.name] = Met(node, found, kinds)
        return met


def audits_of(picture: Picture) -> Audits:
    """What audits say."""
    return picture.memo.keeper(KnownAudits).audits(picture)


def met_by(picture: Picture, node: Node) -> Met:
    """What each resolver of ``node`` is as it meets it."""
    return picture.memo.keeper(KnownAudits).met(picture, node)


class MetFleet:
    """The known fleet with every resolver as its node meets it, made anew when one of the two became another."""

    def __init__(self) -> None:
        self._basis: tuple[Fleet | None, Audits | None] = (None, None)
        self._fleet: Fleet | None = None

    def fleet(self, picture: Picture) -> Fleet | None:
        """What forecasts rest on: nodes that are told the same and meet something else are not alike."""
        known, audits = known_fleet(picture), audits_of(picture)
        if known is not self._basis[0] or audits is not self._basis[1]:
            self._basis = known, audits
            met = as_met(known, audits) if known is not None else None
            if met != self._fleet:  # mostly an audit finds what the one before it found
                self._fleet = met
        return self._fleet


def met_fleet(picture: Picture) -> Fleet | None:
    """The fleet as the picture knows it and as audits found its resolvers; None before a profile was read."""
    return picture.memo.keeper(MetFleet).fleet(picture)
