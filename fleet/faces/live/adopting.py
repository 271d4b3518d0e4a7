"""What nodes really do, written into the profile: drift turned into edits that keep comments.

A value that all nodes of a tier were seen to have alike is written at the tier (or where it is declared above it), one
that a single node has at the node.  What cannot be taken away at one node because it is inherited, and what a person
has to word (listeners), is left, with a sentence.  Pure.

May import ``fleet.layout``, ``fleet.model``, ``fleet.profile`` and ``fleet.text``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from fleet.layout import Drift, DriftState, canonical, declared_at, drift, resolver_key
from fleet.layout.leaves import leaves
from fleet.model.finding import Edit, EditValue
from fleet.model.fleet import Fleet, Node, ObjectPath, Settings
from fleet.model.observation import Observation
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.profile.values import NAME
from fleet.text import show

Change = tuple[ObjectPath, EditValue | None]
"""A setting path and its value; None: it is taken away."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """The edits, and what is left to a person."""

    edits: tuple[Edit, ...]
    left: tuple[str, ...]


def adoption(fleet: Fleet, observations: Mapping[str, Observation]) -> Adoption:
    """What makes ``fleet`` declare what ``observations`` saw."""
    edits: dict[ObjectPath, Edit] = {}
    left: dict[str, None] = {}
    changes = {name: dict(_changes(fleet.nodes[name], seen, left)) for name, seen in observations.items()}
    for tier in fleet.tiers.values():
        members = [node for node in fleet.nodes.values() if node.tier == tier.name]
        asked = [node for node in members if node.name in changes]
        whole = len(asked) == len(members)
        for setting in dict.fromkeys(path for node in asked for path in changes[node.name]):
            values = [changes[node.name].get(setting, _KEPT) for node in members if node.name in changes]
            owned = any(_of_node(fleet, node, setting) for node in members)
            if whole and not owned and all(value == values[0] for value in values):
                _at_tier(fleet, members[0], setting, values[0], edits, left)
            else:
                for node in asked:
                    if setting in changes[node.name]:
                        _at_node(fleet, node, setting, changes[node.name][setting], edits, left)
    return Adoption(tuple(edits.values()), tuple(left))


_ENTRY = 2
"""Length of the path of an entry; its fields are longer."""
_KEPT = "\0 as declared"
"""In place of the value of a node that has what is declared: no value of a profile holds a NUL."""


def _at_tier(
    fleet: Fleet,
    member: Node,
    setting: ObjectPath,
    value: EditValue | None,
    edits: dict[ObjectPath, Edit],
    left: dict[str, None],
) -> None:
    declared = declared_at(fleet, fleet.tiers[member.tier], setting)
    at_tier = declared is not None and declared[:2] == ("tiers", member.tier)
    path = declared if declared is not None and at_tier else ("tiers", member.tier, *setting)
    if value is None and not at_tier:
        left[f"{_named(setting)} is declared for the whole fleet and on no node of tier {show(member.tier, 64)}"] = None
    else:
        edits[path] = Edit(path, value)


def _at_node(
    fleet: Fleet,
    node: Node,
    setting: ObjectPath,
    value: EditValue | None,
    edits: dict[ObjectPath, Edit],
    left: dict[str, None],
) -> None:
    path = ("nodes", node.name, *setting)
    if value is None and not _of_node(fleet, node, setting):
        why = f"{_named(setting)} is declared above node {show(node.name, 64)} and not on it"
        left[f"{why}: it cannot be taken away there"] = None
    else:
        edits[path] = Edit(path, value)


def _of_node(fleet: Fleet, node: Node, setting: ObjectPath) -> bool:
    declared = declared_at(fleet, node, setting)
    return declared is not None and declared[:2] == ("nodes", node.name)


def _named(setting: ObjectPath) -> str:
    return show(".".join(map(str, setting)), 120)


def _changes(node: Node, seen: Observation, left: dict[str, None]) -> Iterator[Change]:
    for one in drift(node.settings, seen):
        if one.state in (DriftState.MATCH, DriftState.NOT_OBSERVED):
            continue
        writer = _WRITERS.get(one.field)
        if writer is None:
            left[f"{show(one.field, 40)} of node {show(node.name, 64)} differs: that is for a person to word"] = None
            continue
        for path, value in writer(one, node.settings, seen.settings):
            if path[0] == "bounce_profiles" and not re.fullmatch(NAME, str(path[1])):
                left[f"{_named(path)} of node {show(node.name, 64)} has a name that a profile cannot hold"] = None
            elif value is None and len(path) > _ENTRY:  # its layout may not show it at all
                left[f"{_named(path)} was not shown by node {show(node.name, 64)}: it stays as declared"] = None
            else:
                yield path, value


def _scalar(one: Drift, _declared: Settings, seen: Settings) -> Iterator[Change]:
    yield (one.field,), getattr(seen, one.field)


def _resolvers(_one: Drift, declared: Settings, seen: Settings) -> Iterator[Change]:
    kinds = {resolver_key(one): one.kind for one in declared.resolvers or ()}
    yield ("resolvers",), [_resolver(one, kinds) for one in seen.resolvers or ()]


def _resolver(one: Resolver, kinds: Mapping[str, ResolverKind]) -> dict[str, object]:
    kind = kinds.get(resolver_key(one), ResolverKind.UNKNOWN)
    said: dict[str, object] = {"address": one.address}
    said.update({"port": one.port} if one.port != 53 else {})
    said["priority"] = one.priority
    said.update({"secondary": True} if one.secondary else {})
    said.update({"domains": list(one.domains)} if one.domains else {})
    said.update({"kind": str(kind)} if kind is not ResolverKind.UNKNOWN else {})
    return said


def _leaf_by_leaf(one: Drift, declared: Settings, seen: Settings) -> Iterator[Change]:
    """Tables of entries with fields: destination controls, logs."""
    wanted, found = leaves(declared, one.field) or {}, leaves(seen, one.field) or {}
    for path in dict.fromkeys((*wanted, *found)):
        entry = path[:2]
        if wanted.get(path) == found.get(path):
            continue
        if len(path) == 2:
            if path not in found:
                yield entry, None
            elif not any(other[:2] == entry and len(other) > 2 for other in found):
                yield entry, {}
        elif entry in found:
            yield path, _plain(found.get(path))


def _routes(_one: Drift, declared: Settings, seen: Settings) -> Iterator[Change]:
    wanted = {canonical(route.domain): route for route in declared.routes or ()}
    found = {canonical(route.domain): route for route in seen.routes or ()}
    for domain in dict.fromkeys((*wanted, *found)):
        route = found.get(domain)
        name = wanted[domain].domain if domain in wanted else domain
        if route is None:
            yield ("smtp_routes", name), None
        elif domain not in wanted or _route(route) != _route(wanted[domain]):
            yield ("smtp_routes", name), _route(route)


def _route(route: SmtpRoute) -> EditValue:
    if route.kind is RouteKind.USEDNS:
        return "USEDNS"
    if route.kind is RouteKind.DISCARD:
        return "/dev/null"
    return [_host(host) for host in route.hosts]


def _host(host: RouteHost) -> str:
    name = f"[{host.name}]" if host.direct else host.name
    port = f":{host.port}" if host.port != 25 else ""
    return name + port + (f"/pri={host.priority}" if host.priority else "")


def _bounce_profiles(_one: Drift, declared: Settings, seen: Settings) -> Iterator[Change]:
    wanted = {one.name: one.seconds for one in declared.bounce_profiles or ()}
    found = {one.name: one.seconds for one in seen.bounce_profiles or ()}
    for name in dict.fromkeys((*wanted, *found)):
        if wanted.get(name) != found.get(name):
            yield ("bounce_profiles", name), _duration(found[name]) if name in found else None


def _duration(seconds: int) -> str:
    return f"{seconds // 3600}h" if seconds % 3600 == 0 else f"{seconds}s"


def _parameters(one: Drift, declared: Settings, seen: Settings) -> Iterator[Change]:
    """Postfix and Exim: parameters by name; maps as tables."""
    wanted, found = leaves(declared, one.field) or {}, leaves(seen, one.field) or {}
    observed = getattr(seen, one.field)
    for path in dict.fromkeys((*wanted, *found)):
        if wanted.get(path) != found.get(path) and path in wanted:  # what a profile leaves open is not compared
            name = str(path[1])
            yield path, _parameter(name, getattr(observed, name, None))


def _parameter(name: str, value: object) -> EditValue | None:
    if name == "maximal_queue_lifetime" and isinstance(value, int):
        return f"{value}s"
    if name == "master" and isinstance(value, tuple):
        services: dict[str, dict[str, str]] = {}
        for service, parameter, given in value:
            services.setdefault(service, {})[parameter] = given
        return services
    if name in ("tls_policy", "transport", "routes") and isinstance(value, tuple):
        return {str(key): str(given) for key, given in value}
    return _plain(value)


def _plain(value: object) -> EditValue | None:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset | tuple):
        return [str(item) for item in _in_order(value)]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be written into a profile")


def _in_order(items: Iterable[object]) -> list[object]:
    return sorted(items, key=str) if isinstance(items, frozenset) else list(items)


_WRITERS: dict[str, Callable[[Drift, Settings, Settings], Iterator[Change]]] = {
    "version": _scalar,
    "root_servers": _scalar,
    "outbound_certificate": _scalar,
    "resolvers": _resolvers,
    "controls": _leaf_by_leaf,
    "logs": _leaf_by_leaf,
    "bounce_profiles": _bounce_profiles,
    "routes": _routes,
    "postfix": _parameters,
    "exim": _parameters,
}
"""How each field of ``Settings`` is written; one that is not here a person has to word."""
