"""Plain data to values, by the type hints of what is wanted.

A decoder is made once per type hint and kept.  That of a dataclass is written out as source text for its fields:
reading a verdict back is what a start-up of thousands of destinations costs.  Small nouns of nothing but text, such as
the links of a chain of trust, come again and again: equal ones are made once and shared (``_recalling``).

May import ``fleet.model``, ``fleet.errors`` and the modules of this room.
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from fleet.errors import FleetError
from fleet.model.fleet import Fleet, Settings
from fleet.plain.kinds import KINDS
from fleet.plain.sharing import unshare_settings

T = TypeVar("T")
_Decoder = Callable[[Any], Any]
_ABSENT = object()
_RECALLED = 2_048
"""Values of one type that are shared at most."""
_SHORT = 400
"""Characters of a value that is shared at most: what strangers said at length is not worth holding."""


class ShapeError(FleetError):
    """Plain data that is not of the shape asked for: what is wrong, and where (``steps[2].lookup.ttl``)."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = ""

    def under(self, place: str | int) -> "ShapeError":
        """The same error as seen from one level further out."""
        here = f"[{place}]" if isinstance(place, int) else place
        joint = "." if self.where and not self.where.startswith("[") else ""
        self.where = f"{here}{joint}{self.where}"
        return self

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


def from_plain(kind: type[T], data: object) -> T:
    """``data`` as a value of ``kind``, a dataclass or a type hint of one's field; ShapeError where it is none."""
    decoded: T = _decoder(typing.cast("Any", kind))(data)
    return decoded


_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number", type(None): "null"}
_JSON_WORDS = _WORDS | {list: "an array", dict: "an object"}


def _wrong(wanted: str, data: object) -> ShapeError:
    return ShapeError(f"{wanted} is expected, not {_JSON_WORDS.get(type(data), type(data).__name__)}")


@functools.cache
def _decoder(kind: Any) -> _Decoder:
    """The decoder of a type hint."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _of_union(arguments)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return _of_fixed([_decoder(argument) for argument in arguments])
    if origin in (tuple, frozenset, list):
        return _of_items(origin, _decoder(arguments[0]))
    if origin in (dict, Mapping):
        return _of_mapping(_decoder(arguments[0]), _decoder(arguments[1]))
    if kind is float:
        return _number
    if kind in _WORDS:
        return _exactly(kind)
    if kind is bytes:
        return _parsed(bytes.fromhex, "bytes in hexadecimal")
    if kind is datetime:
        return _aware
    if kind is date:
        return _parsed(date.fromisoformat, "a date")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _of_enum(kind)
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type)
        decode = _of_dataclass(kind)
        return _fleet(decode) if kind is Fleet else _recalling(kind, decode) if _is_text(kind) else decode
    raise TypeError(f"no decoder for {kind!r}")


def _exactly(kind: type) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is kind:
            return data
        raise _wrong(_WORDS[kind], data)

    return decode


def _number(data: Any) -> float:
    if data.__class__ is float:
        return data
    if data.__class__ is int and math.isfinite(data):
        return float(data)
    raise _wrong("a number", data)


def _parsed(parse: Callable[[str], Any], words: str) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is not str:
            raise _wrong(words, data)
        try:
            return parse(data)
        except ValueError:
            raise ShapeError(f"{words} is expected, not other text") from None

    return decode


_time = _parsed(datetime.fromisoformat, "a time")


def _aware(data: Any) -> Any:
    moment = _time(data)
    if moment.tzinfo is None:
        raise ShapeError("a time with its offset from UTC is expected")
    return moment


def _of_enum(kind: type[Enum]) -> _Decoder:
    members = {member.value: member for member in kind}

    def decode(data: Any) -> Any:
        try:
            return members[data]
        except (KeyError, TypeError):
            raise ShapeError(f"not a known {kind.__name__}") from None

    return decode


def _of_items(container: type, item: _Decoder) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is not list:
            raise _wrong("an array", data)
        try:
            return container([item(one) for one in data])
        except ShapeError:
            raise _first_wrong(data, item) from None

    return decode


def _first_wrong(data: list[Any], item: _Decoder) -> ShapeError:
    for index, one in enumerate(data):
        try:
            item(one)
        except ShapeError as error:
            return error.under(index)
    raise AssertionError("a decoder failed once and then did not")


def _of_fixed(items: list[_Decoder]) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is not list:
            raise _wrong("an array", data)
        if len(data) != len(items):
            raise ShapeError(f"an array of {len(items)} is expected, not of {len(data)}")
        values = []
        for index, (item, one) in enumerate(zip(items, data, strict=True)):
            try:
                values.append(item(one))
            except ShapeError as error:
                raise error.under(index) from None
        return tuple(values)

    return decode


def _of_mapping(key: _Decoder, item: _Decoder) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is not dict:
            raise _wrong("an object", data)
        values = {}
        for name, one in data.items():
            try:
                values[key(name)] = item(one)
            except ShapeError as error:
                raise error.under(name) from None
        return values

    return decode


def _of_union(members: tuple[Any, ...]) -> _Decoder:
    """The member is told by the JSON type of the data, dataclasses by their ``kind`` where there are several."""
    by_class: dict[type, _Decoder] = {}
    classes: list[Any] = [member for member in members if dataclasses.is_dataclass(member)]
    for member in members:
        if member not in classes:
            by_class[_json_class(member)] = _decoder(member)
    if len(classes) == 1:
        by_class[dict] = _decoder(classes[0])
    elif classes:
        by_class[dict] = _by_kind({KINDS[member]: _decoder(member) for member in classes})
    expected = " or ".join(_JSON_WORDS[kind] for kind in by_class)

    def decode(data: Any) -> Any:
        decoder = by_class.get(data.__class__)
        if decoder is None:
            raise _wrong(expected, data)
        return decoder(data)

    return decode


def _json_class(kind: Any) -> type:
    """What values of a type hint are in JSON."""
    if kind in (str, bool, int, float, type(None)):
        return kind  # type: ignore[no-any-return]
    origin = typing.get_origin(kind)
    if origin is not None:
        return dict if origin in (dict, Mapping) else list
    return int if isinstance(kind, type) and issubclass(kind, int) else str  # enums, bytes, times


def _by_kind(decoders: Mapping[str, _Decoder]) -> _Decoder:
    def decode(data: dict[str, Any]) -> Any:
        kind = data.get("kind")
        decoder = decoders.get(kind) if isinstance(kind, str) else None
        if decoder is None:
            raise ShapeError("not a known kind").under("kind")
        return decoder(data)

    return decode


def _of_dataclass(kind: type) -> _Decoder:
    """A decoder written out for the fields of ``kind``; its own decoders are looked up when first used."""
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    scope: dict[str, Any] = {
        "kind": kind,
        "absent": _ABSENT,
        "ShapeError": ShapeError,
        "wrong": _wrong,
        "missing": lambda: ShapeError("is missing"),
    }
    lines = [
        "def decode(data):",
        "    if data.__class__ is not dict: raise wrong('an object', data)",
        "    get = data.get",
        "    try:",
    ]
    for number, field in enumerate(fields):
        scope[f"d{number}"] = _decoder(hints[field.name])
        if field.default is not dataclasses.MISSING:
            scope[f"default{number}"] = field.default
            otherwise = f"default{number}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"default{number}"] = field.default_factory
            otherwise = f"default{number}()"
        else:
            otherwise = ""
        lines += [
            f"        place = {field.name!r}",
            f"        v = get({field.name!r}, absent)",
            f"        if v is absent: {f'v{number} = {otherwise}' if otherwise else 'raise missing()'}",
            *_read(number, hints[field.name]),
        ]
    lines += [
        "    except ShapeError as error:",
        "        raise error.under(place) from None",
        f"    return kind({', '.join(f'{field.name}=v{number}' for number, field in enumerate(fields))})",
    ]
    exec("\n".join(lines), scope)  # names are those of dataclass fields, nothing from outside
    decoder: _Decoder = scope["decode"]
    return decoder


def _is_text(kind: type) -> bool:
    """Whether a dataclass has two fields or more, each of them text or a word of an enum."""
    hints = typing.get_type_hints(kind)
    fields = [hints[field.name] for field in dataclasses.fields(kind) if field.init]
    return len(fields) > 1 and all(isinstance(hint, type) and issubclass(hint, str) for hint in fields)


def _recalling(kind: type, decode: _Decoder) -> _Decoder:
    """``decode``, which makes equal values once.  What is recalled was decoded from the same texts: nothing else equals
    a text, so data of another shape is never taken for it."""
    texts = [f"get({field.name!r}, absent)" for field in dataclasses.fields(kind) if field.init]
    lines = [
        "def recall(data):",
        "    if data.__class__ is not dict: return decode(data)",
        "    get = data.get",
        f"    key = ({', '.join(texts)})",
        "    try: found = known.get(key)",
        "    except TypeError: return decode(data)",  # an array or an object, which nothing here is
        "    if found is None: found = keep(key, decode(data))",
        "    return found",
    ]
    known: dict[tuple[Any, ...], Any] = {}

    def keep(key: tuple[Any, ...], value: Any) -> Any:
        if len(known) >= _RECALLED:
            known.clear()
        if sum(len(text) for text in key if text is not _ABSENT) <= _SHORT:
            known[key] = value
        return value

    scope: dict[str, Any] = {"decode": decode, "absent": _ABSENT, "known": known, "keep": keep}
    exec("\n".join(lines), scope)  # names are those of dataclass fields, nothing from outside
    recall: _Decoder = scope["recall"]
    return recall


def _read(number: int, hint: Any) -> list[str]:
    """Source that reads one field; the most frequent kinds of it without a call."""
    if hint in (str, bool, int):
        return [
            f"        elif v.__class__ is {hint.__name__}: v{number} = v",
            f"        else: v{number} = d{number}(v)",
        ]
    if type(None) in typing.get_args(hint):
        return [f"        else: v{number} = None if v is None else d{number}(v)"]
    if typing.get_origin(hint) is tuple and typing.get_args(hint)[-1] is Ellipsis:
        return [f"        else: v{number} = d{number}(v) if v or v.__class__ is not list else ()"]
    return [f"        else: v{number} = d{number}(v)"]


def _fleet(of_fields: _Decoder) -> _Decoder:
    def decode(data: Any) -> Any:
        if data.__class__ is not dict:
            raise _wrong("an object", data)
        if data.get("shared").__class__ not in (list, type(None)):
            raise _wrong("an array", data["shared"]).under("shared")
        try:
            return unshare_settings(data, of_fields, _decoder(Settings))
        except LookupError as error:
            raise ShapeError(str(error.args[0])) from None

    return decode
