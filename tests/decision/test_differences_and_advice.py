"""Where policies part on one destination, and what the operator does next."""

import pytest

from fleet.decision import Cause, advice, differences, judge, judge_all
from fleet.decision.advice import ADVICE
from fleet.model import BaseMatch, MatchRules, Mode, Pkix, Policy, TlsLevel


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
    asyncos, exim, mandatory = parting(build.verdict(build.Host(), mx="insecure"))
    assert "AsyncOS delivers over TLS without authentication" in asyncos
    assert "behind an insecure MX it ignores secure TLSA records" in asyncos
    assert "Exim" in exim
    assert "only behind a secure MX" in exim
    assert "In mandatory mode Exim returns the mail as undeliverable" in mandatory
    assert "ends the delivery at once" in mandatory


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


def exims(build, *hosts, **more):
    """What Exim does otherwise in mandatory mode."""
    return next(one for one in parting(build.verdict(*hosts, **more)) if one.startswith("In mandatory mode Exim"))


def test_exim_that_requires_dane_bounces_at_a_host_without_it_although_the_next_one_has_it(build):
    first = build.Host("mx1.example", tlsa="nxdomain")
    sentence = exims(build, first, build.Host("mx2.example", 20, addresses=("192.0.2.2",)))
    assert "a client after RFC 7672 delivers under DANE: with hosts_require_dane a host without DANE ends" in sentence


def test_exim_that_requires_dane_delivers_where_it_can_use_no_record(build):
    sentence = exims(build, build.Host(records=(build.UNUSABLE,)))
    assert "Exim delivers over TLS without authentication, a client after RFC 7672 holds the mail" in sentence
    assert "unusable" in sentence


def test_exim_behind_a_resolver_without_ad_bounces_for_want_of_ad(build):
    mx = build.lookup("example.org", "MX", word="no-ad")
    assert "without the AD bit" in exims(build, build.Host(), mx=mx)


def test_postfix_takes_the_next_hops_name_behind_an_insecure_mx(build):
    matches = (
        BaseMatch("mx.example", MatchRules.RFC7671, build.matched()),
        BaseMatch("mx.example", MatchRules.BASE_ONLY, build.mismatched()),
    )
    sentences = parting(build.verdict(build.Host(matches=matches), mx="insecure"))
    assert any("Postfix delivers under DANE" in one and "the next hop's name" in one for one in sentences)


@pytest.mark.parametrize("host", [{}, {"address": "insecure"}, {"tlsa": "nxdomain"}, {"tlsa": "insecure"}])
@pytest.mark.parametrize("mx", ["secure", "insecure"])
def test_advice_on_a_bounce_says_how_to_let_mail_pass_and_fits_where_it_is_shown(build, host, mx):
    judgement = judge(build.verdict(build.Host(**host), mx=mx), Policy.EXIM, Mode.MANDATORY)
    if judgement.action == "dane-bounce":
        assert "take the host out of hosts_require_dane" in advice(judgement)
    assert (judgement.action == "dane-bounce") == bool(host or mx == "insecure")
    assert len(advice(judgement)) <= 400


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


def test_advice_on_a_walk_with_gaps_never_says_that_nothing_is_to_be_done(build):
    verdict = build.verdict(build.Host(), unknown=("3 MX hosts beyond the first 20 were not checked",))
    assert "Nothing to do" not in advice(judge(verdict, Policy.ASYNCOS, Mode.OPPORTUNISTIC))
