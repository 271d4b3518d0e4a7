"""The kinds of value a profile knows: how each is read, and how each is said in JSON Schema.

``fleet.profile.keys`` builds the table of all keys from them; reading, the errors for unknown keys, the JSON Schema and
the description of keys all come from that one table.  A kind reads a raw TOML value to a sound one, or reports what is
wrong and gives ``UNSOUND``: whoever asked leaves that value out and goes on.

May import ``fleet.layout.names``, ``fleet.model`` and modules of this room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Protocol

from fleet.layout.names import canonical
from fleet.model.finding import Label
from fleet.model.fleet import ObjectPath
from fleet.profile.problem import Code, Problems, nearest, quoted
from fleet.profile.secrets import (
    IN_CLEAR,
    KEPT_ELSEWHERE,
    STANDS_HERE,
    holds_secret,
    is_reference,
    names_secret,
    secrets_below,
)
from fleet.profile.values import UnfitError

Json = dict[str, object]


class Unsound(Enum):
    """The type of ``UNSOUND``."""

    UNSOUND = "unsound"


UNSOUND = Unsound.UNSOUND
"""What a kind gives for a value it has reported."""


class Kind(Protocol):
    """One kind of value."""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """The sound value, or ``UNSOUND`` with at least one problem reported."""
        ...

    def json(self) -> Json:
        """The JSON Schema of the raw value."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: what its value is, and what it is for."""

    kind: Kind
    doc: str
    required: bool = False


_MANY = 1_000
"""After so many problems nobody reads hints, and finding the nearest name is slow."""
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a number"),
    (float, "a number with a fraction"),
    (datetime, "a date with a time"),
    (date, "a date"),
    (list, "an array"),
    (dict, "a table"),
)


def type_words(raw: object) -> str:
    """What TOML type ``raw`` has, in words."""
    return next((words for known, words in _TYPES if isinstance(raw, known)), "a time")


def wrong_type(raw: object, wanted: str, path: ObjectPath, problems: Problems, hint: str = "") -> Unsound:
    """Report that ``raw`` has another type than ``wanted``."""
    name = quoted(str(path[-1])) if path and isinstance(path[-1], str) else "an element"
    problems.add(Code.TYPE, path, f"{name} must be {wanted} and is {type_words(raw)}", hint)
    return UNSOUND


@dataclass(frozen=True, slots=True)
class Text:
    """Text, given to ``parse`` if it has a form of its own; ``pattern`` says the same form to JSON Schema."""

    parse: Callable[[str], object] | None = None
    code: Code = Code.FORM
    pattern: str = ""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, str):
            return wrong_type(raw, "text in quotes", path, problems)
        if holds_secret(raw):
            problems.add(Code.SECRET, path, IN_CLEAR, KEPT_ELSEWHERE)
            return UNSOUND
        if self.parse is None:
            return raw
        try:
            return self.parse(raw)
        except UnfitError as unfit:
            problems.add(self.code, path, f"{quoted(raw)} {unfit}")
            return UNSOUND

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"} if self.pattern else {"type": "string"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words of an enum."""

    words: type[StrEnum]

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        known = [str(word) for word in self.words]
        if not isinstance(raw, str):
            return wrong_type(raw, "one of the words " + ", ".join(known), path, problems)
        try:
            return self.words(raw)
        except ValueError:
            hint = nearest(raw, known)
            problems.add(Code.WORD, path, f"{quoted(raw)} is none of the words {', '.join(known)}", hint)
            return UNSOUND

    def json(self) -> Json:
        """See ``Kind``."""
        return {"enum": [str(word) for word in self.words]}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, int) or isinstance(raw, bool):
            return wrong_type(raw, "a whole number", path, problems, "write it without quotes or fraction")
        if self.low <= raw <= self.high:
            return raw
        # A number of a thousand digits is legal TOML, and Python refuses to print it.
        given = f"{raw:,}" if raw.bit_length() < 64 else "the number"
        name = quoted(str(path[-1]))
        problems.add(Code.RANGE, path, f"{name} goes from {self.low:,} to {self.high:,}: {given} is out of range")
        return UNSOUND

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Truth:
    """``true`` or ``false``."""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if isinstance(raw, bool):
            return raw
        return wrong_type(raw, "true or false", path, problems, "write it without quotes")

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Day:
    """A date of TOML, ``2027-01-31`` without quotes."""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        name = quoted(str(path[-1]))
        problems.add(Code.DATE, path, f"{name} must be a date and is {type_words(raw)}", "write 2027-01-31, no quotes")
        return UNSOUND

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with a time and its zone, ``2027-01-31T22:00:00Z`` without quotes."""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        hint = "write 2027-01-31T22:00:00Z, no quotes, with Z or the zone's offset"
        name = quoted(str(path[-1]))
        if not isinstance(raw, datetime):
            problems.add(Code.DATE, path, f"{name} must be a date with a time and is {type_words(raw)}", hint)
            return UNSOUND
        if raw.tzinfo is None:
            problems.add(Code.DATE, path, f"{name} says no zone, so nobody can tell when it is", hint)
            return UNSOUND
        return raw.astimezone(UTC)

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array of values of one kind; ``least``: how many it must have.

    What is not sound is left out, and so is a table that has not the ``whole`` of these keys; which elements stay is
    noted, because rules speak of what stays and people look for what is written.
    """

    item: Kind
    least: int = 0
    whole: tuple[str, ...] = ()

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, list):
            hint = "write it in brackets, also when there is only one" if not isinstance(raw, dict) else ""
            return wrong_type(raw, "an array", path, problems, hint)
        values = [self.item.read(item, (*path, index), problems) for index, item in enumerate(raw)]
        kept = tuple(index for index, value in enumerate(values) if self._stays(value))
        if len(kept) < len(values):
            problems.kept[path] = kept
        if len(raw) < self.least:
            problems.add(Code.MISSING, path, f"{quoted(str(path[-1]))} must not be empty")
            return UNSOUND
        return tuple(values[index] for index in kept)

    def _stays(self, value: object) -> bool:
        return value is not UNSOUND and (not isinstance(value, dict) or all(key in value for key in self.whole))

    def json(self) -> Json:
        """See ``Kind``."""
        schema: Json = {"type": "array", "items": self.item.json()}
        return {**schema, "minItems": self.least} if self.least else schema


@dataclass(frozen=True, slots=True)
class Table:
    """A table with known keys.  Reads to a dictionary of those that are there and sound."""

    keys: Mapping[str, Key]

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, dict):
            return wrong_type(raw, "a table", path, problems)
        sound: dict[str, object] = {}
        keys = self.keys
        for name, item in raw.items():
            key = keys.get(name)
            if names_secret(name) and not is_reference(item):
                problems.add(Code.SECRET, (*path, name), f"{quoted(name)} {STANDS_HERE}", KEPT_ELSEWHERE)
                continue
            if key is None:
                for inner in secrets_below(item, (*path, name)):
                    problems.add(Code.SECRET, inner, f"{quoted(str(inner[-1]))} {STANDS_HERE}", KEPT_ELSEWHERE)
                where = "here" if path else "at the top of a profile"
                sentence = f"the key {quoted(name)} is not known {where}"
                many = len(problems.found) > _MANY
                hint = "" if many else nearest(name, keys) or "known here: " + ", ".join(keys)
                problems.add(Code.UNKNOWN_KEY, (*path, name), sentence, hint, on_key=True)
                continue
            value = key.kind.read(item, (*path, name), problems)
            if value is not UNSOUND:
                sound[name] = value
        for name, key in keys.items():
            if key.required and name not in raw:
                problems.add(Code.MISSING, path, f"the key {quoted(name)} is missing", key.doc)
        return sound

    def json(self) -> Json:
        """See ``Kind``."""
        schema: Json = {
            "type": "object",
            "properties": {name: {**key.kind.json(), "description": key.doc} for name, key in self.keys.items()},
            "additionalProperties": False,
        }
        required = [name for name, key in self.keys.items() if key.required]
        return {**schema, "required": required} if required else schema


@dataclass(frozen=True, slots=True)
class Named:
    """A table whose keys are names chosen by the operator; ``name`` reads them, two must not mean the same."""

    name: Text
    value: Kind

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, dict):
            return wrong_type(raw, "a table", path, problems)
        sound: dict[str, object] = {}
        seen: dict[str, str] = {}
        parse = self.name.parse
        for spelled, item in raw.items():
            here = (*path, spelled)
            name = spelled
            try:
                name = str(parse(spelled)) if parse else spelled
            except UnfitError as unfit:
                problems.add(self.name.code, here, f"{quoted(spelled)} {unfit}", on_key=True)
                self.value.read(item, here, problems)
                continue
            first = seen.setdefault(canonical(name), spelled)
            value = self.value.read(item, here, problems)
            if first != spelled:
                labels = (Label((*path, first), "first here"),)
                sentence = f"{quoted(spelled)} and {quoted(first)} are one name, written twice"
                problems.add(Code.DUPLICATE_NAME, here, sentence, on_key=True, labels=labels)
            elif value is not UNSOUND:
                sound[name] = value
        return sound

    def json(self) -> Json:
        """See ``Kind``."""
        schema: Json = {"type": "object", "additionalProperties": self.value.json()}
        return {**schema, "propertyNames": self.name.json()} if self.name.pattern else schema
