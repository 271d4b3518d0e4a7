"""What mail logs proved about a destination, added up: numbers and times, never a line and never an address.

May import the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """One destination in one log.

    ``successes``: delivered under DANE; ``failures``: DANE failed; ``fallbacks``: delivered without DANE by a node that
    does DANE for it; ``held``: put off.  ``weak`` lines look like DANE and prove nothing by themselves.
    ``last_success`` and ``last_failure``: when there was one last, where the lines have times.
    """

    domain: str
    successes: int = 0
    failures: int = 0
    fallbacks: int = 0
    held: int = 0
    weak: int = 0
    delivered: int = 0
    """In all, whatever is known of TLS: the weight of the destination."""
    first: datetime | None = None
    last: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
