"""This machine's own network: sockets, and the errors of the operating system as plain failures.

May import ``fleet.network``, ``fleet.errors`` and the standard library.
"""

import asyncio
import errno
import ipaddress
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import T
from fleet.network.stream import CarriedStream

_MAX_DATAGRAM = 65535
_YIELD_EVERY = 4
"""Pieces that may come without a pause before other tasks run."""

_KINDS: dict[int, tuple[FailureKind, str]] = {
    errno.ECONNREFUSED: (FailureKind.CONNECTION_REFUSED, "connection refused"),
    errno.ETIMEDOUT: (FailureKind.TIMEOUT, "the connection timed out"),
    errno.ECONNRESET: (FailureKind.CLOSED, "the connection was reset"),
    errno.ECONNABORTED: (FailureKind.CLOSED, "the connection was reset"),
    errno.EPIPE: (FailureKind.CLOSED, "the connection was closed"),
    errno.ENOTCONN: (FailureKind.CLOSED, "the connection was closed"),
    errno.EBADF: (FailureKind.CLOSED, "the connection was closed on our side"),
    errno.ENETUNREACH: (FailureKind.UNREACHABLE, "the network is unreachable"),
    errno.EHOSTUNREACH: (FailureKind.UNREACHABLE, "no route to the host"),
    errno.EACCES: (FailureKind.UNREACHABLE, "this system refuses to send there"),
    errno.EPERM: (FailureKind.UNREACHABLE, "this system refuses to send there (a firewall rule?)"),
    errno.EADDRNOTAVAIL: (FailureKind.UNREACHABLE, "the source address is not one of this system"),
    errno.EAFNOSUPPORT: (FailureKind.UNREACHABLE, "this system does not support that kind of address"),
    errno.EMFILE: (FailureKind.UNREACHABLE, "this process has too many open files"),
}


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """Sockets of this machine.

    ``source_address`` is the IP address to send from, for targets of its own family; the others leave as the system
    chooses.
    """

    source_address: str | None = None

    @property
    def name(self) -> str:
        """See ``Network``."""
        return "this host"

    @property
    def has_udp(self) -> bool:
        """See ``Network``."""
        return True

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        """See ``Network``."""
        return await connect(address, port, timeout, self.source_address, peer_name(address, port))

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """See ``Network``."""
        return await exchange(address, port, payload, accept, timeout, self.source_address, peer_name(address, port))


class SocketCarrier:
    """A connected, non-blocking TCP socket as a ``Carrier``."""

    def __init__(self, connected: socket.socket, peer: str) -> None:
        self._socket = connected
        self._peer = peer
        self._received = 0

    @property
    def peer(self) -> str:
        """See ``Carrier``."""
        return self._peer

    @property
    def local_address(self) -> str:
        """See ``Carrier``."""
        try:
            return str(self._socket.getsockname()[0])
        except OSError:
            return ""

    async def receive(self, limit: int) -> bytes:
        """See ``Carrier``."""
        # sock_recv does not suspend while bytes are waiting: without this, a peer that floods us would keep every
        # other task, and our own deadline, from running.
        self._received += 1
        if self._received % _YIELD_EVERY == 0:
            await asyncio.sleep(0)
        try:
            return await asyncio.get_running_loop().sock_recv(self._socket, limit)
        except OSError as error:
            raise remote_error(error, self._peer) from error

    async def send(self, data: bytes) -> None:
        """See ``Carrier``."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise remote_error(error, self._peer) from error

    async def close(self) -> None:
        """See ``Carrier``."""
        self._socket.close()


async def connect(address: str, port: int, timeout: float, source: str | None, peer: str) -> CarriedStream:
    """A TCP connection to ``address``, called ``peer`` in sentences.  Raises RemoteError (see ``Network.open_tcp``)."""
    late = f"{peer}: no connection within {timeout:g} s"
    async with _deadline(timeout, late):
        connected = await _connected(socket.SOCK_STREAM, address, port, source, peer)
    return CarriedStream(SocketCarrier(connected, peer))


async def exchange(
    address: str,
    port: int,
    payload: bytes,
    accept: Callable[[bytes], T | None],
    timeout: float,
    source: str | None,
    peer: str,
) -> T:
    """One question and its answer over UDP.  Raises RemoteError (see ``Network.ask_udp``).

    A fresh connected socket each time: the system picks a random source port and drops what other addresses send.
    """
    loop = asyncio.get_running_loop()
    async with _deadline(timeout, f"{peer}: no answer within {timeout:g} s"):
        with await _connected(socket.SOCK_DGRAM, address, port, source, peer) as connected:
            try:
                await loop.sock_sendall(connected, payload)
                while True:
                    answer = accept(await loop.sock_recv(connected, _MAX_DATAGRAM))
                    if answer is not None:
                        return answer
                    await asyncio.sleep(0)  # a flood must not keep the deadline from running (see SocketCarrier)
            except OSError as error:
                raise remote_error(error, peer) from error


def peer_name(address: str, port: int) -> str:
    """How sentences call a peer."""
    return f"{address} port {port}"


def remote_error(error: OSError, peer: str) -> RemoteError:
    """What the operating system says, as a failure of our own kinds."""
    kind, sentence = _KINDS.get(error.errno or 0, (FailureKind.UNREACHABLE, ""))
    if not sentence:
        sentence = os.strerror(error.errno).lower() if error.errno else "the system could not send"
    return RemoteError(Failure(kind, f"{peer}: {sentence}"))


@asynccontextmanager
async def _deadline(seconds: float, late: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise RemoteError(Failure(FailureKind.TIMEOUT, late)) from error


async def _connected(kind: socket.SocketKind, address: str, port: int, source: str | None, peer: str) -> socket.socket:
    family = _family(address)
    if family is None:
        raise RemoteError(Failure(FailureKind.UNREACHABLE, f"{peer}: that is not an IP address"))
    try:
        opened = socket.socket(family, kind)
    except OSError as error:
        raise remote_error(error, peer) from error
    try:
        opened.setblocking(False)
        if source is not None and _family(source) is family:
            opened.bind((source, 0))
        if kind is socket.SOCK_DGRAM:
            opened.connect((address, port))  # nothing is sent, so nothing has to be waited for
        else:
            await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except OSError as error:
        opened.close()
        raise remote_error(error, peer) from error
    except BaseException:
        opened.close()
        raise
    return opened


@lru_cache(maxsize=4096)
def _family(address: str) -> socket.AddressFamily | None:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    except ValueError:
        return None
