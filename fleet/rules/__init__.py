"""The layout rules."""

from fleet.rules.catalogue import BY_CODE, RULES
from fleet.rules.question import Place, Question
from fleet.rules.rule import Example, Problem, Rule, Unobserved
from fleet.rules.run import Report, run
from fleet.rules.suppress import Suppressed

__all__ = [
    "BY_CODE",
    "RULES",
    "Example",
    "Place",
    "Problem",
    "Question",
    "Report",
    "Rule",
    "Suppressed",
    "Unobserved",
    "run",
]
