"""Events as plain data: ``{"event": "PollStarted", "v": 1, "at": ..., ...}``.

Every type of event has a version of its own, raised only where old data no longer means the same.  What cannot be read
(a type or version of a newer program, a shape that is none) becomes an ``UnknownEvent``: it keeps its data, is
written back unchanged, and changes nothing of what is known.

May import ``fleet.model`` and the modules of this room.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from fleet.model.event import Event
from fleet.plain.decoding import ShapeError, from_plain
from fleet.plain.encoding import Json, to_plain

VERSION = 1
"""Of every type of event that is not in ``VERSIONS``."""
VERSIONS: dict[str, int] = {}
"""Types of events whose shape changed its meaning since."""

TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event this program cannot read: ``why`` says so in a sentence, ``data`` is all there is of it."""

    at: datetime
    name: str
    why: str
    data: Json

    @property
    def subject(self) -> str:
        """Not known."""
        return ""


def event_to_plain(event: Event | UnknownEvent) -> dict[str, Json]:
    """``event`` as plain data."""
    if isinstance(event, UnknownEvent):
        return event.data if isinstance(event.data, dict) else {"event": event.name, "data": event.data}
    name = type(event).__name__
    fields: Any = to_plain(event)
    return {"event": name, "v": VERSIONS.get(name, VERSION)} | fields  # type: ignore[no-any-return]


def event_from_plain(data: object) -> Event | UnknownEvent:
    """The event in ``data``; an ``UnknownEvent`` where this program cannot read it.  Never raises for content."""
    if not isinstance(data, dict):
        return UnknownEvent(_EPOCH, "", "an event is an object", data)  # type: ignore[arg-type]
    name = str(data.get("event", ""))
    kind = TYPES.get(name)
    if kind is None:
        return UnknownEvent(_at(data), name, "this program does not know events of this name", data)
    version = data.get("v")
    if version != VERSIONS.get(name, VERSION):
        return UnknownEvent(_at(data), name, f"this program does not read version {version} of it", data)
    try:
        return from_plain(kind, data)
    except ShapeError as error:
        return UnknownEvent(_at(data), name, str(error), data)


_EPOCH = datetime.fromtimestamp(0, UTC)


def _at(data: dict[str, Any]) -> datetime:
    try:
        return from_plain(datetime, data.get("at"))
    except ShapeError:
        return _EPOCH
