"""Events read back from the history: every one there is, a page at a time, as filtered, and what happens meanwhile."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from conftest import running, settled, until
from watched import verdict_for

from fleet.faces.live import past
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.past import Look
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.recorded import FollowEngine, ReplayEngine
from fleet.faces.live.shown import Shown
from fleet.faces.tui.engine import Deed, Request
from fleet.history import History, open_history
from fleet.model.event import CheckCancelled, CheckFinished, CheckStarted, CommandSent, StepSeen, Target
from fleet.views import Filter, parse_filter
from fleet.views.board import EVENT_FIELDS

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TARGET = Target("good.example")


def wanted(text: str = "") -> Filter:
    found = parse_filter(text, EVENT_FIELDS)
    assert isinstance(found, Filter)
    return found


def command(number: int, at: datetime | None = None) -> CommandSent:
    return CommandSent(
        at or NOW - timedelta(hours=30, seconds=-number), f"dlv{number % 3}", "h", f"show {number}", 1.0, "ok"
    )


@pytest.fixture
def history(tmp_path: Path) -> History:
    return open_history(tmp_path / "history.sqlite", leased=True)


def look_into(history: History, seen: list[int]) -> Look:
    return Look(history.path, lambda: NOW, lambda: seen.append(1))


def words(look: Look | Shown) -> list[str]:
    found = look.past if isinstance(look, Look) else look.picture().past
    return [row.cells[4].text for row in found.rows] if found is not None else []


async def asked(look: Look, text: str = "", deeper: bool = False) -> list[str]:
    look.ask(wanted(text), False, deeper)
    await until(lambda: look.past is not None and not look.past.searches, 20)
    return words(look)


async def test_a_page_is_read_and_another_from_the_last_line_until_there_is_no_more(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAGE", 100)
    history.append(*(command(number) for number in range(250)))
    look = look_into(history, [])
    assert (await asked(look))[:2] == ["show 249: ok", "show 248: ok"]
    assert 100 <= len(words(look)) < 110
    assert look.past is not None
    assert look.past.note == "back to -1d06:02; the last line leads further"
    assert len(await asked(look, deeper=True)) < 210
    found = await asked(look, deeper=True)
    assert found == [f"show {number}: ok" for number in reversed(range(250))]
    assert look.past.note == "all of the history"


async def test_a_filter_finds_the_one_event_of_thousands_and_holds_no_other(history: History) -> None:
    history.append(*(command(number) for number in range(3_000)))
    look = look_into(history, [])
    assert await asked(look, '"show 17: "') == ["show 17: ok"]
    assert len(look._held) == 1
    assert await asked(look, "subject:dlv1 took>10s") == []


async def test_no_look_holds_more_than_it_may_however_much_happens(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAGE", 50)
    monkeypatch.setattr(past, "MOST", 100)
    history.append(*(command(number) for number in range(500)))
    look = look_into(history, [])
    for _ in range(5):
        await asked(look, deeper=True)
    assert len(words(look)) < 110
    assert look.past is not None
    assert look.past.note.endswith("a filter leads further")
    history.append(*(command(number) for number in range(500, 700)))
    await until(lambda: words(look)[:1] == ["show 699: ok"])
    assert len(words(look)) <= 100


async def test_questions_and_dialogues_of_checks_are_found_whether_they_ended_or_not(history: History) -> None:
    verdict = verdict_for("good.example", 0, NOW)
    look = look_into(history, [])
    history.append(CheckStarted(NOW, TARGET), *(StepSeen(NOW, TARGET, step) for step in verdict.steps))
    whole = [one for one in await asked(look) if "check started" not in one]
    assert any(one.startswith("TLSA _25._tcp.") for one in whole)
    assert any(one.startswith("EHLO, STARTTLS") for one in whole)

    history.append(CheckFinished(NOW, TARGET, verdict))
    await until(lambda: any(one.startswith("check done:") for one in words(look)))
    ended = [one for one in words(look) if "check" not in one.split()[0]]
    assert sorted(ended) == sorted(whole), "not twice"

    history.append(CheckStarted(NOW, TARGET), StepSeen(NOW, TARGET, verdict.steps[0]), CheckCancelled(NOW, TARGET))
    again = look_into(history, [])
    asked_in_vain = await asked(again, "kind:dns")
    assert asked_in_vain[0].startswith("MX good.example")
    assert len([one for one in asked_in_vain if one.startswith("MX ")]) == 2


async def test_nobody_looking_is_nothing_read(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "_PATIENCE", 0.1)
    look = look_into(history, [])
    await asked(look)
    await until(lambda: look._task is not None and look._task.done())
    history.append(command(1))
    await asyncio.sleep(0.3)
    assert words(look) == []
    look.ask(wanted(), False)
    await until(lambda: words(look) == ["show 1: ok"])


async def test_a_history_that_is_not_there_is_waited_for(history: History, tmp_path: Path) -> None:
    look = Look(tmp_path / "later.sqlite", lambda: NOW, lambda: None)
    look.ask(wanted(), False)
    await until(lambda: look._task is not None and look._task.done())
    assert look.past is None, "what is in memory is shown meanwhile"
    history.append(command(1))
    history.copy_to(tmp_path / "later.sqlite")
    assert await asked(look) == ["show 1: ok"]


async def test_what_was_today_is_yesterday_after_midnight(history: History) -> None:
    clock = [datetime(2026, 11, 25, 23, 59, tzinfo=UTC)]
    history.append(command(1, clock[0]))
    look = Look(history.path, lambda: clock[0], lambda: None)
    look.ask(wanted(), False)
    times: Callable[[], list[str]] = lambda: [row.cells[0].text for row in look.past.rows] if look.past else []  # noqa: E731
    await until(lambda: times() == ["23:59:00"])
    clock[0] += timedelta(minutes=2)
    await until(lambda: times() == ["-1d23:59"])


async def test_every_engine_with_a_history_lists_it_and_a_replay_not_what_comes_later(live: LiveEngine) -> None:
    async with running(live):
        await until(lambda: settled(live))
        live.look_back(wanted("kind:smtp subject:good.lab"), False)
        await until(lambda: words(live))
        follower = FollowEngine(live.profile, live._history_path)  # type: ignore[arg-type]
        async with running(follower):
            await until(lambda: follower.through)
            follower.look_back(wanted("kind:smtp subject:good.lab"), False)
            await until(lambda: words(follower))
        count = len(live.picture().past.rows)  # type: ignore[union-attr]
        await live.submit(Request(Deed.CHECK, "destinations", ("good.lab",)))
        await until(lambda: live.look_back(wanted("kind:smtp subject:good.lab"), False) or len(words(live)) > count)
        key = live.table("events").rows[0].key
        document = live.document("events", key)
        assert document is not None
        assert f"Time: {datetime.now(UTC):%Y-%m-%d}" in "\n".join(document.lines)
    assert live._history_path is not None
    replayed = ReplayEngine(ProfileFile(live.profile.path), live._history_path, 0.001)
    async with running(replayed):
        await until(lambda: replayed.through)
        replayed.look_back(wanted(), False)
        await until(lambda: words(replayed))
        assert len(words(replayed)) <= 3
