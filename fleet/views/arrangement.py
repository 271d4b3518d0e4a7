"""How a table is arranged: filtered, sorted, grouped; which rows an action is meant for.

What the user chose is one frozen value per view, and ``arrange`` is pure: the dashboard, an export "as shown" and the
tests call the same function.  Nothing is hidden silently: ``Shown`` says how many rows there are in all.

May import ``fleet.views.filtering``, ``fleet.views.marks`` and ``fleet.views.rows``.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from fleet.views.filtering import NO_FILTER, Filter
from fleet.views.rows import Head, Row, Table


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The user's choice.  ``sort`` and ``group`` name columns; without ``sort`` the worst stands first."""

    filter: Filter = NO_FILTER
    sort: str = ""
    inverted: bool = False
    group: str = ""
    collapsed: frozenset[str] = frozenset()
    problems_only: bool = False


@dataclass(frozen=True, slots=True)
class GroupHead:
    """The line above the rows that share one text in the grouping column; ``head`` is what the table says of them."""

    title: str
    count: int
    problems: int
    collapsed: bool
    head: Head | None = None

    @property
    def key(self) -> str:
        """Distinct from any row's key."""
        return f"\0{self.title}"


Line = Row | GroupHead


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines in order; ``rows`` are those not folded away, ``matched`` of ``total`` passed the filter."""

    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    matched: int = 0
    total: int = 0


def arrange(table: Table, choice: Arrangement) -> Shown:
    """``table`` as ``choice`` wants it."""
    rows = choice.filter.keep(table.rows, table.fields) if choice.filter else list(table.rows)
    if choice.problems_only:
        rows = [row for row in rows if row.problem]
    rows = sort_rows(rows, table.fields, choice.sort, choice.inverted)
    if choice.group not in table.fields:
        return Shown(tuple(rows), tuple(rows), len(rows), len(table.rows))
    # Where some rows are hidden, a head without any says nothing: its rows may be among those.
    heads = table.heads if choice.group == table.headed else {}
    hidden = bool(choice.filter) or choice.problems_only
    lines, kept = _grouped(rows, table.fields.index(choice.group), choice.collapsed, heads, hidden)
    return Shown(tuple(lines), tuple(kept), len(rows), len(table.rows))


def renewed(shown: Shown, table: Table) -> Shown | None:
    """The same lines in the same order with the rows as they are now; None where a row came or went.

    Values change all the time, and rows that jump with each of them cannot be read: a screen renews what it shows, and
    arranges it anew only now and then.
    """
    now = {row.key: row for row in table.rows}
    if len(table.rows) != shown.total or any(row.key not in now for row in shown.rows):
        return None
    lines = tuple(_headed(line, table) if isinstance(line, GroupHead) else now[line.key] for line in shown.lines)
    return replace(shown, lines=lines, rows=tuple(now[row.key] for row in shown.rows))


def sort_rows(rows: Sequence[Row], fields: Sequence[str], sort: str = "", inverted: bool = False) -> list[Row]:
    """Rows by the column ``sort``, equals in their natural order; an unknown column means the natural order."""
    natural = sorted(rows, key=lambda row: row.rank)
    if sort not in fields:
        return natural[::-1] if inverted else natural
    at = fields.index(sort)
    # Sorting backwards keeps equals in their natural order, and empty cells stay last either way.
    filled = [row for row in natural if row.cells[at].order[0] != _EMPTY]
    empty = [row for row in natural if row.cells[at].order[0] == _EMPTY]
    return sorted(filled, key=lambda row: row.cells[at].order, reverse=inverted) + empty


def next_sort(fields: Sequence[str], sort: str, step: int) -> str:
    """The column to sort by after ``sort``; the natural order stands before the first."""
    ring = ("", *fields)
    at = ring.index(sort) if sort in ring else 0
    return ring[(at + step) % len(ring)]


def targets(shown: Shown, marked: Collection[str], cursor: str) -> tuple[str, ...]:
    """The keys an action is for: the marked rows that are shown, else the one under the cursor.

    A marked row that a filter hides is left alone: nobody acts on what they cannot see.
    """
    chosen = tuple(row.key for row in shown.rows if row.key in marked)
    return chosen or tuple(row.key for row in shown.rows if row.key == cursor)


_EMPTY = 2


def _headed(head: GroupHead, table: Table) -> GroupHead:
    """``head`` with what the table says now."""
    if head.head is None or table.heads.get(head.title) in (None, head.head):
        return head
    return replace(head, head=table.heads[head.title])


def _grouped(
    rows: Sequence[Row], at: int, collapsed: Collection[str], heads: Mapping[str, Head], hidden: bool
) -> tuple[list[Line], list[Row]]:
    groups: dict[str, list[Row]] = {title: [] for title in heads}
    for row in rows:
        groups.setdefault(row.cells[at].text, []).append(row)
    lines: list[Line] = []
    kept: list[Row] = []
    for title, members in groups.items():
        if not members and hidden:
            continue
        folded = title in collapsed
        problems = sum(row.problem for row in members)
        lines.append(GroupHead(title, len(members), problems, folded, heads.get(title)))
        if not folded:
            lines.extend(members)
            kept.extend(members)
    return lines, kept
