"""Values become plain data, and only what has a form of its own does."""

import enum
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from fleet.model import MxMeaning
from fleet.plain import dumps, to_plain

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


@dataclass(frozen=True)
class Point:
    x: int
    colour: Colour


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, "red"),
        (Number.ONE, 1),
        (Point(1, Colour.RED), {"x": 1, "colour": "red"}),
        ((1, None, True), [1, None, True]),
        (b"\x00\xff", "00ff"),
        (AT, "2026-11-23T12:00:00+00:00"),
        (date(2026, 11, 23), "2026-11-23"),
        ({Colour.RED: (1.5,)}, {"red": [1.5]}),
        (OrderedDict(a=1), {"a": 1}),
        (frozenset({"b", "a"}), ["a", "b"]),
        (frozenset({("a", 1), ("a", 0)}), [["a", 0], ["a", 1]]),
    ],
)
def test_values_become_plain_data(value: object, plain: object) -> None:
    assert to_plain(value) == plain


@pytest.mark.parametrize(("value", "kind"), [(Colour.RED, str), (Number.ONE, int), (MxMeaning.NULL, str)])
def test_enums_leave_as_their_bare_value(value: object, kind: type) -> None:
    assert type(to_plain(value)) is kind


@pytest.mark.parametrize("value", [object(), Point, 1j, {1: "a"}])
def test_a_value_without_a_json_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_plain(value)


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dumps(float("nan"))


def test_the_text_is_one_line_of_ascii() -> None:
    text = dumps({"banner": "\x1b[31m\n\u202e\ud800"})
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == {"banner": "\x1b[31m\n\u202e\ud800"}
