"""Running ``fleet record``: one session to a file, and what to look at before it is sent."""

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.decision import ExitCode
from fleet.errors import UsageError, file_trouble
from fleet.faces.cli.given_fleet import readable_fleet
from fleet.layout import select
from fleet.model.fleet import Platform
from fleet.model.observation import Sight
from fleet.plain import Json, dumps, to_plain
from fleet.text import show

if TYPE_CHECKING:
    from fleet.faces.live.capturing import Captured

_NAMING: dict[str, re.Pattern[str]] = {
    "serial numbers": re.compile(r"(?i)serial\s*(?:#|no\.?|number)?\s*:\s*(\S+)"),
    "mail addresses": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"),
    "IP addresses": re.compile(
        r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7})(?![\w:])"
    ),
    "host and domain names": re.compile(r"(?<![\w@./-])(?:[a-zA-Z0-9][\w-]{0,62}\.){1,8}[a-zA-Z]{2,24}(?![\w/])"),
}
"""What may tell who somebody is; rough on purpose: it is a reminder where to look."""
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class RecordAsked:
    """Options, as given.  ``document``: an appliance's whole configuration as well."""

    profile: str
    node: str
    output: Path | None = None
    document: bool = False
    as_json: bool = False


def write_record(asked: RecordAsked) -> ExitCode:
    """Record, write, tell; returns the exit code."""
    from fleet.faces.live.capturing import capture

    fleet = readable_fleet(asked.profile)
    (name,) = select(fleet, (asked.node,))
    if asked.document and fleet.nodes[name].settings.platform is not Platform.ASYNCOS:
        raise UsageError(f"--showconfig is a command of appliances, which {show(name, 80)} is not declared to be")
    path = asked.output or Path(f"{file_name(name)}.recording.jsonl")
    if os.path.lexists(path):
        raise UsageError(f"{show(str(path))} is there already: --output names another")
    captured = capture(fleet.nodes[name], document=asked.document)
    if captured.seen.failure is not None:
        print(f"fleet: {show(captured.seen.failure.sentence, 500)}", file=sys.stderr)
    if captured.lines:
        _write_new(path, captured.lines)
    else:
        print("fleet: there was no session, so nothing was written", file=sys.stderr)
    code = _code(captured)
    if asked.as_json:
        print(dumps(_document(name, path, captured, code)))
    elif captured.lines:
        print(show(str(path)))
    for sentence in _told(captured) if captured.lines else ():
        print(f"fleet: {sentence}", file=sys.stderr)
    return code


def _code(captured: "Captured") -> ExitCode:
    if captured.seen.failure is not None or not captured.complete or not captured.lines:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if _not_understood(captured) else ExitCode.CLEAN


def _document(node: str, path: Path, captured: "Captured", code: ExitCode) -> dict[str, Json]:
    return {
        "format": "fleet-record/1",
        "exit_code": int(code),
        "node": node,
        "file": str(path) if captured.lines else None,
        "complete": captured.complete,
        "failure": to_plain(captured.seen.failure),
        "not_understood": list(_not_understood(captured)),
        "masking_changed": list(captured.apart),
        "named": {kind: list(found) for kind, found in named_in(captured.lines).items()},
    }


def file_name(node: str) -> str:
    """The node's name as the name of a file in this folder, whatever the profile calls it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", node).lstrip(".-")[:80] or "node"


def named_in(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What in the turns of a recording may tell who somebody is, by kind, each once."""
    text = "\n".join(said for line in lines[1:] for said in json.loads(line).values())
    return {kind: tuple(dict.fromkeys(pattern.findall(text))) for kind, pattern in _NAMING.items()}


def _write_new(path: Path, lines: Sequence[str]) -> None:
    """A new file that nobody else may read: it says how the node is configured."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be written: {file_trouble(error)}") from error


def _not_understood(captured: "Captured") -> tuple[str, ...]:
    return tuple(unit.name for unit in captured.seen.units if unit.sight is Sight.UNPARSED)


def _told(captured: "Captured") -> Iterator[str]:
    if not captured.complete:
        yield "the session was longer than a recording may be: its end is missing"
    if unread := _not_understood(captured):
        yield f"not understood, so worth sending in: {', '.join(show(name, 60) for name in unread)}"
    if captured.apart:
        yield f"masking has changed how this is read: {', '.join(show(name, 60) for name in captured.apart)}"
    else:
        yield "played back, it is read as the node was"
    yield "passwords and keys are masked where they are known to stand; before it is sent, read it for others, and for:"
    for kind, found in named_in(captured.lines).items():
        examples = ", ".join(show(one, 60) for one in found[:_EXAMPLES]) + (", ..." if found[_EXAMPLES:] else "")
        yield f"  {len(found)} {kind}{': ' if found else ''}{examples}"
    yield "replace a name by another of the same form, everywhere alike, so that it still plays back"
