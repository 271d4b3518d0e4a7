"""SUP: suppressions hide findings for a while, for a reason, and are themselves looked at.

An ordinary suppression may name its code and object with wildcards (``DNS*``, ``tier *``).  One for a finding that
loses mail must name both exactly, give a reason and end within 90 days.

May import ``fleet.model`` and modules of this room.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase

from fleet.model.finding import Finding, Severity
from fleet.model.fleet import ObjectPath, Suppression
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Rule

LONGEST = timedelta(days=90)
"""How far off the end of a suppression may be that hides a finding which loses mail."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is hidden, and by what."""

    finding: Finding
    by: Suppression


_BAD_DEFAULT = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "mandatory"\n'
_SUPPRESS = '\n[[suppressions]]\ncode = "{}"\nobject = "{}"\nreason = "agreed with the mail team"\nuntil = {}\n'
_FIRST: ObjectPath = ("suppressions", 0)

_SOURCE = "this program: what loses mail is hard to hide"

UNUSED = Rule(
    "SUP001",
    Severity.WARNING,
    "A suppression that hides nothing",
    "A suppression left behind hides the next finding of the same name, which nobody has looked at.",
    _SOURCE,
    (Example(edge("") + _SUPPRESS.format("LOG901", "tier edge", "2027-01-15"), _FIRST),),
    (Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier edge", "2027-01-15")),),
)
EXPIRED = Rule(
    "SUP002",
    Severity.WARNING,
    "A suppression past its end",
    "What was to be mended by then is not mended: its findings are shown again.",
    _SOURCE,
    (Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier edge", "2026-11-01"), _FIRST),),
    (Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier edge", "2027-01-15")),),
)
TOO_WEAK = Rule(
    "SUP003",
    Severity.ERROR,
    "A suppression that may not hide what loses mail",
    "A finding that loses mail stays visible unless it is named exactly, with a reason and an end at most 90 days off: "
    "otherwise mail is lost long after everybody has forgotten why.",
    _SOURCE,
    (
        Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier *", "2027-01-15"), _FIRST),
        Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier edge", "2029-01-15"), _FIRST),
    ),
    (Example(edge(_BAD_DEFAULT) + _SUPPRESS.format("DEST202", "tier edge", "2027-01-15")),),
)
RULES = (UNUSED, EXPIRED, TOO_WEAK)


def names(suppression: Suppression, finding: Finding) -> bool:
    """Whether ``suppression`` is for ``finding``; wildcards count."""
    return fnmatchcase(finding.code, suppression.code) and fnmatchcase(finding.object, suppression.object)


def refusal(suppression: Suppression, finding: Finding, today: date) -> str:
    """Why ``suppression`` may not hide ``finding`` although it names it and has not ended; empty: it hides it."""
    if finding.severity is not Severity.LOSES_MAIL:
        return "" if suppression.reason.strip() else "it gives no reason"
    if (suppression.code, suppression.object) != (finding.code, finding.object):
        return "what loses mail must be named by its exact code and object"
    if not suppression.reason.strip():
        return "it gives no reason"
    if suppression.until is None:
        return "it has no end date"
    return "" if suppression.until - today <= LONGEST else f"its end is more than {LONGEST.days} days off"


def suppressed(question: Question, findings: Iterable[Finding]) -> tuple[list[Finding], list[Suppressed]]:
    """``findings`` that stay, and those that are hidden."""
    today = question.now.date()
    live = [one for one in question.fleet.suppressions if not _ended(one, today)]
    shown: list[Finding] = []
    hidden: list[Suppressed] = []
    for finding in findings:
        by = next((one for one in live if names(one, finding) and not refusal(one, finding, today)), None)
        if by is None:
            shown.append(finding)
        else:
            hidden.append(Suppressed(finding, by))
    return shown, hidden


def verdicts_on_suppressions(
    question: Question, findings: Sequence[Finding], not_run: Collection[str]
) -> Iterator[Finding]:
    """Findings about the suppressions themselves; one whose rule did not run here is not called unused."""
    today = question.now.date()
    for number, one in enumerate(question.fleet.suppressions):
        meant = [finding for finding in findings if names(one, finding)]
        said = _said(one, meant, today, asked=_asked(one, not_run))
        if said is not None:
            rule, sentence, hint = said
            path: ObjectPath = ("suppressions", number)
            about = f"suppression {one.code} {one.object}"
            yield Finding(rule.code, rule.severity, about, path, sentence, hint, source=question.source)


def _said(one: Suppression, meant: Sequence[Finding], today: date, *, asked: bool) -> tuple[Rule, str, str] | None:
    if one.until is not None and _ended(one, today):
        what = f"the {len(meant)} finding(s) it names are shown again" if meant else "nothing is left for it to hide"
        return EXPIRED, f"This suppression of {one.code} ended on {one.until}: {what}.", "Mend the cause, or remove it."
    refused = next((why for finding in meant if (why := refusal(one, finding, today))), "")
    if refused:
        sentence = f"This suppression of {one.code} does not hide all it names: {refused}."
        return TOO_WEAK, sentence, "Name code and object exactly, give a reason and an end at most 90 days off."
    if not meant and asked:
        return UNUSED, f"This suppression of {one.code} for {one.object} hides nothing.", "Remove it."
    return None


def _asked(one: Suppression, not_run: Collection[str]) -> bool:
    """Whether everything it may be for was asked; findings of PROFILE are made elsewhere."""
    return not one.code.startswith("PROFILE") and not any(fnmatchcase(code, one.code) for code in not_run)


def _ended(one: Suppression, today: date) -> bool:
    return one.until is not None and one.until < today
