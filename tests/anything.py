"""Values of any type hint, hostile text included: what the model's types allow, our code must stand."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum

from hypothesis import strategies as st

TEXTS = [
    "",
    "mx1.example.org",
    "192.0.2.1",
    "2001:db8::1",
    "xn--bcher-kva.example",
    "xn--a",
    "NOERROR",
    "a sentence of several words",
    "a" * 300,
    "\x1b]52;c;ZXZpbA==\x07\x9b31m\r\n\u202e\u200b",
    "中国" * 40,
    "[bold]{domain}%s\\",
    "\ud800\x00\U00018cd6",
]
PLAIN: dict[object, st.SearchStrategy[object]] = {
    str: st.sampled_from(TEXTS),
    bool: st.booleans(),
    int: st.integers(0, 65_535),
    float: st.floats(0, 1e6),
    bytes: st.binary(max_size=4),
    datetime: st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    date: st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    type(None): st.none(),
}


@functools.cache
def anything(kind: typing.Any) -> st.SearchStrategy[typing.Any]:
    """Values of a type hint: sequences of at most two, texts from ``TEXTS``."""
    if kind in PLAIN:
        return PLAIN[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(anything(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*map(anything, arguments))
    if origin is frozenset:
        return st.frozensets(anything(arguments[0]), max_size=2)
    if origin is Mapping:
        return st.dictionaries(anything(arguments[0]), anything(arguments[1]), max_size=2)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(anything, arguments))
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: anything(hints[field.name]) for field in dataclasses.fields(kind)})
