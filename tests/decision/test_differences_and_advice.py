"""Where policies part on one destination, and what the operator does next."""

import pytest

from fleet.decision import Cause, advice, differences, judge, judge_all
from fleet.decision.advice import ADVICE
from fleet.model import Mode, Pkix, Policy, TlsLevel


def parting(verdict):
    return differences(judge_all(verdict).values())


def test_policies_agree_on_a_destination_in_order(build):
    assert parting(build.verdict(build.Host())) == ()


def test_d1_the_first_failing_host(build):
    verdict = build.verdict(build.Host("mx1.example", match=build.mismatched()), build.Host("mx2.example", 20))
    assert parting(verdict)[0] == (
        "In opportunistic mode AsyncOS holds the mail, a client after RFC 7672 delivers under DANE: "
        "its first failing MX host decides for the domain (assumed)."
    )


def test_d2_the_insecure_mx(build):
    asyncos, exim = parting(build.verdict(build.Host(), mx="insecure"))
    assert "AsyncOS delivers over TLS without authentication" in asyncos
    assert "behind an insecure MX it ignores secure TLSA records" in asyncos
    assert "Exim" in exim
    assert "only behind a secure MX" in exim


def test_d3_the_signed_alias_of_an_unsigned_name(build):
    hops = build.alias_of("real.example", "secure")
    verdict = build.verdict(build.Host(address=build.lookup("mx.example", "A", "insecure", hops=hops)))
    assert any("signed alias" in sentence and "AsyncOS" in sentence for sentence in parting(verdict))


def test_d7_unusable_records(build):
    assert "unusable TLSA records" in parting(build.verdict(build.Host(records=(build.UNUSABLE,))))[0]


def test_a_resolver_without_ad_parts_postfix_from_the_ideal_client(build):
    mx = build.lookup("example.org", "MX", word="no-ad")
    address = build.lookup("mx.example", "A", word="no-ad")
    sentences = parting(build.verdict(build.Host(address=address), mx=mx))
    assert any("Postfix" in sentence and "without the AD bit" in sentence for sentence in sentences)


def test_every_cause_has_advice():
    assert set(ADVICE) == set(Cause)
    assert all(text.endswith(".") for text in ADVICE.values())


@pytest.mark.parametrize(
    ("host", "policy", "level", "words"),
    [
        ({}, "asyncos", "preferred", "Nothing to do."),
        ({"tlsa": "failed"}, "asyncos", "preferred", "fail on TLSA questions"),
        ({"tlsa": "nxdomain"}, "asyncos", "preferred", "does not do DANE"),
        ({"tlsa": "nxdomain", "pkix": Pkix(False, True, ())}, "asyncos", "required-verify", "The TLS level"),
        ({"address": "insecure"}, "postfix", "preferred", "validating resolver"),
        ({"address": "insecure"}, "asyncos", "preferred", "is not signed"),
    ],
)
def test_advice_speaks_to_the_cause(build, host, policy, level, words):
    judgement = judge(build.verdict(build.Host(**host)), Policy(policy), Mode.OPPORTUNISTIC, TlsLevel(level))
    assert words in advice(judgement)


def test_advice_on_a_delivery_that_not_every_host_protects_names_the_weak_one(build):
    verdict = build.verdict(build.Host("mx1.example"), build.Host("mx2.example", 20, tlsa="nxdomain"))
    text = advice(judge(verdict, Policy.ASYNCOS, Mode.OPPORTUNISTIC))
    assert text.startswith("Mail to mx1.example is protected. For mx2.example: ")
