"""A profile read and judged: the two halves that every face of ``fleet validate`` shows together.

May import ``fleet.forecast``, ``fleet.rules``, ``fleet.profile`` and ``fleet.model``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fleet.model.finding import Finding, Severity
from fleet.model.fleet import ObjectPath
from fleet.model.observation import Observation
from fleet.model.verdict import Verdict
from fleet.profile import Reading, read_profile
from fleet.rules import Question, Report, run_observed

if TYPE_CHECKING:
    from fleet.model.event import ResolverJudged
    from fleet.model.fleet import Fleet
    from fleet.model.resolver import ResolverKind

Key = tuple[str, str]
"""A finding's identity: code and object."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside the profile, and what is asked of it."""

    now: datetime
    observations: Mapping[str, Observation] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    judged: "Sequence[ResolverJudged]" = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """One profile.  ``report`` is None where its text could not be understood from end to end.

    ``not_observed``: nodes that no poll has seen.
    """

    reading: Reading
    report: Report | None
    not_observed: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the fleet that was judged is the one that is written: nothing was left out in reading."""
        return self.report is not None and not any(
            one.finding.severity in (Severity.ERROR, Severity.LOSES_MAIL) for one in self.reading.diagnostics
        )


def validate(
    content: str | bytes, name: str, beside: Beside, baseline: Callable[[str], Collection[Key]] = lambda _: ()
) -> Validation:
    """Read ``content``, called ``name``, and ask the rules what they say of it.

    A profile with mistakes is judged as far as it says something; one whose text could not be understood from end to
    end is not judged at all, because what is missing from it may only be unread.  ``baseline`` tells what is known of a
    fleet by its name.
    """
    reading = read_profile(content, name)
    fleet = reading.fleet
    if fleet is None or not reading.readable:
        return Validation(reading, None)
    question = Question(
        fleet,
        now=beside.now,
        observations=beside.observations,
        verdicts=beside.verdicts,
        resolver_kinds=_kinds(fleet, beside),
    )
    report = run_observed(question, select=beside.select, ignore=beside.ignore, baseline=baseline(fleet.name))
    if reading.kept:
        report = _as_written(report, reading.written)
    unseen = tuple(node for node in fleet.nodes if node not in beside.observations)
    return Validation(reading, report, unseen)


def _kinds(fleet: "Fleet", beside: Beside) -> "dict[str, ResolverKind]":
    """What audits found; a profile by itself has none, and need not load what knows how to read them."""
    if not beside.judged:
        return {}
    from fleet.forecast.audited import kinds_met  # noqa: PLC0415

    return kinds_met(fleet, beside.observations, beside.judged, beside.now)


def _as_written(report: Report, written: Callable[[ObjectPath], ObjectPath]) -> Report:
    """``report`` with its paths as they are in the text: what was left out in reading counts in the text's arrays."""

    def moved(finding: Finding) -> Finding:
        return replace(
            finding,
            path=written(finding.path),
            labels=tuple(replace(label, path=written(label.path)) for label in finding.labels),
            fix=tuple(replace(edit, path=written(edit.path)) for edit in finding.fix),
        )

    return replace(
        report,
        findings=tuple(map(moved, report.findings)),
        known=tuple(map(moved, report.known)),
        suppressed=tuple(replace(one, finding=moved(one.finding)) for one in report.suppressed),
        unobserved=tuple(replace(one, path=written(one.path)) for one in report.unobserved),
    )
