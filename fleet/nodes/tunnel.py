"""The network as a node sees it: TCP through its SSH connection, no UDP.

A check that runs over it reaches resolvers and mail servers from where the node stands.  Whether an appliance's SSH
server forwards at all is not known; one that does not says so (channel).  May import asyncssh, ``fleet.network``,
``fleet.errors`` and this package.
"""

import asyncio
from collections.abc import Callable

import asyncssh

from fleet.errors import FailureKind
from fleet.network import T
from fleet.network.host import peer_name
from fleet.network.stream import CarriedStream
from fleet.nodes.failures import failed, from_exception
from fleet.text import show

_REFUSED = {
    asyncssh.OPEN_CONNECT_FAILED: (FailureKind.CONNECTION_REFUSED, "the node could not connect"),
    asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED: (FailureKind.CHANNEL, "the node forbids forwarding"),
    asyncssh.OPEN_UNKNOWN_CHANNEL_TYPE: (FailureKind.CHANNEL, "the node knows no forwarding"),
}


class TunnelNetwork:
    """A ``Network`` through ``connection``, which stays the caller's."""

    def __init__(self, connection: asyncssh.SSHClientConnection, node: str) -> None:
        self._connection = connection
        self._node = node

    @property
    def name(self) -> str:
        """See ``Network``."""
        return f"through {show(self._node, 80)}"

    @property
    def has_udp(self) -> bool:
        """See ``Network``."""
        return False

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        """See ``Network``.  Raises RemoteError (channel too: forwarding is forbidden)."""
        peer = f"{peer_name(address, port)} {self.name}"
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await self._connection.open_connection(address, port, encoding=None)
        except TimeoutError as error:
            raise failed(FailureKind.TIMEOUT, f"{peer}: no connection within {timeout:g} s") from error
        except asyncssh.ChannelOpenError as error:
            if self._connection.is_closed():  # asyncssh says so in the same words as a refusal
                raise failed(FailureKind.CLOSED, f"{peer}: the SSH connection to the node has ended") from error
            kind, sentence = _REFUSED.get(error.code, (FailureKind.UNREACHABLE, "the node opened no connection"))
            raise failed(kind, f"{peer}: {sentence} ({show(error.reason, 120)})") from error
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, peer) from error
        return CarriedStream(ChannelCarrier(reader, writer, peer))

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """See ``Network``; a tunnel carries no datagrams."""
        raise failed(FailureKind.UNREACHABLE, f"{peer_name(address, port)} {self.name}: an SSH tunnel carries no UDP")


class ChannelCarrier:
    """A forwarded channel as a ``Carrier``."""

    def __init__(self, reader: "asyncssh.SSHReader[bytes]", writer: "asyncssh.SSHWriter[bytes]", peer: str) -> None:
        self._reader = reader
        self._writer = writer
        self._peer = peer

    @property
    def peer(self) -> str:
        """See ``Carrier``."""
        return self._peer

    @property
    def local_address(self) -> str:
        """See ``Carrier``; the node does not tell."""
        return ""

    async def receive(self, limit: int) -> bytes:
        """See ``Carrier``."""
        await asyncio.sleep(0)  # a flood must not keep other tasks from running
        try:
            return await self._reader.read(limit)
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, self._peer) from error

    async def send(self, data: bytes) -> None:
        """See ``Carrier``."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except BrokenPipeError as error:  # the library's own, without a number: the far end has closed the channel
            raise failed(FailureKind.CLOSED, f"{self._peer} closed the connection") from error
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, self._peer) from error

    async def close(self) -> None:
        """See ``Carrier``."""
        self._writer.close()
