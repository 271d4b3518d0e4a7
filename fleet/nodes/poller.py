"""The fleet's poller: every node in its rhythm, many at once, none in the way of another.

``round`` asks a set of nodes once; ``run`` goes on for ever.  What a node last showed stays when a poll fails, with its
age: a ``Standing`` holds the last observation and the last good one.

May import ``fleet.model``, ``fleet.clock``, ``fleet.errors`` and this package.
"""

import asyncio
import heapq
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from fleet.clock import WallClock, monotonic, now
from fleet.model.fleet import Node
from fleet.model.observation import Observation
from fleet.nodes.backoff import Backoff
from fleet.nodes.dial import Dialer
from fleet.nodes.limits import Limits
from fleet.nodes.openfiles import room_for
from fleet.nodes.poll import Kept, poll_node

Report = Callable[[Observation], None]
"""Told each observation as it comes."""


def _done(again: "asyncio.Queue[str]", name: str, _task: object) -> None:
    again.put_nowait(name)


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one node.

    ``last``: the latest observation; ``good``: the latest without a failure, whose facts hold on with their age
    (``good.at``).  ``failures``: how many polls in a row have failed; ``wait``: seconds until it is asked again.
    """

    node: Node
    last: Observation | None = None
    good: Observation | None = None
    failures: int = 0
    wait: float = 0.0


class Poller:
    """Polls ``nodes``.  One per process; ``async with`` it, or close it.

    ``document``: ask every appliance for its XML configuration, not only those whose profile says so.  ``late`` counts
    polls of ``run`` that began more than half an interval late.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        *,
        limits: Limits | None = None,
        backoff: Backoff | None = None,
        environment: Mapping[str, str] | None = None,
        document: bool = False,
        clock: WallClock = now,
        chance: random.Random | None = None,
    ) -> None:
        limits = limits or Limits()
        self.limits = replace(limits, polls=room_for(limits.polls))
        self.dialer = Dialer(self.limits, environment)
        self.late = 0
        self._backoff = backoff or Backoff()
        self._document = document
        self._clock = clock
        self._chance = chance or random.Random()
        self._kept = Kept()
        self._places = asyncio.Semaphore(self.limits.polls)
        self._standings = {node.name: Standing(node) for node in nodes}
        self._running: dict[str, asyncio.Task[Observation]] = {}

    async def __aenter__(self) -> "Poller":
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop what runs and close every connection."""
        running = [*self._running.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._kept.close()
        await self.dialer.close()

    @property
    def standings(self) -> Mapping[str, Standing]:
        """How it stands with every node, by name."""
        return self._standings

    async def round(self, names: Iterable[str] | None = None, report: Report | None = None) -> tuple[Observation, ...]:
        """Ask the nodes of these ``names`` (None: all) once, whatever they are waiting for; in the order of names.

        Every node gets an observation, also one that fails.  Nodes that failed before begin last: they may hang.
        """
        wanted = [*self._standings] if names is None else [*names]
        order = sorted(wanted, key=lambda name: self._standings[name].failures)
        tasks = {name: self._start(name, report) for name in order}
        try:
            await asyncio.wait(tasks.values()) if tasks else None
        except asyncio.CancelledError:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            raise
        return tuple(tasks[name].result() for name in wanted)

    async def run(self, report: Report | None = None) -> None:
        """Ask every node at its interval until cancelled."""
        began = monotonic()
        queue = [(began + self._backoff.first(self._chance), name) for name in self._standings]
        heapq.heapify(queue)
        again: asyncio.Queue[str] = asyncio.Queue()
        try:
            while True:
                moment = queue[0][0] if queue else None
                try:
                    async with asyncio.timeout(None if moment is None else max(0.0, moment - monotonic())):
                        name = await again.get()
                except TimeoutError:
                    due, name = heapq.heappop(queue)
                    self.late += monotonic() - due > self._backoff.interval / 2
                    self._start(name, report).add_done_callback(partial(_done, again, name))
                else:
                    heapq.heappush(queue, (monotonic() + self._standings[name].wait, name))
        finally:
            running = [*self._running.values()]
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _start(self, name: str, report: Report | None) -> asyncio.Task[Observation]:
        """A poll of the node, or the one that is under way: never two at a time."""
        task = self._running.get(name)
        if task is None:
            task = asyncio.create_task(self._poll(name, report), name=f"poll {name}")
            self._running[name] = task
            task.add_done_callback(lambda _task: self._running.pop(name, None))
        return task

    async def _poll(self, name: str, report: Report | None) -> Observation:
        standing = self._standings[name]
        async with self._places:
            seen = await poll_node(
                standing.node,
                self.dialer,
                kept=self._kept,
                document=self._document or standing.node.ssh.showconfig,
                clock=self._clock,
            )
        if seen.failure is None:
            wait = self._backoff.after_success(self._chance)
            self._standings[name] = Standing(standing.node, seen, seen, 0, wait)
        else:
            before = standing.wait if standing.failures else 0.0
            wait = self._backoff.after_failure(seen.failure, before, self._chance)
            self._standings[name] = Standing(standing.node, seen, standing.good, standing.failures + 1, wait)
        if report is not None:
            report(seen)
        return seen
