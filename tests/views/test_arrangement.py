"""Sorting, grouping, problems only, and whom an action is for."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fleet.views import (
    Arrangement,
    Column,
    Filter,
    GroupHead,
    Mark,
    Row,
    Table,
    TableCell,
    arrange,
    next_sort,
    renewed,
    targets,
)
from fleet.views.arrangement import sort_rows
from fleet.views.filtering import Sign, Term

COLUMNS = (Column("name", "Name", 20), Column("state", "State", 10), Column("age", "Age", 8, right=True))


def row(name: str, mark: Mark, age: float | None) -> Row:
    cells = (TableCell(name), TableCell(mark.value, mark), TableCell("" if age is None else f"{age:g} s", sort=age))
    return Row(name, cells, rank=(-list(Mark).index(mark), age or 0.0), problem=mark is not Mark.OK)


TABLE = Table(
    COLUMNS,
    (row("b", Mark.OK, 5), row("a", Mark.FAIL, None), row("c", Mark.UNKNOWN, 1), row("d", Mark.OK, 2)),
)


def keys(**choice: object) -> list[str]:
    return [
        line.title if isinstance(line, GroupHead) else line.key for line in arrange(TABLE, Arrangement(**choice)).lines
    ]


def test_without_a_choice_the_natural_order_counts() -> None:
    assert keys() == ["c", "a", "d", "b"]  # by rank: the later a mark in the enum, the smaller here


def test_a_state_sorts_worst_first_and_unknown_above_clean() -> None:
    assert keys(sort="state") == ["a", "c", "d", "b"]


def test_an_empty_cell_stays_last_both_ways() -> None:
    assert keys(sort="age") == ["c", "d", "b", "a"]
    assert keys(sort="age", inverted=True) == ["b", "d", "c", "a"]


def test_problems_only_keeps_what_is_not_proven_good() -> None:
    assert keys(problems_only=True) == ["c", "a"]


def test_groups_have_heads_with_counts_and_fold() -> None:
    shown = arrange(TABLE, Arrangement(sort="name", group="state", collapsed=frozenset({"OK"})))
    assert shown.lines == (
        GroupHead("FAIL", 1, 1, False),
        TABLE.rows[1],
        GroupHead("OK", 2, 0, True),
        GroupHead("UNKNOWN", 1, 1, False),
        TABLE.rows[2],
    )
    assert (shown.matched, shown.total) == (4, 4)
    assert [row.key for row in shown.rows] == ["a", "c"]


def test_values_are_renewed_in_the_order_the_rows_had() -> None:
    shown = arrange(TABLE, Arrangement(group="state"))
    worse = replace(TABLE.rows[0], rank=(-9.0,), cells=(TableCell("b"), TableCell("FAIL", Mark.FAIL), TableCell("")))
    now = renewed(shown, replace(TABLE, rows=(worse, *TABLE.rows[1:])))
    assert now is not None
    assert [line.key for line in now.lines] == [line.key for line in shown.lines]
    assert worse in now.rows
    assert worse in now.lines


def test_rows_that_came_or_went_are_arranged_anew() -> None:
    shown = arrange(TABLE, Arrangement())
    assert renewed(shown, replace(TABLE, rows=TABLE.rows[1:])) is None
    assert renewed(shown, replace(TABLE, rows=(replace(TABLE.rows[0], key="new"), *TABLE.rows[1:]))) is None


def test_what_a_filter_hides_is_counted() -> None:
    shown = arrange(TABLE, Arrangement(Filter((Term(Sign.CONTAINS, "OK", "state"),))))
    assert (len(shown.rows), shown.matched, shown.total) == (2, 2, 4)


def test_an_action_is_for_the_marked_rows_that_are_shown_else_for_the_cursor() -> None:
    shown = arrange(TABLE, Arrangement(problems_only=True))
    assert targets(shown, {"a", "b"}, "c") == ("a",)  # b is marked but hidden
    assert targets(shown, {"b"}, "c") == ("c",)
    assert targets(shown, set(), "b") == ()


def test_the_sort_column_goes_round_through_the_natural_order() -> None:
    fields = TABLE.fields
    assert [next_sort(fields, sort, 1) for sort in ("", "name", "state", "age", "gone")] == [
        *("name", "state", "age", "", "name"),
    ]
    assert next_sort(fields, "", -1) == "age"


cell = st.builds(
    TableCell,
    st.sampled_from(["", "a", "B"]),
    st.sampled_from([None, Mark.OK, Mark.FAIL, Mark.UNKNOWN]),
    st.one_of(st.none(), st.floats(allow_nan=False), st.sampled_from(["x", "Y"])),
)


@given(st.lists(st.tuples(cell, st.integers(0, 3)), max_size=12), st.booleans())
def test_sorting_loses_nothing_and_is_stable(found: list[tuple[TableCell, int]], inverted: bool) -> None:
    rows = [Row(str(at), (cell,), rank=(rank,)) for at, (cell, rank) in enumerate(found)]
    done = sort_rows(rows, ("only",), "only", inverted)
    assert sorted(row.key for row in done) == sorted(row.key for row in rows)
    filled = [row for row in done if row.cells[0].order[0] != 2]
    assert done[: len(filled)] == filled
    orders = [row.cells[0].order for row in filled]
    assert orders == sorted(orders, reverse=inverted)
    for first, second in pairwise(filled):
        if first.cells[0].order == second.cells[0].order:
            assert (first.rank, int(first.key)) < (second.rank, int(second.key))
