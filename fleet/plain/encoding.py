"""Values to plain data.  A value's own type decides how, so nothing is written as what it is not.

May import ``fleet.model`` and the modules of this room.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Set
from datetime import date, datetime
from enum import Enum
from typing import Any

from fleet.model.fleet import Fleet
from fleet.plain.kinds import KINDS
from fleet.plain.sharing import share_settings

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_AS_IS = frozenset({str, int, float, bool, type(None)})
_Encoder = Callable[[Any], Any]
_encoders: dict[type, _Encoder] = {}


def to_plain(value: object) -> Json:
    """``value`` as plain JSON data.

    Dataclasses become objects (field by field, in order), enums their value, aware times ISO 8601, bytes hexadecimal,
    tuples and sets arrays.  TypeError for anything else: nothing is turned into text by accident.
    """
    return _encode(value)  # type: ignore[no-any-return]


def dumps(value: object, *, indent: int | None = None) -> str:
    """``value`` as ASCII-only JSON text, on one line unless ``indent`` is given; NaN and infinity raise ValueError."""
    return json.dumps(_encode(value), ensure_ascii=True, allow_nan=False, indent=indent)


def _encode(value: Any) -> Any:
    kind = value.__class__
    if kind in _AS_IS:
        return value
    encoder = _encoders.get(kind)
    if encoder is None:
        encoder = _encoders[kind] = _encoder(kind)
    return encoder(value)


def _encoder(kind: type) -> _Encoder:
    """The encoder of all values of exactly this type."""
    if issubclass(kind, Enum):
        return lambda value: value._value_
    if issubclass(kind, str | int | float):
        return next(base for base in (str, int, float) if issubclass(kind, base))
    if issubclass(kind, bytes):
        return bytes.hex
    if issubclass(kind, datetime | date):
        return kind.isoformat
    if issubclass(kind, Mapping):
        return lambda value: {_key(key): _encode(item) for key, item in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: [_encode(item) for item in value]
    if issubclass(kind, Set):
        return lambda value: sorted(map(_encode, value), key=json.dumps)
    if dataclasses.is_dataclass(kind):
        of_fields = _of_dataclass(kind)
        return of_fields if kind is not Fleet else lambda value: share_settings(value, of_fields, _encode)
    raise TypeError(f"no JSON form for {kind.__name__}")


def _key(key: object) -> str:
    plain = _encode(key)
    if not isinstance(plain, str):
        raise TypeError(f"a key of a JSON object must be text, not {type(key).__name__}")
    return plain


def _of_dataclass(kind: type) -> _Encoder:
    """An encoder written out for the fields of ``kind``: several times the speed of a loop over them."""
    names = [field.name for field in dataclasses.fields(kind)]
    lines = ["def encode(value):"]
    lines += [f"    v{number} = value.{name}" for number, name in enumerate(names)]
    head = [f"'kind': {KINDS[kind]!r}"] if kind in KINDS else []
    items = [f"{name!r}: v{n} if v{n}.__class__ in as_is else plain(v{n})" for n, name in enumerate(names)]
    lines.append(f"    return {{{', '.join(head + items)}}}")
    scope: dict[str, Any] = {"as_is": _AS_IS, "plain": _encode}
    exec("\n".join(lines), scope)  # names are those of dataclass fields, nothing from outside
    encoder: _Encoder = scope["encode"]
    return encoder
