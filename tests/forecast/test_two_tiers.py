"""The vendor's two-tier picture: DANE runs only when everything is right, and each breakage is named as the reason."""

import pytest

from fleet.forecast import DaneUse, Why, forecast, foretell_one
from fleet.forecast.facts import Topic, facts
from fleet.model import Outcome

DOMAIN = "example.org"


@pytest.fixture
def tell(fleets, checks, two_tiers):
    """The forecast of ``dlv1`` for a profile whose text was changed, and a check of the destination."""

    def told(*changes, verdict=None, flow=0):
        text = two_tiers
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        fleet = fleets.of(text)
        verdicts = {DOMAIN: verdict or checks.verdict(checks.Host())}
        found = forecast(fleet, list(fleet.destinations.values()), verdicts)
        group = next(one for one in found.classes if "dlv1" in one.names)
        ingress = group.ingresses[flow]
        told = found.explain(group, ingress, DOMAIN)
        assert told.core == group.cells[ingress.action][found.numbers[DOMAIN]]
        return told

    return told


def test_dane_runs_when_version_tls_hop_routes_and_resolvers_are_right(tell) -> None:
    found = tell()
    assert (found.outcome, found.dane, found.why) == (Outcome.DANE, DaneUse.ATTEMPTED, Why.DESTINATION)


def test_only_the_tier_that_faces_outside_is_forecast(fleets, checks, two_tiers) -> None:
    fleet = fleets.of(two_tiers)
    found = forecast(fleet, list(fleet.destinations.values()), {})
    assert {name for group in found.classes for name in group.names} == {"dlv1", "dlv2"}


BREAKAGES = [
    pytest.param(('"15.0.0-104"', '"11.0.3-238"'), "dane-off: tls", Why.VERSION, id="a version before DANE"),
    pytest.param(('tls = "preferred"', 'tls = "none"'), "dane-off: clear", Why.TLS, id="TLS Support None"),
    pytest.param(('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"'), "dane-off: tls", Why.FLOW, id="the hop is no RELAY"),
    pytest.param(('dane = "opportunistic"', 'dane = "none"'), "dane-off: tls", Why.CONTROL, id="DANE Support None"),
    pytest.param(
        ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "relay.example"'),
        "held",
        Why.ROUTE,
        id="a route for all mail",
    ),
    pytest.param(
        ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\n"example.org" = "/dev/null"'),
        "dane-off: discarded",
        Why.ROUTE,
        id="a route that discards",
    ),
    pytest.param(('kind = "validates"', 'kind = "strips"'), "held", Why.RESOLVERS, id="a resolver that strips"),
    pytest.param(('version = "15.0.0-104"\n', ""), "unknown", Why.VERSION, id="no version"),
    pytest.param(('tls = "preferred"\n', ""), "unknown", Why.TLS, id="no TLS level"),
    pytest.param(("[tiers.delivery.smtp_routes]\n", ""), "unknown", Why.ROUTE, id="no word of routes"),
    pytest.param(('platform = "asyncos"\n', ""), "unknown", Why.PLATFORM, id="no platform"),
    pytest.param(('"192.0.2.53", kind = "validates"', '"192.0.2.99"'), "unknown", Why.RESOLVERS, id="no kind"),
]


@pytest.mark.parametrize(("change", "label", "why"), BREAKAGES)
def test_breaking_one_of_them_changes_the_outcome_and_is_the_reason(tell, change, label, why) -> None:
    found = tell(change)
    assert (found.core.label, found.why) == (label, why), found.sentence


def test_a_route_with_usedns_leaves_dane_alone(tell) -> None:
    found = tell(("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "USEDNS"'))
    assert found.outcome is Outcome.DANE


def test_accept_and_a_route_is_delivered_by_the_route_without_dane(tell) -> None:
    routes = ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "relay.example"')
    found = tell(routes, ('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"'))
    assert (found.outcome, found.dane, found.worst) == (Outcome.NOT_TESTED, DaneUse.OFF, Outcome.CLEAR)
    assert "relay.example" in found.sentence


def test_the_held_route_also_says_what_else_the_vendor_writes(tell) -> None:
    found = tell(("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "relay.example"'))
    assert "skipped" in found.sentence


def test_the_same_domain_may_arrive_through_relay_and_through_accept(tell) -> None:
    both = ('BLOCKED = "REJECT"', 'BLOCKED = "ACCEPT"')
    assert tell(both, flow=0).outcome is Outcome.DANE
    assert tell(both, flow=1).core.label == "dane-off: tls"


def test_undeclared_listeners_leave_the_flow_unknown(tell, two_tiers) -> None:
    start = two_tiers.index("[tiers.delivery.listeners.outgoing]")
    end = two_tiers.index('[tiers.delivery.destination_controls."example.org"]')
    found = tell((two_tiers[start:end], ""))
    assert (found.outcome, found.why) == (Outcome.UNKNOWN, Why.FLOW)


def test_mail_without_a_flow_is_unknown(fleets, checks, two_tiers) -> None:
    fleet = fleets.of(two_tiers)
    verdicts = {DOMAIN: checks.verdict(checks.Host())}
    for domain in (DOMAIN, "plain.example"):  # with DANE, and with DANE Support None: nobody says which entry counts
        found = foretell_one(fleet, fleet.nodes["dlv1"], None, domain, verdicts, by_flow=False)
        assert (found.outcome, found.why) == (Outcome.UNKNOWN, Why.FLOW)
        assert "mail without a flow (bounces" in found.sentence


def test_a_destination_nobody_checked_is_not_tested(fleets, two_tiers) -> None:
    fleet = fleets.of(two_tiers)
    found = forecast(fleet, list(fleet.destinations.values()), {})
    assert [core.outcome for core in next(iter(found.classes[0].cells.values()))] == [Outcome.NOT_TESTED] * 2


def test_unusable_records_show_the_worst_and_the_best_of_both_readings(tell, checks) -> None:
    found = tell(verdict=checks.verdict(checks.Host(records=(checks.UNUSABLE,))))
    assert (found.outcome, found.best, found.assumed) == (Outcome.HELD, Outcome.TLS, True)


def test_without_dane_a_bogus_domain_is_unknown(tell, checks) -> None:
    found = tell(('dane = "opportunistic"', 'dane = "none"'), verdict=checks.verdict(checks.Host(), mx="bogus"))
    assert found.core.label == "dane-off: unknown"


def test_what_holds_mail_without_dane_is_the_tls_level_and_never_the_dns(fleets, checks, two_tiers) -> None:
    """The check found everything signed: a reason that calls its MX insecure would be made up."""
    text = two_tiers.replace('tls = "preferred"', 'tls = "required-verify"').replace('"opportunistic"', '"none"')
    fleet = fleets.of(text)
    verdict = checks.verdict(checks.Host(pkix=checks.Pkix(False, False, ())))
    found = forecast(fleet, [fleet.destinations["example.org"]], {"example.org": verdict})
    group = found.classes[0]
    told = found.explain(group, group.ingresses[0], "example.org")
    assert told.core.label == "dane-off: held"
    assert "mx.example (192.0.2.1) offers no TLS that TLS level required-verify accepts" in told.sentence
    assert "not secure" not in told.sentence
    said = facts(fleet, group.holder, group.ingresses[0].flow, told, verdict, found.resolving)
    assert not any("insecure" in fact.text for fact in said)
    (session,) = (fact for fact in said if fact.topic is Topic.SESSION)
    assert (session.text, session.step) == ("TLS at 192.0.2.1, certificate does not verify", 3)
