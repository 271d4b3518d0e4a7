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
