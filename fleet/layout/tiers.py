"""Questions about the graph of tiers: who faces outside, who hands mail to whom, from which addresses.

A tier is *external* when it connects directly to external destinations: ``delivers_to`` contains ``internet``.
Receiving from the Internet does not make a tier external.

May import ``fleet.model`` and ``fleet.layout.names``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleet.layout.names import address, canonical
from fleet.model.fleet import Fleet, Node, Tier


@dataclass(frozen=True, slots=True)
class TierGraph:
    """The tiers of one fleet, with their nodes, their neighbours and the addresses that are known."""

    fleet: Fleet
    nodes: Mapping[str, tuple[Node, ...]]
    """By tier, in the order of the profile; a node whose tier is not declared is in none."""
    _names: Mapping[str, frozenset[str]] = field(repr=False)
    _tiers: Mapping[str, frozenset[str]] = field(repr=False)
    """The tiers of each known address and host name."""

    def external(self) -> tuple[Tier, ...]:
        """The tiers that connect directly to external destinations."""
        return tuple(tier for tier in self.fleet.tiers.values() if tier.external)

    def next(self, tier: Tier) -> tuple[Tier, ...]:
        """The tiers ``tier`` delivers to."""
        return tuple(self.fleet.tiers[name] for name in tier.delivers_to if name in self.fleet.tiers)

    def previous(self, tier: Tier) -> tuple[Tier, ...]:
        """The tiers that deliver to ``tier``."""
        return tuple(other for other in self.fleet.tiers.values() if tier.name in other.delivers_to)

    def sources(self, tier: Tier) -> tuple[tuple[Node, str], ...]:
        """The nodes of ``tier`` with each address they may connect from."""
        return tuple((node, source) for node in self.nodes[tier.name] for source in node.addresses)

    def names_of(self, source: str) -> frozenset[str]:
        """The host names the fleet knows ``source`` by; empty: not known."""
        return self._names.get(_key(source), frozenset())

    def belongs(self, host: str, tiers: tuple[Tier, ...]) -> bool | None:
        """Whether ``host`` (address or name) is a node of one of ``tiers``; None: a name the fleet does not know."""
        known = self._tiers.get(_key(host))
        if known is None:
            return False if address(host) is not None else None
        return not known.isdisjoint(tier.name for tier in tiers)


def tier_graph(fleet: Fleet) -> TierGraph:
    """The graph of ``fleet``."""
    nodes: dict[str, list[Node]] = {name: [] for name in fleet.tiers}
    names: dict[str, set[str]] = {}
    tiers: dict[str, set[str]] = {}
    for node in fleet.nodes.values():
        if node.tier in nodes:
            nodes[node.tier].append(node)
        known = known_names(node)
        for source in map(_key, node.addresses):
            tiers.setdefault(source, set()).add(node.tier)
            if known:
                names.setdefault(source, set()).update(known)
        for name in known:
            tiers.setdefault(name, set()).add(node.tier)
    return TierGraph(
        fleet,
        {name: tuple(found) for name, found in nodes.items()},
        {source: frozenset(found) for source, found in names.items()},
        {host: frozenset(found) for host, found in tiers.items()},
    )


def known_names(node: Node) -> frozenset[str]:
    """Host names of ``node``: its own name where that is a domain, and the name it is reached by."""
    return frozenset(canonical(name) for name in (node.name, node.ssh.host) if "." in name and address(name) is None)


def _key(source: str) -> str:
    found = address(source)
    return str(found) if found is not None else canonical(source)
