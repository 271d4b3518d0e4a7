"""One round over many nodes in a process of its own, so that its memory is its own: prints what it took as JSON.

``python round_of_many.py '{"host_key": ..., "ports": {...}}' PASSWORD SECONDS``.
"""

import asyncio
import gc
import json
import resource
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import asyncssh

from fleet.clock import monotonic
from fleet.lab.nodes.farm import SETTINGS
from fleet.model.fleet import Node, SshSettings
from fleet.network import loop
from fleet.nodes import Limits, Poller


def nodes_of(farm: dict[str, Any], faults: list[str]) -> list[Node]:
    return [
        Node(
            f"{fault}-{number}", "edge", ("127.0.0.1",), SETTINGS,
            SshSettings(port=port, user="monitor", password="env:PW", host_key=farm["host_key"]),
        )
        for fault in faults
        for number, port in enumerate(farm["ports"][fault])
    ]  # fmt: skip


async def round_over(farm: dict[str, Any], faults: list[str], password: str, seconds: float) -> dict[str, Any]:
    limits = Limits(connect=seconds, login=seconds, command=seconds, poll=60 + seconds)
    began, cpu = monotonic(), sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    nodes = nodes_of(farm, faults)
    async with Poller(nodes, limits=limits, environment={"PW": password}) as poller:
        seen = await poller.round()
    took = monotonic() - began
    await asyncio.sleep(0.2)
    gc.collect()
    return {
        "nodes": len(nodes),
        "observations": len({each.node for each in seen}),
        "seconds": round(took, 2),
        "cpu": round(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) - cpu, 2),
        "complete": sum(each.failure is None and each.settings.postfix == SETTINGS.postfix for each in seen),
        "failures": Counter(
            f"{each.node.rpartition('-')[0]}: {each.failure.kind}" for each in seen if each.failure is not None
        ),
        "tasks left": len(asyncio.all_tasks()) - 1,
        "connections left": sum(
            isinstance(each, asyncssh.SSHClientConnection) and not each.is_closed() for each in gc.get_objects()
        ),
        "MB": peak_megabytes(),
    }


def peak_megabytes() -> int:
    """The most memory this program held; ru_maxrss would count the process it was forked from too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


async def main() -> None:
    farm, password, seconds = json.loads(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    healthy = await round_over(farm, ["none"], password, seconds)
    everything = await round_over(farm, list(farm["ports"]), password, seconds)
    print(json.dumps({"healthy": healthy, "all": everything}))


if __name__ == "__main__":
    loop.run(main(), len(sys.argv[1]))
