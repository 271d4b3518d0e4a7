"""Reports read: the RFC's example, what is odd and told, and hostile input that comes to nothing."""

import json
import zlib
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import RFC_EXAMPLE, mail, packed, report, written

from fleet.model.policy import TlsReport
from fleet.tlsrpt import MEANINGS, PolicyType, ReportError, ReportTally, read_report, unpack, unpacking
from fleet.tlsrpt import reading as limits

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


def test_the_example_of_the_rfc() -> None:
    found = read_report(written(RFC_EXAMPLE))
    assert (found.organization, found.contact) == ("Company-X", "sts-reporting@company-x.example")
    assert found.start == datetime(2016, 4, 1, tzinfo=UTC)
    (policy,) = found.policies
    assert (policy.domain, policy.type, policy.successful, policy.failed) == (
        "company-y.example",
        PolicyType.STS,
        5326,
        303,
    )
    assert [(one.result, one.count) for one in policy.failures] == [
        ("certificate-expired", 100),
        ("starttls-not-supported", 200),
        ("validation-failure", 3),
    ]
    assert policy.failures[2].code == "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"
    assert policy.mx == ("*.mail.company-y.example",)
    assert (found.problems, policy.problems) == ((), ())


def test_every_result_of_dane_has_a_meaning_for_mail() -> None:
    assert {str(one) for one in TlsReport} <= set(MEANINGS)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda policy: policy["summary"].update({"total-failure-session-count": 5}),
            "come to 303 sessions, its summary says 5",
        ),
        (lambda policy: policy["summary"].clear(), "no counts, so sessions are not known"),
        (lambda policy: policy["policy"].update({"policy-type": "dnssec"}), "policy type is none of RFC 8460"),
        (lambda policy: policy["policy"].update({"policy-domain": "a\x1b[2Jb"}), "policy domain is no domain"),
        (lambda policy: policy["failure-details"].clear(), "sessions failed, and not why"),
        (lambda policy: policy["failure-details"][0].update({"failed-session-count": -1}), "a failure has no count"),
        (lambda policy: policy["failure-details"][0].update({"failed-session-count": True}), "a failure has no count"),
    ],
)
def test_what_is_odd_is_a_problem_that_is_told(change, problem: str) -> None:
    document = deepcopy(RFC_EXAMPLE)
    change(document["policies"][0])
    (policy,) = read_report(written(document)).policies
    assert any(problem in one for one in policy.problems), policy.problems


def test_plain_gzip_and_mail_are_unpacked_alike() -> None:
    plain = written(RFC_EXAMPLE)
    assert unpack(plain) == (plain,)
    assert unpack(packed(RFC_EXAMPLE)) == (plain,)
    assert unpack(mail(("tlsrpt+gzip", "a!b!1!2.json.gz", packed(RFC_EXAMPLE)))) == (plain,)
    both = mail(("tlsrpt+json", "a.json", plain), ("octet-stream", "b.json.gz", packed(report("b.example", 1))))
    assert [read_report(one).policies[0].domain for one in unpack(both)] == ["company-y.example", "b.example"]


def test_a_gzip_bomb_ends_at_the_limit() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    content = bomb.compress(bytes(unpacking.MOST + 1)) + bomb.flush()
    assert len(content) < 64 * 1024
    with pytest.raises(ReportError, match="unpacks to more than 32 MiB"):
        unpack(content)
    with pytest.raises(ReportError, match="unpacks to more than"):
        unpack(mail(("tlsrpt+gzip", "bomb.json.gz", content)))
    with pytest.raises(ReportError, match="has more than"):
        unpack(b"{" + bytes(unpacking.MOST))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", packed(RFC_EXAMPLE)[:-9], b"\x1f\x8b" + bytes(40), b"From: x\n\nhello", bytes(range(256)) * 4],
)
def test_what_holds_no_report_is_a_sentence(content: bytes) -> None:
    with pytest.raises(ReportError):
        list(map(read_report, unpack(content)))


@pytest.mark.parametrize("content", [b"[]", b"{}", b"nonsense", b"[" * 100_000, b'{"policies": NaN}', b"9" * 10_000])
def test_what_is_no_report_is_a_sentence(content: bytes) -> None:
    with pytest.raises(ReportError):
        read_report(content)


def test_more_than_is_read_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_POLICIES", 2)
    monkeypatch.setattr(limits, "MOST_FAILURES", 4)
    document = deepcopy(RFC_EXAMPLE)
    document["policies"] = document["policies"] * 3
    found = read_report(written(document))
    assert len(found.policies) == 2
    assert any("1 policies beyond the first 2" in one for one in found.problems)
    assert any("2 failure details beyond the first 4" in one for one in found.problems)


def _mixed(document: object, dice: st.DataObject) -> object:
    """``document`` with some of its values replaced by anything."""
    if isinstance(document, dict):
        return {key: _mixed(value, dice) for key, value in document.items() if dice.draw(st.integers(0, 9))}
    if isinstance(document, list):
        return [_mixed(value, dice) for value in document]
    return document if dice.draw(st.integers(0, 3)) else dice.draw(ANY_JSON)


@given(st.data())
def test_any_json_is_a_report_or_a_sentence_and_counts_never_go_below_zero(data: st.DataObject) -> None:
    document = json.dumps(_mixed(RFC_EXAMPLE, data), allow_nan=True)
    try:
        found = read_report(document.encode())
    except ReportError:
        return
    tally = ReportTally()
    tally.add(found)
    for policy in found.policies:
        assert policy.successful >= 0
        assert policy.failed >= 0
    assert sum(one.failed for one in tally.domains.values()) == sum(one.failed for one in found.policies)


def test_reports_are_added_up_and_one_given_twice_counts_once() -> None:
    tally = ReportTally()
    for document in (report("a.example", 5), report("a.example", 7, 2, "dnssec-invalid"), report("a.example", 5)):
        tally.add(read_report(written(document)))
    seen = tally.domains["a.example", PolicyType.TLSA]
    assert (tally.reports, tally.twice, seen.successful, seen.failed) == (2, 1, 12, 2)
    assert seen.failures == {("dnssec-invalid", "mx1.a.example"): 2}
