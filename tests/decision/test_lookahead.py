"""What is about to go wrong although mail passes today."""

from datetime import timedelta

import pytest

from fleet.decision import warnings
from fleet.model import Existence, ResolverAttempt


def codes(verdict, at):
    return [str(warning.code) for warning in warnings(verdict, at)]


def quiet(build, **host):
    """A host about which nothing is worth a warning, changed by ``host``."""
    return build.Host(**({"records": (build.USABLE, build.TWIN)} | host))


def test_a_destination_in_order_has_no_warning(build):
    assert warnings(build.verdict(quiet(build)), build.AT) == ()


@pytest.mark.parametrize(("hours", "warned"), [(71, True), (72, True), (73, False), (-5, True)])
def test_a_signature_that_ends_within_three_days(build, hours, warned):
    end = build.AT + timedelta(hours=hours)
    verdict = build.verdict(quiet(build), mx=build.lookup("example.org", "MX", expires=end))
    found = warnings(verdict, build.AT)
    assert [(str(one.code), one.subject, one.due) for one in found] == (
        [("signature-expires", "MX example.org", end)] if warned else []
    )


@pytest.mark.parametrize(("age", "warned"), [(47, False), (70, False), (80, True)])
def test_a_signature_that_never_lives_long_is_worth_a_warning_only_near_its_end(build, age, warned):
    """Zones signed online have two days of validity at every moment: 24 hours left of ``age`` + 24."""
    times = {"inception": build.AT - timedelta(hours=age), "expires": build.AT + timedelta(hours=24)}
    verdict = build.verdict(quiet(build), mx=build.lookup("example.org", "MX", **times))
    assert codes(verdict, build.AT) == (["signature-expires"] if warned else [])


@pytest.mark.parametrize(
    ("signed", "words"),
    [("MX example.org", "The signature of MX example.org"), ("DNSKEY org", "The signature of DNSKEY org behind MX")],
)
def test_the_signature_that_ends_is_named_where_it_is_known(build, signed, words):
    times = {"inception": build.AT - timedelta(days=30), "expires": build.AT + timedelta(hours=24)}
    verdict = build.verdict(quiet(build), mx=build.lookup("example.org", "MX", expiring=signed, **times))
    [warning] = warnings(verdict, build.AT)
    assert warning.sentence.startswith(words)
    assert warning.sentence.endswith("expires in 24 hours.")


def test_signatures_that_end_together_are_one_warning(build):
    end = build.AT + timedelta(hours=20)
    host = quiet(build, address=build.lookup("mx.example", "A", expires=end))
    [warning] = warnings(build.verdict(host, mx=build.lookup("example.org", "MX", expires=end)), build.AT)
    assert warning.sentence == "A signature behind MX example.org (and 1 more) expires in 20 hours."


@pytest.mark.parametrize(
    ("days", "words"), [(2, "expires in 2 days"), (13, "expires in 13 days"), (-1, "expired 24 hours ago"), (15, None)]
)
def test_a_certificate_that_ends_within_two_weeks_is_named(build, days, words):
    presented = build.certificate("mail.example", build.AT + timedelta(days=days))
    found = warnings(build.verdict(quiet(build, certificates=(presented,))), build.AT)
    assert [one.sentence for one in found] == (
        [f"The certificate mail.example presented by mx.example {words}."] if words else []
    )


def test_a_single_end_entity_record_has_no_rollover_twin(build):
    assert codes(build.verdict(build.Host(records=(build.USABLE,))), build.AT) == ["single-record"]
    anchor = build.replace(build.USABLE, usage=2)
    assert codes(build.verdict(build.Host(records=(anchor,))), build.AT) == []
    assert codes(build.verdict(build.Host(records=(build.USABLE, anchor))), build.AT) == []


def test_one_address_with_another_certificate(build):
    host = quiet(
        build, addresses=("192.0.2.1", "192.0.2.2", "192.0.2.3"), chains=((b"leaf",), (b"old leaf",), (b"leaf",))
    )
    [warning] = warnings(build.verdict(host), build.AT)
    assert (warning.code, warning.subject) == ("certificate-differs", "mx.example 192.0.2.2")


def test_unusable_records_are_named_with_their_reason(build):
    [warning] = warnings(build.verdict(quiet(build, records=(build.USABLE, build.TWIN, build.UNUSABLE))), build.AT)
    assert warning.code == "unusable-record"
    assert "1 1 1 6b6b" in warning.sentence
    assert warning.sentence.endswith("usage 1 (PKIX-EE) is not for SMTP.")


DISAGREEMENTS = [
    ("secure", "NOERROR", True, None),
    ("insecure", "NOERROR", False, None),
    ("bogus", "SERVFAIL", False, None),
    ("secure", "NOERROR", False, "proof-without-ad"),
    ("insecure", "NOERROR", True, "ad-without-proof"),
    ("bogus", "NOERROR", True, "ad-without-proof"),
    ("bogus", "NOERROR", False, "resolver-passes-bogus"),
    ("secure", "SERVFAIL", False, "resolver-fails-valid"),
    ("insecure", "REFUSED", False, "resolver-fails-valid"),
]


@pytest.mark.parametrize(("ours", "rcode", "ad", "code"), DISAGREEMENTS)
def test_where_the_resolvers_word_and_our_validation_disagree(build, ours, rcode, ad, code):
    word = build.ResolverWord(rcode, ad, Existence.DATA)
    verdict = build.verdict(mx=build.lookup("example.org", "MX", ours, word=word))
    assert codes(verdict, build.AT) == ([code] if code else [])


def test_a_resolver_that_disagrees_often_is_told_once(build):
    mx = build.lookup("example.org", "MX", word="no-ad")
    verdict = build.verdict(quiet(build, address=build.lookup("mx.example", "A", word="no-ad")), mx=mx)
    [warning] = warnings(verdict, build.AT)
    assert warning.subject == build.RESOLVER
    assert "MX example.org (and 1 more)" in warning.sentence


def test_a_failed_cname_query_and_an_aaaa_error_are_flagged(build):
    host = quiet(build, aaaa="failed", cname=build.lookup("mx.example", "CNAME", failure=build.TIMEOUT))
    assert codes(build.verdict(host), build.AT) == ["cname-failed", "aaaa-error"]


def test_a_resolver_that_had_to_be_left_for_the_next_one_is_named(build):
    attempt = ResolverAttempt("192.0.2.54:53", build.TIMEOUT)
    verdict = build.verdict(quiet(build), mx=build.lookup("example.org", "MX", attempts=(attempt,)))
    [warning] = warnings(verdict, build.AT)
    assert (warning.code, warning.subject) == ("resolver-failed", "192.0.2.54:53")


def test_hosts_of_equal_preference_make_the_expected_path_one_of_several(build):
    verdict = build.verdict(quiet(build, name="mx1.example"), quiet(build, name="mx2.example"))
    [warning] = warnings(verdict, build.AT)
    assert warning.sentence.startswith("mx1.example, mx2.example share preference 10")
