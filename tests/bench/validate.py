"""How long ``fleet validate`` takes from the shell, and how much memory, for a thousand nodes and for ten thousand.

    .venv/bin/python tests/bench/validate.py

Every run is a cold process, interpreter start included, with compiled modules as after the first run of an installed
program.  Two kinds of profile: one in which nodes inherit everything, and one in which every tenth node declares
something of its own.  Prints the median wall time, the median processor time (what remains of it on a machine that does
other work too), the highest peak memory, and how the processor time grows from a thousand nodes to ten thousand.
Wanted: at most 0.5 s and 100 MB for the thousand nodes, and no more than ten times the time for ten times the nodes.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 7
WANTED_SECONDS = 0.5
WANTED_MEGABYTES = 100
DESTINATIONS = 500
SIZES = (1_000, 10_000)


def profile(nodes: int, own: bool) -> str:
    """A fleet of two tiers, half its nodes in each, with destination controls for half of the destinations."""
    lines = [
        "[fleet]",
        'name = "bench"',
        'own_domains = ["example.com"]',
        'platform = "asyncos"',
        'version = "15.0.0-104"',
        "resolvers = [",
        '  { address = "10.0.0.53", kind = "validates" },',
        '  { address = "10.0.0.54", kind = "validates" },',
        "]",
        "[fleet.bounce_profiles]",
        'Default = "72h"',
        "[fleet.destination_controls.default]",
        'tls = "preferred"',
        'dane = "none"',
        'bounce_profile = "Default"',
        "[tiers.scan]",
        'delivers_to = ["delivery", "inside"]',
        'receives_from = ["internet", "inside"]',
        "[tiers.scan.smtp_routes]",
        'ALL = ["10.128.0.0", "10.128.0.2"]',
        '"example.com" = "[mail.example.com]"',
        "[tiers.delivery]",
        'delivers_to = ["internet"]',
        'receives_from = ["scan"]',
        'outbound_certificate = "delivery.example.com"',
        "[tiers.delivery.smtp_routes]",
        '"partner.example" = "USEDNS"',
        "[tiers.delivery.listeners.outgoing]",
        "public = false",
        'policies = { RELAYED = "RELAY", BLOCKED = "REJECT" }',
        "sender_groups = [",
        '  { name = "RELAYLIST", members = ["10.0.0.0/9"], policy = "RELAYED" },',
        '  { name = "ALL", members = ["ALL"], policy = "BLOCKED" },',
        "]",
    ]
    for number in range(0, DESTINATIONS, 2):
        lines += [f'[tiers.delivery.destination_controls."d{number}.example.net"]', 'dane = "opportunistic"']
    for number in range(DESTINATIONS):
        lines += [f'[destinations."d{number}.example.net"]', 'every = "1h"', f"recipients_per_day = {number}"]
    for number in range(nodes):
        tier, network = ("scan", 0) if number % 2 else ("delivery", 128)
        address = f"10.{network + number // 65536}.{number // 256 % 256}.{number % 256}"
        lines += [f"[nodes.gw{number}]", f'tier = "{tier}"', f'addresses = ["{address}"]']
        lines += [f'ssh.host_key = "SHA256:{number:043d}"']
        if own and number % 10 == 0:
            lines += [f'version = "15.0.{number % 7}"']
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Run:
    """One cold run: seconds on the wall and of the processor, megabytes at most, exit code."""

    wall: float
    processor: float
    megabytes: float
    code: int


def measured(path: Path, compiled: Path) -> Run:
    """One cold run."""
    command = [str(Path(sys.executable).with_name("fleet")), "validate", str(path), "--format", "concise"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    return Run(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "compiled"
        for own in (False, True):
            medians = []
            for nodes in SIZES:
                path = Path(folder) / f"{nodes}.toml"
                path.write_text(profile(nodes, own), encoding="utf-8")
                measured(path, compiled)
                runs = [measured(path, compiled) for _ in range(ROUNDS)]
                medians.append(statistics.median(run.processor for run in runs))
                print(
                    f"{nodes:,} nodes, {DESTINATIONS} destinations, {path.stat().st_size // 1024} KB"
                    f"{', a tenth with settings of their own' if own else ''}: "
                    f"{statistics.median(run.wall for run in runs):.3f} s (processor {medians[-1]:.3f} s), "
                    f"{max(run.megabytes for run in runs):.0f} MB, exit {runs[0].code}"
                )
            print(f"  ten times the nodes: {medians[1] / medians[0]:.1f} times the time")
    print(f"wanted for {SIZES[0]:,} nodes: at most {WANTED_SECONDS} s and {WANTED_MEGABYTES} MB")


if __name__ == "__main__":
    main()
