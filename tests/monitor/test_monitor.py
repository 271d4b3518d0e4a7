"""One door for events: the file, State and everybody who listens are told the same, in the same order."""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from virtual import VirtualLoop, virtually

from fleet.errors import Failure, FailureKind
from fleet.history import HistoryReader, follow, open_history, replay
from fleet.history.database import Trouble
from fleet.model import Step, Verdict
from fleet.model import event as events
from fleet.model.event import CheckFinished, CommandSent, Event, PollFailed, PollStarted, Target
from fleet.model.observation import Observation
from fleet.monitor import Engine, Monitor, State, Touched, restore
from fleet.plain import UnknownEvent

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")


def started(path: Path, **options: object) -> Monitor:
    history = open_history(path, leased=True)
    restored = restore(history)
    return Monitor(restored.state, history, through=restored.through, **options)  # type: ignore[arg-type]


def checked(number: int, domain: str = "ietf.org") -> CheckFinished:
    at = AT + timedelta(seconds=number)
    return CheckFinished(at, Target(domain), Verdict(domain, at, (), ()))


def test_a_monitor_that_is_started_again_knows_what_it_knew(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    monitor = started(path)
    monitor.publish(checked(1))
    monitor.publish(PollFailed(AT, "dlv1", DOWN))
    monitor.publish(PollStarted(AT, "dlv2"))
    before = monitor.state.snapshot()
    assert before.running == 1
    monitor.close()

    again = started(path)
    assert again.state.checks == before.checks
    assert again.state.nodes["dlv1"] == before.nodes["dlv1"]
    assert again.state.running == 0
    again.close()


def test_what_a_command_appends_beside_the_monitor_becomes_known_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    monitor = started(path)
    monitor.publish(PollFailed(AT, "dlv1", DOWN))
    with open_history(path, leased=False) as command:
        command.append(checked(1), checked(2, "isc.org"))
    assert Target("isc.org") not in monitor.state.checks
    monitor.publish(checked(3))  # later in the file, so the later word
    assert monitor.state.checks[Target("ietf.org")].finished_at == AT + timedelta(seconds=3)
    assert Target("isc.org") in monitor.state.checks
    with open_history(path, leased=False) as command:
        command.append(checked(4, "nic.cz"))
    monitor.take_foreign()
    monitor.take_foreign()
    assert monitor.state.checks[Target("nic.cz")].checks == 1
    with HistoryReader.open(path) as reader:
        assert restore(reader).state == monitor.state
    monitor.close()


def test_without_a_history_it_goes_on_and_says_so(tmp_path: Path) -> None:
    monitor = Monitor(State(), None, trouble="the history cannot be written: the disk is full")
    monitor.publish(checked(1))
    assert monitor.state.history_trouble.endswith("disk is full")
    assert Target("ietf.org") in monitor.state.checks
    monitor.close()


def test_a_disk_that_fills_up_while_it_runs_is_told_and_so_is_its_end(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    now = [AT]
    monitor = started(path, wall=lambda: now[0])
    connection = monitor._history._connection  # type: ignore[union-attr]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(100):
        monitor.publish(PollFailed(AT, f"node-{number}" + "x" * 2000, DOWN))
    assert "disk is full" in monitor.state.history_trouble
    assert len(monitor.state.nodes) == 100
    connection.execute("PRAGMA max_page_count = 100000")
    now[0] += timedelta(seconds=30)
    monitor.publish(checked(1))
    assert (monitor.state.history_trouble, monitor.state.history_lost) == ("", 0)
    with HistoryReader.open(path) as reader:
        assert restore(reader).state.nodes == monitor.state.nodes
    monitor.close()


def test_what_waited_for_another_writer_is_written_though_no_event_follows(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    now = [AT]
    monitor = started(path, wall=lambda: now[0])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monitor.publish(checked(1))
        other.execute("ROLLBACK")
    with open_history(path, leased=False) as command:
        command.append(checked(2, "isc.org"))
    monitor.take_foreign()
    assert "another program" in monitor.state.history_trouble, "a second has not passed"
    now[0] += timedelta(seconds=2)
    monitor.take_foreign()  # nothing else happens: whoever kills the monitor now takes nothing away
    assert monitor.state.history_trouble == ""
    with HistoryReader.open(path) as reader:
        assert restore(reader).state.checks == monitor.state.checks
        assert set(monitor.state.checks) == {Target("ietf.org"), Target("isc.org")}
    monitor.close()


def test_a_listener_that_raises_harms_nobody(tmp_path: Path) -> None:
    monitor = Monitor(State(), None)
    heard: list[Event | UnknownEvent] = []

    def bad(event: Event | UnknownEvent, touched: Touched) -> None:
        raise RuntimeError("a widget's fault")

    monitor.listen(bad)
    stop = monitor.listen(lambda event, touched: heard.append(event))
    monitor.publish(checked(1))
    assert heard == [checked(1)]
    assert monitor.faults == 1
    stop()
    monitor.publish(checked(2))
    assert len(heard) == 1


def test_a_secret_reaches_neither_state_nor_listeners() -> None:
    monitor = Monitor(State(), None)
    heard: list[object] = []
    monitor.listen(lambda event, touched: heard.append(event))
    monitor.publish(CommandSent(AT, "dlv1", "esa1", "login password=hunter2", 3.0, "ok"))
    assert "hunter2" not in repr(heard) + repr(monitor.state)
    assert "(masked)" in monitor.state.log[-1].words


async def test_housekeeping_writes_a_checkpoint_that_a_restart_begins_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.monitor.monitor.CHECKPOINT_EVENTS", 10)
    path = tmp_path / "h.sqlite"
    monitor = started(path)
    for number in range(20):
        monitor.publish(checked(number, f"d{number}.example"))
    await monitor.tend()
    monitor.publish(checked(99))
    with HistoryReader.open(path) as reader:
        (saved,) = reader.checkpoints()
        assert saved.through == reader.last_number() - 1
        assert restore(reader).state == monitor.state
    await monitor.tend()  # too little has happened since
    with HistoryReader.open(path) as reader:
        assert len(list(reader.checkpoints())) == 1
    monitor.close()


async def test_a_history_that_is_deleted_while_it_is_written_is_said_once_and_no_other_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "state" / "h.sqlite"
    monitor = started(path)
    await monitor.tend()
    assert monitor.state.history_trouble == ""
    for one in path.parent.iterdir():
        one.unlink()
    path.parent.rmdir()
    await monitor.tend()
    assert "was moved or deleted while it was written" in monitor.state.history_trouble
    events = monitor.state.events
    await monitor.tend()
    assert monitor.state.events == events
    assert not path.parent.exists()
    monitor.close()


async def test_housekeeping_goes_on_while_the_disk_is_full_for_that_may_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.monitor.monitor.CHECKPOINT_EVENTS", 1)
    path = tmp_path / "h.sqlite"
    monitor = started(path)
    folded: list[Path] = []
    monkeypatch.setattr("fleet.monitor.monitor.tend", lambda where, *_: folded.append(where))
    monitor._recorder._trouble = Trouble.FULL  # type: ignore[union-attr]
    await monitor.tend()
    assert folded == [path]
    with HistoryReader.open(path) as reader:
        assert list(reader.checkpoints()) == []  # not of what is not written
    monitor._recorder._trouble = None  # type: ignore[union-attr]
    monitor.close()


def test_a_day_of_failing_and_recovering_nodes_is_the_same_live_followed_replayed_and_restored(tmp_path: Path) -> None:
    """The whole of it, in virtual time: engine, monitor, file, and three ways to see it again."""
    path = tmp_path / "h.sqlite"

    async def main(loop: VirtualLoop) -> State:
        chance = random.Random(7)

        async def poll(node: str, publish: Callable[[Event], None]) -> Observation:
            await asyncio.sleep(chance.uniform(0.1, 5))
            publish(CommandSent(loop.wall(), node, node, "version", 12.0, "ok"))
            if chance.random() < 0.3:
                raise ConnectionResetError("gone")
            return Observation(node, loop.wall())

        async def check(target: Target, on_step: Callable[[Step], None]) -> Verdict:
            await asyncio.sleep(chance.uniform(0.1, 5))
            return Verdict(target.domain, loop.wall(), (), ())

        monitor = started(path, wall=loop.wall)
        options = {"wall": loop.wall, "monotonic": loop.time, "chance": chance}
        engine = Engine(monitor.publish, monitor.state, poll=poll, check=check, **options)  # type: ignore[arg-type]
        engine.schedule([f"n{number}" for number in range(5)], [Target(f"d{number}.example") for number in range(5)])
        working = asyncio.ensure_future(engine.run())
        await asyncio.sleep(12 * 3600)
        engine.cancel(["n1"])
        await asyncio.sleep(12 * 3600)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        monitor.close()
        return monitor.state

    live = virtually(main)
    assert live.events > 2000
    with HistoryReader.open(path) as reader:
        assert restore(reader).state == live

    async def replayed(loop: VirtualLoop) -> State:
        state = State()
        async for stored in replay(path, speed=1000):
            state.apply(stored.event)
        return state

    async def followed(loop: VirtualLoop) -> State:
        state = State()
        with HistoryReader.open(path) as reader:
            async for stored in follow(reader, 0):
                state.apply(stored.event)
                if stored.number == reader.last_number():
                    break
        return state

    assert virtually(replayed) == live
    assert virtually(followed) == live
    assert not [entry for entry in live.nodes.values() if entry.running_since]
    assert isinstance(live.log[-1].at, datetime)
    assert events.MonitorStopped.__name__ == live.log[-1].name
