"""A large fleet audited in one round: how long that takes, and how much each resolver is asked for it.

Gateways, resolvers and the audit share this machine's processors; what else it does meanwhile makes all of it slower.
"""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

from fleet.dnssec.anchors import load_trust_anchors
from fleet.lab import LabHandle
from fleet.lab.nodes.handle import Simulated, spawn_nodes
from fleet.model.event import ResolverJudged
from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.model.resolver import References, Resolver, ResolverKind
from fleet.network.mapped import MappedNetwork
from fleet.nodes import Dialer, Vantages
from fleet.plain import to_plain
from fleet.vantage.audit import Audit

NODES = 200
SECONDS = 60.0
LATE = 20
"""Milliseconds by which every answer is late."""
KINDS = {
    "validating": ResolverKind.VALIDATES,
    "passing": ResolverKind.PASSES,
    "stripping": ResolverKind.STRIPS,
}
MOST_QUESTIONS = 90
"""For one cell: 45 where answers come at once; what takes half a second is asked with CD beside."""


def test_two_hundred_nodes_with_three_resolvers_each_are_audited_within_a_minute(
    lab: LabHandle, tmp_path: Path
) -> None:
    asked = tuple(Resolver(lab.resolvers[kind], priority=at) for at, kind in enumerate(KINDS))
    settings = Settings(Platform.ASYNCOS, "15.0.0-104", resolvers=asked)
    place = {"network": str(lab.network), "forwarding": True}
    served = {f"gw{number}": Simulated("fleet", to_plain(settings), place) for number in range(NODES)}
    found: list[ResolverJudged] = []

    async def audit(nodes: list[Node]) -> float:
        dialer = Dialer(environment={})
        began = time.monotonic()
        try:
            references, anchors = References(**lab.references), tuple(load_trust_anchors(lab.trust_anchor))
            here = MappedNetwork("nowhere", {}, {})
            await Audit(here, Vantages(dialer).through, anchors, references, found.append).run(nodes)
        finally:
            await dialer.close()
        return time.monotonic() - began

    with spawn_nodes(tmp_path, served) as gateways:
        nodes = [
            Node(name, "edge", (), settings, SshSettings("127.0.0.1", door.port, "fleet", str(gateways.key),
                 agent=False, host_key=door.host_key))
            for name, door in gateways.doors.items()
        ]  # fmt: skip
        for kind in KINDS:
            lab.fault(fault="delay", resolver=lab.resolvers[kind], milliseconds=LATE)
        before = lab.asked()
        seconds = asyncio.run(audit(nodes))
        after = lab.asked()
        lab.fault(fault="clear")
    told = Counter((one.resolver, one.kind) for one in found if one.transport == "tcp")
    assert told == {(f"{lab.resolvers[kind]}:53", expected): NODES for kind, expected in KINDS.items()}
    questions = {
        kind: sum(after[address].values()) - sum(before[address].values()) for kind, address in lab.resolvers.items()
    }
    print(f"{seconds:.1f} s, questions: {questions}")
    assert all(0 < questions[kind] <= NODES * MOST_QUESTIONS for kind in KINDS)
    assert not any(count for kind, count in questions.items() if kind not in KINDS)
    others = os.getloadavg()[0] / (os.cpu_count() or 1)
    assert seconds < SECONDS * max(1.0, others)
