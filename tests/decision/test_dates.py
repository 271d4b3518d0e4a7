"""The days on which things end, and what that does to mail."""

from dataclasses import replace
from datetime import timedelta

import pytest
from verdicts import AT, RECORD, TWIN, Sample, bad_match, destination, good_match

from fleet.decision import DateKind, Due, dates
from fleet.model import ChainMatch, ContactStep, Existence, RecordMatch, TlsaRecord, Verdict

GOOD = destination("example.org")
TRUST_ANCHOR = TlsaRecord(bytes.fromhex("020101") + bytes(32), 2, 1, 1, bytes(32))


def of(kind: DateKind, verdict: Verdict, now=AT) -> list[Due]:
    return [due for due in dates(verdict, now) if due.kind is kind]


def ending(verdict: Verdict, **ahead: float) -> Verdict:
    """``verdict`` with a leaf that ends so far ahead."""

    def change(step):
        if not isinstance(step, ContactStep):
            return step
        return replace(step, certificates=(replace(step.certificates[0], not_after=AT + timedelta(**ahead)),))

    return Sample(verdict).but(change)


@pytest.mark.parametrize(
    ("lived", "left", "concern"),
    [
        (timedelta(days=12), timedelta(days=2), True),
        (timedelta(days=1), timedelta(days=1), False),  # signed online: two days for ever
        (timedelta(days=14), timedelta(days=9), False),
        (timedelta(days=14), timedelta(hours=-1), True),
    ],
)
def test_a_signature_is_a_concern_only_where_its_signer_should_have_renewed_it(lived, left, concern) -> None:
    verdict = GOOD.with_mx(expires=AT + left, inception=AT - lived, expiring="DNSKEY org")
    (due,) = of(DateKind.SIGNATURE, verdict)
    assert (due.at, due.subject, due.concern) == (AT + left, "DNSKEY org", concern)
    assert "keep the mail" in due.consequence


def test_only_the_first_end_of_a_signed_set_counts() -> None:
    both = Sample(GOOD.with_mx(expires=AT + timedelta(days=9), expiring="DNSKEY org"))
    verdict = both.with_tlsa(expires=AT + timedelta(days=7), expiring="DNSKEY org")
    assert [due.at for due in of(DateKind.SIGNATURE, verdict)] == [AT + timedelta(days=7)]


def test_nothing_looks_at_the_dates_of_a_certificate_that_a_record_names_itself() -> None:
    (due,) = of(DateKind.CERTIFICATE, ending(GOOD.verdict, days=2))
    assert not due.concern
    assert due.consequence.startswith("nothing")


def test_a_certificate_whose_issuer_a_record_names_holds_mail_when_it_ends() -> None:
    match = ChainMatch(True, True, "record 1 matches the issuer", (RecordMatch(TRUST_ANCHOR, True, 0, "issuer"),))
    (due,) = of(DateKind.CERTIFICATE, ending(GOOD.with_match(match), days=2))
    assert due.concern
    assert "mail is held" in due.consequence
    (due,) = of(DateKind.CERTIFICATE, ending(GOOD.with_match(match), days=60))
    assert not due.concern


def test_without_dane_the_end_of_a_certificate_is_a_matter_of_the_tls_level() -> None:
    bare = GOOD.but(lambda step: replace(step, matches=()) if isinstance(step, ContactStep) else step)
    (due,) = of(DateKind.CERTIFICATE, ending(bare, days=2))
    assert due.concern
    assert "where TLS need not be verified" in due.consequence


def test_a_single_record_ties_the_rollover_to_the_end_of_the_certificate() -> None:
    (due,) = of(DateKind.ROLLOVER, ending(GOOD.with_tlsa((RECORD,)), days=20))
    assert due.at == AT + timedelta(days=20)
    assert "mail is held" in due.consequence


def test_a_record_beside_the_one_that_matches_is_a_rollover_under_way() -> None:
    (due,) = of(DateKind.ROLLOVER, Sample(GOOD.with_tlsa((RECORD, TWIN))).with_match(good_match()))
    assert due.at is None
    assert TWIN.text[:22] in due.consequence


@pytest.mark.parametrize(
    "verdict",
    [GOOD.with_match(bad_match()), GOOD.with_tlsa((), existence=Existence.NXDOMAIN), replace(GOOD.verdict, steps=())],
)
def test_where_nothing_matches_no_rollover_is_claimed(verdict: Verdict) -> None:
    assert of(DateKind.ROLLOVER, verdict) == []
