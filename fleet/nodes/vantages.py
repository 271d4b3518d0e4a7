"""Nodes as places to send from: one connection to each, held open while anybody uses it.

What leaves through a node's SSH connection meets the network as the node does: its resolvers, its firewall, its route
to port 25.  Whoever wants to look from there enters ``through(node)`` and gets a ``Network``, or the ``Failure`` that
says why there is none; it never raises for anything remote.  Users of one node share its connection, so that a hundred
checks cost one login.

A login is what a poll's is: the same ``Dialer`` (host keys, one credential in one attempt, few handshakes at once), the
same connections kept between polls, and after a failure the same growing waits, during which everybody is told that
failure without another attempt.  Whether the node forwards at all shows with the first connection that is opened
(``TunnelNetwork``).  May import asyncssh, ``fleet.clock``, ``fleet.errors``, ``fleet.model`` and this package.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncssh

from fleet import clock
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node
from fleet.nodes.backoff import Backoff
from fleet.nodes.dial import Dialer, hang_up
from fleet.nodes.openfiles import room_for
from fleet.nodes.poll import KEPT, Kept, Way, way_to
from fleet.nodes.tunnel import TunnelNetwork
from fleet.text import show


@dataclass(slots=True)
class _Door:
    """What is known of the way to one node: who is inside, the connection they share, and when to knock again."""

    users: int = 0
    connection: asyncssh.SSHClientConnection | None = None
    refusal: Failure | None = None
    wait: float = 0.0
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Vantages:
    """Ways through nodes, dialled by ``dialer``; ``kept``: connections between polls, used and given back.

    One per process; whoever enters ``through`` must leave it before the dialer closes.
    """

    def __init__(
        self,
        dialer: Dialer,
        kept: Kept | None = None,
        *,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = clock.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self._dialer = dialer
        self._kept = kept
        self._backoff = backoff or Backoff()
        self._monotonic = monotonic
        self._chance = chance or random.Random()
        self._doors: dict[Way, _Door] = {}
        self._places = asyncio.Semaphore(room_for(dialer.limits.polls))

    @asynccontextmanager
    async def through(self, node: Node) -> AsyncIterator[TunnelNetwork | Failure]:
        """The network as ``node`` sees it for the length of an ``async with``, or why it cannot be had."""
        door = self._doors.setdefault(way_to(node), _Door())
        door.users += 1
        try:
            async with door.lock:
                found = await self._enter(node, door)
            yield found if isinstance(found, Failure) else TunnelNetwork(found, node.name)
        finally:
            door.users -= 1
            if not door.users:
                await self._leave(node, door)

    async def _enter(self, node: Node, door: _Door) -> asyncssh.SSHClientConnection | Failure:
        if door.connection is not None:
            if not door.connection.is_closed():
                return door.connection
            door.connection = None
            self._places.release()
        if not node.ssh.forward:
            return Failure(
                FailureKind.CHANNEL,
                f"{show(node.name, 80)} is not to be looked through: the profile says ssh.forward = false",
            )
        if door.refusal is not None and self._monotonic() < door.until:
            return door.refusal
        await self._places.acquire()
        try:
            kept = None if self._kept is None else self._kept.take(node)
            door.connection = kept or await self._dialer.connect(node)
        except RemoteError as error:
            door.wait = self._backoff.after_failure(error.failure, door.wait, self._chance)
            door.until, door.refusal = self._monotonic() + door.wait, error.failure
            return error.failure
        finally:
            if door.connection is None:
                self._places.release()
        door.refusal, door.wait = None, 0.0
        return door.connection

    async def _leave(self, node: Node, door: _Door) -> None:
        connection, door.connection = door.connection, None
        if connection is None:
            return
        self._places.release()
        if self._kept is not None and node.settings.platform in KEPT and not connection.is_closed():
            await self._kept.keep(node, connection)
        else:
            await hang_up(connection)
