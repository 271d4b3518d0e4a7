"""The check that the monitor schedules: one target walked from this host, through the resolvers its nodes use.

Lookups of a resolver and SMTP sessions are shared between targets, and so is the politeness towards mail servers.  A
check asked for by hand remembers nothing: who has just mended something wants to see that.

May import ``fleet.dane``, ``fleet.network``, ``fleet.dnssec.anchors`` (all when needed) and ``fleet.model``.
"""

import asyncio
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.errors import Failure, FailureKind, RemoteError, UsageError
from fleet.faces.live.reach import Reach
from fleet.model import Step, Verdict
from fleet.model.event import Target

if TYPE_CHECKING:
    from fleet.dane import Walker
    from fleet.dane.pkix import Roots
    from fleet.dnssec.lookup import ValidatedResolver
    from fleet.dnssec.zone import TrustAnchors
    from fleet.network import Network

RESOLV_CONF = Path("/etc/resolv.conf")


class Checks:
    """Checks targets over ``reach``; ``ehlo`` is the name it says to mail servers."""

    def __init__(self, reach: Reach, ehlo: Callable[[], str]) -> None:
        self._reach = reach
        self._ehlo = ehlo
        self._opening = asyncio.Lock()
        self._opened: tuple[Network, TrustAnchors, Roots | None] | None = None
        self._resolvers: dict[str, ValidatedResolver] = {}
        self._walkers: dict[tuple[str, ...], Walker] = {}
        self._afresh: set[Target] = set()

    async def __call__(self, target: Target, on_step: Callable[[Step], None], /) -> Verdict:
        """See ``monitor.Check``."""
        await self.open()
        afresh = target in self._afresh
        self._afresh.discard(target)
        return await self._walker(target.resolvers, afresh).walk(target.domain, on_step)

    def afresh(self, targets: Iterable[Target]) -> None:
        """The next check of each of these asks everything anew."""
        self._afresh.update(targets)

    async def open(self) -> "tuple[Network, TrustAnchors]":
        """Network and trust anchors, loaded in a thread the first time."""
        async with self._opening:
            if self._opened is None:
                try:
                    self._opened = await asyncio.to_thread(_open, self._reach)
                except UsageError as error:
                    raise RemoteError(Failure(FailureKind.COMMAND, str(error))) from error
            return self._opened[0], self._opened[1]

    def _walker(self, resolvers: tuple[str, ...], afresh: bool) -> "Walker":
        from fleet.dane import SmtpSettings, Walker, WalkLimits  # noqa: PLC0415  start-up stays light
        from fleet.dane.pacing import SessionCache  # noqa: PLC0415

        walker = self._walkers.get(resolvers)
        if walker is not None and not afresh:
            return walker
        assert self._opened is not None
        network, _, roots = self._opened
        named = resolvers or self._reach.resolvers or system_resolvers(self._reach.network)
        made = Walker(
            network,
            [self._resolver(address, afresh) for address in named],
            smtp=SmtpSettings(enabled=self._reach.smtp, ehlo=self._ehlo()),
            limits=WalkLimits(seconds=self._reach.seconds, smtp_seconds=min(20.0, self._reach.seconds / 2)),
            roots=roots,
        )
        first = next(iter(self._walkers.values()), made)
        made.pacer = first.pacer
        made.sessions = SessionCache(freshness=made.smtp.freshness) if afresh else first.sessions
        self._walkers[resolvers] = made
        return made

    def _resolver(self, address: str, afresh: bool) -> "ValidatedResolver":
        from fleet.dane import validated_resolvers  # noqa: PLC0415

        if afresh or address not in self._resolvers:
            assert self._opened is not None
            network, anchors, _ = self._opened
            try:
                (self._resolvers[address],) = validated_resolvers(network, [address], anchors)
            except UsageError as error:
                raise RemoteError(Failure(FailureKind.COMMAND, str(error))) from error
        return self._resolvers[address]


def _open(reach: Reach) -> "tuple[Network, TrustAnchors, Roots | None]":
    anchors = import_module("fleet.dnssec.anchors")
    mapped = import_module("fleet.network.mapped")
    import_module("fleet.dane")
    trusted = tuple(rrset for path in reach.anchors for rrset in anchors.load_trust_anchors(path))
    if not any(rrset.name.to_text() == "." for rrset in trusted):
        trusted += anchors.ROOT_ANCHORS
    roots = import_module("fleet.dane.pkix").Roots.from_pem(reach.roots.read_bytes()) if reach.roots else None
    return mapped.open_network(reach.network), trusted, roots


def system_resolvers(network: Path | None) -> tuple[str, ...]:
    """The resolvers of this host; raises RemoteError where there is none to ask."""
    if network is not None:
        raise _nobody("no node says which resolvers it uses, and the network of --network has none by default")
    try:
        lines = RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise _nobody(f"{RESOLV_CONF} cannot be read: {error.strerror}") from error
    words = [line.split() for line in lines]
    named = tuple(word[1].split("%")[0] for word in words if len(word) > 1 and word[0] == "nameserver")
    if not named:
        raise _nobody(f"{RESOLV_CONF} names no resolver")
    return named


def _nobody(why: str) -> RemoteError:
    hint = "declare resolvers of the external tier, or give --resolver"
    return RemoteError(Failure(FailureKind.COMMAND, f"there is no resolver to ask: {why}", hint))
