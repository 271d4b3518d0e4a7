"""Which nodes a command is for."""

import pytest

from fleet.errors import UsageError
from fleet.layout import select
from fleet.profile import read_profile

NODES = "".join(
    f'[nodes.{name}]\ntier = "{tier}"\naddresses = ["10.0.0.{n}"]\n'
    for n, (name, tier) in enumerate([("gw1", "edge"), ("gw2", "edge"), ("gw3", "edge"), ("in1", "scan")], 1)
)
TIERS = '[tiers.edge]\nplatform = "postfix"\ndelivers_to = ["internet"]\n[tiers.scan]\ndelivers_to = ["edge"]\n'
FLEET = read_profile(TIERS + NODES, "p.toml").fleet


@pytest.mark.parametrize(
    ("names", "limits", "chosen"),
    [
        ((), (), ("gw1", "gw2", "gw3", "in1")),
        (("in1", "gw2"), (), ("gw2", "in1")),
        ((), ("tier=edge,!gw3",), ("gw1", "gw2")),
        ((), ("platform=postfix", "!gw1"), ("gw2", "gw3")),
        ((), ("gw1,tier=scan",), ("gw1", "in1")),
    ],
)
def test_names_and_limits(names: tuple[str, ...], limits: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert FLEET is not None
    assert select(FLEET, names, limits) == chosen


@pytest.mark.parametrize(
    ("names", "limits", "sentence"),
    [
        (("gw11",), (), "there is no node gw11; did you mean gw1?"),
        ((), ("tier=egde",), "no node has tier egde; did you mean edge?"),
        ((), ("colour=red",), "a limit names a node"),
        ((), ("tier=edge,!tier=edge",), "no node is left to ask"),
    ],
)
def test_what_names_nothing_is_said(names: tuple[str, ...], limits: tuple[str, ...], sentence: str) -> None:
    assert FLEET is not None
    with pytest.raises(UsageError) as error:
        select(FLEET, names, limits)
    assert sentence in str(error.value)


@pytest.mark.parametrize("limit", ["", " ", ",", " , ,", "!", "tier=", "!tier="])
def test_a_limit_that_names_nothing_does_not_mean_every_node(limit: str) -> None:
    assert FLEET is not None
    with pytest.raises(UsageError, match="a limit names a node"):
        select(FLEET, (), (limit,))
