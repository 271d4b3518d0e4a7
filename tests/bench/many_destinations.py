"""A thousand destinations that share a few mail hosts: memory, politeness and time of one run.

    .venv/bin/python tests/bench/many_destinations.py [COUNT]

Every destination is a name below the lab's wildcard domain, so all share one MX address: one SMTP session must speak
for all of them.  Prints peak memory of the checking process, sessions held per address, and checks per second.
"""

import asyncio
import resource
import sys
import time
from collections import Counter

from fleet.dane import SmtpSettings, Walker, validated_resolvers
from fleet.decision import judge_all
from fleet.dnssec.anchors import load_trust_anchors
from fleet.lab import spawn
from fleet.model import Mode, Outcome, Policy
from fleet.network.mapped import MappedNetwork

JOBS = 32


class Counting:
    """A network that counts TCP connections by address."""

    def __init__(self, inner: MappedNetwork) -> None:
        self._inner = inner
        self.name, self.has_udp, self.ask_udp = inner.name, inner.has_udp, inner.ask_udp
        self.opened: Counter[str] = Counter()

    async def open_tcp(self, address: str, port: int, timeout: float) -> object:
        if port == 25:
            self.opened[address] += 1
        return await self._inner.open_tcp(address, port, timeout)


async def run(count: int) -> None:
    """Check them all and print."""
    with spawn() as lab:
        network = Counting(MappedNetwork.load(lab.network))
        anchors = load_trust_anchors(lab.trust_anchor)
        walker = Walker(
            network,  # type: ignore[arg-type]
            validated_resolvers(network, [lab.resolvers["validating"]], anchors),  # type: ignore[arg-type]
            smtp=SmtpSettings(),
        )
        waiting = iter([f"d{number}.wild.lab" for number in range(count)])
        outcomes: Counter[Outcome] = Counter()

        async def worker() -> None:
            for domain in waiting:
                judged = judge_all(await walker.walk(domain))
                outcomes[judged[Policy.ASYNCOS, Mode.OPPORTUNISTIC].outcome] += 1

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(JOBS)))
        wall = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} destinations in {wall:.1f} s ({count / wall:.0f}/s): {dict(outcomes)}")
    print(f"peak memory {peak:.0f} MB (wanted: under 150); SMTP sessions per address: {dict(network.opened)}")


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
