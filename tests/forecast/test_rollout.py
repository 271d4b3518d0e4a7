"""The plan: prerequisites, how far each destination may go, steps that count only after watching."""

from datetime import date

import pytest

from fleet.forecast import forecast
from fleet.forecast.prerequisites import State, prerequisites
from fleet.forecast.rollout import Dates, StepKind, rollout
from fleet.model.control import DaneSupport

TODAY = date(2026, 11, 25)
MORE = """
[destinations."wrong.example"]
[destinations."partly.example"]
[destinations."new.example"]
[destinations."routed.example"]
"""


@pytest.fixture
def plan(fleets, checks, two_tiers):
    def planned(*changes, dates=None):
        text = two_tiers + MORE
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        fleet = fleets.of(text)
        partly = checks.Host(name="a.example"), checks.Host(name="b.example", preference=20, tlsa="nxdomain")
        verdicts = {
            "example.org": checks.verdict(checks.Host()),
            "plain.example": checks.verdict(checks.Host(address="insecure"), mx="insecure", domain="plain.example"),
            "wrong.example": checks.verdict(checks.Host(match=checks.mismatched()), domain="wrong.example"),
            "partly.example": checks.verdict(*partly, domain="partly.example"),
            "routed.example": checks.verdict(checks.Host(), domain="routed.example"),
        }
        found = forecast(fleet, list(fleet.destinations.values()), verdicts)
        return rollout(found, dates or Dates(TODAY))

    return planned


ROUTE = ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\n"routed.example" = "relay.example"')
NO_ENTRY = ('[tiers.delivery.destination_controls."example.org"]\ndane = "opportunistic"\n', "")


def test_each_destination_goes_as_far_as_is_proven(plan) -> None:
    levels = {one.destination.domain: one.level for one in plan(ROUTE).advice}
    assert levels == {
        "example.org": DaneSupport.MANDATORY,
        "partly.example": DaneSupport.OPPORTUNISTIC,
        "plain.example": DaneSupport.OPPORTUNISTIC,
        "wrong.example": DaneSupport.NONE,
        "new.example": DaneSupport.NONE,
        "routed.example": DaneSupport.NONE,
    }


def test_the_advice_supposes_that_the_prerequisites_will_be_met(plan) -> None:
    broken = plan(('"15.0.0-104"', '"11.0"'), ('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"'))
    assert broken.advice[0].level is DaneSupport.MANDATORY
    assert broken.steps[0].state is State.NOT_DONE
    assert "version" in broken.steps[0].why
    assert "RELAY hop" in broken.steps[0].why


def test_the_default_entry_comes_last_and_after_the_entries_that_protect(plan) -> None:
    found = plan(ROUTE)
    assert [step.kind for step in found.steps] == list(StepKind)
    protect = found.steps[4]
    assert protect.state is State.NOT_DONE
    lines = "\n".join(line for _, each in protect.lines for line in each)
    assert "Destination: wrong.example | TLS Support: Preferred | DANE Support: None" in lines
    assert "routed.example" in lines
    assert "new.example" in lines
    assert "plain.example" not in lines
    default = "\n".join(line for _, each in found.steps[5].lines for line in each)
    assert (
        "Mail Policies > Destination Controls > Default: TLS Support: Preferred | DANE Support: Opportunistic"
        in default
    )
    assert "a person does that, never this program" in default


def test_an_entry_that_is_there_is_not_asked_for_again(plan) -> None:
    lines = "\n".join(line for _, each in plan().steps[2].lines for line in each)
    assert "example.org |" not in lines
    assert "partly.example" in lines
    assert "example.org" in "\n".join(line for _, each in plan(NO_ENTRY).steps[2].lines for line in each)


@pytest.mark.parametrize(
    ("baseline", "committed", "state"),
    [
        (None, None, State.UNKNOWN),
        (None, date(2026, 11, 1), State.UNKNOWN),
        (date(2026, 11, 2), date(2026, 11, 1), State.UNKNOWN),
        (date(2026, 11, 1), date(2026, 11, 24), State.NOT_DONE),
        (date(2026, 11, 1), date(2026, 11, 22), State.DONE),
    ],
)
def test_a_step_is_done_only_after_a_baseline_and_days_of_watching(plan, baseline, committed, state) -> None:
    on = ('tls = "preferred"\ndane = "none"', 'tls = "preferred"\ndane = "opportunistic"')
    dates = Dates(TODAY, baseline, {StepKind.DEFAULT: committed} if committed else {})
    assert plan(on, dates=dates).steps[5].state is state


PREREQUISITES = [
    ("version", ('"15.0.0-104"', '"11.0"'), State.NOT_DONE),
    ("version", ('version = "15.0.0-104"\n', ""), State.UNKNOWN),
    ("TLS Support", ('tls = "preferred"', 'tls = "none"'), State.NOT_DONE),
    ("TLS Support", ('tls = "preferred"\n', ""), State.UNKNOWN),
    ("certificate", ('"delivery.example.com"', '"demo"'), State.NOT_DONE),
    ("certificate", ('outbound_certificate = "delivery.example.com"\n', ""), State.UNKNOWN),
    ("RELAY hop", ('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"'), State.NOT_DONE),
    ("RELAY hop", ('["10.0.1.0/24"]', '["10.0.9.0/24"]'), State.NOT_DONE),
    ("RELAY hop", ('["10.0.1.0/24"]', '["scan1.example.com"]'), State.UNKNOWN),
    (
        "SMTP routes",
        ("[tiers.delivery.smtp_routes]", '[tiers.delivery.smtp_routes]\nALL = "r.example"'),
        State.NOT_DONE,
    ),
    ("SMTP routes", ROUTE, State.NOT_DONE),
    ("SMTP routes", ("[tiers.delivery.smtp_routes]\n", ""), State.UNKNOWN),
    ("resolvers", ('kind = "validates"', 'kind = "strips"'), State.NOT_DONE),
    ("resolvers", (', kind = "validates"', ""), State.UNKNOWN),
    (
        "resolvers",
        ("[{ address", '[{ address = "192.0.2.9", kind = "strips", secondary = true }, { address'),
        State.NOT_DONE,
    ),
    ("DANE only outside", ('dane = "none"', 'dane = "opportunistic"'), State.NOT_DONE),
]


@pytest.mark.parametrize(("name", "change", "state"), PREREQUISITES)
def test_each_prerequisite_is_done_not_done_or_unknown(fleets, two_tiers, name, change, state) -> None:
    def of(text):
        return {one.name: one.state for one in prerequisites(fleets.of(text))}

    assert of(two_tiers)[name] is State.DONE
    assert change[0] in two_tiers
    assert of(two_tiers.replace(*change))[name] is state


def test_a_route_is_met_by_an_entry_with_dane_none(fleets, two_tiers) -> None:
    text = two_tiers.replace(*ROUTE) + '[tiers.delivery.destination_controls."routed.example"]\ndane = "none"\n'
    assert {one.name: one.state for one in prerequisites(fleets.of(text))}["SMTP routes"] is State.DONE


PEERS = """
[fleet]
platform = "{platform}"
resolvers = [{{ address = "127.0.0.1", kind = "validates" }}]
{settings}
[tiers.edge]
delivers_to = ["internet"]
[nodes.n]
tier = "edge"
addresses = ["10.0.0.1"]
[destinations."example.org"]
[destinations."wrong.example"]
"""


@pytest.mark.parametrize(
    ("platform", "settings", "expected"),
    [
        (
            "postfix",
            '[fleet.postfix]\nsmtp_tls_security_level = "may"\nrelayhost = ""',
            [
                "main.cf: smtp_dns_support_level = dnssec",
                "smtp_tls_policy_maps: example.org  dane",
                "smtp_tls_policy_maps: example.org  dane-only",
                "smtp_tls_policy_maps: wrong.example  may",
                "main.cf: smtp_tls_security_level = dane",
            ],
        ),
        (
            "exim",
            '[fleet.exim]\ndane_built_in = true\nhosts_try_dane = ""\n[fleet.exim.routes]',
            [
                "smtp transport: hosts_try_dane = mx.example",
                "smtp transport: hosts_require_dane = mx.example",
                "smtp transport: hosts_try_dane = !bad.example : mx.example",
                "smtp transport: hosts_try_dane = !bad.example : *",
            ],
        ),
    ],
)
def test_policy_map_lines_and_host_lists(fleets, checks, platform, settings, expected) -> None:
    fleet = fleets.of(PEERS.format(platform=platform, settings=settings))
    verdicts = {
        "example.org": checks.verdict(checks.Host()),
        "wrong.example": checks.verdict(
            checks.Host(name="bad.example", match=checks.mismatched()), domain="wrong.example"
        ),
    }
    found = rollout(forecast(fleet, list(fleet.destinations.values()), verdicts), Dates(TODAY))
    lines = [line for step in found.steps for _, each in step.lines for line in each]
    for line in expected:
        assert line in lines, lines


def test_dane_behind_an_mx_that_is_not_proven_goes_no_further_than_opportunistic(fleets, checks) -> None:
    """Postfix asks no proof that there is no MX, so mandatory would deliver; it is no proof all the same."""
    settings = '[fleet.postfix]\nsmtp_tls_security_level = "may"\nrelayhost = ""'
    fleet = fleets.of(PEERS.format(platform="postfix", settings=settings))
    unproven = checks.verdict(checks.Host(name="example.org"), mx="insecure", implicit=True)
    found = rollout(forecast(fleet, [fleet.destinations["example.org"]], {"example.org": unproven}), Dates(TODAY))
    (advice,) = found.advice
    assert (advice.mandatory.outcome, advice.level) == ("dane", DaneSupport.OPPORTUNISTIC)
    assert "MX not secure" in advice.reason


def test_nothing_is_done_where_nobody_looked(fleets, two_tiers) -> None:
    """No destination is known to need an entry because none was checked."""
    fleet = fleets.of(two_tiers)
    found = rollout(forecast(fleet, list(fleet.destinations.values()), {}), Dates(TODAY))
    by_kind = {step.kind: step.state for step in found.steps}
    assert (by_kind[StepKind.ENTRIES], by_kind[StepKind.MANDATORY]) == (State.UNKNOWN, State.UNKNOWN)
    inward = fleets.of(two_tiers.replace('["internet"]', '["inside"]', 2))
    assert State.DONE not in {step.state for step in rollout(forecast(inward, [], {}), Dates(TODAY)).steps}


def test_a_baseline_of_tomorrow_was_not_taken(plan) -> None:
    assert plan(dates=Dates(TODAY, date(2026, 11, 26))).steps[1].state is State.NOT_DONE
    assert plan(dates=Dates(TODAY, TODAY)).steps[1].state is State.DONE


def test_behind_a_relay_host_the_policy_map_names_the_next_hop(fleets) -> None:
    """Postfix looks its policy up by next hop: a line of the destination's name would never be read."""
    settings = '[fleet.postfix]\nsmtp_tls_security_level = "may"\nrelayhost = "[relay.example]:587"'
    fleet = fleets.of(PEERS.format(platform="postfix", settings=settings))
    found = rollout(forecast(fleet, list(fleet.destinations.values()), {}), Dates(TODAY))
    lines = [line for step in found.steps for _, each in step.lines for line in each]
    assert "smtp_tls_policy_maps: [relay.example]:587  may" in lines
    assert not any("example.org" in line for line in lines)


SUFFIX = ROUTE[0], '[tiers.delivery.smtp_routes]\n".corp.example" = "relay.example"'
DANE_OFF = '[tiers.delivery.destination_controls."{}"]\ndane = "none"\n'


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ("", State.NOT_DONE),
        (DANE_OFF.format("corp.example"), State.NOT_DONE),  # its own name only, and the route is for those below it
        (DANE_OFF.format(".corp.example"), State.DONE),
        (
            DANE_OFF.format(".corp.example") + DANE_OFF.format("a.corp.example").replace("none", "mandatory"),
            State.NOT_DONE,
        ),
    ],
)
def test_a_route_for_all_below_a_domain_is_met_by_an_entry_for_all_below_it(fleets, two_tiers, entries, state) -> None:
    found = prerequisites(fleets.of(two_tiers.replace(*SUFFIX) + entries))
    assert {one.name: one.state for one in found}["SMTP routes"] is state


def test_alternate_servers_beside_the_root_servers_are_asked_about_too(fleets, two_tiers) -> None:
    told = 'resolvers = [{ address = "192.0.2.53", kind = "validates" }]'
    for kind, state in (("strips", State.NOT_DONE), ("passes", State.DONE)):
        root = (
            f'root_servers = true\nresolvers = [{{ address = "192.0.2.9", kind = "{kind}", domains = ["a.example"] }}]'
        )
        found = prerequisites(fleets.of(two_tiers.replace(told, root)))
        assert {one.name: one.state for one in found}["resolvers"] is state


def test_an_entry_beside_which_dane_is_not_active_is_not_configured(plan) -> None:
    """DANE Support is active only beside a TLS level: an entry with TLS None says nothing, whatever stands in it."""
    none = ('"example.org"]\ndane = "opportunistic"', '"example.org"]\ndane = "opportunistic"\ntls = "none"')
    lines = "\n".join(line for _, each in plan(none).steps[2].lines for line in each)
    assert "Destination: example.org | TLS Support: Preferred | DANE Support: Opportunistic" in lines


def test_hosts_that_nobody_looked_at_keep_a_destination_from_mandatory(fleets, checks, two_tiers) -> None:
    """Every host that was looked at does DANE, and one was left out: that is no proof of every host."""
    fleet = fleets.of(two_tiers)
    whole = checks.verdict(checks.Host())
    cut = checks.replace(whole, unknown=("1 MX hosts beyond the first 1 were not checked",))
    for verdict, level in ((whole, DaneSupport.MANDATORY), (cut, DaneSupport.OPPORTUNISTIC)):
        found = forecast(fleet, [fleet.destinations["example.org"]], {"example.org": verdict})
        assert rollout(found, Dates(TODAY)).advice[0].level is level
