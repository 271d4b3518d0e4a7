"""A month of history, 500 destinations and 100 nodes: how long it takes to open, and every question there is to it.

    .venv/bin/python tests/bench/history_month.py [EVENTS] [DESTINATIONS] [NODES] [FOLDER]

What a monitor writes: a check of each destination every 30 minutes, a poll of each node every 5 with two commands, with
verdicts and observations of the size of real ones; then a checkpoint, and four minutes after it.  That is 163,000
events a day.  Retention keeps the last million, so what a monitor has after a month is these (and every last known
value); as many are written (EVENTS: 4900000 for all of a month).  Rows are made by the code that packs events and
written in bulk; only those of the last two hours, which a start reads, say their time in the event too.  Prints medians
and maxima, and seconds of processor beside those of the clock: on a machine that others use, only they compare.

A budget is met where opening is below 1 s and every question below 100 ms, each time; the exit code says so.  The
questions are those that faces ask, in their pages, and longer ones.
"""

import dataclasses
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from verdicts import destination
from watched import observation, profile_text

from fleet.history import HistoryReader, Retention, open_history, tend
from fleet.history.packing import pack_event, subject_bytes
from fleet.model import ContactStep, Verdict
from fleet.model.event import (
    CheckFinished,
    CheckStarted,
    CommandSent,
    Event,
    NodeObserved,
    PollStarted,
    ProfileLoaded,
    Target,
)
from fleet.monitor import State, restore_in_slices
from fleet.monitor.restore import checkpoint, freeze
from fleet.profile import read_profile

END = datetime(2026, 11, 24, tzinfo=UTC)
CHECK, POLL = timedelta(minutes=30), timedelta(minutes=5)
AFTER = timedelta(minutes=4)
"""What has happened since the last checkpoint: a monitor writes one a minute as soon as 250 events came, which is every
third minute here."""
EXACT = timedelta(hours=2)
"""So much of the end says its time in the event, not in its row only."""
MINUTE, EPOCH = timedelta(minutes=1), datetime(2026, 1, 1, tzinfo=UTC)
RUNS = 7

Row = tuple[float, str, bytes, bytes]


def verdict(name: str, dice: random.Random) -> Verdict:
    """A verdict whose certificate chains are as long, and as little compressible, as those outside."""

    def long(step: object) -> object:
        if not isinstance(step, ContactStep):
            return step
        contact = dataclasses.replace(step.contact, chain=(dice.randbytes(1500), dice.randbytes(1300)))
        return dataclasses.replace(step, contact=contact)

    return destination(name, hosts=2).but(long)  # type: ignore[arg-type]


def rows(events: int, destinations: int, nodes: int) -> Iterator[Row]:
    """About ``events`` rows in their order, up to ``END``."""
    dice = random.Random(1)
    text = profile_text([f"d{number}.example" for number in range(destinations)], nodes)
    fleet = read_profile(text, "profile.toml").fleet
    assert fleet is not None
    work: list[tuple[timedelta, timedelta, list[list[Event]]]] = []
    for number in range(destinations):
        target = Target(f"d{number}.example")
        checks = [[CheckStarted(END, target), CheckFinished(END, target, verdict(target.domain, dice))] for _ in "ab"]
        work.append((CHECK, CHECK * number / destinations, checks))
    for number, name in enumerate(list(fleet.nodes)[-nodes:]):
        sent = [CommandSent(END, name, name, command, 40.0, "ok") for command in ("version", "destconfig")]
        poll = [PollStarted(END, name), *sent, NodeObserved(END, observation(fleet, name, END))]
        work.append((POLL, POLL * number / nodes, [poll]))
    packed = [[list(map(row, variant)) for variant in variants] for _, _, variants in work]
    a_minute = sum(len(variants[0]) / (every / MINUTE) for every, _, variants in work)
    at = END - MINUTE * round(events / a_minute)
    yield row(ProfileLoaded(at, fleet, "profile.toml", "ab" * 32))
    while at < END:
        for (every, first, variants), ready in zip(work, packed, strict=True):
            # The one run of this subject that falls into this minute, if any does.
            due = at + (first - (at - EPOCH)) % every
            if due >= at + MINUTE:
                continue
            chosen = dice.randrange(len(variants))
            if END - due < EXACT:
                yield from (row(dated(event, due)) for event in variants[chosen])
            else:
                yield from ((due.timestamp(), name, subject, data) for _, name, subject, data in ready[chosen])
        at += MINUTE


def dated(event: Event, at: datetime) -> Event:
    """``event`` as of ``at``."""
    match event:
        case CheckFinished(verdict=seen):
            return dataclasses.replace(event, at=at, verdict=dataclasses.replace(seen, at=at))
        case NodeObserved(observation=seen):
            return dataclasses.replace(event, at=at, observation=dataclasses.replace(seen, at=at))
    return dataclasses.replace(event, at=at)


def row(event: Event) -> Row:
    """An event as its row."""
    return event.at.timestamp(), type(event).__name__, subject_bytes(event.subject), pack_event(event)


def write(path: Path, made: Iterator[Row]) -> int:
    """Write ``made`` in bulk; how many events there are."""
    open_history(path, leased=True).close()
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("BEGIN")
    raw.executemany("INSERT INTO events (at, name, subject, data) VALUES (?, ?, ?, ?)", made)
    raw.execute("INSERT INTO current SELECT name, subject, max(id) FROM events GROUP BY name, subject")
    raw.execute("COMMIT")
    (count,) = raw.execute("SELECT count(*) FROM events").fetchone()
    raw.close()
    return int(count)


def save_checkpoint(path: Path) -> None:
    """A checkpoint of what was known four minutes before the end; the last hour has every subject more than once."""
    with open_history(path, leased=True) as history:
        number, through, state = history.number_at(END - EXACT), history.number_at(END - AFTER), State()
        for stored in history.as_of("ProfileLoaded", number):
            state.apply(stored.event)
        while number < through:
            for stored in history.after(number, min(500, through - number)):
                state.apply(stored.event)
                number = stored.number
        history.save_checkpoint(through, checkpoint(freeze(state)))


def timed(ask: Callable[[], object]) -> tuple[float, float, float]:
    """Median and maximum of several runs by the clock, and the median of processor time, in milliseconds."""
    took, worked = [], []
    for _ in range(RUNS):
        started, began = time.perf_counter(), time.process_time()
        ask()
        took.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - began) * 1000)
    return statistics.median(took), max(took), statistics.median(worked)


def main(events: int, destinations: int, nodes: int, folder: str) -> int:
    """Build, open, ask."""
    path = Path(folder) / "month.sqlite"
    if not path.exists():
        started = time.perf_counter()
        count = write(path, rows(events, destinations, nodes))
        print(f"{count:,} events written in {time.perf_counter() - started:.0f} s")
        started = time.perf_counter()
        save_checkpoint(path)
        print(f"checkpoint made in {time.perf_counter() - started:.0f} s")
        started = time.perf_counter()
        tended = tend(path, Retention(), END, pause=0.0)
        print(f"retention: {tended.deleted:,} deleted in {time.perf_counter() - started:.0f} s")
    over = []
    with HistoryReader.open(path) as reader:
        print(f"{reader.count():,} events, {path.stat().st_size / 2**20:,.0f} MiB")
    for run in range(3):
        started, began = time.perf_counter(), time.process_time()
        with HistoryReader.open(path) as reader:
            slices = restore_in_slices(reader)
            next(slices)
            first = time.perf_counter() - started
            for restored in slices:  # noqa: B007 - the last one is wanted
                pass
        whole = time.perf_counter() - started
        print(
            f"open {run + 1}: first list {first:.3f} s, whole {whole:.3f} s ({time.process_time() - began:.3f} s of "
            f"processor), {len(restored.state.checks)} destinations"
        )
        over += [f"open: {whole:.3f} s"] if whole >= 1.0 else []
    with HistoryReader.open(path) as reader:
        last, end = reader.last_number(), END
        key, node = Target("d7.example").key, list(restored.state.nodes)[-1]
        questions: dict[str, Callable[[], object]] = {
            "last number": reader.last_number,
            "how many": reader.count,
            "checkpoints (the newest)": lambda: next(reader.checkpoints()),
            "8 events after a number (a page of Events)": lambda: reader.after(last // 2, 8),
            "8 events before a number (a page of Events)": lambda: reader.before(last // 2, 8),
            "200 events after a number (following)": lambda: reader.after(last // 2, 200),
            "last 20 profiles (as of a moment)": lambda: reader.latest(["ProfileLoaded"], limit=20),
            "100 events after a number": lambda: reader.after(last // 2, 100),
            "last 100 verdicts of all": lambda: reader.latest(["CheckFinished"]),
            "last 100 observations of all": lambda: reader.latest(["NodeObserved"]),
            "last 100 lines of everything": lambda: reader.latest(["CheckFinished", "CommandSent", "NodeObserved"]),
            "100 verdicts before the middle": lambda: reader.latest(["CheckFinished"], before=last // 2),
            "last 100 verdicts of one": lambda: reader.latest(["CheckFinished"], subject=key),
            "last 100 commands of one": lambda: reader.latest(["CommandSent"], subject=node),
            "last profile": lambda: reader.latest(["ProfileLoaded"], limit=1),
            "the number at a moment": lambda: reader.number_at(end - timedelta(days=3)),
            "20 verdicts as of a day ago": lambda: some(reader, end - timedelta(days=1)),
            "20 verdicts as of five days ago": lambda: some(reader, end - timedelta(days=5)),
        }
        for words, ask in questions.items():
            median, longest, worked = timed(ask)
            print(f"{words:45} median {median:7.1f} ms, maximum {longest:7.1f} ms, processor {worked:7.1f} ms")
            over += [f"{words}: {longest:.1f} ms"] if longest >= 100 else []
        for words, name in (("verdicts", "CheckFinished"), ("observations", "NodeObserved")):
            started = time.perf_counter()
            found = sum(1 for _ in reader.as_of(name, reader.number_at(end - timedelta(days=1))))
            print(f"all {found} {words} as of a day ago, one by one: {time.perf_counter() - started:.3f} s")
    for words in over:
        print(f"over budget: {words}")
    return 1 if over else 0


def some(reader: HistoryReader, at: datetime) -> int:
    """The first 20 verdicts of what was known at a moment: what is read between two turns of a loop."""
    return sum(1 for _ in islice(reader.as_of("CheckFinished", reader.number_at(at)), 20))


if __name__ == "__main__":
    given = sys.argv[1:4] + ["1000000", "500", "100"][len(sys.argv[1:4]) :]
    with tempfile.TemporaryDirectory() as scratch:
        place = sys.argv[4] if len(sys.argv) > 4 else scratch
        os.makedirs(place, exist_ok=True)
        sys.exit(main(int(given[0]), int(given[1]), int(given[2]), place))
