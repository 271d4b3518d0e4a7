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
from typing import Generic

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
        connected = await _connected(address, port, source, peer)
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
    connected = _opened(socket.SOCK_DGRAM, address, source, peer)
    try:
        return await _Exchange(connected, accept, peer).run((address, port), payload, timeout)
    finally:
        connected.close()


class _Exchange(Generic[T]):
    """One question over a socket of its own.

    Callbacks of the loop and one future instead of awaited steps: a check asks many questions, and most of what one
    cost us was the machinery around it.  One datagram is read at a time, so a flood keeps nobody from running.
    """

    __slots__ = ("_accept", "_answer", "_peer", "_socket")

    def __init__(self, opened: socket.socket, accept: Callable[[bytes], T | None], peer: str) -> None:
        self._socket = opened
        self._accept = accept
        self._peer = peer
        self._answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def run(self, target: tuple[str, int], payload: bytes, timeout: float) -> T:
        loop = asyncio.get_running_loop()
        try:
            self._socket.connect(target)  # nothing is sent, so nothing has to be waited for
            await self._send(payload)
        except OSError as error:
            raise remote_error(error, self._peer) from error
        loop.add_reader(self._socket, self._read)
        late = RemoteError(Failure(FailureKind.TIMEOUT, f"{self._peer}: no answer within {timeout:g} s"))
        timer = loop.call_later(timeout, self._fail, late)
        try:
            return await self._answer
        finally:
            timer.cancel()
            loop.remove_reader(self._socket)

    async def _send(self, payload: bytes) -> None:
        try:
            self._socket.send(payload)
        except BlockingIOError:  # the system's buffer is full, which passes
            await asyncio.get_running_loop().sock_sendall(self._socket, payload)

    def _read(self) -> None:
        if self._answer.done():
            return
        try:
            answer = self._accept(self._socket.recv(_MAX_DATAGRAM))
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._fail(remote_error(error, self._peer))
        except Exception as error:
            self._fail(error)
        else:
            if answer is not None:
                self._answer.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)


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


async def _connected(address: str, port: int, source: str | None, peer: str) -> socket.socket:
    opened = _opened(socket.SOCK_STREAM, address, source, peer)
    try:
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except OSError as error:
        opened.close()
        raise remote_error(error, peer) from error
    except BaseException:
        opened.close()
        raise
    return opened


def _opened(kind: socket.SocketKind, address: str, source: str | None, peer: str) -> socket.socket:
    """A non-blocking socket for ``address``, bound to ``source`` where that is of its family."""
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
    except OSError as error:
        opened.close()
        raise remote_error(error, peer) from error
    return opened


@lru_cache(maxsize=4096)
def _family(address: str) -> socket.AddressFamily | None:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    except ValueError:
        return None
