"""Drift: what a profile declares beside what a poll saw, field by field, and the fleet as it was observed.

A field that was not seen is *not observed*, whatever is declared; one that is not declared is *undeclared*, whatever
was seen: neither is ever a match.  What a declaration leaves open (a field of the Default entry, a Postfix parameter)
is not compared; what another entry leaves out means "Default" and is.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fleet.layout.classes import SETTING_FIELDS, Interner
from fleet.layout.leaves import Leaves, entry_of, leaves, resolver_key
from fleet.model.control import DEFAULT
from fleet.model.fleet import Fleet, LogSubscription, Node, ObjectPath, Platform, Settings
from fleet.model.observation import Observation, Sight
from fleet.model.resolver import Resolver


class DriftState(StrEnum):
    """How the declared and the observed value of a field stand to each other."""

    MATCH = "match"
    DIFFERS = "differs"
    UNDECLARED = "undeclared"
    """The node has something there, the profile says nothing."""
    MISSING = "missing"
    """The profile declares something, the node has nothing there."""
    NOT_OBSERVED = "not observed"
    """No poll saw it: nothing is known."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One leaf that differs; None on a side where it is absent."""

    path: ObjectPath
    declared: Any
    observed: Any


@dataclass(frozen=True, slots=True)
class Drift:
    """One field of ``Settings``: its state, the leaves that differ, and why where it was not observed."""

    field: str
    state: DriftState
    differences: tuple[Difference, ...] = ()
    why: str = ""


_APPLIANCE = frozenset({"controls", "routes", "listeners", "bounce_profiles", "logs", "outbound_certificate"})
"""Fields that only AsyncOS has."""
_OTHERS = frozenset({Platform.POSTFIX, Platform.EXIM})


class Comparer:
    """Compares declarations with observations; equal pairs of values are compared once, however many nodes have
    them."""

    def __init__(self) -> None:
        self._interner = Interner()
        self._compared: dict[tuple[str, int, int], tuple[DriftState, tuple[Difference, ...]] | None] = {}

    def drift(self, declared: Settings, observation: Observation) -> tuple[Drift, ...]:
        """Every field that is declared or was seen, in the order of ``Settings``; what is neither is left out."""
        found = (self._field(declared, observation, name) for name in SETTING_FIELDS)
        return tuple(one for one in found if one is not None)

    def _field(self, declared: Settings, observation: Observation, name: str) -> Drift | None:
        wanted, unit = getattr(declared, name), observation.unit(name)
        if name in _APPLIANCE and declared.platform in _OTHERS and unit.sight is Sight.NOT_OBSERVED:
            return None  # inherited from the fleet, and nothing to a platform that has no such setting
        if unit.sight is not Sight.SEEN:
            return Drift(name, DriftState.NOT_OBSERVED, why=unit.why) if wanted is not None else None
        number = self._interner.number
        key = (name, number(wanted), number(getattr(observation.settings, name)))
        if key not in self._compared:
            self._compared[key] = _compare(leaves(declared, name), leaves(observation.settings, name))
        compared = self._compared[key]
        return None if compared is None else Drift(name, *compared)


def drift(declared: Settings, observation: Observation) -> tuple[Drift, ...]:
    """How ``observation`` stands to ``declared``: for one node; for many, keep a ``Comparer``."""
    return Comparer().drift(declared, observation)


def overlay_observed(fleet: Fleet, observations: Mapping[str, Observation]) -> Fleet:
    """``fleet`` with each node as it was seen; a field that was not seen stays as declared.

    What no node can be asked (a resolver's declared kind, a log's ``files`` and ``until``) stays as declared.
    """
    seen = {node.name: _overlaid(node, observations.get(node.name)) for node in fleet.nodes.values()}
    return replace(fleet, nodes=_shared(seen))


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Nodes for which one fact is the same."""

    value: Any
    nodes: tuple[str, ...]


def groups(facts: Iterable[tuple[str, Hashable]]) -> tuple[FactGroup, ...]:
    """Nodes by identical fact, the largest group first (it is the reference), ties in the order they came."""
    interner, found = Interner(), dict[int, tuple[Hashable, list[str]]]()
    for node, value in facts:
        found.setdefault(interner.number(value), (value, []))[1].append(node)
    ordered = sorted(found.values(), key=lambda group: -len(group[1]))
    return tuple(FactGroup(value, tuple(nodes)) for value, nodes in ordered)


def _compare(wanted: Leaves | None, found: Leaves | None) -> tuple[DriftState, tuple[Difference, ...]] | None:
    if wanted is None:
        return (DriftState.UNDECLARED, _all(found, declared=False)) if found else None
    if not found:
        return (DriftState.MISSING, _all(wanted, declared=True)) if wanted else (DriftState.MATCH, ())
    differences = tuple(_differences(wanted, found))
    return (DriftState.DIFFERS if differences else DriftState.MATCH), differences


def _all(found: Leaves | None, *, declared: bool) -> tuple[Difference, ...]:
    items = (found or {}).items()
    return tuple(Difference(path, value, None) if declared else Difference(path, None, value) for path, value in items)


def _differences(wanted: Leaves, found: Leaves) -> Iterable[Difference]:
    entries = {entry_of(path) for path in wanted}
    for path, value in wanted.items():
        entry = entry_of(path)
        if path[0] == "logs" and path[-1] == "files" and path not in found:
            continue  # a node's list of logs does not say how many files are kept
        if found.get(path) != value if entry in found else path == entry:
            yield Difference(path, value, found.get(path))
    for path, value in found.items():
        if path in wanted or (path != entry_of(path) and entry_of(path) not in entries):
            continue  # an entry that is wholly undeclared is one difference, not one per field
        if not _left_open(path):
            yield Difference(path, None, value)


_OPEN = frozenset({"postfix", "exim"})


def _left_open(path: ObjectPath) -> bool:
    """Whether a declaration that does not mention ``path`` says nothing about it."""
    return path[0] in _OPEN or (path[:2] == ("destination_controls", DEFAULT) and len(path) > 2)


def _overlaid(node: Node, observation: Observation | None) -> Node:
    if observation is None:
        return node
    seen: dict[str, Any] = {}
    for name in SETTING_FIELDS:
        if observation.unit(name).sight is Sight.SEEN:
            value = getattr(observation.settings, name)
            kept = _KEEPING.get(name)
            seen[name] = kept(getattr(node.settings, name), value) if kept and value is not None else value
    settings = replace(node.settings, **seen) if seen else node.settings
    return replace(node, settings=settings)


def _kinds(declared: tuple[Resolver, ...] | None, seen: tuple[Resolver, ...]) -> tuple[Resolver, ...]:
    known = {resolver_key(resolver): resolver.kind for resolver in declared or ()}
    return tuple(replace(one, kind=known.get(resolver_key(one), one.kind)) for one in seen)


def _files_and_untils(
    declared: tuple[LogSubscription, ...] | None, seen: tuple[LogSubscription, ...]
) -> tuple[LogSubscription, ...]:
    known = {log.name: log for log in declared or ()}
    return tuple(
        replace(log, files=known[log.name].files if log.files is None else log.files, until=known[log.name].until)
        if log.name in known
        else log
        for log in seen
    )


_KEEPING: dict[str, Any] = {"resolvers": _kinds, "logs": _files_and_untils}


def _shared(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The same nodes, equal settings as one object again, so that whoever groups by identity can."""
    first: dict[Settings, Settings] = {}
    by_identity: dict[int, Settings] = {}
    shared = {}
    for name, node in nodes.items():
        kept = by_identity.get(id(node.settings))
        if kept is None:
            kept = by_identity[id(node.settings)] = first.setdefault(node.settings, node.settings)
        shared[name] = node if kept is node.settings else replace(node, settings=kept)
    return shared
