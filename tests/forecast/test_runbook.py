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
    assert change.back[0].endswith("set TLS Support and DANE Support back as they were")


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
