"""Declared beside observed, field by field: what was not seen never matches."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.layout import DriftState, classes, drift, groups, overlay_observed
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import BounceProfile, Fleet, LogSubscription, Node, Platform, Settings, Tier
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.peers import PostfixSettings
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.route import RouteHost, RouteKind, SmtpRoute

AT = datetime(2026, 11, 23, tzinfo=UTC)
ROUTE = SmtpRoute("example.com", RouteKind.HOSTS, (RouteHost("10.0.0.1"),))
OTHER = SmtpRoute("example.net", RouteKind.USEDNS)


def seen(**settings):
    return Observation("gw1", AT, Settings(**settings), tuple(Unit(name, Sight.SEEN) for name in settings))


def state_of(declared, observation, field):
    return next((one.state for one in drift(declared, observation) if one.field == field), None)


def default(**fields):
    return DestinationControl("default", **fields)


@pytest.mark.parametrize(
    ("declared", "observed", "state"),
    [
        ((ROUTE,), (ROUTE,), DriftState.MATCH),
        ((ROUTE, OTHER), (OTHER, ROUTE), DriftState.MATCH),
        ((ROUTE,), (replace(ROUTE, domain="EXAMPLE.com."),), DriftState.MATCH),
        ((ROUTE,), (replace(ROUTE, hosts=(RouteHost("10.0.0.2"),)),), DriftState.DIFFERS),
        ((ROUTE,), (ROUTE, OTHER), DriftState.DIFFERS),
        ((ROUTE, OTHER), (ROUTE,), DriftState.DIFFERS),
        ((ROUTE,), (), DriftState.MISSING),
        ((), (), DriftState.MATCH),
        ((), (ROUTE,), DriftState.DIFFERS),
        (None, (ROUTE,), DriftState.UNDECLARED),
        (None, (), None),
    ],
)
def test_routes(declared, observed, state):
    assert state_of(Settings(routes=declared), seen(routes=observed), "routes") == state


def test_what_was_not_seen_is_not_observed_and_says_why():
    unparsed = Observation("gw1", AT, Settings(), (Unit("routes", Sight.UNPARSED, "no table in the answer"),))
    (found,) = drift(Settings(routes=(ROUTE,)), unparsed)
    assert (found.state, found.why) == (DriftState.NOT_OBSERVED, "no table in the answer")
    assert state_of(Settings(routes=(ROUTE,)), seen(), "routes") is DriftState.NOT_OBSERVED


def test_what_the_default_entry_leaves_open_is_not_compared():
    declared = Settings(controls=(default(dane=DaneSupport.NONE),))
    observed = seen(controls=(default(dane=DaneSupport.NONE, tls=TlsLevel.REQUIRED, concurrent_connections=500),))
    assert state_of(declared, observed, "controls") is DriftState.MATCH


def test_what_another_entry_leaves_out_means_default_and_is_compared():
    declared = Settings(controls=(DestinationControl("ietf.org", tls=TlsLevel.REQUIRED),))
    entry = DestinationControl("ietf.org", tls=TlsLevel.REQUIRED, dane=DaneSupport.MANDATORY)
    (found,) = drift(declared, seen(controls=(entry,)))
    assert found.state is DriftState.DIFFERS
    assert found.differences[0].path == ("destination_controls", "ietf.org", "dane")
    assert (found.differences[0].declared, found.differences[0].observed) == (None, DaneSupport.MANDATORY)


def test_an_undeclared_entry_is_one_difference():
    entry = DestinationControl("ietf.org", tls=TlsLevel.REQUIRED, dane=DaneSupport.MANDATORY)
    declared = default(dane=DaneSupport.NONE)
    (found,) = drift(Settings(controls=(declared,)), seen(controls=(declared, entry)))
    assert [one.path for one in found.differences] == [("destination_controls", "ietf.org")]


def test_a_declared_kind_a_number_of_files_and_an_end_date_are_nothing_a_node_can_be_asked():
    declared = Settings(
        resolvers=(Resolver("10.0.0.53", kind=ResolverKind.VALIDATES),),
        logs=(LogSubscription("mail_logs_d", level="debug", files=4, until=AT.date()),),
    )
    observed = seen(resolvers=(Resolver("10.0.0.53"),), logs=(LogSubscription("mail_logs_d", level="debug"),))
    assert {one.state for one in drift(declared, observed)} == {DriftState.MATCH}


def test_undeclared_postfix_parameters_are_left_open():
    declared = Settings(Platform.POSTFIX, postfix=PostfixSettings(smtp_tls_security_level="dane"))
    full = PostfixSettings(smtp_tls_security_level="dane", relayhost="", mynetworks=("127.0.0.0/8",))
    assert state_of(declared, seen(postfix=full), "postfix") is DriftState.MATCH
    other = replace(full, smtp_tls_security_level="may")
    assert state_of(declared, seen(postfix=other), "postfix") is DriftState.DIFFERS


SETTINGS = st.builds(
    Settings,
    version=st.sampled_from(["15.0", "14.2"]),
    resolvers=st.lists(
        st.builds(Resolver, st.sampled_from(["10.0.0.53", "::1"]), priority=st.integers(0, 2)),
        unique_by=lambda one: one.address,
    ).map(tuple),
    routes=st.lists(st.sampled_from([ROUTE, OTHER]), unique=True).map(tuple),
    controls=st.lists(
        st.builds(
            DestinationControl,
            st.sampled_from(["default", "ietf.org", ".example.net"]),
            st.sampled_from([None, *TlsLevel]),
            st.sampled_from([None, *DaneSupport]),
        ),
        unique_by=lambda one: one.domain,
    ).map(tuple),
)
FIELDS = ("version", "resolvers", "routes", "controls")


@given(SETTINGS, SETTINGS, st.sets(st.sampled_from(FIELDS)))
def test_the_observed_fleet_does_not_drift_where_it_was_seen_and_is_as_declared_elsewhere(declared, real, looked):
    fleet = Fleet("x", {"t": Tier("t", (), (), declared)}, {"gw1": Node("gw1", "t", (), declared)})
    observation = seen(**{name: getattr(real, name) for name in FIELDS if name in looked})
    node = overlay_observed(fleet, {"gw1": observation}).nodes["gw1"]
    for one in drift(node.settings, observation):
        expected = DriftState.MATCH if one.field in looked else DriftState.NOT_OBSERVED
        assert one.state is expected
    for name in set(FIELDS) - looked:
        assert getattr(node.settings, name) == getattr(declared, name)


@given(SETTINGS)
def test_nothing_drifts_from_itself(settings):
    assert {one.state for one in drift(settings, seen(**{name: getattr(settings, name) for name in FIELDS}))} == {
        DriftState.MATCH
    }


def test_nodes_seen_alike_share_their_settings_again_and_keep_what_cannot_be_seen():
    declared = Settings(resolvers=(Resolver("10.0.0.53", kind=ResolverKind.VALIDATES),))
    nodes = {name: Node(name, "t", (), declared) for name in ("a", "b", "c")}
    fleet = Fleet("x", {"t": Tier("t", (), (), declared)}, nodes)
    poll = {name: replace(seen(resolvers=(Resolver("10.0.0.53", priority=1),)), node=name) for name in ("a", "b")}
    observed = overlay_observed(fleet, poll)
    assert observed.nodes["a"].settings is observed.nodes["b"].settings
    assert observed.nodes["a"].settings.resolvers == (Resolver("10.0.0.53", priority=1, kind=ResolverKind.VALIDATES),)
    assert [len(one.nodes) for one in classes(observed)] == [2, 1]


def test_until_when_a_log_is_meant_to_be_there_no_node_says_so_it_stays_as_declared():
    declared = Settings(logs=(LogSubscription("debug", level="debug", files=4, until=date(2026, 12, 1)),))
    fleet = Fleet("x", {"t": Tier("t", (), (), declared)}, {"gw1": Node("gw1", "t", (), declared)})
    really = (LogSubscription("debug", level="trace"), LogSubscription("other", files=9))
    observed = overlay_observed(fleet, {"gw1": seen(logs=really)}).nodes["gw1"].settings.logs
    assert observed == (LogSubscription("debug", level="trace", files=4, until=date(2026, 12, 1)), really[1])


def test_the_largest_group_of_equal_facts_comes_first_and_ties_keep_their_order():
    found = groups([("a", 1), ("b", 2), ("c", 2), ("d", 3)])
    assert [(one.value, one.nodes) for one in found] == [(2, ("b", "c")), (1, ("a",)), (3, ("d",))]


def test_what_a_platform_has_not_cannot_drift_though_the_fleet_declares_it() -> None:
    declared = Settings(Platform.POSTFIX, bounce_profiles=(BounceProfile("Default", 3600),))
    units = (Unit("platform", Sight.SEEN), Unit("bounce_profiles", Sight.NOT_OBSERVED))
    polled = Observation("edge1", AT, Settings(Platform.POSTFIX), units)
    assert state_of(declared, polled, "bounce_profiles") is None
    appliance = replace(declared, platform=Platform.ASYNCOS)
    assert state_of(appliance, polled, "bounce_profiles") is DriftState.NOT_OBSERVED
