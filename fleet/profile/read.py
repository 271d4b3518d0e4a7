"""Reading a profile: bytes in, a fleet and everything that is wrong with them out.

May import ``tomli``, ``fleet.model`` and modules of this room.
"""

from dataclasses import dataclass
from typing import Any, cast

import tomli

from fleet.model.finding import Finding, Severity
from fleet.model.fleet import Fleet, ObjectPath
from fleet.profile.build import build
from fleet.profile.keys import PROFILE
from fleet.profile.problem import Code, Problem, Problems
from fleet.profile.source import SourceMap, Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding and where it stands."""

    finding: Finding
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a profile came to.  ``fleet`` holds what is sound; None: the text is no TOML at all."""

    fleet: Fleet | None
    source: SourceMap
    diagnostics: tuple[Diagnostic, ...]


def read_profile(content: str | bytes, name: str) -> Reading:
    """Read ``content``, called ``name`` in every message.  Never raises for what it contains."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    problems = Problems()
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        source = SourceMap(name, text, accepted=False)
        problem = Problem(Code.SYNTAX, (), error.msg, offset=(error.pos, error.pos + 1))
        return Reading(None, source, (_diagnostic(problem, source),))
    source = SourceMap(name, text)
    sound = cast("dict[str, Any]", PROFILE.read(data, (), problems))
    fleet = build(sound)
    return Reading(fleet, source, tuple(_diagnostic(problem, source) for problem in problems.found))


def _diagnostic(problem: Problem, source: SourceMap) -> Diagnostic:
    if problem.offset is not None:
        span = source.span(*problem.offset)
    else:
        span = source.locate_key(problem.path) if problem.on_key else source.locate(problem.path)
    return Diagnostic(
        Finding(
            str(problem.code),
            Severity.ERROR,
            object_of(problem.path),
            problem.path,
            problem.sentence,
            problem.hint,
            problem.labels,
        ),
        span,
    )


_OBJECTS = {"tiers": "tier", "nodes": "node", "destinations": "destination", "suppressions": "suppression"}


def object_of(path: ObjectPath) -> str:
    """What a path is about, in the stable words of ``Finding.object``."""
    if len(path) > 1 and path[0] in _OBJECTS:
        return f"{_OBJECTS[str(path[0])]} {path[1]}"
    return str(path[0]) if path and path[0] in ("fleet", "references") else "profile"
