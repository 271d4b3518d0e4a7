"""Sender groups in order; what a name member leaves open is worked out over every world that is possible."""

import itertools
from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from fleet.layout import flows, relays, sender_group
from fleet.layout.flows import Match, matches, shadowed
from fleet.model.fleet import Platform, Settings
from fleet.model.flow import FlowAction, FlowPolicy, Listener, SenderGroup

POLICIES = tuple(FlowPolicy(action.value, action) for action in FlowAction)
NETWORKS = ["10.0.0.1", "10.0.0.0/30", "10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32", "2001:db8::1"]
NAMES = ["mail.example", ".example", "other.test.example"]
SENDERS = st.sampled_from(["10.0.0.1", "10.0.0.9", "192.0.2.7", "2001:db8::1", "203.0.113.1"])
MEMBERS = st.lists(st.sampled_from([*NETWORKS, *NAMES, "ALL"]), max_size=3).map(tuple)
GROUPS = st.lists(st.tuples(MEMBERS, st.sampled_from([*FlowAction])), max_size=5)


def listener(groups):
    return Listener(
        "mail",
        policies=POLICIES,
        sender_groups=tuple(SenderGroup(f"G{n}", members, action.value) for n, (members, action) in enumerate(groups)),
    )


def worlds(groups):
    """Every way in which the name members may turn out for one sender."""
    used = sorted({member for members, _ in groups for member in members if member in NAMES})
    for truth in itertools.product([False, True], repeat=len(used)):
        world = dict(zip(used, truth, strict=True))
        host = world.get("mail.example") or world.get("other.test.example")
        if not (host and world.get(".example") is False):  # a host below .example is below .example
            yield world


def first_match(groups, sender, world):
    """The group that takes ``sender`` in one world, in two-valued logic."""
    for number, (members, action) in enumerate(groups):
        for member in members:
            if member in NAMES:
                hit = world[member]
            elif member == "ALL":
                hit = True
            else:
                hit = ip_address(sender) in ip_network(member)
            if hit and action is not FlowAction.CONTINUE:
                return f"G{number}"
            if hit:
                break
    return None


@given(GROUPS, SENDERS)
def test_the_possible_groups_are_those_of_all_possible_worlds(groups, sender):
    outcomes = {first_match(groups, sender, world) for world in worlds(groups)}
    answer = sender_group(listener(groups), sender)
    assert {flow.group for flow in answer.flows} == outcomes - {None}
    assert answer.certain == (None not in outcomes)


@given(GROUPS, SENDERS)
def test_a_sender_whose_name_is_known_meets_one_group_or_none(groups, sender):
    world = {"mail.example": True, ".example": True, "other.test.example": False}
    answer = sender_group(listener(groups), sender, ["mail.example"])
    expected = first_match(groups, sender, world)
    assert [flow.group for flow in answer.flows] == ([expected] if expected else [])
    assert answer.certain == (expected is not None)


@given(GROUPS)
def test_a_shadowed_group_takes_no_sender_in_any_world(groups):
    never = {group.name for _, group, _ in shadowed(listener(groups))}
    for sender in ("10.0.0.1", "10.0.0.9", "192.0.2.7", "2001:db8::1", "203.0.113.1"):
        for world in worlds(groups):
            assert first_match(groups, sender, world) not in never


def test_a_suffix_member_does_not_match_the_domain_itself():
    assert matches(".example.com", "10.0.0.1", ["example.com"]) is Match.NO
    assert matches(".example.com", "10.0.0.1", ["mail.example.com"]) is Match.YES
    assert matches("mail.example.com", "10.0.0.1") is Match.MAYBE


def test_continue_goes_on_and_is_an_assumption():
    groups = [(("10.0.0.0/8",), FlowAction.CONTINUE), (("ALL",), FlowAction.RELAY)]
    answer = sender_group(listener(groups), "10.0.0.1")
    assert (answer.flows[0].group, answer.assumed) == ("G1", True)


def settings(groups):
    return Settings(Platform.ASYNCOS, listeners=(listener(groups),))


def test_a_relay_group_behind_one_that_takes_everybody_relays_nobody():
    assert relays(settings([(("ALL",), FlowAction.REJECT), (("10.0.0.1",), FlowAction.RELAY)])) is False
    assert relays(settings([(("10.0.0.1",), FlowAction.RELAY), (("ALL",), FlowAction.REJECT)])) is True


def test_listeners_that_are_not_declared_are_not_known_to_relay_nobody():
    assert relays(Settings(Platform.ASYNCOS)) is None
    assert flows(Settings(Platform.ASYNCOS, listeners=())) == ()
    assert relays(Settings(Platform.POSTFIX)) is None
