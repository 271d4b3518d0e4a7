"""Which resolvers are worth asking: each is asked for names whose state is known, at the start and every half hour.

May import ``fleet.vantage``, ``fleet.network`` (when needed) and ``fleet.model``.
"""

import asyncio
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from fleet.errors import UsageError
from fleet.faces.live.checking import Checks
from fleet.model.event import HERE, Event, ResolverJudged
from fleet.model.resolver import References

if TYPE_CHECKING:
    from fleet.vantage.self_test import ResolverJudgement

EVERY = 1800.0
FIRST = 1.0
"""Seconds after the start: checks come first."""


async def audit(
    checks: Checks, resolvers: Sequence[str], references: References, publish: Callable[[Event], None]
) -> int:
    """Ask ``resolvers`` for ``references`` and tell what each is worth; how many answers that gave."""
    network, anchors = await checks.open()
    vantage = await asyncio.to_thread(import_module, "fleet.vantage.self_test")
    endpoint = import_module("fleet.network.endpoint")
    endpoints = []
    for text in resolvers:
        try:
            endpoints.append(endpoint.parse_endpoint(text, 53))
        except UsageError:
            continue  # the profile says so itself
    judged: tuple[ResolverJudgement, ...] = await vantage.judge_resolvers(network, endpoints, anchors, references)
    for one in judged:
        found = one.judgement
        publish(ResolverJudged(one.at, HERE, one.resolver, str(one.transport), one.kind, found.evidence, found.ad))
    return len(judged)


async def keep_auditing(
    checks: Checks,
    resolvers: Callable[[], Sequence[str]],
    references: Callable[[], References],
    publish: Callable[[Event], None],
) -> None:
    """Until cancelled; resolvers that come to be used are asked within a few seconds."""
    asked: set[str] = set()
    due = asyncio.get_running_loop().time() + FIRST
    await asyncio.sleep(FIRST)
    while True:
        again = asyncio.get_running_loop().time() >= due
        wanted = [one for one in resolvers() if again or one not in asked]
        if wanted:
            await audit(checks, wanted, references(), publish)
        if again:
            asked.clear()
            due = asyncio.get_running_loop().time() + EVERY
        asked.update(resolvers())
        await asyncio.sleep(5.0)
