"""Everything that is wrong, from one look to the next: what to tell, what to tell again, and what not to tell.

A fold: the same situations in the same order give the same notices.  May import ``fleet.model`` and the modules beside.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.alerts.conditions import Reading, Situation, Standing, readings
from fleet.alerts.patience import Alert, advance, patience_for
from fleet.model.alerts import AlertSettings, Condition, Maintenance
from fleet.model.event import Act, OperatorActed
from fleet.model.fleet import Fleet

Key = tuple[Condition, str]


class Kind(StrEnum):
    """What a notice says."""

    FIRING = "firing"
    STILL = "still firing"
    RESOLVED = "resolved"
    GONE = "no longer watched"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, once."""

    kind: Kind
    at: datetime
    alert: Alert


class Watch:
    """The alerts there are, and which of them were told when."""

    def __init__(self) -> None:
        self.alerts: dict[Key, Alert] = {}
        self.told: dict[Key, datetime] = {}

    def look(self, situation: Situation) -> tuple[Notice, ...]:
        """Take in ``situation``; what is to be told now."""
        return tuple(self._look(situation))

    def _look(self, situation: Situation) -> Iterator[Notice]:
        patience = patience_for(situation.settings)
        found = {one.key: one for one in readings(situation) if one.condition in patience}
        for key in [*found, *(key for key in self.alerts if key not in found)]:
            before = self.alerts.get(key)
            reading = found.get(key) or (_without(before, situation) if key[0] in patience else None)
            after = advance(before, reading, situation.now, patience[key[0]]) if reading is not None else None
            if after is not None:
                self.alerts[key] = after
                yield from self._tell(key, after, situation)
            elif before is not None:
                del self.alerts[key]
                if self.told.pop(key, None) is not None:
                    yield Notice(Kind.RESOLVED if reading is not None else Kind.GONE, situation.now, before)

    def _tell(self, key: Key, alert: Alert, situation: Situation) -> Iterator[Notice]:
        if not alert.fires or muted(alert.reading, situation):
            return
        at = self.told.get(key)
        if at is None:
            self.told[key] = situation.now
            yield Notice(Kind.FIRING, situation.now, alert)
        elif situation.now < at:  # the clock was set back
            self.told[key] = situation.now
        elif (situation.now - at).total_seconds() >= situation.settings.repeat_seconds and not acknowledged(
            alert.reading, situation
        ):
            self.told[key] = situation.now
            yield Notice(Kind.STILL, situation.now, alert)


def _without(before: Alert | None, situation: Situation) -> Reading | None:
    """What it means that a condition has no reading: a finding is mended once the rules say so, anything else is gone.

    None: its object is no longer watched, or the condition is turned off.
    """
    if before is None or before.reading.condition is not Condition.FINDING:
        return None
    of = before.reading
    standing = Standing.UNKNOWN if situation.findings is None else Standing.GOOD
    return Reading(of.condition, of.object, standing)


def muted(reading: Reading, situation: Situation) -> bool:
    """Whether nothing is told of this now: a maintenance window covers it, or an operator silenced it.

    What loses mail by the layout is not silenced: the dashboard goes on showing it, too.
    """
    if any(covers(window, reading, situation) for window in situation.settings.maintenance):
        return True
    stays = reading.condition is Condition.FINDING and reading.severe
    return not stays and any(act.act is Act.SILENCED for act in _acts(reading, situation))


def acknowledged(reading: Reading, situation: Situation) -> bool:
    """Whether somebody said that it is known: it is not told again."""
    return any(True for _ in _acts(reading, situation))


def covers(window: Maintenance, reading: Reading, situation: Situation) -> bool:
    """Whether everything that ``reading`` concerns is under maintenance now."""
    if not window.start <= situation.now < window.end:
        return False
    if not (window.nodes or window.tiers or window.destinations):
        return True
    if reading.destination in window.destinations:
        return True
    fleet = situation.state.fleet
    return bool(reading.nodes) and all(_named(window, fleet, name) for name in reading.nodes)


def _named(window: Maintenance, fleet: Fleet | None, name: str) -> bool:
    node = fleet.nodes.get(name) if fleet is not None else None
    return name in window.nodes or (node is not None and node.tier in window.tiers)


def _acts(reading: Reading, situation: Situation) -> Iterator[OperatorActed]:
    acts: Mapping[str, OperatorActed] = situation.state.acts
    for about in (reading.object, reading.about):
        act = acts.get(about)
        if act is not None and (act.until is None or act.until > situation.now):
            yield act


def wanted(settings: AlertSettings, target: str, notice: Notice) -> bool:
    """Whether ``target`` is told of this."""
    found = next((one for one in settings.targets if one.name == target), None)
    return found is not None and (not found.conditions or notice.alert.reading.condition in found.conditions)
