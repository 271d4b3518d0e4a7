"""What an SMTP TLS report (RFC 8460) counted for one destination: sums of a day, by whoever says so.

May import the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Witness(StrEnum):
    """Of which mail a report speaks, seen from a fleet."""

    INBOUND = "inbound"
    """Others' mail to a domain of ours."""
    OUTBOUND = "outbound"
    """Our mail to others: written by an organization of ours."""
    OTHERS = "others"
    """Others' mail to a destination that we send to as well."""
    UNKNOWN = "unknown"
    """The profile knows neither side, or there is none."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Sessions with one policy domain under one policy (a word of RFC 8460, or ``unknown``).

    ``results``: failed sessions by result type, the most first; ``dane_failed``: those whose result only DANE gives.
    """

    domain: str
    policy: str
    successful: int = 0
    failed: int = 0
    dane_failed: int = 0
    results: tuple[tuple[str, int], ...] = ()
    witness: Witness = Witness.UNKNOWN
    start: datetime | None = None
    end: datetime | None = None
