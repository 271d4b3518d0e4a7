"""SMTP replies as servers really send them, and streams that never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.dane.smtp_reply import ReplyError, ReplyLimits, ReplyParser
from fleet.errors import FailureKind

LIMITS = ReplyLimits()


def read(data, limits=LIMITS):
    parser = ReplyParser(limits)
    parser.feed(data)
    return parser.next()


def test_a_reply_of_one_line():
    reply = read(b"220 mx.example.org ESMTP\r\n")
    assert (reply.code, reply.text) == (220, "220 mx.example.org ESMTP")


def test_a_reply_of_several_lines_offers_what_its_later_lines_begin_with():
    reply = read(b"250-STARTTLS.example greets you\r\n250-SIZE 1000\r\n250-starttls\r\n250 8BITMIME\r\n")
    assert reply.keywords == {"SIZE", "STARTTLS", "8BITMIME"}


def test_the_name_of_the_server_is_not_an_extension():
    assert read(b"250-STARTTLS\r\n250 SIZE\r\n").keywords == {"SIZE"}


def test_a_reply_is_not_over_before_its_last_line():
    parser = ReplyParser()
    for octet in b"250-a\r\n250 b\r":
        parser.feed(bytes([octet]))
        assert parser.next() is None
    assert parser.partial == "250-a\n250 b\r"
    parser.feed(b"\n")
    assert parser.next().lines == ("250-a", "250 b")
    assert parser.partial == ""


def test_what_follows_a_reply_is_surplus():
    parser = ReplyParser()
    parser.feed(b"220 go ahead\r\n250 injected\r\n")
    assert parser.next().code == 220
    assert parser.surplus == b"250 injected\r\n"
    assert parser.next().code == 250
    assert parser.surplus == b""


@pytest.mark.parametrize(
    "data", [b"220\r\n", b"220 \n", b"220-\r\n220\n", b"220 \xff\xfe caf\xc3\xa9\r\n", b"220 a\r\r\n"]
)
def test_odd_but_readable_replies_pass(data):
    assert read(data).code == 220


def test_octets_that_are_no_utf8_are_kept():
    assert read(b"220 \xff\r\n").text.encode("utf-8", "surrogateescape") == b"220 \xff"


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"hello\r\n",
        b"22 x\r\n",
        b"220x\r\n",
        b"099 x\r\n",
        b"999 x\r\n",
        "２２０ x\r\n".encode(),
        b"SSH-2.0\n",
    ],
)
def test_a_line_that_is_no_reply_is_malformed(data):
    with pytest.raises(ReplyError) as failed:
        read(data)
    assert failed.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (b"220 " + b"x" * 5000, ReplyLimits()),
        (b"220 " + b"x" * 5000 + b"\r\n", ReplyLimits()),
        (b"220-x\r\n" * 200, ReplyLimits()),
        (b"220-x\r\n" * 20, ReplyLimits(octets=100)),
    ],
)
def test_a_reply_without_end_reaches_a_limit(data, limits):
    with pytest.raises(ReplyError) as failed:
        read(data, limits)
    assert failed.value.kind is FailureKind.LIMIT


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_no_bytes_make_it_fall_over(parts):
    parser = ReplyParser(ReplyLimits(line_octets=40, lines=5, octets=100))
    for part in parts:
        parser.feed(part)
        try:
            while reply := parser.next():
                assert 200 <= reply.code <= 599
        except ReplyError:
            return
