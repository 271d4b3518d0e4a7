"""A breaker: after a failure nobody tries again for a while, and everybody is told the same.  Pure; no imports."""

from dataclasses import dataclass

from fleet.errors import Failure


@dataclass(slots=True)
class Breaker:
    """Open after a failure, for ``shortest`` seconds, twice as long after each further one, at most ``longest``."""

    shortest: float = 15.0
    longest: float = 300.0
    failure: Failure | None = None
    _until: float = 0.0
    _next: float = 0.0

    def refuses(self, now: float) -> Failure | None:
        """The failure that holds it open at ``now``; None: try."""
        return self.failure if now < self._until else None

    def failed(self, failure: Failure, now: float) -> None:
        """Open it."""
        self._next = min(self.longest, max(self.shortest, self._next * 2))
        self._until = now + self._next
        self.failure = failure

    def worked(self) -> None:
        """Close it."""
        self.failure, self._until, self._next = None, 0.0, 0.0
