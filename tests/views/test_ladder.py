"""The ladder: five rungs for every address of every host, worded without losing what is not known."""

import pytest

from fleet.errors import Failure, FailureKind
from fleet.model import Existence, MxStep, Security, TlsaRecord, TlsaStep
from fleet.views import Cell, Mark, ladder, summary
from fleet.views.failures import FAILURE_WORDS

UNUSABLE = TlsaRecord(b"\0\1\1\xab", 0, 1, 1, b"\xab", "PKIX-TA(0) is not used by SMTP")


def words(row) -> list[str]:
    return [cell.word for cell in (row.mx, row.addresses, row.tlsa, row.tls, row.certificate)]


def test_a_good_destination_is_good_on_every_rung(sample) -> None:
    (row,) = ladder(sample.verdict)
    assert (row.host, row.preference, row.address) == ("mx1.example.org", "10", "192.0.2.1")
    assert words(row) == ["secure", "secure", "secure", "TLSv1.3", "matches"]
    assert summary(sample.verdict).marks == (Mark.OK,) * 5


def test_every_host_has_its_row(two_hosts) -> None:
    assert [row.host for row in ladder(two_hosts.verdict)] == ["mx1.example.org", "mx2.example.org"]


def test_a_failed_lookup_is_unknown_and_never_none(sample) -> None:
    failure = Failure(FailureKind.TIMEOUT, "no answer from 192.0.2.53 within 5 s")
    verdict = sample.with_tlsa(
        records=(), failure=failure, existence=Existence.UNKNOWN, security=Security.INDETERMINATE
    )
    assert ladder(verdict)[0].tlsa == Cell(Mark.UNKNOWN, "no answer", "no answer from 192.0.2.53 within 5 s")


def test_a_bogus_answer_carries_its_reason(sample, bogus) -> None:
    (row,) = ladder(sample.with_mx(**bogus))
    assert row.mx == Cell(Mark.FAIL, "bogus", "RRSIG of MX example.org expired 2 days ago")


@pytest.mark.parametrize(
    ("existence", "security", "detail"),
    [
        (Existence.NXDOMAIN, Security.SECURE, "nxdomain, secure"),
        (Existence.NODATA, Security.INSECURE, "nodata, insecure"),
    ],
)
def test_absent_tlsa_says_how_it_is_absent(sample, existence, security, detail) -> None:
    (row,) = ladder(sample.with_tlsa(records=(), existence=existence, security=security))
    assert row.tlsa == Cell(Mark.WARN, "none", detail)
    assert row.certificate == Cell(Mark.NONE, "by no public CA", "no path to a public root")


def test_insecure_tlsa_accuses_no_certificate(sample, mismatch) -> None:
    verdict = type(sample)(sample.with_match(mismatch)).with_tlsa(security=Security.INSECURE)
    (row,) = ladder(verdict)
    assert row.tlsa.mark is Mark.WARN
    assert row.certificate.mark is Mark.NONE


def test_unusable_tlsa_says_why(sample) -> None:
    (row,) = ladder(sample.with_tlsa(records=(UNUSABLE,)))
    assert row.tlsa == Cell(Mark.FAIL, "unusable", "PKIX-TA(0) is not used by SMTP")


def test_a_wrong_certificate_says_what_is_wrong_with_it(sample, mismatch) -> None:
    (row,) = ladder(sample.with_match(mismatch))
    assert row.certificate == Cell(Mark.FAIL, "matches no TLSA", "no record matches the presented chain")


def test_every_failure_has_words_that_fit_a_cell_and_are_no_code() -> None:
    assert set(FAILURE_WORDS) == set(FailureKind)
    for word in FAILURE_WORDS.values():
        assert len(word) <= 14
        assert "-" not in word


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        (FailureKind.NO_STARTTLS, Cell(Mark.FAIL, "no STARTTLS", "said")),
        (FailureKind.TLS, Cell(Mark.FAIL, "handshake failed", "said")),
        (FailureKind.CONNECTION_REFUSED, Cell(Mark.UNKNOWN, "refused", "said")),
        (FailureKind.GREETING, Cell(Mark.UNKNOWN, "turned away", "said")),
    ],
)
def test_a_server_that_was_not_reached_is_not_at_fault(sample, kind, cell) -> None:
    (row,) = ladder(sample.with_failure(Failure(kind, "said")))
    assert row.tls == cell
    assert row.certificate.mark is Mark.NONE


def test_a_domain_without_hosts_has_one_row(sample, bogus) -> None:
    verdict = sample.with_mx(**bogus)
    (row,) = ladder(type(verdict)(verdict.domain, verdict.at, (), (MxStep(verdict.mx.lookup, "failed", ()),)))
    assert (row.host, row.mx.mark, row.tls.mark) == ("", Mark.FAIL, Mark.NONE)


@pytest.mark.parametrize(
    "fields",
    [
        {"existence": Existence.NODATA, "records": ()},
        {"security": Security.INSECURE},
        {"security": Security.BOGUS},
    ],
)
def test_tlsa_does_not_apply_without_a_proven_address(sample, fields) -> None:
    asked = sample.with_address(**fields)
    verdict = type(sample)(asked).but(lambda step: None if isinstance(step, TlsaStep) else step)
    assert ladder(verdict)[0].tlsa.mark is Mark.NONE
    unasked = sample.but(lambda step: None if isinstance(step, TlsaStep) else step)
    assert ladder(unasked)[0].tlsa.mark is Mark.UNKNOWN


def test_the_summary_takes_the_worst_host(two_hosts, mismatch) -> None:
    first = two_hosts.verdict.contacts("mx1.example.org")[0]
    verdict = two_hosts.with_match(mismatch)
    mixed = type(two_hosts)(verdict).but(
        lambda step: first if getattr(step, "contact", None) == first.contact else step
    )
    assert [row.certificate.mark for row in ladder(mixed)] == [Mark.OK, Mark.FAIL]
    assert summary(mixed).certificate is Mark.FAIL
