"""Metrics say what State says, never more; names follow the conventions and labels stay few."""

import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from watched import NOW, profile_text, watched, watched_state

from fleet.faces.export.metrics_seen import OUTCOMES, Exported
from fleet.faces.export.metrics_table import FAMILIES, Kind
from fleet.faces.export.prometheus import exposition, metrics
from fleet.model import event as events
from fleet.model.event import Target
from fleet.model.queue import Queue, Waiting
from fleet.monitor import Freshness, State, freshness_of_check, freshness_of_node
from fleet.views.board import Memo, Picture, known_fleet, outlook
from fleet.views.board.outlook import telling_check

Labels = frozenset[tuple[str, str]]


def read(picture: Picture) -> dict[str, dict[Labels, float]]:
    """What a scraper makes of the exposition: name -> labels -> number."""
    body, _ = exposition(metrics(Exported(picture)))
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            labels = frozenset(sample.labels.items())
            assert labels not in found.setdefault(sample.name, {}), (sample.name, labels)
            found[sample.name][labels] = sample.value
    return found


def one(numbers: Mapping[Labels, float], **labels: str) -> float:
    (number,) = [number for has, number in numbers.items() if frozenset(labels.items()) <= has]
    return number


def settled(picture: Picture) -> Picture:
    while outlook(picture).behind:
        pass
    return picture


def test_what_is_said_of_nodes_agrees_with_state() -> None:
    picture = watched()
    found, state = read(picture), picture.state
    assert state.fleet is not None
    for name, node in state.fleet.nodes.items():
        entry, fresh = state.nodes[name], freshness_of_node(state, name, NOW)
        assert one(found["fleet_node_up"], node=name) == (entry.failure is None and fresh is Freshness.FRESH)
        for word in Freshness:
            assert one(found["fleet_node_state"], node=name, state=str(word)) == (word is fresh)
        seen = entry.seen_at.timestamp() if entry.seen_at else 0.0
        assert one(found["fleet_node_seen_timestamp_seconds"], node=name, tier=node.tier) == seen
        age = (NOW - entry.seen_at).total_seconds() if entry.seen_at else float("inf")
        assert one(found["fleet_node_age_seconds"], node=name) == age
        assert one(found["fleet_node_polls_total"], node=name) == entry.polls
        assert one(found["fleet_node_failures_in_a_row"], node=name) == entry.failures
        kinds = [dict(has)["kind"] for has in found["fleet_node_failure"] if ("node", name) in has]
        assert kinds == ([str(entry.failure.kind)] if entry.failure else [])


def test_what_is_said_of_destinations_agrees_with_state_and_with_the_forecast_of_every_way() -> None:
    picture = settled(watched())
    found, state, seen = read(picture), picture.state, outlook(picture)
    assert state.fleet is not None
    for domain in state.fleet.destinations:
        fate = seen.fate(domain)
        assert fate is not None
        entry = telling_check(state, domain, fate)
        checked = entry.finished_at.timestamp() if entry and entry.finished_at else 0.0
        assert one(found["fleet_destination_checked_timestamp_seconds"], destination=domain) == checked
        fresh = freshness_of_check(state, entry.target, NOW) if entry else Freshness.NEVER
        up = entry is not None and entry.failure is None and fresh is Freshness.FRESH
        assert one(found["fleet_destination_up"], destination=domain) == up
        for tier in ("delivery", "edge"):
            foretold = [seen.foretold(picture, way, domain) for way in seen.ways if way.group.tier.name == tier]
            outcomes = {str(each.outcome) for each in foretold if each is not None}
            (labels,) = [
                dict(has)
                for has in found["fleet_destination_outcome"]
                if {("destination", domain), ("tier", tier)} <= has
            ]
            assert labels["outcome"] in outcomes or (labels["outcome"] == "stale" and fresh is Freshness.STALE)
            if "held" in outcomes:
                assert labels["outcome"] == "held"
                assert one(found["fleet_destination_mail_stopped"], destination=domain, tier=tier) == 1
    total = sum(found["fleet_destinations"].values())
    assert total == 2 * len(state.fleet.destinations) == len(found["fleet_destination_outcome"])


def test_nothing_known_is_never_good_news() -> None:
    text = profile_text()
    state = State()
    fleet = watched().state.fleet
    assert fleet is not None
    state.apply(events.ProfileLoaded(NOW, fleet, "profile.toml", "ab"))
    found = read(settled(Picture(state, NOW)))
    assert text
    assert set(found["fleet_node_up"].values()) == {0.0}
    assert set(found["fleet_destination_up"].values()) == {0.0}
    assert set(found["fleet_node_seen_timestamp_seconds"].values()) == {0.0}
    assert set(found["fleet_destination_checked_timestamp_seconds"].values()) == {0.0}
    assert set(found["fleet_node_age_seconds"].values()) == {float("inf")}
    assert one(found["fleet_findings_judged"]) == 0
    assert "fleet_findings" not in found
    assert one(found["fleet_monitor_up"]) == 0
    outcomes = {dict(has)["outcome"] for has in found["fleet_destination_outcome"]}
    assert outcomes <= {"unknown", "not-tested", "held"}


def test_no_profile_at_all_is_no_error() -> None:
    assert one(read(Picture(State(), NOW))["fleet_monitor_up"]) == 0


def test_a_delivery_that_nobody_confirmed_is_stale_and_held_mail_stays_held() -> None:
    picture = settled(watched())
    later = Picture(picture.state, NOW + timedelta(hours=9), picture.validation, None, Memo())
    found = read(settled(later))
    outcomes = {dict(has)["outcome"] for has in found["fleet_destination_outcome"]}
    assert "stale" in outcomes
    assert "held" in outcomes
    assert "dane" not in outcomes
    assert set(found["fleet_node_up"].values()) == {0.0}
    assert set(found["fleet_destination_up"].values()) == {0.0}


def test_names_and_labels_follow_the_conventions() -> None:
    picture = settled(watched())
    found = metrics(Exported(picture))
    for family, made in zip(FAMILIES, found, strict=True):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", family.name)
        assert family.name.endswith("_total") == (family.kind is Kind.COUNTER)
        assert not re.search(r"(milli|micro|minutes|hours|percent)", family.name)
        assert family.help.endswith(".")
        assert made.type in ("gauge", "counter")
    assert known_fleet(picture) is not None


def test_labels_are_bounded_by_the_profile_whatever_the_world_says() -> None:
    picture = settled(watched())
    before = {name: len(numbers) for name, numbers in read(picture).items()}
    state = picture.state
    for at in range(50):  # the world goes on, says other things, and fails in other ways
        when = NOW + timedelta(seconds=at)
        state.apply(events.CheckStarted(when, Target("good.example")))
        state.apply(events.PollStarted(when, "dlv1"))
    after = {name: len(numbers) for name, numbers in read(settled(picture)).items()}
    assert after == before
    assert len(OUTCOMES) == len(set(OUTCOMES))


def test_hostile_names_cannot_break_a_line_or_add_one() -> None:
    state = watched_state(profile_text())
    assert state.fleet is not None
    hostile = 'x"} 1\nfleet_monitor_up 1\n# {evil="\\\x1b[2J'
    state.monitor = ""
    state.apply(events.CheckStarted(NOW, Target(hostile)))
    state.profile = hostile
    found = read(settled(Picture(state, NOW)))
    assert one(found["fleet_monitor_up"]) == 0
    body, _ = exposition(metrics(Exported(Picture(state, NOW))))
    assert b"\x1b" not in body


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text; version=1.0.0", "text/plain;version=x", ";;;,"])
def test_every_accept_header_gets_an_answer(accept: str) -> None:
    body, content_type = exposition(metrics(Exported(watched())), accept)
    assert b"fleet_node_up" in body
    assert content_type.startswith(("text/plain", "application/openmetrics-text"))


def test_prometheus_client_loads_only_when_metrics_are_written() -> None:
    program = "import sys, fleet.faces.export.prometheus; print('prometheus_client' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


def test_queues_have_numbers_of_watched_destinations_only_and_no_zero_for_what_was_not_seen() -> None:
    picture = settled(watched())
    never = read(picture)
    assert "fleet_queue_recipients" not in never
    assert (
        one(never["fleet_queue_up"], node="dlv1") == one(never["fleet_queue_seen_timestamp_seconds"], node="dlv1") == 0
    )
    assert one(never["fleet_queue_age_seconds"], node="dlv1") == float("inf")
    thousands = tuple(Waiting(f"d{number}.example.net", 1) for number in range(2_000))
    shown = (Waiting("good.example", 7), *thousands)
    picture.state.apply(events.QueueSeen(NOW, Queue("dlv1", NOW, shown, complete=False)))
    found = read(picture)
    assert found["fleet_queue_recipients"] == {frozenset({("node", "dlv1"), ("destination", "good.example")}): 7.0}
    assert one(found["fleet_queue_up"], node="dlv1") == 1
    picture.state.apply(events.QueueSeen(NOW, Queue("dlv1", NOW, (), complete=True)))
    found = read(picture)
    assert one(found["fleet_queue_recipients"], node="dlv1", destination="good.example") == 0
    later = read(Picture(picture.state, NOW + timedelta(hours=1)))
    assert one(later["fleet_queue_up"], node="dlv1") == 0
    assert one(later["fleet_queue_age_seconds"], node="dlv1") == 3_600
