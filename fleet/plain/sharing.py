"""A fleet's settings, written once per class of nodes that share them.

A thousand nodes that declare nothing of their own share their tier's ``Settings`` *object*, and whoever computes per
class groups by that identity.  Written naively, they would be a thousand copies, and read back a thousand different
objects.  So a fleet as plain data has ``shared``, the different settings, and its nodes hold an index into it.

May import ``fleet.model`` only.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from fleet.model.fleet import Fleet, Settings


def share_settings(
    fleet: Fleet, of_fields: Callable[[Fleet], dict[str, Any]], encode: Callable[[object], Any]
) -> dict[str, Any]:
    """``fleet`` as plain data, the settings of nodes, tiers and fleet as indices into ``shared``."""
    index: dict[int, int] = {}
    shared: list[Settings] = []

    def place(settings: Settings) -> int:
        if id(settings) not in index:
            index[id(settings)] = len(shared)
            shared.append(settings)
        return index[id(settings)]

    empty = Settings()
    bare = dataclasses.replace(fleet, nodes={}, tiers={}, settings=empty)
    plain = of_fields(bare) | {"settings": place(fleet.settings)}
    for name, owners in (("tiers", fleet.tiers), ("nodes", fleet.nodes)):
        plain[name] = {
            key: encode(dataclasses.replace(owner, settings=empty)) | {"settings": place(owner.settings)}
            for key, owner in owners.items()
        }
    return plain | {"shared": [encode(settings) for settings in shared]}


def unshare_settings(
    data: dict[str, Any], of_fields: Callable[[dict[str, Any]], Fleet], decode: Callable[[object], Settings]
) -> Fleet:
    """A fleet from plain data whose settings may be indices into its ``shared``; LookupError for one that is none."""
    shared = [decode(one) for one in data.get("shared") or ()]
    found: dict[tuple[str, str], Settings] = {}

    def bare(table: str) -> Any:
        owners = data.get(table)
        if not isinstance(owners, dict):
            return owners
        lean = {}
        for name, owner in owners.items():
            index = owner.get("settings") if isinstance(owner, dict) else None
            if type(index) is int:
                found[table, name] = _at(shared, index)
            lean[name] = owner | {"settings": {}} if type(index) is int else owner
        return lean

    own = data.get("settings")
    lean = data | {table: bare(table) for table in ("tiers", "nodes") if table in data}
    fleet = of_fields(lean | {"settings": {}} if type(own) is int else lean)
    return dataclasses.replace(
        fleet,
        tiers={k: dataclasses.replace(v, settings=found.get(("tiers", k), v.settings)) for k, v in fleet.tiers.items()},
        nodes={k: dataclasses.replace(v, settings=found.get(("nodes", k), v.settings)) for k, v in fleet.nodes.items()},
        settings=_at(shared, own) if type(own) is int else fleet.settings,
    )


def _at(shared: list[Settings], index: int) -> Settings:
    if not 0 <= index < len(shared):
        raise LookupError(f"there is no shared settings number {index}")
    return shared[index]
