"""Where a value is declared: at the node, its tier or the fleet, the nearest first.

A *setting path* is spelled as in a profile, below the table it stands in: ``("smtp_routes", "ALL")``,
``("destination_controls", "default", "dane")``, ``("resolvers",)``.  Domain keys match whatever their spelling.

May import ``fleet.model`` and ``fleet.layout.names``.
"""

from collections.abc import Iterator
from functools import lru_cache

from fleet.layout.names import canonical
from fleet.model.fleet import Fleet, Node, ObjectPath, Tier

SPELLING = {"controls": "destination_controls", "routes": "smtp_routes"}
"""Fields of ``Settings`` whose key in a profile is another word."""


def spelled(field: str) -> str:
    """The profile key of a field of ``Settings``."""
    return SPELLING.get(field, field)


def declared_at(fleet: Fleet, holder: Node | Tier | None, setting: ObjectPath) -> ObjectPath | None:
    """The profile path of the nearest declaration of ``setting`` as ``holder`` has it (None: the fleet itself).

    Asked for a table, the nearest level that declares anything in it; asked for something a level declares only as a
    whole, its path below that whole.  None where no level declares it.
    """
    levels = tuple(_levels(fleet, holder))
    wanted = _key(setting)
    for base, own in levels:
        if (found := _index(own).get(wanted)) is not None:
            return base + found
    for length in range(len(wanted) - 1, 0, -1):
        for base, own in levels:
            if own and (found := _wholes(own).get(wanted[:length])) is not None:
                return base + found + setting[length:]
    return None


def nearest(fleet: Fleet, holder: Node | Tier | None, setting: ObjectPath) -> ObjectPath:
    """Where ``setting`` is declared or, where it is not, the nearest table it belongs in: for what is missing."""
    found = declared_at(fleet, holder, setting)
    for length in range(len(setting) - 1, 0, -1):
        found = found or declared_at(fleet, holder, setting[:length])
    return found or home(holder)


def home(holder: Node | Tier | None) -> ObjectPath:
    """The path of the table of a tier, or of a node's tier."""
    if isinstance(holder, Node):
        return ("tiers", holder.tier)
    return ("tiers", holder.name) if isinstance(holder, Tier) else ("fleet",)


_KINDS = {"tiers": "tier", "nodes": "node", "destinations": "destination", "suppressions": "suppression"}


def object_of(path: ObjectPath) -> str:
    """What a profile path is about, in the stable words of ``Finding.object``: "tier edge", "node dlv1", "fleet"."""
    kind = _KINDS.get(str(path[0])) if len(path) > 1 else None
    if kind:
        return f"{kind} {path[1]}"
    return str(path[0]) if path and path[0] in ("fleet", "references") else "profile"


def _levels(fleet: Fleet, holder: Node | Tier | None) -> Iterator[tuple[ObjectPath, frozenset[ObjectPath]]]:
    if isinstance(holder, Node):
        yield ("nodes", holder.name), holder.own
        holder = fleet.tiers.get(holder.tier)
    if isinstance(holder, Tier):
        yield ("tiers", holder.name), holder.own
    yield ("fleet",), fleet.own


_DOMAIN_KEYED = frozenset({"destination_controls", "smtp_routes"})


def _key(path: ObjectPath) -> ObjectPath:
    if len(path) > 1 and path[0] in _DOMAIN_KEYED:
        return (path[0], canonical(str(path[1])), *path[2:])
    return path


@lru_cache(maxsize=8192)
def _index(own: frozenset[ObjectPath]) -> dict[ObjectPath, ObjectPath]:
    """Every declared path and every table above one, by its comparable form."""
    return {_key(path[:length]): path[:length] for path in own for length in range(1, len(path) + 1)}


@lru_cache(maxsize=8192)
def _wholes(own: frozenset[ObjectPath]) -> dict[ObjectPath, ObjectPath]:
    """What is declared as a whole: a path below it is declared there too."""
    tables = {_key(path[:length]) for path in own for length in range(1, len(path))}
    return {_key(path): path for path in own if _key(path) not in tables}
