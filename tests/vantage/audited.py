"""Gateways of the lab that stand where they are told, and audits through them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fleet.dnssec.anchors import load_trust_anchors
from fleet.lab import LabHandle
from fleet.lab.nodes.handle import NodesHandle
from fleet.model.event import ResolverJudged
from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.model.resolver import References, Resolver
from fleet.network.mapped import MappedNetwork
from fleet.nodes import Dialer, Limits, Vantages
from fleet.vantage.audit import Audit, Pace

DOORS = ("one", "two", "three")
SETTINGS = Settings(platform=Platform.POSTFIX, version="3.7.11")
QUICK = Limits(connect=2.0, login=5.0)
PACE = Pace(question=1.5)
Cell = tuple[str, str, str]


@dataclass(slots=True)
class Auditing:
    """The lab, gateways in it that stand where they are told, and what an audit finds through them."""

    lab: LabHandle
    nodes: NodesHandle
    here: MappedNetwork
    seconds: float = 0.0
    left: int = 0
    """Tasks that the last audit left behind, and the seconds it took."""

    def stand(self, door: str, **place: object) -> None:
        """From now on the gateway at ``door`` stands there; it forwards unless it is said not to."""
        self.nodes.move(door, {"network": str(self.lab.network), "forwarding": True, **place})

    def node(self, door: str, *kinds: str, **ssh: object) -> Node:
        """The node behind ``door``, which asks the lab's resolvers of these kinds (or at these addresses)."""
        asked = tuple(Resolver(self.lab.resolvers.get(kind, kind), priority=at) for at, kind in enumerate(kinds))
        way = {
            "port": self.nodes.doors[door].port,
            "user": "fleet",
            "key": str(self.nodes.key),
            "agent": False,
            "host_key": self.nodes.doors[door].host_key,
        }
        return Node(
            door, "edge", ("127.0.0.1",), Settings(Platform.ASYNCOS, resolvers=asked), SshSettings(**{**way, **ssh})
        )  # type: ignore[arg-type]

    def audit(self, *nodes: Node, from_here: bool = False, pace: Pace = PACE) -> dict[Cell, ResolverJudged]:
        """One round: (vantage, resolver, transport) -> what was found."""
        found: list[ResolverJudged] = []

        async def run() -> None:
            dialer = Dialer(QUICK, {})
            try:
                through = None if from_here else Vantages(dialer).through
                anchors = tuple(load_trust_anchors(self.lab.trust_anchor))
                references = References(**self.lab.references)
                await Audit(self.here, through, anchors, references, found.append, pace).run(nodes)
            finally:
                await dialer.close()
            self.left = len(asyncio.all_tasks()) - 1

        async def timed() -> None:
            began = asyncio.get_running_loop().time()
            await run()
            self.seconds = asyncio.get_running_loop().time() - began

        asyncio.run(timed())
        cells = {(one.vantage, one.resolver, one.transport): one for one in found}
        assert len(cells) == len(found), "a cell is told once"
        return cells

    def questions(self, act: Callable[[], object]) -> Mapping[str, int]:
        """How many questions each resolver got while ``act`` ran, by kind."""
        before = self.lab.asked()
        act()
        after = self.lab.asked()
        return {
            kind: sum(after[address].values()) - sum(before[address].values())
            for kind, address in self.lab.resolvers.items()
        }
