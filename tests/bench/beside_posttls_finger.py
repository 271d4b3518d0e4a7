"""Checks per second and CPU per check, beside Postfix's posttls-finger on the same servers, in one run.

    sudo .venv/bin/python tests/bench/beside_posttls_finger.py [ROUNDS]

Needs what tests/peers needs.  Prints absolute figures and ratios; above 1.0x is faster (rate) or dearer (CPU) than the
peer.  posttls-finger believes the resolver's AD bit; we validate.
"""

import json
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "peers"))

from internet.destinations import DESTINATIONS  # noqa: E402
from internet.nameservers import VALIDATING  # noqa: E402
from internet.world import Internet, lacking, running_internet  # noqa: E402

PARALLEL = (1, 2, 4, 8)
HEATS = ("warm", "cold")


def peer(internet: Internet, domains: list[str], processes: int) -> tuple[float, float]:
    """(wall seconds, CPU seconds) of posttls-finger for all of ``domains``, ``processes`` at a time."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    finger = ["posttls-finger", "-c", "-l", "dane", "-L", "summary"]
    internet.namespace.run(["xargs", "-P", str(processes), "-n", "1", *finger], text="\n".join(domains), timeout=600)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(internet: Internet, domains: list[str], heat: str, jobs: int) -> dict[str, float]:
    """What ``many_checks.py`` measured."""
    command = [sys.executable, str(HERE / "many_checks.py"), str(internet.anchor), VALIDATING, heat, str(jobs)]
    measured: dict[str, float] = json.loads(internet.namespace.run(command, text="\n".join(domains), timeout=600))
    return measured


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
        for processes, (wall, cpu) in peers.items():
            rate, each = len(domains) / wall, cpu / len(domains) * 1000
            print(f"posttls-finger xargs -P{processes}: {rate:7.1f} checks/s, CPU {each:5.2f} ms per check")
        best = min(wall for wall, _ in peers.values())
        dearest = min(cpu for _, cpu in peers.values())
        for heat in HEATS:
            for jobs in (1, 16):
                found = ours(internet, domains, heat, jobs)
                print(
                    f"fleet, {heat}, {jobs:2} at a time:  {found['checks'] / found['wall']:7.1f} checks/s, "
                    f"CPU {found['cpu'] / found['checks'] * 1000:5.2f} ms per check, "
                    f"median {found['median'] * 1000:.1f} ms, {found['memory']:.0f} MB: "
                    f"rate {best / found['wall']:.2f}x, CPU {found['cpu'] / dearest:.2f}x"
                )


if __name__ == "__main__":
    main()
