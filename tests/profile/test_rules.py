"""Every PROFILE code comes with a profile that has exactly this problem and one that has none."""

import pytest

from fleet.profile import PROFILE_RULES, ProfileRule, read_profile
from fleet.profile.problem import Code

each = pytest.mark.parametrize("rule", PROFILE_RULES, ids=lambda rule: str(rule.code))


@each
def test_the_bad_profile_yields_exactly_this_code_once(rule: ProfileRule) -> None:
    reading = read_profile(rule.bad, "bad.toml")
    assert [diagnostic.finding.code for diagnostic in reading.diagnostics] == [rule.code]
    assert reading.diagnostics[0].finding.severity is rule.severity


@each
def test_the_good_profile_yields_nothing(rule: ProfileRule) -> None:
    reading = read_profile(rule.good, "good.toml")
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    assert reading.fleet.nodes


@each
def test_the_texts_are_sentences_in_mail_terms(rule: ProfileRule) -> None:
    assert rule.rationale.endswith(".")
    assert not rule.title.endswith(".")
    assert rule.source


def test_every_code_has_its_rule() -> None:
    assert [rule.code for rule in PROFILE_RULES] == list(Code)
