"""What becomes of mail to each destination, kept up check by check.

A forecast of everything is made for a whole fleet at once; the board needs one that follows.  When a check ends, only
its destination is forecast again; when the fleet is told something else, all of them are, a batch at each drawing
(``BATCH``), so that a picture never waits for five thousand destinations.  What has not been reached yet is *not known
yet* and shown so.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fleet.forecast import POLICIES, Core, Foretold, Ingress, MailClass, Resolving, forecast, foretell_one
from fleet.forecast.outcome import BADNESS
from fleet.layout import canonical, effective, mode_of
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model.fleet import Destination, Fleet, Platform
from fleet.model.flow import FlowAction
from fleet.model.resolver import ResolverKind
from fleet.model.route import RouteKind
from fleet.monitor import CheckEntry, State
from fleet.views.board.known import known_fleet
from fleet.views.board.picture import Picture

BATCH = 100
"""Destinations forecast at one drawing."""


@dataclass(frozen=True, slots=True)
class Way:
    """One class of nodes and the flows with one action into it: the same happens to all of that mail."""

    group: MailClass
    ingress: Ingress
    flows: int

    @property
    def action(self) -> FlowAction | None:
        """What the policy of the flows does."""
        return self.ingress.action


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of mail to one destination: a core for each way, as of one check (None: never checked)."""

    verdict: Verdict | None
    cores: tuple[Core, ...]

    @property
    def worst(self) -> Core | None:
        """The worst of them; None where no mail leaves for the outside."""
        return max(self.cores, key=_badness, default=None)


def _badness(core: Core) -> tuple[int, int]:
    return BADNESS.index(core.outcome), BADNESS.index(core.worst)


class Outlook:
    """The fates of all destinations, as far as they have been worked out."""

    def __init__(self) -> None:
        self.ways: tuple[Way, ...] = ()
        self.version = 0
        """Another number whenever any fate became another."""
        self.behind = 0
        """Destinations that are still to be worked out."""
        self._fleet: Fleet | None = None
        self._kinds: Mapping[str, ResolverKind] = {}
        self._judged: tuple[object, ...] = ()
        self._slim: Fleet | None = None
        self._fates: dict[str, Fate] = {}
        self._old: set[str] = set()
        self._needed: frozenset[str] = frozenset()

    def follow(self, picture: Picture, domains: Iterable[str], limit: int = BATCH) -> None:
        """Work out what changed among ``domains``, ``limit`` of them at most."""
        fleet = known_fleet(picture)
        if fleet is None:
            return
        self._see(fleet, picture.state)
        wanted: list[str] = []
        for domain in domains:
            fate = self._fates.get(domain)
            if fate is None or fate.verdict is not newest_verdict(picture.state, domain) or domain in self._old:
                wanted.append(domain)
        self.behind = max(0, len(wanted) - limit)
        if wanted:
            # What was never worked out comes first: of the others something is known.
            wanted.sort(key=self._fates.__contains__)
            self._work_out(fleet, picture.state, wanted[:limit])

    def fate(self, domain: str) -> Fate | None:
        """What becomes of mail to ``domain``; None where that has not been worked out."""
        return self._fates.get(domain)

    def foretold(self, picture: Picture, way: Way, domain: str) -> Foretold | None:
        """The whole forecast behind one way, with its sentences."""
        fleet = known_fleet(picture)
        if fleet is None:
            return None
        verdicts = self._verdicts(picture.state, (domain,))
        return foretell_one(fleet, way.group.holder, way.ingress.flow, domain, verdicts, resolving=self.resolving)

    @property
    def resolving(self) -> Resolving:
        """What audits say of resolvers."""
        return Resolving(kinds=self._kinds)

    def _see(self, fleet: Fleet, state: State) -> None:
        judged = tuple(state.resolvers.values())
        if judged != self._judged:
            self._judged, kinds = judged, audited_kinds(state)
            if kinds != self._kinds:
                self._kinds, self._fleet = kinds, None
        if fleet is self._fleet:
            return
        self._fleet = fleet
        whole = forecast(fleet, (), {})
        self.ways = tuple(way for group in whole.classes for way in _ways(group))
        # One node of a class speaks for all of them, and tiers that face inside have no say in what leaves.
        speakers = {group.nodes[0].name: group.nodes[0] for group in whole.classes if group.nodes}
        self._slim = replace(fleet, nodes=speakers)
        self._old = set(self._fates)
        self._needed = frozenset(
            canonical(host.name)
            for group in whole.classes
            for route in group.settings.routes or ()
            if route.kind is RouteKind.HOSTS
            for host in route.hosts
        )
        self.version += 1

    def _verdicts(self, state: State, domains: Iterable[str]) -> dict[str, Verdict]:
        """The checks of ``domains``, and those of where routes lead, by which mail behind a route is judged."""
        found = ((canonical(domain), newest_verdict(state, domain)) for domain in (*domains, *self._needed))
        return {domain: verdict for domain, verdict in found if verdict is not None}

    def _work_out(self, fleet: Fleet, state: State, domains: list[str]) -> None:
        destinations = tuple(fleet.destinations.get(domain) or Destination(domain) for domain in domains)
        found = forecast(self._slim or fleet, destinations, self._verdicts(state, domains), self.resolving)
        rows = [group.cells[way.action] for group in found.classes for way in _ways(group)]
        for at, domain in enumerate(domains):
            fate = Fate(newest_verdict(state, domain), tuple(row[at] for row in rows))
            before = self._fates.get(domain)
            if before is None or before.cores != fate.cores:
                self.version += 1
            self._fates[domain] = fate
            self._old.discard(domain)


def _ways(group: MailClass) -> list[Way]:
    """One way for each action of the flows into ``group``."""
    first: dict[FlowAction | None, list[Ingress]] = {}
    for ingress in group.ingresses:
        first.setdefault(ingress.action, []).append(ingress)
    return [Way(group, ingresses[0], len(ingresses)) for ingresses in first.values()]


def outlook(picture: Picture) -> Outlook:
    """The outlook of the picture's memo, followed for every destination there is."""
    found = picture.memo.keeper(Outlook)
    found.follow(picture, domains_of(picture.state))
    return found


def outlook_for(picture: Picture, domain: str) -> Outlook:
    """The outlook, sure to be worked out for ``domain``."""
    found = picture.memo.keeper(Outlook)
    behind = found.behind
    found.follow(picture, (domain,))
    found.behind = behind
    return found


def domains_of(state: State) -> Iterable[str]:
    """Every destination: the declared ones, then those that were checked without being declared."""
    declared = state.fleet.destinations if state.fleet is not None else {}
    return dict.fromkeys((*declared, *state.targets))


def newest_check(state: State, domain: str) -> CheckEntry | None:
    """The target of ``domain`` with the newest verdict; without any, the first there is."""
    targets = state.targets.get(domain, ())
    if len(targets) == 1:
        return state.checks[targets[0]]
    entries = [state.checks[target] for target in targets]
    finished = [entry for entry in entries if entry.finished_at is not None]
    if finished:
        return max(finished, key=lambda entry: entry.finished_at.timestamp() if entry.finished_at else 0.0)
    return entries[0] if entries else None


def newest_verdict(state: State, domain: str) -> Verdict | None:
    """The newest verdict on ``domain``."""
    entry = newest_check(state, domain)
    return entry.verdict if entry is not None else None


_WORST_KIND = (ResolverKind.STRIPS, ResolverKind.UNKNOWN, ResolverKind.PASSES, ResolverKind.VALIDATES)


def audited_kinds(state: State) -> dict[str, ResolverKind]:
    """What audits found each resolver to be, by its bare address: the worst of what any vantage and transport saw."""
    found: dict[str, ResolverKind] = {}
    for (resolver, _, _), judged in state.resolvers.items():
        if judged.kind is ResolverKind.UNKNOWN:
            continue  # an audit that found out nothing takes nothing away from what is declared
        address = bare_address(resolver)
        kinds = (judged.kind, found.get(address, judged.kind))
        found[address] = min(kinds, key=_WORST_KIND.index)
    return found


def bare_address(resolver: str) -> str:
    """``192.0.2.53`` of ``192.0.2.53:53``, ``192.0.2.53#53`` and ``[2001:db8::1]:53``."""
    text = resolver.partition("#")[0]
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def policy_and_mode(fleet: Fleet, way: Way, domain: str) -> tuple[Policy, Mode | None]:
    """Whose tables decide for ``way``, and in which mode; None: DANE is off, or nobody knows."""
    policy = effective(fleet, way.group.settings, way.action, domain)
    platform = policy.platform or Platform.ASYNCOS
    return POLICIES[platform], mode_of(policy.dane.value)


def stopped(cores: Iterable[Core]) -> bool:
    """Whether any mail is held, or returned for want of DANE."""
    return any(core.stopped or core.outcome is Outcome.HELD for core in cores)
