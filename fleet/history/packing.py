"""Plain data as the bytes of a row: JSON, compressed where that is worth it.

Most lookups of a verdict rest on the same chain of trust, which is longer than all the rest of them.  A row has each
chain once, in ``chains``, and lookups hold its place there: less to write, and half as much to read back.

May import ``fleet.plain``.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from fleet.model.event import CheckFinished, Event
from fleet.plain import Json, UnknownEvent, event_from_plain, event_to_plain

_WORTH_IT = 400
"""Bytes from which compressing saves more than it costs."""
_LARGEST = 256 * 1024 * 1024
"""Bytes one row may come to: a damaged row must not fill the memory."""


def subject_bytes(subject: str) -> bytes:
    """A subject as it stands in a row: also what is no proper Unicode keeps its identity."""
    return subject.encode("utf-8", "surrogatepass")


def pack(data: Json) -> bytes:
    """``data`` as bytes.  Nobody but us reads them, so a NaN may stand for itself."""
    return _compressed(_json(data).encode("ascii"))


def pack_large(data: Mapping[str, Json]) -> bytes:
    """The same for an object of long arrays, item by item: one long call would keep the loop's thread from its turn."""
    members = []
    for key, value in data.items():
        text = f"[{','.join([_json(item) for item in value])}]" if isinstance(value, list) else _json(value)
        members.append(f"{_json(key)}:{text}")
    return _compressed(f"{{{','.join(members)}}}".encode("ascii"))


def _json(data: Json) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))


def _compressed(text: bytes) -> bytes:
    return text if len(text) < _WORTH_IT else zlib.compress(text, 1)


def unpack(row: bytes) -> Json:
    """The data of ``pack``; ValueError for bytes that are no such thing."""
    if row[:1] != b"x":  # the first byte of every zlib stream, never of JSON
        return json.loads(row)  # type: ignore[no-any-return]
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(row, _LARGEST)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not stream.eof:
        raise ValueError("the row is incomplete")
    # As text: for bytes, json guesses an encoding first and decodes twice as slowly.
    return json.loads(text.decode("ascii"))  # type: ignore[no-any-return]


def pack_event(event: Event | UnknownEvent) -> bytes:
    """``event`` as the bytes of its row."""
    data = event_to_plain(event)
    if isinstance(event, CheckFinished):
        _share(data)
    return pack(data)


def unpack_event(row: bytes) -> Event | UnknownEvent:
    """The event of a row; an ``UnknownEvent`` where it cannot be read."""
    try:
        data = unpack(row)
        if isinstance(data, dict) and data.get("event") == CheckFinished.__name__ and _CHAINS in data:
            _unshare(data)
        return event_from_plain(data)
    except (ValueError, RecursionError, TypeError):
        return event_from_plain(None)


_CHAINS = "chains"
_LOOKUPS = ("lookup", "a", "aaaa", "cname")
"""Members of a step that are lookups."""


def _share(data: dict[str, Any]) -> None:
    """Write every chain of ``data`` once.  It must be nobody else's: it is changed."""
    places: dict[tuple[Any, ...], int] = {}
    chains: list[Any] = []
    for lookup in _lookups(data):
        chain = lookup["chain"]
        known = tuple([tuple(link.values()) for link in chain])
        if known not in places:
            places[known] = len(chains)
            chains.append(chain)
        lookup["chain"] = places[known]
    data[_CHAINS] = chains


def _unshare(data: dict[str, Any]) -> None:
    """Undo that; ValueError where it was never done."""
    chains = data.pop(_CHAINS)
    if not isinstance(chains, list):
        raise ValueError("chains are an array")
    for lookup in _lookups(data):
        place = lookup.get("chain")
        if type(place) is int:
            if not 0 <= place < len(chains):
                raise ValueError("there is no such chain")
            lookup["chain"] = chains[place]


def _lookups(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    verdict = data.get("verdict")
    steps = verdict.get("steps") if isinstance(verdict, dict) else None
    for step in steps if isinstance(steps, list) else ():
        for name in _LOOKUPS if isinstance(step, dict) else ():
            lookup = step.get(name)
            if isinstance(lookup, dict):
                yield lookup
