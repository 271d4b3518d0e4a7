"""When a node is asked next: at its interval while it answers, at growing distances while it does not.

A refused login or a host key nobody vouches for will not mend itself, and each further login may lock the account: such
nodes wait the longest time at once.  Pure: the caller brings the time and the random numbers.
May import ``fleet.errors``.
"""

import random
from dataclasses import dataclass

from fleet.errors import Failure, FailureKind

STUBBORN = frozenset(
    {
        FailureKind.AUTHENTICATION,
        FailureKind.KEY_LOCKED,
        FailureKind.HOST_KEY_UNKNOWN,
        FailureKind.HOST_KEY_CHANGED,
        FailureKind.UNCOMMITTED,
    }
)
"""Failures that only a person ends."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds: the ``interval`` of a healthy node, the ``shortest`` and ``longest`` wait after a failure.

    ``jitter``: the part by which an interval is drawn longer or shorter, so that a fleet does not ask in step.
    """

    interval: float = 300.0
    jitter: float = 0.1
    shortest: float = 5.0
    longest: float = 600.0

    def first(self, chance: random.Random) -> float:
        """A node's first wait: somewhere in its interval, so that a large fleet starts spread out."""
        return chance.uniform(0.0, self.interval * self.jitter)

    def after_success(self, chance: random.Random) -> float:
        """The interval with its jitter."""
        return self.interval * chance.uniform(1 - self.jitter, 1 + self.jitter)

    def after_failure(self, failure: Failure, before: float, chance: random.Random) -> float:
        """Decorrelated exponential backoff: up to three times the wait ``before`` (0: the first failure)."""
        if failure.kind in STUBBORN:
            return self.longest * chance.uniform(1.0, 1 + self.jitter)
        return min(self.longest, chance.uniform(self.shortest, max(self.shortest, before * 3)))
