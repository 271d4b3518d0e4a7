"""The engine in virtual time: what is done when, what is not done twice, and that nothing ends it."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from virtual import START, VirtualLoop, virtually

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Step, Verdict
from fleet.model import event as events
from fleet.model.event import Activity, CheckFinished, Event, NodeObserved, PollFailed, PollStarted, Target
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.monitor import Backoff, Engine, Limits, State

DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")
LOCKED = Failure(FailureKind.REFUSED, "permission denied")


class Desk:
    """An engine with everything around it: what it publishes, and polls and checks that take a second each."""

    def __init__(self, loop: VirtualLoop, **options: Any) -> None:
        self.loop, self.state, self.told = loop, State(), []
        self.at_once: Counter[object] = Counter()
        self.most: Counter[object] = Counter()
        self.polls: dict[str, Callable[[], Awaitable[Observation]]] = {}
        options = {"poll": self.poll, "check": self.check, "chance": random.Random(1)} | options
        self.engine = Engine(self.publish, self.state, wall=loop.wall, monotonic=loop.time, **options)
        self.task: asyncio.Task[None] | None = None
        self.told: list[Event] = []

    def publish(self, event: Event) -> None:
        self.told.append(event)
        self.state.apply(event)

    async def poll(self, node: str, publish: Callable[[Event], None]) -> Observation:
        with self.counted(node), self.counted(Activity.POLL):
            if node in self.polls:
                return await self.polls[node]()
            await asyncio.sleep(1)
            return Observation(node, self.loop.wall())

    async def check(self, target: Target, on_step: Callable[[Step], None]) -> Verdict:
        with self.counted(target), self.counted(Activity.CHECK):
            await asyncio.sleep(1)
            return Verdict(target.domain, self.loop.wall(), (), ())

    def counted(self, key: object) -> Any:
        desk = self

        class Counted:
            def __enter__(self) -> None:
                desk.at_once[key] += 1
                desk.most[key] = max(desk.most[key], desk.at_once[key])

            def __exit__(self, *_: object) -> None:
                desk.at_once[key] -= 1

        return Counted()

    async def run_for(self, seconds: float) -> None:
        if self.task is None:
            self.task = asyncio.ensure_future(self.engine.run())
        await asyncio.sleep(seconds)

    async def stop(self) -> None:
        assert self.task is not None
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]


async def fails(failure: Failure = DOWN) -> Observation:
    raise RemoteError(failure)


def test_everything_is_done_at_once_and_then_every_interval_more_or_less() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.engine.schedule(["dlv1"], [Target("ietf.org")])
        await desk.run_for(0.5)
        assert {type(event) for event in desk.told} == {PollStarted, events.CheckStarted}
        await desk.run_for(6 * 3600)
        starts = [event.at for event in desk.of(PollStarted)]
        gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(starts)]
        assert all(269 <= gap <= 331 for gap in gaps)
        assert max(gaps) - min(gaps) > 10  # not in step
        assert 10 <= len(desk.of(CheckFinished)) <= 14
        await desk.stop()

    virtually(main)


def test_never_more_at_a_time_than_allowed_and_never_one_subject_twice() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, limits=Limits(polls=4, checks=7))
        nodes = [f"n{number}" for number in range(50)]
        desk.engine.schedule(nodes, [Target(f"d{number}.example") for number in range(50)])
        await desk.run_for(2)
        desk.engine.poll(nodes)
        desk.engine.poll(nodes)
        await desk.run_for(3600)
        assert desk.most[Activity.POLL] == 4
        assert desk.most[Activity.CHECK] == 7
        assert all(most == 1 for key, most in desk.most.items() if not isinstance(key, Activity))
        assert set(desk.state.nodes) == set(nodes)
        await desk.stop()

    virtually(main)


def test_a_node_that_is_being_polled_is_not_polled_twice_by_hand() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.engine.schedule(["dlv1"], [Target("a.example")])
        await desk.run_for(0.5)
        assert desk.engine.running == 2
        assert desk.engine.poll(["dlv1", "dlv1"]) == 0
        assert desk.engine.check([Target("a.example")]) == 0
        assert desk.engine.running == 2
        await desk.run_for(10)
        assert desk.most["dlv1"] == desk.most[Target("a.example")] == 1
        assert len(desk.of(PollStarted)) == 1
        await desk.stop()

    virtually(main)


def test_what_is_asked_for_by_hand_goes_before_what_waits() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, limits=Limits(polls=1))
        desk.engine.schedule([f"n{number}" for number in range(20)], [])
        await desk.run_for(0.1)
        assert desk.engine.poll(["n18", "n19"]) == 2
        assert desk.engine.poll(["n18"]) == 0  # it waits already
        await desk.run_for(2.5)
        assert [event.node for event in desk.of(PollStarted)][1:3] == ["n18", "n19"]
        await desk.run_for(20)
        assert Counter(event.node for event in desk.of(PollStarted)).most_common(1)[0][1] == 1
        await desk.stop()

    virtually(main)


def test_a_node_that_fails_is_tried_ever_more_seldom_and_soon_again_once_it_answers() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, backoff=Backoff(first=5, longest=600))
        desk.polls["dlv1"] = fails
        desk.engine.schedule(["dlv1"], [])
        await desk.run_for(24 * 3600)
        failed = desk.of(PollFailed)
        waits = [(event.retry_at - event.at).total_seconds() for event in failed]
        assert 5 <= waits[0] <= 15
        assert max(waits) <= 600
        assert sum(waits[-20:]) / 20 > 100
        assert len(failed) < 24 * 3600 / 60
        starts = [event.at for event in desk.of(PollStarted)][1:]
        assert all(abs((a - b.retry_at).total_seconds()) < 0.1 for a, b in zip(starts, failed, strict=False))

        entry = desk.state.nodes["dlv1"]
        assert entry.failures == len(failed)
        del desk.polls["dlv1"]
        assert desk.engine.poll(["dlv1"]) == 1  # by hand: whatever the backoff
        await desk.run_for(2)
        entry = desk.state.nodes["dlv1"]
        assert (entry.failure, entry.failures, entry.retry_at) == (None, 0, None)
        due = desk.engine.next_due("dlv1")
        assert due is not None
        assert 265 < (due - loop.wall()).total_seconds() < 331
        await desk.stop()

    virtually(main)


def test_what_a_poll_saw_before_it_failed_counts_and_what_it_saw_nothing_of_stays() -> None:
    version = Unit("version", Sight.SEEN)
    whole = Settings(version="15.0.0-104", root_servers=False)

    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, backoff=Backoff(first=5, longest=600))

        async def all_of_it() -> Observation:
            return Observation("dlv1", loop.wall(), whole, (version, Unit("root_servers", Sight.SEEN)))

        async def a_part() -> Observation:
            return Observation("dlv1", loop.wall(), Settings(version="15.5.0-48"), (version,), DOWN)

        desk.polls["dlv1"] = all_of_it
        desk.engine.schedule(["dlv1"], [])
        await desk.run_for(1)
        desk.polls["dlv1"] = a_part
        desk.engine.poll(["dlv1"])
        await desk.run_for(1)
        entry = desk.state.nodes["dlv1"]
        assert (entry.failure, entry.failures, entry.seen_at) == (DOWN, 1, START)
        assert entry.known is not None
        assert (entry.known.settings.version, entry.known.settings.root_servers) == ("15.5.0-48", False)
        assert entry.retry_at is not None
        assert 5 <= (entry.retry_at - loop.wall()).total_seconds() + 1 <= 16
        assert desk.of(PollFailed) == []
        desk.polls["dlv1"] = fails
        await desk.run_for(30)
        entry = desk.state.nodes["dlv1"]
        assert entry.failures == 1 + len(desk.of(PollFailed)) >= 2
        assert entry.known is not None
        assert entry.known.settings.version == "15.5.0-48"
        await desk.stop()

    virtually(main)


def test_a_poll_by_hand_that_fails_does_not_start_the_backoff_anew() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, backoff=Backoff(first=5, longest=600, locks_out=lambda failure: failure is LOCKED))
        desk.polls["dlv1"] = lambda: fails(LOCKED)
        desk.engine.schedule(["dlv1"], [])
        await desk.run_for(1)
        assert (desk.of(PollFailed)[0].retry_at - desk.of(PollFailed)[0].at).total_seconds() == pytest.approx(600)
        desk.engine.poll(["dlv1"])
        await desk.run_for(1)
        assert len(desk.of(PollFailed)) == 2
        assert (desk.of(PollFailed)[1].retry_at - desk.of(PollFailed)[1].at).total_seconds() == pytest.approx(600)
        await desk.run_for(500)
        assert len(desk.of(PollFailed)) == 2
        await desk.stop()

    virtually(main)


def test_what_runs_and_what_waits_can_be_cancelled() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, limits=Limits(polls=1, checks=1))
        first, second = Target("a.example"), Target("b.example")
        desk.engine.schedule(["dlv1", "dlv2"], [first, second])
        await desk.run_for(0.5)
        running = {event.subject for event in desk.told}
        assert desk.engine.cancel(["dlv1", "dlv2", first, second, "nobody"]) == 4
        await desk.run_for(0.1)
        cancelled = {
            event.subject for event in desk.told if isinstance(event, events.PollCancelled | events.CheckCancelled)
        }
        assert cancelled == running
        assert desk.state.running == desk.engine.running == desk.engine.waiting == 0
        await desk.run_for(3600)
        # What ran and what waited come again at their time.
        assert all(desk.state.nodes[name].polls > 5 for name in ("dlv1", "dlv2"))
        assert all(desk.state.checks[target].checks > 0 for target in (first, second))
        await desk.stop()

    virtually(main)


def test_while_paused_only_what_is_asked_for_runs() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.engine.pause()
        desk.engine.schedule(["dlv1", "dlv2"], [])
        await desk.run_for(3600)
        assert desk.of(PollStarted) == []
        assert desk.engine.poll(["dlv2"]) == 1
        await desk.run_for(5)
        assert [event.node for event in desk.of(NodeObserved)] == ["dlv2"]
        desk.engine.resume()
        await desk.run_for(5)
        assert {event.node for event in desk.of(NodeObserved)} == {"dlv1", "dlv2"}
        await desk.stop()

    virtually(main)


def test_a_new_interval_counts_at_once() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.engine.schedule(["dlv1", "dlv2"], [])
        await desk.run_for(5)
        desk.engine.set_interval(Activity.POLL, 10, "dlv1")
        await desk.run_for(100)
        polls = Counter(event.node for event in desk.of(PollStarted))
        assert polls["dlv1"] >= 9
        assert polls["dlv2"] == 1
        desk.engine.set_interval(Activity.POLL, 20)
        await desk.run_for(100)
        assert Counter(event.node for event in desk.of(PollStarted))["dlv2"] >= 5
        with pytest.raises(ValueError, match="at least a second"):
            desk.engine.set_interval(Activity.POLL, 0)
        await desk.stop()

    virtually(main)


def test_a_shorter_interval_is_no_leave_to_knock_where_a_failure_said_to_wait() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, backoff=Backoff(locks_out=lambda failure: failure is LOCKED))
        desk.polls["dlv1"] = lambda: fails(LOCKED)
        desk.engine.schedule(["dlv1"], [])
        await desk.run_for(5)
        desk.engine.set_interval(Activity.POLL, 10)
        await desk.run_for(500)
        assert len(desk.of(PollFailed)) == 1
        await desk.stop()

    virtually(main)


@pytest.mark.parametrize("spoilt", ["raises", "returns nothing", "never ends", "speaks of another node"])
def test_no_fault_of_a_given_function_ends_the_engine(spoilt: str) -> None:
    async def main(loop: VirtualLoop) -> None:
        async def bad() -> Any:
            if spoilt == "raises":
                raise ZeroDivisionError("1/0")
            if spoilt == "never ends":
                await asyncio.Event().wait()
            return Observation("dlv9", START) if spoilt == "speaks of another node" else None

        desk = Desk(loop, limits=Limits(polls=2, poll_seconds=30))
        desk.polls["dlv1"] = bad
        desk.engine.schedule(["dlv1", "dlv2"], [])
        await desk.run_for(3600)
        entry = desk.state.nodes["dlv1"]
        assert entry.failure is not None
        assert entry.failure.kind is (FailureKind.TIMEOUT if spoilt == "never ends" else FailureKind.INTERNAL)
        assert entry.seen_at is None
        assert desk.state.nodes["dlv2"].polls >= 10
        await desk.stop()

    virtually(main)


def test_a_check_that_raises_is_a_failed_check_and_keeps_the_last_verdict() -> None:
    async def main(loop: VirtualLoop) -> None:
        target = Target("ietf.org")
        desk = Desk(loop)
        broken = False

        async def check(of: Target, on_step: Callable[[Step], None]) -> Verdict:
            if broken:
                raise LookupError("x")
            return Verdict(of.domain, loop.wall(), (), ())

        desk.engine = Engine(desk.publish, desk.state, poll=desk.poll, check=check, wall=loop.wall, monotonic=loop.time)
        desk.engine.schedule([], [target])
        await desk.run_for(10)
        verdict = desk.state.checks[target].verdict
        broken = True
        desk.engine.check([target])
        await desk.run_for(1)
        entry = desk.state.checks[target]
        assert entry.failure is not None
        assert entry.verdict is verdict is not None
        await desk.stop()

    virtually(main)


def test_a_listener_that_raises_does_not_end_the_engine() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)

        def publish(event: Event) -> None:
            desk.publish(event)
            raise RuntimeError("a listener's fault")

        desk.engine = Engine(publish, desk.state, poll=desk.poll, check=desk.check, wall=loop.wall, monotonic=loop.time)
        desk.engine.schedule(["dlv1"], [])
        await desk.run_for(3600)
        assert desk.state.nodes["dlv1"].polls > 9
        assert desk.engine.faults > 20
        await desk.stop()

    virtually(main)


def test_polls_that_take_longer_than_their_interval_are_counted_as_late() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, limits=Limits(polls=1))
        desk.engine.schedule([f"n{number}" for number in range(30)], [])
        desk.engine.set_interval(Activity.POLL, 10)
        await desk.run_for(300)
        assert desk.state.late > 100
        assert sum(entry.late for entry in desk.state.nodes.values()) == desk.state.late
        await desk.stop()

        calm = Desk(loop)
        calm.engine.schedule(["n0"], [])
        await calm.run_for(3600)
        assert calm.state.late == 0
        await calm.stop()

    virtually(main)


def test_after_a_restart_nothing_is_done_before_its_time() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.publish(PollStarted(START - timedelta(seconds=200), "dlv1"))
        desk.publish(NodeObserved(START - timedelta(seconds=199), Observation("dlv1", START)))
        desk.publish(PollStarted(START - timedelta(days=1), "dlv2"))
        desk.publish(NodeObserved(START - timedelta(days=1), Observation("dlv2", START)))
        desk.told.clear()
        desk.engine.schedule(["dlv1", "dlv2"], [])
        await desk.run_for(60)
        assert [event.node for event in desk.of(PollStarted)] == ["dlv2"]
        await desk.run_for(80)
        assert [event.node for event in desk.of(PollStarted)] == ["dlv2", "dlv1"]
        await desk.stop()

    virtually(main)


def test_what_is_no_longer_scheduled_ends_with_the_run_under_way() -> None:
    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop)
        desk.engine.schedule(["dlv1", "dlv2"], [Target("a.example")])
        await desk.run_for(0.5)
        desk.engine.schedule(["dlv2"], [])
        await desk.run_for(4 * 3600)
        assert desk.state.nodes["dlv1"].polls == 1
        assert desk.state.nodes["dlv2"].polls > 40
        assert desk.engine.check([Target("b.example")]) == 1  # asked for once, comes once
        await desk.run_for(4 * 3600)
        assert desk.state.checks[Target("b.example")].checks == 1
        await desk.stop()

    virtually(main)


def test_stopping_leaves_nothing_running_even_what_will_not_stop() -> None:
    async def main(loop: VirtualLoop) -> None:
        async def stubborn() -> Observation:
            while True:
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    if loop.time() > 60:
                        raise

        desk = Desk(loop)
        desk.polls["dlv1"] = stubborn
        desk.engine.schedule(["dlv1", "dlv2"], [Target("a.example")])
        await desk.run_for(0.5)
        before = loop.time()
        await desk.stop()
        assert loop.time() - before < 1
        assert {event.subject for event in desk.of(events.PollCancelled)} == {"dlv2"}
        await asyncio.sleep(100)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert len(others) == 1  # the stubborn one
        for task in others:
            task.cancel()

    virtually(main)


def test_a_day_of_a_large_fleet() -> None:
    """Every node and destination at its time, within the limits; the whole day is in tests/bench/monitor_day.py."""

    async def main(loop: VirtualLoop) -> None:
        desk = Desk(loop, limits=Limits(polls=32, checks=64))
        nodes = [f"n{number}" for number in range(1000)]
        targets = [Target(f"d{number}.example") for number in range(5000)]
        desk.engine.schedule(nodes, targets)
        await desk.run_for(900)
        assert all(desk.state.nodes[node].polls in (3, 4) for node in nodes)
        assert all(desk.state.checks[target].checks == 1 for target in targets)
        assert desk.state.late == 0
        await desk.stop()

    virtually(main)
