"""What is to be told to whom: conditions, how patient each is, where messages go, and when they are not wanted.

Declared in a profile, judged in ``fleet.alerts``.  May import the standard library.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Condition(StrEnum):
    """What may be wrong for long enough to be told."""

    MAIL_STOPPED = "mail-stopped"
    """Mail to a destination is held, discarded or returned."""
    DANE_LOST = "dane-lost"
    """Mail to a destination left under DANE and does so no more."""
    OUTCOME_UNKNOWN = "outcome-unknown"
    """Nobody knows what becomes of mail to a destination."""
    NODE_SILENT = "node-silent"
    """A node does not answer polls."""
    QUEUE_RISING = "queue-rising"
    """A destination is new in the queue of a node, or more of its mail waits there than did."""
    FINDING = "finding"
    """The rules find something wrong with the layout."""
    HISTORY_NOT_WRITTEN = "history-not-written"
    """What the monitor sees is not kept."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something must be bad before it is told, and good before that is taken back.

    ``checks`` are polls or checks that saw it, where it is polls or checks that see it; both must be reached.
    """

    checks: int
    seconds: int
    good_checks: int
    good_seconds: int


@dataclass(frozen=True, slots=True)
class ConditionSettings:
    """What a profile says of one condition; None: as usual."""

    condition: Condition
    off: bool = False
    checks: int | None = None
    seconds: int | None = None
    good_checks: int | None = None
    good_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Where messages go.  ``secret_url`` says where its Apprise URL is kept: ``env:NAME`` or ``keyring:NAME``.

    ``conditions`` empty: all of them.
    """

    name: str
    secret_url: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time in which nothing is told of some nodes, tiers and destinations; of nothing at all where none is named."""

    start: datetime
    end: datetime
    reason: str
    nodes: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """All that a profile says about alerts.

    ``repeat_seconds``: what lasts is said again after these.  ``gather_seconds``: what comes within them goes into
    one message.  ``findings``: from which severity on findings are told, as the word of it.
    """

    repeat_seconds: int = 86_400
    gather_seconds: int = 30
    findings: str = "error"
    conditions: tuple[ConditionSettings, ...] = ()
    targets: tuple[AlertTarget, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
