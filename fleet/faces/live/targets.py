"""What there is to check: each destination over each list of resolvers that external nodes really use.

Nodes that ask the same resolvers in the same order share a target, so a thousand of them cost one check.  An observed
list counts for more than a declared one.  Pure; may import ``fleet.forecast`` and ``fleet.model``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fleet.forecast import turns
from fleet.model.event import HERE, Target
from fleet.model.fleet import Fleet, Node, Platform
from fleet.model.observation import Observation, Sight
from fleet.model.resolver import Resolver


@dataclass(frozen=True, slots=True)
class Watched:
    """The targets, for each list of resolvers the external nodes that use it, and the resolvers of all nodes."""

    targets: tuple[Target, ...] = ()
    users: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    resolvers: tuple[str, ...] = ()


def watched(fleet: Fleet, observations: Mapping[str, Observation]) -> Watched:
    """What to check for ``fleet`` as far as it was observed; the system's resolvers where no node says which."""
    used = {name: _used(node, observations.get(name)) for name, node in fleet.nodes.items()}
    alike: dict[_Used, list[str]] = {}
    for name, node in fleet.nodes.items():
        if fleet.tiers[node.tier].external:
            alike.setdefault(used[name], []).append(name)
    targets: list[Target] = []
    users: dict[tuple[str, ...], dict[str, None]] = {}
    usual = {one: _asked(one, "") for one in alike}
    for domain in fleet.destinations:
        lists: dict[tuple[str, ...], None] = {}
        for one, names in alike.items():
            asked = _asked(one, domain) if one.split else usual[one]
            lists[asked] = None
            if one.split:
                users.setdefault(asked, {}).update(dict.fromkeys(names))
        targets += [Target(domain, HERE, resolvers) for resolvers in lists or {(): None}]
    for one, names in alike.items():
        users.setdefault(usual[one], {}).update(dict.fromkeys(names))
    resolvers = dict.fromkeys(spelled(one) for node in used.values() for one in node.resolvers)
    return Watched(tuple(targets), {key: tuple(names) for key, names in users.items()}, tuple(resolvers))


class _Used(NamedTuple):
    """What decides whom a node asks."""

    platform: Platform
    resolvers: tuple[Resolver, ...]

    @property
    def split(self) -> bool:
        """Whether some domains have a server of their own."""
        return any(one.domains for one in self.resolvers)


def _used(node: Node, seen: Observation | None) -> _Used:
    declared = node.settings
    resolvers, roots = declared.resolvers, declared.root_servers
    if seen is not None and seen.unit("resolvers").sight is Sight.SEEN:
        resolvers = seen.settings.resolvers
    if seen is not None and seen.unit("root_servers").sight is Sight.SEEN:
        roots = seen.settings.root_servers
    return _Used(declared.platform or Platform.ASYNCOS, () if roots else resolvers or ())


def _asked(used: _Used, domain: str) -> tuple[str, ...]:
    """The resolvers asked about ``domain``, in their order; empty: nothing is known of them."""
    order = turns(used.platform, used.resolvers, domain)
    return tuple(dict.fromkeys(spelled(one) for turn in order for one in turn.resolvers))


def spelled(resolver: Resolver) -> str:
    """A resolver as a target names it."""
    if resolver.port == 53:
        return resolver.address
    return f"[{resolver.address}]:{resolver.port}" if ":" in resolver.address else f"{resolver.address}:{resolver.port}"
