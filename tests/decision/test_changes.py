"""What changed between two checks: a rollover step by step, what breaks mail, and what is no change at all."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import RECORD, TWIN, Sample, bad_match, destination

from fleet.decision import Change, ChangeKind, Effect, Published, changes, published
from fleet.errors import Failure, FailureKind
from fleet.model import (
    ContactStep,
    Existence,
    MailHost,
    MxMeaning,
    MxStep,
    Security,
    TlsaRecord,
    TlsReport,
    Verdict,
)

GOOD = destination("example.org")
DOWN = Failure(FailureKind.TIMEOUT, "no answer within 5 s")


def key(verdict: Verdict, number: int, *, same_key: bool = False) -> Verdict:
    """``verdict`` with the certificate of that number."""

    def change(step):
        if not isinstance(step, ContactStep):
            return step
        leaf = replace(step.certificates[0], sha256=f"{number:064x}")
        return replace(step, certificates=(leaf if same_key else replace(leaf, spki_sha256=f"{number:064x}"),))

    return Sample(verdict).but(change)


def told(before: Verdict, after: Verdict) -> list[Change]:
    known = published(before)
    return list(changes(known, published(after, known)))


def records(*found: TlsaRecord) -> Verdict:
    return GOOD.with_tlsa(found)


def test_nothing_changed_is_no_change() -> None:
    assert told(GOOD.verdict, replace(GOOD.verdict, milliseconds=99.0)) == []


def test_a_rollover_in_the_right_order_is_three_harmless_changes() -> None:
    steps = [records(RECORD), records(RECORD, TWIN), key(records(RECORD, TWIN), 2), key(records(TWIN), 2)]
    found = [told(before, after) for before, after in pairwise(steps)]
    assert [[(one.kind, one.effect) for one in each] for each in found] == [
        [(ChangeKind.TLSA, Effect.HARMLESS)],
        [(ChangeKind.CERTIFICATE, Effect.HARMLESS)],
        [(ChangeKind.TLSA, Effect.HARMLESS)],
    ]
    begins, comes, ends = (each[0].sentence for each in found)
    assert "a rollover begins: a new record is published before the certificate changes" in begins
    assert "the record that names the new certificate was published before it came" in comes
    assert "a rollover ends" in ends


def test_record_and_certificate_at_once_is_risky_for_who_remembers_the_older_record() -> None:
    found = told(records(RECORD), key(records(TWIN), 2))
    assert {one.kind: one.effect for one in found} == {
        ChangeKind.TLSA: Effect.RISKY,
        ChangeKind.CERTIFICATE: Effect.RISKY,
    }


def test_a_new_certificate_that_no_record_names_breaks_mail_and_mends_when_one_does() -> None:
    wrong = key(Sample(records(RECORD)).with_match(bad_match()), 2)
    (broken,) = told(records(RECORD), wrong)
    assert (broken.kind, broken.effect) == (ChangeKind.CERTIFICATE, Effect.BREAKS)
    assert "held" in broken.sentence
    (mended,) = told(wrong, key(records(TWIN), 2))
    assert (mended.kind, mended.effect) == (ChangeKind.TLSA, Effect.MENDS)


def test_a_new_certificate_is_called_harmless_only_where_no_record_applies() -> None:
    def beside(verdict: Verdict) -> Change:
        untried = Sample(verdict).but(lambda step: replace(step, matches=()) if isinstance(step, ContactStep) else step)
        before, after = (key(untried, number) for number in (1, 2))
        (found,) = [one for one in told(before, after) if one.kind is ChangeKind.CERTIFICATE]
        return found

    none = beside(records())
    assert (none.effect, none.sentence) == (
        Effect.HARMLESS,
        "no TLSA record applies to it: DANE has no part in this",
    )
    assert beside(records(RECORD)).effect is Effect.UNKNOWN, "a record is there, and what it says was not tried"


def test_renewed_with_the_same_key_is_harmless() -> None:
    (found,) = told(GOOD.verdict, key(GOOD.verdict, 3, same_key=True))
    assert (found.effect, "same key" in found.sentence) == (Effect.HARMLESS, True)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (GOOD.verdict, GOOD.with_tlsa((), existence=Existence.NXDOMAIN), Effect.ENDS),
        (GOOD.with_tlsa((), existence=Existence.NXDOMAIN), GOOD.verdict, Effect.BEGINS),
        (GOOD.verdict, GOOD.with_tlsa(security=Security.BOGUS), Effect.BREAKS),
        (GOOD.with_tlsa(security=Security.BOGUS), GOOD.verdict, Effect.MENDS),
        (GOOD.verdict, GOOD.with_tlsa(security=Security.INSECURE), Effect.ENDS),
        (GOOD.verdict, Sample(records(TWIN)).with_match(bad_match(TlsReport.TLSA_INVALID)), Effect.BREAKS),
    ],
)
def test_tlsa_says_what_becomes_of_dane(before: Verdict, after: Verdict, effect: Effect) -> None:
    assert [(one.kind, one.effect) for one in told(before, after)] == [(ChangeKind.TLSA, effect)]


def test_mx_hosts_that_come_are_judged_by_what_they_present() -> None:
    two = destination("example.org", hosts=2)
    (found,) = [one for one in told(GOOD.verdict, two.verdict) if one.kind is ChangeKind.MX]
    assert (found.before, found.after) == (
        "secure: 10 mx1.example.org",
        "secure: 10 mx1.example.org, 20 mx2.example.org",
    )
    assert found.effect is Effect.HARMLESS
    (found,) = [one for one in told(GOOD.verdict, two.with_match(bad_match())) if one.kind is ChangeKind.MX]
    assert found.effect is Effect.BREAKS
    (found,) = told(two.verdict, GOOD.verdict)
    assert found.effect is Effect.HARMLESS


def test_a_domain_that_takes_no_mail_any_more_returns_it() -> None:
    def nobody(step):
        return replace(step, meaning=MxMeaning.NULL, hosts=(MailHost(0, "."),)) if isinstance(step, MxStep) else None

    null = GOOD.but(nobody)
    (found,) = told(GOOD.verdict, null)
    assert (found.kind, found.effect) == (ChangeKind.MX, Effect.BREAKS)
    assert "goes back to its sender" in found.sentence


def test_a_lookup_that_failed_once_is_no_change_and_hides_none() -> None:
    silent = Sample(GOOD.with_tlsa(failure=DOWN, security=Security.INDETERMINATE, existence=Existence.UNKNOWN)).but(
        lambda step: None if isinstance(step, ContactStep) else step
    )
    assert told(GOOD.verdict, silent) == []
    known = published(silent, published(GOOD.verdict))
    (found,) = changes(known, published(records(RECORD), known))
    assert (found.kind, found.effect) == (ChangeKind.TLSA, Effect.HARMLESS)


_ANY = st.sampled_from(
    [
        GOOD.verdict,
        records(RECORD),
        key(records(TWIN), 2),
        GOOD.with_tlsa((), existence=Existence.NXDOMAIN),
        GOOD.with_tlsa(security=Security.BOGUS),
        GOOD.with_mx(security=Security.INSECURE),
        Sample(GOOD.verdict).with_match(bad_match()),
        destination("example.org", hosts=2).verdict,
        replace(GOOD.verdict, steps=()),
    ]
)


@given(st.lists(_ANY, min_size=1, max_size=8))
def test_what_is_known_is_the_last_answer_and_no_change_is_told_twice(walk: list[Verdict]) -> None:
    known = Published()
    for verdict in walk:
        after = published(verdict, known)
        assert published(verdict, after) == after
        assert changes(after, after) == ()
        for one in changes(known, after):
            assert one.before != one.after
        known = after
