"""Checks per second and CPU per check, beside Postfix's posttls-finger on the same servers, in one run.

    sudo .venv/bin/python tests/bench/beside_posttls_finger.py [ROUNDS]

Needs what tests/peers needs.  Prints absolute figures and ratios; above 1.0x is faster (rate) or dearer (CPU) than the
peer.  posttls-finger believes the resolver's AD bit; we validate.
"""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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

    def line(self, who: str) -> str:
        """Rate and CPU as a line."""
        return f"{who}: {self.checks / self.wall:7.1f} checks/s, CPU {self.cpu / self.checks * 1000:5.2f} ms per check"


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


def one_after_another(costs: list[Cost]) -> Cost:
    """The cost of runs that follow each other."""
    return Cost(sum(c.checks for c in costs), sum(c.wall for c in costs), sum(c.cpu for c in costs), costs[-1].more)


def on_both_cores(internet: Internet, domains: list[str], heat: str, jobs: int) -> Cost:
    """Two processes of ours at a time, half of the destinations each, as xargs has its own side by side."""
    halves = [domains[0::2], domains[1::2]]
    with ThreadPoolExecutor(2) as pool:
        costs = list(pool.map(lambda half: ours(internet, half, heat, jobs), halves))
    longest = max(cost.wall for cost in costs)
    return Cost(len(domains), longest, sum(cost.cpu for cost in costs), costs[0].more)


def main() -> None:
    """Run both and print."""
    if reason := lacking():
        sys.exit(reason)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    chosen = [row.domain for row in DESTINATIONS if row.dane.name in ("VERIFIED", "TLS")]
    domains = chosen * rounds
    with running_internet() as internet:
        peer(internet, chosen, 4)  # the resolver's cache is warm for both
        peers = {processes: peer(internet, domains, processes) for processes in PARALLEL}
        for processes, cost in peers.items():
            print(cost.line(f"posttls-finger xargs -P{processes}"))
        rate = max(cost.checks / cost.wall for cost in peers.values())
        cpu = min(cost.cpu / cost.checks for cost in peers.values())

        def compare(who: str, cost: Cost) -> None:
            ratios = f"rate {cost.checks / cost.wall / rate:.2f}x, CPU {cost.cpu / cost.checks / cpu:.2f}x"
            print(f"{cost.line(who)}{cost.more}: {ratios}")

        for heat in HEATS:
            for jobs in (1, 16):
                each = [chosen] * rounds if heat == "cold" else [domains]
                cost = one_after_another([ours(internet, some, heat, jobs) for some in each])
                compare(f"fleet, {heat}, {jobs:2} at a time", cost)
        compare("fleet, warm, two processes, 16 at a time each", on_both_cores(internet, domains, "warm", 16))


if __name__ == "__main__":
    main()
