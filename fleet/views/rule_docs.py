"""What every code means, whoever finds it: rules about fleets and problems of reading a profile, as one table.

May import ``fleet.rules``, ``fleet.profile`` and ``fleet.model``.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from fleet.model.finding import Severity
from fleet.profile import PROFILE_RULES, ProfileRule
from fleet.rules import RULES, Rule
from fleet.rules.queue_codes import QUEUE_RULES


@dataclass(frozen=True, slots=True)
class RuleDoc:
    """One code: what it finds, what that does to mail, profiles that have it and profiles that have not.

    All of it is written by us; ``source`` may be empty.
    """

    code: str
    severity: Severity
    title: str
    rationale: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    source: str

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")

    @property
    def examples(self) -> tuple[tuple[str, str], ...]:
        """Title and text of one profile each; none for what no profile has by itself (a queue, a log)."""
        return tuple((title, texts[0]) for title, texts in (("Bad", self.bad), ("Good", self.good)) if texts)


@cache
def rule_docs() -> dict[str, RuleDoc]:
    """Every code with its documentation, PROFILE first, then as the rules are asked."""
    docs = [_of_profile(rule) for rule in PROFILE_RULES] + [_of_rule(rule) for rule in (*RULES, *QUEUE_RULES)]
    return {doc.code: doc for doc in docs}


def nearest_code(code: str) -> str:
    """The known code that looks most like ``code``; empty if none does."""
    wanted = code[:20].upper()
    return next(iter(get_close_matches(wanted, rule_docs(), n=1, cutoff=0.5)), "")


def _of_profile(rule: ProfileRule) -> RuleDoc:
    return RuleDoc(
        str(rule.code), rule.severity, rule.title, rule.rationale, (rule.bad,), (rule.good,), source=rule.source
    )


def _of_rule(rule: Rule) -> RuleDoc:
    return RuleDoc(
        rule.code,
        rule.severity,
        rule.title,
        rule.rationale,
        tuple(example.text for example in rule.bad),
        tuple(example.text for example in rule.good),
        rule.source,
    )
