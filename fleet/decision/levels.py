"""One verdict under every TLS level: what a fallback comes to is decided by TLS Support, not by DANE (seed).

May import ``fleet.model`` and the other modules of this package.
"""

from dataclasses import dataclass

from fleet.decision.judge import judge
from fleet.model import Mode, Outcome, Policy, TlsLevel, Verdict


@dataclass(frozen=True, slots=True)
class LevelOutcome:
    """What mail comes to at a TLS level: the expected outcome and the worst an attacker or the peer can make of it."""

    level: TlsLevel
    outcome: Outcome
    worst: Outcome


def by_level(verdict: Verdict, policy: Policy, mode: Mode) -> tuple[LevelOutcome, ...]:
    """``verdict`` under every TLS level, the least demanding first.

    The level "none" is listed because destination controls have it; DANE cannot be enabled beside it (seed).
    """
    judged = (judge(verdict, policy, mode, level) for level in TlsLevel)
    return tuple(LevelOutcome(found.level, found.outcome, found.worst) for found in judged)
