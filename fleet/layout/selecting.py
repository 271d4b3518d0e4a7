"""Which nodes a command is for: names, and limits such as ``tier=edge,!gw3``.  Pure; may import ``fleet.model``."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

from fleet.errors import UsageError
from fleet.model.fleet import Fleet, Node
from fleet.text import show

_FIELDS: dict[str, Callable[[Node], str]] = {
    "tier": lambda node: node.tier,
    "platform": lambda node: str(node.settings.platform or ""),
    "version": lambda node: node.settings.version or "",
    "node": lambda node: node.name,
}

_FORMS = f"a limit names a node, or {', '.join(f'{name}=' for name in _FIELDS)}"


def select(fleet: Fleet, names: Sequence[str], limits: Sequence[str] = ()) -> tuple[str, ...]:
    """The nodes called ``names`` (none: all) that every limit lets through, in the order of the profile.

    A limit is a list separated by commas: what is named (``gw1``, ``tier=edge``) is wanted, what is named behind ``!``
    is not.  Raises UsageError for a name that nothing has, and where nothing is left.
    """
    for name in names:
        if name not in fleet.nodes:
            raise UsageError(f"there is no node {show(name, 80)}{_near(name, fleet.nodes)}")
    chosen = [node for node in fleet.nodes.values() if not names or node.name in names]
    for limit in limits:
        terms = [term.strip() for term in limit.split(",") if term.strip()]
        if not terms:  # an unset variable must not mean every node
            raise UsageError(f"an empty limit limits nothing: {_FORMS}")
        wanted = [_matcher(fleet, term) for term in terms if not term.startswith("!")]
        unwanted = [_matcher(fleet, term[1:].strip()) for term in terms if term.startswith("!")]
        chosen = [
            node
            for node in chosen
            if (not wanted or any(match(node) for match in wanted)) and not any(match(node) for match in unwanted)
        ]
    if not chosen:
        raise UsageError("no node is left to ask" if fleet.nodes else "the profile declares no node")
    return tuple(node.name for node in chosen)


def _matcher(fleet: Fleet, term: str) -> Callable[[Node], bool]:
    field, equals, value = term.partition("=")
    if not equals:
        field, value = "node", term
    of = _FIELDS.get(field)
    if of is None:
        raise UsageError(f"{_FORMS}; not {show(term, 80)}")
    known = {of(node) for node in fleet.nodes.values()}
    if value not in known and not value:
        raise UsageError(f"{_FORMS}; nothing is named by {show(term, 80) or '! alone'}")
    if value not in known:
        raise UsageError(f"no node has {field} {show(value, 80)}{_near(value, known)}")
    return lambda node: of(node) == value


def _near(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, [one for one in known if one], 1)
    return f"; did you mean {show(close[0], 80)}?" if close else ""
