"""The seed's two-tier picture as a profile, and checks to go with it."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from fleet.model.fleet import Fleet
from fleet.profile import read_profile

_DECISION = Path(__file__).parents[1] / "decision" / "conftest.py"

TWO_TIERS = """
[fleet]
name = "two tiers"
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{ address = "192.0.2.53", kind = "validates" }]
[fleet.bounce_profiles]
Default = "72h"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.scan]
delivers_to = ["delivery"]
receives_from = ["internet"]
[tiers.scan.smtp_routes]
ALL = ["10.0.2.11"]
[tiers.delivery]
delivers_to = ["internet"]
receives_from = ["scan"]
outbound_certificate = "delivery.example.com"
[tiers.delivery.smtp_routes]
[tiers.delivery.listeners.outgoing]
public = false
policies = { RELAYED = "RELAY", BLOCKED = "REJECT" }
sender_groups = [
  { name = "RELAYLIST", members = ["10.0.1.0/24"], policy = "RELAYED" },
  { name = "ALL", members = ["ALL"], policy = "BLOCKED" },
]
[tiers.delivery.destination_controls."example.org"]
dane = "opportunistic"
[nodes.scan1]
tier = "scan"
addresses = ["10.0.1.11"]
[nodes.dlv1]
tier = "delivery"
addresses = ["10.0.2.11"]
[nodes.dlv2]
tier = "delivery"
addresses = ["10.0.2.12"]
[destinations."example.org"]
recipients_per_day = 40000
[destinations."plain.example"]
recipients_per_day = 12
"""


def fleet_of(profile: str) -> Fleet:
    reading = read_profile(profile, "test.toml")
    assert reading.fleet is not None
    assert reading.diagnostics == (), [entry.finding.sentence for entry in reading.diagnostics]
    return reading.fleet


@pytest.fixture(scope="session")
def two_tiers() -> str:
    return TWO_TIERS


@pytest.fixture(scope="session")
def fleets() -> SimpleNamespace:
    """``of``: a fleet of a profile's text."""
    return SimpleNamespace(of=fleet_of)


@pytest.fixture(scope="session")
def checks() -> SimpleNamespace:
    """The builders of checks that the policies are tested with."""
    spec = importlib.util.spec_from_file_location("decision_builders", _DECISION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return SimpleNamespace(**{name: getattr(module, name) for name in dir(module) if not name.startswith("__")})
