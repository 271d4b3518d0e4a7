"""The layout rules: what a fleet on paper, or as it was observed, will do to mail that nobody wants.

A rule is a small pure function with a code, a severity, a rationale in mail terms, a source, and profiles that break
and keep it, which the tests run.  Families: TIER (who faces outside, and nodes that are told the same), DEST
(destination controls and verdicts), ROUTE (SMTP routes), FLOW (who may hand mail in, and how), DNS (resolvers), VER
(software, trust anchor, clock), SSH (how nodes are reached), DRIFT (declared beside observed), LOG (debug logs), SUP
(suppressions). PROFILE lives where profiles are read.  Codes are never used for anything else again.

``run(Question(fleet, ...))`` gives a ``Report``: findings at the declaring place, one for a value however many nodes
inherit it; what hides some of them, and by what right; and what was neither declared nor observed, so that a rule
without a finding is *clean* only where it knew enough.  ``loses-mail`` is for what holds or bounces mail, or throws it
away.

Findings hold the profile's own words as they are: whoever shows them passes them through ``fleet.text.show``.

May import ``fleet.model``, ``fleet.layout``, ``fleet.decision``, ``fleet.clock`` and ``fleet.text``; never the profile,
the network or anything above.
"""

from fleet.rules.catalogue import BY_CODE, FAMILIES, RULES
from fleet.rules.observed import run_observed
from fleet.rules.question import Place, Question
from fleet.rules.rule import Example, Problem, Rule, Unobserved
from fleet.rules.run import Report, run
from fleet.rules.suppress import Suppressed

__all__ = [
    "BY_CODE",
    "FAMILIES",
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
    "run_observed",
]
