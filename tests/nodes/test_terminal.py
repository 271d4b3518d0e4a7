"""What a terminal shows of odd bytes, and where a session waits for a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_settings import QUICK

from fleet.nodes.terminal import PAGER, last_line, rendered, without_echo

MORE = "-Press Any Key For More-"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("one\r\r\ntwo\r\n", "one\ntwo\n"),
        (f"{MORE}\r{' ' * len(MORE)}\rnext line\r\n", "next line\n"),
        ("abc\rX", "Xbc"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]52;c;AAAA\x1b\\text", "text"),
        ("ab\b\bcd", "cd"),
        ("nul\x00bell\x07", "nulbell"),
        ("tab\tkept", "tab\tkept"),
        ("cut short\x1b/", "cut short/"),
        ("cut short\x1b[3", "cut short3"),
    ],
)
def test_rendering(raw: str, shown: str) -> None:
    assert rendered(raw) == shown


@QUICK
@given(st.text(st.characters(max_codepoint=0x2FF), max_size=200))
def test_no_control_survives_and_rendering_twice_changes_nothing(raw: str) -> None:
    shown = rendered(raw)
    assert not any(ord(character) < 32 and character not in "\n\t" for character in shown)
    assert "\x7f" not in shown
    assert rendered(shown) == shown


@pytest.mark.parametrize("text", [MORE, "-- Press any key for more --", MORE + "\r"])
def test_the_pager_is_known_at_the_end_only(text: str) -> None:
    assert PAGER.search(text)
    assert not PAGER.search(text + "more text")


def test_the_last_line_is_the_unfinished_one() -> None:
    assert last_line("banner\r\ngw1> ") == "gw1> "
    assert last_line("banner\r\n") == ""


def test_the_echo_is_the_first_line_if_it_is_what_was_sent() -> None:
    assert without_echo("version\nCurrent Version\n", "version") == "Current Version\n"
    assert without_echo("Current Version\n", "version") == "Current Version\n"
