"""Whole verdicts judged: outcome, paths, reason, report, and what is not known."""

import pytest

from fleet.decision import SMTP_LEFT_OUT, judge, judge_all
from fleet.model import Existence, Mode, Pkix, Policy, TlsLevel, TlsReport

OPPORTUNISTIC, MANDATORY = Mode.OPPORTUNISTIC, Mode.MANDATORY


def judged(verdict, policy="asyncos", mode=OPPORTUNISTIC, level=TlsLevel.PREFERRED, **more):
    return judge(verdict, Policy(policy), Mode(mode), level, **more)


def test_a_destination_in_order_is_delivered_under_dane_without_qualification(build):
    for judgement in judge_all(build.verdict(build.Host())).values():
        assert judgement.outcome == judgement.worst == "dane"
        assert (judgement.all_dane, judgement.headline, judgement.incomplete) == (True, "DANE", ())
        assert (judgement.report, judgement.assumed, judgement.alternative) == (None, False, None)
        assert "mx.example (192.0.2.1)" in judgement.reason


def test_an_unsigned_domain_falls_back_and_the_tls_level_decides(build):
    verdict = build.verdict(build.Host(address="insecure", tlsa=None), mx="insecure")
    preferred = judged(verdict)
    assert (preferred.action, preferred.outcome, preferred.worst) == ("fallback", "tls", "clear")
    assert preferred.headline == "TLS, at worst clear text"
    assert judged(verdict, level=TlsLevel.REQUIRED).worst == "tls"
    assert judged(verdict, mode=MANDATORY).outcome == "held"
    assert judged(verdict, mode=MANDATORY).report is TlsReport.DANE_REQUIRED
    assert "the zone of example.org is insecure" in preferred.reason


def test_a_fallback_that_the_tls_level_holds_says_so(build):
    host = build.Host(tlsa="nxdomain", pkix=Pkix(False, True, (), "self-signed certificate"))
    judgement = judged(build.verdict(host), level=TlsLevel.REQUIRED_VERIFY)
    assert judgement.outcome == "held"
    assert judgement.reason.endswith("TLS level required-verify then holds the mail: self-signed certificate.")


def test_the_first_failing_host_decides_for_asyncos_and_the_next_host_for_the_others(build):
    wrong = build.Host("mx1.example", match=build.mismatched())
    verdict = build.verdict(wrong, build.Host("mx2.example", 20, addresses=("192.0.2.2",)))
    strict = judged(verdict)
    assert (strict.outcome, strict.expected_path.host, strict.alternative) == ("held", "mx1.example", "dane-success")
    assert strict.assumed
    assert strict.report is TlsReport.CERTIFICATE_NOT_TRUSTED
    ideal = judged(verdict, "rfc7672")
    assert (ideal.outcome, ideal.expected_path.host, ideal.all_dane) == ("dane", "mx2.example", False)
    assert ideal.headline == "DANE, not every host: at worst held"
    assert ideal.weakest_path.host == "mx1.example"


def test_the_weakest_path_is_what_blocking_the_better_host_leaves(build):
    verdict = build.verdict(build.Host("mx1.example"), build.Host("mx2.example", 20, tlsa="nxdomain"))
    judgement = judged(verdict)
    assert (judgement.outcome, judgement.worst, judgement.all_dane) == ("dane", "clear", False)
    assert (judgement.weakest_path.host, judgement.weakest_path.action) == ("mx2.example", "fallback")
    assert [row.name for row in judgement.rows] == ["opportunistic 1", "opportunistic 4"]


def test_an_address_that_does_not_answer_is_gone_past_and_named(build):
    silent = build.Host("mx1.example", session="connection-refused", addresses=("192.0.2.7",))
    judgement = judged(build.verdict(silent, build.Host("mx2.example", 20)))
    assert (judgement.outcome, judgement.expected_path.host) == ("dane", "mx2.example")
    assert judgement.incomplete == ("mx1.example 192.0.2.7: connection-refused by 192.0.2.7",)
    assert judgement.headline == "DANE, incomplete"


def test_behind_a_silent_host_without_tlsa_the_next_host_is_the_expected_path(build):
    silent = build.Host("mx1.example", session="timeout", tlsa="nxdomain")
    judgement = judged(build.verdict(silent, build.Host("mx2.example", 20)))
    assert (judgement.outcome, judgement.worst, judgement.weakest_path.host) == ("dane", "clear", "mx1.example")
    assert not judgement.all_dane


@pytest.mark.parametrize("mode", list(Mode))
def test_a_silent_host_is_not_tested_and_never_a_failure(build, mode):
    judgement = judged(build.verdict(build.Host(session="timeout")), mode=mode)
    assert (judgement.outcome, judgement.action, judgement.report) == ("not-tested", "not-tested", None)


def test_without_smtp_a_destination_with_tlsa_is_dns_ready_at_most(build):
    judgement = judged(build.verdict(build.Host(), smtp=False))
    assert (judgement.outcome, judgement.headline, judgement.all_dane) == ("dns-ready", "DNS ready", False)
    assert judgement.incomplete == (SMTP_LEFT_OUT,)


def test_without_smtp_the_first_host_stays_the_expected_path(build):
    verdict = build.verdict(build.Host("mx1.example"), build.Host("mx2.example", 20, tlsa="nxdomain"), smtp=False)
    judgement = judged(verdict)
    assert (judgement.expected_path.host, judgement.outcome, judgement.worst) == ("mx1.example", "dns-ready", "clear")


def test_without_smtp_a_fallback_is_not_tested_and_a_bogus_record_still_holds(build):
    assert judged(build.verdict(build.Host(tlsa="nxdomain"), smtp=False)).outcome == "not-tested"
    assert judged(build.verdict(build.Host(tlsa="bogus"), smtp=False)).outcome == "held"


def test_unusable_records_hold_at_worst_and_make_tls_compulsory_at_best(build):
    verdict = build.verdict(build.Host(records=(build.UNUSABLE,)))
    judgement = judged(verdict)
    assert (judgement.action, judgement.outcome, judgement.best) == ("fail-or-tls", "held", "tls")
    assert judgement.headline == "held, at best TLS"
    assert judgement.assumed
    ideal = judged(verdict, "rfc7672")
    assert (ideal.action, ideal.outcome, ideal.worst) == ("tls-unauthenticated", "tls", "tls")
    assert ideal.report is TlsReport.TLSA_INVALID


def test_dane_behind_an_insecure_mx_is_qualified(build):
    judgement = judged(build.verdict(build.Host(), mx="insecure"), "postfix")
    assert (judgement.outcome, judgement.all_dane) == ("dane", False)
    assert judgement.headline == "DANE, MX not secure"
    assert "the MX of the domain is not secure" in judgement.reason


@pytest.mark.parametrize(
    ("host", "cause"),
    [
        ({"session": "no-starttls"}, "no-starttls"),
        ({"match": "wrong"}, "certificate"),
        ({"tlsa": "bogus"}, "tlsa-bogus"),
    ],
)
def test_behind_an_insecure_mx_the_cause_is_what_stopped_the_mail(build, host, cause):
    if "match" in host:
        host = {"match": build.mismatched()}
    verdict = build.verdict(build.Host(**host), mx="insecure")
    assert judged(verdict, "rfc7672").cause == cause
    assert judged(verdict, "rfc7672").outcome == "held"


def test_a_domain_that_takes_no_mail_is_undeliverable(build):
    for judgement in judge_all(build.without_hosts("null")).values():
        assert (judgement.outcome, judgement.report) == ("undeliverable", None)
        assert "takes no mail" in judgement.reason


def test_hosts_without_addresses_hold_mail_on_asyncos_and_return_it_elsewhere(build):
    verdict = build.verdict(build.Host(address="none", addresses=(), tlsa=None))
    assert (judged(verdict).action, judged(verdict).outcome) == ("soft-error", "held")
    assert judged(verdict, "rfc7672").outcome == "undeliverable"


def test_a_lookup_that_failed_everywhere_holds_mail_and_is_incomplete(build):
    verdict = build.verdict(mx=build.lookup("example.org", "MX", failure=build.TIMEOUT))
    judgement = judged(verdict)
    assert (judgement.outcome, judgement.report) == ("held", TlsReport.DNSSEC_INVALID)
    assert judgement.incomplete == ("example.org: no answer within 5 s",)
    assert judgement.reason.endswith("no answer within 5 s.")


REPORTS = [
    ({"tlsa": "bogus"}, TlsReport.DNSSEC_INVALID),
    ({"tlsa": "failed"}, TlsReport.DNSSEC_INVALID),
    ({"records": "unusable"}, TlsReport.TLSA_INVALID),
    ({"session": "no-starttls"}, TlsReport.STARTTLS_NOT_SUPPORTED),
    ({"match": TlsReport.CERTIFICATE_EXPIRED}, TlsReport.CERTIFICATE_EXPIRED),
    ({"match": TlsReport.CERTIFICATE_HOST_MISMATCH}, TlsReport.CERTIFICATE_HOST_MISMATCH),
    ({"match": None}, TlsReport.VALIDATION_FAILURE),
    ({"tlsa": "nxdomain"}, TlsReport.DANE_REQUIRED),
    ({}, None),
]


@pytest.mark.parametrize(("host", "report"), REPORTS)
def test_the_tls_report_of_each_failure_in_mandatory_mode(build, host, report):
    if host.get("records") == "unusable":
        host = {"records": (build.UNUSABLE,)}
    if "match" in host:
        host = {"match": build.mismatched(host["match"])}
    assert judged(build.verdict(build.Host(**host)), mode=MANDATORY).report is report


def test_a_fallback_is_no_failure_to_report(build):
    assert judged(build.verdict(build.Host(tlsa="nxdomain"))).report is None


def test_a_fallback_at_an_address_nobody_tried_is_incomplete(build):
    judgement = judged(build.verdict(build.Host(tlsa="nxdomain", session=None)))
    assert (judgement.outcome, judgement.worst) == ("not-tested", "clear")
    assert judgement.incomplete == ("mx.example 192.0.2.1: no SMTP session is recorded",)


def test_what_the_walk_could_not_tell_is_listed_once(build):
    verdict = build.verdict(build.Host(), unknown=("2 addresses of mx.example were not tried",))
    assert judged(verdict).incomplete == ("2 addresses of mx.example were not tried",)


def test_a_policy_that_acts_on_the_resolvers_word_does_not_guess_it(build):
    verdict = build.verdict(build.Host(), mx=build.lookup("example.org", "MX", word=None))
    judgement = judged(verdict, "postfix")
    assert judgement.outcome == "unknown"
    assert judgement.incomplete == ("example.org: the MX not recorded as this client sees it",)
    assert judged(verdict).outcome == "dane"


def test_behind_a_resolver_without_ad_postfix_silently_loses_dane(build):
    without = build.lookup("mx.example", "A", word="no-ad")
    verdict = build.verdict(build.Host(address=without))
    judgement = judged(verdict, "postfix")
    assert (judgement.outcome, judged(verdict).outcome) == ("tls", "dane")
    assert "without the AD bit" in judgement.reason


def test_a_bogus_answer_is_told_in_the_resolvers_words_to_those_who_believe_it(build):
    verdict = build.verdict(mx="bogus")
    assert "the zone of example.org is bogus" in judged(verdict).reason
    assert "SERVFAIL" in judged(verdict, "postfix").reason


def test_an_answer_without_records_cannot_be_judged_further_than_it_goes(build):
    word = build.ResolverWord("NOERROR", False, Existence.DATA)
    judgement = judged(build.verdict(mx=build.lookup("example.org", "MX", "bogus", word=word)), "postfix")
    assert judgement.outcome == "unknown"
    assert judgement.incomplete
    assert "bogus" not in judgement.reason


def test_require_ipv6_turns_an_aaaa_error_into_an_open_question(build):
    verdict = build.verdict(build.Host(aaaa="bogus"))
    assert judged(verdict).outcome == "dane"
    assert judged(verdict, require_ipv6=True).outcome == "unknown"


def test_a_verdict_without_steps_is_unknown_for_everyone(build):
    empty = build.replace(build.verdict(build.Host()), steps=())
    for judgement in judge_all(empty).values():
        assert judgement.outcome == "unknown"
        assert judgement.incomplete


def test_a_certificate_that_fails_is_the_cause_although_the_cname_question_failed_too(build):
    cname = build.lookup("mx.example", "CNAME", failure=build.TIMEOUT)
    for host, cause in (
        (build.Host(cname=cname, match=build.mismatched()), "certificate"),
        (build.Host(cname=cname, tlsa="nxdomain"), "tlsa-absent"),
    ):
        judgement = judged(build.verdict(host), mode=MANDATORY)
        assert (judgement.outcome, judgement.cause) == ("held", cause)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_cname_question_that_fails_the_lookup_is_the_cause_also_behind_an_insecure_mx(build, mode):
    address = build.lookup("mx.example", "A", "insecure", hops=build.alias_of("real.example", "secure"))
    cname = build.lookup("mx.example", "CNAME", failure=build.TIMEOUT)
    judgement = judged(build.verdict(build.Host(address=address, cname=cname), mx="insecure"), "postfix", mode)
    assert (judgement.outcome, judgement.cause, judgement.report) == ("held", "cname-failed", "dnssec-invalid")
    assert judgement.incomplete


@pytest.mark.parametrize("policy", ["asyncos", "rfc7672"])
def test_an_address_whose_record_is_bogus_is_not_tried_although_the_resolver_hands_it_out(build, policy):
    word = build.ResolverWord("NOERROR", False, Existence.DATA)
    aaaa = build.lookup("mx.example", "AAAA", "bogus", word=word)
    verdict = build.verdict(build.Host(aaaa=aaaa, addresses=("2001:db8::1", "192.0.2.1"), match=build.mismatched()))
    [at_four] = build.verdict(build.Host()).contacts("mx.example")
    judgement = judged(build.replace(verdict, steps=(*verdict.steps[:-1], at_four)), policy)
    assert (judgement.outcome, judgement.headline) == ("dane", "DANE")
    assert [path.address for path in judgement.paths] == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("a", "aaaa", "address"), [("failed", "secure", "2001:db8::1"), ("secure", "failed", "192.0.2.1")]
)
def test_a_family_whose_lookup_failed_beside_a_good_one_leaves_the_check_incomplete(build, a, aaaa, address):
    judgement = judged(build.verdict(build.Host(address=a, aaaa=aaaa, addresses=(address,))), "rfc7672")
    family = "A" if a == "failed" else "AAAA"
    assert (judgement.outcome, judgement.headline) == ("dane", "DANE, incomplete")
    assert judgement.incomplete == (f"mx.example {family}: no answer within 5 s",)


def test_without_smtp_the_other_reading_is_no_success_either(build):
    verdict = build.verdict(build.Host("mx1.example", tlsa="bogus"), build.Host("mx2.example", 20), smtp=False)
    assert judged(verdict).alternative == "not-tested"


def test_unusable_records_come_to_no_more_than_the_tls_level_lets_pass(build):
    host = build.Host(records=(build.UNUSABLE,), pkix=Pkix(False, True, (), "self-signed certificate"))
    judgement = judged(build.verdict(host), level=TlsLevel.REQUIRED_VERIFY)
    assert (judgement.outcome, judgement.best) == ("held", "held")


def _two(build, good, bad, preference):
    hosts = [build.Host(good, 10), build.Host(bad, preference, match=build.mismatched(), addresses=("192.0.2.2",))]
    return build.verdict(*sorted(hosts, key=lambda host: (host.preference, host.name)))


@pytest.mark.parametrize(("good", "bad"), [("a.example", "b.example"), ("b.example", "a.example")])
def test_of_hosts_of_one_preference_the_failing_one_may_come_first_whatever_its_name(build, good, bad):
    strict = judged(_two(build, good, bad, 10))
    assert (strict.outcome, strict.expected_path.host, strict.alternative) == ("held", bad, "dane-success")
    assert judged(_two(build, good, bad, 10), "rfc7672").outcome == "dane"
    assert judged(_two(build, good, bad, 20)).outcome == "dane"


def test_of_hosts_of_one_preference_exim_may_bounce_at_the_one_without_dane_first(build):
    good, bad = build.Host("a.example"), build.Host("b.example", tlsa="nxdomain", addresses=("192.0.2.2",))
    equal = judged(build.verdict(good, bad), "exim", "mandatory")
    assert (equal.action, equal.outcome, equal.report) == ("dane-bounce", "undeliverable", "dane-required")
    later = build.replace(bad, preference=20)
    behind = judged(build.verdict(good, later), "exim", "mandatory")
    assert (behind.outcome, behind.weakest_path.action, behind.worst) == ("dane", "dane-bounce", "undeliverable")


@pytest.mark.parametrize("bad", ["192.0.2.1", "192.0.2.2"])
def test_of_addresses_of_one_family_the_failing_one_may_come_first_whatever_the_resolvers_order(build, bad):
    addresses = ("192.0.2.1", "192.0.2.2")
    verdict = build.verdict(build.Host(addresses=addresses))
    wrong = build.verdict(build.Host(addresses=addresses, match=build.mismatched()))
    steps = [step for step in verdict.steps if step not in verdict.contacts("mx.example")]
    for address in addresses:
        chosen = wrong if address == bad else verdict
        steps += [step for step in chosen.contacts("mx.example") if step.contact.address == address]
    strict = judged(build.replace(verdict, steps=tuple(steps)))
    assert (strict.outcome, strict.expected_path.address) == ("held", bad)


def test_the_preferred_family_comes_first_and_decides(build):
    addresses = ("2001:db8::1", "192.0.2.1")
    verdict = build.verdict(build.Host(aaaa="secure", addresses=addresses))
    wrong = build.verdict(build.Host(aaaa="secure", addresses=addresses, match=build.mismatched()))
    steps = (*verdict.steps[:-1], wrong.steps[-1])
    assert judged(build.replace(verdict, steps=steps)).outcome == "dane"
