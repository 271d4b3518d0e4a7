"""Monitors in processes of their own: one schedules, the others follow; one that is killed loses next to nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from conftest import running, settled, until

from fleet.faces.live.demo import DemoFleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.tui.engine import Deed, Request
from fleet.history import HistoryReader

BESIDE = Path(__file__).parent / "beside.py"


class Process:
    """A monitor beside us, and what it has said so far."""

    def __init__(self, demo: DemoFleet, history: Path) -> None:
        words = [demo.profile, demo.reach.network, demo.reach.anchors[0], history]
        self.process = subprocess.Popen([sys.executable, BESIDE, *map(str, words)], stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def is_a(self, kind: str) -> bool:
        return f"kind {kind}" in self.lines

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._thread.join(5)


Beside = Callable[[Path], Process]


@pytest.fixture
def beside(demo: DemoFleet) -> Iterator[Beside]:
    started: list[Process] = []

    def start(history: Path) -> Process:
        started.append(Process(demo, history))
        return started[-1]

    demo.nodes.fault("dlv1", "none")
    yield start
    for one in started:
        one.kill()


async def test_who_follows_takes_over_when_the_monitor_that_schedules_is_killed(
    beside: Beside, live: LiveEngine
) -> None:
    assert live._history_path is not None
    first = beside(live._history_path)
    await until(lambda: first.is_a("live"))
    async with running(live):
        await until(lambda: live.kind == "follower" and len(live.state.checks) > 3)
        assert "Another monitor schedules" in (await live.submit(Request(Deed.POLL, "fleet", ("dlv1",)))).sentence
        known = dict(live.state.checks)
        first.kill()
        smallest: list[int] = []
        live.subscribe(lambda: smallest.append(len(live.state.checks)))
        await until(lambda: live.kind == "live", 10)
        await until(lambda: settled(live))
        assert min(smallest) >= len(known), "what was on the screen stayed there"
        assert "started" in (await live.submit(Request(Deed.POLL, "fleet", ("scan1",)))).sentence
        with HistoryReader.open(live._history_path) as reader:
            told = [stored.event.by for stored in reader.latest(["MonitorStarted"])]  # type: ignore[union-attr]
        assert told[0].endswith(f" {os.getpid()}")
        assert told[1].endswith(f" {first.process.pid}")
        second = beside(live._history_path)
        await until(lambda: second.is_a("follower"))
    await until(lambda: second.is_a("live"), 20)


@pytest.mark.parametrize("events", [3, 40, 150])
async def test_killed_at_any_moment_it_loses_at_most_the_event_that_was_being_written(
    beside: Beside, tmp_path: Path, events: int
) -> None:
    history = tmp_path / "history.sqlite"
    monitor = beside(history)
    await until(lambda: sum(line.startswith("begin ") for line in list(monitor.lines)) >= events)
    monitor.kill()
    begun = [line for line in monitor.lines if line.startswith("begin ")]
    with HistoryReader.open(history) as reader:
        kept = Counter(
            f"begin {type(one.event).__name__} {one.event.subject} {one.event.at.timestamp()!r}"  # type: ignore[union-attr]
            for one in reader.after(0, 100_000)
        )
    lost = [line for line in begun if line not in kept and not line.startswith("begin StepSeen ")]
    assert len(begun) >= events
    assert lost in ([], begun[-1:])
    assert lost == [] or monitor.lines[-1] != "end"
