"""What a change of a profile means, as a pure function over its data: the second opinion ``edit`` is held to.

May import ``fleet.errors`` and modules of this room.
"""

from collections.abc import Sequence
from typing import Any

from fleet.errors import UsageError
from fleet.profile.problem import shown
from fleet.profile.values import same_name
from fleet.profile.writing import key_text

NOTHING = object()
"""In place of a value: the key is to be removed."""


def changed(data: Any, path: Sequence[str | int], value: object) -> Any:
    """``data`` with ``value`` at ``path``, tables made as needed; only what lies on the path is copied."""
    if not path:
        return value
    key = spelled(data, path[0])
    if isinstance(data, dict) and isinstance(key, str):
        if value is NOTHING and len(path) == 1:
            return {name: item for name, item in data.items() if name != key}
        if value is NOTHING and key not in data:
            return data
        return {**data, key: changed(data.get(key, {}), path[1:], value)}
    if isinstance(data, list) and isinstance(key, int) and 0 <= key <= len(data):
        if value is NOTHING and (key == len(data) or len(path) == 1):
            return [*data[:key], *data[key + 1 :]]
        inner = data[key] if key < len(data) else {}
        return [*data[:key], changed(inner, path[1:], value), *data[key + 1 :]]
    raise UsageError(f"{shown(str(key))} leads through something that is no table of the profile")


def value_at(data: Any, path: Sequence[str | int]) -> object:
    """What stands at ``path``, or NOTHING."""
    for step in path:
        key = spelled(data, step)
        if isinstance(data, dict):
            data = data.get(key, NOTHING) if isinstance(key, str) else NOTHING
        elif isinstance(data, list) and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return NOTHING
    return data


def spelled(data: Any, key: str | int) -> str | int:
    """``key`` as ``data`` spells it: another case of a name, a number for an index of an array."""
    if isinstance(data, list) and isinstance(key, str) and key.isdecimal() and len(key) < 7:
        return int(key)
    if isinstance(data, dict) and isinstance(key, str) and key not in data:
        return next((name for name in data if same_name(name, key)), key)
    return key


def shown_path(path: Sequence[str | int]) -> str:
    """A path as it would be typed, safe to show."""
    return key_text(str(key) for key in path)
