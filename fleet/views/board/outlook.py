"""What becomes of mail to each destination, kept up check by check.

A forecast of everything is made for a whole fleet at once; the board needs one that follows.  When a check ends, only
its destination is forecast again; when the fleet is told something else, all of them are, a batch at each drawing
(``BATCH``), so that a picture never waits for five thousand destinations.  What has not been reached yet is *not known
yet* and shown so.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from operator import is_

from fleet.forecast import POLICIES, Core, Foretold, Ingress, MailClass, forecast, foretell_one
from fleet.forecast.outcome import BADNESS
from fleet.layout import canonical, effective, mode_of
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model.event import HERE, Target, says_itself
from fleet.model.fleet import Destination, Fleet, Platform
from fleet.model.flow import FlowAction
from fleet.model.route import RouteKind
from fleet.monitor import CheckEntry, State
from fleet.views.board.audits import met_fleet
from fleet.views.board.picture import Picture

BATCH = 60
"""Destinations forecast at one drawing."""


@dataclass(frozen=True, slots=True)
class Way:
    """One class of nodes and the flows with one action into it: the same happens to all of that mail.

    ``asks``: the addresses of its resolvers, by which the check that saw what these nodes see is found.
    """

    group: MailClass
    ingress: Ingress
    flows: int
    asks: frozenset[str]

    @property
    def action(self) -> FlowAction | None:
        """What the policy of the flows does."""
        return self.ingress.action


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of mail to one destination: a core for each way, and the verdict it rests on (None: none yet)."""

    verdicts: tuple[Verdict | None, ...]
    cores: tuple[Core, ...]

    @property
    def worst(self) -> Core | None:
        """The worst of them; None where no mail leaves for the outside."""
        return max(self.cores, key=_badness, default=None)

    @property
    def telling(self) -> Verdict | None:
        """The verdict behind the worst of them."""
        worst = self.worst
        return None if worst is None else self.verdicts[self.cores.index(worst)]


def _badness(core: Core) -> tuple[int, int]:
    return BADNESS.index(core.outcome), BADNESS.index(core.worst)


class Tally:
    """What the mail of one class of nodes comes to, counted as fates come and go."""

    def __init__(self) -> None:
        self.cores: Counter[Core] = Counter()
        self.stopped: set[str] = set()

    def count(self, domain: str, before: tuple[Core, ...], after: tuple[Core, ...]) -> None:
        """The fate of ``domain`` became another."""
        self.cores.subtract(before)
        self.cores.update(after)
        if any(core.stopped for core in after):
            self.stopped.add(domain)
        else:
            self.stopped.discard(domain)


class Outlook:
    """The fates of all destinations, as far as they have been worked out."""

    def __init__(self) -> None:
        self.ways: tuple[Way, ...] = ()
        self.generation = 0
        """Another number for other ``ways``: comparing those themselves would look into a whole fleet."""
        self.tallies: dict[int, Tally] = {}
        """For each class, by the number of its first way."""
        self.touched: set[str] = set()
        """Destinations of which something changed since somebody last took them from here."""
        self._fleet: Fleet | None = None
        self._declared: Fleet | None = None
        self._slim: Fleet | None = None
        self._fates: dict[str, Fate] = {}
        self._checks: list[CheckEntry] = []
        self._told = (0, -1)
        self._urgent: dict[str, None] = {}
        self._later: dict[str, None] = {}
        self._needed: frozenset[str] = frozenset()

    @property
    def behind(self) -> int:
        """How many destinations are still to be worked out."""
        return len(self._urgent) + len(self._later)

    def follow(self, picture: Picture, limit: int = BATCH) -> None:
        """Work out what changed, ``limit`` destinations at most: those with a new verdict first."""
        fleet = met_fleet(picture)
        if fleet is None:
            return
        self._see(fleet, picture.state)
        self._scan(picture.state)
        wanted = [*islice(self._urgent, limit)]
        wanted += islice(self._later, limit - len(wanted))
        if wanted:
            self._work_out(fleet, picture.state, wanted)

    def follow_one(self, picture: Picture, domain: str) -> None:
        """Work out ``domain``, if it is not."""
        fleet = met_fleet(picture)
        if fleet is None:
            return
        self._see(fleet, picture.state)
        self._scan(picture.state)
        if self.pending(domain):
            self._work_out(fleet, picture.state, [domain])

    def fate(self, domain: str) -> Fate | None:
        """What becomes of mail to ``domain``; None where that has not been worked out."""
        return self._fates.get(domain)

    def pending(self, domain: str) -> bool:
        """Whether what is said of ``domain`` has still to be worked out."""
        return domain not in self._fates or domain in self._urgent or domain in self._later

    def foretold(self, picture: Picture, way: Way, domain: str) -> Foretold | None:
        """The whole forecast behind one way, with its sentences."""
        fleet = met_fleet(picture)
        if fleet is None:
            return None
        verdicts = self._verdicts(picture.state, (domain,), way)
        return foretell_one(fleet, way.group.holder, way.ingress.flow, domain, verdicts)

    def _see(self, fleet: Fleet, state: State) -> None:
        """Follow what the fleet is told, and what its resolvers were found to be."""
        anew = state.fleet is not self._declared
        if fleet is self._fleet and not anew:
            return
        self._fleet, self._declared = fleet, state.fleet
        whole = forecast(fleet, (), {})
        ways = tuple(way for group in whole.classes for way in _ways(group))
        # One node of a class speaks for all of them, and tiers that face inside have no say in what leaves.
        speakers = {group.nodes[0].name: group.nodes[0] for group in whole.classes if group.nodes}
        self._slim = replace(fleet, nodes=speakers)
        same = not anew and [_told(way) for way in ways] == [_told(way) for way in self.ways]
        self.ways, self.generation = ways, self.generation + 1
        if same:  # a node was seen to be what it was thought to be: nothing becomes of mail that did not before
            return
        self._needed = frozenset(
            canonical(host.name)
            for group in whole.classes
            for route in group.settings.routes or ()
            if route.kind is RouteKind.HOSTS
            for host in route.hosts
        )
        self.tallies = {first: Tally() for first in self._firsts()}
        self._fates, self._urgent = {}, {}
        self._later = dict.fromkeys(domains_of(state))
        self.touched.update(self._later)

    def _firsts(self) -> list[int]:
        """The number of the first way of each class."""
        return [at for at, way in enumerate(self.ways) if not at or self.ways[at - 1].group is not way.group]

    def _scan(self, state: State) -> None:
        """Find the checks that were replaced since the last time: entries keep their place, new ones come behind."""
        told = (id(state), state.events)
        if told == self._told:
            return
        self._told = told
        before, now = self._checks, list(state.checks.values())
        if len(before) == len(now) and all(map(is_, before, now)):
            return
        self._checks = now
        changed = [new for old, new in zip(before, now, strict=False) if old is not new] + now[len(before) :]
        for entry in changed:
            domain = entry.target.domain
            self.touched.add(domain)
            if domain not in self._fates or not self._rests_on_these(state, domain):
                self._later.pop(domain, None)
                self._urgent[domain] = None

    def _rests_on_these(self, state: State, domain: str) -> bool:
        """Whether the fate of ``domain`` rests on the verdicts there are now."""
        found = (verdict_of(state, way, domain) for way in self.ways)
        return all(one is other for one, other in zip(found, self._fates[domain].verdicts, strict=True))

    def _verdicts(self, state: State, domains: Iterable[str], way: Way) -> dict[str, Verdict]:
        """The checks of ``domains`` as the nodes of ``way`` see them, and those of where routes lead."""
        found = ((canonical(domain), verdict_of(state, way, domain)) for domain in (*domains, *self._needed))
        return {domain: verdict for domain, verdict in found if verdict is not None}

    def _work_out(self, fleet: Fleet, state: State, domains: list[str]) -> None:
        destinations = tuple(fleet.destinations.get(domain) or Destination(domain) for domain in domains)
        rows: list[tuple[Core, ...]] = [()] * len(self.ways)
        by_eyes: dict[frozenset[str], list[int]] = {}
        for number, way in enumerate(self.ways):
            by_eyes.setdefault(way.asks, []).append(number)
        for numbers in by_eyes.values():
            verdicts = self._verdicts(state, domains, self.ways[numbers[0]])
            found = forecast(self._slim or fleet, destinations, verdicts)
            cells = [group.cells[way.action] for group in found.classes for way in _ways(group)]
            for number in numbers:
                rows[number] = cells[number]
        for at, domain in enumerate(domains):
            seen = tuple(verdict_of(state, way, domain) for way in self.ways)
            self._settle(domain, Fate(seen, tuple(row[at] for row in rows)))

    def _settle(self, domain: str, fate: Fate) -> None:
        before = self._fates.get(domain)
        old = before.cores if before is not None else ()
        if old != fate.cores:
            ends = (*self.tallies, len(self.ways))
            for first, end in pairwise(ends):
                self.tallies[first].count(domain, old[first:end], fate.cores[first:end])
        self._fates[domain] = fate
        self._urgent.pop(domain, None)
        self._later.pop(domain, None)
        self.touched.add(domain)


_DECIDE = (
    "platform",
    "version",
    "root_servers",
    "resolvers",
    "controls",
    "routes",
    "bounce_profiles",
    "postfix",
    "exim",
)


def _told(way: Way) -> tuple[object, ...]:
    """What decides about the mail of ``way``."""
    settings = way.group.settings
    return (way.group.tier.name, way.ingress, *(getattr(settings, name) for name in _DECIDE))


def _ways(group: MailClass) -> list[Way]:
    """One way for each action of the flows into ``group``."""
    first: dict[FlowAction | None, list[Ingress]] = {}
    for ingress in group.ingresses:
        first.setdefault(ingress.action, []).append(ingress)
    asks = frozenset(one.address for one in group.settings.resolvers or () if not one.domains)
    return [Way(group, ingresses[0], len(ingresses), asks) for ingresses in first.values()]


def outlook(picture: Picture) -> Outlook:
    """The outlook of the picture's memo, one batch further."""
    found = picture.memo.keeper(Outlook)
    found.follow(picture)
    return found


def outlook_for(picture: Picture, domain: str) -> Outlook:
    """The outlook, sure to be worked out for ``domain``."""
    found = picture.memo.keeper(Outlook)
    found.follow_one(picture, domain)
    return found


def domains_of(state: State) -> Iterable[str]:
    """Every destination: the declared ones, then those that were checked without being declared."""
    declared = state.fleet.destinations if state.fleet is not None else {}
    return dict.fromkeys((*declared, *state.targets))


def is_watched(state: State, domain: str) -> bool:
    """Whether ``domain`` is one of the destinations."""
    return domain in state.targets or (state.fleet is not None and domain in state.fleet.destinations)


def newest_check(state: State, domain: str) -> CheckEntry | None:
    """The target of ``domain`` with the newest verdict; without any, the first there is."""
    targets = targets_of(state, domain)
    if len(targets) == 1:
        return state.checks[targets[0]]
    entries = [state.checks[target] for target in targets]
    finished = [entry for entry in entries if entry.finished_at is not None]
    if finished:
        return max(finished, key=lambda entry: entry.finished_at.timestamp() if entry.finished_at else 0.0)
    return entries[0] if entries else None


def targets_of(state: State, domain: str) -> tuple[Target, ...]:
    """What is checked of ``domain`` for all; where nothing is, what nodes saw for themselves."""
    targets = state.targets.get(domain, ())
    if len(targets) < 2:
        return targets
    ours = tuple(target for target in targets if says_itself(target.vantage) is None)
    return tuple(target for target in ours if target.vantage == HERE) or ours or targets


def newest_verdict(state: State, domain: str) -> Verdict | None:
    """The newest verdict on ``domain``."""
    entry = newest_check(state, domain)
    return entry.verdict if entry is not None else None


def verdict_of(state: State, way: Way, domain: str) -> Verdict | None:
    """The verdict on ``domain`` through the resolvers of ``way``; the newest through others where there is none."""
    targets = targets_of(state, domain)
    if len(targets) > 1:
        for target in targets:
            verdict = state.checks[target].verdict
            if verdict is not None and frozenset(map(bare_address, target.resolvers)) == way.asks:
                return verdict
    return newest_verdict(state, domain)


def telling_check(state: State, domain: str, fate: Fate | None) -> CheckEntry | None:
    """The check behind the worst that happens to mail of ``domain``; without a fate, the newest."""
    verdict = fate.telling if fate is not None else None
    if verdict is not None and len(state.targets.get(domain, ())) > 1:
        for entry in state.checks_of(domain):
            if entry.verdict is verdict:
                return entry
    return newest_check(state, domain)


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
