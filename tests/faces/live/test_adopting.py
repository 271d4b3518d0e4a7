"""What nodes do, written into the profile: afterwards it says what was seen, and every comment is still there."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fleet.faces.live.adopting import adoption
from fleet.layout import DriftState, drift
from fleet.model.control import BounceProfile, DaneSupport, DestinationControl
from fleet.model.fleet import Fleet, Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.profile import edit, read_profile

PROFILE = """# the fleet
[tiers.edge] # faces outside
delivers_to = ["internet"]
platform = "asyncos"
version = "15.0.0-104" # since May
resolvers = [{ address = "192.0.2.53", kind = "validates" }] # ours
[tiers.edge.destination_controls.default]
dane = "none" # not yet
[tiers.edge.destination_controls."a.example"]
dane = "opportunistic"
[tiers.edge.smtp_routes]
"b.example" = "relay.example" # by hand
[nodes.gw1]
tier = "edge"
addresses = ["10.0.0.1"]
[nodes.gw2]
tier = "edge"
addresses = ["10.0.0.2"] # the spare one
"""
FIELDS = ("version", "resolvers", "controls", "routes")


def fleet_of(text: str) -> Fleet:
    reading = read_profile(text, "p.toml")
    assert reading.fleet is not None
    assert not reading.diagnostics
    return reading.fleet


def seen(node: str, settings: Settings) -> Observation:
    units = tuple(Unit(field, Sight.SEEN) for field in FIELDS)
    return Observation(node, datetime(2026, 11, 25, tzinfo=UTC), settings, units)


def adopted(observations: dict[str, Observation]) -> str:
    return edit(PROFILE, adoption(fleet_of(PROFILE), observations).edits)


BASE = fleet_of(PROFILE).nodes["gw1"].settings


def test_what_all_nodes_of_a_tier_have_is_written_at_the_tier_and_comments_stay() -> None:
    newer = replace(BASE, version="15.5.0-001")
    text = adopted({name: seen(name, newer) for name in ("gw1", "gw2")})
    assert text == PROFILE.replace('"15.0.0-104"', '"15.5.0-001"')


def test_what_one_node_has_is_written_at_the_node() -> None:
    text = adopted({"gw1": seen("gw1", BASE), "gw2": seen("gw2", replace(BASE, version="14.0.0-001"))})
    assert 'version = "15.0.0-104" # since May' in text
    assert fleet_of(text).nodes["gw2"].settings.version == "14.0.0-001"
    assert fleet_of(text).nodes["gw1"].settings.version == "15.0.0-104"


def test_of_a_tier_that_was_seen_in_part_nothing_is_written_at_the_tier() -> None:
    text = adopted({"gw1": seen("gw1", replace(BASE, version="15.5.0-001"))})
    assert fleet_of(text).nodes["gw2"].settings.version == "15.0.0-104"


def test_what_only_one_node_lacks_cannot_be_taken_away_there_and_is_left_with_a_sentence() -> None:
    found = adoption(fleet_of(PROFILE), {"gw1": seen("gw1", BASE), "gw2": seen("gw2", replace(BASE, routes=()))})
    assert found.edits == ()
    assert found.left == (
        "smtp_routes.b.example is declared above node gw2 and not on it: it cannot be taken away there",
    )


def test_a_resolver_keeps_the_kind_that_was_declared() -> None:
    settings = replace(BASE, resolvers=(Resolver("192.0.2.54"), Resolver("192.0.2.53", priority=1)))
    text = adopted({name: seen(name, settings) for name in ("gw1", "gw2")})
    assert [one.kind for one in fleet_of(text).nodes["gw1"].settings.resolvers or ()] == [
        ResolverKind.UNKNOWN,
        ResolverKind.VALIDATES,
    ]


def test_bounce_profiles_are_adopted_by_name_where_a_profile_can_hold_the_name() -> None:
    settings = replace(
        BASE,
        bounce_profiles=(
            BounceProfile("Default", 172800),
            BounceProfile("Quick", 5400),
            BounceProfile("Slow & patient", 432000),
        ),
    )
    text = PROFILE.replace("[nodes.gw1]", '[tiers.edge.bounce_profiles]\nDefault = "72h" # as shipped\n[nodes.gw1]')
    units = (*(Unit(field, Sight.SEEN) for field in FIELDS), Unit("bounce_profiles", Sight.SEEN))
    observations = {name: replace(seen(name, settings), units=units) for name in ("gw1", "gw2")}
    found = adoption(fleet_of(text), observations)
    after = edit(text, found.edits)
    assert 'Default = "48h" # as shipped' in after
    assert {one.name: one.seconds for one in fleet_of(after).nodes["gw2"].settings.bounce_profiles or ()} == {
        "Default": 172800,
        "Quick": 5400,
    }
    assert all("Slow & patient" in sentence and "cannot hold" in sentence for sentence in found.left)
    assert len(found.left) == 2


domains = st.sampled_from(["a.example", "b.example", "c.example", ".d.example"])
controls = st.dictionaries(
    domains,
    st.tuples(st.sampled_from([None, *TlsLevel]), st.sampled_from([*DaneSupport])),
    max_size=4,
)
routes = st.dictionaries(
    domains,
    st.one_of(
        st.just((RouteKind.USEDNS, ())),
        st.tuples(
            st.just(RouteKind.HOSTS),
            st.lists(
                st.builds(
                    RouteHost,
                    st.sampled_from(["relay.example", "192.0.2.1"]),
                    st.sampled_from([25, 2525]),
                    st.integers(0, 20),
                    st.just(False),
                ),
                min_size=1,
                max_size=2,
                unique_by=lambda host: host.name,
            ).map(tuple),
        ),
    ),
    max_size=3,
)
settings = st.builds(
    lambda version, addresses, entries, ways: Settings(
        version=version,
        resolvers=tuple(Resolver(f"192.0.2.{one}", priority=at) for at, one in enumerate(addresses)),
        controls=(
            DestinationControl("default", dane=DaneSupport.NONE),
            *(DestinationControl(domain, tls=tls, dane=dane) for domain, (tls, dane) in entries.items()),
        ),
        routes=tuple(SmtpRoute(domain, kind, hosts) for domain, (kind, hosts) in ways.items()),
    ),
    st.sampled_from(["15.0.0-104", "15.5.0-001"]),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True),
    controls,
    routes,
)


@given(settings)
def test_once_a_tier_has_adopted_what_was_seen_nothing_differs_but_what_was_left(one: Settings) -> None:
    observations = {name: seen(name, one) for name in ("gw1", "gw2")}
    found = adoption(fleet_of(PROFILE), observations)
    after = fleet_of(edit(PROFILE, found.edits))
    for name, observation in observations.items():
        differing = [
            path
            for field in drift(after.nodes[name].settings, observation)
            if field.state not in (DriftState.MATCH, DriftState.NOT_OBSERVED) or field.differences
            for path in (".".join(map(str, leaf.path)) for leaf in field.differences)
        ]
        assert all(any(sentence.startswith(path) for sentence in found.left) for path in differing), differing
    again = adoption(after, observations)
    assert again.edits == ()


@given(settings)
def test_no_comment_is_ever_lost(one: Settings) -> None:
    text = adopted({name: seen(name, one) for name in ("gw1", "gw2")})
    comments = ("the fleet", "faces outside", "since May", "ours", "not yet", "by hand", "the spare one")
    assert all(f"# {comment}" in text for comment in comments)
