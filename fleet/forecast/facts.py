"""What decided, fact by fact: each points at the place in the profile that sets it, or at the step that recorded it.

May import ``fleet.decision``, ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fleet.decision.states import AddressState, MxState
from fleet.decision.table import Row
from fleet.forecast.conditions import new_enough
from fleet.forecast.outcome import DaneUse, Foretold
from fleet.forecast.resolving import Resolving
from fleet.layout import Decided, Flow, nearest
from fleet.model import AddressStep, ContactStep, MxStep, Step, TlsaStep, Verdict
from fleet.model.fleet import Fleet, Node, ObjectPath, Platform, Tier
from fleet.model.route import RouteKind, SmtpRoute


class Topic(StrEnum):
    """What a fact is about."""

    VERSION = "version"
    DANE = "DANE Support"
    TLS = "TLS Support"
    FLOW = "flow"
    ROUTE = "route"
    RESOLVERS = "resolvers"
    TIMER = "bounce timer"
    MX = "MX record"
    ADDRESS = "A record"
    TLSA = "TLSA record"
    CERTIFICATE = "certificate"
    SESSION = "SMTP session"
    """What the host offered: without DANE that is all that decides."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.  ``path``: where the profile sets it (empty: nowhere); ``step``: the index of the recorded step."""

    topic: Topic
    text: str
    path: ObjectPath = ()
    step: int | None = None


def facts(
    fleet: Fleet, holder: Node | Tier, flow: Flow | None, found: Foretold, verdict: Verdict | None, resolving: Resolving
) -> tuple[Fact, ...]:
    """The facts behind ``found``, in the order in which a gateway meets them."""
    return (*_settings(fleet, holder, flow, found, resolving), *_steps(found, verdict))


def _settings(
    fleet: Fleet, holder: Node | Tier, flow: Flow | None, found: Foretold, resolving: Resolving
) -> Iterator[Fact]:
    policy, settings = found.policy, holder.settings
    if settings.platform is Platform.ASYNCOS:
        old = "" if new_enough(settings) is not False else ", older than DANE"
        said = f"{settings.version}{old}" if settings.version else _UNDECLARED
        yield Fact(Topic.VERSION, said, nearest(fleet, holder, ("version",)))
        if flow is not None:
            action = flow.action or "a policy that is not declared"
            said = f"{flow.listener} > {flow.group}: {action}"
            yield Fact(Topic.FLOW, said, nearest(fleet, holder, flow.path))
        else:
            yield Fact(Topic.FLOW, "listeners are not declared", nearest(fleet, holder, ("listeners",)))
    yield _decided(Topic.DANE, policy.dane)
    yield _decided(Topic.TLS, policy.tls)
    route = policy.route.path
    if not route and settings.platform is Platform.ASYNCOS:
        route = nearest(fleet, holder, ("smtp_routes",))
    yield Fact(Topic.ROUTE, route_text(policy.route.value), route)
    yield Fact(Topic.RESOLVERS, _resolvers(holder, resolving), nearest(fleet, holder, ("resolvers",)))
    seconds = policy.bounce_seconds
    yield Fact(Topic.TIMER, _UNDECLARED if seconds.value is None else f"{seconds.value} s", seconds.path)


_UNDECLARED = "not declared"


def _decided(topic: Topic, decided: Decided[Any]) -> Fact:
    said = _UNDECLARED if decided.value is None else str(decided.value)
    note = f" ({decided.note})" if decided.note else ""
    assumed = " (assumed: no source says how a suffix entry counts)" if decided.assumed else ""
    return Fact(topic, f"{said}{note}{assumed}", decided.path)


def route_text(route: SmtpRoute | None) -> str:
    """A route in a few words."""
    if route is None:
        return _UNDECLARED
    if route.kind is RouteKind.DISCARD:
        return "/dev/null"
    if route.kind is RouteKind.USEDNS:
        return "USEDNS" if route.domain else "none for this domain (USEDNS)"
    return ", ".join(host.name for host in route.hosts) or "a transport other than SMTP"


def _resolvers(holder: Node | Tier, resolving: Resolving) -> str:
    settings = holder.settings
    if settings.root_servers:
        return "the root servers"
    if settings.resolvers is None:
        return _UNDECLARED
    return ", ".join(
        f"{one.address} {resolving.kind(one)}"
        + (" (secondary)" if one.secondary else f" (priority {one.priority})")
        + (" down" if one.address in resolving.down else "")
        for one in settings.resolvers
    )


def _steps(found: Foretold, verdict: Verdict | None) -> Iterator[Fact]:
    """The columns of the deciding row, each with the step it was read from."""
    judged = found.judgement
    if judged is None or verdict is None:
        return
    path, off = judged.expected_path, found.dane is DaneUse.OFF
    for topic, state, kind, where in _columns(path.row):
        # Without DANE no signature is looked at: "insecure" is then how it is treated, not what was recorded.
        if state is None or (off and state in (MxState.INSECURE, AddressState.INSECURE)):
            continue
        step = _index(verdict, kind, path.host, path.address)
        yield Fact(topic, f"{state}{where and ' at '}{where and (path.address or path.host)}", step=step)
    step = _index(verdict, ContactStep, path.host, path.address)
    if off and step is not None:
        yield Fact(Topic.SESSION, _session(verdict.steps[step]), step=step)


def _session(step: Step) -> str:
    assert isinstance(step, ContactStep)
    contact, pkix = step.contact, step.pkix
    if contact.failure is not None:
        return contact.failure.sentence
    verifies = "" if pkix is None else ", certificate verifies" if pkix.verifies else ", certificate does not verify"
    return f"TLS at {contact.address}{verifies}"


def _columns(row: Row) -> Iterator[tuple[Topic, object, type[Step], str]]:
    yield Topic.MX, row.mx, MxStep, ""
    yield Topic.ADDRESS, row.address, AddressStep, "host"
    yield Topic.TLSA, row.tlsa, TlsaStep, "host"
    yield Topic.CERTIFICATE, row.certificate, ContactStep, "host"


def _index(verdict: Verdict, kind: type[Step], host: str, address: str) -> int | None:
    for index, step in enumerate(verdict.steps):
        if not isinstance(step, kind):
            continue
        match step:
            case MxStep():
                return index
            case AddressStep() | TlsaStep() if step.host == host:
                return index
            case ContactStep() if step.contact.host == host and step.contact.address == address:
                return index
    return None
