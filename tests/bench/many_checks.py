"""Our side of a benchmark, run in the lab's namespace: many checks in one process, their cost as one JSON line.

    python many_checks.py ANCHOR RESOLVER warm|cold|empty JOBS < domains

``warm``: zone keys and delegations are known, every answer and every SMTP session is made anew.  ``cold``: nothing is
known when the process begins; name each domain once, and its zone is met for the first time.  ``empty``: every check
starts with a validator that knows nothing, down to the keys of the root.  The cost is this process's alone: user and
system seconds of the checks, servers and the start of Python not counted.
"""

import asyncio
import json
import resource
import sys
import time

from fleet.dane import SmtpSettings, Walker
from fleet.decision import judge_all
from fleet.dnssec.anchors import load_trust_anchors
from fleet.dnssec.client import Client
from fleet.dnssec.limits import Limits
from fleet.dnssec.lookup import ValidatedResolver
from fleet.dnssec.validator import Validator
from fleet.model import Mode, Outcome, Policy
from fleet.network import loop
from fleet.network.host import HostNetwork

UNPACED = SmtpSettings(per_address=1000, new_per_second=1e6, freshness=0, ehlo="bench.dlab")
NOTHING_KEPT = Limits(answer_seconds=0, failure_seconds=0)


def walker(anchor: str, resolver: str) -> Walker:
    """A walker that keeps zone keys but no answers and no sessions."""
    network = HostNetwork()
    validator = Validator(Client(network, resolver), load_trust_anchors(anchor), limits=NOTHING_KEPT)
    return Walker(network, [ValidatedResolver(f"{resolver}:53", validator)], smtp=UNPACED)


async def run(anchor: str, resolver: str, heat: str, jobs: int, domains: list[str]) -> dict[str, float]:
    """Check all domains, ``jobs`` at a time, and measure."""
    shared = walker(anchor, resolver)
    if heat == "warm":
        for domain in dict.fromkeys(domains):
            await shared.walk(domain)
    waiting, latencies, dane = iter(domains), [], 0

    async def worker() -> None:
        nonlocal dane
        for domain in waiting:
            started = time.perf_counter()
            verdict = await (walker(anchor, resolver) if heat == "empty" else shared).walk(domain)
            judged = judge_all(verdict)
            latencies.append(time.perf_counter() - started)
            dane += judged[Policy.POSTFIX, Mode.OPPORTUNISTIC].outcome is Outcome.DANE

    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(jobs)))
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    latencies.sort()
    return {
        "checks": len(domains),
        "dane": dane,
        "wall": wall,
        "cpu": cpu,
        "median": latencies[len(latencies) // 2],
        "memory": after.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    listed = sys.stdin.read().split()
    print(json.dumps(loop.run(run(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), listed), len(listed))))
