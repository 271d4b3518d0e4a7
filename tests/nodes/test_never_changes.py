"""Nothing that this program can send changes a node, whatever profiles, names, prompts and menus say."""

import re
import string

import pytest
from every_walk import every_walk
from far_end import converse
from hostile_values import BAD, FORBIDDEN, MENU_TEXTS, PROMPTS
from hypothesis import given
from hypothesis import strategies as st
from node_examples import APPLIANCE
from random_settings import QUICK

from fleet.lab.nodes import layouts
from fleet.lab.nodes.commandline import Appliance, CommandLine
from fleet.model.observation import Sight
from fleet.nodes.commands import TABLE, Entry, Line, Place, encode
from fleet.nodes.slots import Address, Choice, ConfigPath, Domain, LogName, LookupTable, Number, Refused, Secret, Slot

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(BAD),
    st.integers(),
    st.none(),
    st.booleans(),
    st.builds(lambda text: "example.com" + text, st.text(max_size=5)),
)
_GOOD = re.compile(r"[A-Za-z0-9._:/-]*", re.ASCII)


@QUICK
@given(
    value=HOSTILE,
    slot=st.sampled_from(
        [slot for entry in TABLE.values() for slot in entry.slots if not slot.secret] + [Address(), Domain()]
    ),
)
def test_a_slot_lets_through_plain_words_or_nothing(value: object, slot: Slot) -> None:
    try:
        text = slot.encode(value)
    except Refused:
        return
    assert _GOOD.fullmatch(text)
    assert not text.startswith("-")
    assert ".." not in text.split("/")


@QUICK
@given(entry=st.sampled_from(list(TABLE.values())), values=st.lists(HOSTILE, max_size=2))
def test_whatever_fills_it_a_line_is_its_table_entry(entry: Entry, values: list[object]) -> None:
    try:
        line = encode(entry, *values)
    except Refused:
        return
    fixed = [word for word in entry.words if isinstance(word, str)]
    assert line.text.endswith(entry.end)
    assert all(word in line.text for word in fixed)
    assert line.text.count("\n") == entry.end.count("\n")
    if entry.place is not Place.LOGIN:
        assert set(line.text) <= set(string.ascii_letters + string.digits + " ._:/=,+%-\n\x03")


EVERY_SLOT = (
    Domain(),
    Address(),
    ConfigPath(("/etc/postfix",)),
    Choice(frozenset({"hash"})),
    LookupTable(Choice(frozenset({"hash"})), ConfigPath(("/etc/postfix",))),
    LogName(),
    Number(),
)


@pytest.mark.parametrize("slot", EVERY_SLOT, ids=lambda slot: type(slot).__name__)
@pytest.mark.parametrize("value", BAD, ids=repr)
def test_every_slot_refuses_every_bad_value(slot: Slot, value: object) -> None:
    if isinstance(slot, Domain) and value in {"0", "1000"}:
        assert slot.encode(value) == value  # digits are letters, digits and hyphens too
        return
    with pytest.raises(Refused):
        slot.encode(value)


def test_a_line_cannot_be_made_by_hand_nor_from_an_entry_outside_the_table() -> None:
    stranger = Entry(Place.ASYNCOS, ("commit",), "no")
    with pytest.raises(TypeError):
        Line(object(), stranger, "commit\n")
    with pytest.raises(Refused):
        encode(stranger)


def test_no_entry_of_the_table_changes_a_node() -> None:
    for entry in TABLE.values():
        words = {word.lower() for word in entry.words if isinstance(word, str)}
        assert not words & set(FORBIDDEN), entry
        assert not any(re.search(r"[;&|<>$`'\"\\(){}*?!~#\n\r]", word) for word in words), entry


def test_every_walk_sends_entries_of_the_table_only() -> None:
    known = list(TABLE.values())
    for walk in every_walk():
        for entry in (walk.start, *(turn.send for turn in walk.turns)):
            assert any(entry is row for row in known)


@pytest.mark.parametrize(
    ("slot", "value", "text"),
    [
        (Domain(), "Example.COM", "example.com"),
        (Address(), "2001:DB8::1", "2001:db8::1"),
        (ConfigPath(("/etc/postfix",)), "/etc/postfix/sub/tls_policy", "/etc/postfix/sub/tls_policy"),
        (Choice(frozenset({"hash"})), "hash", "hash"),
        (
            LookupTable(Choice(frozenset({"hash"})), ConfigPath(("/etc/postfix",))),
            "hash:/etc/postfix/a",
            "hash:/etc/postfix/a",
        ),
        (LogName(), "mail_logs", "mail_logs"),
        (Number(), 7, "7"),
        (Secret(), "correct horse", "correct horse"),
    ],
)
def test_what_a_slot_is_for_passes(slot: Slot, value: object, text: str) -> None:
    assert slot.encode(value) == text


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(Refused) as refusal:
        Secret().encode("hunter2\nrm")
    assert "hunter2" not in str(refusal.value)


KNOWN_LINES = {
    entry.glue.join(word for word in entry.words if isinstance(word, str)) + entry.end
    for entry in TABLE.values()
    if entry.place is Place.ASYNCOS and not entry.slots
}


@QUICK
@given(replies=st.lists(st.tuples(MENU_TEXTS, PROMPTS), min_size=1, max_size=12))
def test_whatever_an_appliance_prints_only_table_lines_leave_and_never_commit(
    replies: list[tuple[list[str], str]],
) -> None:
    coming = iter(replies * 8)

    def answer(_sent: str) -> str:
        lines, prompt = next(coming, ([], ""))
        return "\r\n".join([*lines, prompt])

    sent = converse(answer, "welcome\r\ngw1> ").sent
    for line in sent:
        assert line in KNOWN_LINES or re.fullmatch(r"[1-9][0-9]{0,2}\n", line), line
        assert not any(word in line.lower() for word in FORBIDDEN)


@QUICK
@given(
    domain=st.text(string.printable, max_size=30),
    profile=st.text(string.printable, max_size=20),
    menu=st.sampled_from(["- COMMIT - Commit changes.", "- NEW - x", "Commit? [Y]> ", "(y/n)"]),
)
def test_hostile_names_inside_an_honest_session_change_nothing(domain: str, profile: str, menu: str) -> None:
    line = CommandLine(Appliance(APPLIANCE, variant=0), rows=10_000)

    def answer(sent: str) -> str:
        return line.feed(sent).replace("ietf.org", domain).replace("RELAYLIST", profile).replace("- CLEAR", menu)

    converse(answer, line.greeting())
    assert line.changed == []


@QUICK
@given(
    question=st.text(string.ascii_letters + " ?:!", min_size=1, max_size=40),
    default=st.sampled_from(["Y", "N", "1", "commit", "x"]),
)
def test_an_unexpected_prompt_gets_ctrl_c_and_is_the_last_thing_sent(question: str, default: str) -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    asked = False

    def answer(sent: str) -> str:
        nonlocal asked
        if sent.startswith("smtproutes"):
            asked = True
            return f"smtproutes\r\nThe {question}\r\nreally [{default}]> "
        return "^C\r\n" + line.appliance.prompt if asked and sent == "\x03" else line.feed(sent)

    far = converse(answer, line.greeting())
    assert far.sent[-2:] == ["smtproutes\n", "\x03"]
    assert far.observation.unit("controls").sight is Sight.SEEN


@pytest.mark.parametrize(
    ("command", "question"),
    [
        ("destconfig", "Do you want to remove the domain? [Y]> "),
        ("destconfig", "Which domain do you want to remove? []> "),
        ("DETAIL", "Delete the domain now? [Y]> "),
        ("LIST", "Enter the domain to delete.\r\n[]> "),
        ("listenerconfig", "This could take a while. Delete all listeners? [N]> "),
        ("HOSTACCESS", "Resetting could take a while. Continue? [N]> "),
        ("showconfig", "1. Unmask passwords\r\n2. Mask passwords\r\n[1]> "),
        ("showconfig", "Load the configuration? [Y]> "),
        ("showconfig", "Do you want to unmask the passwords? [N]> "),
        ("showconfig", "Do not mask the passwords? [N]> "),
        ("destconfig", "Enter the domain name you wish to see. []> "),
        ("LIST", "Enter the domain name you wish to see. []> "),
        ("HOSTACCESS", "This could take a while. Do you want to continue? [N]> "),
    ],
)
def test_a_question_like_an_expected_one_at_the_wrong_place_gets_ctrl_c(command: str, question: str) -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    asked = False

    def answer(sent: str) -> str:
        nonlocal asked
        if sent.strip() == command:
            asked = True
            return f"{command}\r\n{question}"
        return "^C\r\n" + line.appliance.prompt if asked and sent == "\x03" else line.feed(sent)

    sent = converse(answer, line.greeting()).sent
    assert asked
    assert sent[sent.index(command + "\n") + 1 :] == ["\x03"]


def test_the_lab_would_notice_a_change() -> None:
    """The watcher of the tests above can see: otherwise they would prove nothing."""
    line = CommandLine(Appliance(APPLIANCE))
    line.feed("destconfig\nNEW\n")
    line.feed("\n")
    line.feed("commit\n")
    assert line.changed == ["NEW", "commit"]
    assert layouts.DESTCONFIG
