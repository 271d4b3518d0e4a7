"""The forecast of a whole fleet, computed once for everything that is alike.

Nodes that are told the same about mail form a class, however they are reached and whatever their build number is; flows
with one action share their outcomes; destinations share them where the same control entry and route are for them and
their checks have one shape.  What is left are a few hundred questions for ``foretell``; the answers are spread over
nodes, flows and destinations as references, and sentences, rows and places are made only for what is shown
(``explain``).

May import ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fleet.forecast.alike import shape
from fleet.forecast.conditions import new_enough
from fleet.forecast.foretell import POLICIES, Question, foretell
from fleet.forecast.judging import Judges
from fleet.forecast.outcome import Core, Foretold
from fleet.forecast.resolving import Resolving, Trace, sights, trace
from fleet.layout import EffectivePolicy, Flow, Interner, classes, controls_of, effective, flows, route_table
from fleet.layout.names import DomainTable, canonical
from fleet.model import Verdict
from fleet.model.fleet import Destination, Fleet, Node, Platform, Settings, Tier
from fleet.model.flow import FlowAction

Key = Callable[[str], Hashable]


@dataclass(frozen=True, slots=True)
class Ingress:
    """One way mail comes in.  ``flow`` None: all mail alike (Postfix, Exim), or flows are not declared (AsyncOS)."""

    flow: Flow | None = None

    @property
    def action(self) -> FlowAction | None:
        """What its policy does; None: not declared, or of no matter to the platform."""
        return self.flow.action if self.flow else None

    @property
    def name(self) -> tuple[str, str]:
        """Listener and sender group: what identifies it before and after a change."""
        return (self.flow.listener, self.flow.group) if self.flow else ("", "")


@dataclass(frozen=True, slots=True)
class MailClass:
    """Nodes of one external tier to which the same happens.  ``nodes`` is empty for a tier that has none.

    ``cells`` holds, for each action of an ingress, one ``Core`` for each destination in the forecast's order.
    """

    tier: Tier
    nodes: tuple[Node, ...]
    settings: Settings
    ingresses: tuple[Ingress, ...]
    cells: Mapping[FlowAction | None, tuple[Core, ...]]

    @property
    def holder(self) -> Node | Tier:
        """Through whom the settings are declared."""
        return self.nodes[0] if self.nodes else self.tier

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the nodes, or of the tier that has none."""
        return tuple(node.name for node in self.nodes) or (f"tier {self.tier.name}",)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What happens to mail from every external node by every flow to every destination."""

    fleet: Fleet
    destinations: tuple[Destination, ...]
    verdicts: Mapping[str, Verdict]
    resolving: Resolving
    classes: tuple[MailClass, ...]
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Domain -> its place in ``destinations`` and in every row of cells."""

    def explain(self, group: MailClass, ingress: Ingress, domain: str, node: Node | None = None) -> Foretold:
        """One forecast in full, with the places of ``node`` (or the first of its class)."""
        return foretell_one(
            self.fleet, node or group.holder, ingress.flow, domain, self.verdicts, resolving=self.resolving
        )


def forecast(
    fleet: Fleet,
    destinations: Sequence[Destination],
    verdicts: Mapping[str, Verdict],
    resolving: Resolving | None = None,
) -> Forecast:
    """The forecast of ``fleet`` for ``destinations``; ``verdicts`` are checks by (canonical) domain."""
    return _Forecaster(fleet, tuple(destinations), verdicts, resolving or Resolving()).whole()


def foretell_one(
    fleet: Fleet,
    holder: Node | Tier,
    flow: Flow | None,
    domain: str,
    verdicts: Mapping[str, Verdict],
    *,
    resolving: Resolving | None = None,
    by_flow: bool = True,
) -> Foretold:
    """One forecast by itself, sharing nothing.  ``by_flow`` False: for mail that came in by no flow."""
    policy = effective(fleet, holder, flow if by_flow else None, domain)
    return foretell(
        Question(
            holder.settings, policy, verdicts.get(canonical(domain)), resolving or Resolving(), by_flow, others=verdicts
        )
    )


def ingresses(settings: Settings) -> tuple[Ingress, ...]:
    """The ways mail comes in: flows that accept it; one nameless way where the platform or the profile has none."""
    found = flows(settings)
    if found is None:
        return (Ingress(),)
    return tuple(Ingress(flow) for flow in found if flow.action in (FlowAction.RELAY, FlowAction.ACCEPT, None))


_TOLD = ("platform", "root_servers", "resolvers", "controls", "routes", "listeners", "bounce_profiles")
"""The settings that decide about mail on every platform."""


class _Forecaster:
    """The tables that one forecast shares."""

    def __init__(
        self, fleet: Fleet, destinations: tuple[Destination, ...], verdicts: Mapping[str, Verdict], resolving: Resolving
    ) -> None:
        self._fleet = fleet
        self._destinations = destinations
        self._verdicts = verdicts
        self._resolving = resolving
        self._interner = Interner()
        self._cores: dict[Core, Core] = {}
        self._keys: dict[Hashable, tuple[int, ...]] = {}
        self._key_numbers: dict[Hashable, int] = {}
        self._rows: dict[Hashable, tuple[Core, ...]] = {}
        self._traces = self._different_traces()
        self._speakers: dict[int, Verdict] = {}
        self._first: dict[int, Verdict] = {}
        self._domains = tuple(canonical(one.domain) for one in destinations)
        self._shapes = self._shape_numbers()
        self._answers: dict[Hashable, Core] = {}
        self._sights: dict[Hashable, Hashable] = {}
        self._judges = Judges(self._speaker)

    def whole(self) -> Forecast:
        groups: dict[Hashable, list[tuple[Tier, Settings, tuple[Node, ...]]]] = {}
        for found in classes(self._fleet):
            if found.tier.external:
                key = (found.tier.name, self._told(found.settings))
                groups.setdefault(key, []).append((found.tier, found.settings, found.nodes))
        return Forecast(
            self._fleet,
            self._destinations,
            self._verdicts,
            self._resolving,
            tuple(self._class(members) for members in groups.values()),
            {domain: number for number, domain in enumerate(self._domains)},
        )

    def _told(self, settings: Settings) -> Hashable:
        asyncos = settings.platform is Platform.ASYNCOS
        number = self._interner.number
        told = tuple(number(getattr(settings, name)) for name in _TOLD)
        # Of the version only whether it knows DANE counts; of other platforms' settings nothing does.
        return (told, new_enough(settings)) if asyncos else (told, number(settings.postfix), number(settings.exim))

    def _class(self, members: list[tuple[Tier, Settings, tuple[Node, ...]]]) -> MailClass:
        tier, settings, _ = members[0]
        ways = ingresses(settings)
        cells = {action: self._row(settings, action) for action in dict.fromkeys(way.action for way in ways)}
        nodes = tuple(node for _, _, nodes in members for node in nodes)
        return MailClass(tier, nodes, settings, ways, cells)

    def _row(self, settings: Settings, action: FlowAction | None) -> tuple[Core, ...]:
        """One core for each destination; classes that differ in the names of their resolvers only share it."""
        key = (self._directed(settings), action, self._eyes(settings))
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = self._new_row(settings, action)
        return row

    def _new_row(self, settings: Settings, action: FlowAction | None) -> tuple[Core, ...]:
        """Asked once for each (entries, shape)."""
        eyes = self._eyes(settings)
        pairs = tuple(zip(self._entries(settings), self._shapes, strict=True))
        stances: dict[int, tuple[EffectivePolicy, Hashable]] = {}
        answers: dict[tuple[int, int], Core] = {}
        for pair, place in dict(zip(pairs, range(len(pairs)), strict=True)).items():
            entry, shaped = pair
            if entry not in stances:
                stances[entry] = self._stance(settings, action, self._domains[place], entry)
            policy, stance = stances[entry]
            answers[pair] = self._core(settings, policy, (stance, eyes, shaped), self._domains[place])
        return tuple(map(answers.__getitem__, pairs))

    def _stance(
        self, settings: Settings, action: FlowAction | None, domain: str, entry: int
    ) -> tuple[EffectivePolicy, Hashable]:
        """The effective policy for ``domain``, and all of it that decides."""
        policy = effective(self._fleet, settings, action, domain)
        stance = (
            policy.platform,
            policy.tls.value,
            policy.dane.value,
            policy.route.value and (policy.route.value.kind, policy.route.value.hosts),
            action,
            policy.ip_preference.value,
            new_enough(settings),
        )
        if policy.platform is Platform.ASYNCOS and not _split(settings):
            return policy, stance
        # Their own parameters may decide in other ways: nothing is shared between different ones.
        return policy, (stance, entry, self._interner.number(settings.postfix), self._interner.number(settings.exim))

    def _core(self, settings: Settings, policy: EffectivePolicy, key: Hashable, domain: str) -> Core:
        core = self._answers.get(key)
        if core is None:
            verdict = self._verdicts.get(domain)
            question = Question(settings, policy, verdict, self._resolving, others=self._verdicts, judges=self._judges)
            found = foretell(question).core
            core = self._answers[key] = self._cores.setdefault(found, found)
        return core

    def _directed(self, settings: Settings) -> Hashable:
        """All of ``settings`` that decides, but for the resolvers."""
        parts = ("platform", "controls", "routes", "bounce_profiles", "postfix", "exim")
        return (new_enough(settings), *(self._interner.number(getattr(settings, name)) for name in parts))

    def _eyes(self, settings: Settings) -> Hashable:
        """How a node with ``settings`` may see the checks, whatever its resolvers are called."""
        number = self._interner.number(settings.resolvers)
        if settings.platform is None or _split(settings):
            return (number, settings.root_servers)
        key = (number, settings.root_servers, settings.platform)
        found = self._sights.get(key)
        if found is None:
            own = POLICIES[settings.platform]
            ways = (sights(settings, seen, own, self._resolving) for seen in self._traces)
            found = tuple(tuple((way.view, way.declared, way.nobody) for way in each) for each in ways)
            self._sights[key] = found
        return found

    def _shape_numbers(self) -> tuple[int, ...]:
        numbers: dict[Hashable, int] = {None: 0}
        found = []
        for domain in self._domains:
            verdict = self._verdicts.get(domain)
            number = numbers.setdefault(shape(verdict) if verdict else None, len(numbers))
            if verdict is not None:
                self._speakers[id(verdict)] = self._first.setdefault(number, verdict)
            found.append(number)
        return tuple(found)

    def _different_traces(self) -> tuple[Trace, ...]:
        found = (trace(verdict) for verdict in self._verdicts.values())
        seen = (replace(one, names=()) for one in found)
        return tuple(dict.fromkeys((*seen, Trace(frozenset(), frozenset(), ()))))  # the last: what was not checked

    def _speaker(self, verdict: Verdict) -> Verdict:
        """The first check of the same shape: what it comes to, all of them come to."""
        return self._speakers.get(id(verdict), verdict)

    def _entries(self, settings: Settings) -> tuple[int, ...]:
        """For each destination a number for the entries of ``settings`` that are for it."""
        told = (self._directed(settings), self._interner.number(settings.resolvers) if _split(settings) else -1)
        found = self._keys.get(told)
        if found is None:
            key, numbers = _entry_key(settings), self._key_numbers
            found = self._keys[told] = tuple(
                numbers.setdefault((told, key(domain)), len(numbers)) for domain in self._domains
            )
        return found


def _split(settings: Settings) -> bool:
    return any(resolver.domains for resolver in settings.resolvers or ())


def _entry_key(settings: Settings) -> Key:
    """What tells apart the destinations for which ``settings`` have different entries."""
    if _split(settings):
        return lambda domain: domain  # alternate servers look at names, so nothing is alike by its shape alone
    table = route_table(settings)

    def route(domain: str) -> Hashable:
        found = table.find(domain) if table is not None else None
        return found[0] if found else None

    if settings.platform is Platform.ASYNCOS:
        controls = controls_of(settings)

        def by_control(domain: str) -> Hashable:
            entry = controls.entry(domain) if controls is not None else None
            return (entry.domain if entry else None, route(domain))

        return by_control
    if settings.platform is Platform.POSTFIX and settings.postfix is not None and settings.postfix.tls_policy:
        policies = DomainTable(((key, key) for key, _ in settings.postfix.tls_policy), "")

        def by_policy(domain: str) -> Hashable:
            found = policies.find_own(domain)
            return (found[0] if found else None, route(domain))

        return by_policy
    return route
