"""What is written is there; what cannot be written is a sentence."""

import errno
import os
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet.errors import Failure, FailureKind
from fleet.history import (
    History,
    HistoryError,
    HistoryReader,
    Lease,
    LeaseHeld,
    Recorder,
    Retention,
    open_history,
    take_lease,
    tend,
)
from fleet.history.database import Trouble, told
from fleet.model import Verdict
from fleet.model import event as events
from fleet.model.event import CheckFinished, HistoryFailed, HistoryResumed, Paused, PollFailed, StepSeen, Target
from fleet.plain import UnknownEvent

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOWN = Failure(FailureKind.TIMEOUT, "no answer within 10 s")
IETF = Target("ietf.org")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "fleet" / "lab.sqlite"


def failed(number: int, node: str = "dlv1") -> PollFailed:
    return PollFailed(AT + timedelta(seconds=number), node, DOWN)


def checked(number: int, target: Target = IETF) -> CheckFinished:
    at = AT + timedelta(seconds=number)
    return CheckFinished(at, target, Verdict(target.domain, at, (), ()))


def test_events_come_back_in_their_order(path: Path) -> None:
    wanted = [failed(1), checked(2), failed(3, "dlv2"), checked(4)]
    with open_history(path, leased=True) as history:
        numbers = [history.append(event) for event in wanted]
        assert numbers == sorted(set(numbers))
    with HistoryReader.open(path) as reader:
        assert [stored.event for stored in reader.after(0)] == wanted
        assert [stored.event for stored in reader.after(numbers[1])] == wanted[2:]
        assert {stored.event for stored in reader.as_of("PollFailed", numbers[-1])} == {wanted[0], wanted[2]}
        assert [stored.event for stored in reader.as_of("CheckFinished", numbers[-1])] == [wanted[3]]
        assert [stored.event for stored in reader.as_of("CheckFinished", numbers[2])] == [wanted[1]]
        assert list(reader.as_of("CheckFinished", numbers[0])) == []
        assert reader.number_at(AT + timedelta(seconds=2)) == numbers[1]
        assert reader.number_at(AT) == 0
        assert [stored.event for stored in reader.latest(["CheckFinished", "PollFailed"], limit=3)] == wanted[:0:-1]
        assert [stored.event for stored in reader.latest(["PollFailed"], subject="dlv1")] == [wanted[0]]
        assert [stored.event for stored in reader.latest(["PollFailed"], before=numbers[2])] == [wanted[0]]


def test_only_its_owner_may_read_it(path: Path) -> None:
    open_history(path, leased=True).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_steps_of_a_check_go_when_its_verdict_has_them(path: Path) -> None:
    other = Target("isc.org")
    with open_history(path, leased=True) as history:
        for target in (IETF, other):
            history.append(events.CheckStarted(AT, target))
            history.append(StepSeen(AT, target, _step()))
        last = history.append(checked(1))
        assert list(history.as_of("StepSeen", last)) == []  # a step is no last known value
        names = [type(stored.event).__name__ for stored in history.after(0)]
        assert names == ["CheckStarted", "CheckStarted", "StepSeen", "CheckFinished"]
        assert history.append(checked(2)) > last


def test_a_check_that_came_to_nothing_keeps_its_steps_when_the_next_one_ends(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.append(events.CheckStarted(AT, IETF), StepSeen(AT, IETF, _step()), events.CheckCancelled(AT, IETF))
        history.append(events.CheckStarted(AT, IETF), StepSeen(AT, IETF, _step()))
        history.append(checked(1))
        names = [type(stored.event).__name__ for stored in history.after(0)]
        assert names == ["CheckStarted", "StepSeen", "CheckCancelled", "CheckStarted", "CheckFinished"]
        assert [stored.number for stored in history.before(3, 2)] == [2, 1]


def _step() -> events.Step:
    from fleet.model import Existence, Lookup, MxMeaning, MxStep, Security

    lookup = Lookup("ietf.org", "MX", "192.0.2.53:53", Security.SECURE, Existence.DATA, "NOERROR", "ietf.org")
    return MxStep(lookup, MxMeaning.NULL, ())


def test_a_row_that_is_damaged_or_of_a_newer_program_is_an_unknown_event(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.append(failed(1))
    with sqlite3.connect(path) as raw:
        for data in (b"\x78\x9c\x00", b"{", b"", b'{"event": "TeaMade", "v": 1}', "text", 5):
            raw.execute("INSERT INTO events (at, name, subject, data) VALUES (0, 'x', x'', ?)", (data,))
    raw.close()
    with HistoryReader.open(path) as reader:
        first, *others = (stored.event for stored in reader.after(0))
    assert first == failed(1)
    assert len(others) == 6
    assert all(isinstance(event, UnknownEvent) for event in others)


KILLED = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from fleet.history import open_history
from fleet.model import Verdict
from fleet.model.event import CheckFinished, Target
at = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
with open_history(Path(sys.argv[1]), leased=True) as history:
    history.tended_elsewhere()
    for number in range(1_000_000):
        target = Target(f"d{number % 7}.example")
        history.append(CheckFinished(at, target, Verdict("x" * number, at, (), ())))
        print(number, flush=True)
"""


@pytest.mark.parametrize("after", [0, 1, 20, 77, 200, 333])
def test_a_process_killed_at_any_moment_loses_at_most_the_event_it_was_writing(path: Path, after: int) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(after + 1):
        child.stdout.readline()
    time.sleep(after % 7 / 3000)
    child.kill()
    said = [after, *(int(line) for line in child.stdout.read().split("\n")[:-1])]
    child.wait()
    child.stdout.close()
    with open_history(path, leased=True) as history:
        assert history.notice is None
        written = [stored.event for stored in history.after(0, 10_000)]
        assert len(written) in (said[-1] + 1, said[-1] + 2)  # it was killed before, or after, it could say so
        assert all(isinstance(event, CheckFinished) for event in written)
        current = {stored.event.target.domain for stored in history.as_of("CheckFinished", history.last_number())}  # type: ignore[union-attr]
        assert current == {f"d{number % 7}.example" for number in range(len(written))}
        history.append(checked(1))


def test_two_processes_write_beside_each_other(path: Path) -> None:
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from fleet.history import open_history
from fleet.model.event import Paused
with open_history(Path(sys.argv[1]), leased=False) as history:
    for _ in range(200):
        history.append(Paused(datetime.now(UTC)))
"""
    open_history(path, leased=True).close()
    children = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    with HistoryReader.open(path) as reader:
        assert reader.count() == 600


def damage(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"this is no database" * 100)


def cut_off(path: Path) -> None:
    with open_history(path, leased=True) as history:
        for number in range(500):
            history.append(failed(number))
    os.truncate(path, 100)


def of_another_program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE notes (text)")
    raw.close()


def newer(path: Path) -> None:
    open_history(path, leased=True).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 99")
    raw.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(damage, "damaged"), (cut_off, "damaged"), (of_another_program, "damaged"), (newer, "newer version")],
)
def test_a_history_that_cannot_be_read_is_set_aside_by_who_holds_the_lease(
    path: Path, spoil: "object", words: str
) -> None:
    spoil(path)  # type: ignore[operator]
    content = path.read_bytes()
    with pytest.raises(HistoryError, match=words):
        open_history(path, leased=False)
    assert path.read_bytes() == content
    with open_history(path, leased=True, clock=lambda: AT) as history:
        assert history.notice is not None
        assert words in history.notice.sentence
        assert "20261123T120000Z" in history.notice.sentence
        history.append(failed(1))
    (aside,) = path.parent.glob("lab.*-20261123T120000Z.sqlite")
    assert aside.read_bytes() == content
    assert aside.name in history.notice.sentence


def test_a_history_that_cannot_be_written_is_a_sentence(tmp_path: Path, path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HistoryError) as caught:
        open_history(blocked / "h.sqlite", leased=True)
    assert "cannot be used" in str(caught.value)
    with pytest.raises(HistoryError, match="no such file"):
        HistoryReader.open(path)


def test_a_read_only_history_can_be_read_and_says_so_when_written(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.append(failed(1))
    read_only = History(path, HistoryReader.open(path)._connection)
    assert [stored.event for stored in read_only.after(0)] == [failed(1)]
    with pytest.raises(HistoryError, match="read-only") as caught:
        read_only.append(failed(2))
    assert caught.value.trouble is Trouble.READ_ONLY
    read_only.close()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_leave_to_write_is_a_sentence_too(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.append(failed(1))
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(HistoryError, match="read-only"):
            open_history(path, leased=True)
        with HistoryReader.open(path) as reader:
            assert reader.count() == 1
    finally:
        path.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.ENOSPC, Trouble.FULL),
        (errno.EDQUOT, Trouble.FULL),
        (errno.EROFS, Trouble.READ_ONLY),
        (errno.EACCES, Trouble.READ_ONLY),
        (errno.EIO, Trouble.UNUSABLE),
    ],
)
def test_what_the_file_system_refuses_has_a_name(path: Path, number: int, trouble: Trouble) -> None:
    with pytest.raises(HistoryError) as caught, told(path):
        raise OSError(number, os.strerror(number))
    assert caught.value.trouble is trouble


class FullDisk:
    """A history on a disk that fills up: SQLite's own limit of pages stands for it."""

    def __init__(self, path: Path) -> None:
        self.history = open_history(path, leased=True)
        self.now = AT

    def fill(self) -> None:
        pages = self.history._connection.execute("PRAGMA page_count").fetchone()[0]
        self.history._connection.execute(f"PRAGMA max_page_count = {pages}")

    def free(self) -> None:
        self.history._connection.execute("PRAGMA max_page_count = 1000000")

    def recorder(self) -> Recorder:
        return Recorder(self.history, clock=lambda: self.now)


def test_what_a_full_disk_refuses_is_written_once_there_is_room(path: Path) -> None:
    disk = FullDisk(path)
    recorder = disk.recorder()
    assert recorder.record(failed(0)) is None
    disk.fill()
    told = [recorder.record(failed(number, "x" * 3000 + str(number))) for number in range(1, 60)]
    (trouble,) = [event for event in told if event is not None]
    assert isinstance(trouble, HistoryFailed)
    assert "disk is full" in trouble.sentence
    assert "goes on" in trouble.sentence
    assert recorder.troubled

    disk.free()
    assert recorder.record(failed(60)) is None  # not tried at every event
    disk.now += timedelta(seconds=11)
    assert recorder.record(failed(61)) == HistoryResumed(disk.now, 0)
    assert [stored.event.at for stored in disk.history.after(0, 100)] == [failed(n).at for n in range(62)]
    assert list(recorder.written)[-1] == disk.history.last_number()
    recorder.close()


def test_what_waits_is_bounded_and_the_loss_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fleet.history.recorder.BACKLOG", 10)
    disk = FullDisk(path)
    recorder = disk.recorder()
    disk.fill()
    for number in range(40):
        recorder.record(failed(number, "x" * 3000 + str(number)))
    assert recorder.troubled
    written = disk.history.count()
    disk.free()
    disk.now -= timedelta(days=1)  # a clock that was set back is no reason to wait a day
    assert recorder.record(failed(40)) == HistoryResumed(disk.now, 41 - written - 10)
    disk.fill()
    again = [recorder.record(failed(number, "x" * 3000 + str(number))) for number in range(41, 49)]
    assert any(isinstance(event, HistoryFailed) for event in again)
    disk.free()
    disk.now -= timedelta(days=1)
    assert recorder.record(failed(49)) == HistoryResumed(disk.now, 0)  # what was lost then is told once
    recorder.close()


def test_a_moment_of_another_writer_costs_no_event(path: Path) -> None:
    now = [AT]
    with open_history(path, leased=True) as history:
        recorder = Recorder(history, clock=lambda: now[0])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        told = recorder.record(failed(1))
        assert time.monotonic() - started < 0.5  # a screen waits for this
        assert isinstance(told, HistoryFailed)
        assert "another program" in told.sentence
        other.execute("COMMIT")
        other.close()
        now[0] += timedelta(seconds=2)
        assert recorder.record(failed(2)) == HistoryResumed(now[0], 0)
        assert [stored.event for stored in history.after(0)] == [failed(1), failed(2)]


def test_one_monitor_holds_the_lease_until_its_process_ends(path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
from fleet.history import take_lease
lease = take_lease(Path(sys.argv[1]))
print(type(lease).__name__, flush=True)
time.sleep(60)
"""
    child = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "Lease\n"
    held = take_lease(path)
    assert isinstance(held, LeaseHeld)
    assert str(child.pid) in held.sentence
    child.kill()
    child.wait()
    child.stdout.close()
    lease = take_lease(path)
    assert isinstance(lease, Lease)
    with lease:
        assert isinstance(take_lease(path), LeaseHeld)
    with take_lease(path) as again:  # type: ignore[union-attr]
        assert isinstance(again, Lease)


def test_retention_deletes_what_was_replaced_and_only_that(path: Path) -> None:
    with open_history(path, leased=True) as history:
        for day in range(100):
            for target in (IETF, Target("isc.org")):
                history.append(checked(day * 86_400, target))
        once = history.append(failed(3 * 86_400, "gone"))
        assert tend(path, Retention(days=30), AT + timedelta(days=100), pause=0).deleted == 0  # no checkpoint yet
        history.save_checkpoint(history.last_number(), {})
        assert tend(path, Retention(days=30), AT + timedelta(days=100), pause=0).deleted == 2 * 69
        left = history.after(0)
        assert len(left) == 2 * 31 + 1
        assert once in [stored.number for stored in left]
        # Before the first event within the limit, the value that counted then is still there.
        assert left[0].event.at == AT + timedelta(days=69)
        assert tend(path, Retention(days=1e4, events=10), AT, pause=0).deleted == 2 * 31 - 10 - 2 + 1
        assert {type(stored.event).__name__ for stored in history.after(0)} == {"CheckFinished", "PollFailed"}


@pytest.mark.parametrize("jump", [45, 4000, -20_000])
def test_a_clock_that_jumps_makes_nothing_old_at_once(path: Path, jump: int) -> None:
    """Before the jump is noticed events are written under it, and housekeeping comes."""
    with open_history(path, leased=True) as history:
        history.tended_elsewhere()
        for hour in range(20 * 24):
            history.append(failed(hour * 3600))
        history.append(failed((20 + jump) * 86_400), failed((20 + jump) * 86_400 + 60))
        history.save_checkpoint(history.last_number(), {})
        for day in (20, 20 + max(jump, 0)):
            assert tend(path, Retention(days=30), AT + timedelta(days=day, hours=1), pause=0).deleted == 0


def test_housekeeping_gives_space_back_while_events_are_written(path: Path) -> None:
    with open_history(path, leased=True) as history:
        history.tended_elsewhere()
        for number in range(2000):
            history.append(failed(number, "x" * 300))
        history.save_checkpoint(history.last_number(), {})
        before = path.with_name(path.name + "-wal").stat().st_size + path.stat().st_size
        thread = threading.Thread(target=tend, args=(path, Retention(days=0), AT + timedelta(days=1)))
        thread.start()
        slowest = 0.0
        for number in range(200):
            started = time.monotonic()
            history.append(failed(number))
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.001)
        thread.join()
        assert history.count() == 201
    assert slowest < 0.5
    assert path.stat().st_size < before / 5


def test_the_log_begins_anew_though_events_never_cease(path: Path) -> None:
    """What is written while the log is folded is left over; were it left at that, all of it would stay in the log."""
    log, ended, written = path.with_name(path.name + "-wal"), threading.Event(), []
    with open_history(path, leased=True) as history:
        history.tended_elsewhere()

        def write() -> None:
            while not ended.wait(0.001):
                written.append(history.append(failed(len(written), f"n{len(written) % 20}")))

        for _ in range(50):
            written.append(history.append(failed(len(written))))
        each = log.stat().st_size / len(written)
        thread = threading.Thread(target=write)
        thread.start()
        for _ in range(8):
            time.sleep(0.05)
            tend(path, Retention(), AT)
        ended.set()
        thread.join()
        assert log.stat().st_size < 0.7 * each * len(written)


def test_a_history_can_be_copied_while_it_is_written(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with open_history(path, leased=True) as history:
        history.append(failed(1))
        history.copy_to(copy)
        history.append(Paused(AT))
    with HistoryReader.open(copy) as reader:
        assert [stored.event for stored in reader.after(0)] == [failed(1)]
