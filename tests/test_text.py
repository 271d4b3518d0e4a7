"""Untrusted text: nothing a terminal would act on survives, nothing readable is lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.text import cell_width, show


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("220 mx\r\n250 evil", "220 mx\\r\\n250 evil"),
        ("abc\u202etxt.exe", "abc\\u202etxt.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("nul\x00", "nul\\x00"),
        ("a\\b", "a\\\\b"),
        (b"\xff\xfe plain", "\\xff\\xfe plain"),
        ("[bold]markup[/]", "[bold]markup[/]"),
        ("bücher.example", "bücher.example"),
    ],
)
def test_what_a_terminal_would_act_on_becomes_visible(hostile: str | bytes, shown: str) -> None:
    assert show(hostile) == shown


def test_length_is_capped_and_the_cut_is_visible() -> None:
    assert show("x" * 10_000, 20) == "x" * 19 + "…"
    assert len(show("\x1b" * 10_000, 20)) == 20


@given(st.text() | st.binary())
def test_no_control_or_format_character_ever_survives(value: str | bytes) -> None:
    shown = show(value, 200)
    assert len(shown) <= 200
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    shown.encode()


@pytest.mark.parametrize(
    "ranges", [(0x20, 0x2FF), (0x370, 0x52F), (0x3041, 0x3130), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3)]
)
def test_cells_are_counted_as_rich_counts_them(ranges: tuple[int, int]) -> None:
    from rich.cells import cell_len

    characters = [chr(code) for code in range(*ranges) if chr(code).isprintable()]
    assert [one for one in characters if cell_width(one) != cell_len(one)] == []


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("bücher", 6), ("例え", 4), ("ｆｕｌｌ", 8), ("e\u0301", 1), ("한국", 4), ("🚫", 2)]
)
def test_wide_characters_take_two_cells_and_marks_none(text: str, width: int) -> None:
    assert cell_width(text) == width
