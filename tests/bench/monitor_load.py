"""The monitor at full load on a real loop: what State, history and housekeeping leave to a screen.

    .venv/bin/python tests/bench/monitor_load.py [SECONDS] [EVENTS_PER_SECOND] [DESTINATIONS] [NODES]

Publishes checks (real verdicts of the lab) and polls at the given rate while a checkpoint of everything is written
every few seconds, far more often than in life.  Prints the share of a core, the median, 99th percentile and longest gap
of the loop, and how long stopping takes.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from history_size import event, walk

import fleet.monitor.monitor as monitor_module
from fleet.clock import now
from fleet.history import open_history
from fleet.monitor import Monitor, State


async def run(seconds: float, rate: int, destinations: int, nodes: int) -> None:
    """Load it and print."""
    verdict = await walk()
    monitor_module.TEND_SECONDS = 5.0
    gaps: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        monitor = Monitor(State(), open_history(Path(folder) / "h.sqlite", leased=True), wall=now)

        async def measure() -> None:
            while True:
                started = time.perf_counter()
                await asyncio.sleep(0.005)
                gaps.append(time.perf_counter() - started - 0.005)

        tasks = [asyncio.ensure_future(measure()), asyncio.ensure_future(monitor.keep_house())]
        used, started, number = time.process_time(), time.perf_counter(), 0
        while (passed := time.perf_counter() - started) < seconds:
            while number < passed * rate:
                monitor.publish(event(number, verdict, destinations, nodes, 1.0))
                number += 1
            await asyncio.sleep(0.005)
        used = time.process_time() - used
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        stopping = time.perf_counter()
        monitor.close()
        stopping = time.perf_counter() - stopping
    gaps.sort()
    print(f"{number} events in {seconds:g} s, {len(monitor.state.checks)} targets, {len(monitor.state.nodes)} nodes")
    print(f"share of a core: {used / seconds * 100:.0f} %; per event {used / number * 1e6:.0f} us")
    print(
        f"loop gap: median {gaps[len(gaps) // 2] * 1000:.1f} ms, p99 {gaps[int(len(gaps) * 0.99)] * 1000:.1f} ms,"
        f" longest {gaps[-1] * 1000:.0f} ms; stopping takes {stopping * 1000:.0f} ms"
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] + [30, 200, 5000, 1000][len(sys.argv) - 1 :]
    asyncio.run(run(*numbers))
