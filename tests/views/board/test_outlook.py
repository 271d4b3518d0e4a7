"""The outlook followed check by check is what a forecast of everything says."""

import random
from dataclasses import replace
from datetime import timedelta

from watched import NOW, observation, verdict_for, watched

from fleet.forecast import BADNESS, Audits, Core, as_met, forecast
from fleet.forecast.audited import FRESH
from fleet.forecast.classed import Forecast
from fleet.layout import overlay_observed
from fleet.model import Outcome
from fleet.model.event import CheckFinished, NodeObserved, ProfileLoaded, Target
from fleet.model.resolver import ResolverKind
from fleet.views import Mark
from fleet.views.board import Picture, destinations_table, known_fleet, outlook
from fleet.views.board.outlook import BATCH, Outlook, bare_address, newest_verdict, outlook_for, verdict_of


def whole(picture: Picture) -> Forecast:
    """The second model: everything at once."""
    fleet = picture.state.fleet
    assert fleet is not None
    observations = {name: entry.known for name, entry in picture.state.nodes.items() if entry.known is not None}
    seen = overlay_observed(fleet, observations)
    verdicts = {name: newest_verdict(picture.state, name) for name in picture.state.targets}
    found = {name: verdict for name, verdict in verdicts.items() if verdict is not None}
    audits = Audits(picture.state.resolvers.values(), picture.now)
    return forecast(as_met(seen, audits), tuple(fleet.destinations.values()), found)


def assert_the_same(picture: Picture) -> None:
    found = outlook(picture)
    while found.behind:
        outlook(picture)
    expected = whole(picture)
    for domain, at in expected.numbers.items():
        fate = found.fate(domain)
        assert fate is not None
        for way, core in zip(found.ways, fate.cores, strict=True):
            (group,) = (group for group in expected.classes if set(way.group.names) & set(group.names))
            assert core == group.cells[way.action][at], (domain, way.group.names)


def test_after_any_events_it_is_what_a_forecast_of_everything_says() -> None:
    picture, dice = watched(), random.Random(5)
    assert_the_same(picture)
    domains = tuple(picture.state.targets)
    for turn in range(12):
        now = NOW + timedelta(minutes=turn)
        domain = dice.choice(domains)
        picture.state.apply(CheckFinished(now, Target(domain), verdict_for(domain, dice.randrange(6), now)))
        if turn % 4 == 3:
            assert picture.state.fleet is not None
            settings = picture.state.fleet.nodes["dlv1"].settings
            controls = tuple(replace(one, dane=None if turn == 3 else one.dane) for one in settings.controls or ())
            picture.state.apply(NodeObserved(now, observation(picture.state.fleet, "dlv1", now, controls=controls)))
        picture = replace(picture, now=now)
        assert_the_same(picture)


def test_the_tallies_count_what_the_fates_say() -> None:
    picture, dice = watched(), random.Random(2)
    for turn in range(8):
        now = NOW + timedelta(minutes=turn)
        domain = dice.choice(tuple(picture.state.targets))
        picture.state.apply(CheckFinished(now, Target(domain), verdict_for(domain, dice.randrange(6), now)))
        found = outlook(picture)
    for first, tally in found.tallies.items():
        names = found.ways[first].group.names
        held = set()
        for domain in picture.state.fleet.destinations:
            fate = found.fate(domain)
            assert fate is not None
            cores = [core for way, core in zip(found.ways, fate.cores, strict=True) if way.group.names == names]
            if any(core.stopped for core in cores):
                held.add(domain)
        assert tally.stopped == held
        assert sum(tally.cores.values()) == len(picture.state.fleet.destinations) * sum(
            way.group.names == names for way in found.ways
        )


def test_very_many_are_worked_out_a_batch_at_a_time_and_said_to_be_until_then() -> None:
    picture = watched([f"dest{number:03}.example" for number in range(3 * BATCH)])
    table = destinations_table(picture)
    assert table.partial
    waiting = [row for row in table.rows if row.cells[1].text == "being worked out"]
    assert len(waiting) == 2 * BATCH
    assert {row.cells[1].mark for row in waiting} == {Mark.RUNNING}
    for _ in range(4):
        table = destinations_table(picture)
    assert not table.partial
    assert not [row for row in table.rows if row.cells[1].text == "being worked out"]


def test_an_observation_that_says_the_same_changes_neither_fleet_nor_fates() -> None:
    picture = watched()
    before, found = known_fleet(picture), outlook(picture)
    fates = {domain: found.fate(domain) for domain in picture.state.targets}
    assert picture.state.fleet is not None
    picture.state.apply(NodeObserved(NOW, observation(picture.state.fleet, "dlv1", NOW)))
    assert known_fleet(picture) is before
    assert {domain: outlook(picture).fate(domain) for domain in fates} == fates


def test_a_picture_that_is_held_knows_what_comes_afterwards() -> None:
    picture = watched()
    state = picture.state
    assert known_fleet(picture) is not None
    assert state.fleet is not None
    moved = replace(state.fleet, nodes=dict(list(state.fleet.nodes.items())[1:]))
    state.apply(ProfileLoaded(NOW, moved, "p.toml", "0" * 64))
    after = known_fleet(picture)
    assert after is not None
    assert after.nodes.keys() == moved.nodes.keys()


def test_each_class_of_nodes_is_judged_by_the_check_through_its_own_resolvers() -> None:
    """Two checks of one destination: whoever ended last must not speak for nodes that ask other resolvers."""
    picture = watched(("good.example",))
    state = picture.state
    edge, delivery = ("192.0.2.53",), ("192.0.2.53", "192.0.2.58")
    for turn, (resolvers, kind) in enumerate(((edge, 1), (delivery, 0), (edge, 1), (delivery, 0))):
        now = NOW + timedelta(minutes=turn)
        state.apply(
            CheckFinished(now, Target("good.example", "this host", resolvers), verdict_for("good.example", kind, now))
        )
        found = outlook(replace(picture, now=now))
        if turn:
            seen = {way.group.names: verdict_of(state, way, "good.example") for way in found.ways}
            assert seen["edge1",] is state.checks[Target("good.example", "this host", edge)].verdict
            others = [verdict for names, verdict in seen.items() if names != ("edge1",)]
            assert others
            assert all(one is state.checks[Target("good.example", "this host", delivery)].verdict for one in others)
            (row,) = destinations_table(replace(picture, now=now)).rows
            assert (row.cells[1].text, row.cells[2].text) == ("held", "edge1")


def test_what_one_node_meets_is_no_other_nodes_and_what_was_found_too_long_ago_is_unknown() -> None:
    picture = watched(("good.example",))
    judged = [one for one in picture.state.resolvers.values() if one.resolver == "192.0.2.53:53"]
    for name, kind in (("dlv1", ResolverKind.STRIPS), ("dlv2", ResolverKind.VALIDATES)):
        for resolver in ("192.0.2.53:53", "192.0.2.58:53"):
            picture.state.apply(replace(judged[0], resolver=resolver, transport="tcp", vantage=name, kind=kind, at=NOW))

    def core_of(name: str, picture: Picture) -> Core:
        found = outlook_for(picture, "good.example")
        fate = found.fate("good.example")
        assert fate is not None
        cores = [core for way, core in zip(found.ways, fate.cores, strict=True) if name in way.group.names]
        return max(cores, key=lambda core: BADNESS.index(core.outcome))

    assert core_of("dlv1", picture).outcome is Outcome.HELD
    assert core_of("dlv2", picture).outcome is not Outcome.HELD, "it is asked of another place"
    later = replace(picture, now=NOW + FRESH + timedelta(hours=1))
    assert core_of("dlv1", later).outcome is not Outcome.HELD, "an audit of yesterday holds no mail"


def test_a_destination_checked_by_hand_is_shown_too() -> None:
    picture = watched()
    picture.state.apply(CheckFinished(NOW, Target("other.example"), verdict_for("other.example", 0, NOW)))
    row = next(row for row in destinations_table(picture).rows if row.key == "other.example")
    assert (row.cells[1].text, row.cells[5].text) == ("DANE", "unknown")


def test_the_addresses_of_resolvers_are_known_in_every_spelling() -> None:
    spellings = ("192.0.2.53", "192.0.2.53:53", "192.0.2.53#5353", "[2001:db8::1]:53", "2001:db8::1", "2001:db8::1#53")
    assert [bare_address(one) for one in spellings] == [*["192.0.2.53"] * 3, *["2001:db8::1"] * 3]


def test_it_knows_nothing_before_a_profile_was_read() -> None:
    found = Outlook()
    assert (found.ways, found.behind, found.fate("x")) == ((), 0, None)
