"""The engine: does at its time what it was given as functions, and turns whatever comes of it into events.

One asyncio loop.  Per subject (a node, a target) one run at a time; per activity a limit of runs at a time; what is due
beyond it waits in line, what an operator asks for goes first.  An exception of a given function is a failed event:
nothing that a poll, a check or a subscriber does ends the engine.

May import ``fleet.model``, ``fleet.clock``, ``fleet.errors`` and the modules of this room.  What the functions do
inside (SSH, DNS, SMTP) it does not know.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from fleet import clock
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Step, Verdict
from fleet.model.event import (
    Activity,
    CheckCancelled,
    CheckFailed,
    CheckFinished,
    CheckStarted,
    Event,
    IntervalChanged,
    NodeObserved,
    Paused,
    PollCancelled,
    PollFailed,
    PollStarted,
    Resumed,
    StepSeen,
    Target,
)
from fleet.model.observation import Observation
from fleet.monitor.schedule import Backoff, Deadlines, jittered
from fleet.monitor.state import State

T = TypeVar("T")
Publish = Callable[[Event], None]
Subject = str | Target
"""What is worked on: a node by its name, or a target."""


class Poll(Protocol):
    """Asks one node.  A failure of the world is in the Observation, or a RemoteError."""

    def __call__(self, node: str, publish: Publish, /) -> Awaitable[Observation]:
        """``publish`` takes the ``CommandSent`` events of the poll as they happen."""


class Check(Protocol):
    """Checks one target."""

    def __call__(self, target: Target, on_step: Callable[[Step], None], /) -> Awaitable[Verdict]:
        """``on_step`` takes each step as it is seen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Runs at a time, and seconds after which a run is given up that does not end by itself."""

    polls: int = 32
    checks: int = 32
    poll_seconds: float = 300.0
    check_seconds: float = 300.0


@dataclass(slots=True, eq=False)
class _Lane:
    """All runs of one activity."""

    limit: int
    patience: float
    line: deque["_Job"] = field(default_factory=deque)
    running: int = 0


@dataclass(slots=True, eq=False)
class _Job:
    """One subject of one activity.  ``scheduled``: it comes again; else it was asked for once."""

    activity: Activity
    subject: Subject
    scheduled: bool = True
    task: asyncio.Task[None] | None = None
    waits: bool = False
    due: float | None = None
    started: float | None = None
    backoff: float = 0.0


_COARSE = 0.02
"""Seconds within which deadlines are met together: one waking of the loop for many."""
_LAST_WORDS = 0.5
"""Seconds that cancelled runs have for closing their connections when the engine stops."""


class Engine:
    """Schedules polls and checks.

    ``publish`` takes every event; ``state`` is the State it folds them into.  ``wall``, ``monotonic``, ``sleep``
    and ``chance`` are given by tests that run a day in a second.
    """

    def __init__(
        self,
        publish: Publish,
        state: State,
        *,
        poll: Poll,
        check: Check,
        limits: Limits = Limits(),
        backoff: Backoff = Backoff(),  # noqa: B008 - frozen
        wall: clock.WallClock = clock.now,
        monotonic: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self._publish, self._state = publish, state
        self._poll, self._check = poll, check
        self._backoff, self._chance = backoff, chance or random.Random()
        self._wall, self._monotonic, self._sleep = wall, monotonic, sleep
        self._lanes = {
            Activity.POLL: _Lane(limits.polls, limits.poll_seconds),
            Activity.CHECK: _Lane(limits.checks, limits.check_seconds),
        }
        self._jobs: dict[tuple[Activity, Subject], _Job] = {}
        self._deadlines: Deadlines[tuple[Activity, Subject]] = Deadlines()
        self._awake = asyncio.Event()
        self._sleeps_until = float("inf")
        self.faults = 0
        """Exceptions of given functions and of ``publish`` so far."""

    # What an operator or a face asks for.  All of it returns at once; what comes of it are events.

    def schedule(self, nodes: Iterable[str], targets: Iterable[Target]) -> None:
        """From now on poll these nodes and check these targets, and no others.

        When each is due follows from State: an interval after the last try, now where that is past or never was.
        """
        wanted: dict[tuple[Activity, Subject], datetime | None] = {}
        for node in nodes:
            entry = self._state.nodes.get(node)
            wanted[Activity.POLL, node] = entry.tried_at if entry else None
        for target in targets:
            check = self._state.checks.get(target)
            wanted[Activity.CHECK, target] = check.tried_at if check else None
        for key in [key for key in self._jobs if key not in wanted]:
            self._deadlines.drop(key)
            self._jobs[key].scheduled = False
            self._forget_if_idle(self._jobs[key])
        for key, tried_at in wanted.items():
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = _Job(*key)
                since = (self._wall() - tried_at).total_seconds() if tried_at else float("inf")
                wait = jittered(self._interval(job), self._chance) - max(since, 0.0)
                self._set_due(job, self._monotonic() + max(wait, 0.0))
            elif not job.scheduled:
                job.scheduled = True
                if job.task is None and not job.waits:
                    self._set_due(job, self._monotonic())

    def poll(self, nodes: Iterable[str]) -> int:
        """Poll these nodes now, before all others, whatever their backoff and also while paused.

        How many polls that adds; a node that is being polled already is not polled twice.
        """
        return sum([self._ask_for(Activity.POLL, node) for node in nodes])

    def check(self, targets: Iterable[Target]) -> int:
        """Check these targets now, as ``poll`` does with nodes; they need not be scheduled."""
        return sum([self._ask_for(Activity.CHECK, target) for target in targets])

    def cancel(self, subjects: Iterable[Subject]) -> int:
        """End what runs or waits in line for these nodes and targets; how many runs that ends."""
        ended = 0
        for subject in subjects:
            job = self._jobs.get((Activity.CHECK if isinstance(subject, Target) else Activity.POLL, subject))
            if job is not None and job.task is not None:
                job.task.cancel()
                ended += 1
            elif job is not None and job.waits:
                job.waits = False
                self._lanes[job.activity].line.remove(job)
                self._again(job)
                ended += 1
        return ended

    def pause(self) -> None:
        """Start nothing more by schedule; what runs ends."""
        if not self._state.paused:
            self._tell(Paused(self._wall()))

    def resume(self) -> None:
        """Go on by schedule."""
        if self._state.paused:
            self._tell(Resumed(self._wall()))
            self._awake.set()

    def set_interval(self, activity: Activity, seconds: int, subject: str = "") -> None:
        """From now on every ``seconds``: for one node or domain, or for all.  Runs not yet due move accordingly."""
        if seconds < 1:
            raise ValueError("an interval is at least a second")
        self._tell(IntervalChanged(self._wall(), activity, seconds, subject))
        for job in self._jobs.values():
            name = job.subject.domain if isinstance(job.subject, Target) else job.subject
            waits_for_interval = job.scheduled and job.task is None and not job.waits and not job.backoff
            if job.activity is activity and subject in ("", name) and waits_for_interval:
                since = job.started if job.started is not None else self._monotonic()
                self._set_due(job, since + jittered(self._interval(job), self._chance))

    @property
    def running(self) -> int:
        """Runs at the moment."""
        return sum(lane.running for lane in self._lanes.values())

    @property
    def waiting(self) -> int:
        """Runs that are due and wait for others to end."""
        return sum(len(lane.line) for lane in self._lanes.values())

    def next_due(self, subject: Subject) -> datetime | None:
        """When ``subject`` is to be polled or checked next; None while it runs, waits, or is not scheduled."""
        due = self._deadlines.due((Activity.CHECK if isinstance(subject, Target) else Activity.POLL, subject))
        return self._wall() + timedelta(seconds=due - self._monotonic()) if due is not None else None

    # The loop.

    async def run(self) -> None:
        """Work until cancelled; then end what runs, within a second.  Nothing is left running."""
        try:
            while True:
                self._line_up()
                await self._rest()
        finally:
            await self._end()

    def _line_up(self) -> None:
        """What is due gets in line, and who is first starts."""
        horizon = self._monotonic() + _COARSE
        while (popped := self._deadlines.pop(horizon)) is not None:
            key, due = popped
            job = self._jobs[key]
            job.due, job.waits = due, True
            self._lanes[job.activity].line.append(job)
        self._pump()

    async def _rest(self) -> None:
        """Until the next deadline, or until something changes that."""
        first = self._deadlines.first()
        self._sleeps_until = first if first is not None else float("inf")
        self._awake.clear()
        rests: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._awake.wait())]
        if first is not None:
            rests.append(asyncio.ensure_future(self._sleep(max(first - self._monotonic(), _COARSE))))
        try:
            await asyncio.wait(rests, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for rest in rests:
                rest.cancel()

    def _pump(self) -> None:
        """Start who is first in line while there is room."""
        for lane in self._lanes.values():
            while lane.line and lane.running < lane.limit:
                if self._state.paused and lane.line[0].due is not None:
                    break  # those asked for by hand have no due time and stand before all others
                job = lane.line.popleft()
                job.waits, job.started = False, self._monotonic()
                lane.running += 1
                job.task = asyncio.get_running_loop().create_task(self._work(job, lane))

    async def _work(self, job: _Job, lane: _Lane) -> None:
        """One run, from its first event to its last."""
        failure: Failure | None = None
        partial: Observation | None = None
        cancelled = False
        patience = asyncio.timeout(lane.patience)
        try:
            self._tell(self._first_event(job))
            async with patience:
                partial = await self._do(job)
                failure = partial.failure if partial else None
        except asyncio.CancelledError:
            cancelled = True
        except RemoteError as error:
            failure = error.failure
        except Exception as error:  # a fault of ours must not end a monitor of a thousand nodes
            if isinstance(error, TimeoutError) and patience.expired():
                failure = Failure(FailureKind.TIMEOUT, f"gave up: it did not end within {lane.patience:g} seconds")
            else:
                self.faults += 1
                failure = Failure(FailureKind.INTERNAL, f"internal error: {type(error).__name__}: {error}")
        job.task = None
        lane.running -= 1
        self._again(job, failure)
        if cancelled:
            self._tell(self._cancelled_event(job))
        elif failure is not None:
            self._tell(self._failed_event(job, failure, partial))
        self._pump()

    async def _do(self, job: _Job) -> Observation | None:
        """Call the given function and tell its result; an observation that a failure ended comes back."""
        if isinstance(job.subject, Target):
            target = job.subject
            verdict = await self._check(target, lambda step: self._tell(StepSeen(self._wall(), target, step)))
            self._tell(CheckFinished(self._wall(), target, _of(Verdict, verdict)))
            return None
        observation = _of(Observation, await self._poll(job.subject, self._tell))
        if observation.node != job.subject:
            raise ValueError(f"the poll of {job.subject} observed {observation.node}")
        if observation.failure is not None:
            return observation
        self._tell(NodeObserved(self._wall(), observation))
        return None

    def _again(self, job: _Job, failure: Failure | None = None) -> None:
        """When the job comes next."""
        if not job.scheduled:
            self._forget_if_idle(job)
            return
        moment = self._monotonic()
        if failure is not None and job.activity is Activity.POLL:
            job.backoff = self._backoff.after(failure, job.backoff, self._chance)
            self._set_due(job, moment + job.backoff)
            return
        job.backoff = 0.0
        since = job.started if job.started is not None else moment
        self._set_due(job, max(since + jittered(self._interval(job), self._chance), moment))

    async def _end(self) -> None:
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for lane in self._lanes.values():
            for job in lane.line:
                job.waits = False
            lane.line.clear()
            lane.limit = 0
        for task in tasks:
            task.cancel()
        if tasks:
            with contextlib.suppress(asyncio.CancelledError):  # asked to hurry: what is left ends with the loop
                await asyncio.wait(tasks, timeout=_LAST_WORDS)

    # Small parts.

    def _ask_for(self, activity: Activity, subject: Subject) -> bool:
        job = self._jobs.get((activity, subject))
        if job is None:
            job = self._jobs[activity, subject] = _Job(activity, subject, scheduled=False)
        if job.task is not None:
            return False
        lane = self._lanes[activity]
        if job.waits:
            if job.due is None:
                return False
            lane.line.remove(job)
        self._deadlines.drop((activity, subject))
        by_hand = next((place for place, other in enumerate(lane.line) if other.due is not None), len(lane.line))
        job.waits, job.due = True, None
        lane.line.insert(by_hand, job)
        self._pump()
        return True

    def _forget_if_idle(self, job: _Job) -> None:
        if job.task is None and not job.waits:
            self._jobs.pop((job.activity, job.subject), None)

    def _set_due(self, job: _Job, due: float) -> None:
        self._deadlines.put((job.activity, job.subject), due)
        if due < self._sleeps_until:
            self._awake.set()

    def _interval(self, job: _Job) -> int:
        subject = job.subject
        state = self._state
        return state.check_seconds(subject) if isinstance(subject, Target) else state.poll_seconds(subject)

    def _tell(self, event: Event) -> None:
        try:
            self._publish(event)
        except Exception:  # whoever listens has a fault; the work goes on
            self.faults += 1

    def _first_event(self, job: _Job) -> Event:
        now = self._wall()
        due = now - timedelta(seconds=max(self._monotonic() - job.due, 0.0)) if job.due is not None else None
        return (
            CheckStarted(now, job.subject, due)
            if isinstance(job.subject, Target)
            else PollStarted(now, job.subject, due)
        )

    def _failed_event(self, job: _Job, failure: Failure, partial: Observation | None) -> Event:
        """``partial``: what the poll saw before it failed, which counts."""
        now = self._wall()
        if isinstance(job.subject, Target):
            return CheckFailed(now, job.subject, failure)
        if partial is not None and partial.saw_something:
            return NodeObserved(now, partial, self.next_due(job.subject))
        return PollFailed(now, job.subject, failure, self.next_due(job.subject))

    def _cancelled_event(self, job: _Job) -> Event:
        now = self._wall()
        return CheckCancelled(now, job.subject) if isinstance(job.subject, Target) else PollCancelled(now, job.subject)


def _of(kind: type[T], value: object) -> T:
    """``value``, which a given function promised to be a ``kind``."""
    if not isinstance(value, kind):
        raise TypeError(f"a {kind.__name__} was promised, not a {type(value).__name__}")
    return value
