"""Patience: from readings to alerts that fire once and end once.  Pure: an alert and a reading give an alert.

::

    nothing --bad--> PENDING --bad long enough--> FIRING --good--> RECOVERING --good long enough--> nothing
                       |                            ^                 |
                       +--good--> nothing           +--bad, unknown---+

May import ``fleet.model`` and ``fleet.alerts.conditions``.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from fleet.alerts.conditions import Reading, Standing
from fleet.model.alerts import AlertSettings, Condition, Patience

PATIENCE: dict[Condition, Patience] = {
    Condition.MAIL_STOPPED: Patience(2, 0, 2, 0),
    Condition.DANE_LOST: Patience(2, 0, 2, 0),
    Condition.OUTCOME_UNKNOWN: Patience(1, 3_600, 1, 300),
    Condition.NODE_SILENT: Patience(3, 300, 2, 0),
    Condition.QUEUE_RISING: Patience(2, 0, 2, 0),
    Condition.FINDING: Patience(1, 60, 1, 300),
    Condition.HISTORY_NOT_WRITTEN: Patience(1, 60, 1, 60),
}
"""How patient a condition is unless a profile says otherwise."""


class Phase(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    """Seen bad, but not for long enough to tell anybody."""
    FIRING = "firing"
    RECOVERING = "recovering"
    """Firing, and seen good, but not for long enough to take it back."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One condition of one object that is, or lately was, bad.

    ``reading``: the last bad one.  ``since``: when it was first seen bad.  ``turned``: when what is counted now began
    (bad while pending, good while recovering), ``seen`` by so many ``looks``.
    """

    reading: Reading
    since: datetime
    turned: datetime
    phase: Phase = Phase.PENDING
    seen: int = 1
    looks: int | None = None

    @property
    def fires(self) -> bool:
        """Whether it was bad for long enough, and has not been good for long enough since."""
        return self.phase is not Phase.PENDING


def patience_for(settings: AlertSettings) -> dict[Condition, Patience]:
    """How patient each condition is; one that is turned off is missing."""
    found = dict(PATIENCE)
    for said in settings.conditions:
        given = {field.name: getattr(said, field.name) for field in fields(Patience)}
        found[said.condition] = replace(
            found[said.condition], **{name: value for name, value in given.items() if value is not None}
        )
        if said.off:
            del found[said.condition]
    return found


def advance(alert: Alert | None, reading: Reading, now: datetime, patience: Patience) -> Alert | None:
    """The alert after ``reading``; None: nothing is wrong, or no longer."""
    if alert is not None and now < alert.turned:  # the clock was set back: what is counted begins anew, now
        alert = replace(alert, since=min(alert.since, now), turned=now)
    if reading.standing is Standing.UNKNOWN:
        # Nobody knows: not good for long enough, whatever was counted.
        return replace(alert, phase=Phase.FIRING) if alert is not None and alert.fires else alert
    if alert is None:
        if reading.standing is Standing.GOOD:
            return None
        alert = Alert(reading, now, now, looks=reading.looks)
        return _fired(alert, now, patience)
    if reading.standing is Standing.BAD:
        alert = replace(alert, reading=reading)
        if alert.phase is not Phase.PENDING:
            return replace(alert, phase=Phase.FIRING, looks=reading.looks)
        return _fired(_counted(alert, reading), now, patience)
    if alert.phase is Phase.PENDING:
        return None
    if alert.phase is Phase.FIRING:
        alert = replace(alert, phase=Phase.RECOVERING, turned=now, seen=1, looks=reading.looks)
    else:
        alert = _counted(alert, reading)
    return None if _enough(alert, reading, now, patience.good_checks, patience.good_seconds) else alert


def _counted(alert: Alert, reading: Reading) -> Alert:
    return replace(alert, seen=alert.seen + (reading.looks != alert.looks), looks=reading.looks)


def _fired(alert: Alert, now: datetime, patience: Patience) -> Alert:
    enough = _enough(alert, alert.reading, now, patience.checks, patience.seconds)
    return replace(alert, phase=Phase.FIRING) if enough else alert


def _enough(alert: Alert, reading: Reading, now: datetime, looks: int, seconds: int) -> bool:
    return (reading.looks is None or alert.seen >= looks) and (now - alert.turned).total_seconds() >= seconds
