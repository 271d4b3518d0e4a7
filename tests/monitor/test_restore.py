"""State = fold(checkpoint, events after it) = fold(all events), through a real file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from anything import anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.errors import Failure, FailureKind
from fleet.history import HistoryReader, Retention, open_history, tend, without_secrets
from fleet.model import Existence, Lookup, MxMeaning, MxStep, Security, Step, Verdict
from fleet.model import event as events
from fleet.model.event import CheckFinished, Event, NodeObserved, PollFailed, Target
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.monitor import State, restore, restore_in_slices
from fleet.monitor.restore import checkpoint, freeze

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
Script = list[Event | None]


TARGETS = st.sampled_from([Target("a.example"), Target("a.example", "dlv1"), Target("b.example")])
NODES = st.sampled_from(["dlv1", "dlv2"])
OBSERVATIONS = st.builds(replace, anything(Observation), node=NODES)
TIMES = anything(datetime)
DENSE = st.one_of(
    st.builds(events.PollStarted, TIMES, NODES),
    st.builds(events.NodeObserved, TIMES, OBSERVATIONS),
    st.builds(events.PollFailed, TIMES, NODES, anything(Failure)),
    st.builds(events.CheckStarted, TIMES, TARGETS),
    st.builds(events.StepSeen, TIMES, TARGETS, anything(Step)),
    st.builds(events.CheckFinished, TIMES, TARGETS, anything(Verdict)),
    st.builds(events.CheckFailed, TIMES, TARGETS, anything(Failure)),
    st.builds(events.CheckCancelled, TIMES, TARGETS),
    st.builds(events.OperatorActed, TIMES, NODES, anything(events.Act), NODES),
)


def scripts() -> st.SearchStrategy[Script]:
    """Events, and None where a checkpoint is written; any at all, or such as replace each other."""
    return st.lists(anything(Event) | st.none(), max_size=10) | st.lists(DENSE | st.none(), max_size=25)


@given(scripts())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_checkpoint_and_what_came_after_is_what_all_events_come_to(script: Script) -> None:
    state = State()
    with TemporaryDirectory() as folder, open_history(Path(folder) / "h.sqlite", leased=True) as history:
        through = 0
        for event in script:
            if event is None:
                history.save_checkpoint(through, checkpoint(freeze(state)))
            else:
                through = history.append(event)
                state.apply(without_secrets(event))
        restored = restore(history)
    assert restored.whole
    assert restored.through == through
    assert restored.state == state


@given(scripts())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_retention_changes_nothing_of_what_is_known(script: Script) -> None:
    state = State()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        with open_history(path, leased=True) as history:
            through = 0
            for event in script:
                if event is not None:
                    through = history.append(event)
                    state.apply(without_secrets(event))
            history.save_checkpoint(through, checkpoint(freeze(state)))
        tend(path, Retention(days=0, events=0), datetime(2100, 1, 1, tzinfo=UTC), pause=0)
        with HistoryReader.open(path) as reader:
            assert restore(reader).state == state


def test_a_list_can_be_shown_before_the_verdicts_are_read(tmp_path: Path) -> None:
    state = State()
    with open_history(tmp_path / "h.sqlite", leased=True) as history:
        for number in range(300):
            target = Target(f"d{number}.example")
            event = CheckFinished(AT, target, Verdict(target.domain, AT, (), ()))
            state.apply(event)
            through = history.append(event)
        history.save_checkpoint(through, checkpoint(freeze(state)))
        slices = restore_in_slices(history)
        first = next(slices)
        assert not first.whole
        assert len(first.state.checks) == 300
        entry = first.state.checks[Target("d7.example")]
        assert (entry.verdict, entry.finished_at, len(entry.marks)) == (None, AT, 1)
        *between, last = slices
        assert len(between) >= 2
        assert last.whole
        assert last.state == state


def test_a_checkpoint_that_cannot_be_read_costs_time_only(tmp_path: Path) -> None:
    with open_history(tmp_path / "h.sqlite", leased=True) as history:
        event = PollFailed(AT, "dlv1", Failure(FailureKind.TIMEOUT, "no answer"))
        through = history.append(event)
        history.save_checkpoint(through - 1, {"format": 99})
        history.save_checkpoint(through, {"format": 1, "nodes": "none"})
        restored = restore(history)
    assert restored.state.nodes["dlv1"].failures == 1


def test_a_value_that_only_an_old_poll_saw_outlives_retention(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    state = State()

    def seen(day: int, version: str | None) -> NodeObserved:
        at = AT + timedelta(days=day)
        sight = Sight.SEEN if version else Sight.UNPARSED
        return NodeObserved(at, Observation("dlv1", at, Settings(version=version), (Unit("version", sight),)))

    with open_history(path, leased=True) as history:
        for event in [seen(0, "15.0.0-104"), *(seen(day, None) for day in range(1, 90))]:
            state.apply(event)
            through = history.append(event)
        history.save_checkpoint(through, checkpoint(freeze(state)))
    tended = tend(path, Retention(days=30), AT + timedelta(days=90), pause=0)
    assert tended.deleted == 59
    with HistoryReader.open(path) as reader:
        known = restore(reader).state.nodes["dlv1"].known
    assert known is not None
    assert known.settings.version == "15.0.0-104"


def test_a_step_of_a_check_that_nobody_saw_begin_makes_no_target_known(tmp_path: Path) -> None:
    """Its row goes with the verdict: what it had changed would be missing after a restart."""
    seen, state = Target("a.example", "dlv1"), State()
    lookup = Lookup("a.example", "MX", "192.0.2.53:53", Security.SECURE, Existence.DATA, "NOERROR", "a.example")
    with open_history(tmp_path / "h.sqlite", leased=True) as history:
        for event in (
            events.StepSeen(AT, seen, MxStep(lookup, MxMeaning.NULL, ())),
            events.CheckStarted(AT, Target("a.example")),
            events.CheckFinished(AT, seen, Verdict("a.example", AT, (), ())),
        ):
            history.append(event)
            state.apply(event)
        assert restore(history).state == state
