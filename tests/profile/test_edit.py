"""Edits change what they say and nothing else: values, comments and layout of the rest stay as they are."""

from collections import Counter
from typing import Any

import pytest
import tomli
from documents import documents
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from fleet.errors import UsageError
from fleet.model.finding import Edit
from fleet.profile import edit
from fleet.profile.scan import scan

PROFILE = """# The fleet.
format = "fleet-profile/1"  # one

[tiers.edge] # outside
delivers_to = ["internet"]
resolvers = [
  { address = "192.0.2.53", kind = "validates" }, # first
  { address = "192.0.2.54" }, # second
]
ssh.user = "fleet"

# Careful first step.
[tiers.edge.destination_controls."ietf.org"]
dane = "opportunistic" # checked in May

[nodes.gw1]
tier = "edge"
"""


def after(path: tuple[str | int, ...], value: Any, text: str = PROFILE) -> str:
    return edit(text, [Edit(path, value)])


def changed_lines(new: str, old: str = PROFILE) -> tuple[list[str], list[str]]:
    """Lines that are gone, and lines that are new."""
    gone, come = Counter(old.split("\n")), Counter(new.split("\n"))
    return sorted((gone - come).elements()), sorted((come - gone).elements())


def test_a_value_is_replaced_where_it_stands() -> None:
    new = after(("tiers", "edge", "destination_controls", "ietf.org", "dane"), "mandatory")
    assert changed_lines(new) == (
        ['dane = "opportunistic" # checked in May'],
        ['dane = "mandatory" # checked in May'],
    )


def test_a_name_is_found_in_another_spelling() -> None:
    new = after(("tiers", "edge", "destination_controls", "IETF.org", "dane"), "none")
    assert 'dane = "none" # checked in May' in new


def test_a_new_key_goes_below_the_last_one_of_its_table() -> None:
    new = after(("nodes", "gw1", "version"), "15.0.0")
    assert new == PROFILE + 'version = "15.0.0"\n'


def test_a_new_key_goes_beside_its_dotted_siblings() -> None:
    new = after(("tiers", "edge", "ssh", "port"), 2222)
    assert 'ssh.user = "fleet"\nssh.port = 2222\n' in new


def test_a_new_table_gets_a_header_after_its_relatives() -> None:
    new = after(("tiers", "edge", "destination_controls", "example.com", "dane"), "none")
    assert '# checked in May\n\n[tiers.edge.destination_controls."example.com"]\ndane = "none"\n\n[nodes.gw1]' in new


def test_a_key_of_a_table_without_header_gets_one() -> None:
    new = after(("tiers", "edge", "destination_controls", "default"), "x")
    assert '[tiers.edge.destination_controls]\ndefault = "x"\n' in new


def test_a_new_key_enters_its_inline_table() -> None:
    new = after(("tiers", "edge", "resolvers", 1, "priority"), 1)
    assert changed_lines(new)[1] == ['  { address = "192.0.2.54", priority = 1 }, # second']


def test_a_removed_key_leaves_its_comment() -> None:
    new = after(("tiers", "edge", "destination_controls", "ietf.org", "dane"), None)
    assert changed_lines(new) == (['dane = "opportunistic" # checked in May'], ["# checked in May"])


def test_a_removed_table_leaves_the_table_around_it_and_all_comments() -> None:
    new = after(("tiers", "edge", "destination_controls", "ietf.org"), None)
    assert changed_lines(new)[1] == ["# checked in May", "[tiers.edge.destination_controls]"]


def test_a_removed_element_takes_one_comma() -> None:
    first = after(("tiers", "edge", "resolvers", 0), None)
    assert tomli.loads(first)["tiers"]["edge"]["resolvers"] == [{"address": "192.0.2.54"}]
    assert "# first" in first
    last = after(("tiers", "edge", "resolvers", 1), None)
    assert '{ address = "192.0.2.53", kind = "validates" }, # second' in last


def test_the_only_section_of_an_array_leaves_nothing_but_its_comments() -> None:
    text = PROFILE + '\n[[suppressions]] # soon over\ncode = "DNS401"\n'
    assert after(("suppressions", 0), None, text) == PROFILE + "\n# soon over\n"


def test_a_replaced_array_keeps_the_comments_inside_it_above() -> None:
    new = after(("tiers", "edge", "resolvers"), ("a",))
    assert '# first\n# second\nresolvers = ["a"]\n' in new


def test_many_edits_are_made_in_their_order() -> None:
    edits = [
        Edit(("nodes", "gw1", "tier"), "inner"),
        Edit(("nodes", "gw1", "tier"), "edge2"),
        Edit(("tiers", "edge2", "delivers_to"), ()),
        Edit(("tiers", "edge2", "delivers_to"), ("internet",)),
        Edit(("tiers", "edge", "ssh", "user"), "reader"),
    ]
    new = edit(PROFILE, edits)
    assert changed_lines(new)[1] == sorted(
        ['tier = "edge2"', "", "[tiers.edge2]", 'delivers_to = ["internet"]', 'ssh.user = "reader"']
    )


def test_what_is_so_already_changes_not_an_octet() -> None:
    edits = [Edit(("tiers", "edge", "delivers_to"), ("internet",)), Edit(("nodes", "gw2"), None)]
    assert edit(PROFILE, edits) == PROFILE


def test_windows_line_ends_and_a_byte_order_mark_stay() -> None:
    text = "\ufeff" + PROFILE.replace("\n", "\r\n")
    new = edit(text, [Edit(("nodes", "gw1", "version"), "15.0.0"), Edit(("tiers", "edge", "x", "y"), 1)])
    assert new.startswith("\ufeff#")
    assert new.count("\n") == new.count("\r\n")


def test_a_file_without_a_last_line_end_gets_one() -> None:
    assert after(("a",), 2, "a = 1") == "a = 2"
    assert after(("b",), 2, "a = 1 # one") == "a = 1 # one\nb = 2\n"
    assert after(("x", "b"), 2, "# only words") == "[x]\nb = 2\n# only words"


@pytest.mark.parametrize(
    ("path", "value"),
    [(("tiers", "edge", "delivers_to", "x"), 1), (("nodes",), 1), (("nodes", "gw1", "tier", "x"), 1)],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(path: tuple[str, ...], value: int) -> None:
    with pytest.raises(UsageError):
        after(path, value)


def test_an_edit_that_would_say_something_else_is_refused_and_changes_nothing() -> None:
    with pytest.raises(UsageError, match="change it by hand"):
        after(("a", 0, "b", "new"), 1, "[[a]]\n[a.b.c]\n[[a]]\n")


def test_a_text_that_is_no_toml_is_not_edited() -> None:
    with pytest.raises(UsageError, match="no TOML"):
        after(("a",), 1, "a = ")


# ---------------------------------------------------------------- held to a second reading of what an edit means

VALUES = st.sampled_from(["text", 'a "b"\n', 7, True, ("x", "y"), (), "é\x1b"])
NEW = st.sampled_from(["new", "x.y", "a", "b", "#", "é"])


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for key, item in items for below in paths_of(item, (*path, key)))]


def expected(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """The plain meaning of an edit, by mutation of a fresh copy."""
    *way, last = path
    place = data
    for key in way:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    if value is not None:
        place[last] = list(value) if isinstance(value, tuple) else value
    elif last in place or isinstance(last, int):
        del place[last]
    return data


def comments(text: str) -> Counter[str]:
    return Counter(text[start:end] for start, end in scan(text).comments)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_result_means_exactly_the_change_and_every_comment_survives(data: st.DataObject) -> None:
    text = data.draw(documents())
    before = tomli.loads(text)
    path = data.draw(st.sampled_from(paths_of(before)))
    kind = data.draw(st.sampled_from(["set", "add", "add table", "remove"]))
    place: Any = before
    for key in path:
        place = place[key]
    if kind.startswith("add"):
        assume(isinstance(place, dict))
        path = (*path, *data.draw(st.lists(NEW, min_size=1, max_size=1 if kind == "add" else 3)))
    assume(path)
    value = None if kind == "remove" else data.draw(VALUES)
    try:
        wanted = expected(tomli.loads(text), path, value)
    except (TypeError, AttributeError):
        assume(False)
    try:
        new = edit(text, [Edit(path, value)])
    except UsageError:
        event(f"refused: {kind}")
        return
    event(f"made: {kind}")
    if value is None and isinstance(path[-1], int) and repr_sorted(tomli.loads(new)) != repr_sorted(wanted):
        wanted = expected(tomli.loads(text), path[:-1], None)  # the last [[section]]: no line is left to hold the array
        assert "[[" in text
    assert repr_sorted(tomli.loads(new)) == repr_sorted(wanted)
    assert comments(new) == comments(text)
    if value is not None or not isinstance(path[-1], int):  # without its first element an array has another first
        assert edit(new, [Edit(path, value)]) == new


def repr_sorted(value: Any) -> str:
    if isinstance(value, dict):
        return repr([(key, repr_sorted(value[key])) for key in sorted(value)])
    return repr([repr_sorted(item) for item in value]) if isinstance(value, list) else repr(value)
