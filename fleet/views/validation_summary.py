"""What a validation of one or more profiles comes to, counted and in one line.

Nothing is clean by silence: a rule is called clean only where it was asked of every profile, knew enough and found
nothing, and only if every profile could be read from end to end.  What hides findings is counted.

May import ``fleet.decision``, ``fleet.model`` and modules of this room.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleet.decision import ExitCode, worst_code
from fleet.model.finding import Severity
from fleet.views.validation import Validation


@dataclass(frozen=True, slots=True)
class ValidationSummary:
    """Counts over all profiles.  ``undecided``: rules that found nothing and lacked something."""

    profiles: int
    unsound: int
    findings: Mapping[Severity, int]
    clean: tuple[str, ...]
    undecided: tuple[str, ...]
    not_run: tuple[str, ...]
    nodes: int
    not_observed: int
    unknown: int
    suppressed: int
    suppressed_losses: int
    known: int

    @property
    def complete(self) -> bool:
        """Whether everything that was asked was known."""
        return not (self.not_observed or self.unknown or self.undecided)

    @property
    def sentence(self) -> str:
        """All of it in a line, as a plan is told before it is carried out."""
        found = [_count(number, _NOUNS[severity]) for severity, number in self.findings.items() if number]
        parts = [f"{', '.join(found) or 'no findings'} in {_count(self.profiles, 'profile')}"]
        if self.unsound:
            parts.append(f"{_count(self.unsound, 'profile')} not read from end to end, so no rule is called clean")
        elif self.clean:
            parts.append(f"{_count(len(self.clean), 'rule')} clean")
        for number, words in (
            (len(self.undecided), "rule{s} undecided"),
            (len(self.not_run), "rule{s} not asked"),
            (self.not_observed, "node{s} not observed"),
            (self.suppressed, "finding{s} suppressed"),
            (self.known, "finding{s} in the baseline"),
        ):
            if number:
                parts.append(f"{number:,} {words.format(s='' if number == 1 else 's')}")
        if self.suppressed_losses:
            parts.append(f"{self.suppressed_losses:,} of the suppressed loses mail")
        return "; ".join(parts)


_NOUNS = {
    Severity.LOSES_MAIL: "finding{s} that lose{v} mail",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def _count(number: int, noun: str) -> str:
    if "{" not in noun:
        noun += "{s}"
    return f"{number:,} " + noun.format(s="" if number == 1 else "s", v="s" if number == 1 else "")


def summarize(validations: Sequence[Validation]) -> ValidationSummary:
    """Count over ``validations``."""
    findings: Counter[Severity] = Counter()
    reports = [one.report for one in validations if one.report is not None]
    for one in validations:
        findings.update(diagnostic.finding.severity for diagnostic in one.reading.diagnostics)
    for report in reports:
        findings.update(finding.severity for finding in report.findings)
    unsound = sum(not one.sound for one in validations)
    clean = [code for code in (reports[0].clean if reports else ()) if all(code in other.clean for other in reports)]
    undecided = dict.fromkeys(code for report in reports for code in report.undecided)
    return ValidationSummary(
        profiles=len(validations),
        unsound=unsound,
        findings={severity: findings[severity] for severity in Severity},
        clean=() if unsound else tuple(clean),
        undecided=tuple(undecided),
        not_run=tuple(dict.fromkeys(code for report in reports for code in report.not_run)),
        nodes=sum(len(one.reading.fleet.nodes) for one in validations if one.reading.fleet),
        not_observed=sum(len(one.not_observed) for one in validations),
        unknown=sum(len(report.unobserved) for report in reports),
        suppressed=sum(len(report.suppressed) for report in reports),
        suppressed_losses=sum(len(report.hidden_losses) for report in reports),
        known=sum(len(report.known) for report in reports),
    )


def exit_code(summary: ValidationSummary, fail_on: Severity, *, observed: bool = False) -> ExitCode:
    """0 clean, 1 findings of ``fail_on`` or worse, 2 a profile that was not read as it is written.

    With ``observed``: 3 where anything was not observed or could not be decided.
    """
    order = tuple(Severity)
    codes = [ExitCode.CLEAN]
    if summary.unsound:
        codes.append(ExitCode.USAGE)
    if any(number and order.index(severity) <= order.index(fail_on) for severity, number in summary.findings.items()):
        codes.append(ExitCode.FINDINGS)
    if observed and not summary.complete:
        codes.append(ExitCode.INCOMPLETE)
    return worst_code(codes)
