"""Reading a profile: bytes in, a fleet and everything that is wrong with them out.

May import ``fleet.layout``, ``fleet.model`` and modules of this room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from fleet.layout.declared import object_of
from fleet.model.finding import Finding, Severity
from fleet.model.fleet import Fleet, ObjectPath
from fleet.profile.build import build
from fleet.profile.keys import PROFILE
from fleet.profile.opening import open_profile
from fleet.profile.problem import Code, Problem, Problems
from fleet.profile.references import check_references
from fleet.profile.source import SourceMap, Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding and where it stands."""

    finding: Finding
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a profile came to, in the order of the file.

    ``fleet`` holds what is sound; it is None where nothing of the text could be read as TOML.  ``readable``: the text
    was understood from end to end, whatever it says; what is unreadable may hide anything.  ``kept``: of each array
    that lost elements, the places in the text of those ``fleet`` has.
    """

    fleet: Fleet | None
    source: SourceMap
    diagnostics: tuple[Diagnostic, ...]
    kept: Mapping[ObjectPath, tuple[int, ...]] = field(default_factory=dict)

    def written(self, path: ObjectPath) -> ObjectPath:
        """``path`` in ``fleet`` as a path in the text, where what is not sound counts too."""
        found: ObjectPath = ()
        for key in path if self.kept else ():
            places = self.kept.get(found, ())
            found += (places[key] if isinstance(key, int) and key < len(places) else key,)
        return found or path

    @property
    def readable(self) -> bool:
        """Whether the whole text was understood."""
        return not any(diagnostic.finding.code in UNREADABLE for diagnostic in self.diagnostics)


UNREADABLE = frozenset({Code.TEXT, Code.SYNTAX, Code.LIMIT})
"""What keeps a part of the text from being understood."""
_ABSENCES = frozenset({Code.MISSING, Code.NO_TIER, Code.NO_POLICY, Code.NO_BOUNCE_PROFILE, Code.NOTHING})
"""What may be missing only because the part that says it could not be read."""


def read_profile(content: str | bytes, name: str) -> Reading:
    """Read ``content``, called ``name`` in every message.  Never raises for what it contains."""
    opened = open_profile(content)
    if opened.data is None:
        source = SourceMap(name, opened.text, None)
        return Reading(None, source, _placed(opened.problems, source))
    return read_data(opened.data, SourceMap(name, opened.text, opened.accepted), opened.problems)


def read_data(data: dict[str, Any], source: SourceMap, before: Sequence[Problem]) -> Reading:
    """Read the TOML data of a profile whose places ``source`` knows; ``before``: what kept parts from being read."""
    problems = Problems()
    sound = cast("dict[str, Any]", PROFILE.read(data, (), problems))
    fleet = build(sound)
    check_references(data, sound, fleet, problems)
    found = [item for item in problems.found if not (before and item.code in _ABSENCES)]
    return Reading(fleet, source, _placed((*before, *found), source), problems.kept)


def _placed(problems: Sequence[Problem], source: SourceMap) -> tuple[Diagnostic, ...]:
    for problem in problems:
        if problem.code is Code.SECRET:
            source.hide(problem.path)
    placed = [_diagnostic(problem, source) for problem in problems]
    return tuple(sorted(placed, key=lambda item: (item.span.file != source.file, item.span.line, item.span.column)))


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
