"""The running program against the lab: what it shows, what it does when asked, and that nothing ends it."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from conftest import running, settled, until

from fleet.errors import Failure, FailureKind
from fleet.faces.live.demo import DemoFleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.one_round import one_round
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.reach import Reach
from fleet.faces.live.recorded import FollowEngine, ReplayEngine
from fleet.faces.tui.actions import VIEWS, Kind
from fleet.faces.tui.engine import Deed, Request
from fleet.history import HistoryReader, open_history
from fleet.model.event import Act, MonitorStarted, Target
from fleet.nodes.backoff import STUBBORN
from fleet.rules import FAMILIES
from fleet.views import Mark

ACTS = (Deed.CHECK, Deed.POLL, Deed.CANCEL, Deed.ACKNOWLEDGE, Deed.SILENCE, Deed.FASTER, Deed.SLOWER, Deed.INTERVAL)
DEAD = """
[tiers.edge]
delivers_to = ["internet"]
platform = "postfix"
resolvers = [{ address = "192.0.2.56" }]
ssh.user = "fleet"
ssh.agent = false
ssh.key = "KEY"
[nodes.refused]
tier = "edge"
addresses = ["127.0.0.1"]
ssh.port = 9
[nodes.nameless]
tier = "edge"
addresses = ["10.255.255.1"]
ssh.host = "no-such-host.invalid"
[nodes.unreachable]
tier = "edge"
addresses = ["203.0.113.1"]
[destinations."good.lab"]
"""


async def test_the_monitor_waits_longest_after_each_failure_that_only_a_person_ends(live: LiveEngine) -> None:
    async with running(live):
        await until(lambda: live.kind == "live")
        backoff = live.engine._backoff
    longest = {kind for kind in FailureKind if backoff.after(Failure(kind, ""), 0.0, Random(1)) == backoff.longest}
    assert longest == STUBBORN


async def test_the_demo_has_a_finding_of_every_family_and_destinations_of_every_fate(live: LiveEngine) -> None:
    picture = await one_round(live, 60)
    report = picture.validation.report if picture.validation else None
    assert report is not None
    families = {*FAMILIES, "QUEUE"}  # queues are judged beside the rules of a profile
    found = {family for family in families for one in report.findings if one.code.startswith(family)}
    assert found == families
    held = {one.object: one.sentence for one in report.findings if one.code == "QUEUE101"}
    assert set(held) == {"node dlv1 queue dual-stack.lab", "node edge1 queue wrong-key.lab"}
    assert "first bounce in" in held["node edge1 queue wrong-key.lab"]
    marks = {row.cells[1].mark for row in live.table("destinations").rows}
    assert Mark.FAIL in marks
    assert Mark.WARN in marks


async def test_every_view_has_rows_and_every_row_can_be_opened(live: LiveEngine) -> None:
    async with running(live):
        await until(lambda: settled(live))
        await live.judging.judge_now()
        for view in VIEWS:
            rows = live.table(view.id).rows
            assert rows, view.id
            reply = await live.submit(Request(Deed.OPEN, view.id, (rows[0].key,)))
            assert reply.lines, (view.id, rows[0].key, reply)
        assert live.panel("wrong-key.lab") is not None
        assert set(live.names(Kind.NODE)) == {"scan1", "scan2", "dlv1", "dlv2", "edge1"}
        assert live.summary()


async def test_a_row_that_did_not_change_is_the_same_object(live: LiveEngine) -> None:
    async with running(live):
        await until(lambda: settled(live))
        one, two = (live.table("destinations").rows for _ in range(2))
        assert all(row is again for row, again in zip(one, two, strict=True))


async def test_a_check_by_hand_asks_afresh_and_sees_a_mail_server_turn(live: LiveEngine, demo: DemoFleet) -> None:
    address = demo.lab.destination("good.lab").addresses["mail.good.lab"][0]
    async with running(live):
        await until(lambda: settled(live))
        before = {row.key: row.cells[1].text for row in live.table("destinations").rows}["good.lab"]
        demo.lab.fault(fault="smtp", address=address, kind="reset")
        try:
            count = live.state.checks_of("good.lab")[0].checks
            reply = await live.submit(Request(Deed.CHECK, "destinations", ("good.lab",)))
            assert "started" in reply.sentence
            await until(lambda: live.state.checks_of("good.lab")[0].checks > count)
            after = {row.key: row.cells[1].text for row in live.table("destinations").rows}["good.lab"]
            assert after != before
        finally:
            demo.lab.fault(fault="clear")


async def test_a_node_that_fails_is_told_with_its_last_good_facts_and_recovers(
    live: LiveEngine, demo: DemoFleet
) -> None:
    async with running(live):
        await until(lambda: settled(live))
        demo.nodes.fault("dlv1", "reset")
        await live.submit(Request(Deed.POLL, "fleet", ("dlv1",)))
        await until(lambda: live.state.nodes["dlv1"].failure is not None)
        assert live.state.nodes["dlv1"].observation is not None
        assert live.state.nodes["dlv2"].failure is None
        demo.nodes.fault("dlv1", "none")
        await live.submit(Request(Deed.POLL, "fleet", ("dlv1",)))
        await until(lambda: live.state.nodes["dlv1"].failure is None)


@pytest.mark.parametrize(
    ("deed", "view", "targets", "arguments", "sentence"),
    [
        (Deed.CHECK, "fleet", ("dlv1",), (), "checks started"),
        (Deed.CHECK, "fleet", ("scan1",), (), "scan1 sends nothing to the Internet"),
        (Deed.CHECK, "destinations", ("fresh.lab",), (), "started"),
        (Deed.CHECK, "destinations", ("not a domain",), (), "is no destination"),
        (Deed.CHECK, "destinations", (), (), "There is no destination to check"),
        (Deed.POLL, "fleet", ("tier delivery",), (), "2 polls"),
        (Deed.POLL, "destinations", ("good.lab",), (), "good.lab is no node"),
        (Deed.CANCEL, "fleet", ("scan1",), (), "Nothing runs for this."),
        (Deed.ACKNOWLEDGE, "destinations", ("wrong-key.lab",), ("7d", "known"), "Acknowledged until"),
        (Deed.SILENCE, "destinations", ("wrong-key.lab",), ("7d", "known"), "Silenced until"),
        (Deed.ACKNOWLEDGE, "destinations", ("wrong-key.lab",), ("soon", "known"), "Until when?"),
        (Deed.ACKNOWLEDGE, "destinations", ("wrong-key.lab",), ("7d", " "), "A reason is needed"),
        (Deed.FASTER, "fleet", (), (), "every 10 seconds"),
        (Deed.SLOWER, "fleet", (), (), "every 20 seconds"),
        (Deed.INTERVAL, "fleet", (), ("120",), "every 120 seconds"),
        (Deed.INTERVAL, "fleet", (), ("1",), "An interval is 10 to 86,400 seconds, not 1."),
        (Deed.VALIDATE, "findings", (), (), "in 1 profile"),
        (Deed.WHAT_IF, "destinations", (), ("tiers.delivery.destination_controls.default.dane=mandatory",), "what if"),
        (Deed.WHAT_IF, "destinations", (), ("nonsense",), "nonsense"),
        (Deed.EXCERPT, "fleet", ("dlv1",), (), "The profile"),
        (Deed.EXCERPT, "fleet", ("nobody",), (), "does not declare this"),
        (Deed.EVIDENCE, "fleet", ("dlv1",), (), "Evidence"),
        (Deed.EVIDENCE, "destinations", ("good.lab",), (), "Evidence"),
        (Deed.COMMAND, "destinations", ("good.lab",), (), "Commands"),
        (Deed.DIFFERENCES, "fleet", ("dlv2",), (), "dlv2"),
    ],
)
async def test_every_deed_is_done_or_refused_with_a_sentence(
    live: LiveEngine,
    deed: Deed,
    view: str,
    targets: tuple[str, ...],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    async with running(live):
        await until(lambda: settled(live))
        reply = await live.submit(Request(deed, view, targets, arguments))
        assert sentence in reply.sentence


async def test_what_was_silenced_is_known_to_whoever_opens_the_history_next(live: LiveEngine, demo: DemoFleet) -> None:
    async with running(live):
        await until(lambda: settled(live))
        await live.submit(Request(Deed.SILENCE, "destinations", ("wrong-key.lab",), ("7d", "their key rolls")))
        await live.submit(Request(Deed.ACKNOWLEDGE, "destinations", ("good.lab",), ("7d", "seen")))
    history = live._history_path
    again = LiveEngine(ProfileFile(demo.profile), demo.reach, history)
    async with running(again):
        await until(lambda: "destination wrong-key.lab" in again.state.acts)
        assert again.state.acts["destination wrong-key.lab"].reason == "their key rolls"
        assert again.state.acts["destination wrong-key.lab"].act is Act.SILENCED
        assert again.state.acts["destination good.lab"].act is Act.ACKNOWLEDGED
        assert again.state.checks_of("good.lab")[0].verdict is not None


async def test_a_second_monitor_of_a_profile_follows_the_first_and_refuses_to_act(
    live: LiveEngine, demo: DemoFleet
) -> None:
    async with running(live):
        await until(lambda: settled(live))
        second = LiveEngine(ProfileFile(demo.profile), demo.reach, live._history_path)
        async with running(second):
            await until(lambda: second.kind == "follower" and len(second.state.checks) == len(live.state.checks))
            for deed in ACTS:
                reply = await second.submit(Request(deed, "fleet", ("dlv1",), ("7d", "because")))
                assert "another monitor schedules" in reply.sentence.lower()
            assert (await second.submit(Request(Deed.OPEN, "fleet", ("dlv1",)))).lines


async def test_a_service_that_follows_schedules_when_the_other_monitor_has_ended(
    live: LiveEngine, demo: DemoFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.faces.live.live._LEASE_SECONDS", 0.1)
    async with running(live):
        await until(lambda: settled(live))
        second = LiveEngine(ProfileFile(demo.profile), demo.reach, live._history_path, poll_seconds=10)
        following = asyncio.ensure_future(second.run())
        await until(lambda: second.kind == "follower")
    try:
        await until(lambda: second.kind == "live" and second.engine is not None)
        polls = second.state.nodes["dlv2"].polls
        assert polls
        await second.submit(Request(Deed.POLL, "fleet", ("dlv2",)))
        await until(lambda: second.state.nodes["dlv2"].polls > polls)
    finally:
        following.cancel()
        await asyncio.wait([following], timeout=5)


async def test_a_follower_sees_what_happens_and_refuses_to_act(live: LiveEngine, demo: DemoFleet) -> None:
    assert live._history_path is not None
    follower = FollowEngine(ProfileFile(demo.profile), live._history_path)
    async with running(follower):
        await until(lambda: "there is no history" in follower.name)
        async with running(live):
            await until(lambda: settled(live))
            await until(lambda: len(follower.state.checks) == len(live.state.checks))
            for deed in ACTS:
                assert "only follows" in (await follower.submit(Request(deed, "fleet", ("dlv1",)))).sentence


async def test_a_replay_shows_what_was_and_refuses_to_act(live: LiveEngine, demo: DemoFleet) -> None:
    async with running(live):
        await until(lambda: settled(live))
    assert live._history_path is not None
    replayed = ReplayEngine(ProfileFile(demo.profile), live._history_path, float("inf"))
    async with running(replayed):
        await until(lambda: "at its end" in replayed.name)
        assert {row.key for row in replayed.table("destinations").rows} == {
            row.key for row in live.table("destinations").rows
        }
        for deed in ACTS:
            assert "recording" in (await replayed.submit(Request(deed, "fleet", ("dlv1",)))).sentence


async def test_with_everything_dead_it_says_so_per_node_and_ends_at_once(tmp_path: Path) -> None:
    profile = tmp_path / "dead.toml"
    key = tmp_path / "key"
    key.write_text("no key at all")
    profile.write_text(DEAD.replace("KEY", str(key)))
    engine = LiveEngine(ProfileFile(profile), Reach(), tmp_path / "h.sqlite")
    async with running(engine):
        await until(lambda: len(engine.state.nodes) == 3)
        await until(lambda: any(entry.failure for entry in engine.state.nodes.values()))
        assert engine.table("fleet").rows
    for name in ("refused", "nameless", "unreachable"):
        assert engine.state.nodes[name].observation is None


def newer(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.append(MonitorStarted(datetime.now(UTC), "bastion 1"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda path: path.write_bytes(b"this is no database"), "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]) if newer(path) is None else None, "damaged"),
        (newer, "written by a newer version"),
    ],
    ids=["no database", "cut off", "newer"],
)
async def test_a_history_that_cannot_be_used_is_set_aside_and_said(
    live: LiveEngine, spoil: Callable[[Path], object], word: str, tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    spoil(path)
    before = path.read_bytes()
    async with running(live):
        await until(lambda: live.engine is not None)
        await until(lambda: live.table("fleet").rows)
        assert word in live.name
        assert "set aside as history." in live.problem
        (aside,) = (one for one in tmp_path.glob("history.*-2*.sqlite"))  # noqa: ASYNC240 - a test
        assert aside.read_bytes() == before
        await until(lambda: settled(live))
    with HistoryReader.open(path) as reader:
        assert reader.latest(["CheckFinished"])


async def test_an_empty_file_is_a_history_that_begins(live: LiveEngine, tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"")
    async with running(live):
        await until(lambda: settled(live))
        assert ":" not in live.name
        assert len(list(tmp_path.glob("history.*-2*"))) == 0  # noqa: ASYNC240 - a test


async def test_a_history_that_cannot_be_written_is_no_reason_to_stop(demo: DemoFleet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    engine = LiveEngine(ProfileFile(demo.profile), demo.reach, tmp_path / "file" / "h.sqlite")
    async with running(engine):
        await until(lambda: settled(engine))
        assert "nothing is written down" in engine.name


async def test_a_part_that_raises_is_said_and_starts_again(live: LiveEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    async def broken() -> None:
        calls.append(1)
        raise RuntimeError("boom [/] \x1b[31m")

    monkeypatch.setattr(live, "_take_foreign", broken)
    monkeypatch.setattr("fleet.faces.live.live._AGAIN_SECONDS", 0.01)
    async with running(live):
        await until(lambda: len(calls) > 2)
        assert "reading the history failed" in live.name
        assert "\x1b" not in live.name
        await until(lambda: settled(live))


async def test_a_check_and_a_poll_that_raise_end_nothing(live: LiveEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(live.checks, "_walker", broken)
    monkeypatch.setattr("fleet.faces.live.polling.commands_of", broken)
    async with running(live):
        await until(lambda: live.state.nodes and all(one.failure for one in live.state.nodes.values()))
        await until(lambda: live.state.checks and all(one.failure for one in live.state.checks.values()))
        assert "internal error" in str(live.state.nodes["dlv1"].failure)


async def test_a_saved_profile_is_watched_and_judged_at_once(live: LiveEngine, demo: DemoFleet) -> None:
    text = demo.profile.read_text()
    try:
        async with running(live):
            await until(lambda: settled(live))
            demo.profile.write_text(text + '\n[destinations."fresh.lab"]\n')
            await until(lambda: live.state.checks_of("fresh.lab") and live.state.checks_of("fresh.lab")[0].verdict)
            demo.profile.write_text(text + '\n[destinations."fresh.lab"]\nevry = 3\n')
            await until(lambda: any(row.key.startswith("PROFILE005") for row in live.table("findings").rows))
    finally:
        demo.profile.write_text(text)


async def test_targets_follow_what_nodes_really_use(live: LiveEngine, demo: DemoFleet) -> None:
    async with running(live):
        await until(lambda: settled(live))
        entry = live.state.nodes["edge1"]
        assert entry.observation is not None
        resolvers = tuple(replace(one, address="192.0.2.58") for one in entry.observation.settings.resolvers or ())
        seen = replace(entry.observation, settings=replace(entry.observation.settings, resolvers=resolvers))
        live.state.nodes["edge1"] = replace(entry, observation=seen)
        live.reschedule()
        assert Target("good.lab", resolvers=("192.0.2.58",)) in live.watched.targets
        await asyncio.sleep(0)
