"""Drift: every field of every node, as declared and as a poll saw it.

May import ``fleet.layout``, ``fleet.model`` and its own package.
"""

from fleet.layout import Comparer, Difference, Drift, DriftState, spelled
from fleet.model.fleet import Node
from fleet.monitor import Freshness, NodeEntry, freshness_of_node
from fleet.text import show
from fleet.views.board.picture import Picture
from fleet.views.board.words import minutes_since, rough_age
from fleet.views.marks import Mark, badness
from fleet.views.policy_words import ABSENT, leaf_name, leaf_words
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("node", "Node", 8, flexible=True, help="the gateway"),
    Column("field", "Field", 20, help="what is compared"),
    Column("state", "State", 14, help="how declared and observed stand to each other"),
    Column("declared", "Declared", 12, flexible=True, help="what the profile says"),
    Column("observed", "Observed", 12, flexible=True, help="what a poll saw", least=78),
    Column("age", "Age", 8, right=True, help="how old the observation is", least=100),
    Column("tier", "Tier", 10, optional=True),
)

STATE_MARKS = {
    DriftState.MATCH: Mark.OK,
    DriftState.DIFFERS: Mark.FAIL,
    DriftState.UNDECLARED: Mark.WARN,
    DriftState.MISSING: Mark.FAIL,
    DriftState.NOT_OBSERVED: Mark.UNKNOWN,
}


class Compared:
    """One comparer for all nodes: equal pairs of values are compared once."""

    def __init__(self) -> None:
        self.comparer = Comparer()


def drift_table(picture: Picture) -> Table:
    """Each field that is declared or was seen, of each node; a node never seen has one row that says so."""
    fleet = picture.state.fleet
    if fleet is None:
        return Table(COLUMNS)
    rows: list[Row] = []
    for node in fleet.nodes.values():
        rows += _rows(picture, node, picture.state.nodes.get(node.name))
    return Table(COLUMNS, rows)


def drift_of(picture: Picture, node: Node, entry: NodeEntry | None) -> tuple[Drift, ...] | None:
    """How a node stands to its declaration; None: no poll has seen it."""
    known = entry.known if entry is not None else None
    if known is None:
        return None
    return picture.memo.keeper(Compared).comparer.drift(node.settings, known)


def _rows(picture: Picture, node: Node, entry: NodeEntry | None) -> tuple[Row, ...]:
    fresh = freshness_of_node(picture.state, node.name, picture.now)
    age = minutes_since(entry.seen_at, picture.now) if entry is not None and entry.seen_at is not None else -1
    seen = (entry.observation, entry.kept, entry.seen_at) if entry is not None else None

    def make() -> tuple[Row, ...]:
        found = drift_of(picture, node, entry)
        if found is None:
            return (_never(node),)
        return tuple(_row(node, one, entry, fresh, age, picture) for one in found)

    return picture.memo.get(("drift", node.name), (node, seen, fresh, age), make)


def _never(node: Node) -> Row:
    cells = (
        TableCell(show(node.name, 64)),
        TableCell("everything"),
        TableCell("not observed", Mark.UNKNOWN),
        TableCell("as the profile says"),
        TableCell("no poll has seen this node"),
        TableCell("never", Mark.UNKNOWN, sort=1e12),
        TableCell(show(node.tier, 64)),
    )
    return Row(f"{node.name} *", cells, (-badness(Mark.UNKNOWN),), True)


def _row(node: Node, one: Drift, entry: NodeEntry | None, fresh: Freshness, age: int, picture: Picture) -> Row:
    mark = STATE_MARKS[one.state]
    if mark is Mark.OK and fresh is not Freshness.FRESH:
        mark = Mark.STALE
    declared, observed = sides(one)
    text = rough_age(entry.seen_at, picture.now) if entry is not None and entry.seen_at is not None else "never"
    cells = (
        TableCell(show(node.name, 64)),
        TableCell(_field_words(one)),
        TableCell(str(one.state), mark),
        TableCell(declared),
        TableCell(observed),
        TableCell(text, Mark.STALE if fresh is Freshness.STALE else None, sort=float(age * 60)),
        TableCell(show(node.tier, 64)),
    )
    return Row(f"{node.name} {one.field}", cells, (-badness(mark),), mark is not Mark.OK)


def _field_words(one: Drift) -> str:
    if len(one.differences) == 1:
        return leaf_name(one.differences[0].path)
    more = f" ({len(one.differences)})" if one.differences else ""
    return f"{spelled(one.field).replace('_', ' ')}{more}"


def sides(one: Drift) -> tuple[str, str]:
    """Declared and observed in words, as far as they fit a line."""
    if one.state is DriftState.NOT_OBSERVED:
        return "declared", show(one.why, 200) or "not asked for"
    if one.state is DriftState.MATCH:
        return "the same", "the same"
    if not one.differences:
        return "", ""
    first = one.differences[0]
    more = f" and {len(one.differences) - 1} more" if len(one.differences) > 1 else ""
    return f"{side(first, first.declared)}{more}", f"{side(first, first.observed)}{more}"


def side(found: Difference, value: object) -> str:
    """One side of a difference."""
    if value is None:
        return ABSENT
    return "declared" if value is True and len(found.path) == 2 else leaf_words(found.path, value)
