"""Alerts fire once and end once, whatever comes: random readings against a second, simpler account of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fleet.alerts import Alert, Phase, Reading, Standing, advance, patience_for
from fleet.alerts.patience import PATIENCE
from fleet.model.alerts import AlertSettings, Condition, ConditionSettings, Patience

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """One reading: how it stood, whether somebody had looked since the last one, and how long after it."""

    standing: Standing
    anew: bool
    seconds: int


SEEN = st.builds(Seen, st.sampled_from(Standing), st.booleans(), st.integers(0, 40))
PATIENCES = st.builds(Patience, *[st.integers(1, 3), st.integers(0, 60)] * 2)


def lived(history: Sequence[Seen], patience: Patience, counted: bool = True) -> list[Alert | None]:
    """What our machine makes of it."""
    alert: Alert | None = None
    found, now, looks = [], START, 0
    for one in history:
        now += timedelta(seconds=one.seconds)
        looks += one.anew
        reading = Reading(Condition.NODE_SILENT, "node x", one.standing, looks=looks if counted else None)
        alert = advance(alert, reading, now, patience)
        found.append(alert)
    return found


def long_enough(run: Sequence[tuple[int, int]], checks: int, seconds: int) -> bool:
    """Whether a run of (second, look) has so many looks and seconds."""
    return bool(run) and len({look for _, look in run}) >= checks and run[-1][0] - run[0][0] >= seconds


def told(history: Sequence[Seen], patience: Patience) -> list[bool]:
    """The same by lists: a run of bad with no good between fires, a run of nothing but good ends it."""
    firing, bad, good, second, look, found = False, [], [], 0, 0, []
    for one in history:
        second += one.seconds
        look += one.anew
        if one.standing is Standing.BAD:
            bad.append((second, look))
        elif one.standing is Standing.GOOD:
            bad = []
        good = [*good, (second, look)] if firing and one.standing is Standing.GOOD else []
        if not firing and one.standing is Standing.BAD:
            firing = long_enough(bad, patience.checks, patience.seconds)
        elif firing and long_enough(good, patience.good_checks, patience.good_seconds):
            firing = False
        found.append(firing)
    return found


@given(st.lists(SEEN, max_size=60), PATIENCES)
def test_random_readings_fire_and_end_as_the_simple_account_says(history: list[Seen], patience: Patience) -> None:
    assert [alert is not None and alert.fires for alert in lived(history, patience)] == told(history, patience)


@given(st.lists(SEEN, max_size=60), PATIENCES)
def test_nothing_fires_that_was_never_bad_and_nothing_ends_that_was_never_good(
    history: list[Seen], patience: Patience
) -> None:
    before: Alert | None = None
    for one, alert in zip(history, lived(history, patience), strict=True):
        was, fires = before is not None and before.fires, alert is not None and alert.fires
        assert fires <= was or one.standing is Standing.BAD
        assert was <= fires or one.standing is Standing.GOOD
        before = alert


@given(st.lists(SEEN, max_size=80), st.integers(1, 3), st.integers(20, 60))
def test_what_goes_up_and_down_within_its_patience_is_told_once(history: list[Seen], checks: int, seconds: int) -> None:
    patience = Patience(1, 0, checks, seconds)
    flapping = [Seen(one.standing, one.anew, one.seconds % (seconds // 4)) for one in history]
    ups_and_downs = [
        again for one in flapping for again in (one, Seen(Standing.BAD, True, min(one.seconds, seconds // 4)))
    ]
    fired = [alert is not None and alert.fires for alert in lived(ups_and_downs, patience)]
    turns = sum(a != b for a, b in zip([False, *fired], fired, strict=False))
    assert turns <= 1


def test_time_alone_counts_where_nobody_needs_to_look() -> None:
    patience = Patience(3, 60, 3, 60)
    bad = [Seen(Standing.BAD, False, 30)] * 4
    good = [Seen(Standing.GOOD, False, 30)] * 4
    phases = [alert.phase if alert else None for alert in lived([*bad, *good], patience, counted=False)]
    assert phases == [
        *(Phase.PENDING, Phase.PENDING, Phase.FIRING, Phase.FIRING),
        *(Phase.RECOVERING, Phase.RECOVERING, None, None),
    ]


def test_what_is_unknown_ends_no_alert_and_starts_the_count_of_good_anew() -> None:
    patience = Patience(1, 0, 2, 0)
    kinds = [Standing.BAD, Standing.UNKNOWN, Standing.GOOD, Standing.UNKNOWN, Standing.GOOD, Standing.GOOD]
    fires = [alert is not None for alert in lived([Seen(kind, True, 1) for kind in kinds], patience)]
    assert fires == [True, True, True, True, True, False]


def test_a_profile_makes_a_condition_more_patient_or_turns_it_off() -> None:
    settings = AlertSettings(
        conditions=(
            ConditionSettings(Condition.NODE_SILENT, seconds=900),
            ConditionSettings(Condition.FINDING, off=True),
        )
    )
    found = patience_for(settings)
    assert found[Condition.NODE_SILENT].seconds == 900
    assert found[Condition.NODE_SILENT].checks == PATIENCE[Condition.NODE_SILENT].checks
    assert Condition.FINDING not in found
    assert set(PATIENCE) == set(Condition)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_the_time_it_lost() -> None:
    patience = Patience(1, 60, 1, 60)
    bad = Reading(Condition.NODE_SILENT, "node x", Standing.BAD)
    day = timedelta(days=1)
    alert = advance(None, bad, START, patience)
    for second in (0, 30, 59):
        alert = advance(alert, bad, START - day + timedelta(seconds=second), patience)
        assert alert is not None
        assert not alert.fires
    alert = advance(alert, bad, START - day + timedelta(seconds=60), patience)
    assert alert is not None
    assert (alert.fires, alert.since) == (True, START - day)
    good = Reading(Condition.NODE_SILENT, "node x", Standing.GOOD)
    alert = advance(alert, good, START, patience)
    alert = advance(alert, good, START - 2 * day, patience)
    assert alert is not None
    assert advance(alert, good, START - 2 * day + timedelta(seconds=60), patience) is None
