"""In which order a node asks its resolvers, and what a tunnel's failures are taken for."""

import asyncio

import pytest

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node, Platform, Settings
from fleet.model.resolver import Resolver
from fleet.vantage.from_node import orders
from fleet.vantage.observing import observing

A, B, C, D = (Resolver(f"10.0.0.{last}") for last in (1, 2, 3, 4))


def node(platform: Platform, *resolvers: Resolver, roots: bool = False) -> Node:
    return Node("gw1", "edge", (), Settings(platform=platform, resolvers=resolvers, root_servers=roots))


def asked(*addresses: int) -> tuple[str, ...]:
    return tuple(f"10.0.0.{last}:53" for last in addresses)


def test_an_appliance_may_begin_with_any_resolver_of_the_first_priority() -> None:
    later = Resolver("10.0.0.9", priority=1)
    last = Resolver("10.0.0.8", secondary=True)
    assert orders(node(Platform.ASYNCOS, A, last, B, later)) == (asked(1, 2, 9, 8), asked(2, 1, 9, 8))


def test_the_c_library_begins_at_the_top_and_reads_three() -> None:
    assert orders(node(Platform.POSTFIX, A, B, C, D)) == (asked(1, 2, 3),)


def test_an_alternate_server_is_asked_instead_for_its_domains() -> None:
    own = Resolver("10.0.0.7", domains=("inside.example",))
    split = node(Platform.ASYNCOS, A, own)
    assert orders(split, "mail.inside.example") == (asked(7),)
    assert orders(split, "outside.example") == (asked(1),)


@pytest.mark.parametrize("nobody", [node(Platform.ASYNCOS), node(Platform.ASYNCOS, A, roots=True)])
def test_without_resolvers_there_is_no_order(nobody: Node) -> None:
    assert orders(nobody) == ()


@pytest.mark.parametrize(
    ("kind", "taken_for"),
    [
        (FailureKind.TIMEOUT, FailureKind.NOT_OBSERVED),
        (FailureKind.CONNECTION_REFUSED, FailureKind.NOT_OBSERVED),
        (FailureKind.CLOSED, FailureKind.NOT_OBSERVED),
        (FailureKind.CHANNEL, FailureKind.NOT_OBSERVED),
        (FailureKind.MALFORMED, FailureKind.MALFORMED),
    ],
)
def test_only_what_a_resolver_says_itself_is_its_own_doing(kind: FailureKind, taken_for: FailureKind) -> None:
    async def fail(_query: str) -> str:
        raise RemoteError(Failure(kind, "what happened", "what to do"))

    with pytest.raises(RemoteError) as raised:
        asyncio.run(observing(fail)("question"))
    assert raised.value.failure.kind is taken_for
    assert raised.value.failure.sentence.startswith("what happened")
    assert raised.value.failure.hint == "what to do"
