"""The rules asked of the fleet as it was observed: what drift does to mail is a finding of its own, told once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.finding import Source
from fleet.model.fleet import Fleet, Settings
from fleet.model.flow import FlowAction, FlowPolicy, Listener, SenderGroup
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.profile import read_profile
from fleet.rules import Question, run, run_observed

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PROFILE = """
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["internet"]
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{ address = "192.0.2.53", kind = "validates" }, { address = "192.0.2.54", kind = "validates" }]
[tiers.edge.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.edge.destination_controls."a.example"]
dane = "opportunistic"
[nodes.gw1]
tier = "edge"
addresses = ["10.0.0.1"]
[nodes.gw2]
tier = "edge"
addresses = ["10.0.0.2"]
"""


def fleet() -> Fleet:
    found = read_profile(PROFILE, "p.toml").fleet
    assert found is not None
    return found


def seen(node: str, settings: Settings) -> Observation:
    units = tuple(Unit(name, Sight.SEEN) for name in ("version", "resolvers", "controls"))
    return Observation(node, NOW, settings, units)


def asked(**versions: str) -> Question:
    declared = fleet()
    observations = {
        name: seen(name, replace(declared.nodes[name].settings, version=version)) for name, version in versions.items()
    }
    return Question(declared, now=NOW, observations=observations)


def test_without_observations_it_is_the_same_report() -> None:
    assert run_observed(Question(fleet(), now=NOW)) == run(Question(fleet(), now=NOW))


def test_where_nodes_do_as_declared_nothing_is_added() -> None:
    question = asked(gw1="15.0.0-104", gw2="15.0.0-104")
    assert run_observed(question).findings == run(question).findings


def test_a_node_too_old_for_dane_is_found_although_the_profile_says_otherwise() -> None:
    question = asked(gw1="15.0.0-104", gw2="11.1.2-023")
    assert "VER601" not in {one.code for one in run(question).findings}
    report = run_observed(question)
    (found,) = [one for one in report.findings if one.code == "VER601"]
    assert found.source is Source.OBSERVED
    assert "11.1.2-023" in found.sentence
    assert "VER601" not in report.clean


CHANGES: dict[str, Callable[[Settings], Settings]] = {
    "DEST": lambda one: replace(one, controls=(DestinationControl("default", TlsLevel.NONE, DaneSupport.MANDATORY),)),
    "ROUTE": lambda one: replace(one, routes=(SmtpRoute("a.example", RouteKind.HOSTS, (RouteHost("10.0.0.9"),)),)),
    "FLOW": lambda one: replace(
        one,
        listeners=(
            Listener("out", 25, False, (FlowPolicy("A", FlowAction.ACCEPT),), (SenderGroup("ALL", ("ALL",), "A"),)),
        ),
    ),
    "DNS": lambda one: replace(one, resolvers=(*(one.resolvers or ()), Resolver("192.0.2.99", secondary=True))),
    "VER": lambda one: replace(one, version="11.1.2-023"),
    "TIER": lambda one: replace(one, resolvers=(Resolver("192.0.2.53", priority=7),)),
}
"""What gw2 really has, by the family of rules that must say what it does to mail."""


@pytest.mark.parametrize("family", CHANGES)
def test_each_family_judges_what_was_seen(family: str) -> None:
    declared = fleet()
    really = {name: node.settings for name, node in declared.nodes.items()}
    really["gw2"] = CHANGES[family](really["gw2"])
    units = tuple(Unit(name, Sight.SEEN) for name in ("version", "resolvers", "controls", "routes", "listeners"))
    observations = {name: Observation(name, NOW, settings, units) for name, settings in really.items()}
    report = run_observed(Question(declared, now=NOW, observations=observations))
    assert [one.code for one in report.findings if one.code.startswith(family) and one.source is Source.OBSERVED]


def test_what_is_found_in_both_is_told_once_as_declared() -> None:
    text = PROFILE.replace('version = "15.0.0-104"', 'version = "11.1.2-023"')
    declared = read_profile(text, "p.toml").fleet
    assert declared is not None
    same = {name: seen(name, node.settings) for name, node in declared.nodes.items()}
    report = run_observed(Question(declared, now=NOW, observations=same))
    (found,) = [one for one in report.findings if one.code == "VER601"]
    assert found.source is Source.DECLARED


def test_the_worst_still_comes_first() -> None:
    report = run_observed(asked(gw1="15.0.0-104", gw2="11.1.2-023"))
    ranks = [("loses-mail", "error", "warning", "note").index(one.severity) for one in report.findings]
    assert ranks == sorted(ranks)
