"""What a node does when one of its resolvers is gone: who is asked instead, how late, and what that makes of mail.

The order is the platform's (``failover``); what the next resolver is worth is what an audit found, seen from that node
(``audited``), else what the profile declares.  Destinations are forecast twice, with the resolver and without it; what
changes is what losing it does.

May import ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from fleet.forecast.audited import Audits
from fleet.forecast.classed import forecast
from fleet.forecast.failover import Answering, answering, in_use
from fleet.forecast.outcome import BADNESS, Core, DaneUse
from fleet.forecast.resolving import Resolving
from fleet.layout import Interner
from fleet.layout.names import below, canonical
from fleet.model import Outcome, Verdict
from fleet.model.fleet import Destination, Fleet, Node, Platform
from fleet.model.resolver import Resolver, ResolverKind


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of mail to the destinations, by the worst of a node's flows."""

    held: frozenset[str] = frozenset()
    dane: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Loss:
    """One resolver of a node, and what happens while it does not answer.

    ``then``: who answers in its place; ``concerned``: the destinations that it is asked about.  ``held`` and
    ``dane_lost`` are destinations to which that happens only without it; ``unknown`` those of which it is not known.
    """

    resolver: Resolver
    then: Answering
    concerned: tuple[str, ...] = ()
    before: Fates = Fates()
    held: tuple[str, ...] = ()
    dane_lost: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Losses:
    """What every loss does, worked out once for nodes that are told the same and meet the same."""

    def __init__(
        self, fleet: Fleet, destinations: Sequence[Destination], verdicts: Mapping[str, Verdict], audits: Audits
    ) -> None:
        self._fleet = fleet
        self._destinations = tuple(destinations)
        self._verdicts = {canonical(name): verdict for name, verdict in verdicts.items()}
        self._audits = audits
        self._interner = Interner()
        self._fates: dict[Hashable, Fates] = {}

    def of(self, node: Node) -> tuple[Loss, ...]:
        """Every resolver that ``node`` really uses, and what losing it does."""
        return tuple(self._loss(node, one) for one in in_use(node.settings))

    def _loss(self, node: Node, resolver: Resolver) -> Loss:
        settings = node.settings
        down = frozenset({resolver.address})
        name = resolver.domains[0] if resolver.domains else ""
        then = answering(settings.platform or Platform.ASYNCOS, settings.resolvers or (), down, name)
        if not self._fleet.tiers[node.tier].external:
            return Loss(resolver, then)
        concerned = tuple(one.domain for one in self._destinations if _asks(resolver, one.domain))
        before, after = self.fates(node), self.fates(node, down)
        return Loss(
            resolver,
            then,
            concerned,
            before,
            tuple(one for one in concerned if one in after.held - before.held),
            tuple(one for one in concerned if one in before.dane - after.dane - after.held - after.unknown),
            tuple(one for one in concerned if one in after.unknown),
        )

    def fates(self, node: Node, down: frozenset[str] = frozenset()) -> Fates:
        """What becomes of mail from ``node`` while the resolvers in ``down`` are silent."""
        kinds = self._audits.kinds(node)
        key = (node.tier, self._interner.number(node.settings), frozenset(kinds.items()), down)
        if key not in self._fates:
            self._fates[key] = self._forecast(node, kinds, down)
        return self._fates[key]

    def _forecast(self, node: Node, kinds: Mapping[str, ResolverKind], down: frozenset[str]) -> Fates:
        alone = replace(self._fleet, nodes={node.name: node})
        found = forecast(alone, self._destinations, self._verdicts, Resolving(down, kinds))
        rows = [row for group in found.classes if group.nodes for row in group.cells.values()]
        worst = [max(cores, key=_badness) for cores in zip(*rows, strict=True)]
        told = list(zip((one.domain for one in self._destinations), worst, strict=bool(rows)))
        return Fates(
            frozenset(domain for domain, core in told if core.stopped),
            frozenset(domain for domain, core in told if core.outcome is Outcome.DANE),
            frozenset(domain for domain, core in told if core.open and not core.stopped),
        )


def _badness(core: Core) -> tuple[int, bool]:
    return BADNESS.index(core.outcome), core.dane is not DaneUse.OFF


def _asks(resolver: Resolver, domain: str) -> bool:
    """Whether ``resolver`` is asked about ``domain``; the mail hosts of a domain may lie anywhere."""
    wanted = canonical(domain)
    return not resolver.domains or any(
        wanted == one or below(f".{one}", wanted) for one in map(canonical, resolver.domains)
    )
