"""What an SSH session runs over: a socket of ours, a jump host's connection, or what ssh_config's ProxyCommand gives.

May import asyncssh and this package.
"""

import asyncio
import socket
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import asyncssh

from fleet.nodes.places import LeasedPlaces


@dataclass(frozen=True, slots=True)
class Carrier:
    """One of the three; a ProxyCommand is started by asyncssh, so then there is nothing here."""

    sock: socket.socket | None = None
    tunnel: asyncssh.SSHClientConnection | None = None
    places: LeasedPlaces | None = None

    def place(self) -> AbstractAsyncContextManager[None]:
        """A place among those that go through the same jump host."""
        return nullcontext() if self.places is None else self.places.place()

    def close(self) -> None:
        """Close the socket, if no session took it over and closed it."""
        if self.sock is not None:
            self.sock.close()

    def options(self) -> dict[str, Any]:
        """How asyncssh is told to use it."""
        if self.sock is not None:
            return {"sock": self.sock, "tunnel": None}
        return {"tunnel": self.tunnel} if self.tunnel is not None else {}

    async def first_bytes(self, host: str, port: int) -> bytes:
        """What the server says of itself; empty if it hangs up without a word.  Raises what sockets and asyncssh do."""
        if self.tunnel is not None:
            reader, writer = await self.tunnel.open_connection(host, port, encoding=None)
            try:
                first: bytes = await reader.read(4)
                return first
            finally:
                writer.close()
        if self.sock is not None:
            return await asyncio.get_running_loop().sock_recv(self.sock, 4)
        return b""
