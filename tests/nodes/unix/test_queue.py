"""Queue listings are counted by domain, held to a simple second model; what is not understood is counted as unread."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.nodes.unix import queue
from fleet.nodes.unix.queue import EximCounter, Feed, PostfixCounter, count_lines

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DOMAINS = st.sampled_from(["ietf.org", "IETF.org", "a.example", "b.example", "bücher.example"])
MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["active", "deferred", "incoming", "hold"]),
        st.integers(1, int(NOW.timestamp())),
        st.lists(DOMAINS, min_size=1, max_size=4),
    ),
    max_size=30,
)
A_LABELS = {"IETF.org": "ietf.org", "bücher.example": "xn--bcher-kva.example"}


def message(name: str, arrived: int, domains: list[str]) -> str:
    people = [{"address": f'"odd @ person"@{one}', "delay_reason": "x@y"} for one in domains]
    return json.dumps({"queue_name": name, "arrival_time": arrived, "recipients": people, "sender": "boss@c.example"})


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES, cut=st.integers(1, 50))
def test_postfix_is_counted_as_a_list_of_recipients_would_be(
    messages: list[tuple[str, int, list[str]]], cut: int
) -> None:
    counter = PostfixCounter()
    feed = Feed(counter)
    text = "".join(message(*one) + "\n" for one in messages).encode()
    for at in range(0, len(text), cut):
        feed.take(text[at : at + cut])
    feed.end()
    found = counter.count.queue("gw1", NOW, "postqueue -j")
    flat = [(A_LABELS.get(one, one), at, name) for name, at, domains in messages for one in domains]
    expected = Counter(domain for domain, _at, name in flat if name != "hold")
    assert {one.domain: one.recipients for one in found.waiting} == expected
    for one in found.waiting:
        oldest = min(at for domain, at, name in flat if domain == one.domain and name != "hold")
        assert one.oldest == datetime.fromtimestamp(oldest, UTC)
    assert found.on_hold == sum(name == "hold" for _domain, _at, name in flat)
    assert found.complete


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.text(max_size=60), max_size=10))
def test_no_text_ends_a_count_and_none_of_it_is_kept(lines: list[str]) -> None:
    for counter in (PostfixCounter(), EximCounter(NOW)):
        found = count_lines(counter, lines).queue("gw1", NOW, "x")
        assert found.complete is not bool(found.unread)


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "null", '{"recipients": 3}', '{"recipients": [{"address": 5}]}', "Mail queue is empty",
        '{"recipients": [{"address": "a@b..c"}]}', "[" * 5000,
    ],
)  # fmt: skip
def test_a_line_that_is_not_understood_makes_the_count_incomplete(line: str) -> None:
    found = count_lines(PostfixCounter(), [line]).queue("gw1", NOW, "postqueue -j")
    assert found.unread == 1
    assert found.of("ietf.org") is None  # not "none waits"


def test_exim_lists_frozen_mail_delivered_recipients_and_ages() -> None:
    text = """\
25m  2.9K 1t5C6f-0000c8-00 <alice@wonderland.example>
          red.king@looking-glass.example
          white.queen@looking-glass.example

 4d  1.2K 1t5C6f-000000000c8-0000 <> *** frozen ***
          gone@nowhere.example

 2h       1t5C6g-0000c8-00 <bob@c.example>
        D done@ietf.org
        +D also.done@ietf.org
          open@ietf.org
"""
    count = count_lines(EximCounter(NOW), text.split("\n"))
    found = count.queue("gw1", NOW, "exim -bpru")
    assert {one.domain: one.recipients for one in found.waiting} == {"looking-glass.example": 2, "ietf.org": 2}
    assert found.on_hold == 1
    assert found.unread == 0
    ages = {one.domain: NOW - one.oldest for one in found.waiting if one.oldest}
    assert ages == {"looking-glass.example": timedelta(minutes=25), "ietf.org": timedelta(hours=2)}


def test_the_time_in_a_messages_number_counts_only_where_the_age_printed_agrees() -> None:
    """An age below two hours is printed in minutes: a number that says twenty more is another's."""
    listed = "90m  1K 1t5C6f-0000c8-00 <a@c.example>\n          b@ietf.org\n"
    made = datetime.fromtimestamp(int_of("1t5C6f"), UTC)
    near, far = made + timedelta(minutes=90, seconds=50), made + timedelta(minutes=110)
    for now, oldest in ((near, made), (far, far - timedelta(minutes=90))):
        (one,) = count_lines(EximCounter(now), listed.split("\n")).queue("gw1", now, "exim -bpru").waiting
        assert one.oldest == oldest


def int_of(text: str) -> int:
    number = 0
    for digit in text:
        number = number * 62 + queue._DIGITS.index(digit)
    return number


def test_a_line_without_end_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LONGEST_LINE", 100)
    counter = PostfixCounter()
    feed = Feed(counter)
    for _ in range(50):
        feed.take(b"x" * 64)
    feed.take(b"\n" + message("active", 5, ["ietf.org"]).encode() + b"\n")
    feed.end()
    assert counter.count.unread == 1
    assert counter.count.domains["ietf.org"][0] == 1
