"""Audits beside polls and checks: through each node that a poll could log in to, from here for the others."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from conftest import running, until

from fleet.errors import Failure, FailureKind
from fleet.faces.live import auditing
from fleet.faces.live.auditing import Known, keep_auditing
from fleet.faces.live.live import LiveEngine
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Node, Platform, Settings
from fleet.model.resolver import References, Resolver, ResolverKind
from fleet.network import Network
from fleet.network.mapped import MappedNetwork

VALIDATES, PASSES, _, UNKNOWN = ResolverKind


async def test_in_the_demo_nodes_are_audited_from_where_they_stand(live: LiveEngine) -> None:
    wanted = {("192.0.2.53:53", "tcp", "dlv1"), ("192.0.2.53:53", "tcp", "edge1"), ("192.0.2.54:53", "tcp", HERE)}
    async with running(live):
        await until(lambda: wanted <= live.state.resolvers.keys())
    seen = live.state.resolvers
    assert seen["192.0.2.53:53", "tcp", "dlv1"].kind is VALIDATES
    assert not seen["192.0.2.53:53", "udp", "dlv1"].asked
    assert seen["192.0.2.54:53", "tcp", "scan1"].evidence[0].endswith("the node forbids forwarding (open failed)")
    assert seen["192.0.2.54:53", "tcp", HERE].kind is PASSES
    assert ("192.0.2.53:53", "tcp", HERE) not in seen, "who was asked through the node is not asked from here as well"


class Nowhere:
    """Stands in for what opens checks: a network in which nothing is, and no anchor."""

    async def open(self) -> tuple[Network, tuple[()]]:
        return MappedNetwork("nowhere", {}, {}), ()


class Rounds:
    """``keep_auditing`` without its waits, over nodes the test changes; ``entered``: who was looked through."""

    def __init__(self, monkeypatch: Any, *known: Known) -> None:
        monkeypatch.setattr(auditing, "FIRST", 0.0)
        monkeypatch.setattr(auditing, "_LOOK_SECONDS", 0.01)
        self.known: Sequence[Known] = known
        self.entered: list[str] = []
        self.told: list[ResolverJudged] = []

    def through(self, node: Node) -> AbstractAsyncContextManager[Network | Failure]:
        self.entered.append(node.name)
        return nullcontext(Failure(FailureKind.CHANNEL, "not today"))

    async def run(self, seconds: float = 0.2) -> None:
        task = asyncio.ensure_future(
            keep_auditing(Nowhere(), References, lambda: self.known, self.through, self.told.append)  # type: ignore[arg-type]
        )
        await asyncio.sleep(seconds)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


NODE = Node("dlv1", "edge", (), Settings(Platform.ASYNCOS, resolvers=(Resolver("192.0.2.53"),)))


async def test_a_node_is_audited_once_until_it_becomes_another(monkeypatch: Any) -> None:
    rounds = Rounds(monkeypatch, Known(NODE))
    await rounds.run()
    assert rounds.entered == ["dlv1"]


async def test_nobody_knocks_where_the_last_poll_failed_and_the_reason_is_that_of_the_poll(monkeypatch: Any) -> None:
    refused = Failure(FailureKind.AUTHENTICATION, "the login was refused")
    rounds = Rounds(monkeypatch, Known(NODE, refused))
    await rounds.run()
    assert rounds.entered == []
    assert {one.evidence for one in rounds.told if one.vantage == "dlv1"} == {("the login was refused",)}
    assert {one.vantage for one in rounds.told} == {"dlv1", HERE}


async def test_other_resolvers_and_a_login_that_works_again_are_audited_at_once(monkeypatch: Any) -> None:
    rounds = Rounds(monkeypatch, Known(NODE, Failure(FailureKind.TIMEOUT, "late")))
    other = replace(NODE, settings=replace(NODE.settings, resolvers=(Resolver("192.0.2.99"),)))

    async def change() -> None:
        await asyncio.sleep(0.15)
        rounds.known = [Known(NODE)]
        await asyncio.sleep(0.15)
        rounds.known = [Known(other)]

    await asyncio.gather(rounds.run(0.5), change())
    assert rounds.entered == ["dlv1", "dlv1"]
    assert {one.resolver for one in rounds.told} == {"192.0.2.53:53", "192.0.2.99:53"}
