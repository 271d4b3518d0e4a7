"""Nodes per second and client CPU per node, beside Ansible (raw), parallel-ssh, nornir: one sshd farm, one run.

    sudo .venv/bin/python tests/bench/beside_ansible.py PYTHON_WITH_ANSIBLE_AND_PSSH [NODES] [ROUNDS]

The farm is one real sshd in a namespace under as many loopback addresses as there are nodes; everybody logs in, runs
the same command and logs out.  Server and client share this machine, so nodes per second are bounded by the server.
The tools live in an environment of their own (``pip install ansible-core parallel-ssh nornir netmiko``).
"""

import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "peers"), str(HERE)]

from ask_farm import COMMAND, hosts  # noqa: E402
from gateways import USER, Gateway, running_gateway  # noqa: E402

Figures = tuple[float, float]
"""Seconds, CPU seconds."""


def of_script(gateway: Gateway, python: str, kind: str, count: int) -> Figures:
    command = [python, str(HERE / "ask_farm.py"), kind, str(gateway.key), gateway.pins[0], str(count)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    found = json.loads(gateway.namespace.run(command, timeout=900).strip().rpartition("\n")[2])
    assert found["answered"] == count, found
    return _figures(before, began)


def of_ansible(gateway: Gateway, python: str, count: int, forks: int) -> Figures:
    inventory = gateway.folder / "inventory"
    known = gateway.folder / "known"
    known.write_text("* " + (gateway.folder / "host_ed25519.pub").read_text())
    options = f"-o UserKnownHostsFile={known} -o ControlMaster=no -o ControlPath=none"
    inventory.write_text("".join(f"{name}\n" for name in hosts(count)))
    ansible = [
        str(Path(python).with_name("ansible")), "all", "-i", str(inventory), "-u", USER, "-f", str(forks), "-m", "raw",
        "--private-key", str(gateway.key), f"--ssh-common-args={options}", "-a", COMMAND, "-o",
    ]  # fmt: skip
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    said = gateway.namespace.run(ansible, timeout=900, ANSIBLE_LOCALHOST_WARNING="False", HOME=str(gateway.folder))
    assert said.count("| CHANGED") == count, said[-500:]
    return _figures(before, began)


def _figures(before: resource.struct_rusage, began: float) -> Figures:
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run all and print."""
    python = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with running_gateway("fleet-bench", "127.0.0.1", listen="0.0.0.0") as gateway:
        runs = {
            "fleet": lambda: of_script(gateway, sys.executable, "fleet", count),
            "parallel-ssh": lambda: of_script(gateway, python, "pssh", count),
            "nornir, netmiko": lambda: of_script(gateway, python, "nornir", count),
            "ansible raw -f 10": lambda: of_ansible(gateway, python, count, 10),
            "ansible raw -f 32": lambda: of_ansible(gateway, python, count, 32),
        }
        measured: dict[str, list[Figures]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                measured[name].append(run())
        print(f"{count} nodes, {rounds} rounds, {os.cpu_count()} cores shared with the server; medians, whole process")
        (ours_wall, ours_cpu) = _median(measured["fleet"])
        for name, figures in measured.items():
            wall, cpu = _median(figures)
            print(
                f"{name:18}: {count / wall:7.1f} nodes/s ({wall / ours_wall:5.2f}x our time), "
                f"client CPU {cpu / count * 1000:6.1f} ms per node ({cpu / ours_cpu:5.2f}x ours)"
            )


def _median(figures: list[Figures]) -> Figures:
    return statistics.median(wall for wall, _ in figures), statistics.median(cpu for _, cpu in figures)


if __name__ == "__main__":
    main()
