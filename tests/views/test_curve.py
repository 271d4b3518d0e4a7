"""A curve on one line: gaps stay gaps, peaks stay peaks, nothing crashes it."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.views import curve


def test_values_rise_from_low_to_high_and_a_gap_stays_a_gap() -> None:
    assert curve([0, 1, None, 7], 6) == "··▁▂·█"
    assert curve([0, 1, None, 7], 6, ascii_only=True) == "  _. #"


def test_a_constant_is_in_the_middle_and_nothing_is_at_the_bottom() -> None:
    assert curve([5, 5], 2) == "▅▅"
    assert curve([0, 0], 2) == "▁▁"
    assert curve([], 3) == "···"


def test_a_peak_among_many_values_is_seen() -> None:
    assert curve([0.0] * 500 + [9.0] + [0.0] * 499, 10).count("█") == 1


@given(st.lists(st.one_of(st.none(), st.floats()), max_size=80), st.integers(-1, 40), st.booleans())
def test_any_values_fill_exactly_the_width(values: list[float | None], width: int, plain: bool) -> None:
    drawn = curve(values, width, plain)
    assert len(drawn) == max(0, width)
    assert not plain or drawn.isascii()
