"""`fleet serve` for an hour while its world falls apart: nodes, resolvers and mail servers of the lab fail at random.

    python tests/bench/serve_chaos.py [--seconds 3600] [--seed 1] [--pace 1]

One process runs what `fleet serve` runs: polls, checks, alerts to a webhook that fails too, history, metrics that are
scraped all the time.  The lab and its nodes are children.  Prints a line of figures a minute and a JSON object at the
end: memory, tasks and file descriptors once everything was seen, and at the end after everything was mended; how memory
grew in the second half; how full the rings are that State has a bound for; whether the metrics agree with State.  Exits
with 1 where they do not, or where something grew.

Memory is what is the process's own (``Anonymous``): pages of a library count once somebody uses them, and again for all
who do.  It grows to begin with: caches and rings fill (``--pace`` fills them sooner).  ``blocks`` are Python's, exact
to the object, so what is kept by every event or scrape shows within a minute.
"""

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import random
import sys
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "alerts"))

from prometheus_client.parser import text_string_to_metric_families

from fleet.faces.cli.heap import one_heap
from fleet.faces.export.prometheus import exposition
from fleet.faces.live.demo import TROUBLES, DemoFleet, demo_fleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.service import Outlets, Service
from fleet.lab.nodes.faults import Fault
from fleet.model.finding import Edit
from fleet.monitor import Freshness, Limits, State, freshness_of_check, freshness_of_node
from fleet.monitor.changes import KEPT
from fleet.monitor.checks import RING as CHECK_RING
from fleet.monitor.nodes import RING as NODE_RING
from fleet.monitor.queues import RING as QUEUE_RING
from fleet.monitor.state import LOG_LINES
from fleet.profile import read_profile
from fleet.views.board import outlook
from fleet.views.board.outlook import telling_check

POLL_SECONDS, CHECK_SECONDS = 5, 5
BLOCKS = 20_000
"""Python's blocks that the last quarter may have more than the third: what is known of a world in flames goes up and
down by half of it."""
LONG, MEGABYTES = 600, 0.5
"""Seconds from which memory must have come to rest, and what it may still grow then."""
EXTRA = """
[alerts]
repeat = "1m"
gather = "2s"
[alerts.conditions.mail-stopped]
checks = 1
good_checks = 1
[alerts.conditions.node-silent]
checks = 1
for = "0s"
good_checks = 1
[[alerts.targets]]
name = "webhook"
secret_url = "env:FLEET_CHAOS_URL"
"""


@dataclass
class Figures:
    """What one look at our own process shows."""

    seconds: float
    own: float
    allocated: float
    rss: float
    blocks: int
    tasks: int
    descriptors: int
    disk: float


class Looks:
    """The looks so far, in numbers only: a list of objects would grow faster than what it looks at."""

    def __init__(self) -> None:
        self.columns = {one.name: array("d") for one in fields(Figures)}

    def add(self, figures: Figures) -> None:
        for name, column in self.columns.items():
            column.append(getattr(figures, name))

    def growth(self, name: str) -> float:
        """How much more there is in the last quarter than in the third: between their smallest: the rest is work."""
        column = self.columns[name]
        quarter = len(column) // 4
        return min(column[-quarter:]) - min(column[-2 * quarter : -quarter]) if quarter else 0.0

    def most(self, name: str) -> int:
        return int(max(self.columns[name], default=0))


@dataclass
class Account:
    """What happened."""

    looks: Looks = field(default_factory=Looks)
    faults: int = 0
    scrapes: int = 0
    posted: int = 0
    refused: int = 0


class _Mallinfo(ctypes.Structure):
    """See mallinfo2(3)."""

    _fields_ = tuple((f"number{at}", ctypes.c_size_t) for at in range(10))


def allocated() -> float:
    """Megabytes the C library has given out and not got back: the rest is holes.  0 where it does not say."""
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        return 0.0
    ask.restype = _Mallinfo
    found = ask()
    return float(found.number7 + found.number4) / 2**20  # uordblks, hblkhd


def look(began: float, folder: Path) -> Figures:
    sizes = dict(line.split(":") for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    own, rss = (int(sizes[name].split()[0]) / 1024 for name in ("Anonymous", "Rss"))
    return Figures(
        round(time.monotonic() - began, 1),
        round(own, 2),
        round(allocated(), 2),
        round(rss, 2),
        sys.getallocatedblocks(),
        len(asyncio.all_tasks()),
        len(os.listdir("/proc/self/fd")),
        round(sum(one.stat().st_size for one in folder.iterdir()) / 2**20, 1),
    )


async def chaos(demo: DemoFleet, dice: random.Random, account: Account, pace: float) -> None:
    """Until cancelled: something fails, or everything of one kind is mended."""
    addresses = [one for row in demo.lab.destinations for some in row.addresses.values() for one in some]
    resolvers = list(demo.lab.resolvers.values())

    def node() -> None:
        demo.nodes.fault(dice.choice(list(demo.nodes.doors)), str(dice.choice(list(Fault))))

    def resolver() -> None:
        order: dict[str, object] = {"fault": dice.choice(["drop", "servfail", "delay"])}
        order |= {"milliseconds": dice.choice([50, 500, 3000])} if order["fault"] == "delay" else {}
        demo.lab.fault(**order, resolver=dice.choice(resolvers))

    def server() -> None:
        kind = dice.choice(["timeout", "reset", "drip", "none"])
        demo.lab.fault(fault="smtp", address=dice.choice(addresses), kind=kind)

    def mend() -> None:
        demo.lab.fault(fault="clear")
        for name in demo.nodes.doors:
            demo.nodes.fault(name, "none")

    while True:
        await asyncio.sleep(dice.uniform(0.2, 2.0) / pace)
        happens: Callable[[], None] = dice.choices([node, resolver, server, mend], [5, 3, 6, 2])[0]
        await asyncio.to_thread(happens)
        account.faults += 1


@contextlib.asynccontextmanager
async def webhook(dice: random.Random, account: Account) -> AsyncIterator[None]:
    """Takes messages, refuses some, and leaves some senders waiting."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            account.posted += 1
            fails = dice.random() < 0.3
            account.refused += fails
            await asyncio.sleep(dice.choice([0, 0, 0, 6]))
            writer.write(
                f"HTTP/1.1 {503 if fails else 200} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    os.environ["FLEET_CHAOS_URL"] = f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield
    finally:
        server.close()


async def scrape(port: int, account: Account) -> None:
    """As several Prometheus servers do, one of which never reads its answer."""
    while True:
        await asyncio.sleep(1)
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            if account.scrapes % 5:
                await reader.read()
            writer.close()
            account.scrapes += 1


def settled(engine: LiveEngine) -> bool:
    """Whether everything is known, fresh and worked out."""
    state, now = engine.state, engine.wall()
    nodes = [state.nodes.get(name) for name in engine.profile.fleet.nodes]
    checks = [state.checks.get(target) for target in engine.watched.targets]
    return (
        all(one is not None and one.failure is None and one.observation is not None for one in nodes)
        and all(one is not None and one.verdict is not None and one.failure is None for one in checks)
        and all(freshness_of_node(state, name, now) is Freshness.FRESH for name in engine.profile.fleet.nodes)
        and engine.judging.validation is not None
        and not outlook(engine.picture()).behind
    )


async def until(what: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:  # noqa: ASYNC110 - looks from outside
        await asyncio.sleep(0.25)
    return what()


def disagreements(engine: LiveEngine, body: bytes, at: datetime) -> list[str]:
    """Where the metrics made ``at`` a moment say something else than State, looked at by hand.

    *Up* is what answered at the last try and within three intervals: State holds the first, the clock says the second.
    """
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    state, seen, wrong = engine.state, outlook(engine.picture()), []

    def same(name: str, labels: dict[str, str], number: float) -> None:
        numbers = [value for has, value in found.get(name, {}).items() if frozenset(labels.items()) <= has]
        if numbers != [number]:
            wrong.append(f"{name} {labels}: {numbers}, State says {number}")

    for name in engine.profile.fleet.nodes:
        entry = state.nodes[name]
        fresh = freshness_of_node(state, name, at)
        same("fleet_node_up", {"node": name}, float(entry.failure is None and fresh is Freshness.FRESH))
        for freshness in Freshness:
            same("fleet_node_state", {"node": name, "state": str(freshness)}, float(freshness is fresh))
        same("fleet_node_seen_timestamp_seconds", {"node": name}, entry.seen_at.timestamp() if entry.seen_at else 0.0)
        same("fleet_node_polls_total", {"node": name}, entry.polls)
        same("fleet_node_failures_in_a_row", {"node": name}, entry.failures)
    for domain in engine.profile.fleet.destinations:
        fate = seen.fate(domain)
        check = telling_check(state, domain, fate)
        assert fate is not None
        assert check is not None
        same("fleet_destination_checks_total", {"destination": domain}, check.checks)
        finished = check.finished_at.timestamp() if check.finished_at else 0.0
        same("fleet_destination_checked_timestamp_seconds", {"destination": domain}, finished)
        fresh = freshness_of_check(state, check.target, at)
        for way, core in zip(seen.ways, fate.cores, strict=True):
            if str(core.outcome) == "held":
                tier = way.group.tier.name
                same("fleet_destination_mail_stopped", {"destination": domain, "tier": tier}, 1.0)
                same("fleet_destination_outcome", {"destination": domain, "tier": tier, "outcome": "held"}, 1.0)
        same("fleet_destination_up", {"destination": domain}, float(check.failure is None and fresh is Freshness.FRESH))
    same("fleet_monitor_events_total", {}, state.events)
    return wrong


def grown(first: Figures, last: Figures) -> bool:
    """Whether there are more tasks or descriptors than what is running at any moment explains."""
    return last.tasks > first.tasks + 5 or last.descriptors > first.descriptors + 10


def left() -> list[str]:
    """Tasks besides this one."""
    return [one.get_name() for one in asyncio.all_tasks() if one is not asyncio.current_task()]


def rings(state: State) -> dict[str, str]:
    """How full what has a bound is: memory grows until all of it is."""
    entries = [(len(one.marks), NODE_RING) for one in state.nodes.values()]
    checks = [(len(one.marks), CHECK_RING) for one in state.checks.values()]
    levels = [(len(series.levels), QUEUE_RING) for one in state.queues.values() for series in one.series]
    found = {
        "lines of the log": [(len(state.log), LOG_LINES)],
        "changes": [(len(state.changes), KEPT)],
        "polls of nodes": entries,
        "checks of targets": checks,
        "looks at queues": levels,
    }
    return {name: f"{sum(n for n, _ in some)} of {sum(most for _, most in some)}" for name, some in found.items()}


async def run(demo: DemoFleet, folder: Path, seconds: float, seed: int, pace: float) -> dict[str, Any]:
    dice, account, began = random.Random(seed), Account(), time.monotonic()
    said: list[str] = []
    limits = Limits(poll_seconds=20, check_seconds=20)
    every = max(1, round(POLL_SECONDS / pace))
    engine = LiveEngine(ProfileFile(demo.profile), demo.reach, folder / "h.sqlite", limits=limits, poll_seconds=every)
    service = Service(engine, Outlets(("127.0.0.1", 0), folder / "fleet.prom", lambda _: None), said.append)
    async with webhook(dice, account):
        working = asyncio.ensure_future(service.run())
        assert await until(lambda: engine.engine is not None and bool(engine.watched.targets), 20), said
        calm = await until(lambda: settled(engine), 60)
        scraping = asyncio.ensure_future(scrape(service.port, account))
        calmest = []
        for _ in range(10):
            await asyncio.sleep(0.2)
            calmest.append(look(began, folder))
        first = min(calmest, key=lambda one: one.tasks)  # a burst of work now would hide what is left over later
        happening = asyncio.ensure_future(chaos(demo, dice, account, pace))
        end = time.monotonic() + seconds
        while time.monotonic() < end and not working.done():
            await asyncio.sleep(1)
            now = look(began, folder)
            account.looks.add(now)
            if len(account.looks.columns["seconds"]) % 60 == 0:
                print(now, f"faults {account.faults}", f"events {engine.state.events}", flush=True)
        happening.cancel()
        await asyncio.to_thread(demo.lab.fault, fault="clear")
        for name in demo.nodes.doors:
            await asyncio.to_thread(demo.nodes.fault, name, "none")
        mended = await until(lambda: settled(engine), 90)
        scraping.cancel()
        await until(lambda: not grown(first, look(began, folder)), 15)  # senders that wait, connections given up
        last = look(began, folder)
        at = engine.wall()
        families = service.metrics()  # at once: nothing may happen before State is looked at
        wrong = disagreements(engine, exposition(families)[0], at)
        ended = time.monotonic()
        working.cancel()
        await asyncio.wait([working], timeout=5)
        ended = time.monotonic() - ended
        await until(lambda: not left(), 7)  # our own webhook, which keeps senders waiting
    states = engine.alerting.courier.states
    return {
        "seconds": seconds,
        "settled before": calm,
        "settled after": mended,
        "faults": account.faults,
        "scrapes": account.scrapes,
        "events": engine.state.events,
        "alerts told": engine.alerting.told,
        "webhook": {"posted": account.posted, "refused": account.refused},
        "first": vars(first),
        "last": vars(last),
        "most tasks": account.looks.most("tasks"),
        "most descriptors": account.looks.most("descriptors"),
        "growth of the last quarter": {
            "own MB": round(account.looks.growth("own"), 2),
            "allocated MB": round(account.looks.growth("allocated"), 2),
            "blocks": account.looks.growth("blocks"),
        },
        "rings": rings(engine.state),
        "disagreements": wrong,
        "internal errors": engine.engine.faults if engine.engine is not None else None,
        "trouble": engine.trouble,
        "ended after": round(ended, 2),
        "targets": len(states),
        "left": left(),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=1.0, help="how many times as often things fail and are asked for")
    given = parser.parse_args()
    one_heap()  # as fleet serve does
    often = [
        Edit(("destinations", name, "every"), f"{max(1, round(CHECK_SECONDS / given.pace))}s")
        for name in read_profile(_shipped(), "demo").fleet.destinations  # type: ignore[union-attr]
    ]
    others = [one for one in TROUBLES if one.path[:1] != ("destinations",)]
    with demo_fleet((*others, *often), EXTRA) as demo, tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(run(demo, Path(folder), given.seconds, given.seed, given.pace))
    print(json.dumps(figures, indent=1))
    wrong = grown(Figures(**figures["first"]), Figures(**figures["last"])) or figures["disagreements"]
    wrong = wrong or not figures["settled after"] or figures["left"]
    more = figures["growth of the last quarter"]
    return int(bool(wrong or more["blocks"] > BLOCKS or (given.seconds >= LONG and more["own MB"] > MEGABYTES)))


def _shipped() -> str:
    from fleet.faces.live.demo import shipped

    return shipped()


if __name__ == "__main__":
    sys.exit(main())
