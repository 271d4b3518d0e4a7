"""What there is to check: nodes that ask the same resolvers share a target, and what was observed counts more."""

from datetime import UTC, datetime

from fleet.faces.live.targets import watched
from fleet.model.event import Target
from fleet.model.fleet import Fleet, Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.resolver import Resolver
from fleet.profile import read_profile

PROFILE = """
[tiers.scan]
delivers_to = ["edge"]
receives_from = ["internet"]
platform = "asyncos"
resolvers = [{ address = "192.0.2.54" }]
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
platform = "asyncos"
resolvers = [
  { address = "192.0.2.58", priority = 1 },
  { address = "192.0.2.53", priority = 0 },
  { address = "192.0.2.60", domains = ["split.example"] },
]
[nodes.scan1]
tier = "scan"
addresses = ["10.0.1.1"]
[nodes.gw1]
tier = "edge"
addresses = ["10.0.2.1"]
[nodes.gw2]
tier = "edge"
addresses = ["10.0.2.2"]
[destinations."a.example"]
[destinations."b.split.example"]
"""


def fleet(text: str = PROFILE) -> Fleet:
    found = read_profile(text, "p.toml").fleet
    assert found is not None
    return found


def observed(node: str, *resolvers: Resolver) -> Observation:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    return Observation(node, at, Settings(resolvers=resolvers), (Unit("resolvers", Sight.SEEN),))


def test_nodes_with_the_same_resolvers_share_a_target_in_the_order_they_ask() -> None:
    found = watched(fleet(), {})
    assert found.targets[0] == Target("a.example", resolvers=("192.0.2.53", "192.0.2.58"))
    assert found.users["192.0.2.53", "192.0.2.58"] == ("gw1", "gw2")


def test_an_alternate_server_is_asked_about_its_domains_only() -> None:
    assert watched(fleet(), {}).targets[1] == Target("b.split.example", resolvers=("192.0.2.60",))


def test_inside_nodes_check_nothing_but_their_resolvers_are_audited_too() -> None:
    found = watched(fleet(), {})
    assert all("192.0.2.54" not in target.resolvers for target in found.targets)
    assert set(found.resolvers) == {"192.0.2.53", "192.0.2.54", "192.0.2.58", "192.0.2.60"}


def test_a_node_that_was_seen_with_other_resolvers_gets_targets_of_its_own() -> None:
    found = watched(fleet(), {"gw2": observed("gw2", Resolver("192.0.2.99", port=5353))})
    assert Target("a.example", resolvers=("192.0.2.99:5353",)) in found.targets
    assert found.users["192.0.2.99:5353",] == ("gw2",)


def test_without_a_known_resolver_the_systems_are_asked() -> None:
    unknown = "root_servers = true\nresolvers = []\n"
    head, _, rest = PROFILE.partition("[tiers.edge]")
    start, end = rest.index("resolvers = ["), rest.index("[nodes.scan1]")
    found = watched(fleet(head + "[tiers.edge]" + rest[:start] + unknown + rest[end:]), {})
    assert Target("a.example", resolvers=()) in found.targets
