"""Settings inherit fleet -> tier -> node: what is left of a declaration over what it inherits.

Scalars and arrays: the nearest declaration replaces.  Tables whose keys are names merge key by key; whether two entries
of one name merge further or the nearer one replaces the other is said by ``ENTRIES``.  Works on the sound values that
``fleet.profile.keys`` reads, before they become nouns of the model.  May import ``fleet.model``.
"""

from collections.abc import Mapping
from enum import Enum, auto

from fleet.model.fleet import ObjectPath

Declared = Mapping[str, object]
"""Setting -> sound value, as one level declares it or as it is left after inheritance."""


class Merge(Enum):
    """How a nearer table meets the one it inherits."""

    ENTRY = auto()
    """Key by key: an entry of the same key is replaced as a whole."""
    GIVEN_KEYS = auto()
    """Key by key, and within two entries of one name key by key again."""


MERGES: dict[str, Merge] = {
    "destination_controls": Merge.GIVEN_KEYS,
    "logs": Merge.GIVEN_KEYS,
    "smtp_routes": Merge.ENTRY,
    "listeners": Merge.ENTRY,
    "bounce_profiles": Merge.ENTRY,
    "postfix": Merge.ENTRY,
    "exim": Merge.ENTRY,
    "ssh": Merge.ENTRY,
}
"""The settings that are tables; every other setting is replaced by the nearest declaration."""


def inherit(inherited: Declared, own: Declared) -> Declared:
    """``own`` over ``inherited``; ``inherited`` itself where nothing is declared."""
    if not own:
        return inherited
    merged = dict(inherited)
    for name, value in own.items():
        below = merged.get(name)
        merged[name] = _merge(MERGES[name], below, value) if name in MERGES and isinstance(below, dict) else value
    return merged


def _merge(how: Merge, below: dict[str, object], above: object) -> object:
    assert isinstance(above, dict)
    merged = {**below, **above}
    if how is Merge.GIVEN_KEYS:
        for name, entry in above.items():
            older = below.get(name)
            if isinstance(older, dict) and isinstance(entry, dict):
                merged[name] = {**older, **entry}
    return merged


def paths(own: Declared) -> frozenset[ObjectPath]:
    """The setting paths ``own`` declares: each setting, each name in a table, each key of entries that merge."""
    found: set[ObjectPath] = set()
    for name, value in own.items():
        found.add((name,))
        if name in MERGES and isinstance(value, dict):
            for key, entry in value.items():
                found.add((name, key))
                if MERGES[name] is Merge.GIVEN_KEYS and isinstance(entry, dict):
                    found.update((name, key, part) for part in entry)
    return frozenset(found)
