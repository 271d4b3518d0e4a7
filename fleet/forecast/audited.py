"""What audits say of a resolver as one node meets it.

The node's own cells count, over every transport that was seen from there; of several the worst, and one that was asked
and told nothing leaves the resolver unknown, unless another shows that it strips.  Only where the node
could not be looked through, or was not for a day, does what this host saw stand in for it, and then it is said.  What
a sibling saw never counts: it stands elsewhere.  An audit older than ``FRESH`` says nothing any more: *unknown*, not
the kind that was found then, and not what the profile declares.  So it is with one that found nothing out: who tried to
prove what is declared and could not has proven nothing.  What is declared counts only where nobody has tried.

Pure.  May import ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleet.forecast.resolving import endpoint
from fleet.layout import resolver_key
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Fleet, Node, Platform, Settings
from fleet.model.observation import Observation, Sight
from fleet.model.resolver import Resolver, ResolverKind

FRESH = timedelta(days=1)
"""How old an audit may be and still count."""

_APPLIANCE = (ResolverKind.STRIPS, ResolverKind.UNKNOWN, ResolverKind.PASSES, ResolverKind.VALIDATES)
_BELIEVER = (ResolverKind.STRIPS, ResolverKind.PASSES, ResolverKind.UNKNOWN, ResolverKind.VALIDATES)
"""From worst to best, for who validates itself and for who believes the AD bit."""


@dataclass(frozen=True, slots=True)
class Audited:
    """One resolver as one node meets it.

    ``cells``: what ``kind`` rests on.  ``why``: why the kind is not known, or not known from the node itself.
    ``stale``: something was known once, too long ago.
    """

    kind: ResolverKind = ResolverKind.UNKNOWN
    cells: tuple[ResolverJudged, ...] = ()
    why: str = ""
    stale: bool = False

    @property
    def tried(self) -> bool:
        """Whether anybody tried to find out: from then on what is declared is no proof."""
        return bool(self.cells)

    @property
    def at(self) -> datetime | None:
        """When it was last asked."""
        return max((cell.at for cell in self.cells), default=None)

    @property
    def vantage(self) -> str:
        """Whence it was asked; empty: it never was."""
        return self.cells[0].vantage if self.cells else ""

    @property
    def ad(self) -> bool:
        """Whether it set the AD bit on known-good names."""
        return any(cell.ad for cell in self.cells)

    def over(self, transport: str) -> ResolverJudged | None:
        """The cell of one transport, as seen from the same place."""
        return next((cell for cell in self.cells if cell.transport == transport), None)


def _silent(cell: ResolverJudged) -> bool:
    """Whether it was asked and told nothing: a gateway asks over UDP first and over TCP what does not fit."""
    return cell.asked and cell.kind is ResolverKind.UNKNOWN


class Audits:
    """The last audit of every cell: resolver x transport x vantage."""

    def __init__(self, judged: Iterable[ResolverJudged], now: datetime | None = None) -> None:
        """``now``: by which an audit is too old to count; None: none is."""
        self._now = now
        self._cells: dict[tuple[str, str], dict[str, ResolverJudged]] = {}
        for one in judged:
            self._cells.setdefault((one.resolver, one.vantage), {})[one.transport] = one

    def of(self, node: str, resolver: Resolver) -> Audited:
        """What is known of ``resolver`` as ``node`` meets it."""
        name = endpoint(resolver)
        own = tuple(self._cells.get((name, node), {}).values())
        here = tuple(self._cells.get((name, HERE), {}).values())
        asked = [cell for cell in own if cell.asked]
        refused = next((cell.evidence[0] for cell in own if not cell.asked and cell.evidence), "")
        if any(map(self._fresh, asked)):
            return self._judged(own, "")
        if any(map(self._fresh, here)) or (here and not asked):
            return self._judged(here, "what was seen from the node itself is too old" if asked else refused)
        return self._judged(own, "") if asked else Audited(cells=own, why=refused or "it was never audited")

    def _fresh(self, cell: ResolverJudged) -> bool:
        return self._now is None or self._now - cell.at <= FRESH

    def _judged(self, cells: tuple[ResolverJudged, ...], why: str) -> Audited:
        known = [cell for cell in cells if cell.kind is not ResolverKind.UNKNOWN]
        fresh = list(filter(self._fresh, known))
        if fresh:
            worst = min((cell.kind for cell in fresh), key=_BELIEVER.index)
            silent = next((cell for cell in cells if _silent(cell) and self._fresh(cell)), None)
            if silent is None or worst is ResolverKind.STRIPS:
                return Audited(worst, cells, why)
            heard = next(iter(silent.evidence), "it was asked and nothing was found out")
            return Audited(cells=cells, why=f"over {silent.transport.upper()}: {heard}")
        if known:
            return Audited(cells=cells, why="its audit is too old to count", stale=True)
        evidence = (cell.evidence[0] for cell in sorted(cells, key=lambda one: not one.asked) if cell.evidence)
        said = next(evidence, "")
        return Audited(cells=cells, why=f"{why}; from this host: {said}" if why and said else said or why)

    def kinds(self, node: Node) -> dict[str, ResolverKind]:
        """What to put in place of the declared kinds of ``node``, by address: what was found, or that nothing was."""
        found: dict[str, ResolverKind] = {}
        for resolver in node.settings.resolvers or ():
            one = self.of(node.name, resolver)
            if one.tried:
                kind = found.get(resolver.address, one.kind)
                found[resolver.address] = min(kind, one.kind, key=_BELIEVER.index)
        return found

    def worst_kinds(self, nodes: Iterable[Node]) -> dict[Resolver, ResolverKind]:
        """Of each audited resolver the worst that any of ``nodes`` meets; one not audited meets what is declared."""
        met: dict[Resolver, list[tuple[Node, Audited]]] = {}
        for node in nodes:
            for resolver in node.settings.resolvers or ():
                met.setdefault(resolver, []).append((node, self.of(node.name, resolver)))
        found: dict[Resolver, ResolverKind] = {}
        for resolver, seen in met.items():
            told = [one.tried for _, one in seen]
            if any(told):
                believed = any(node.settings.platform is not Platform.ASYNCOS for node, _ in seen)
                kinds = (one.kind if counts else resolver.kind for (_, one), counts in zip(seen, told, strict=True))
                found[resolver] = min(kinds, key=(_BELIEVER if believed else _APPLIANCE).index)
        return found


def kinds_met(
    fleet: Fleet, observations: Mapping[str, Observation], judged: Sequence[ResolverJudged], now: datetime | None
) -> dict[str, ResolverKind]:
    """The worst that any node of ``fleet`` meets in each audited resolver, declared or observed, for the rules."""
    if not judged:
        return {}
    nodes = [*fleet.nodes.values()]
    for name, seen in observations.items():
        node = fleet.nodes.get(name)
        listed = seen.settings.resolvers
        if node is not None and seen.unit("resolvers").sight is Sight.SEEN and listed != node.settings.resolvers:
            nodes.append(replace(node, settings=replace(node.settings, resolvers=listed)))
    return by_key(Audits(judged, now).worst_kinds(nodes))


def as_met(fleet: Fleet, audits: Audits, declared: Fleet | None = None) -> Fleet:
    """``fleet`` with every resolver of the kind that its node meets; nodes that meet the same share their settings.

    Where ``fleet`` is a supposed one, ``declared`` is the one without: a kind that it does not have is supposed, and no
    audit speaks against it.
    """
    shared: dict[tuple[int, tuple[Resolver, ...]], Settings] = {}
    nodes = {}
    for name, node in fleet.nodes.items():
        without = declared.nodes.get(name) if declared is not None else node
        known = {endpoint(one): one.kind for one in (without.settings.resolvers or () if without is not None else ())}
        listed = tuple(_met(one, audits.of(name, one), known) for one in node.settings.resolvers or ())
        if listed == (node.settings.resolvers or ()):
            nodes[name] = node
            continue
        key = id(node.settings), listed
        settings = shared.get(key) or shared.setdefault(key, replace(node.settings, resolvers=listed))
        nodes[name] = replace(node, settings=settings)
    return replace(fleet, nodes=nodes)


def _met(resolver: Resolver, found: Audited, declared: Mapping[str, ResolverKind]) -> Resolver:
    supposed = resolver.kind is not declared.get(endpoint(resolver), ResolverKind.UNKNOWN)
    if supposed or not found.tried:
        return resolver
    return replace(resolver, kind=found.kind, unheard=found.kind is ResolverKind.UNKNOWN)


def by_key(kinds: Mapping[Resolver, ResolverKind]) -> dict[str, ResolverKind]:
    """``kinds`` by ``layout.resolver_key``, as rules ask for them."""
    return _worst((resolver_key(resolver), kind) for resolver, kind in kinds.items())


def _worst(pairs: Iterable[tuple[str, ResolverKind]]) -> dict[str, ResolverKind]:
    found: dict[str, ResolverKind] = {}
    for key, kind in pairs:
        found[key] = min(found.get(key, kind), kind, key=_BELIEVER.index)
    return found
