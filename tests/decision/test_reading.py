"""What each client would have seen in the same recorded steps."""

import pytest

from fleet.decision import attempts
from fleet.errors import Failure, FailureKind
from fleet.model import BaseMatch, Existence, MatchRules, Policy, TlsaRecord

ALL = list(Policy)
OWN = [Policy.ASYNCOS, Policy.RFC7672]
WORD = [Policy.POSTFIX, Policy.EXIM]


def states(verdict, policy, **more):
    [attempt] = attempts(verdict, Policy(policy), **more)
    return (attempt.mx, attempt.address_state, attempt.tlsa, attempt.certificate)


@pytest.mark.parametrize("policy", ALL)
def test_a_destination_in_order_is_secure_for_everyone(build, policy):
    assert states(build.verdict(build.Host()), policy) == ("secure", "secure", "secure", "success")


def test_hosts_and_addresses_are_tried_in_the_recorded_order(build):
    first = build.Host("mx1.example", addresses=("2001:db8::1", "192.0.2.1"), aaaa="secure")
    verdict = build.verdict(first, build.Host("mx2.example", 20, addresses=("192.0.2.9",)))
    tried = [(attempt.host, attempt.address) for attempt in attempts(verdict, Policy.RFC7672)]
    assert tried == [("mx1.example", "2001:db8::1"), ("mx1.example", "192.0.2.1"), ("mx2.example", "192.0.2.9")]


@pytest.mark.parametrize("policy", WORD)
def test_without_the_ad_bit_postfix_and_exim_see_an_insecure_domain(build, policy):
    verdict = build.verdict(build.Host(), mx=build.lookup("example.org", "MX", "secure", word="no-ad"))
    assert states(verdict, policy)[0] == "insecure"
    assert states(verdict, "asyncos")[0] == "secure"


@pytest.mark.parametrize("policy", WORD)
def test_servfail_is_a_failed_lookup_for_those_who_believe_their_resolver_and_bogus_for_the_others(build, policy):
    verdict = build.verdict(mx="bogus")
    assert states(verdict, policy)[0] == "failed"
    assert states(verdict, "rfc7672")[0] == "bogus"


@pytest.mark.parametrize("policy", WORD)
def test_what_a_resolver_was_not_asked_is_unknown_to_those_who_believe_it(build, policy):
    verdict = build.verdict(build.Host(), mx=build.lookup("example.org", "MX", word=None))
    assert states(verdict, policy)[0] == "unknown"


@pytest.mark.parametrize("policy", OWN)
def test_a_lookup_without_answer_is_failed_and_never_none(build, policy):
    verdict = build.verdict(build.Host(tlsa="failed"))
    assert states(verdict, policy)[2] == "failed"


def test_an_indeterminate_lookup_without_any_cause_is_unknown(build):
    asked = build.lookup("example.org", "MX", "indeterminate", "unknown", word=None)
    assert states(build.verdict(mx=asked), "asyncos")[0] == "unknown"


@pytest.mark.parametrize("policy", ALL)
@pytest.mark.parametrize(
    ("meaning", "security", "existence", "state"),
    [
        ("null", "secure", "data", "null"),
        ("null", "insecure", "data", "null"),
        ("no-domain", "secure", "nxdomain", "no-domain"),
    ],
)
def test_a_domain_without_mail_is_one_attempt_at_the_domain_itself(build, policy, meaning, security, existence, state):
    [attempt] = attempts(build.without_hosts(meaning, security, existence), policy)
    assert (attempt.host, attempt.address, attempt.mx) == ("example.org", "", state)


@pytest.mark.parametrize(("security", "state"), [("secure", "implicit-secure"), ("insecure", "implicit-insecure")])
def test_a_domain_without_mx_is_its_own_host_with_the_security_of_the_denial(build, security, state):
    verdict = build.verdict(build.Host("example.org"), mx=security, implicit=True)
    assert states(verdict, "asyncos") == (state, "secure", "secure", "success")


def test_each_address_has_the_security_of_its_own_family_but_asyncos_knows_the_a_record_only(build):
    verdict = build.verdict(build.Host(aaaa="insecure", addresses=("2001:db8::1", "192.0.2.1")))
    assert [attempt.address_state for attempt in attempts(verdict, Policy.RFC7672)] == ["insecure", "secure"]
    assert [attempt.address_state for attempt in attempts(verdict, Policy.ASYNCOS)] == ["secure", "secure"]


@pytest.mark.parametrize("broken", ["bogus", "failed"])
def test_an_aaaa_error_beside_a_secure_a_is_flagged_and_fatal_only_where_ipv6_is_required(build, broken):
    verdict = build.verdict(build.Host(aaaa=broken))
    assert states(verdict, "asyncos")[1] == "aaaa-error"
    assert states(verdict, "asyncos", require_ipv6=True)[1] == "aaaa-error-ipv6-required"
    assert states(verdict, "rfc7672")[1] == "secure"


def test_a_failed_cname_query_is_seen_by_asyncos_only(build):
    verdict = build.verdict(build.Host(cname=build.lookup("mx.example", "CNAME", failure=build.TIMEOUT)))
    assert states(verdict, "asyncos")[1] == "cname-failed"
    assert states(verdict, "rfc7672")[1] == "secure"


def test_a_host_with_ipv6_only_is_as_secure_as_its_aaaa_record(build):
    verdict = build.verdict(build.Host(address="none", aaaa="secure", addresses=("2001:db8::1",)))
    assert states(verdict, "asyncos") == ("secure", "secure", "secure", "success")


@pytest.mark.parametrize("policy", ALL)
def test_a_host_with_neither_a_nor_aaaa_has_no_address(build, policy):
    verdict = build.verdict(build.Host(address="none", addresses=(), tlsa=None))
    assert states(verdict, policy) == ("secure", "no-address", "not-reached", "not-reached")


@pytest.mark.parametrize("policy", OWN)
@pytest.mark.parametrize(("a", "aaaa", "state"), [("bogus", "none", "bogus"), ("none", "failed", "failed")])
def test_a_host_whose_only_address_lookup_went_wrong_is_not_a_host_without_addresses(build, policy, a, aaaa, state):
    assert states(build.verdict(build.Host(address=a, aaaa=aaaa, addresses=(), tlsa=None)), policy)[1] == state


def test_a_host_the_walk_did_not_reach_is_unknown(build):
    verdict = build.verdict(build.Host())
    cut = build.replace(verdict, steps=verdict.steps[:1], unknown=("the check was ended after 60 s",))
    assert states(cut, "asyncos")[1] == "unknown"


def alias(build, first, address):
    hops = build.alias_of("real.example", first)
    return build.lookup("mx.example", "A", address, hops=hops)


def test_tlsa_is_asked_at_the_expanded_name_first_by_postfix_and_the_ideal_client(build):
    verdict = build.verdict(build.Host(address=alias(build, "secure", "secure"), base="real.example"))
    assert states(verdict, "rfc7672") == ("secure", "secure", "secure", "success")
    assert states(verdict, "postfix") == ("secure", "secure", "secure", "success")


def test_asyncos_asks_at_the_original_name(build):
    verdict = build.verdict(build.Host(address=alias(build, "secure", "secure")))
    [attempt] = attempts(verdict, Policy.ASYNCOS)
    assert (attempt.base, attempt.tlsa) == ("mx.example", "secure")


def test_where_the_expanded_name_has_no_tlsa_the_original_name_is_asked(build):
    at_original = build.verdict(build.Host(address=alias(build, "secure", "secure")))
    denied = build.verdict(build.Host(address=alias(build, "secure", "secure"), base="real.example", tlsa="nxdomain"))
    both = build.replace(at_original, steps=(*at_original.steps, *denied.steps))
    [attempt] = attempts(both, Policy.RFC7672)
    assert (attempt.base, attempt.tlsa, attempt.certificate) == ("mx.example", "secure", "success")


@pytest.mark.parametrize(
    ("policy", "state", "tlsa"),
    [
        ("rfc7672", "insecure-secure-cname", "secure"),
        ("asyncos", "insecure-secure-cname", "not-reached"),
    ],
)
def test_an_insecure_address_behind_a_secure_alias(build, policy, state, tlsa):
    verdict = build.verdict(build.Host(address=alias(build, "secure", "insecure")))
    assert states(verdict, policy)[1:3] == (state, tlsa)


@pytest.mark.parametrize(
    ("word", "state"),
    [("same", "insecure-secure-cname"), ("no-ad", "insecure"), (None, "unknown"), ("", "cname-failed")],
)
def test_postfix_needs_the_ad_bit_of_the_first_cname_for_that(build, word, state):
    if word == "":
        word = build.ResolverWord("SERVFAIL", False, Existence.UNKNOWN)
    asked = build.lookup("mx.example", "A", "insecure", hops=build.alias_of("real.example", "secure"))
    cname = build.lookup("mx.example", "CNAME", word=word)
    assert states(build.verdict(build.Host(address=asked, cname=cname)), "postfix")[1] == state


@pytest.mark.parametrize(
    ("tlsa", "existence", "state"),
    [
        ("secure", "nxdomain", "nxdomain"),
        ("secure", "nodata", "nodata"),
        ("insecure", "nxdomain", "insecure-nxdomain"),
        ("insecure", "nodata", "insecure-nodata"),
        ("insecure", "data", "insecure"),
        ("bogus", "data", "bogus"),
    ],
)
def test_the_tlsa_column(build, tlsa, existence, state):
    asked = build.lookup("_25._tcp.mx.example", "TLSA", tlsa, existence)
    assert states(build.verdict(build.Host(tlsa=asked)), "rfc7672")[2] == state


def test_records_of_which_none_is_usable_compare_no_certificate(build):
    verdict = build.verdict(build.Host(records=(build.UNUSABLE,)))
    assert states(verdict, "rfc7672")[2:] == ("unusable", "not-reached")


def test_exim_asks_no_tlsa_behind_an_insecure_mx(build):
    assert states(build.verdict(build.Host(), mx="insecure"), "exim")[2] == "not-reached"
    assert states(build.verdict(build.Host(), mx="insecure"), "postfix")[2] == "secure"


def test_exim_asks_at_the_expanded_name_and_nowhere_else(build):
    expanded = build.verdict(build.Host(address=alias(build, "secure", "secure"), base="real.example"))
    assert states(expanded, "exim") == ("secure", "secure", "secure", "success")
    denied = build.verdict(build.Host(address=alias(build, "secure", "secure"), base="real.example", tlsa="nxdomain"))
    original = build.verdict(build.Host(address=alias(build, "secure", "secure")))
    both = build.replace(original, steps=(*original.steps, *denied.steps))
    [attempt] = attempts(both, Policy.EXIM)
    assert (attempt.base, attempt.tlsa) == ("real.example", "nxdomain")


@pytest.mark.parametrize(
    ("rdata", "state"),
    [
        ((3, 0, 0, b"no certificate"), "secure"),
        ((2, 1, 0, b"no key"), "secure"),
        ((3, 0, 0, b""), "unusable"),
        ((3, 1, 1, b"short"), "unusable"),
        ((3, 2, 0, b"selector"), "unusable"),
        ((1, 0, 0, b"usage"), "unusable"),
    ],
)
def test_whole_data_that_is_no_certificate_is_a_record_for_exim_alone(build, rdata, state):
    *header, data = rdata
    record = TlsaRecord(bytes(header) + data, *header, data, "of no use")
    verdict = build.verdict(build.Host(records=(record,), match=build.mismatched()))
    assert states(verdict, "exim")[2:] == (state, "failed" if state == "secure" else "not-reached")
    assert states(verdict, "postfix")[2:] == ("unusable", "not-reached")


def test_exim_tries_an_address_that_two_hosts_share_under_the_first_name_only(build):
    first, second = build.Host("mx1.example", match=build.mismatched()), build.Host("mx2.example", 20)
    verdict = build.verdict(first, second)
    assert [attempt.host for attempt in attempts(verdict, Policy.EXIM)] == ["mx1.example"]
    assert [attempt.host for attempt in attempts(verdict, Policy.POSTFIX)] == ["mx1.example", "mx2.example"]
    equal = build.verdict(first, build.Host("mx2.example", first.preference))
    assert [attempt.host for attempt in attempts(equal, Policy.EXIM)] == ["mx1.example", "mx2.example"]


@pytest.mark.parametrize(
    ("session", "state"),
    [
        ("no-starttls", "no-starttls"),
        ("timeout", "not-tested"),
        ("connection-refused", "not-tested"),
        ("unreachable", "not-tested"),
        ("closed", "not-tested"),
        ("greeting", "not-tested"),
        ("limit", "not-tested"),
    ],
)
def test_what_the_server_did_is_never_taken_for_a_wrong_certificate(build, session, state):
    assert states(build.verdict(build.Host(session=session)), "asyncos")[3] == state


def test_a_failed_handshake_has_a_state_of_its_own(build):
    verdict = build.verdict(build.Host())
    *dns, session = verdict.steps
    failed = build.replace(session.contact, failure=Failure(FailureKind.TLS, "handshake failure alert"), chain=())
    verdict = build.replace(verdict, steps=(*dns, build.replace(session, contact=failed, matches=())))
    assert states(verdict, "asyncos")[3] == "handshake-failed"


def test_a_check_without_smtp_tests_no_certificate(build):
    assert states(build.verdict(build.Host(), smtp=False), "asyncos")[3] == "not-tested"


def test_a_session_that_was_not_recorded_is_unknown(build):
    assert states(build.verdict(build.Host(session=None)), "asyncos")[3] == "unknown"


def test_each_policy_matches_by_its_own_rules(build):
    matches = (
        BaseMatch("mx.example", MatchRules.RFC7671, build.matched()),
        BaseMatch("mx.example", MatchRules.BASE_ONLY, build.mismatched()),
        BaseMatch("mx.example", MatchRules.EXIM, build.mismatched()),
    )
    secure = build.verdict(build.Host(matches=matches))
    assert [states(secure, policy)[3] for policy in ("asyncos", "rfc7672", "postfix", "exim")] == [
        "success",
        "success",
        "success",
        "failed",
    ]
    insecure = build.verdict(build.Host(matches=matches), mx="insecure")
    assert [states(insecure, policy)[3] for policy in ("rfc7672", "postfix")] == ["failed", "success"]


def test_a_verdict_without_any_step_is_unknown(build):
    verdict = build.replace(build.verdict(build.Host()), steps=())
    assert [attempt.mx for attempt in attempts(verdict, Policy.ASYNCOS)] == ["unknown"]
