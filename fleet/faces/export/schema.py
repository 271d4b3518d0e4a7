"""The shape of a ``fleet-check/1`` document, as a JSON Schema (draft 2020-12) made from the types it is written from.

The schema is derived, so it cannot drift from the writer; a golden copy under ``tests/`` shows every change of the
contract in a diff.  Objects may gain keys within a version, so readers must ignore keys they do not know; every key
named here is always present.  May import ``fleet.decision``, ``fleet.plain``, ``fleet.model`` and
``fleet.dane.transcript``.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from fleet.dane.transcript import Line
from fleet.decision import Cause, LevelOutcome, Path, Warning
from fleet.model import Action, Mode, Outcome, Policy, Step, TlsLevel, TlsReport
from fleet.plain import CHECK_FORMAT, KINDS


@dataclass(frozen=True, slots=True)
class OutcomeDocument:
    """What one policy does in one mode; see ``fleet.decision.judge.Judgement`` for the meaning of each field."""

    outcome: Outcome
    headline: str
    best: Outcome
    worst: Outcome
    action: Action
    alternative: Action | None
    level: TlsLevel
    all_dane: bool
    assumed: bool
    cause: Cause
    reason: str
    advice: str
    report: TlsReport | None
    expected_path: Path
    weakest_path: Path
    paths: tuple[Path, ...]
    incomplete: tuple[str, ...]


Schema = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "format": "date-time"},
    bytes: {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
}


def check_schema() -> Schema:
    """The JSON Schema of one document (one line of ``--jsonl``, one entry of ``--json``)."""
    defs: dict[str, Schema] = {}
    strings = {"type": "array", "items": _PLAIN[str]}
    of_mode = {mode.value: _schema(OutcomeDocument, defs) for mode in Mode}
    properties: dict[str, Schema] = {
        "format": {"const": CHECK_FORMAT},
        "domain": _PLAIN[str] | {"description": "A-label form, lower case"},
        "name": _PLAIN[str] | {"description": "Unicode form"},
        "at": _PLAIN[datetime],
        "vantage": _PLAIN[str],
        "resolvers": strings,
        "port": _PLAIN[int],
        "smtp": _PLAIN[bool] | {"description": "whether SMTP was to be tried"},
        "milliseconds": _PLAIN[float],
        "policy": _schema(Policy, defs),
        "mode": _schema(Mode, defs),
        "outcomes": {
            "type": "object",
            "propertyNames": _schema(Policy, defs),
            "additionalProperties": {"type": "object", "properties": of_mode, "additionalProperties": False},
        },
        "levels": {
            "type": "object",
            "description": "the outcomes of ``policy`` under every TLS level",
            "properties": {mode.value: {"type": "array", "items": _schema(LevelOutcome, defs)} for mode in Mode},
            "required": [mode.value for mode in Mode],
        },
        "differences": strings,
        "warnings": {"type": "array", "items": _schema(Warning, defs)},
        "unknown": strings | {"description": "what the steps do not contain although they should"},
        "incomplete": strings | {"description": "what was not tested or is not known; empty where the check is whole"},
        "transcript": {"type": "array", "items": _schema(Line, defs)},
        "steps": {"type": "array", "items": {"oneOf": [_step(kind, defs) for kind in typing.get_args(Step)]}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": CHECK_FORMAT,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(defs.items())),
    }


def document_schema(kind: type) -> Schema:
    """The schema of a document that is written from one dataclass, ``kind``, whose ``format`` is a constant."""
    defs: dict[str, Schema] = {}
    found = _fields(kind, defs)
    title = next(field.default for field in dataclasses.fields(kind) if field.name == "format")
    properties = {"format": {"const": title}} | {
        name: shape for name, shape in found["properties"].items() if name != "format"
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **found,
        "properties": properties,
        "$defs": dict(sorted(defs.items())),
    }


def _step(kind: type[Step], defs: dict[str, Schema]) -> Schema:
    found = _fields(kind, defs)
    properties = {"kind": {"const": KINDS[kind]}} | found["properties"]
    return found | {"properties": properties, "required": list(properties)}


def _schema(kind: Any, defs: dict[str, Schema]) -> Schema:
    """The schema of a type hint; dataclasses and enums go to ``defs`` and are referred to."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return {"type": "array", "items": _schema(arguments[0], defs)}
        items = [_schema(item, defs) for item in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [_schema(item, defs) for item in arguments]}
    name = kind.__name__
    if name not in defs:
        defs[name] = {}  # stands in while the type's own fields are looked at
        defs[name] = {"enum": [member.value for member in kind]} if issubclass(kind, Enum) else _fields(kind, defs)
    return {"$ref": f"#/$defs/{name}"}


def _fields(kind: type, defs: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(kind)
    properties = {field.name: _schema(hints[field.name], defs) for field in dataclasses.fields(kind)}
    return {"type": "object", "properties": properties, "required": list(properties)}
