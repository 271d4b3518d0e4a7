"""What these tests share: a fleet that is watched, with alerts in its profile."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from watched import NOW, watched

from fleet.alerts import Notice, Situation, Watch
from fleet.faces.live.alerting import situation_of
from fleet.model.alerts import AlertSettings, Condition, ConditionSettings
from fleet.views.board import Picture, outlook

AT_ONCE = tuple(ConditionSettings(condition, False, 1, 0, 1, 0) for condition in Condition)
"""No patience at all: what is bad is told, what is good is taken back."""


def settled(picture: Picture) -> Picture:
    while outlook(picture).behind:
        pass
    return picture


def told(picture: Picture, settings: AlertSettings, now: datetime = NOW) -> Situation:
    """What is known, with ``settings`` in the profile."""
    assert picture.state.fleet is not None
    situation = situation_of(settled(picture))
    state = situation.state.snapshot()
    state.fleet = replace(picture.state.fleet, alerts=settings)
    return replace(situation, state=state, now=now)


def look(watch: Watch, situation: Situation, minutes: float = 0) -> Sequence[Notice]:
    return watch.look(replace(situation, now=situation.now + timedelta(minutes=minutes)))


__all__ = ["AT_ONCE", "NOW", "look", "settled", "told", "watched"]
