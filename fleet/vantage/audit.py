"""The audit: what each resolver that nodes really use does to DNSSEC, as asked from each node's own network.

A verdict from this host is not yet the node's: between the two stand other routes, firewalls, and sometimes another
machine under the same address.  So each node's resolvers are asked through its SSH connection, every node for itself:
nothing is taken over from a sibling with the same list.  A tunnel carries TCP only, so UDP is *not observed* there.

Where a node cannot be looked through (it forbids forwarding, the login fails, the profile says no), its resolvers are
asked from this host instead, each once however many nodes use it, and the node's own cell says why it is unknown.  A
resolver on a node's own loopback cannot be asked from here at all: here it is another one.

An appliance's own ``dig`` is not used.  What is known of it is ``dig -t mx DOMAIN``: no form that names a server, none
that asks for DNSSEC records, so it can neither tell one resolver of a list from another nor show what one strips.

Bounded: ``Pace`` says how many are asked at once, how many at one resolver, and how long one may take.  May import
``fleet.network``, ``fleet.dnssec``, ``fleet.forecast``, ``fleet.model``, ``fleet.errors``, ``fleet.clock`` and this
package.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fleet.clock import WallClock, now
from fleet.errors import Failure, RemoteError, UsageError
from fleet.forecast.failover import in_use
from fleet.forecast.resolving import endpoint
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Node
from fleet.model.resolver import References
from fleet.network import Network
from fleet.network.endpoint import Endpoint, parse_endpoint
from fleet.text import show
from fleet.vantage.resolver_kind import KindJudgement
from fleet.vantage.self_test import Transport, judge_resolver, unknown

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors

Through = Callable[[Node], AbstractAsyncContextManager[Network | Failure]]
"""The network as a node sees it, or why it cannot be had (``fleet.nodes.Vantages.through``)."""
Report = Callable[[ResolverJudged], None]
"""Told each cell as it is known."""

OWN_LOOPBACK = "a loopback address is the node's own resolver: from this host it would be another one"


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at a time: cells in all, cells at one resolver; seconds for one question, and for one cell."""

    cells: int = 64
    at_resolver: int = 16
    question: float = 5.0
    cell: float = 45.0


@dataclass(slots=True)
class Audit:
    """One round over some nodes.  ``here``: this host's network; ``through`` None: everything is asked from here."""

    here: Network
    through: Through | None
    anchors: "TrustAnchors"
    references: References
    report: Report
    pace: Pace = field(default_factory=Pace)
    clock: WallClock = now
    _cells: asyncio.Semaphore = field(init=False, repr=False)
    _resolvers: dict[tuple[str, Endpoint], asyncio.Semaphore] = field(init=False, default_factory=dict, repr=False)
    _asked_here: dict[Endpoint, asyncio.Task[None]] = field(init=False, default_factory=dict, repr=False)

    async def run(self, nodes: Iterable[Node], on_node: Callable[[], None] = lambda: None) -> None:
        """Audit the resolvers of ``nodes``; ``on_node`` is called as each is through.  Raises nothing remote."""
        self._cells = asyncio.Semaphore(self.pace.cells)

        async def one(node: Node) -> None:
            await self._node(node)
            on_node()

        try:
            async with asyncio.TaskGroup() as group:
                for node in nodes:
                    group.create_task(one(node))
        finally:
            for task in self._asked_here.values():
                task.cancel()

    async def _node(self, node: Node) -> None:
        wanted = endpoints_of(node)
        if self.through is not None and wanted:
            async with self.through(node) as network:
                if isinstance(network, Failure):
                    self._not_from(node, wanted, network)
                else:
                    fit = await asyncio.gather(*(self._from(node, network, each) for each in wanted))
                    wanted = tuple(each for each, done in zip(wanted, fit, strict=True) if not done)
        await asyncio.gather(*(self._from_here(each) for each in wanted))

    async def _from(self, node: Node, network: Network, resolver: Endpoint) -> bool:
        """Ask ``resolver`` through ``node``; whether the node let us."""
        try:
            found = await self._ask(network, resolver, Transport.TCP)
        except RemoteError as error:
            self._not_from(node, [resolver], error.failure)
            return False
        self._tell(node.name, resolver, Transport.TCP, found)
        unseen = unknown(f"not observed: {network.name} carries no UDP")
        self._tell(node.name, resolver, Transport.UDP, unseen, asked=False)
        return True

    def _not_from(self, node: Node, resolvers: Sequence[Endpoint], why: Failure) -> None:
        for resolver in resolvers:
            for transport in Transport:
                self._tell(node.name, resolver, transport, unknown(why.sentence), asked=False)

    def _from_here(self, resolver: Endpoint) -> asyncio.Task[None]:
        """Ask ``resolver`` from this host, once in this round."""
        if resolver not in self._asked_here:
            self._asked_here[resolver] = asyncio.ensure_future(self._ask_here(resolver))
        return self._asked_here[resolver]

    async def _ask_here(self, resolver: Endpoint) -> None:
        for transport in Transport:
            if ipaddress.ip_address(resolver.address).is_loopback:
                self._tell(HERE, resolver, transport, unknown(OWN_LOOPBACK), asked=False)
            else:
                self._tell(HERE, resolver, transport, await self._ask(self.here, resolver, transport))

    async def _ask(self, network: Network, resolver: Endpoint, transport: Transport) -> KindJudgement:
        """One cell, when its turn comes.  Raises RemoteError (channel) where the network may not be used."""
        # A loopback address is another resolver on every node.
        key = (network.name if ipaddress.ip_address(resolver.address).is_loopback else "", resolver)
        turn = self._resolvers.setdefault(key, asyncio.Semaphore(self.pace.at_resolver))
        async with turn, self._cells:
            try:
                async with asyncio.timeout(self.pace.cell):
                    return await judge_resolver(
                        network, resolver, transport, self.anchors, self.references, self.pace.question, self.clock
                    )
            except TimeoutError:
                return unknown(f"{resolver} was not through with its answers within {self.pace.cell:g} s")

    def _tell(
        self, vantage: str, resolver: Endpoint, transport: Transport, found: KindJudgement, asked: bool = True
    ) -> None:
        evidence = tuple(show(line, 400) for line in found.evidence)
        self.report(
            ResolverJudged(self.clock(), vantage, str(resolver), str(transport), found.kind, evidence, found.ad, asked)
        )


def endpoints_of(node: Node) -> tuple[Endpoint, ...]:
    """The resolvers that ``node`` really uses, each once; addresses that are none are the profile's business."""
    found: dict[Endpoint, None] = {}
    for one in in_use(node.settings):
        try:
            found[parse_endpoint(endpoint(one), 53)] = None
        except UsageError:
            continue
    return tuple(found)
