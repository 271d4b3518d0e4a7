"""Nodes that are told the same: answers are computed once per class, so that a thousand nodes cost what ten do.

May import ``fleet.model`` only.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields
from typing import Any

from fleet.model.fleet import Fleet, Node, ObjectPath, Settings, Tier

SETTING_FIELDS = tuple(field.name for field in fields(Settings))
"""The units of declaration, in order."""


@dataclass(frozen=True, slots=True)
class NodeClass:
    """Nodes of one tier with equal settings that declare the same of them themselves.

    ``nodes`` is empty for a tier that has none: what it is told is known all the same.
    """

    tier: Tier
    settings: Settings
    nodes: tuple[Node, ...]

    @property
    def holder(self) -> Node | Tier:
        """Through whom the settings are declared."""
        return self.nodes[0] if self.nodes else self.tier


class Interner:
    """One number for equal values.  A shared value is looked at once, however many hold it."""

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[int, Any]] = {}
        self._by_value: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """The number of ``value``."""
        found = self._by_identity.get(id(value))
        if found is None:
            number = self._by_value.setdefault(value, len(self._by_value))
            self._by_identity[id(value)] = found = (number, value)  # holding it keeps its identity its own
        return found[0]


def classes(fleet: Fleet) -> tuple[NodeClass, ...]:
    """The nodes of ``fleet`` by (tier, equal settings), in the order of the profile."""
    interner = Interner()
    keys: dict[int, tuple[int, ...]] = {}
    groups: dict[Hashable, list[Node]] = {}
    for node in fleet.nodes.values():
        settings = node.settings
        key = keys.get(id(settings))
        if key is None:
            key = tuple(interner.number(getattr(settings, name)) for name in SETTING_FIELDS)
            keys[id(settings)] = key
        groups.setdefault((node.tier, key, own_settings(node.own)), []).append(node)
    found = [
        NodeClass(fleet.tiers[nodes[0].tier], nodes[0].settings, tuple(nodes))
        for nodes in groups.values()
        if nodes[0].tier in fleet.tiers
    ]
    peopled = {group.tier.name for group in found}
    empty = [NodeClass(tier, tier.settings, ()) for tier in fleet.tiers.values() if tier.name not in peopled]
    return tuple(found + empty)


def own_settings(own: frozenset[ObjectPath]) -> frozenset[ObjectPath]:
    """``own`` without what says how a node is reached."""
    return frozenset(path for path in own if path[0] not in _NO_SETTINGS) if own else own


_NO_SETTINGS = frozenset({"ssh", "addresses", "tier"})
