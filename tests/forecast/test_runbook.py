"""Mail is held: only changes that let it go on paper are proposed, the smallest first."""

import pytest

from fleet.forecast import Resolving, Why, forecast
from fleet.forecast.runbook import pages

DOMAIN = "example.org"


@pytest.fixture
def book(fleets, checks, two_tiers):
    def opened(*changes, verdict=None, node="", down=()):
        text = two_tiers
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        fleet = fleets.of(text)
        verdicts = {DOMAIN: verdict or checks.verdict(checks.Host())}
        found = forecast(fleet, [fleet.destinations[DOMAIN]], verdicts, Resolving(frozenset(down)))
        return pages(found, DOMAIN, node)

    return opened


ROUTE = ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "relay.example"')


def titles(page):
    return [change.title for change in page.changes]


def test_mail_that_is_not_held_needs_no_change(book) -> None:
    (page,) = book()
    assert (page.held, page.changes, page.nodes) == (False, (), ("dlv1", "dlv2"))


def test_a_wrong_certificate_is_gone_past_with_an_entry_without_dane(book, checks) -> None:
    (page,) = book(verdict=checks.verdict(checks.Host(match=checks.mismatched())))
    assert page.held
    assert titles(page) == ["DANE None for this destination"]
    (change,) = page.changes
    assert change.after.core.label == "dane-off: tls"
    assert "Destination: example.org | TLS Support: Preferred | DANE Support: None" in change.lines
    assert change.back[0].endswith("set back TLS Support: Default | DANE Support: Opportunistic")


def test_an_entry_that_was_not_there_before_is_taken_back_by_deleting_it(book, checks) -> None:
    entry = ('[tiers.delivery.destination_controls."example.org"]\ndane = "opportunistic"\n', "")
    (page,) = book(
        entry, ('dane = "none"', 'dane = "opportunistic"'), verdict=checks.verdict(checks.Host(tlsa="bogus"))
    )
    assert page.changes[0].back[0] == "Mail Policies > Destination Controls: delete the entry example.org"


def test_mandatory_that_the_destination_does_not_meet_is_lowered_before_dane_is_turned_off(book, checks) -> None:
    mandatory = ('dane = "opportunistic"', 'dane = "mandatory"')
    (page,) = book(mandatory, verdict=checks.verdict(checks.Host(tlsa="nxdomain")))
    assert titles(page) == [
        "DANE Opportunistic instead of Mandatory for this destination",
        "DANE None for this destination",
    ]


def test_a_route_is_answered_with_the_vendors_entry_first_and_usedns_only_where_that_delivers(book, checks) -> None:
    (page,) = book(ROUTE)
    assert page.found.why is Why.ROUTE
    assert titles(page) == ["DANE None for this destination", "USEDNS for this destination"]
    assert page.changes[0].after.core.label == "dane-off: not-tested"
    bogus = checks.verdict(checks.Host(), mx="bogus")
    assert titles(book(ROUTE, verdict=bogus)[0]) == ["DANE None for this destination"]


def test_a_level_that_holds_is_lowered_only_as_the_last_thing(book, checks) -> None:
    required = ('tls = "preferred"', 'tls = "required-verify"')
    untrusted = checks.Host(tlsa="nxdomain", pkix=checks.Pkix(False, False, ()))
    (page,) = book(required, verdict=checks.verdict(untrusted))
    assert titles(page) == ["DANE None and TLS Preferred for this destination"]
    assert "clear text" in page.changes[0].cost
    assert page.rejected == ("DANE None for this destination",)


def test_a_resolver_that_strips_goes_behind_one_that_does_not(book) -> None:
    both = (
        '[{ address = "192.0.2.53", kind = "validates" }]',
        '[{ address = "192.0.2.7", kind = "strips" }, { address = "192.0.2.8", kind = "validates", priority = 1 }]',
    )
    (page,) = book(both)
    assert page.found.why is Why.RESOLVERS
    assert titles(page) == ["Resolvers that do DNSSEC first"]
    assert "Network > DNS: priority 0 for 192.0.2.8" in page.changes[0].lines[0]
    assert "192.0.2.7 priority 0" in page.changes[0].back[0]


def test_what_no_setting_mends_is_said_to_be_so(book, checks) -> None:
    (page,) = book(verdict=checks.verdict(mx=checks.lookup(DOMAIN, "MX", failure=checks.TIMEOUT)))
    assert (page.held, page.changes, page.rejected) == (True, (), ("DANE None for this destination",))
    (silent,) = book(down=["192.0.2.53"])
    assert (silent.held, silent.changes) == (True, ())


def test_one_node_can_be_asked_for(book) -> None:
    (page,) = book(node="dlv2")
    assert page.nodes == ("dlv2",)
    assert book(node="scan1") == ()


def test_an_entry_that_sets_tls_alone_is_not_deleted_to_take_a_change_back(book, checks) -> None:
    """Its DANE Support is the Default entry's, and the entry is there all the same."""
    entry = ('"example.org"]\ndane = "opportunistic"', '"example.org"]\ntls = "required"')
    (page,) = book(
        entry, ('dane = "none"', 'dane = "opportunistic"'), verdict=checks.verdict(checks.Host(tlsa="bogus"))
    )
    assert page.changes[0].back[0].endswith("example.org: set back TLS Support: Required | DANE Support: Default")


def test_a_route_of_its_own_is_set_back_and_not_deleted(book) -> None:
    own = ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\n"example.org" = "relay.example"')
    assert book(own)[0].changes[1].back[0].endswith("example.org: set Destination Hosts back to relay.example")
    assert book(ROUTE)[0].changes[1].back[0].endswith("example.org: delete this route")


PEER = """
[fleet]
platform = "{platform}"
resolvers = [{{ address = "127.0.0.1", kind = "validates" }}]
[fleet.{platform}]
{settings}
[tiers.edge]
delivers_to = ["internet"]
[nodes.n]
tier = "edge"
addresses = ["10.0.0.1"]
[destinations."example.org"]
"""


@pytest.fixture
def peer(fleets):
    def opened(platform, settings, verdict):
        fleet = fleets.of(PEER.format(platform=platform, settings=settings))
        (page,) = pages(forecast(fleet, [fleet.destinations[DOMAIN]], {DOMAIN: verdict}), DOMAIN)
        return page

    return opened


DANE_ONLY = 'smtp_tls_security_level = "dane-only"\nsmtp_dns_support_level = "dnssec"\nrelayhost = ""'
EVERYBODY = 'dane_built_in = true\nhosts_require_dane = "*"\nroutes = {}'


def test_postfix_without_dane_keeps_the_tls_that_was_required(peer, checks) -> None:
    first, last = peer("postfix", DANE_ONLY, checks.verdict(checks.Host(match=checks.mismatched()))).changes
    assert "smtp_tls_policy_maps: example.org  encrypt" in first.lines
    assert "smtp_tls_policy_maps: example.org  may" in last.lines
    assert "clear text" in last.cost


def test_postfix_under_dane_no_longer_requires_tls_and_that_is_forecast_and_said(peer, checks) -> None:
    found = peer("postfix", DANE_ONLY, checks.verdict(checks.Host(tlsa="nxdomain"))).changes[0]
    assert "smtp_tls_policy_maps: example.org  dane" in found.lines
    assert (found.after.outcome, found.after.worst) == ("tls", "clear")
    assert any("mind: TLS is required now" in line for line in found.lines)


def test_a_line_of_the_policy_map_is_taken_back_by_the_line_that_was_there(peer, checks) -> None:
    own = DANE_ONLY + '\ntls_policy = { "example.org" = "dane-only match=nexthop" }'
    changes = peer("postfix", own, checks.verdict(checks.Host(match=checks.mismatched()))).changes
    assert changes[0].back[0] == "smtp_tls_policy_maps: example.org  dane-only match=nexthop"


def test_exim_lets_mail_go_only_when_its_host_leaves_the_list_that_requires_dane(peer, checks) -> None:
    (found,) = peer("exim", EVERYBODY, checks.verdict(checks.Host(match=checks.mismatched()))).changes
    assert found.lines[:2] == (
        "smtp transport: hosts_try_dane = !mx.example : *",
        "smtp transport: hosts_require_dane = !mx.example : *",
    )
    assert "smtp transport: hosts_require_dane = *" in found.back
