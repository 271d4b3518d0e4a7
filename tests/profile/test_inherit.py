"""Settings inherit fleet -> tier -> node, held to a second, slower reading of the same rule."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.profile import read_profile
from fleet.profile.inherit import inherit, paths

NAMES = st.sampled_from(["a", "b"])
ENTRIES = st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(0, 9)), max_size=2)
LEVEL = st.fixed_dictionaries(
    {},
    optional={
        "version": st.integers(0, 9),
        "resolvers": st.lists(st.integers(0, 9), max_size=2),
        "destination_controls": ENTRIES,
        "listeners": ENTRIES,
        "postfix": st.dictionaries(NAMES, st.integers(0, 9)),
    },
)


def look_up(levels: list[dict[str, Any]], path: tuple[str, ...], depth: int) -> Any:
    """The value at ``path`` of the nearest level that has it; below ``depth`` keys an entry is one value."""
    for level in reversed(levels):
        value: Any = level
        for key in path[:depth]:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            for key in path[depth:]:
                value = value.get(key)
                if value is None:
                    return None
            return value
    return None


@settings(max_examples=300)
@given(st.lists(LEVEL, min_size=1, max_size=3))
def test_the_nearest_declaration_counts(levels: list[dict[str, Any]]) -> None:
    merged: Any = levels[0]
    for level in levels[1:]:
        merged = inherit(merged, level)
    for name in ("version", "resolvers"):
        assert merged.get(name) == look_up(levels, (name,), 1)
    for one in "ab":
        assert merged.get("postfix", {}).get(one) == look_up(levels, ("postfix", one), 2)
        for two in "ab":
            controls = merged.get("destination_controls", {}).get(one, {})
            assert controls.get(two) == look_up(levels, ("destination_controls", one, two), 3)
            listeners = merged.get("listeners", {}).get(one, {})
            assert listeners.get(two) == look_up(levels, ("listeners", one, two), 2)


def test_an_empty_table_is_declared_and_an_absent_one_is_not() -> None:
    text = '[tiers.edge]\ndelivers_to = []\nsmtp_routes = {}\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'
    fleet = read_profile(text, "p.toml").fleet
    assert fleet is not None
    assert fleet.nodes["gw1"].settings.routes == ()
    assert fleet.nodes["gw1"].settings.controls is None
    assert fleet.tiers["edge"].own == {("smtp_routes",)}


def test_paths_name_each_declaration_as_far_as_it_merges() -> None:
    own = {
        "destination_controls": {"default": {"dane": "none"}},
        "listeners": {"out": {"port": 25}},
        "resolvers": (),
        "postfix": {"tls_policy": {"x.example": "dane"}},
    }
    assert paths(own) == {
        *(("destination_controls",), ("destination_controls", "default"), ("destination_controls", "default", "dane")),
        *(("listeners",), ("listeners", "out"), ("resolvers",), ("postfix",), ("postfix", "tls_policy")),
    }


def test_a_node_with_one_setting_of_its_own_shares_all_others() -> None:
    text = """[fleet.destination_controls.default]
dane = "none"
[tiers.edge]
delivers_to = ["internet"]
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[nodes.gw2]
tier = "edge"
addresses = ["192.0.2.2"]
version = "15.0.0-104"
ssh.port = 2222
"""
    fleet = read_profile(text, "p.toml").fleet
    assert fleet is not None
    one, two = fleet.nodes["gw1"], fleet.nodes["gw2"]
    assert one.settings is fleet.settings
    assert two.settings.controls is one.settings.controls
    assert (two.settings.version, two.ssh.port, one.ssh.port) == ("15.0.0-104", 2222, 22)
    assert two.own == {("version",), ("ssh",), ("ssh", "port")}
