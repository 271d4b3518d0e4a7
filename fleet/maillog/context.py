"""What is known beside a log: the time zone of stamps without one, the year of stamps without one, who does DANE.

May import ``fleet.clock``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from fleet.clock import WallClock, now

DaneKnown = Callable[[str, str, datetime | None], bool | None]
"""(node, domain, time) -> whether that node did DANE for that domain then; None: not known."""


def nothing_known(node: str, domain: str, at: datetime | None) -> bool | None:
    """Nothing is known of any node."""
    return None


@dataclass(frozen=True, slots=True)
class Context:
    """``node``: who wrote lines that name no host.  ``zone``: of stamps that name none.  ``clock``: what year it is."""

    node: str = ""
    zone: tzinfo = UTC
    clock: WallClock = field(default=now)
    does_dane: DaneKnown = nothing_known
