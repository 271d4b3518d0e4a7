"""Every condition, on a fleet that is watched: what is bad, what is good, what nobody knows."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from alerted import NOW, settled, watched
from watched import DOWN, profile_text, verdict_for, watched_state

from fleet.alerts import Reading, Situation, Standing, readings
from fleet.faces.live.alerting import situation_of
from fleet.model import event as events
from fleet.model.alerts import AlertSettings, Condition
from fleet.model.event import Target
from fleet.model.finding import Finding, Severity
from fleet.model.queue import Queue, Waiting
from fleet.views.board import Picture


def by_object(situation: Situation, condition: Condition) -> dict[str, Reading]:
    return {one.object: one for one in readings(situation) if one.condition is condition}


def situation(**changes: object) -> Situation:
    return replace(situation_of(settled(watched())), **changes)  # type: ignore[arg-type]


def test_mail_that_is_held_is_bad_and_its_sentence_says_what_happens_to_it() -> None:
    found = by_object(situation(), Condition.MAIL_STOPPED)
    held = found["destination wrong-certificate.example"]
    assert held.standing is Standing.BAD
    assert "mail to wrong-certificate.example is held in the queue" in held.sentence
    assert held.nodes
    assert held.severe
    assert found["destination good.example"].standing is Standing.GOOD


def test_a_destination_was_looked_at_as_often_as_the_way_that_was_least() -> None:
    of = situation()
    (way,) = of.mail["wrong-certificate.example"][:1]
    assert way.entry is not None
    twice = replace(way, entry=replace(way.entry, checks=2))
    often = replace(way, entry=replace(way.entry, checks=9))
    for ways, looks in (((often, twice), 2), ((often, replace(way, entry=None)), None)):
        found = by_object(replace(of, mail={"wrong-certificate.example": ways}), Condition.MAIL_STOPPED)
        assert found["destination wrong-certificate.example"].looks == looks


def test_a_destination_never_checked_is_neither_good_nor_stopped() -> None:
    assert by_object(situation(), Condition.MAIL_STOPPED)["destination never.example"].standing is Standing.UNKNOWN
    unknown = by_object(situation(), Condition.OUTCOME_UNKNOWN)["destination never.example"]
    assert unknown.standing is Standing.BAD
    assert "it was never checked" in unknown.sentence


def test_old_verdicts_are_no_good_news_and_no_end_of_bad_news() -> None:
    later = situation(now=NOW + timedelta(hours=9))
    stopped = by_object(later, Condition.MAIL_STOPPED)
    assert stopped["destination good.example"].standing is Standing.UNKNOWN
    assert stopped["destination wrong-certificate.example"].standing is Standing.BAD
    unknown = by_object(later, Condition.OUTCOME_UNKNOWN)["destination good.example"]
    assert unknown.standing is Standing.BAD
    assert "the last check is of" in unknown.sentence


def test_mail_that_left_under_dane_and_does_so_no_more_is_bad_and_what_never_did_is_not() -> None:
    state = watched_state(profile_text())
    target = Target("good.example")
    kind = next(kind for kind in range(6) if _lost(kind))
    state.apply(events.CheckFinished(NOW, target, verdict_for("good.example", kind, NOW)))
    found = by_object(situation_of(settled(Picture(state, NOW))), Condition.DANE_LOST)
    assert found["destination good.example"].standing is Standing.BAD
    assert "left under DANE, and leaves" in found["destination good.example"].sentence
    before = by_object(situation(), Condition.DANE_LOST)
    assert before["destination good.example"].standing is Standing.GOOD
    assert Standing.BAD not in {one.standing for name, one in before.items() if name == "destination never.example"}


def _lost(kind: int) -> bool:
    """Whether verdicts of this kind fall back to TLS."""
    state = watched_state(profile_text())
    state.apply(events.CheckFinished(NOW, Target("good.example"), verdict_for("good.example", kind, NOW)))
    ways = situation_of(settled(Picture(state, NOW))).mail["good.example"]
    return any(way.core is not None and str(way.core.outcome) in ("tls", "clear") for way in ways)


def test_a_node_that_fails_is_silent_one_never_tried_is_unknown() -> None:
    found = by_object(situation(), Condition.NODE_SILENT)
    assert found["node edge1"].standing is Standing.BAD
    assert DOWN.sentence in found["node edge1"].sentence
    assert "what it does with mail now is not known" in found["node edge1"].sentence
    assert found["node dlv3"].standing is Standing.UNKNOWN
    assert found["node scan1"].standing is Standing.GOOD
    later = by_object(situation(now=NOW + timedelta(hours=2)), Condition.NODE_SILENT)
    assert later["node scan1"].standing is Standing.BAD
    assert "has not been polled since" in later["node scan1"].sentence


def test_findings_are_told_from_the_severity_that_the_profile_says() -> None:
    some = [Finding(f"X10{at}", severity, "node dlv1", (), "wrong") for at, severity in enumerate(Severity)]
    usual = by_object(situation(findings=some), Condition.FINDING)
    assert set(usual) == {"X100 node dlv1", "X101 node dlv1"}
    assert usual["X100 node dlv1"].severe
    assert usual["X100 node dlv1"].nodes == ("dlv1",)
    assert by_object(situation(findings=None), Condition.FINDING) == {}
    of = situation(findings=some)
    assert of.state.fleet is not None
    of.state.fleet = replace(of.state.fleet, alerts=AlertSettings(findings="note"))
    assert len(by_object(of, Condition.FINDING)) == len(Severity)


def test_a_history_that_cannot_be_written_is_bad() -> None:
    of = situation()
    assert by_object(of, Condition.HISTORY_NOT_WRITTEN)["the history"].standing is Standing.GOOD
    of.state.apply(events.HistoryFailed(NOW, "the disk is full"))
    found = by_object(of, Condition.HISTORY_NOT_WRITTEN)["the history"]
    assert found.standing is Standing.BAD
    assert "the disk is full" in found.sentence


def queued(*looks: int | None, complete: bool = True) -> Situation:
    """Looks at the queue of dlv1, five minutes apart, that show so many recipients of one destination; None: not it."""
    found = situation()
    for number, recipients in enumerate(looks):
        at = NOW + timedelta(minutes=5 * number)
        waiting = (Waiting("slow.example", recipients),) if recipients is not None else ()
        found.state.apply(events.QueueSeen(at, Queue("dlv1", at, waiting, complete)))
    return replace(found, now=NOW + timedelta(minutes=5 * (len(looks) - 1)))


def risen(of: Situation) -> Standing:
    (one,) = by_object(of, Condition.QUEUE_RISING).values()
    assert one.object == "destination slow.example in the queue of node dlv1"
    return one.standing


def test_a_queue_rises_where_more_wait_than_did_and_not_for_mail_on_its_way_out() -> None:
    assert risen(queued(None, 12)) is Standing.UNKNOWN  # one look: it may be on its way out
    assert risen(queued(None, 12, 12)) is Standing.BAD
    assert risen(queued(100, 160)) is Standing.BAD
    assert risen(queued(100, 110)) is Standing.GOOD
    assert risen(queued(100, 160, 101)) is Standing.GOOD
    assert risen(queued(None, 12, 12, None)) is Standing.GOOD
    assert not list(by_object(situation(), Condition.QUEUE_RISING))
    told = next(iter(by_object(queued(None, 12, 12), Condition.QUEUE_RISING).values()))
    assert "12 recipients wait for slow.example in the queue of dlv1, and none did before" in told.sentence
    assert (told.nodes, told.destination, told.about) == (("dlv1",), "slow.example", "destination slow.example")


def test_a_queue_that_stays_high_is_not_over_after_the_hours_that_are_remembered() -> None:
    day = 24 * 60 // 5
    assert risen(queued(100, 100, *[160] * day)) is Standing.BAD
    assert risen(queued(None, *[12] * day)) is Standing.BAD
    assert risen(queued(100, 100, *[160] * day, 140)) is Standing.GOOD
    assert risen(queued(*[160] * day)) is Standing.GOOD


def test_what_a_queue_does_not_show_any_more_or_nobody_saw_lately_ends_no_alert() -> None:
    assert risen(queued(100, 160, None, complete=False)) is Standing.UNKNOWN
    rising = queued(100, 160)
    assert risen(replace(rising, now=rising.now + timedelta(minutes=15))) is Standing.BAD
    assert risen(replace(rising, now=rising.now + timedelta(minutes=16))) is Standing.UNKNOWN
    rising.state.apply(events.QueueUnseen(rising.now, "dlv1", DOWN))
    assert risen(rising) is Standing.UNKNOWN
