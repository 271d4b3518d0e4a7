"""Ask every rule, and say what came of it: findings, what hides some of them, what could not be decided.

What loses mail is hard to hide: only a suppression that names code and object exactly, gives a reason and ends within
90 days does, and the report still counts it.  ``ignore``, wildcards and the baseline do not touch it.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from fleet.model.finding import Finding, Severity
from fleet.rules.catalogue import RULES
from fleet.rules.needs import lacking
from fleet.rules.question import Question
from fleet.rules.rule import Problem, Rule, Unobserved
from fleet.rules.suppress import Suppressed, suppressed, verdicts_on_suppressions

SEVERITIES = tuple(Severity)
Key = tuple[str, str]
"""A finding's identity: code and object."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a fleet's rules say.

    ``findings`` are to be shown, the worst first.  ``suppressed`` and ``known`` (in the baseline) are hidden, and
    counted.  ``clean``: rules that ran, knew enough and found nothing; ``undecided``: rules that found nothing but
    lacked something; ``not_run``: left out by ``select`` or ``ignore``.  ``stale``: baseline keys that nothing is found
    for.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    known: tuple[Finding, ...] = ()
    unobserved: tuple[Unobserved, ...] = ()
    clean: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    stale: frozenset[Key] = frozenset()

    def count(self, severity: Severity) -> int:
        """How many findings of ``severity`` are to be shown."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def hidden_losses(self) -> tuple[Suppressed, ...]:
        """Suppressed findings that lose mail: a summary always counts them."""
        return tuple(one for one in self.suppressed if one.finding.severity is Severity.LOSES_MAIL)


def run(
    question: Question,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    baseline: Collection[Key] = frozenset(),
) -> Report:
    """Ask the rules whose codes begin with one of ``select`` (empty: all) and with none of ``ignore``."""
    chosen = [rule for rule in RULES if _chosen(rule, select, ignore)]
    found: list[Finding] = []
    unobserved: dict[tuple[str, str], Unobserved] = {}
    clean: list[str] = []
    undecided: list[str] = []
    for rule in chosen:
        findings, unknown = _ask(rule, question)
        found.extend(findings)
        for one in unknown:
            _note(unobserved, one, rule.code)
        if rule.check is not None and not findings:
            (undecided if unknown else clean).append(rule.code)
    shown, hidden = suppressed(question, found)
    not_run = tuple(rule.code for rule in RULES if rule not in chosen)
    about = [one for one in verdicts_on_suppressions(question, found, not_run) if one.code not in not_run]
    clean += [rule.code for rule in chosen if rule.check is None and rule.code not in {one.code for one in about}]
    known = [finding for finding in shown if _known(finding, baseline)]
    kept = [finding for finding in shown if not _known(finding, baseline)] + about
    keys = {(finding.code, finding.object) for finding in found}
    return Report(
        findings=tuple(sorted(kept, key=lambda finding: SEVERITIES.index(finding.severity))),
        suppressed=tuple(hidden),
        known=tuple(known),
        unobserved=tuple(unobserved.values()),
        clean=tuple(clean),
        undecided=tuple(undecided),
        not_run=not_run,
        stale=frozenset(key for key in baseline if key not in keys),
    )


def _chosen(rule: Rule, select: Sequence[str], ignore: Sequence[str]) -> bool:
    if select and not rule.code.startswith(tuple(select)):
        return False
    return rule.severity is Severity.LOSES_MAIL or not (ignore and rule.code.startswith(tuple(ignore)))


def _ask(rule: Rule, question: Question) -> tuple[list[Finding], list[Unobserved]]:
    findings: dict[tuple[str, object], Finding] = {}
    unknown: list[Unobserved] = []
    if rule.check is None:
        return [], unknown
    for answer in rule.check(question):
        if isinstance(answer, Unobserved):
            unknown.append(answer)
        else:
            findings.setdefault((answer.object, answer.path), _finding(rule, answer, question))
    unknown.extend(lacking(rule.code, question))
    return list(findings.values()), unknown


def _finding(rule: Rule, problem: Problem, question: Question) -> Finding:
    return Finding(
        rule.code,
        rule.severity,
        problem.object,
        problem.path,
        problem.sentence,
        problem.hint,
        problem.labels,
        problem.fix,
        question.source,
    )


def _note(unobserved: dict[tuple[str, str], Unobserved], one: Unobserved, code: str) -> None:
    known = unobserved.get((one.object, one.what), one)
    rules = dict.fromkeys((*known.rules, code))
    unobserved[one.object, one.what] = replace(known, rules=tuple(rules))


def _known(finding: Finding, baseline: Collection[Key]) -> bool:
    return finding.severity is not Severity.LOSES_MAIL and (finding.code, finding.object) in baseline
