"""The effective policy: what a gateway does with mail that came in by a flow and goes to a domain.

One pure function over declared (or observed) settings.  Every answer carries the path of the value that decided it;
None is "not declared", never "off".

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from fleet.layout import exim as exim_options
from fleet.layout import postfix as postfix_levels
from fleet.layout.controls import Controls, controls_of
from fleet.layout.decided import Decided
from fleet.layout.declared import nearest
from fleet.layout.flows import Flow
from fleet.layout.names import canonical
from fleet.layout.routes import Routed, RouteTable, literal, route_table
from fleet.model.control import DaneSupport, IpPreference
from fleet.model.fleet import Fleet, Node, Platform, Settings, Tier
from fleet.model.flow import FlowAction
from fleet.model.peers import EximSettings
from fleet.model.policy import TlsLevel
from fleet.model.route import RouteKind, SmtpRoute

USEDNS = SmtpRoute("", RouteKind.USEDNS)
"""The route of a domain that no declared route is for: the normal MX lookup."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """What decides about mail to ``domain``.

    ``action``: the policy of the ingress flow; its value is None for mail without one (bounces, alerts, released
    quarantine).  ``route``: its value is ``USEDNS`` where routes are declared and none is for the domain.
    ``bounce_seconds``: how long mail is held before it goes back to its sender.
    """

    domain: str
    platform: Platform | None
    tls: Decided[TlsLevel]
    dane: Decided[DaneSupport]
    route: Decided[SmtpRoute]
    action: Decided[FlowAction]
    bounce_seconds: Decided[int]
    ip_preference: Decided[IpPreference]

    @property
    def attempted(self) -> bool | None:
        """Whether DANE is attempted for this mail; None: not known.

        On AsyncOS the flow must be RELAY; behind a route DANE is attempted and fails (seed), which ``held`` tells.
        """
        answers = [None if self.dane.value is None else self.dane.value is not DaneSupport.NONE]
        if self.platform is Platform.ASYNCOS:
            answers.append(None if self.action.value is None else self.action.value is FlowAction.RELAY)
        if self.route.value is not None and self.route.value.kind is RouteKind.DISCARD:
            answers.append(False)
        return False if False in answers else None if None in answers else True

    @property
    def held(self) -> bool | None:
        """Whether the settings alone hold this mail in the queue, whatever the destination publishes.

        AsyncOS: DANE and a route that is not USEDNS.  Postfix, Exim: mandatory DANE towards an address literal.
        """
        attempted = self.attempted
        if attempted is False:
            return False
        route = self.route.value
        if route is None:
            return None
        if route.kind is not RouteKind.HOSTS:
            return False
        if self.platform is Platform.ASYNCOS:
            return attempted
        without_name = bool(route.hosts) and all(literal(host) for host in route.hosts)
        return without_name and self.dane.value is DaneSupport.MANDATORY


def effective(fleet: Fleet, of: Node | Tier | Settings, flow: Flow | FlowAction | None, domain: str) -> EffectivePolicy:
    """The policy of ``of`` for mail to ``domain`` taken in by ``flow`` (None: by no flow).

    Paths are those of the profile for a node or a tier, and setting paths for bare ``Settings``.
    """
    settings = of if isinstance(of, Settings) else of.settings
    action = flow.action if isinstance(flow, Flow) else flow
    decided = Decided(action, flow.path if isinstance(flow, Flow) else ())
    name = canonical(domain)
    policy = _READERS[settings.platform](settings, name, decided) if settings.platform else _unknown(name, decided)
    return policy if isinstance(of, Settings) else _placed(fleet, of, policy)


def effective_dane(fleet: Fleet, settings: Settings, domain: str) -> Decided[DaneSupport]:
    """The DANE support of ``effective`` alone: for whoever asks it of many domains and many settings."""
    if settings.platform is not Platform.ASYNCOS:
        return effective(fleet, settings, None, domain).dane
    controls = _tables(_Same(settings))[0]
    return Decided(None) if controls is None else controls.field(canonical(domain), "dane")


def _placed(fleet: Fleet, of: Node | Tier, policy: EffectivePolicy) -> EffectivePolicy:
    def placed(decided: Decided[T]) -> Decided[T]:
        return replace(decided, path=nearest(fleet, of, decided.path)) if decided.path else decided

    return replace(
        policy,
        tls=placed(policy.tls),
        dane=placed(policy.dane),
        route=placed(policy.route),
        action=placed(policy.action),
        bounce_seconds=placed(policy.bounce_seconds),
        ip_preference=placed(policy.ip_preference),
    )


@dataclass(frozen=True, slots=True)
class _Same:
    """A key by identity: settings are shared, and hashing hundreds of entries for each question is not."""

    settings: Settings

    def __hash__(self) -> int:
        return id(self.settings)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.settings is other.settings


@lru_cache(maxsize=64)
def _tables(same: _Same) -> tuple[Controls | None, RouteTable | None, postfix_levels.Levels | None]:
    settings = same.settings
    levels = postfix_levels.Levels(settings.postfix) if settings.postfix is not None else None
    return controls_of(settings), route_table(settings), levels


def _route(table: RouteTable | None, domain: str) -> tuple[Routed | None, Decided[SmtpRoute]]:
    if table is None:
        return None, Decided(None)
    found = table.find(domain)
    if found is None:
        return None, Decided(USEDNS, (), "no route is for this domain")
    return found[1], Decided(found[1].route, found[1].path)


def _asyncos(settings: Settings, domain: str, action: Decided[FlowAction]) -> EffectivePolicy:
    controls, routes, _ = _tables(_Same(settings))
    _, route = _route(routes, domain)
    if controls is None:
        return replace(_unknown(domain, action), platform=settings.platform, route=route)
    return EffectivePolicy(
        domain,
        settings.platform,
        controls.field(domain, "tls"),
        controls.field(domain, "dane"),
        route,
        action,
        controls.bounce_seconds(domain),
        controls.field(domain, "ip_preference"),
    )


def _postfix(settings: Settings, domain: str, action: Decided[FlowAction]) -> EffectivePolicy:
    _, routes, levels = _tables(_Same(settings))
    routed, route = _route(routes, domain)
    postfix = settings.postfix
    if postfix is None or levels is None:
        return replace(_unknown(domain, action), platform=settings.platform, route=route)
    level = levels.of(domain, routed)
    tls: Decided[TlsLevel] = Decided(None, level.path)
    dane: Decided[DaneSupport] = Decided(None, level.path)
    if level.value is not None and level.value in postfix_levels.LEVELS:
        tls_level, support = postfix_levels.LEVELS[level.value]
        tls, dane = Decided(tls_level, level.path), Decided(support, level.path)
        why = postfix_levels.why_off(postfix, (routed.service if routed else "") or "smtp")
        if support is DaneSupport.OPPORTUNISTIC and why.value:
            dane = Decided(DaneSupport.NONE, why.path, f"delivered as 'may': {why.value}")
    elif level.value is not None:
        dane = Decided(None, level.path, f"{level.value!r} is no security level")
    life = postfix.maximal_queue_lifetime
    return EffectivePolicy(
        domain,
        settings.platform,
        tls,
        dane,
        route,
        action,
        Decided(life, ("postfix", "maximal_queue_lifetime") if life is not None else ()),
        Decided(None),
    )


def _exim(settings: Settings, domain: str, action: Decided[FlowAction]) -> EffectivePolicy:
    _, routes, _ = _tables(_Same(settings))
    _, route = _route(routes, domain)
    exim = settings.exim or EximSettings()
    dane = exim_options.dane(exim)
    why = exim_options.why_off(exim)
    if dane.value is DaneSupport.OPPORTUNISTIC and why.value:
        dane = Decided(DaneSupport.NONE, why.path, why.value)
    return EffectivePolicy(
        domain,
        settings.platform,
        exim_options.tls(exim),
        dane,
        route,
        action,
        Decided(exim.retry_seconds, ("exim", "retry_seconds") if exim.retry_seconds is not None else ()),
        Decided(None),
    )


def _unknown(domain: str, action: Decided[FlowAction]) -> EffectivePolicy:
    return EffectivePolicy(
        domain, None, Decided(None), Decided(None), Decided(None), action, Decided(None), Decided(None)
    )


_READERS: dict[Platform, Callable[[Settings, str, Decided[FlowAction]], EffectivePolicy]] = {
    Platform.ASYNCOS: _asyncos,
    Platform.POSTFIX: _postfix,
    Platform.EXIM: _exim,
}
