"""A calendar is clean only where every day that DANE depends on was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from verdicts import destination

from fleet.errors import Failure, FailureKind
from fleet.model import Verdict
from fleet.model.fleet import Fleet
from fleet.views.calendar import calendar

SAMPLE = destination()
DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")


@pytest.mark.parametrize(
    ("verdict", "unknown"),
    [
        (SAMPLE.verdict, ()),
        (SAMPLE.with_mx(failure=DOWN), ("example.org",)),
        (SAMPLE.with_tlsa(failure=DOWN), ("example.org",)),
        (SAMPLE.with_failure(DOWN), ("example.org",)),
        (replace(SAMPLE.verdict, unknown=("a deadline ended the walk",)), ("example.org",)),
    ],
    ids=["all seen", "no MX", "no TLSA", "no certificate", "cut short"],
)
def test_what_a_check_did_not_see_has_days_that_are_missing(verdict: Verdict, unknown: tuple[str, ...]) -> None:
    fleet, now = Fleet("x", {}, {}), verdict.at + timedelta(minutes=1)
    found = calendar(fleet, {"example.org": verdict}, (), now, 30)
    assert found.unknown == unknown
    assert found.incomplete == bool(unknown)


def test_a_day_of_a_verdict_that_is_too_old_presses_nobody_and_is_stale_for_all_it_is_shared_with() -> None:
    at = SAMPLE.verdict.at
    ends = {"expires": at + timedelta(days=1), "inception": at - timedelta(days=20), "expiring": "MX org"}
    fresh = SAMPLE.with_mx(**ends)
    old = replace(destination("example.net").with_mx(**ends), at=at - timedelta(days=2))
    alone = calendar(Fleet("x", {}, {}), {"example.org": fresh}, (), at, 30)
    both = calendar(Fleet("x", {}, {}), {"example.org": fresh, "example.net": old}, (), at, 30)
    assert alone.concerns
    assert both.stale == ("example.net",)
    (shared,) = [one for one in both.entries if one.due.subject == "MX org"]
    assert set(shared.destinations) == {"example.org", "example.net"}
    assert shared.stale
    assert not shared.pressing
