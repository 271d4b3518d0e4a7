"""The rules asked twice: of the fleet as it is declared, and as polls saw it.

Only nodes differ between the two, so a finding of the second that the first has not is what drift does to mail: a node
whose version cannot do DANE, a relay policy that is gone.  It says so (``Source.OBSERVED``) and stands where the
profile would say otherwise.  What both have is told once, as declared.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from fleet.layout import overlay_observed
from fleet.model.finding import Finding, Source
from fleet.rules.question import Question
from fleet.rules.run import SEVERITIES, Key, Report, run

FAMILIES = ("TIER", "DEST", "ROUTE", "FLOW", "DNS", "VER")
"""Families that say something else of an observed fleet; the others look at the profile, or at both already."""


def run_observed(
    question: Question,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    baseline: Collection[Key] = frozenset(),
) -> Report:
    """``run``, and what is found only where ``question.observations`` are laid over the fleet."""
    declared = run(question, select=select, ignore=ignore, baseline=baseline)
    seen = {name: one for name, one in question.observations.items() if name in question.fleet.nodes}
    if not seen:
        return declared
    as_seen = Question(
        overlay_observed(question.fleet, seen),
        observations=seen,
        verdicts=question.verdicts,
        resolver_kinds=question.resolver_kinds,
        now=question.now,
        node_verdicts=question.node_verdicts,
        seen=question.seen,
        source=Source.OBSERVED,
    )
    report = run(as_seen, select=select, ignore=ignore, baseline=baseline)
    told = {_key(one) for one in (*declared.findings, *declared.known)}
    told |= {_key(one.finding) for one in declared.suppressed}
    new = [one for one in report.findings if _of_drift(one) and _key(one) not in told]
    hidden = [one for one in report.suppressed if _of_drift(one.finding) and _key(one.finding) not in told]
    found = {one.code for one in new}
    return replace(
        declared,
        findings=tuple(sorted([*declared.findings, *new], key=lambda one: SEVERITIES.index(one.severity))),
        suppressed=(*declared.suppressed, *hidden),
        clean=tuple(code for code in declared.clean if code not in found),
        undecided=tuple(code for code in declared.undecided if code not in found),
    )


def _key(finding: Finding) -> Key:
    return finding.code, finding.object


def _of_drift(finding: Finding) -> bool:
    return finding.code.startswith(FAMILIES)
