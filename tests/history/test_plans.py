"""Every question to a history goes by an index: its cost is that of its answer, however long the history is.

Plans are looked at, not clocks: a plan is the same on every machine.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.history import History, HistoryReader, open_history
from fleet.model import Verdict
from fleet.model.event import CheckFinished, PollStarted, Target

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = Target("d1.example").key

QUESTIONS: dict[str, Callable[[HistoryReader], object]] = {
    "last number": lambda reader: reader.last_number(),
    "checkpoints": lambda reader: list(reader.checkpoints()),
    "after": lambda reader: reader.after(3),
    "last of all": lambda reader: reader.latest(["CheckFinished", "PollStarted"]),
    "last of all before": lambda reader: reader.latest(["CheckFinished"], before=9),
    "last of one": lambda reader: reader.latest(["CheckFinished"], subject=KEY),
    "number at": lambda reader: reader.number_at(AT + timedelta(minutes=5)),
    "as of the end": lambda reader: list(reader.as_of("CheckFinished", reader.last_number())),
    "as of before": lambda reader: list(reader.as_of("CheckFinished", 5)),
}


@pytest.fixture(params=[False, True], ids=["new", "of a long life"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[History]:
    """A history; also one whose statistics SQLite knows, because plans may follow them."""
    with open_history(tmp_path / "h.sqlite", leased=True) as opened:
        for number in range(400):
            at = AT + timedelta(seconds=number)
            target = Target(f"d{number % 3}.example")
            opened.append(PollStarted(at, "dlv1"), CheckFinished(at, target, Verdict(target.domain, at, (), ())))
        opened.save_checkpoint(7, {})
        if request.param:
            opened._connection.execute("ANALYZE")
        yield opened


def plans(history: History, ask: Callable[[HistoryReader], object]) -> dict[str, list[str]]:
    """The plan of each statement that a question comes to."""
    statements: list[str] = []
    connection: sqlite3.Connection = history._connection
    connection.set_trace_callback(statements.append)
    try:
        ask(history)
    finally:
        connection.set_trace_callback(None)
    return {
        one: [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")]
        for one in statements
        if one.lstrip().startswith("SELECT")
    }


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_searches_by_an_index_and_sorts_nothing(history: History, name: str) -> None:
    found = plans(history, QUESTIONS[name])
    assert found
    for statement, plan in found.items():
        for step in plan:
            whole_table = step.startswith("SCAN") and "checkpoints" not in step and "CONSTANT ROW" not in step
            assert not whole_table, (statement, plan)
            assert "TEMP B-TREE" not in step, (statement, plan)


def test_the_last_events_of_a_type_are_found_by_its_index(history: History) -> None:
    (found,) = (
        plan for statement, plan in plans(history, QUESTIONS["last of all before"]).items() if "name" in statement
    )
    assert any("events_by_name" in step for step in found)


def test_a_history_that_is_older_than_the_index_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    open_history(path, leased=True).close()
    raw = sqlite3.connect(path)
    raw.execute("DROP INDEX events_by_name")
    raw.close()
    with open_history(path, leased=True) as history:
        (count,) = history._connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'events_by_name'"
        ).fetchone()
    assert count == 1


def test_what_was_known_at_any_moment_is_what_was_written_last_until_then(tmp_path: Path) -> None:
    """Against a second model: a dictionary that is written over."""
    written: list[tuple[int, CheckFinished]] = []
    with open_history(tmp_path / "h.sqlite", leased=True) as history:
        for number in range(40):
            target = Target(f"d{number * number % 7}.example")
            event = CheckFinished(AT + timedelta(seconds=number), target, Verdict(str(number), AT, (), ()))
            written.append((history.append(event), event))
        for limit in range(42):
            model = {event.subject: event for number, event in written if number <= limit}
            assert {one.event.subject: one.event for one in history.as_of("CheckFinished", limit)} == model
