"""Every entry of the table of commands and every walk, found by looking, against hostile values and hostile far ends.

Whoever adds a command or a walk has it tested here without a word: nothing is listed by hand.
"""

import asyncio
import re
import string

import pytest
from every_walk import GOOD, every_walk, fixed, made
from far_end import FAST, Scripted
from hostile_values import BAD, FORBIDDEN, MENU_TEXTS, PROMPTS
from hypothesis import example, given
from hypothesis import strategies as st
from random_settings import QUICK

from fleet.errors import RemoteError
from fleet.nodes.asyncos.session import Declined, Session, Walk
from fleet.nodes.commands import TABLE, Entry, Place, encode
from fleet.nodes.slots import Domain, Refused, Slot

ENTRIES = list(TABLE.items())
SLOTS = [(f"{name} {at}", slot) for name, entry in ENTRIES for at, slot in enumerate(entry.slots) if not slot.secret]
ODD = (
    "\n\r\x00\x03\x1b\x85 \t;|&$`'\"\\<>(){}*?!~#@%,=+^[]/:_.-1"
    "\uff11\u00b2\u0661\u00e9\u00df\u212a\u017f\u3002\u2024\u2010\u200b\u202e\u2028"
)
"""Characters that end, quote, look like or hide others: full-width one, Kelvin sign, long s, ideographic full stop."""
SPELLINGS = (
    "example.com",
    "xn--bcher-kva.example",
    "192.0.2.1",
    "2001:db8::1",
    "/etc/postfix/tls_policy",
    "/usr/local/etc/postfix/a/b",
    "hash:/etc/postfix/transport",
    "texthash:/etc/postfix/transport",
    "/var/log/exim4/mainlog",
    "mail_logs",
    "7",
)


@st.composite
def almost_good(draw: st.DrawFn) -> str:
    """A good value with one thing wrong: a character too many, exchanged or gone, or another case."""
    text = draw(st.sampled_from(SPELLINGS))
    at = draw(st.integers(0, len(text)))
    odd = draw(st.sampled_from([*ODD, "..", "/../", "\n commit", "$(id)", ""]))
    return text[:at] + odd + text[at + draw(st.integers(0, 1)) :]


VALUES = st.one_of(almost_good(), st.sampled_from(BAD), st.text(max_size=300), st.integers(), st.none(), st.floats())
_FILLED = r"[A-Za-z0-9_][A-Za-z0-9._:/-]*"


def allowed(entry: Entry) -> re.Pattern[str]:
    """What a line of ``entry`` may be: its own words, and in each gap a plain word or path."""
    gap = f"(?:{_FILLED}|/{_FILLED}|::[A-Za-z0-9.:]*)"
    words = (re.escape(word) if isinstance(word, str) else gap for word in entry.words)
    return re.compile(re.escape(entry.glue).join(words) + re.escape(entry.end), re.ASCII)


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _entry in ENTRIES])
def test_an_entry_filled_with_anything_is_itself_or_refused(name: str, entry: Entry) -> None:
    if entry.place is Place.LOGIN:
        return  # a password may hold anything printable; it answers a login question and stands in no command

    @QUICK
    @given(values=st.lists(VALUES, min_size=len(entry.slots), max_size=len(entry.slots)))
    @example(values=list(SPELLINGS[: len(entry.slots)]))
    def holds(values: list[object]) -> None:
        try:
            line = encode(entry, *values)
        except Refused:
            return
        assert allowed(entry).fullmatch(line.text), (name, line.text)
        assert ".." not in line.text.split("/")

    holds()
    with pytest.raises(Refused, match="were given"):
        encode(entry, *["example.com"] * (len(entry.slots) + 1))


@pytest.mark.parametrize(("name", "slot"), SLOTS, ids=[name for name, _slot in SLOTS])
def test_a_slot_of_the_table_takes_something_and_none_of_the_bad_values(name: str, slot: Slot) -> None:
    assert any(_takes(slot, value) for value in (*SPELLINGS, *SPELLINGS[-1:], 7)), name
    taken = [value for value in BAD if _takes(slot, value)]
    assert taken == (["0", "1000"] if isinstance(slot, Domain) else []), name


def _takes(slot: Slot, value: object) -> bool:
    try:
        slot.encode(value)
    except Refused:
        return False
    return True


@QUICK
@given(text=st.one_of(almost_good(), st.text("abz019-.", min_size=1, max_size=280)))
@example(text="a" * 63 + ".example")
@example(text="a" * 64 + ".example")
@example(text=".".join(["a" * 49] * 5) + ".abc")
@example(text=".".join(["a" * 49] * 5) + ".abcd")
@example(text="")
@example(text="a.")
@example(text="\u212a.example")
def test_a_domain_is_what_the_second_model_calls_one(text: str) -> None:
    labels = text.split(".")
    letters = set(string.ascii_letters + string.digits + "-")
    good = len(text) <= 253 and all(
        1 <= len(label) <= 63 and set(label) <= letters and label[0] != "-" != label[-1] for label in labels
    )
    assert _takes(Domain(), text) == good


def test_no_word_of_the_table_changes_a_node() -> None:
    for name, entry in ENTRIES:
        words = {part.lower() for word in entry.words if isinstance(word, str) for part in word.split()}
        assert not words & set(FORBIDDEN), name


def test_every_walk_is_found_and_made_of_entries_of_the_table() -> None:
    found = every_walk()
    assert len(fixed()) >= 8
    assert len(found) > len(fixed())
    for walk in found:
        for entry in (walk.start, *(turn.send for turn in walk.turns)):
            assert any(entry is known for known in TABLE.values())
            assert entry.place is Place.ASYNCOS


def say(walk: Walk, replies: list[tuple[list[str], str]]) -> list[str]:
    """What is sent to an appliance that greets honestly and then answers like that."""
    coming = iter(replies * 8)

    def answer(_sent: str) -> str:
        lines, prompt = next(coming, ([], ""))
        return "\r\n".join([*lines, prompt])

    terminal = Scripted(answer, "welcome\r\ngw1> ")

    async def run() -> None:
        session = Session(terminal, "gw1", FAST)
        try:
            await session.start()
            await session.walk(walk)
        except (RemoteError, Declined, Refused):
            return

    asyncio.run(asyncio.wait_for(run(), 20))
    return terminal.sent


def assert_harmless(walk: Walk, sent: list[str]) -> None:
    entries = [walk.start, *(turn.send for turn in walk.turns), TABLE["ABORT"], TABLE["NEXT_PAGE"]]
    for line in sent:
        assert any(allowed(entry).fullmatch(line) for entry in entries), line
        assert not set(re.findall(r"[a-z]+", line.lower())) & set(FORBIDDEN)
    if "\x03" in sent:
        assert sent.index("\x03") == len(sent) - 1, "Ctrl-C is the last thing that is sent"


@QUICK
@given(walk=st.sampled_from(every_walk()), replies=st.lists(st.tuples(MENU_TEXTS, PROMPTS), min_size=1, max_size=12))
def test_whatever_comes_a_walk_sends_its_own_entries_and_ends_with_ctrl_c(
    walk: Walk, replies: list[tuple[list[str], str]]
) -> None:
    assert_harmless(walk, say(walk, replies))


@pytest.mark.parametrize("walk", every_walk(), ids=lambda walk: str(walk.start))
@pytest.mark.parametrize(
    "question",
    [
        "Do you want to commit your changes? [Y]> ",
        "Enter the domain to delete. []> ",
        "Which listener shall be deleted?\r\n1. all\r\n[1]> ",
        "Reset the interface? [Y]> ",
        "Clear the queue of this destination? [N]> ",
        "Password: []> ",
    ],
)
def test_no_walk_answers_a_question_that_is_about_more_than_showing(walk: Walk, question: str) -> None:
    sent = say(walk, [([], question)])
    assert sent[1:] == ["\x03"], sent


@QUICK
@given(maker=st.sampled_from(list(made())), value=VALUES, place=st.integers(0, 3))
def test_a_walk_made_for_a_hostile_value_sends_nothing_of_it(
    maker: "tuple[object, tuple[type, ...]]", value: object, place: int
) -> None:
    make, kinds = maker
    walk: Walk = make(*(value if at == place % len(kinds) else GOOD[kind] for at, kind in enumerate(kinds)))  # type: ignore[operator]
    sent = say(walk, [(["Choose the operation you want to perform:", "- EDIT - Edit."], "[]> "), (["domain"], "[]> ")])
    assert_harmless(walk, sent)
