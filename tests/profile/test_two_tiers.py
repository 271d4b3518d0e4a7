"""A profile of two tiers becomes a fleet whose nodes share what they inherit."""

from pathlib import Path

from fleet.model.control import DaneSupport
from fleet.model.fleet import Fleet
from fleet.model.flow import FlowAction
from fleet.model.route import RouteHost, RouteKind
from fleet.profile import read_profile

PROFILE = Path(__file__).parents[2] / "profiles" / "two-tier-asyncos.toml"


def _fleet() -> Fleet:
    reading = read_profile(PROFILE.read_bytes(), PROFILE.name)
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    return reading.fleet


def test_nodes_that_declare_nothing_share_the_settings_of_their_tier() -> None:
    fleet = _fleet()
    assert fleet.nodes["dlv1"].settings is fleet.nodes["dlv2"].settings is fleet.tiers["delivery"].settings


def test_the_delivery_tier_inherits_the_default_entry_and_adds_its_own() -> None:
    controls = _fleet().nodes["dlv1"].settings.controls
    assert controls is not None
    assert [(entry.domain, entry.dane) for entry in controls] == [
        ("default", DaneSupport.NONE),
        ("ietf.org", DaneSupport.OPPORTUNISTIC),
    ]


def test_routes_and_flows_arrive_as_they_are_written() -> None:
    scan = _fleet().tiers["scan"].settings
    assert scan.routes is not None
    assert scan.routes[0].kind is RouteKind.HOSTS
    assert scan.routes[0].hosts == (RouteHost("10.0.2.11"), RouteHost("10.0.2.12"))
    assert scan.routes[1].hosts == (RouteHost("exchange.example.com", direct=True),)
    assert scan.listeners is not None
    assert [policy.action for policy in scan.listeners[0].policies] == [FlowAction.RELAY, FlowAction.ACCEPT]


def test_a_path_leads_to_the_line_and_column_of_its_value() -> None:
    source = read_profile(PROFILE.read_bytes(), PROFILE.name).source
    span = source.locate(("tiers", "delivery", "destination_controls", "IETF.org", "dane"))
    line = source.text.splitlines()[span.line - 1]
    assert line[span.column - 1 :][: span.length] == '"opportunistic"'
