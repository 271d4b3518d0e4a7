"""What these tests share: one demo fleet, running, and engines over it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fleet.faces.live.demo import DemoFleet, demo_fleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.shown import Shown


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoFleet]:
    with demo_fleet() as running:
        yield running


@pytest.fixture
def live(demo: DemoFleet, tmp_path: Path) -> LiveEngine:
    demo.nodes.fault("dlv1", "none")
    return LiveEngine(ProfileFile(demo.profile), demo.reach, tmp_path / "history.sqlite", poll_seconds=10)


@asynccontextmanager
async def running(engine: Shown) -> AsyncIterator[None]:
    """The engine at work for the length of the block; it ends within a second, or the test fails."""
    task = asyncio.ensure_future(engine.run())  # type: ignore[attr-defined]
    try:
        yield
    finally:
        task.cancel()
        began = asyncio.get_running_loop().time()
        await asyncio.wait([task], timeout=5)
        assert asyncio.get_running_loop().time() - began < 1.5
        assert task.done()


async def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 - a test looks from outside
            await asyncio.sleep(0.05)


def settled(engine: LiveEngine) -> bool:
    """Whether everything was looked at once."""
    state = engine.state
    seen = [entry for entry in state.nodes.values() if entry.observation or entry.failure]
    nodes = len(seen) == len(state.nodes) > 0
    checked = [state.checks.get(target) for target in engine.watched.targets]
    return nodes and bool(checked) and all(entry is not None and entry.verdict for entry in checked)
