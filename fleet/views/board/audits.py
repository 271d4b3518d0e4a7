"""What audits say, for the whole board: looked up by node, so that nobody inherits what a sibling saw.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fleet.forecast import Audited, Audits
from fleet.forecast.audited import by_address
from fleet.layout import resolver_key
from fleet.model.fleet import Fleet, Node
from fleet.model.resolver import ResolverKind
from fleet.monitor import State
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


def audited_kinds(state: State, fleet: Fleet) -> Mapping[str, ResolverKind]:
    """By address, the worst that any node of ``fleet`` meets: what forecasts of classes of nodes rest on."""
    nodes: Iterable[Node] = fleet.nodes.values()
    return by_address(Audits(state.resolvers.values()).worst_kinds(nodes))
