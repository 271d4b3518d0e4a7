"""Settings as flat leaves: a setting path and a plain value each, so that two of them can be compared leaf by leaf.

Order that carries no meaning is gone (entries are keyed), order that does stays inside one leaf (sender groups).

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from fleet.layout.declared import spelled
from fleet.layout.names import address, canonical
from fleet.model.control import BounceProfile, DestinationControl
from fleet.model.fleet import LogSubscription, ObjectPath, Settings
from fleet.model.flow import Listener
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.resolver import Resolver
from fleet.model.route import SmtpRoute

Leaves = Mapping[ObjectPath, Any]

UNOBSERVABLE = frozenset({"kind", "until"})
"""What a profile says of an entry and no node can be asked."""


def resolver_key(resolver: Resolver) -> str:
    """How a resolver is named: its address, with ``#port`` where that is not 53."""
    where = str(address(resolver.address) or resolver.address)
    return where if resolver.port == 53 else f"{where}#{resolver.port}"


def leaves(settings: Settings, field: str) -> Leaves | None:
    """The leaves of one field of ``settings``; None: not declared."""
    value = getattr(settings, field)
    return None if value is None else dict(_WALKS.get(field, _scalar)(field, value))


def entry_of(path: ObjectPath) -> ObjectPath:
    """The keyed entry a leaf belongs to."""
    return path[:2]


def _scalar(field: str, value: Any) -> Iterator[tuple[ObjectPath, Any]]:
    yield (spelled(field),), value


def _resolvers(field: str, value: Any) -> Iterator[tuple[ObjectPath, Any]]:
    for resolver in value:
        where = frozenset(canonical(domain) for domain in resolver.domains)
        yield (field, resolver_key(resolver)), (resolver.priority, resolver.secondary, where)


def _entries(key: Callable[[Any], str]) -> Callable[[str, Any], Iterator[tuple[ObjectPath, Any]]]:
    def walk(field: str, value: Any) -> Iterator[tuple[ObjectPath, Any]]:
        for entry in value:
            base = (spelled(field), key(entry))
            yield base, True
            for name in _NAMES[type(entry)][1:]:  # the first is the key
                if (found := getattr(entry, name)) is not None:
                    yield (*base, name), _plain(name, found)

    return walk


_NAMES: Mapping[type, tuple[str, ...]] = {
    kind: tuple(item.name for item in fields(kind) if item.name not in UNOBSERVABLE)
    for kind in (BounceProfile, DestinationControl, EximSettings, Listener, LogSubscription, PostfixSettings, SmtpRoute)
}


def _plain(name: str, value: Any) -> Any:
    if name == "rat":
        return frozenset((canonical(entry.address), entry.accept) for entry in value)
    if name == "policies":
        return frozenset(value)
    if name == "hosts":
        return tuple(sorted((host.priority, canonical(host.name), host.port, host.direct) for host in value))
    return value


def _parameters(field: str, value: Any) -> Iterator[tuple[ObjectPath, Any]]:
    for name in _NAMES[type(value)]:
        found = getattr(value, name)
        if found is not None:
            yield (field, name), frozenset(found) if name in _UNORDERED else found


_UNORDERED = frozenset({"tls_policy", "transport", "mynetworks", "relay_domains", "relay_from_hosts", "master"})

_WALKS: dict[str, Callable[[str, Any], Iterator[tuple[ObjectPath, Any]]]] = {
    "resolvers": _resolvers,
    "controls": _entries(lambda entry: canonical(entry.domain)),
    "routes": _entries(lambda entry: canonical(entry.domain)),
    "listeners": _entries(lambda entry: str(entry.name)),
    "bounce_profiles": _entries(lambda entry: str(entry.name)),
    "logs": _entries(lambda entry: str(entry.name)),
    "postfix": _parameters,
    "exim": _parameters,
}
