"""One poll of one node: connect, ask as its platform is asked, hang up or keep the connection.

``poll_node`` never raises for anything remote: what went wrong is the observation's failure, what was seen before stays
in it.  May import asyncssh, ``fleet.model``, ``fleet.errors``, ``fleet.clock`` and this package.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import asyncssh

from fleet.clock import WallClock, now
from fleet.errors import FailureKind, RemoteError
from fleet.model.fleet import Node, Platform, SshSettings
from fleet.model.observation import Observation
from fleet.nodes.asyncos.poll import poll_appliance
from fleet.nodes.asyncos.session import Session
from fleet.nodes.commands import CLOCK, Line, encode
from fleet.nodes.dial import Dialer, hang_up
from fleet.nodes.execute import Output, execute
from fleet.nodes.failures import failed, from_exception
from fleet.nodes.gathering import Gathering
from fleet.nodes.recording import Recorder, Turn, note
from fleet.nodes.settling import settled
from fleet.nodes.shell import Shell
from fleet.nodes.unix.poll import poll_unix
from fleet.text import show

KEPT = frozenset({Platform.POSTFIX, Platform.EXIM})
"""Platforms whose connection is kept between polls: an OpenSSH server does not mind.  How many sessions an appliance
allows is not known, and an idle one holds a place an administrator may need, so there each poll logs in and out."""

_CHECK_SECONDS = 5.0


Way = tuple[str, tuple[str, ...], SshSettings]
"""All that decides which connection is whose."""


def way_to(node: Node) -> Way:
    """How ``node`` is reached."""
    return node.name, node.addresses, node.ssh


class Kept:
    """Connections kept between polls, at most one per node; one with other settings is another node."""

    def __init__(self) -> None:
        self._connections: dict[Way, asyncssh.SSHClientConnection] = {}

    def take(self, node: Node) -> asyncssh.SSHClientConnection | None:
        """The kept connection, if it still stands; it belongs to the caller now."""
        connection = self._connections.pop(way_to(node), None)
        return None if connection is None or connection.is_closed() else connection

    async def keep(self, node: Node, connection: asyncssh.SSHClientConnection) -> None:
        """Keep ``connection`` until somebody takes it; where another one is kept already, hang this one up."""
        held = self._connections.setdefault(way_to(node), connection)
        if held is connection:
            return
        if held.is_closed():
            self._connections[way_to(node)] = connection
        else:
            await hang_up(connection)

    async def only(self, nodes: Iterable[Node]) -> None:
        """Hang up what leads to none of ``nodes`` as they are reached now: nobody will take it again."""
        ways = {way_to(node) for node in nodes}
        gone = [self._connections.pop(way) for way in [*self._connections] if way not in ways]
        await asyncio.gather(*(hang_up(connection) for connection in gone))

    async def close(self) -> None:
        """Close them all."""
        connections = [*self._connections.values()]
        self._connections.clear()
        await asyncio.gather(*(hang_up(connection) for connection in connections))


@asynccontextmanager
async def connected(node: Node, dialer: Dialer, kept: Kept | None) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection to ``node`` for the length of an ``async with``: the kept one if it still works, else a new one.

    Afterwards it is kept where that is kind, and hung up where it is not or where something failed on it.
    """
    connection = None if kept is None else kept.take(node)
    if connection is not None and not await _still_works(connection, node, dialer):
        connection.abort()
        connection = None
    if connection is None:
        connection = await dialer.connect(node)
    try:
        yield connection
    except RemoteError:
        await hang_up(connection, 0.5)  # it may be in the middle of something; the next poll starts afresh
        raise
    except BaseException:
        connection.abort()
        raise
    if kept is not None and node.settings.platform in KEPT:
        await kept.keep(node, connection)
    else:
        await hang_up(connection)


async def _still_works(connection: asyncssh.SSHClientConnection, node: Node, dialer: Dialer) -> bool:
    """Whether a kept connection still carries commands: a firewall may have forgotten it."""
    with suppress(RemoteError):
        await execute(connection, encode(CLOCK), node.name, _CHECK_SECONDS, dialer.limits.output)
        return True
    return False


async def poll_node(
    node: Node,
    dialer: Dialer,
    *,
    kept: Kept | None = None,
    document: bool = False,
    record: Recorder | None = None,
    clock: WallClock = now,
) -> Observation:
    """Ask ``node`` for everything its platform shows.

    ``kept``: connections to use and keep.  ``document``: ask an appliance for its XML configuration as well (large, and
    a role may not be allowed to).  ``record``: told all that passes once the node has let us in.
    """
    gathering = Gathering(node.name, clock, lambda: dialer.credentials.secrets)
    poll = _Poll(node, dialer, gathering, document, record)
    return await settled(gathering, node.name, poll.run(kept), dialer.limits.poll)


class _Poll:
    def __init__(
        self, node: Node, dialer: Dialer, gathering: Gathering, document: bool, record: Recorder | None
    ) -> None:
        self._node = node
        self._dialer = dialer
        self._gathering = gathering
        self._document = document
        self._record = record

    async def run(self, kept: Kept | None) -> None:
        platform = self._node.settings.platform
        if platform is None:
            raise failed(
                FailureKind.COMMAND,
                "no platform is declared for this node, so nothing was asked",
                "set platform",
            )
        async with connected(self._node, self._dialer, kept) as connection:
            if platform is Platform.ASYNCOS:
                await self._appliance(connection)
            else:
                await self._unix(connection, platform)

    async def _appliance(self, connection: asyncssh.SSHClientConnection) -> None:
        limits, peer = self._dialer.limits, self._node.name
        shell = await Shell.open(connection, show(peer, 80), limits.command, self._record)
        try:
            await poll_appliance(Session(shell, show(peer, 80), limits), self._gathering, document=self._document)
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, show(peer, 80)) from error
        finally:
            shell.close()

    async def _unix(self, connection: asyncssh.SSHClientConnection, platform: Platform) -> None:
        limits, peer = self._dialer.limits, show(self._node.name, 80)

        async def run(line: Line, /) -> Output:
            if self._record is not None:
                self._record(Turn.SENT, line.text.encode("ascii"))
            done = await execute(connection, line, peer, limits.command, limits.output)
            if self._record is not None:
                note(self._record, done)
            return done

        await poll_unix(run, peer, platform, self._gathering)
