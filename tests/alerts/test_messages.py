"""Messages say what happens to mail, and nothing a stranger wrote becomes a link, a mention, markup or a line."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from fleet.alerts import Alert, Kind, Message, Notice, Phase, Reading, Standing, message_of
from fleet.alerts.messages import MOST_LINES, defused
from fleet.model.alerts import Condition

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "&lt;b&gt;",
    "[click](https://evil.example/)",
    "https://evil.example/",
    "@everyone <!channel> <@U123> @here",
    "**bold** __under__ ~~gone~~ `code` ```",
    "||spoiler||",
    "a\r\nBcc: everyone@example.com\r\n\r\nbody",
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J",
    "\u202etxt.exe\u200b",
    "line\nFIRING mail-stopped since ever: forged",
    "=cmd|' /C calc'!A0",
)


def notice(sentence: str, kind: Kind = Kind.FIRING, object_: str = "destination x.example", **more: object) -> Notice:
    reading = Reading(Condition.MAIL_STOPPED, object_, Standing.BAD, sentence, **more)  # type: ignore[arg-type]
    return Notice(kind, AT, Alert(reading, AT, AT, Phase.FIRING))


def test_a_message_reads_like_this() -> None:
    said = notice("mail to x.example is held in the queue until its bounce timer ends", nodes=("dlv1", "dlv2"))
    over = notice("mail to y.example is held", Kind.RESOLVED, "destination y.example")
    assert message_of("example.com", [over, said]) == Message(
        "fleet example.com: firing: mail-stopped destination x.example, and 1 more",
        "FIRING mail-stopped since 2026-11-25 12:00 UTC: "
        "mail to x.example is held in the queue until its bounce timer ends\n"
        "RESOLVED mail-stopped at 2026-11-25 12:00 UTC: it is over that mail to y.example is held\n",
    )


def test_the_worst_comes_first_and_what_is_too_much_is_counted() -> None:
    many = [notice(f"number {at}", Kind.RESOLVED) for at in range(50)]
    message = message_of("f", [*many, notice("stopped", severe=True)])
    lines = message.body.splitlines()
    assert lines[0].endswith("stopped")
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {51 - MOST_LINES} more: fleet watch shows them all"
    assert message.severe
    assert not message.good
    assert message_of("f", many).good


def test_of_what_fires_what_stops_mail_comes_first() -> None:
    both = [notice("a finding"), notice("stopped", severe=True)]
    assert message_of("f", both).body.splitlines()[0].endswith("stopped")
    assert message_of("f", both[::-1]).body.splitlines()[0].endswith("stopped")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(hostile: str) -> None:
    message = message_of(hostile, [notice(hostile, object_=hostile), notice("x", nodes=(hostile,), destination="d")])
    for text in (message.title, message.body):
        assert not re.search(r"[<>@\[\]`*~|&#\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", text), text
        assert "://" not in text
        assert "__" not in text
    assert "\n" not in message.title
    assert len(message.body.splitlines()) == 2


@given(st.text())
def test_any_text_becomes_one_line_of_printable_characters(text: str) -> None:
    line = defused(text)
    assert line.isprintable()
    assert not set("<>@[]`*~|&#") & set(line)
    assert len(line.splitlines()) <= 1
