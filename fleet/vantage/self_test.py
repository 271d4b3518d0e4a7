"""The self-test of resolvers: each is asked for the reference names, over every transport."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from fleet.clock import WallClock, now
from fleet.dnssec.client import Client
from fleet.dnssec.probe import ProbeAnswer, probe
from fleet.dnssec.validator import Validator
from fleet.model.resolver import References, ResolverKind
from fleet.network import Network
from fleet.network.endpoint import Endpoint
from fleet.vantage.resolver_kind import KindJudgement, judge_kind

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors


class Transport(StrEnum):
    """What carries the questions."""

    UDP = "udp"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class ResolverJudgement:
    """One cell: a resolver over one transport from one vantage, at one time."""

    resolver: str
    transport: Transport
    vantage: str
    at: datetime
    judgement: KindJudgement

    @property
    def kind(self) -> ResolverKind:
        """The kind this cell proves."""
        return self.judgement.kind


async def judge_resolvers(
    network: Network,
    resolvers: Sequence[Endpoint],
    trust_anchors: "TrustAnchors",
    references: References,
    *,
    timeout: float = 5.0,
    clock: WallClock = now,
) -> tuple[ResolverJudgement, ...]:
    """Judge each of ``resolvers`` over UDP and TCP, in the order given; all are asked at the same time.

    Where the network has no UDP (a tunnel), that cell is unknown and says "not observed".
    """
    return tuple(
        await asyncio.gather(
            *(
                _judge(network, resolver, transport, trust_anchors, references, timeout, clock)
                for resolver in resolvers
                for transport in Transport
            )
        )
    )


async def _judge(
    network: Network,
    resolver: Endpoint,
    transport: Transport,
    anchors: "TrustAnchors",
    references: References,
    timeout: float,
    clock: WallClock,
) -> ResolverJudgement:
    if transport is Transport.UDP and not network.has_udp:
        unseen = KindJudgement(ResolverKind.UNKNOWN, (f"not observed: {network.name} carries no UDP",))
        return ResolverJudgement(str(resolver), transport, network.name, clock(), unseen)
    client = Client(network, resolver.address, resolver.port, timeout=timeout, tcp_only=transport is Transport.TCP)
    validator = Validator(client, anchors, clock=clock)

    async def group(names: Sequence[str]) -> list[ProbeAnswer]:
        return list(await asyncio.gather(*(probe(client, validator, name) for name in names)))

    good, bogus, unsigned = await asyncio.gather(
        group(references.good), group(references.bogus), group(references.unsigned)
    )
    return ResolverJudgement(str(resolver), transport, network.name, clock(), judge_kind(good, bogus, unsigned))
