"""The TCP connection below an SSH session, opened by us so that waiting for a dead node costs a socket and no more.

Name lookups have threads of their own: the loop's few default ones would let dead name servers hold up every node.
May import ``fleet.errors``, ``fleet.network``, ``fleet.nodes.failures``.
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from fleet.errors import FailureKind
from fleet.network.host import remote_error
from fleet.nodes.failures import failed, from_exception

_RESOLVER_THREADS = 64
Found = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]]


class Sockets:
    """Opens connected sockets."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, "fleet-names")

    def close(self) -> None:
        """Stop looking up names."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def open(self, host: str, port: int, peer: str, seconds: float) -> socket.socket:
        """A connection to the first address of ``host`` that answers, once the server has said its first byte.

        Raises RemoteError (name, connection-refused, unreachable, timeout, closed).
        """
        late = f"{peer}: no SSH server answered within {seconds:g} s"
        opened: socket.socket | None = None
        try:
            async with asyncio.timeout(seconds):
                opened = await self._connect(host, port, peer)
                await _first_byte(opened)
        except TimeoutError as error:
            raise failed(FailureKind.TIMEOUT, late, "the node is down, filtered or overloaded") from error
        except BaseException:
            if opened is not None:
                opened.close()
            raise
        return opened

    async def _connect(self, host: str, port: int, peer: str) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            found: Found = _numeric(host, port) or await loop.run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except (OSError, UnicodeError) as error:
            raise from_exception(socket.gaierror(str(error)), peer) from error
        problem: OSError | None = None
        for family, kind, protocol, _name, address in found:
            opened = socket.socket(family, kind, protocol)
            opened.setblocking(False)
            try:
                await loop.sock_connect(opened, address)
            except OSError as error:
                opened.close()
                problem = error
            except BaseException:
                opened.close()
                raise
            else:
                return opened
        raise remote_error(problem or OSError(), peer)


def _numeric(host: str, port: int) -> Found:
    """Where ``host`` leads if it is an address and nobody need be asked, else nowhere."""
    with suppress(OSError, UnicodeError):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return ()


async def _first_byte(opened: socket.socket) -> None:
    """Wait until something can be read, without taking it: the SSH client reads the server's version itself."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()

    def noted() -> None:
        if not readable.done():
            readable.set_result(None)

    loop.add_reader(opened, noted)
    try:
        await readable
    finally:
        with suppress(OSError, ValueError):
            loop.remove_reader(opened)
