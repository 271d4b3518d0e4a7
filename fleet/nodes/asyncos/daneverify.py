"""The appliance's own DANE check, ``daneverify``: run where it was asked for, its words brought home as they are.

It is no part of a poll: each run opens a connection from the appliance to the destination's mail server.  One login
serves all domains, one run after the other with a pause between them, so that mail servers which destinations share see
one new connection a second at most.  What the words mean is read elsewhere (``fleet.dane.transcript``): a release whose
wording nobody knows must not lose them.

May import asyncssh, ``fleet.clock``, ``fleet.errors``, ``fleet.model``, ``fleet.text`` and this package.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncssh

from fleet.clock import WallClock, now
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node, Platform
from fleet.nodes.asyncos.session import Declined, Session
from fleet.nodes.asyncos.walks import daneverify
from fleet.nodes.dial import Dialer, hang_up
from fleet.nodes.failures import from_exception
from fleet.nodes.shell import Shell
from fleet.nodes.slots import Refused
from fleet.text import show

PAUSE = 1.0
"""Seconds between two runs."""


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """What ``node`` printed of ``domain``; ``failure``: why it is not all.  The text is untrusted."""

    node: str
    domain: str
    at: datetime
    text: str
    failure: Failure | None = None


OnChecked = Callable[[OwnCheck], None]


async def own_checks(
    node: Node,
    dialer: Dialer,
    domains: Sequence[str],
    on_checked: OnChecked,
    *,
    pause: float = PAUSE,
    clock: WallClock = now,
) -> None:
    """Let ``node`` check ``domains`` itself; ``on_checked`` is told of each, also of those it could not be asked."""
    left = list(domains)

    def tell(text: str, failure: Failure | None) -> None:
        on_checked(OwnCheck(node.name, left.pop(0), clock(), text, failure))

    try:
        if node.settings.platform is not Platform.ASYNCOS:
            raise RemoteError(
                Failure(FailureKind.COMMAND, f"{show(node.name, 80)} is no appliance: it has no daneverify")
            )
        await _ask(node, dialer, left, tell, pause)
    except RemoteError as error:
        while left:
            tell("", error.failure)


async def _ask(
    node: Node, dialer: Dialer, left: list[str], tell: Callable[[str, Failure | None], None], pause: float
) -> None:
    """Raises RemoteError where the session is over; those in ``left`` were not asked then."""
    peer = show(node.name, 80)
    connection = await dialer.connect(node)
    try:
        shell = await Shell.open(connection, peer, dialer.limits.command)
        session = Session(shell, peer, dialer.limits)
        try:
            await session.start()
            while left:
                try:
                    captured = await session.walk(daneverify(left[0]))
                    tell(captured.replies["text"], None)
                except Declined as declined:
                    tell(declined.raw, declined.failure)
                except Refused as refused:
                    tell("", Failure(FailureKind.COMMAND, str(refused)))
                if left:
                    await asyncio.sleep(pause)
            await session.end()
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, peer) from error
        finally:
            shell.close()
    finally:
        await hang_up(connection, 0.5)
