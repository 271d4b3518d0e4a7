"""Postfix and Exim by their own truth: levels and host lists, routes that keep DANE, bounces."""

import pytest

from fleet.forecast import Why, forecast
from fleet.model import Outcome
from fleet.model.fleet import Destination

DOMAIN = "example.org"
EDGE = """
[tiers.edge]
delivers_to = ["internet"]
[nodes.n]
tier = "edge"
addresses = ["10.0.0.1"]
"""
POSTFIX = (
    """
[fleet]
platform = "postfix"
resolvers = [{ address = "127.0.0.1", kind = "validates" }]
[fleet.postfix]
smtp_tls_security_level = "dane"
smtp_dns_support_level = "dnssec"
relayhost = ""
"""
    + EDGE
)
EXIM = (
    """
[fleet]
platform = "exim"
resolvers = [{ address = "127.0.0.1", kind = "validates" }]
[fleet.exim]
dane_built_in = true
[fleet.exim.routes]
"""
    + EDGE
)


@pytest.fixture
def tell(fleets, checks):
    def told(profile, *changes, verdict=None, others=()):
        for old, new in changes:
            assert old in profile, old
            profile = profile.replace(old, new)
        fleet = fleets.of(profile)
        verdicts = {DOMAIN: verdict or checks.verdict(checks.Host()), **dict(others)}
        found = forecast(fleet, [Destination(DOMAIN)], verdicts)
        group = found.classes[0]
        (ingress,) = group.ingresses
        told = found.explain(group, ingress, DOMAIN)
        assert told.core == group.cells[ingress.action][0]
        return told

    return told


def test_both_do_dane_whoever_sent_the_mail(tell) -> None:
    assert tell(POSTFIX).outcome is Outcome.DANE
    assert tell(EXIM).outcome is Outcome.DANE


def test_without_dnssec_postfix_delivers_dane_as_may_and_defers_dane_only(tell) -> None:
    without = ('smtp_dns_support_level = "dnssec"', 'smtp_dns_support_level = ""')
    assert tell(POSTFIX, without).core.label == "dane-off: tls"
    only = tell(POSTFIX, without, ('"dane"', '"dane-only"'))
    assert (only.outcome, only.why) == (Outcome.HELD, Why.CONTROL)


def test_a_policy_map_entry_decides_for_its_domain(tell) -> None:
    entry = ('relayhost = ""', 'relayhost = ""\ntls_policy = { "example.org" = "may" }')
    assert tell(POSTFIX, entry).core.label == "dane-off: tls"


def test_the_next_host_is_tried_after_one_that_fails(tell, checks) -> None:
    hosts = checks.Host(name="a.example", match=checks.mismatched()), checks.Host(name="b.example", preference=20)
    assert tell(POSTFIX, verdict=checks.verdict(*hosts)).outcome is Outcome.DANE


def test_behind_a_relay_by_name_dane_is_done_with_that_name(tell, checks) -> None:
    relay = ('relayhost = ""', 'relayhost = "relay.example"')
    unchecked = tell(POSTFIX, relay)
    assert (unchecked.outcome, unchecked.why) == (Outcome.NOT_TESTED, Why.ROUTE)
    there = checks.verdict(checks.Host(match=checks.mismatched()), domain="relay.example")
    assert tell(POSTFIX, relay, others=[("relay.example", there)]).outcome is Outcome.HELD


def test_behind_an_address_there_is_no_name_for_dane(tell) -> None:
    relay = ('relayhost = ""', 'relayhost = "[192.0.2.25]"')
    found = tell(POSTFIX, relay)
    assert (found.core.label, found.why, found.worst) == ("dane-off: not-tested", Why.ROUTE, Outcome.CLEAR)
    assert tell(POSTFIX, relay, ('"dane"', '"dane-only"')).outcome is Outcome.HELD


@pytest.mark.parametrize(("policy", "label"), [("dane", "dane"), ("may", "tls"), ("encrypt", "tls")])
def test_postfix_may_be_told_what_an_insecure_mx_leads_to(tell, checks, policy, label) -> None:
    setting = ('relayhost = ""', f'relayhost = ""\nsmtp_tls_dane_insecure_mx_policy = "{policy}"')
    found = tell(POSTFIX, setting, verdict=checks.verdict(checks.Host(), mx="insecure"))
    assert found.core.label == label
    assert found.worst is {"dane": Outcome.DANE, "may": Outcome.CLEAR, "encrypt": Outcome.TLS}[policy]


def test_exim_that_requires_dane_returns_mail_at_once_where_there_is_none(tell, checks) -> None:
    required = ("dane_built_in = true", 'dane_built_in = true\nhosts_require_dane = "*"')
    found = tell(EXIM, required, verdict=checks.verdict(checks.Host(tlsa="nxdomain")))
    assert (found.outcome, found.core.stopped) == (Outcome.UNDELIVERABLE, True)


def test_exim_that_requires_dane_and_asks_for_no_dnssec_returns_everything(tell) -> None:
    required = ("dane_built_in = true", 'hosts_require_dane = "*"\ndnssec_request_domains = ""')
    assert tell(EXIM, required).outcome is Outcome.UNDELIVERABLE


def test_host_lists_of_exim_name_hosts_so_a_domain_is_unknown(tell) -> None:
    some = ("dane_built_in = true", 'hosts_try_dane = "mx.example"')
    assert (tell(EXIM, some).outcome, tell(EXIM, some).why) == (Outcome.UNKNOWN, Why.CONTROL)


def test_exim_built_without_dane_delivers_without_it(tell) -> None:
    assert tell(EXIM, ("dane_built_in = true", "dane_built_in = false")).core.label == "dane-off: tls"
