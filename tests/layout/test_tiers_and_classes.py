"""The graph of tiers, nodes that are told the same, and where a value is declared."""

from dataclasses import replace

import pytest

from fleet.layout import classes, declared_at, nearest, object_of, tier_graph
from fleet.model.fleet import Fleet, Settings, Tier

TEXT = """
[fleet]
name = "example.com"
platform = "asyncos"
resolvers = [{ address = "10.0.0.53" }]
[fleet.destination_controls.default]
dane = "none"
[tiers.scan]
delivers_to = ["edge", "inside"]
receives_from = ["internet"]
[tiers.scan.smtp_routes]
ALL = "10.0.2.11"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
[tiers.edge.destination_controls."example.net"]
dane = "mandatory"
[tiers.spare]
delivers_to = ["internet"]
receives_from = ["scan"]
[nodes."scan1.example.com"]
tier = "scan"
addresses = ["10.0.1.11", "2001:db8::11"]
[nodes.dlv1]
tier = "edge"
addresses = ["10.0.2.11"]
ssh = { host = "dlv1.example.com" }
[nodes.dlv2]
tier = "edge"
addresses = ["10.0.2.12"]
ssh = { host = "dlv2.example.com" }
[nodes.dlv3]
tier = "edge"
addresses = ["10.0.2.13"]
version = "15.0"
[nodes.dlv3.destination_controls.default]
tls = "required"
"""


@pytest.fixture
def fleet(fleet_of):
    return fleet_of(TEXT)


def test_only_delivering_to_the_internet_makes_a_tier_external(fleet):
    assert [tier.name for tier in tier_graph(fleet).external()] == ["edge", "spare"]


def test_neighbours_and_source_addresses(fleet):
    graph = tier_graph(fleet)
    scan, edge = fleet.tiers["scan"], fleet.tiers["edge"]
    assert [tier.name for tier in graph.next(scan)] == ["edge"]
    assert [tier.name for tier in graph.previous(edge)] == ["scan"]
    assert [address for _, address in graph.sources(scan)] == ["10.0.1.11", "2001:db8::11"]


@pytest.mark.parametrize(
    ("host", "belongs"),
    [
        ("10.0.2.12", True),
        ("10.0.1.11", False),
        ("198.51.100.1", False),
        ("DLV1.example.com.", True),
        ("scan1.example.com", False),
        ("balancer.example.com", None),
    ],
)
def test_a_host_belongs_to_a_tier_or_not_or_nobody_knows(fleet, host, belongs):
    assert tier_graph(fleet).belongs(host, (fleet.tiers["edge"],)) is belongs


def test_addresses_are_compared_by_value_and_known_by_the_names_of_their_nodes(fleet):
    graph = tier_graph(fleet)
    assert graph.belongs("2001:0db8:0:0::11", (fleet.tiers["scan"],)) is True
    assert graph.names_of("2001:0DB8::0011") == {"scan1.example.com"}
    assert graph.names_of("10.0.2.13") == frozenset()


def test_nodes_that_are_told_the_same_are_one_class_and_an_empty_tier_has_one_too(fleet):
    found = [(one.tier.name, [node.name for node in one.nodes]) for one in classes(fleet)]
    assert found == [("scan", ["scan1.example.com"]), ("edge", ["dlv1", "dlv2"]), ("edge", ["dlv3"]), ("spare", [])]


def test_equal_settings_in_different_objects_are_one_class(fleet):
    copied = replace(fleet.nodes["dlv2"], settings=replace(fleet.nodes["dlv2"].settings))
    again = replace(fleet, nodes={**fleet.nodes, "dlv2": copied})
    assert [len(one.nodes) for one in classes(again)] == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("node", "setting", "path"),
    [
        ("dlv1", ("resolvers",), ("fleet", "resolvers")),
        ("dlv1", ("resolvers", 0), ("fleet", "resolvers", 0)),
        (
            "dlv1",
            ("destination_controls", "example.net", "dane"),
            ("tiers", "edge", "destination_controls", "example.net", "dane"),
        ),
        (
            "dlv3",
            ("destination_controls", "default", "dane"),
            ("fleet", "destination_controls", "default", "dane"),
        ),
        (
            "dlv3",
            ("destination_controls", "default", "tls"),
            ("nodes", "dlv3", "destination_controls", "default", "tls"),
        ),
        ("dlv3", ("destination_controls",), ("nodes", "dlv3", "destination_controls")),
        ("dlv3", ("version",), ("nodes", "dlv3", "version")),
        ("dlv1", ("version",), None),
    ],
)
def test_the_nearest_declaration_is_found(fleet, node, setting, path):
    assert declared_at(fleet, fleet.nodes[node], setting) == path


def test_a_domain_key_is_found_however_the_profile_spells_it():
    own = frozenset({("smtp_routes", "Example.COM."), ("smtp_routes",)})
    tier = Tier("edge", ("internet",), (), Settings(), own)
    fleet = Fleet("x", {"edge": tier}, {})
    assert declared_at(fleet, tier, ("smtp_routes", "example.com")) == ("tiers", "edge", "smtp_routes", "Example.COM.")


def test_what_is_missing_is_placed_in_the_nearest_table_it_belongs_in(fleet):
    assert nearest(fleet, fleet.nodes["dlv1"], ("version",)) == ("tiers", "edge")
    assert nearest(fleet, fleet.nodes["scan1.example.com"], ("smtp_routes",)) == ("tiers", "scan", "smtp_routes")


def test_objects_have_stable_words():
    assert object_of(("tiers", "edge", "version")) == "tier edge"
    assert object_of(("nodes", "a")) == "node a"
    assert object_of(("fleet", "resolvers", 0)) == "fleet"
    assert object_of(("destinations", "ietf.org")) == "destination ietf.org"
