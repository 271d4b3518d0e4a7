"""A day of a large fleet in virtual time: what the engine and State cost by themselves.

    .venv/bin/python tests/bench/monitor_day.py [HOURS] [NODES] [DESTINATIONS]

Polls and checks do nothing but wait; one node in ten fails.  Prints runs, events, late ones and CPU seconds, so that
the cost of a monitor that runs for real can be told: CPU seconds per day, divided by 86,400, is its share of a core.
"""

import asyncio
import contextlib
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from virtual import VirtualLoop, virtually

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Step, Verdict
from fleet.model.event import Event, Target
from fleet.model.observation import Observation
from fleet.monitor import Engine, Limits, State

DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")


async def run(loop: VirtualLoop, hours: float, nodes: int, destinations: int) -> None:
    """Simulate and print."""
    state, chance = State(), random.Random(1)

    async def poll(node: str, publish: Callable[[Event], None]) -> Observation:
        await asyncio.sleep(2)
        if node.endswith("7"):
            raise RemoteError(DOWN)
        return Observation(node, loop.wall())

    async def check(target: Target, on_step: Callable[[Step], None]) -> Verdict:
        await asyncio.sleep(3)
        return Verdict(target.domain, loop.wall(), (), ())

    publish: Callable[[Event], object] = state.apply
    engine = Engine(
        lambda event: publish(event) and None,
        state,
        poll=poll,
        check=check,
        limits=Limits(polls=32, checks=64),
        wall=loop.wall,
        monotonic=loop.time,
        chance=chance,
    )
    engine.schedule([f"n{n}" for n in range(nodes)], [Target(f"d{n}.example") for n in range(destinations)])
    started = time.process_time()
    working = asyncio.ensure_future(engine.run())
    await asyncio.sleep(hours * 3600)
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    used = time.process_time() - started
    polls = sum(entry.polls for entry in state.nodes.values())
    checks = sum(entry.checks for entry in state.checks.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{hours:g} h, {nodes} nodes, {destinations} destinations: {polls} polls, {checks} checks, {state.late} late")
    print(
        f"{state.events} events in {used:.1f} CPU s: {used / state.events * 1e6:.0f} us per event, peak {peak:.0f} MiB"
    )
    print(f"share of a core in real time: {used / hours / 36:.2f} %")


if __name__ == "__main__":
    numbers = [float(word) for word in sys.argv[1:]] + [24, 1000, 5000][len(sys.argv) - 1 :]
    virtually(lambda loop: run(loop, numbers[0], int(numbers[1]), int(numbers[2])))
