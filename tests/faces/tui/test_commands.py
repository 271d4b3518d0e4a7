"""The ``:`` line: no text raises, problems have a position, completions are commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.faces.tui.actions import ACTIONS, Action, Kind
from fleet.faces.tui.actions.commands import COMMANDS, Command, CommandProblem, complete, hint_for, parse_command


def names(kind: Kind) -> tuple[str, ...]:
    return {Kind.NODE: ("gw1", "gw2"), Kind.DESTINATION: ("ietf.org",), Kind.COLUMN: ("name", "state")}.get(kind, ())


@pytest.mark.parametrize(
    ("line", "identity", "arguments"),
    [
        ("q", "leave", ()),
        ("q!", "quit_now", ()),
        ("  node   gw3 ", "go_node", ("gw3",)),
        ("check", "check", ()),
        ("check a.example  b.example", "check", ("a.example", "b.example")),
        ("set interval 30", "interval", ("30",)),
        ("ack 7d moving  house", "acknowledge", ("7d", "moving  house")),
        ("export csv /tmp/a b.csv", "export", ("csv", "/tmp/a b.csv")),
        ("filter state:held !ietf", "filter", ("state:held !ietf",)),
    ],
)
def test_a_line_is_an_action_with_arguments(line: str, identity: str, arguments: tuple[str, ...]) -> None:
    found = parse_command(line)
    assert isinstance(found, Command)
    assert (found.action.id, found.arguments) == (identity, arguments)


@pytest.mark.parametrize(
    ("line", "position", "words"),
    [
        ("chek", 0, "Did you mean check?"),
        ("  zzzz", 2, 'No command "zzzz".'),
        ("node", 4, "Usage: :node NODE"),
        ("ack 7d", 6, "Usage: :ack UNTIL REASON"),
        ("down 3", 5, "Too much. Usage: :down"),
        ("export png", 7, "none of md, csv, json, jsonl, svg"),
        ("interval soon", 9, "no number of seconds"),
        ("interval 0", 9, "no number of seconds"),
        ("interval 1\u0662", 9, "no number of seconds"),
        ("\x1b[31m", 0, "\\x1b[31m"),
    ],
)
def test_a_wrong_line_says_where_and_why(line: str, position: int, words: str) -> None:
    found = parse_command(line)
    assert isinstance(found, CommandProblem)
    assert found.position == position
    assert words in found.sentence


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("chec", ["check", "check-all"]),
        ("node ", ["node gw1", "node gw2"]),
        ("node gw1", []),
        ("check ie", ["check ietf.org"]),
        ("check a ie", ["check a ietf.org"]),
        ("columns name st", ["columns name state"]),
        ("export c", ["export csv"]),
        ("copy e", ["copy evidence"]),
        ("down ", []),
        ("set int", ["set interval"]),
    ],
)
def test_completions(line: str, lines: list[str]) -> None:
    assert complete(line, names) == lines


@given(st.one_of(st.text(max_size=30), st.tuples(st.sampled_from(COMMANDS), st.text(max_size=20)).map(
    lambda found: f"{found[0][0]} {found[1]}"
)))  # fmt: skip
def test_no_line_raises(line: str) -> None:
    found = parse_command(line)
    if isinstance(found, CommandProblem):
        assert 0 <= found.position <= len(line)
        assert found.sentence.isprintable()
    assert all(isinstance(one, str) for one in complete(line, names))


def test_whoever_writes_a_command_is_told_how_it_goes_on() -> None:
    assert hint_for("ack ") == ":ack UNTIL REASON, such as 7d their postmaster knows"
    assert hint_for("set interval 3").startswith(":interval SECONDS, such as ")
    assert hint_for("node") == ":node NODE"
    assert [hint_for(line) for line in ("", "validate", "nothing such")] == ["", "", ""]


@pytest.mark.parametrize("row", [one for one in ACTIONS if one.example], ids=lambda row: row.id)
def test_an_example_is_a_command(row: Action) -> None:
    found = parse_command(f"{row.command} {row.example}")
    assert isinstance(found, Command)
    assert len(hint_for(f"{row.command} ")) < 79, "it fits the narrow screen of every day"
