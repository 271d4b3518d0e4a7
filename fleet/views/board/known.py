"""The fleet as it is known: what polls saw laid over what the profile declares, kept up node by node.

Polls come one at a time and seldom see anything new.  So only the node whose observation was replaced is laid over
anew, and where its settings come out equal the fleet stays the same object, with all that was computed of it.

May import ``fleet.layout``, ``fleet.model`` and ``fleet.monitor``.
"""

from dataclasses import replace

from fleet.layout import overlay_observed
from fleet.model.fleet import Fleet, Node, Settings
from fleet.model.observation import Sight
from fleet.monitor import NodeEntry, State
from fleet.views.board.picture import Picture


class KnownFleet:
    """The fleet as known the last time it was asked for."""

    def __init__(self) -> None:
        self._declared: Fleet | None = None
        self._fleet: Fleet | None = None
        self._seen: dict[str, tuple[object, object]] = {}
        self._same: dict[Settings, Settings] = {}
        self._looked: tuple[Picture, int] | None = None

    def of_picture(self, picture: Picture) -> Fleet | None:
        """The fleet as ``picture`` knows it; every panel of one drawing asks, and the nodes are gone through once."""
        looked = self._looked
        if looked is not None and looked[0] is picture and looked[1] == picture.state.events:
            return self._fleet
        found = self.fleet(picture.state)
        self._looked = picture, picture.state.events
        return found

    def fleet(self, state: State) -> Fleet | None:
        """The fleet as ``state`` knows it."""
        if state.fleet is not self._declared:
            self._declared = self._fleet = state.fleet
            self._seen, self._same = {}, {}
        if self._declared is None or self._fleet is None:
            return None
        changed: dict[str, Node] = {}
        for name, node in self._declared.nodes.items():
            entry = state.nodes.get(name)
            basis = (entry.observation, entry.kept) if entry is not None else (None, None)
            before = self._seen.get(name, (None, None))
            if basis[0] is before[0] and basis[1] is before[1]:
                continue
            self._seen[name] = basis
            settings = self._settings(self._declared, node, entry)
            if settings is not self._fleet.nodes[name].settings:
                changed[name] = replace(node, settings=settings)
        if changed:
            self._fleet = replace(self._fleet, nodes={**self._fleet.nodes, **changed})
        return self._fleet

    def _settings(self, fleet: Fleet, node: Node, entry: NodeEntry | None) -> Settings:
        known = entry.known if entry is not None else None
        if known is None:
            return node.settings
        alone = overlay_observed(replace(fleet, nodes={node.name: node}), {node.name: known})
        settings = alone.nodes[node.name].settings
        if settings == node.settings:
            return node.settings
        return self._same.setdefault(settings, settings)


def known_fleet(picture: Picture) -> Fleet | None:
    """The fleet as the picture knows it; None before a profile was read."""
    return picture.memo.keeper(KnownFleet).of_picture(picture)


def node_of_key(fleet: Fleet | None, key: str) -> tuple[Node, str] | None:
    """The node a row's ``key`` begins with, and the rest of the key; names may hold blanks themselves."""
    names = [name for name in fleet.nodes if key.startswith(f"{name} ")] if fleet is not None else []
    if fleet is None or not names:
        return None
    name = max(names, key=len)
    return fleet.nodes[name], key[len(name) + 1 :]


def was_seen(entry: NodeEntry | None, unit: str) -> bool:
    """Whether any poll saw ``unit`` of the node's settings: else what is known of it is a declaration."""
    known = entry.known if entry is not None else None
    return known is not None and known.unit(unit).sight is Sight.SEEN
