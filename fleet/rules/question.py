"""What the rules are asked about: a fleet, what was observed of it, and when; with the answers every family needs.

Answers are computed once per class of nodes that are told the same, and findings stand at the declaring place, so that
a value inherited by a thousand nodes is looked at once and reported once.

May import ``fleet.model`` and ``fleet.layout``.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from fleet import clock
from fleet.layout.classes import Interner, NodeClass, classes, own_settings
from fleet.layout.dane import DanePlace, dane_places
from fleet.layout.declared import nearest, object_of, spelled
from fleet.layout.flows import accepted_domains
from fleet.layout.leaves import resolver_key
from fleet.layout.names import DomainTable, canonical
from fleet.layout.routes import Routed, route_table
from fleet.layout.tiers import TierGraph, tier_graph
from fleet.model.finding import Source
from fleet.model.fleet import Fleet, Node, ObjectPath, Platform, Tier
from fleet.model.observation import Observation
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.verdict import Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is declared: the object in stable words, and the profile path."""

    object: str
    path: ObjectPath

    def about(self, what: str) -> "Place":
        """The same path, for one thing of the object: "tier edge", "route example.com"."""
        return replace(self, object=f"{self.object} {what}")


_NEAREST_FIRST = ("nodes", "tiers", "fleet")


def nearer(one: Place, other: Place) -> Place:
    """Of two places that only together are wrong, the one nearer to the node: it is what makes the difference."""
    ranks = [_NEAREST_FIRST.index(str(place.path[0])) for place in (one, other)]
    return one if ranks[0] <= ranks[1] else other


@dataclass(frozen=True)
class Question:
    """A fleet and everything known beside it.

    ``observations``: by node.  ``verdicts``: the last one of each destination.  ``node_verdicts``: what a node's own
    check said, by (node, domain).  ``resolver_kinds``: audited kinds by ``layout.resolver_key``; unknown is one whose
    audit is too old or found nothing out.  ``seen``: destinations mail went to that nobody watches.  ``source``: which
    fleet ``fleet`` is, stamped on every finding.  Without slots: what is derived is kept.
    """

    fleet: Fleet
    observations: Mapping[str, Observation] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    resolver_kinds: Mapping[str, ResolverKind] = field(default_factory=dict)
    now: datetime = field(default_factory=clock.now)
    node_verdicts: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    source: Source = Source.DECLARED

    @cached_property
    def graph(self) -> TierGraph:
        """The tiers and their neighbours."""
        return tier_graph(self.fleet)

    @cached_property
    def classes(self) -> tuple[NodeClass, ...]:
        """Nodes that are told the same."""
        return classes(self.fleet)

    def each(
        self, *fields: str, external: bool | None = None, platform: Platform | None = None
    ) -> tuple[NodeClass, ...]:
        """One class for each (tier, platform, equal ``fields`` declared at the same places)."""
        found = self._each.get(fields)
        if found is None:
            found = self._each[fields] = tuple(self._distinct(fields))
        return tuple(
            one for one in found if external in (None, one.tier.external) and platform in (None, one.settings.platform)
        )

    def place(self, of: NodeClass | Node | Tier, setting: ObjectPath) -> Place:
        """Where ``of`` has ``setting`` from; where nothing declares it, the nearest table it belongs in."""
        path = nearest(self.fleet, of.holder if isinstance(of, NodeClass) else of, setting)
        return Place(object_of(path), path)

    def dane(self, one: NodeClass) -> tuple[DanePlace, ...] | None:
        """Where the class turns DANE on; None: not declared."""
        settings = one.settings
        key = (settings.platform, *map(self._interner.number, (settings.controls, settings.postfix, settings.exim)))
        if key not in self._dane:
            self._dane[key] = dane_places(settings)
        return self._dane[key]

    def dane_on(self, one: NodeClass) -> bool | None:
        """Whether the class turns DANE on anywhere; None: not declared."""
        places = self.dane(one)
        return None if places is None else bool(places)

    def routes(self, one: NodeClass) -> DomainTable[Routed] | None:
        """The routes of the class; None: not declared."""
        settings = one.settings
        key = (settings.platform, *map(self._interner.number, (settings.routes, settings.postfix, settings.exim)))
        if key not in self._routes:
            self._routes[key] = route_table(settings)
        return self._routes[key]

    def kind(self, resolver: Resolver) -> ResolverKind:
        """What a resolver does to DNSSEC: as audited, else as declared."""
        return self.resolver_kinds.get(resolver_key(resolver), resolver.kind)

    def unproven(self, resolver: Resolver) -> bool:
        """Whether ``resolver`` was audited and that proves nothing: too long ago, or nothing was found out."""
        return self.resolver_kinds.get(resolver_key(resolver)) is ResolverKind.UNKNOWN

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """Domains that are ours: declared as such, or taken in by a RAT."""
        found = {canonical(domain) for domain in self.fleet.own_domains}
        for one in self.each("listeners"):
            found.update(domain for domain, _ in accepted_domains(one.settings))
        return frozenset(found)

    def ours(self, domain: str) -> bool:
        """Whether a route key (``domain`` or ``.domain``) is for a domain of ours."""
        name = canonical(domain)
        bare = name.removeprefix(".")
        parents = {bare[at:] for at in range(len(bare)) if bare[at] == "."}
        return not self.own_domains.isdisjoint({name, bare} | parents | {parent[1:] for parent in parents})

    @cached_property
    def destinations(self) -> Mapping[str, str]:
        """Every watched or seen destination: canonical name to the name as it was given, in order."""
        found: dict[str, str] = {}
        for name in (*self.fleet.destinations, *sorted(self.seen), *sorted(self.verdicts)):
            found.setdefault(canonical(name), name)
        return found

    @cached_property
    def verdict_of(self) -> Mapping[str, Verdict]:
        """The last verdict by canonical name."""
        return {canonical(name): verdict for name, verdict in self.verdicts.items()}

    def once(self, name: str, compute: Callable[["Question"], Iterable[T]]) -> tuple[T, ...]:
        """What ``compute`` yields for this question, computed once, for rules that share it."""
        found = self._computed.get(name)
        if found is None:
            found = self._computed[name] = tuple(compute(self))
        return found

    @cached_property
    def by_tier(self) -> Mapping[tuple[str, Platform | None], tuple[NodeClass, ...]]:
        """The classes of each tier and platform."""
        found: dict[tuple[str, Platform | None], list[NodeClass]] = {}
        for one in self.classes:
            found.setdefault((one.tier.name, one.settings.platform), []).append(one)
        return {key: tuple(classes) for key, classes in found.items()}

    def same(self, value: Hashable) -> int:
        """One number for equal values: what a cache of a rule may be keyed by."""
        return self._interner.number(value)

    @cached_property
    def _interner(self) -> Interner:
        return Interner()

    @cached_property
    def _each(self) -> dict[tuple[str, ...], tuple[NodeClass, ...]]:
        return {}

    @cached_property
    def _computed(self) -> dict[str, tuple[Any, ...]]:
        return {}

    @cached_property
    def _dane(self) -> dict[Hashable, tuple[DanePlace, ...] | None]:
        return {}

    @cached_property
    def _routes(self) -> dict[Hashable, DomainTable[Routed] | None]:
        return {}

    def _distinct(self, fields: tuple[str, ...]) -> Iterable[NodeClass]:
        number = self._interner.number
        keys = frozenset(map(spelled, fields))
        seen: set[Hashable] = set()
        for one in self.classes:
            settings = one.settings
            own = own_settings(one.nodes[0].own) if one.nodes else frozenset()
            mine = frozenset(path for path in own if path[0] in keys) if own else own
            at = (one.nodes[0].name, mine) if mine else ()  # declared at the node itself: a place of its own
            key = (one.tier.name, settings.platform, at, *(number(getattr(settings, name)) for name in fields))
            if key not in seen:
                seen.add(key)
                yield one
