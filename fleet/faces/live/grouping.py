"""Nodes by identical facts: in each tier, who is told the same, and who stands apart.

The largest group is the reference: nodes of one tier are meant to be alike, so the odd one out is the likely mistake.
What was not seen is a group of its own and never counts as alike.  Pure; may import ``fleet.layout``, ``fleet.model``.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, fields

from fleet.layout import FactGroup, groups
from fleet.layout.leaves import leaves
from fleet.model.fleet import Fleet, ObjectPath, Settings
from fleet.model.observation import Observation, Sight

FIELDS = tuple(one.name for one in fields(Settings) if one.name != "platform")


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of the nodes of one tier: groups of equal values, the largest first; ``unseen``: nobody knows."""

    tier: str
    field: str
    groups: tuple[FactGroup, ...]
    unseen: tuple[str, ...] = ()

    @property
    def reference(self) -> FactGroup | None:
        """What most nodes have."""
        return self.groups[0] if self.groups else None

    @property
    def apart(self) -> tuple[FactGroup, ...]:
        """The other groups."""
        return self.groups[1:]


def facts(fleet: Fleet, observations: Mapping[str, Observation]) -> Iterator[Fact]:
    """Every field that any node of a tier was asked for, tier by tier."""
    for tier in fleet.tiers.values():
        names = [node.name for node in fleet.nodes.values() if node.tier == tier.name]
        for field in FIELDS:
            seen = {name: _value(observations.get(name), field) for name in names}
            known = [(name, value) for name, value in seen.items() if value is not None]
            unseen = tuple(name for name, value in seen.items() if value is None)
            if known:
                yield Fact(tier.name, field, groups(known), unseen)


def leaves_apart(reference: FactGroup, other: FactGroup) -> tuple[ObjectPath, ...]:
    """Where a group differs from the reference."""
    one, two = dict(reference.value), dict(other.value)
    return tuple(path for path in dict.fromkeys((*one, *two)) if one.get(path) != two.get(path))


def _value(seen: Observation | None, field: str) -> Hashable | None:
    if seen is None or seen.unit(field).sight is not Sight.SEEN:
        return None
    return frozenset((leaves(seen.settings, field) or {}).items())
