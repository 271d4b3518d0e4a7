"""One destination as a row: both modes, why, and nothing that is not known told as known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fleet.decision import judge_all
from fleet.errors import Failure, FailureKind
from fleet.model import Mode, Policy, Security
from fleet.views import CheckRow, Mark, check_row


def row(verdict, **options) -> CheckRow:
    return check_row(verdict, judge_all(verdict), **options)


def test_a_good_destination(sample) -> None:
    found = row(sample.verdict)
    assert (found.chosen.mark, found.chosen.word) == (Mark.OK, "DANE")
    assert (found.other.mode, found.other.mark, found.other.word) == (Mode.MANDATORY, Mark.OK, "DANE")
    assert found.expected == found.weakest == "mx1.example.org 192.0.2.1: DANE"
    assert found.incomplete == found.differences == found.warnings == ()
    assert not found.assumed


def test_the_mode_asked_for_is_the_chosen_one(sample) -> None:
    verdict = sample.with_mx(security=Security.INSECURE)
    assert row(verdict).chosen == row(verdict, mode=Mode.MANDATORY).other
    assert row(verdict, mode=Mode.MANDATORY).mandatory == row(verdict).mandatory
    assert row(verdict).mandatory.word == "held"


def test_a_wrong_certificate_is_held_with_reason_report_and_advice(sample, mismatch) -> None:
    found = row(sample.with_match(mismatch))
    assert (found.chosen.mark, found.chosen.word) == (Mark.FAIL, "held")
    assert "mx1.example.org (192.0.2.1)" in found.reason
    assert found.report == "certificate-not-trusted"
    assert found.advice


def test_dane_at_one_of_two_hosts_is_dane_in_part(two_hosts, mismatch) -> None:
    good = two_hosts.verdict.contacts("mx1.example.org")[0]
    broken = type(two_hosts)(two_hosts.with_match(mismatch))
    verdict = broken.but(lambda step: good if getattr(step, "contact", None) == good.contact else step)
    found = row(verdict)
    assert (found.chosen.mark, found.chosen.word) == (Mark.WARN, "DANE in part")
    assert found.weakest.startswith("mx2.example.org 192.0.2.2: held")


def test_dane_beside_a_host_that_was_not_reached_is_dane_so_far(two_hosts) -> None:
    good = two_hosts.verdict.contacts("mx1.example.org")[0]
    broken = type(two_hosts)(two_hosts.with_failure(Failure(FailureKind.TIMEOUT, "no answer within 10 s")))
    found = row(
        broken.but(
            lambda step: good if getattr(step, "contact", None) and step.contact.host == good.contact.host else step
        )
    )
    assert (found.chosen.mark, found.chosen.word) == (Mark.UNKNOWN, "DANE so far")
    assert any("no answer within 10 s" in what for what in found.incomplete)


def test_an_international_domain_shows_both_forms(make) -> None:
    found = row(make("xn--bcher-kva.example").verdict)
    assert (found.domain, found.label) == ("bücher.example", "xn--bcher-kva.example")
    assert found.name == "bücher.example (xn--bcher-kva.example)"


def test_a_label_that_is_no_idna_stays_as_it_is(make) -> None:
    assert row(make("xn--a.example").verdict).name == "xn--a.example"


@pytest.mark.parametrize(("seconds", "age"), [(5, "5 s ago"), (3725, "1 h 2 min ago"), (-3, "0 s ago")])
def test_age_is_told_in_two_units(sample, seconds, age) -> None:
    assert row(sample.verdict, now=sample.verdict.at + timedelta(seconds=seconds)).age == age


def test_warnings_are_as_of_now(sample) -> None:
    verdict = sample.with_mx(expires=sample.verdict.at + timedelta(days=10))
    assert row(verdict).warnings == ()
    (warning,) = row(verdict, now=verdict.at + timedelta(days=9)).warnings
    assert "MX example.org" in warning


def test_hostile_text_is_shown_not_obeyed(sample) -> None:
    evil = "mx\x1b]52;c;ZXZpbA==\x07\u202e[bold]"
    verdict = replace(sample.with_failure(Failure(FailureKind.GREETING, evil)), unknown=(evil,))
    found = row(verdict)
    texts = [found.reason, found.expected, *found.incomplete]
    assert all(text.isprintable() for text in texts)
    assert any("\\x1b]52" in text for text in texts)


def test_policies_that_part_are_told(sample) -> None:
    verdict = sample.with_address(security=Security.INSECURE, word=sample.verdict.mx.lookup.word)
    assert any("Postfix" in sentence for sentence in row(verdict).differences)
    assert row(verdict, policy=Policy.POSTFIX).policy is Policy.POSTFIX
