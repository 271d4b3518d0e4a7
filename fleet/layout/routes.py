"""Where mail goes instead of where DNS says, on every platform: AsyncOS's SMTP routes, Postfix's ``relayhost`` and
transport table, Exim's manualroute, all as ``SmtpRoute``.

On AsyncOS only a USEDNS route leaves DANE possible; Postfix and Exim do DANE behind a route too, with the name of the
route's host, and cannot do it behind an address literal (RFC 7672 section 2.2).

May import ``fleet.model`` and ``fleet.layout.names``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fleet.layout.names import DomainTable, address
from fleet.model.fleet import ObjectPath, Platform, Settings
from fleet.model.route import ALL, RouteHost, RouteKind, SmtpRoute


@dataclass(frozen=True, slots=True)
class Routed:
    """One route with where it is set (a setting path), and for Postfix the delivery service and next hop as written."""

    route: SmtpRoute
    path: ObjectPath
    service: str = ""
    nexthop: str = ""


RouteTable = DomainTable[Routed]


def routes_of(settings: Settings) -> tuple[Routed, ...] | None:
    """The routes ``settings`` declare; None: not declared (or the platform is not)."""
    return _READERS[settings.platform](settings) if settings.platform else None


def route_table(settings: Settings) -> RouteTable | None:
    """The same, ready for lookups."""
    routes = routes_of(settings)
    return None if routes is None else table_of(routes)


def table_of(routes: Iterable[Routed]) -> RouteTable:
    """``routes`` by domain key."""
    return DomainTable(((routed.route.domain, routed) for routed in routes), ALL)


def literal(host: RouteHost) -> bool:
    """Whether ``host`` is an address: it has no name that TLSA records could stand at."""
    return address(host.name) is not None


def _asyncos(settings: Settings) -> tuple[Routed, ...] | None:
    if settings.routes is None:
        return None
    return tuple(Routed(route, ("smtp_routes", route.domain)) for route in settings.routes)


def _postfix(settings: Settings) -> tuple[Routed, ...] | None:
    postfix = settings.postfix
    if postfix is None or (postfix.relayhost is None and postfix.transport is None):
        return None
    found = [_transport(key, value) for key, value in postfix.transport or ()]
    if postfix.relayhost:
        # Last: a "*" entry of the transport table overrides the relay host (transport(5)).
        found.append(_hop(ALL, ("postfix", "relayhost"), "smtp", postfix.relayhost))
    return tuple(found)


_NOT_SMTP = frozenset({"local", "virtual", "lmtp", "error", "retry", "uucp", "maildrop", "cyrus", "scache"})


def _transport(key: str, value: str) -> Routed:
    service, _, nexthop = value.partition(":")
    path = ("postfix", "transport", key)
    domain = ALL if key == "*" else key
    if service == "discard":
        return Routed(SmtpRoute(domain, RouteKind.DISCARD), path, service, nexthop)
    if service in _NOT_SMTP:
        return Routed(SmtpRoute(domain, RouteKind.HOSTS), path, service, nexthop)
    return _hop(domain, path, service or "smtp", nexthop)


def _hop(domain: str, path: ObjectPath, service: str, nexthop: str) -> Routed:
    if not nexthop:
        return Routed(SmtpRoute(domain, RouteKind.USEDNS), path, service)
    return Routed(SmtpRoute(domain, RouteKind.HOSTS, (_next_hop(nexthop),)), path, service, nexthop)


def _next_hop(text: str) -> RouteHost:
    direct = text.startswith("[")
    name, _, port = text[1:].partition("]") if direct else text.partition(":")
    port = port.removeprefix(":")
    return RouteHost(name.removeprefix("ipv6:"), int(port) if port.isdecimal() and len(port) < 6 else 25, direct=direct)


def _exim(settings: Settings) -> tuple[Routed, ...] | None:
    exim = settings.exim
    if exim is None or exim.routes is None:
        return None
    return tuple(
        Routed(
            SmtpRoute(ALL if key == "*" else key.removeprefix("*"), RouteKind.HOSTS, (RouteHost(host, direct=True),)),
            ("exim", "routes", key),
            nexthop=host,
        )
        for key, host in exim.routes
    )


_READERS: dict[Platform, Callable[[Settings], tuple[Routed, ...] | None]] = {
    Platform.ASYNCOS: _asyncos,
    Platform.POSTFIX: _postfix,
    Platform.EXIM: _exim,
}
