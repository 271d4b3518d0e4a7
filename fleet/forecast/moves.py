"""Before and after a change: which mail moves from which outcome to which, and why.

Nodes are compared with themselves, flows by listener and sender group, so a change that makes classes fall apart or
grow together is still told node by node, and computed only once for each pair of classes.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fleet.forecast.classed import Forecast, Ingress, MailClass
from fleet.forecast.outcome import BADNESS, Core
from fleet.model.fleet import Destination


@dataclass(frozen=True, slots=True)
class Moved:
    """One destination that moves: the first node class and flow on which it does, before and after."""

    destination: Destination
    group: MailClass
    ingress: Ingress
    after_group: MailClass
    after_ingress: Ingress
    before: Core
    after: Core


@dataclass(frozen=True, slots=True)
class Move:
    """All destinations that go from one outcome to another.

    ``nodes`` and ``flows`` are those on which any of them does.
    """

    before: str
    after: str
    core: Core
    """The outcome afterwards."""
    moved: tuple[Moved, ...]
    nodes: tuple[str, ...]
    flows: tuple[str, ...]

    @property
    def stays(self) -> bool:
        """Whether the same happens to mail as before, and only what DANE has to do with it changes."""
        return all(one.before.outcome is one.after.outcome for one in self.moved)

    @property
    def recipients(self) -> int:
        """Recipients a day, of the destinations of which they are known."""
        return sum(one.destination.recipients_per_day or 0 for one in self.moved)

    @property
    def unweighed(self) -> int:
        """How many of the destinations have no known recipients."""
        return sum(one.destination.recipients_per_day is None for one in self.moved)


_NAMELESS = Ingress().name


@dataclass(slots=True)
class _Gathered:
    core: Core
    moved: dict[str, Moved] = field(default_factory=dict)
    nodes: dict[str, None] = field(default_factory=dict)
    flows: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Mail that has only a before or only an after: a flow or a node that is forecast on one side alone.

    ``flow`` is empty where all mail of the nodes is meant.  ``new``: it is there only afterwards.
    """

    nodes: tuple[str, ...]
    flow: str
    new: bool


def unmatched(before: Forecast, after: Forecast, node: str = "") -> tuple[Unmatched, ...]:
    """What cannot move because it is on one side only; ``node``: of this node alone."""
    found: dict[tuple[str, bool], dict[str, None]] = {}
    for here, there, new in ((before, after, False), (after, before, True)):
        known = {name for group in there.classes for name in group.names}
        for group in here.classes:
            if lone := [name for name in group.names if name not in known]:
                found.setdefault(("", new), {}).update(dict.fromkeys(lone))
    for old, group, names in _pairs(before, after):
        pairs = tuple(_ways(old, group))
        for ways, matched, new in (
            (old.ingresses, [was.name for was, _ in pairs], False),
            (group.ingresses, [way.name for _, way in pairs], True),
        ):
            for way in ways:
                if way.name not in matched:
                    found.setdefault((flow_name(way), new), {}).update(dict.fromkeys(names))
    chosen = {key: tuple(name for name in names if node in ("", name)) for key, names in found.items()}
    return tuple(Unmatched(names, flow, new) for (flow, new), names in chosen.items() if names)


def moves(before: Forecast, after: Forecast, node: str = "") -> tuple[Move, ...]:
    """What moves from ``before`` to ``after``, what is worst first; both must be of the same destinations.

    ``node``: of this node alone.
    """
    found: dict[tuple[str, str], _Gathered] = {}
    for old, way, new, other, names in matched_ways(before, after, node):
        _compare(after, old, new, way, other, names, found)
    listed = [
        Move(
            was,
            becomes,
            gathered.core,
            tuple(sorted(gathered.moved.values(), key=lambda one: _weight(one.destination))),
            tuple(gathered.nodes),
            tuple(gathered.flows),
        )
        for (was, becomes), gathered in found.items()
    ]
    return tuple(sorted(listed, key=_order))


def _order(move: Move) -> tuple[bool, int, int, int, str]:
    """What changes for mail first, the worst outcome first, and of those the ones that were best."""
    was = move.moved[0].before.outcome
    return move.stays, -BADNESS.index(move.core.outcome), BADNESS.index(was), -move.recipients, move.before


def flow_name(ingress: Ingress) -> str:
    """An ingress in words."""
    flow = ingress.flow
    return f"{flow.listener} > {flow.group}: {flow.action or 'not declared'}" if flow else "all mail"


def _weight(destination: Destination) -> tuple[int, str]:
    return -(destination.recipients_per_day or 0), destination.domain


def _pairs(before: Forecast, after: Forecast, node: str = "") -> Iterator[tuple[MailClass, MailClass, tuple[str, ...]]]:
    """The classes that share nodes, with the names of those."""
    old = {name: group for group in before.classes for name in group.names}
    shared: dict[tuple[int, int], tuple[MailClass, MailClass, list[str]]] = {}
    for group in after.classes:
        for name in group.names if not node else {node}.intersection(group.names):
            was = old.get(name)
            if was is not None:
                shared.setdefault((id(was), id(group)), (was, group, []))[2].append(name)
    for was, group, names in shared.values():
        yield was, group, tuple(names)


def matched_ways(
    before: Forecast, after: Forecast, node: str = ""
) -> Iterator[tuple[MailClass, Ingress, MailClass, Ingress, tuple[str, ...]]]:
    """Classes and flows that are there on both sides, before and after, with the names of the nodes they share."""
    for old, new, names in _pairs(before, after, node):
        for was, way in _ways(old, new):
            yield old, was, new, way, names


def _ways(old: MailClass, new: MailClass) -> Iterator[tuple[Ingress, Ingress]]:
    """Flows that are there before and after; where one side tells none apart, its one way stands for each of them."""
    by_name = {way.name: way for way in old.ingresses}
    nameless = by_name.get(_NAMELESS)
    for way in new.ingresses:
        if way.name == _NAMELESS:
            yield from ((was, way) for was in old.ingresses)
        elif (was := by_name.get(way.name, nameless)) is not None:
            yield was, way


def _compare(
    after: Forecast,
    old: MailClass,
    new: MailClass,
    way: Ingress,
    other: Ingress,
    names: tuple[str, ...],
    found: dict[tuple[str, str], _Gathered],
) -> None:
    was_row, row = old.cells[way.action], new.cells[other.action]
    if was_row is row:
        return
    touched: set[tuple[str, str]] = set()
    for place, (was, core) in enumerate(zip(was_row, row, strict=True)):
        if was is core or was.label == core.label:
            continue
        key = (was.label, core.label)
        gathered = found.setdefault(key, _Gathered(core))
        destination = after.destinations[place]
        gathered.moved.setdefault(destination.domain, Moved(destination, old, way, new, other, was, core))
        touched.add(key)
    for key in touched:
        found[key].nodes.update(dict.fromkeys(names))
        found[key].flows[flow_name(other)] = None
