"""Wall time of one cold check through a 50 ms each-way relay, divided by the round trips it needs at least.

    .venv/bin/python tests/bench/round_trips.py

What has to wait for what, on the lab (TCP handshakes are free there, see ``delay_relay``)::

    MX ──> A, AAAA ──> connect: greeting (1/2), EHLO, STARTTLS ──> handshake (TLS 1.3) ──> certificate
                  └──> TLSA ─────────────────────────────────────┘ (names the SNI)
    DS and DNSKEY of every zone on the way can be asked together with MX, the host's with A.

Least round trips: MX 1, A 1, greeting 1/2, EHLO 1, STARTTLS 1, handshake 1 = 5.5; QUIT is sent, not waited for.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from delay_relay import run_through

from fleet.dane import verify
from fleet.decision import judge_all
from fleet.dnssec.anchors import load_trust_anchors
from fleet.lab import LabHandle, spawn
from fleet.model import Mode, Policy
from fleet.network.mapped import MappedNetwork

EACH_WAY = 0.05
LEAST = 5.5
ROUNDS = 5


async def measure(lab: LabHandle, delayed: Path) -> None:
    """Check ``good.lab`` cold a few times and print."""
    anchors, walls = load_trust_anchors(lab.trust_anchor), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        verdict = await verify(
            "good.lab", MappedNetwork.load(delayed), [lab.resolvers["validating"]], trust_anchors=anchors
        )
        walls.append(time.perf_counter() - started)
        assert judge_all(verdict)[Policy.ASYNCOS, Mode.MANDATORY].outcome == "dane"
        await asyncio.sleep(0.5)
    wall = statistics.median(walls)
    trips = wall / (2 * EACH_WAY)
    print(f"one cold check: {wall:.3f} s = {trips:.1f} round trips of {2 * EACH_WAY * 1000:.0f} ms; least {LEAST}")
    print(f"ratio {trips / LEAST:.2f} (wanted: at most 1.30)")


def main() -> None:
    """Start the lab behind the relay and measure."""
    with spawn() as lab, tempfile.TemporaryDirectory() as folder:
        run_through(lab.network, EACH_WAY, Path(folder), lambda delayed: measure(lab, delayed))


if __name__ == "__main__":
    main()
