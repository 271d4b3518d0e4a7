"""Mail in a queue is put down to DANE only where a fresh check proves it, and is news only where it grew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from verdicts import AT, bad_match, destination

from fleet.errors import Failure, FailureKind
from fleet.forecast.waiting import Blame, Cause, Trend, blame, first_bounce, is_news, trend
from fleet.model import Verdict
from fleet.model.queue import Level, Rise, Series, Waiting

BAD = destination().with_match(bad_match())
GOOD = destination().verdict


@pytest.fixture
def ask(fleets: SimpleNamespace, two_tiers: str):
    fleet = fleets.of(two_tiers)

    def asked(verdict: Verdict | None, minutes: float = 5, node: str = "dlv1") -> Blame:
        verdicts = {"example.org": verdict} if verdict is not None else {}
        return blame(fleet, fleet.nodes[node], "example.org", verdicts, AT + timedelta(minutes=minutes), interval=1800)

    return asked


def test_a_fresh_check_whose_mail_is_held_is_the_cause(ask) -> None:
    found = ask(BAD)
    assert (found.cause, found.flow) == (Cause.DANE, "RELAY")


@pytest.mark.parametrize(
    ("verdict", "minutes", "node", "why"),
    [
        (None, 5, "dlv1", "never checked"),
        (BAD, 31, "dlv1", "older than one interval"),
        (BAD, -31, "dlv1", "older than one interval"),
        (GOOD, 5, "dlv1", "does not have its mail held"),
        (BAD, 5, "scan1", "does not deliver to the outside"),
    ],
    ids=["never checked", "stale", "of a clock that was ahead", "delivered", "inner tier"],
)
def test_whatever_is_missing_the_cause_is_unknown(ask, verdict, minutes: float, node: str, why: str) -> None:
    found = ask(verdict, minutes, node)
    assert found.cause is Cause.UNKNOWN
    assert why in found.sentence


def test_mail_held_without_dane_is_not_put_down_to_dane(fleets: SimpleNamespace, two_tiers: str) -> None:
    fleet = fleets.of(two_tiers.replace('dane = "opportunistic"', 'tls = "required"'))
    verdict = destination().with_failure(Failure(FailureKind.NO_STARTTLS, "no STARTTLS"))
    found = blame(fleet, fleet.nodes["dlv1"], "example.org", {"example.org": verdict}, AT, interval=1800)
    assert found.cause is Cause.UNKNOWN
    assert "held without DANE" in found.sentence


def test_the_oldest_message_and_the_timer_give_the_time_left(fleets: SimpleNamespace, two_tiers: str) -> None:
    fleet = fleets.of(two_tiers)
    one = Waiting("example.org", 3, AT - timedelta(hours=31))
    assert first_bounce(fleet, fleet.nodes["dlv1"], one, AT) == timedelta(hours=41)
    assert first_bounce(fleet, fleet.nodes["dlv1"], replace(one, oldest=None), AT) is None


START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def series(*numbers: int | None, clear: bool = False) -> Series:
    levels = tuple(Level(START + timedelta(minutes=5 * at), number) for at, number in enumerate(numbers))
    since = next((level.at for level in levels if level.recipients), None)
    return Series("ietf.org", levels, since, START if clear else None)


@pytest.mark.parametrize(
    ("told", "change", "expected"),
    [
        (series(0, 0, 4, 6, clear=True), None, Trend.NEW),
        (series(0, 0, 4, 6, clear=True), 7, Trend.NEW),
        (series(10, 12, 9, 40), 12, Trend.RISING),
        (series(10, 12, 9, 12), 12, Trend.STEADY),
        (series(40, 42, 9, 3), 7, Trend.FALLING),
        (series(2, 3), 2, Trend.STEADY),
        (series(7), None, Trend.UNKNOWN),
        (series(None, None), None, Trend.UNKNOWN),
        (None, None, Trend.UNKNOWN),
    ],
)
def test_the_trend_is_held_against_what_was_before_the_change(
    told: Series | None, change: int | None, expected: Trend
) -> None:
    changed = START + timedelta(minutes=change) if change is not None else None
    assert trend(told, changed) is expected


def test_what_rose_before_anybody_remembers_is_still_risen_but_not_since_a_later_change() -> None:
    high = replace(series(160, 160, 160), rise=Rise(START - timedelta(days=1), 100))
    assert trend(high) is Trend.RISING
    assert trend(high, START - timedelta(days=2)) is Trend.RISING
    assert trend(high, START - timedelta(hours=1)) is Trend.STEADY
    assert trend(series(160, 160, 160)) is Trend.STEADY


def test_mail_that_merely_passes_through_is_no_news() -> None:
    now = START + timedelta(minutes=10)
    passing = series(0, 0, 4, clear=True)
    young = Waiting("ietf.org", 4, now - timedelta(minutes=1))
    assert not is_news(young, passing, None, now)
    assert is_news(replace(young, oldest=now - timedelta(hours=1)), passing, None, now)
    assert is_news(young, series(0, 4, 4, clear=True), None, now)
