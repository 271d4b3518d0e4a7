"""State is a fold: what is known, what runs, what failed; nothing known is ever forgotten or taken for good news."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from anything import anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.errors import Failure, FailureKind
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model import event as events
from fleet.model.event import Act, Activity, Event, NodeObserved, OperatorActed, PollFailed, PollStarted, Target
from fleet.model.fleet import Destination, Fleet, Node, Settings
from fleet.model.observation import Evidence, Observation, Sight, Unit
from fleet.monitor import Freshness, Part, State, age, freshness_of_check, freshness_of_node
from fleet.monitor.log import WORDS
from fleet.monitor.state import LOG_LINES
from fleet.plain import UnknownEvent

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")
IETF = Target("ietf.org")
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def fold(*happened: Event | UnknownEvent) -> State:
    state = State()
    for event in happened:
        state.apply(event)
    return state


def seen(at: datetime, **values: object) -> NodeObserved:
    units = tuple(
        Unit(name, Sight.SEEN if value is not None else Sight.UNPARSED, evidence=Evidence("x", at, "", "", "v1"))
        for name, value in values.items()
    )
    known = {name: value for name, value in values.items() if value is not None}
    return NodeObserved(at, Observation("dlv1", at, Settings(**known), units))  # type: ignore[arg-type]


@given(st.lists(anything(Event), max_size=12))
@quick
def test_any_events_fold_and_the_same_events_fold_to_the_same(happened: list[Event]) -> None:
    before = [repr(event) for event in happened]
    first, second = fold(*happened), fold(*happened)
    assert first == second
    assert [repr(event) for event in happened] == before


@given(st.lists(anything(Event), max_size=8), st.integers(0, 8))
@quick
def test_a_snapshot_stands_still(happened: list[Event], cut: int) -> None:
    state = fold(*happened[:cut])
    picture = state.snapshot()
    for event in happened[cut:]:
        state.apply(event)
    assert picture == fold(*happened[:cut])


def test_every_event_has_a_fold_and_words_or_is_a_step() -> None:
    for kind in get_args(Event):
        assert (kind in WORDS) != (kind is events.StepSeen)
    assert fold(UnknownEvent(AT, "TeaMade", "", {})) == State()
    assert State().apply(UnknownEvent(AT, "TeaMade", "", {})).part is Part.NOTHING


def test_a_poll_that_fails_keeps_what_was_known_and_its_time() -> None:
    state = fold(
        PollStarted(AT, "dlv1"),
        seen(after(2), version="15.0.0-104"),
        PollStarted(after(300), "dlv1"),
        PollFailed(after(310), "dlv1", DOWN, after(320)),
        PollStarted(after(320), "dlv1"),
        PollFailed(after(330), "dlv1", DOWN, after(345)),
    )
    entry = state.nodes["dlv1"]
    assert entry.observation is not None
    assert entry.observation.settings.version == "15.0.0-104"
    assert (entry.seen_at, entry.failing_since, entry.failures) == (after(2), after(310), 2)
    assert (entry.failure, entry.retry_at, entry.running_since) == (DOWN, after(345), None)
    assert [(mark.milliseconds, mark.failed) for mark in entry.marks] == [(2000, False), (10_000, True), (10_000, True)]
    state.apply(seen(after(400), version="15.0.1"))
    entry = state.nodes["dlv1"]
    assert (entry.failure, entry.failing_since, entry.failures, entry.retry_at) == (None, None, 0, None)


def test_a_unit_that_a_poll_could_not_read_stays_as_an_earlier_one_saw_it() -> None:
    state = fold(
        seen(AT, version="15.0.0-104", root_servers=False),
        seen(after(300), version="15.0.1", root_servers=None),
        seen(after(600), version=None, root_servers=None),
    )
    entry = state.nodes["dlv1"]
    assert {kept.unit.name: kept.at for kept in entry.kept} == {"version": after(300), "root_servers": AT}
    known = entry.known
    assert known is not None
    assert (known.settings.version, known.settings.root_servers) == ("15.0.1", False)
    assert known.unit("root_servers").sight is Sight.SEEN
    evidence = known.unit("root_servers").evidence
    assert evidence is not None
    assert evidence.at == AT
    assert entry.observation is not None
    assert entry.observation.settings == Settings()  # what the last poll itself saw is not touched

    state.apply(seen(after(900), version="15.0.2", root_servers=True))
    assert state.nodes["dlv1"].kept == ()


def test_an_observation_that_failed_as_a_whole_forgets_nothing_either() -> None:
    state = fold(seen(AT, version="15"), NodeObserved(after(9), Observation("dlv1", after(9), failure=DOWN)))
    entry = state.nodes["dlv1"]
    assert (entry.seen_at, entry.failure) == (AT, DOWN)
    assert entry.known is not None
    assert entry.known.settings.version == "15"


def test_a_verdict_stays_while_its_destination_is_checked_again() -> None:
    verdict = Verdict("ietf.org", AT, (), (), milliseconds=250)
    state = fold(events.CheckStarted(AT, IETF), events.CheckFinished(after(1), IETF, verdict))
    for event in (events.CheckStarted(after(60), IETF), events.CheckFailed(after(61), IETF, DOWN)):
        state.apply(event)
        assert state.checks[IETF].verdict is verdict
        assert state.checks[IETF].finished_at == after(1)
    assert state.checks[IETF].failure == DOWN
    mark = state.checks[IETF].last
    assert mark is not None
    assert mark.outcome(Policy.ASYNCOS, Mode.OPPORTUNISTIC) is Outcome.UNKNOWN


@given(anything(Verdict))
@quick
def test_a_mark_says_what_every_policy_and_mode_said(verdict: Verdict) -> None:
    from fleet.decision import judge_all

    mark = fold(events.CheckFinished(AT, IETF, verdict)).checks[IETF].last
    assert mark is not None
    for (policy, mode), judged in judge_all(verdict).items():
        assert mark.outcome(policy, mode) is judged.outcome


@given(anything(Verdict), st.lists(anything(events.Step), max_size=3))
@quick
def test_steps_are_shown_while_a_check_runs_and_leave_no_trace(verdict: Verdict, steps: list[events.Step]) -> None:
    started, finished = events.CheckStarted(AT, IETF), events.CheckFinished(after(1), IETF, verdict)
    state = fold(started, *(events.StepSeen(AT, IETF, step) for step in steps))
    assert state.checks[IETF].steps == tuple(steps)
    state.apply(finished)
    assert state == fold(started, finished)


def test_a_check_whose_outcomes_changed_says_when_and_from_what() -> None:
    whole = Verdict("ietf.org", AT, (), ())
    state = fold(events.CheckFinished(AT, IETF, whole), events.CheckFinished(after(1), IETF, whole))
    assert state.checks[IETF].changed_at is None
    null_mx = _null_mx()
    state.apply(events.CheckFinished(after(2), IETF, null_mx))
    state.apply(events.CheckFinished(after(3), IETF, null_mx))
    entry = state.checks[IETF]
    assert entry.changed_at == after(2)
    assert entry.before is not None
    assert entry.before.outcome(Policy.ASYNCOS, Mode.MANDATORY) is Outcome.UNKNOWN
    assert entry.last is not None
    assert entry.last.outcome(Policy.ASYNCOS, Mode.MANDATORY) is Outcome.UNDELIVERABLE


def _null_mx() -> Verdict:
    from fleet.model import Existence, Lookup, MxMeaning, MxStep, Security

    lookup = Lookup("ietf.org", "MX", "192.0.2.53:53", Security.SECURE, Existence.DATA, "NOERROR", "ietf.org")
    return Verdict("ietf.org", AT, (), (MxStep(lookup, MxMeaning.NULL, ()),))


def test_what_ran_in_a_monitor_that_was_killed_runs_no_more() -> None:
    state = fold(
        events.MonitorStarted(AT, "bastion 1"),
        events.Paused(AT),
        PollStarted(AT, "dlv1"),
        events.CheckStarted(AT, IETF),
    )
    assert (state.running, state.paused, state.monitor) == (2, True, "bastion 1")
    state.apply(events.MonitorStarted(after(60), "bastion 2"))
    assert (state.running, state.paused, state.monitor) == (0, False, "bastion 2")
    assert (state.nodes["dlv1"].tried_at, state.checks[IETF].tried_at) == (None, None), "they are due at once"
    state.apply(events.MonitorStopped(after(70), "bastion 2"))
    assert state.monitor == ""


def test_what_was_cancelled_when_a_monitor_ended_is_due_at_once_in_the_next() -> None:
    state = fold(
        PollStarted(AT, "dlv1"),
        events.CheckStarted(AT, IETF),
        events.PollCancelled(after(1), "dlv1"),
        events.CheckCancelled(after(1), IETF),
        events.MonitorStopped(after(1), "bastion 1"),
    )
    assert (state.nodes["dlv1"].tried_at, state.checks[IETF].tried_at) == (None, None)


def test_nothing_is_fresh_without_proof() -> None:
    state = fold(seen(AT, version="15"), PollFailed(after(1), "dlv2", DOWN))
    assert freshness_of_node(state, "dlv1", after(900)) is Freshness.FRESH
    assert freshness_of_node(state, "dlv1", after(901)) is Freshness.STALE
    assert freshness_of_node(state, "dlv1", after(-60)) is Freshness.FRESH  # a clock that was set back
    assert freshness_of_node(state, "dlv2", after(2)) is Freshness.NEVER
    assert freshness_of_node(state, "nobody", AT) is Freshness.NEVER
    assert freshness_of_check(state, IETF, AT) is Freshness.NEVER
    assert age(AT, after(-60)) == timedelta(0)
    assert age(None, AT) is None
    state.apply(events.IntervalChanged(AT, Activity.POLL, 3600))
    assert freshness_of_node(state, "dlv1", after(901)) is Freshness.FRESH


def test_the_nearest_word_on_an_interval_counts() -> None:
    fleet = Fleet("x", {}, {"dlv1": Node("dlv1", "edge", (), Settings())}, {"ietf.org": Destination("ietf.org", 60)})
    state = fold(events.ProfileLoaded(AT, fleet, "x.toml", ""))
    assert (state.poll_seconds("dlv1"), state.check_seconds(IETF)) == (300, 60)
    state.apply(events.IntervalChanged(AT, Activity.CHECK, 90))
    assert (state.poll_seconds("dlv1"), state.check_seconds(IETF)) == (300, 90)
    state.apply(events.IntervalChanged(AT, Activity.CHECK, 30, "ietf.org"))
    assert (state.check_seconds(IETF), state.check_seconds(Target("a.example"))) == (30, 90)


def test_a_new_profile_makes_its_nodes_known_and_forgets_no_other() -> None:
    fleet = Fleet("x", {}, {"dlv9": Node("dlv9", "edge", (), Settings())})
    state = fold(seen(AT, version="15"), events.ProfileLoaded(after(1), fleet, "x.toml", ""))
    assert set(state.nodes) == {"dlv1", "dlv9"}
    assert state.nodes["dlv9"].observation is None
    assert state.nodes["dlv1"].observation is not None


def test_an_act_lasts_until_it_is_taken_back() -> None:
    silenced = OperatorActed(AT, "ada", Act.SILENCED, "DNS401 node dlv1", "maintenance", after(3600))
    state = fold(silenced)
    assert state.acts == {"DNS401 node dlv1": silenced}
    state.apply(OperatorActed(after(1), "ada", Act.RELEASED, "DNS401 node dlv1"))
    assert state.acts == {}


def test_rings_are_bounded() -> None:
    state = State()
    verdict = Verdict("ietf.org", AT, (), ())
    for number in range(LOG_LINES + 10):
        state.apply(PollFailed(after(number), "dlv1", DOWN))
        state.apply(events.CheckFinished(after(number), IETF, verdict))
    assert len(state.log) == LOG_LINES
    assert len(state.nodes["dlv1"].marks) == 60
    assert len(state.checks[IETF].marks) == 32
    assert state.nodes["dlv1"].marks[-1].at == after(LOG_LINES + 9)


def test_the_targets_of_a_domain_are_found_by_it() -> None:
    here, there = IETF, Target("ietf.org", "dlv1", ("192.0.2.53",))
    state = fold(events.CheckStarted(AT, here), events.CheckStarted(AT, there), events.CheckStarted(AT, Target("a.b")))
    assert [entry.target for entry in state.checks_of("ietf.org")] == [here, there]
    assert state.checks_of("none.example") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Target("a.b", "x"), Target("a.b", "y")),
        (Target("a.b", "x", ("1", "2")), Target("a.b", "x", ("1",))),
        (Target("a.b", "1 x"), Target("a.b", "x", ("1",))),
        (Target("a.b", "x"), Target("a", "x")),
    ],
)
def test_no_two_targets_share_a_key(one: Target, other: Target) -> None:
    assert one.key != other.key
