"""How bytes leave: one small protocol, so that the same check runs from this host, in the lab or through a tunnel.

A ``Network`` opens TCP streams and, where it can, asks over UDP; a ``Stream`` reads, writes and is upgraded once to TLS
(STARTTLS, RFC 3207) on ``ssl.MemoryBIO``, so it does not care what carries its bytes.  Everything remote that goes
wrong leaves as ``RemoteError`` with a ``Failure``; deadlines and byte caps are the caller's arguments.

``host`` is this machine; ``mapped`` answers for (address, port) pairs that a file maps to other sockets (the lab
writes one) and reaches nothing else.  May import ``fleet.errors``, ``fleet.text``, ``fleet.clock``, ``fleet.model``.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TlsSession:
    """What a handshake gave: protocol and cipher names as OpenSSL says them, DER chain with the leaf first."""

    version: str
    cipher: str
    chain: tuple[bytes, ...]


class Stream(Protocol):
    """One TCP connection."""

    @property
    def local_address(self) -> str:
        """Our end's IP address; empty where the carrier does not tell."""
        ...

    async def read(self, limit: int) -> bytes:
        """Between 1 and ``limit`` bytes, or ``b""`` at the end.  Raises RemoteError (closed) on a reset."""
        ...

    async def write(self, data: bytes) -> None:
        """Send all of ``data``."""
        ...

    async def start_tls(self, context: ssl.SSLContext, server_name: str, byte_limit: int) -> TlsSession:
        """Upgrade to TLS, once.  Raises RemoteError (tls, closed, limit after ``byte_limit`` received bytes)."""
        ...

    async def close(self) -> None:
        """Close at once; never raises."""
        ...


class Network(Protocol):
    """A place to send from."""

    @property
    def name(self) -> str:
        """For people: from where, such as ``this host``."""
        ...

    @property
    def has_udp(self) -> bool:
        """Whether ``ask_udp`` works here; a tunnel has TCP only."""
        ...

    async def open_tcp(self, address: str, port: int, timeout: float) -> Stream:
        """Connect within ``timeout`` seconds.  Raises RemoteError (connection-refused, unreachable, timeout)."""
        ...

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """Send one datagram and return what ``accept`` makes of the first one it does not answer with None.

        Datagrams from other sources never reach ``accept``; ones it refuses are ignored until ``timeout`` seconds are
        over.  Raises RemoteError (timeout, connection-refused, unreachable).
        """
        ...
