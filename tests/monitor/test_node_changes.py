"""Changes of nodes and resolvers: only what was seen on both sides, and a bounded number of them."""

from datetime import UTC, datetime

import pytest

from fleet.model.event import ResolverJudged
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.resolver import ResolverKind
from fleet.monitor.changes import _EACH, of_node, of_profile, of_resolver
from fleet.profile import read_profile

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def seen(version: str | None, sight: Sight = Sight.SEEN) -> Observation:
    return Observation("dlv1", AT, Settings(version=version), (Unit("version", sight),))


@pytest.mark.parametrize("sight", [one for one in Sight if one is not Sight.SEEN])
def test_what_was_not_seen_on_one_side_did_not_change(sight: Sight) -> None:
    assert [one.about for one in of_node(seen("15.0"), seen("15.5"))] == ["node dlv1"]
    assert not list(of_node(seen("15.0", sight), seen("15.5")))
    assert not list(of_node(seen("15.0"), seen("15.5", sight)))


def judged(kind: ResolverKind) -> ResolverJudged:
    return ResolverJudged(AT, "dlv1", "10.0.0.53:53", "tcp", kind, asked=True)


@pytest.mark.parametrize("kind", list(ResolverKind))
def test_a_resolver_of_unknown_kind_did_not_change(kind: ResolverKind) -> None:
    assert not list(of_resolver(judged(ResolverKind.UNKNOWN), judged(kind)))
    assert not list(of_resolver(judged(kind), judged(ResolverKind.UNKNOWN)))


def test_a_node_that_was_set_up_anew_is_a_bounded_number_of_changes() -> None:
    text = '[fleet]\nname = "x"\n[tiers.edge]\ndelivers_to = ["internet"]\n[tiers.edge.smtp_routes]\n'
    before, after = (
        read_profile(text + "".join(f'"d{n}.example" = "{to}.example"\n' for n in range(60)), "x.toml").fleet
        for to in ("a", "b")
    )
    assert before is not None
    assert after is not None
    assert len(list(of_profile(before, after, AT))) == _EACH
