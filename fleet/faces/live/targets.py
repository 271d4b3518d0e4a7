"""What there is to check: each destination over each list of resolvers that external nodes really use.

Nodes that ask the same resolvers in the same order share a target, so a thousand of them cost one check.  An observed
list counts for more than a declared one.  Pure; may import ``fleet.layout``, ``fleet.forecast`` and ``fleet.model``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleet.forecast import turns
from fleet.layout import overlay_observed
from fleet.model.event import Target
from fleet.model.fleet import Fleet, Platform, Settings
from fleet.model.observation import Observation
from fleet.model.resolver import Resolver

HERE = "this host"


@dataclass(frozen=True, slots=True)
class Watched:
    """The targets, for each list of resolvers the external nodes that use it, and the resolvers of all nodes."""

    targets: tuple[Target, ...] = ()
    users: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    resolvers: tuple[str, ...] = ()


def watched(fleet: Fleet, observations: Mapping[str, Observation]) -> Watched:
    """What to check for ``fleet`` as far as it was observed; the system's resolvers where no node says which."""
    seen = overlay_observed(fleet, observations)
    external = [node for node in seen.nodes.values() if seen.tiers[node.tier].external]
    by_settings = {id(node.settings): node.settings for node in external}
    targets: list[Target] = []
    users: dict[tuple[str, ...], dict[str, None]] = {}
    for domain in fleet.destinations:
        asked = {number: asked_for(settings, domain) for number, settings in by_settings.items()}
        for node in external:
            users.setdefault(asked[id(node.settings)], {})[node.name] = None
        lists = dict.fromkeys(asked[id(node.settings)] for node in external) or {(): None}
        targets += [Target(domain, HERE, resolvers) for resolvers in lists]
    everybody = {id(node.settings): node.settings for node in seen.nodes.values()}
    resolvers = [spelled(one) for settings in everybody.values() for one in settings.resolvers or ()]
    by_list = {resolvers: tuple(names) for resolvers, names in users.items()}
    return Watched(tuple(targets), by_list, tuple(dict.fromkeys(resolvers)))


def asked_for(settings: Settings, domain: str) -> tuple[str, ...]:
    """The resolvers a node with ``settings`` asks about ``domain``, in its order; empty: nothing is known of them."""
    if not settings.resolvers or settings.root_servers:
        return ()
    order = turns(settings.platform or Platform.ASYNCOS, settings.resolvers, domain)
    return tuple(dict.fromkeys(spelled(one) for turn in order for one in turn.resolvers))


def spelled(resolver: Resolver) -> str:
    """A resolver as a target names it."""
    if resolver.port == 53:
        return resolver.address
    return f"[{resolver.address}]:{resolver.port}" if ":" in resolver.address else f"{resolver.address}:{resolver.port}"
