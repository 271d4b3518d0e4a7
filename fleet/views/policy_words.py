"""Settings and policies in words, for whoever compares two fleets.  All words are safe to show.

May import ``fleet.model``, ``fleet.layout`` and ``fleet.text``.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Set
from datetime import date
from enum import Enum
from typing import Any

from fleet.layout import Decided
from fleet.model.fleet import ObjectPath
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.text import show

NOT_DECLARED = "not declared"
ABSENT = "absent"

_ENTRIES = {
    "resolvers": "resolver",
    "listeners": "listener",
    "destination_controls": "destination control",
    "logs": "log",
    "bounce_profiles": "bounce profile",
    "smtp_routes": "route",
}


def leaf_name(path: ObjectPath) -> str:
    """The name of a leaf of settings: "resolver 10.0.0.53", "listener outgoing sender groups"."""
    head = _ENTRIES.get(str(path[0]), str(path[0]).replace("_", " "))
    return show(" ".join((head, *(str(part).replace("_", " ") if n else str(part) for n, part in enumerate(path[1:])))))


def leaf_words(path: ObjectPath, value: Any) -> str:
    """The value of a leaf of settings."""
    if path[0] == "resolvers":
        return _resolver(value)
    told = _LEAVES.get(str(path[-1])) if len(path) > 2 else None
    return show(told(value) if told is not None and value is not None else words(value))


def decided_words(decided: Decided[Any], what: str) -> str:
    """What was decided, or that nothing was."""
    if decided.value is None:
        return NOT_DECLARED
    if isinstance(decided.value, SmtpRoute):
        return show(route_words(decided.value))
    return duration(decided.value) if what == "bounce_seconds" else show(words(decided.value))


def route_words(route: SmtpRoute) -> str:
    """A route as a profile would write it."""
    if route.kind is RouteKind.USEDNS:
        return "MX lookup"
    if route.kind is RouteKind.DISCARD:
        return "/dev/null"
    return ", ".join(_host(host) for host in sorted(route.hosts, key=_order)) or "hosts that are not declared"


def _order(host: RouteHost) -> tuple[int, str, int]:
    """Lower priority first; the order of equal ones means nothing."""
    return host.priority, host.name, host.port


def _host(host: RouteHost) -> str:
    name = f"[{host.name}]" if host.direct else host.name
    port = f":{host.port}" if host.port != 25 else ""
    return name + port + (f"/pri={host.priority}" if host.priority else "")


def _resolver(value: tuple[int, bool, frozenset[str]]) -> str:
    priority, secondary, domains = value
    parts = ["secondary" if secondary else f"priority {priority}"]
    if domains:
        parts.append("for " + ", ".join(sorted(domains)))
    return show(" ".join(parts))


def duration(seconds: int) -> str:
    """Seconds in the largest unit that needs no fraction."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _hosts(value: Collection[tuple[int, str, int, bool]]) -> str:
    """The hosts of a route, as ``leaves`` has them."""
    hosts = (RouteHost(name, port, priority, direct) for priority, name, port, direct in value)
    return ", ".join(map(_host, hosts)) or "hosts that are not declared"


def _rat(value: Collection[tuple[str, bool]]) -> str:
    """The entries of a recipient access table."""
    return ", ".join(f"{address} {'accepted' if accept else 'refused'}" for address, accept in sorted(value)) or "none"


_LEAVES: Mapping[str, Callable[[Any], str]] = {
    "hosts": _hosts,
    "rat": _rat,
    "seconds": duration,
}
"""Leaves of an entry that have words of their own."""


def words(value: Any) -> str:
    """Any value of a setting; not yet safe to show."""
    if value is None:
        return NOT_DECLARED
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return ", ".join(f"{words(key)} {words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, Set):
        return ", ".join(sorted(map(words, value))) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(words, value)) or "none"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(_part(getattr(value, field.name)) for field in dataclasses.fields(value))
    return str(value)


def _part(value: Any) -> str:
    return f"({words(value)})" if isinstance(value, tuple | list | Set | Mapping) else words(value)
