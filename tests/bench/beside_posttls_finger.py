"""Checks per second and CPU per check, beside Postfix's posttls-finger on the same servers, in one run.

    sudo .venv/bin/python tests/bench/beside_posttls_finger.py [ROUNDS]

Needs what tests/peers needs.  Prints absolute figures and ratios; above 1.0x is faster (rate) or dearer (CPU) than the
peer.  posttls-finger believes the resolver's AD bit; we validate.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "peers"))

from internet.destinations import DESTINATIONS  # noqa: E402
from internet.nameservers import VALIDATING  # noqa: E402
from internet.world import Internet, lacking, running_internet  # noqa: E402

PARALLEL = (1, 2, 4, 8)
HEATS = ("warm", "cold", "empty")


@dataclass(frozen=True, slots=True)
class Cost:
    """What some checks cost: wall and CPU seconds of the client's processes."""

    checks: int
    wall: float
    cpu: float
    more: str = ""


def peer(internet: Internet, domains: list[str], processes: int) -> Cost:
    """posttls-finger for all of ``domains``, ``processes`` at a time."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    finger = ["posttls-finger", "-c", "-l", "dane", "-L", "summary"]
    internet.namespace.run(["xargs", "-P", str(processes), "-n", "1", *finger], text="\n".join(domains), timeout=600)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(len(domains), wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ours(internet: Internet, domains: list[str], heat: str, jobs: int) -> Cost:
    """What ``many_checks.py`` measured in a process of its own."""
    command = [sys.executable, str(HERE / "many_checks.py"), str(internet.anchor), VALIDATING, heat, str(jobs)]
    found = json.loads(internet.namespace.run(command, text="\n".join(domains), timeout=600))
    more = f", median {found['median'] * 1000:.1f} ms, {found['memory']:.0f} MB"
    return Cost(found["checks"], found["wall"], found["cpu"], more)


def on_both_cores(internet: Internet, domains: list[str], heat: str, jobs: int) -> Cost:
    """Two processes of ours at a time, half of the destinations each, as xargs has its own side by side."""
    halves = [domains[0::2], domains[1::2]]
    with ThreadPoolExecutor(2) as pool:
        costs = list(pool.map(lambda half: ours(internet, half, heat, jobs), halves))
    longest = max(cost.wall for cost in costs)
    return Cost(len(domains), longest, sum(cost.cpu for cost in costs), costs[0].more)


@dataclass(slots=True)
class Runs:
    """One way of checking all destinations, run once a round."""

    name: str
    run: Callable[[], Cost]
    costs: list[Cost] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Checks per second of the median round."""
        return statistics.median(cost.checks / cost.wall for cost in self.costs)

    @property
    def cpu(self) -> float:
        """CPU seconds per check of the median round."""
        return statistics.median(cost.cpu / cost.checks for cost in self.costs)

    def line(self) -> str:
        """Medians as a line."""
        return f"{self.name}: {self.rate:7.1f} checks/s, CPU {self.cpu * 1000:5.2f} ms per check{self.costs[-1].more}"


def main() -> None:
    """Run both, each way once in every round, so that a noisy moment meets all of them; print medians."""
    if reason := lacking():
        sys.exit(reason)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    domains = [row.domain for row in DESTINATIONS if row.dane.name in ("VERIFIED", "TLS")]
    with running_internet() as internet:
        peer(internet, domains, 4)  # the resolver's cache is warm for both
        peers = [
            Runs(f"posttls-finger xargs -P{at_once}", partial(peer, internet, domains, at_once)) for at_once in PARALLEL
        ]
        fleets = [
            Runs(f"fleet, {heat}, {jobs:2} at a time", partial(ours, internet, domains, heat, jobs))
            for heat in HEATS
            for jobs in (1, 16)
        ]
        fleets += [
            Runs(f"fleet, {heat}, two processes", partial(on_both_cores, internet, domains, heat, 16))
            for heat in ("warm", "cold")
        ]
        for _ in range(rounds):
            for way in (*peers, *fleets):
                way.costs.append(way.run())
    for way in peers:
        print(way.line())
    rate, cpu = max(way.rate for way in peers), min(way.cpu for way in peers)
    for way in fleets:
        print(f"{way.line()}: rate {way.rate / rate:.2f}x, CPU {way.cpu / cpu:.2f}x")


if __name__ == "__main__":
    main()
