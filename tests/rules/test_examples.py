"""Every rule's own examples: a bad profile yields exactly that finding at its place, a good one none of that code."""

import pytest
from facts import FACTS, NOW

from fleet.profile import read_profile
from fleet.rules import RULES, Question, run

BAD = [pytest.param(rule, example, id=f"{rule.code}-{n}") for rule in RULES for n, example in enumerate(rule.bad)]
GOOD = [pytest.param(rule, example, id=f"{rule.code}-{n}") for rule in RULES for n, example in enumerate(rule.good)]


def report_on(example):
    reading = read_profile(example.text, "example.toml")
    assert [d.finding.sentence for d in reading.diagnostics] == []
    return reading, run(Question(reading.fleet, now=NOW, **FACTS[example.given]()))


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_bad_profile_yields_exactly_that_finding_at_its_place(rule, example):
    reading, report = report_on(example)
    found = [finding for finding in report.findings if finding.code == rule.code]
    assert [finding.path for finding in found] == [example.path]
    assert reading.source.locate(found[0].path) is not None
    assert found[0].severity is rule.severity
    assert found[0].sentence.endswith(".")


@pytest.mark.parametrize(("rule", "example"), GOOD)
def test_a_good_profile_yields_none_of_that_code(rule, example):
    _, report = report_on(example)
    assert [finding.path for finding in report.findings if finding.code == rule.code] == []
