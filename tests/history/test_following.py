"""A history as a stream: of another process, and of the past."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.history import HistoryError, HistoryReader, follow, open_history, replay
from fleet.model.event import Event, Paused, PollStarted, Resumed

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def test_a_follower_sees_what_was_and_then_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    with open_history(path, leased=True) as history:
        first = history.append(PollStarted(AT, "dlv0"))
        history.append(PollStarted(AT, "dlv1"))
        seen: list[Event] = []
        enough = asyncio.Event()

        async def watch() -> None:
            with HistoryReader.open(path) as reader:
                async for stored in follow(reader, first, every=0.01):
                    seen.append(stored.event)  # type: ignore[arg-type]
                    if isinstance(stored.event, Resumed):
                        enough.set()

        watching = asyncio.ensure_future(watch())
        await asyncio.sleep(0.05)
        assert seen == [PollStarted(AT, "dlv1")]
        for number in range(500):
            history.append(PollStarted(AT, f"n{number}"))
        history.append(Resumed(AT))
        await asyncio.wait_for(enough.wait(), 10)
        assert len(seen) == 502
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def test_a_replay_takes_the_time_it_took_divided_by_the_speed(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite"
    happened = [Paused(AT), Resumed(AT + timedelta(seconds=10)), Paused(AT + timedelta(hours=9)), Resumed(AT)]
    with open_history(path, leased=True) as history:
        for event in happened:
            history.append(event)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    assert [stored.event async for stored in replay(path, speed=20, sleep=sleep)] == happened
    assert waits == [0, 0.5, 2, 0]  # a silent night is passed over, a clock that was set back costs nothing
    waits.clear()
    assert len([stored async for stored in replay(path, speed=float("inf"), sleep=sleep)]) == 4
    assert set(waits) == {0}


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
async def test_a_replay_needs_a_speed(tmp_path: Path, speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        await anext(replay(tmp_path / "h.sqlite", speed=speed))


async def test_a_recording_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "h.sqlite").write_text("no database, only a few words of text, but long enough to look at" * 9)
    with pytest.raises(HistoryError, match="damaged"):
        await anext(replay(tmp_path / "h.sqlite"))
    with pytest.raises(HistoryError, match="no such file"):
        await anext(replay(tmp_path / "none.sqlite"))
