"""A history of a month: how large it is, how long it takes to open, to ask and to tend.

    .venv/bin/python tests/bench/history_size.py [EVENTS] [DESTINATIONS] [NODES]

Every event is a check or a poll with the verdict of a real walk of the lab (its certificate chains made as long as
those of the Internet).  Prints bytes per event, the time to the first list and to the whole State, the slowest of the
queries a screen asks, what one append costs, and a round of housekeeping.
"""

import asyncio
import dataclasses
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fleet.dane import SmtpSettings, Walker, validated_resolvers
from fleet.dnssec.anchors import load_trust_anchors
from fleet.history import HistoryReader, Retention, open_history, tend
from fleet.lab import spawn
from fleet.model import ContactStep, Verdict
from fleet.model.event import CheckFinished, CommandSent, Event, NodeObserved, Target
from fleet.model.fleet import Settings
from fleet.model.observation import Evidence, Observation, Sight, Unit
from fleet.monitor import restore_in_slices
from fleet.monitor.restore import checkpoint, freeze
from fleet.network.mapped import MappedNetwork

START = datetime(2026, 10, 24, tzinfo=UTC)


async def walk() -> Verdict:
    """A verdict of the lab whose certificate chain is as long as those outside."""
    with spawn() as lab:
        network = MappedNetwork.load(lab.network)
        anchors = load_trust_anchors(lab.trust_anchor)
        resolvers = validated_resolvers(network, [lab.resolvers["validating"]], anchors)
        verdict = await Walker(network, resolvers, smtp=SmtpSettings()).walk("good.lab")

    def long(step: ContactStep) -> ContactStep:
        contact = dataclasses.replace(step.contact, chain=(os.urandom(1500), os.urandom(1300)))
        return dataclasses.replace(step, contact=contact)

    steps = tuple(long(step) if isinstance(step, ContactStep) else step for step in verdict.steps)
    return dataclasses.replace(verdict, steps=steps)


def event(number: int, verdict: Verdict, destinations: int, nodes: int, gap: float) -> Event:
    """The event of that number: checks, polls and commands in turn."""
    at = START + timedelta(seconds=number * gap)
    name = f"n{number // 4 % nodes}"
    match number % 4:
        case 0:
            evidence = Evidence("version", at, "Version: 15.0.0-104\n" * 20, "0" * 64, "asyncos 15", 12.0)
            units = tuple(Unit(f.name, Sight.SEEN, "", evidence) for f in dataclasses.fields(Settings)[:4])
            return NodeObserved(at, Observation(name, at, Settings(version="15.0.0-104"), units))
        case 1:
            return CommandSent(at, name, f"{name}.example.com", "version", 12.0, "ok")
        case _:
            domain = f"d{(number // 4 * 2 + number % 4 - 2) % destinations}.example"
            target = Target(domain)
            return CheckFinished(at, target, dataclasses.replace(verdict, domain=domain, at=at))


def main(count: int, destinations: int, nodes: int) -> None:
    """Write, read, and print."""
    verdict = asyncio.run(walk())
    gap = 30 * 86_400 / count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.sqlite"
        with open_history(path, leased=True) as history:
            history.tended_elsewhere()
            took = []
            for number in range(count):
                one = event(number, verdict, destinations, nodes, gap)
                started = time.perf_counter()
                history.append(one)
                took.append(time.perf_counter() - started)
                if number == count - 250:
                    *_, restored = restore_in_slices(history)
                    history.save_checkpoint(restored.through, checkpoint(freeze(restored.state)))
                if number % 2000 == 0:
                    tend(path, Retention(days=1e4), START)
            took.sort()
            print(f"append: mean {sum(took) / count * 1e6:.0f} us, p99 {took[int(count * 0.99)] * 1e6:.0f} us")
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"{count} events: {size / 2**20:.0f} MiB, {size / count:.0f} bytes each")

        started = time.perf_counter()
        with HistoryReader.open(path) as reader:
            slices = restore_in_slices(reader)
            next(slices)
            print(f"open: first list after {time.perf_counter() - started:.3f} s", end="")
            longest, before = 0.0, time.perf_counter()
            for restored in slices:  # noqa: B007 - the last one is wanted
                longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
            print(f", whole after {time.perf_counter() - started:.3f} s, longest slice {longest * 1000:.0f} ms")
            assert len(restored.state.checks) == min(destinations, count // 2)
            for words, ask in {
                "last 100 lines of everything": lambda: reader.latest(["CheckFinished", "CommandSent", "NodeObserved"]),
                "last 100 checks of one": lambda: reader.latest(["CheckFinished"], subject=Target("d7.example").key),
                "events after a number": lambda: reader.after(count // 2, 100),
                "how many": reader.count,
            }.items():
                started = time.perf_counter()
                ask()
                print(f"query, {words}: {(time.perf_counter() - started) * 1000:.1f} ms")
        started = time.perf_counter()
        tended = tend(path, Retention(days=15), START + timedelta(days=30))
        print(f"retention of 15 days: {tended.deleted} deleted in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]] + [100_000, 500, 100][len(sys.argv) - 1 :]
    main(*numbers)
