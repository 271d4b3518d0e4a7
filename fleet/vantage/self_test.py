"""The self-test of resolvers: each is asked for the reference names, over every transport."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from fleet.clock import WallClock, now
from fleet.dnssec.client import Client
from fleet.dnssec.conversation import Conversation
from fleet.dnssec.fetch import Transport as Ask
from fleet.dnssec.probe import ProbeAnswer, probe
from fleet.dnssec.validator import Validator
from fleet.errors import FailureKind, RemoteError
from fleet.model.resolver import References, ResolverKind
from fleet.network import Network
from fleet.network.endpoint import Endpoint
from fleet.vantage.resolver_kind import KindJudgement, judge_kind

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors


AT_ONCE = 16
"""Questions under way at one resolver over one transport: the audit is in no hurry."""


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

    async def one(resolver: Endpoint, transport: Transport) -> ResolverJudgement:
        found = await judge_resolver(network, resolver, transport, trust_anchors, references, timeout, clock)
        return ResolverJudgement(str(resolver), transport, network.name, clock(), found)

    return tuple(await asyncio.gather(*(one(resolver, transport) for resolver in resolvers for transport in Transport)))


async def judge_resolver(
    network: Network,
    resolver: Endpoint,
    transport: Transport,
    anchors: "TrustAnchors",
    references: References,
    timeout: float = 5.0,
    clock: WallClock = now,
) -> KindJudgement:
    """The kind of ``resolver`` over ``transport``: unknown, with the reason, for whatever keeps it from being told.

    Raises RemoteError (channel) where ``network`` may not be used at all: that says nothing about the resolver.
    """
    if transport is Transport.UDP:
        if not network.has_udp:
            return unknown(f"not observed: {network.name} carries no UDP")
        client = Client(network, resolver.address, resolver.port, timeout=timeout, at_once=AT_ONCE)
        return await _judge(client, anchors, references, clock)
    conversation = Conversation(network, resolver, timeout=timeout, at_once=AT_ONCE)
    try:
        await conversation.open()
        return await _judge(conversation, anchors, references, clock)
    except RemoteError as error:
        if error.failure.kind is FailureKind.CHANNEL:
            raise
        return unknown(error.failure.sentence)
    finally:
        await conversation.close()


def unknown(why: str) -> KindJudgement:
    """Nothing is proven, for this reason."""
    return KindJudgement(ResolverKind.UNKNOWN, (why,))


async def _judge(transport: Ask, anchors: "TrustAnchors", references: References, clock: WallClock) -> KindJudgement:
    validator = Validator(transport, anchors, clock=clock)

    async def group(names: Sequence[str]) -> list[ProbeAnswer]:
        return list(await asyncio.gather(*(probe(transport, validator, name) for name in names)))

    good, bogus, unsigned = await asyncio.gather(
        group(references.good), group(references.bogus), group(references.unsigned)
    )
    return judge_kind(good, bogus, unsigned)
