"""Running many checks at once: a bounded crowd of walks, results handed over in the order they finish."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet.dane import SmtpSettings, Walker, WalkLimits, domain_name, validated_resolvers
from fleet.dane.pkix import Roots
from fleet.errors import UsageError
from fleet.faces.cli.world import World
from fleet.model import Verdict
from fleet.network.loop import run

OnVerdict = Callable[[Verdict], None]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How checks are run: seconds per destination, how many at once, whether SMTP is tried."""

    timeout: float = 60.0
    jobs: int = 32
    smtp: bool = True
    roots: Path | None = None
    """PEM file of public roots in place of certifi's."""


def run_checks(world: World, domains: Sequence[str], settings: RunSettings, on_verdict: OnVerdict) -> None:
    """Check every domain and call ``on_verdict`` as each finishes.

    Ctrl-C raises KeyboardInterrupt; what had finished by then has been handed over.  What ``on_verdict`` raises (its
    reader may be gone) ends the run and is raised as it is.
    """
    try:
        run(_crowd(_walker(world, settings), domains, settings.jobs, on_verdict), len(domains))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _crowd(walker: Walker, domains: Sequence[str], jobs: int, on_verdict: OnVerdict) -> None:
    waiting = iter(domains)

    async def worker() -> None:
        for domain in waiting:
            on_verdict(await walker.walk(domain))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(jobs, len(domains))):
            group.create_task(worker())


def _walker(world: World, settings: RunSettings) -> Walker:
    return Walker(
        world.network,
        validated_resolvers(
            world.network, world.resolvers, world.trust_anchors, timeout=question_seconds(settings.timeout)
        ),
        smtp=SmtpSettings(enabled=settings.smtp, ehlo=_own_name()),
        limits=WalkLimits(seconds=settings.timeout, smtp_seconds=min(20.0, settings.timeout / 2)),
        roots=Roots.from_pem(settings.roots.read_bytes()) if settings.roots else None,
    )


def question_seconds(timeout: float) -> float:
    """Seconds for one DNS question where a destination has ``timeout``: a check asks several in a row."""
    return min(5.0, max(0.5, timeout / 4))


def _own_name() -> str:
    """What EHLO says: this machine's name where that is a host name (RFC 5321 4.1.1.1)."""
    try:
        return domain_name(socket.gethostname()).replace("_", "-")
    except UsageError:
        return "localhost"
