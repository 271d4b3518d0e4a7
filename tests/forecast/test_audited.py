"""What audits say of a resolver as one node meets it: its own cells, else this host's; no sibling's, nothing stale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.forecast import Audits
from fleet.forecast.audited import FRESH, as_met, by_key, kinds_met
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Fleet, Node, Platform, Settings, Tier
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.resolver import Resolver, ResolverKind

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OLD = NOW - FRESH - timedelta(minutes=1)
VALIDATES, PASSES, STRIPS, UNKNOWN = ResolverKind
R = Resolver("10.0.0.53")


def cell(
    kind: ResolverKind,
    vantage: str = "dlv1",
    transport: str = "tcp",
    *,
    at: datetime = NOW,
    asked: bool = True,
    why: str = "so it was seen",
    resolver: str = "10.0.0.53:53",
) -> ResolverJudged:
    return ResolverJudged(at, vantage, resolver, transport, kind, (why,), asked=asked)


def refused(vantage: str = "dlv1") -> list[ResolverJudged]:
    return [cell(UNKNOWN, vantage, one, asked=False, why="the node forbids forwarding") for one in ("udp", "tcp")]


def node(name: str, *resolvers: Resolver, platform: Platform = Platform.ASYNCOS) -> Node:
    return Node(name, "edge", (), Settings(platform, resolvers=resolvers or (R,)))


def test_its_own_cell_counts_before_what_this_host_saw() -> None:
    found = Audits([cell(STRIPS), cell(VALIDATES, HERE)]).of("dlv1", R)
    assert (found.kind, found.vantage, found.why) == (STRIPS, "dlv1", "")


def test_this_host_stands_in_where_the_node_could_not_be_looked_through_and_it_is_said() -> None:
    found = Audits([*refused(), cell(PASSES, HERE)]).of("dlv1", R)
    assert (found.kind, found.vantage, found.why) == (PASSES, HERE, "the node forbids forwarding")


def test_where_neither_the_node_nor_this_host_finds_anything_out_both_reasons_are_said() -> None:
    found = Audits([*refused(), cell(UNKNOWN, HERE, why="no answer within 5 s")]).of("dlv1", R)
    assert (found.kind, found.why) == (UNKNOWN, "the node forbids forwarding; from this host: no answer within 5 s")


def test_where_the_node_asked_and_heard_nothing_what_this_host_heard_is_no_answer() -> None:
    found = Audits([cell(UNKNOWN, why="no answer within 5 s"), cell(VALIDATES, HERE)]).of("dlv1", R)
    assert (found.kind, found.vantage, found.why) == (UNKNOWN, "dlv1", "no answer within 5 s")


def test_what_a_sibling_saw_never_counts() -> None:
    found = Audits([cell(VALIDATES, "dlv2")]).of("dlv1", R)
    assert (found.kind, found.vantage, found.why) == (UNKNOWN, "", "it was never audited")


def test_of_several_transports_the_worst_counts() -> None:
    audits = Audits([cell(VALIDATES, HERE, "udp"), cell(PASSES, HERE, "tcp")])
    assert audits.of("dlv1", R).kind is PASSES


def test_a_transport_that_was_asked_in_vain_leaves_it_unknown_and_one_that_was_not_asked_takes_nothing_away() -> None:
    silent = cell(UNKNOWN, HERE, "udp", why="no answer within 5 s")
    found = Audits([silent, cell(VALIDATES, HERE)]).of("dlv1", R)
    assert (found.kind, found.why) == (UNKNOWN, "over UDP: no answer within 5 s")
    assert Audits([silent, cell(STRIPS, HERE)]).of("dlv1", R).kind is STRIPS
    not_asked = replace(silent, asked=False)
    assert Audits([not_asked, cell(VALIDATES, HERE)]).of("dlv1", R).kind is VALIDATES


def test_an_audit_that_is_too_old_is_unknown_and_puts_the_declared_kind_in_doubt() -> None:
    audits = Audits([cell(VALIDATES, at=OLD)], NOW)
    found = audits.of("dlv1", R)
    assert (found.kind, found.stale, found.at) == (UNKNOWN, True, OLD)
    assert audits.kinds(node("dlv1", Resolver("10.0.0.53", kind=VALIDATES))) == {"10.0.0.53": UNKNOWN}
    assert Audits([cell(VALIDATES, at=NOW - FRESH)], NOW).of("dlv1", R).kind is VALIDATES
    assert Audits([cell(VALIDATES, at=OLD)]).of("dlv1", R).kind is VALIDATES, "no time given: nothing is too old"


def test_where_what_the_node_saw_is_too_old_this_host_stands_in_and_it_is_said() -> None:
    found = Audits([cell(STRIPS, at=OLD), cell(PASSES, HERE)], NOW).of("dlv1", R)
    assert (found.kind, found.vantage, found.why) == (PASSES, HERE, "what was seen from the node itself is too old")
    both = Audits([cell(STRIPS, at=OLD), cell(PASSES, HERE, at=OLD)], NOW).of("dlv1", R)
    assert (both.kind, both.stale, both.vantage) == (UNKNOWN, True, "dlv1")


DECLARED = Resolver("10.0.0.53", kind=VALIDATES)


@pytest.mark.parametrize("nothing", [[cell(UNKNOWN, why="no answer within 5 s")], refused(), [cell(UNKNOWN, HERE)]])
def test_an_audit_that_found_nothing_out_leaves_no_proof_of_what_is_declared(nothing: list[ResolverJudged]) -> None:
    audits = Audits(nothing, NOW)
    assert audits.kinds(node("dlv1", DECLARED)) == {"10.0.0.53": UNKNOWN}
    assert audits.worst_kinds([node("dlv1", DECLARED)]) == {DECLARED: UNKNOWN}
    met = as_met(fleet_of(node("dlv1", DECLARED)), audits)
    assert kinds_of(met) == {"dlv1": [UNKNOWN]}
    assert [one.unheard for one in met.nodes["dlv1"].settings.resolvers or ()] == [True], "no check stands in for it"


def test_where_nobody_tried_what_is_declared_counts() -> None:
    audits = Audits([cell(STRIPS, "dlv2"), cell(STRIPS, resolver="10.0.0.53:5353")], NOW)
    assert audits.kinds(node("dlv1", DECLARED)) == {}
    fleet = fleet_of(node("dlv1", DECLARED))
    assert as_met(fleet, audits).nodes["dlv1"] is fleet.nodes["dlv1"]


def test_each_node_is_told_what_it_meets_itself_and_those_that_meet_the_same_share_it() -> None:
    settings = Settings(Platform.ASYNCOS, resolvers=(DECLARED,))
    fleet = fleet_of(*(Node(name, "edge", (), settings) for name in ("dlv1", "dlv2", "dlv3", "dlv4")))
    judged = [cell(VALIDATES), cell(STRIPS, "dlv2"), cell(VALIDATES, "dlv3", at=OLD), cell(STRIPS, "dlv4")]
    met = as_met(fleet, Audits(judged, NOW))
    assert kinds_of(met) == {"dlv1": [VALIDATES], "dlv2": [STRIPS], "dlv3": [UNKNOWN], "dlv4": [STRIPS]}
    assert met.nodes["dlv1"].settings is settings
    assert met.nodes["dlv2"].settings is met.nodes["dlv4"].settings


def test_no_audit_speaks_against_what_is_supposed() -> None:
    declared = fleet_of(node("dlv1", DECLARED))
    other = Resolver("10.0.0.99")
    audits = Audits([cell(STRIPS), cell(PASSES, resolver="10.0.0.99:53")], NOW)
    supposed = fleet_of(node("dlv1", replace(DECLARED, kind=PASSES), other))
    assert kinds_of(as_met(supposed, audits, declared)) == {"dlv1": [PASSES, PASSES]}
    moved = fleet_of(node("dlv1", replace(DECLARED, priority=7)))
    assert kinds_of(as_met(moved, audits, declared)) == {"dlv1": [STRIPS]}, "only its place is supposed"


def fleet_of(*nodes: Node) -> Fleet:
    return Fleet("f", {"edge": Tier("edge", ("internet",), (), Settings())}, {one.name: one for one in nodes})


def kinds_of(fleet: Fleet) -> dict[str, list[ResolverKind]]:
    return {name: [one.kind for one in each.settings.resolvers or ()] for name, each in fleet.nodes.items()}


def test_another_port_is_another_resolver_and_the_worst_of_one_address_counts_for_forecasts() -> None:
    other = Resolver("10.0.0.53", port=5353)
    audits = Audits([cell(VALIDATES), cell(STRIPS, resolver="10.0.0.53:5353")])
    assert (audits.of("dlv1", R).kind, audits.of("dlv1", other).kind) == (VALIDATES, STRIPS)
    worst = audits.worst_kinds([node("dlv1", R, other)])
    assert by_key(worst) == {"10.0.0.53": VALIDATES, "10.0.0.53#5353": STRIPS}
    assert audits.kinds(node("dlv1", R, other)) == audits.kinds(node("dlv1", other, R)) == {"10.0.0.53": STRIPS}


def test_one_node_that_meets_a_worse_one_speaks_for_all_and_one_that_was_not_audited_meets_what_is_declared() -> None:
    declared = Resolver("10.0.0.53", kind=VALIDATES)
    nodes = [node(name, declared) for name in ("dlv1", "dlv2", "dlv3")]
    assert Audits([cell(VALIDATES), cell(STRIPS, "dlv2")]).worst_kinds(nodes) == {declared: STRIPS}
    assert Audits([cell(VALIDATES)]).worst_kinds(nodes) == {declared: VALIDATES}
    assert Audits([cell(VALIDATES)]).worst_kinds([node("dlv1"), node("dlv2")]) == {R: UNKNOWN}, "nothing is inherited"
    assert Audits([]).worst_kinds(nodes) == {}


@pytest.mark.parametrize(("platform", "worst"), [(Platform.ASYNCOS, UNKNOWN), (Platform.POSTFIX, PASSES)])
def test_what_passes_is_enough_for_an_appliance_and_harm_elsewhere(platform: Platform, worst: ResolverKind) -> None:
    nodes = [node(name, platform=platform) for name in ("dlv1", "dlv2")]
    audits = Audits([cell(PASSES), cell(VALIDATES, "dlv2", at=OLD)], NOW)
    assert audits.worst_kinds(nodes) == {R: worst}


def test_rules_are_told_of_observed_resolvers_that_nobody_declared() -> None:
    fleet = Fleet("f", {"edge": Tier("edge", ("internet",), (), Settings())}, {"dlv1": node("dlv1")})
    seen = Settings(Platform.ASYNCOS, resolvers=(Resolver("10.0.0.99"),))
    observed = {"dlv1": Observation("dlv1", NOW, seen, (Unit("resolvers", Sight.SEEN),))}
    judged = [cell(STRIPS, resolver="10.0.0.99:53"), cell(VALIDATES)]
    assert kinds_met(fleet, observed, judged, NOW) == {"10.0.0.53": VALIDATES, "10.0.0.99": STRIPS}


CELLS = st.lists(
    st.builds(
        cell,
        st.sampled_from(ResolverKind),
        st.sampled_from(["dlv1", "dlv2", HERE]),
        st.sampled_from(["udp", "tcp"]),
        at=st.sampled_from([NOW, OLD]),
    ),
    max_size=8,
)


@given(cells=CELLS)
def test_a_kind_that_is_told_was_seen_freshly_from_the_node_or_from_here(cells: list[ResolverJudged]) -> None:
    found = Audits(cells, NOW).of("dlv1", R)
    last = {(one.vantage, one.transport): one for one in cells}
    if found.kind is not UNKNOWN:
        assert any(one.kind is found.kind and one.at == NOW and one.vantage in ("dlv1", HERE) for one in last.values())
    if any(one.vantage == "dlv1" and one.at == NOW for one in last.values()):
        assert found.vantage == "dlv1"
