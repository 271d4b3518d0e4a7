"""What must be true before DANE is turned on anywhere, each checked against what is declared: done or not done.

The vendor's list: AsyncOS 12 or later; TLS Support on; a certificate of one's own instead of the demo certificate that
turning TLS on brings along; the scanning tier's mail taken in under a RELAY policy; no SMTP route but USEDNS in the way
of DANE; resolvers that do DNSSEC, secondary ones too; and DANE only on the tier that connects to external destinations.
What is not declared is *unknown*, and unknown is not done.

May import ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fleet.forecast.conditions import FIRST_VERSION, new_enough
from fleet.forecast.failover import never_asked
from fleet.forecast.resolving import Resolving
from fleet.layout import (
    Admission,
    NodeClass,
    classes,
    controls_of,
    declared_at,
    does_dane,
    effective,
    nearest,
    relays,
    routes_of,
    sender_group,
    tier_graph,
)
from fleet.layout.exim import why_off as exim_why_off
from fleet.layout.names import sample
from fleet.layout.postfix import why_off as postfix_why_off
from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.fleet import Fleet, ObjectPath, Platform
from fleet.model.flow import FlowAction
from fleet.model.policy import TlsLevel
from fleet.model.resolver import ResolverKind
from fleet.model.route import ALL, RouteKind


class State(StrEnum):
    """How far something is."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One thing that must be true: on which nodes, how far it is, and where that is declared."""

    name: str
    state: State
    sentence: str
    nodes: tuple[str, ...]
    path: ObjectPath = ()


Answer = tuple[State, str, ObjectPath]
_Check = Callable[[Fleet, NodeClass, Resolving], Answer]


def prerequisites(fleet: Fleet, resolving: Resolving | None = None) -> tuple[Prerequisite, ...]:
    """What must be true of ``fleet``, in the order in which it is set right; nodes with one answer stand together."""
    found: dict[tuple[str, Answer], list[str]] = {}
    for group in classes(fleet):
        if not group.tier.external:
            continue
        names = [node.name for node in group.nodes] or [f"tier {group.tier.name}"]
        for name, check in _CHECKS.get(group.settings.platform, ()):
            found.setdefault((name, check(fleet, group, resolving or Resolving())), []).extend(names)
        if group.settings.platform is None:
            answer = State.UNKNOWN, "the platform is not declared", nearest(fleet, group.holder, ("platform",))
            found.setdefault(("platform", answer), []).extend(names)
    listed = [Prerequisite(name, *answer[:2], tuple(names), answer[2]) for (name, answer), names in found.items()]
    order = tuple(name for checks in _CHECKS.values() for name, _ in checks)
    listed.sort(key=lambda one: order.index(one.name) if one.name in order else -1)
    return (*listed, *_inner(fleet))


def _inner(fleet: Fleet) -> Iterator[Prerequisite]:
    """DANE only where nodes connect to external destinations."""
    for group in classes(fleet):
        if group.tier.external:
            continue
        names = tuple(node.name for node in group.nodes) or (f"tier {group.tier.name}",)
        path = nearest(fleet, group.holder, ("destination_controls",))
        match does_dane(group.settings):
            case False:
                yield Prerequisite(_INNER, State.DONE, "this inner tier does no DANE", names, path)
            case True:
                text = f"tier {group.tier.name} does not connect to external destinations, yet DANE is on there"
                yield Prerequisite(_INNER, State.NOT_DONE, text, names, path)
            case None:
                text = "whether this inner tier does DANE is not declared"
                yield Prerequisite(_INNER, State.UNKNOWN, text, names, path)


_INNER = "DANE only outside"


def _version(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    said, path = group.settings.version, nearest(fleet, group.holder, ("version",))
    match new_enough(group.settings):
        case None:
            return State.UNKNOWN, "the version is not declared", path
        case False:
            return State.NOT_DONE, f"{said} is older than {FIRST_VERSION}.0, with which DANE came", path
    return State.DONE, f"AsyncOS {FIRST_VERSION}.0 or later", path


def _tls(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    controls = controls_of(group.settings)
    found = controls.tls(controls.default) if controls is not None else None
    path = nearest(fleet, group.holder, ("destination_controls", "default", "tls"))
    if found is None or found.value is None:
        return State.UNKNOWN, "TLS Support of the Default entry is not declared", path
    if found.value is TlsLevel.NONE:
        return State.NOT_DONE, "TLS Support of the Default entry is None: DANE Support is not active beside it", path
    return State.DONE, f"TLS Support of the Default entry is {found.value}", path


def _certificate(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    shown, path = group.settings.outbound_certificate, nearest(fleet, group.holder, ("outbound_certificate",))
    if shown is None:
        return State.UNKNOWN, "which certificate it shows as a client is not declared", path
    if shown.lower() == "demo":
        return State.NOT_DONE, "it shows the factory's demo certificate: install one of your own", path
    return State.DONE, f"it shows the certificate {shown}", path


def _hop(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    settings, path = group.settings, nearest(fleet, group.holder, ("listeners",))
    if settings.listeners is None:
        return State.UNKNOWN, "the listeners are not declared, so whether mail comes in by RELAY is not known", path
    graph = tier_graph(fleet)
    senders = [(node, source) for tier in graph.previous(group.tier) for node, source in graph.sources(tier)]
    if not senders:
        if relays(settings):
            return State.DONE, "a RELAY policy takes in mail", path
        return State.NOT_DONE, "no flow policy relays, so DANE never runs", path
    doubtful = False
    for node, source in senders:
        names = graph.names_of(source)
        admitted = [sender_group(listener, source, names) for listener in settings.listeners]
        if any(one.always(FlowAction.RELAY) for one in admitted):
            continue
        if not any(one.ever(FlowAction.RELAY) for one in admitted):
            text = f"{node.name} ({source}) meets {_met(admitted)}: its mail never gets DANE"
            return State.NOT_DONE, text, path
        doubtful = True
    if doubtful:
        return State.UNKNOWN, "whether the tier before it meets a RELAY policy cannot be told from addresses", path
    return State.DONE, "every node of the tier before it meets a RELAY policy", path


def _met(admitted: list[Admission]) -> str:
    actions = dict.fromkeys(str(flow.action or "no declared policy") for one in admitted for flow in one.flows)
    return " or ".join(actions) or "no sender group"


def _routes(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    found = routes_of(group.settings)
    if found is None:
        return State.UNKNOWN, "the SMTP routes are not declared", nearest(fleet, group.holder, ("smtp_routes",))
    leading = [one for one in found if one.route.kind is RouteKind.HOSTS]
    for one in leading:
        place = declared_at(fleet, group.holder, one.path) or one.path
        if one.route.domain == ALL:
            return State.NOT_DONE, "all mail leaves by a route: behind DANE it would be held, every destination", place
        dane = effective(fleet, group.settings, FlowAction.RELAY, sample(one.route.domain)).dane
        if dane.path[1:2] == (DEFAULT,) or dane.value is not DaneSupport.NONE:
            text = f"{one.route.domain} has a route and no entry of its own with DANE None"
            return State.NOT_DONE, text, place
    # Below a route for .domain an entry may turn DANE on again.
    for control in group.settings.controls or () if leading else ():
        policy = effective(fleet, group.settings, FlowAction.RELAY, sample(control.domain))
        route = policy.route.value
        if route is not None and route.kind is RouteKind.HOSTS and policy.dane.value is not DaneSupport.NONE:
            text = f"{control.domain} has an entry without DANE None, and its mail leaves by a route"
            return State.NOT_DONE, text, nearest(fleet, group.holder, policy.dane.path)
    text = "no route is in the way" if not leading else "every domain with a route has an entry with DANE None"
    return State.DONE, text, nearest(fleet, group.holder, ("smtp_routes",))


def _resolvers(fleet: Fleet, group: NodeClass, resolving: Resolving) -> Answer:
    settings, path = group.settings, nearest(fleet, group.holder, ("resolvers",))
    declared = [one for one in settings.resolvers or () if one.domains or not settings.root_servers]
    if settings.root_servers and not declared:
        return State.DONE, "it asks the root servers itself", nearest(fleet, group.holder, ("root_servers",))
    if not declared or settings.platform is None:
        return State.UNKNOWN, "no resolvers are declared", path
    late = set(never_asked(settings.platform, declared))
    asked = [one for one in declared if one not in late]
    needs = (ResolverKind.VALIDATES,) if settings.platform is not Platform.ASYNCOS else _INTACT
    bad = [one for one in asked if resolving.kind(one) not in (*needs, ResolverKind.UNKNOWN)]
    unknown = [one for one in asked if resolving.kind(one) is ResolverKind.UNKNOWN]
    if bad:
        said = ", ".join(f"{one.address} {resolving.kind(one)}{' (secondary)' * one.secondary}" for one in bad)
        return State.NOT_DONE, f"{said}: mail suffers whenever it is asked, as a lower priority or secondary too", path
    if unknown:
        said = ", ".join(one.address for one in unknown)
        return State.UNKNOWN, f"nobody tested what {said} does to DNSSEC: fleet check --self-test", path
    return State.DONE, "every resolver leaves DNSSEC intact" if len(needs) > 1 else "every resolver validates", path


_INTACT = (ResolverKind.VALIDATES, ResolverKind.PASSES)


def _dnssec(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    postfix = group.settings.postfix
    path = nearest(fleet, group.holder, ("postfix", "smtp_dns_support_level"))
    if postfix is None:
        return State.UNKNOWN, "the parameters of Postfix are not declared", path
    why = postfix_why_off(postfix)
    return (State.NOT_DONE, f"{why.value}", path) if why.value else (State.DONE, "Postfix asks for DNSSEC", path)


def _built(fleet: Fleet, group: NodeClass, _: Resolving) -> Answer:
    exim, path = group.settings.exim, nearest(fleet, group.holder, ("exim", "dane_built_in"))
    if exim is None or exim.dane_built_in is None:
        return State.UNKNOWN, "whether this Exim is built with DANE is not declared (exim -bV)", path
    why = exim_why_off(exim)
    return (State.NOT_DONE, f"{why.value}", path) if why.value else (State.DONE, "Exim is built with DANE", path)


_CHECKS: dict[Platform | None, tuple[tuple[str, _Check], ...]] = {
    Platform.ASYNCOS: (
        ("version", _version),
        ("TLS Support", _tls),
        ("certificate", _certificate),
        ("RELAY hop", _hop),
        ("SMTP routes", _routes),
        ("resolvers", _resolvers),
    ),
    Platform.POSTFIX: (("DNSSEC", _dnssec), ("resolvers", _resolvers)),
    Platform.EXIM: (("DANE built in", _built), ("resolvers", _resolvers)),
}
