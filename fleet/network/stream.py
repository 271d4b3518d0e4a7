"""A ``Stream`` over anything that carries bytes: plain at first, TLS after one upgrade.

The carrier (a socket here, a channel of a tunnel elsewhere) moves bytes and knows its peer's name; the STARTTLS upgrade
with its byte cap and the sentences about what went wrong are the same for all carriers and live here.
May import ``fleet.network`` and ``fleet.errors``.
"""

import ssl
from typing import Protocol

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import TlsSession
from fleet.network.tls import TlsUpgrade

_CHUNK = 16 * 1024


class Carrier(Protocol):
    """Moves bytes to one peer and back.  Fails with RemoteError; ``close`` never fails."""

    @property
    def peer(self) -> str:
        """The peer in words, such as ``203.0.113.5 port 25``."""
        ...

    @property
    def local_address(self) -> str:
        """Our end's IP address; empty where the carrier does not tell."""
        ...

    async def receive(self, limit: int) -> bytes:
        """Between 1 and ``limit`` bytes, or ``b""`` at the end; lets other tasks run even if bytes keep coming."""
        ...

    async def send(self, data: bytes) -> None:
        """Send all of ``data``."""
        ...

    async def close(self) -> None:
        """Close at once; never raises."""
        ...


class CarriedStream:
    """The ``Stream`` over ``carrier``."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._tls: TlsUpgrade | None = None

    @property
    def local_address(self) -> str:
        """See ``Stream``."""
        return self._carrier.local_address

    async def read(self, limit: int) -> bytes:
        """See ``Stream``."""
        if self._tls is None:
            return await self._carrier.receive(limit)
        try:
            while (data := self._tls.read(limit)) is None:
                await self._flush(self._tls)
                self._tls.feed(await self._carrier.receive(_CHUNK))
        except ssl.SSLError as error:
            raise self._broken(f"the TLS session broke: {plain_reason(error)}") from error
        return data

    async def write(self, data: bytes) -> None:
        """See ``Stream``."""
        if self._tls is None:
            await self._carrier.send(data)
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise self._broken(f"the TLS session broke: {plain_reason(error)}") from error
        await self._flush(self._tls)

    async def start_tls(self, context: ssl.SSLContext, server_name: str, byte_limit: int) -> TlsSession:
        """See ``Stream``."""
        if self._tls is not None:
            raise RuntimeError("a stream is upgraded to TLS once")
        try:
            upgrade = TlsUpgrade(context, server_name)
        except ValueError as error:
            raise self._broken("the server name cannot be sent in a TLS handshake") from error
        try:
            await self._shake_hands(upgrade, byte_limit)
        except ssl.SSLError as error:
            await self._send_alert(upgrade)
            raise self._broken(f"the TLS handshake failed: {plain_reason(error)}") from error
        self._tls = upgrade
        return upgrade.session()

    async def close(self) -> None:
        """See ``Stream``.  No close_notify: nothing is left to be said that a truncation could change."""
        await self._carrier.close()

    async def _shake_hands(self, upgrade: TlsUpgrade, byte_limit: int) -> None:
        received = 0
        while not upgrade.shake_hands():
            await self._flush(upgrade)
            data = await self._carrier.receive(_CHUNK)
            received += len(data)
            if not data:
                raise self._failed(FailureKind.CLOSED, "the connection was closed during the TLS handshake")
            if received > byte_limit:
                raise self._failed(FailureKind.LIMIT, f"the TLS handshake took more than {byte_limit} bytes")
            upgrade.feed(data)
        await self._flush(upgrade)

    async def _flush(self, upgrade: TlsUpgrade) -> None:
        if data := upgrade.pending():
            await self._carrier.send(data)

    async def _send_alert(self, upgrade: TlsUpgrade) -> None:
        try:
            await self._flush(upgrade)
        except RemoteError:  # the peer has gone; that the handshake failed is the news
            return

    def _broken(self, sentence: str) -> RemoteError:
        return self._failed(FailureKind.TLS, sentence)

    def _failed(self, kind: FailureKind, sentence: str) -> RemoteError:
        return RemoteError(Failure(kind, f"{self._carrier.peer}: {sentence}"))


_PLAIN_REASONS = {
    "WRONG_VERSION_NUMBER": "what the server sent is not TLS",
    "HTTP_REQUEST": "what the server sent is not TLS",
    "PACKET_LENGTH_TOO_LONG": "what the server sent is not TLS",
    "RECORD_LAYER_FAILURE": "what the server sent is not TLS",
    "UNSUPPORTED_PROTOCOL": "the server wants a TLS version older than 1.2",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server refuses TLS 1.2 and 1.3",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server found no common cipher or parameter (alert handshake_failure)",
    "TLSV1_UNRECOGNIZED_NAME": "the server does not know the name it was asked for (alert unrecognized_name)",
    "TLSV1_ALERT_INTERNAL_ERROR": "the server reports an internal error",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": "the server does not support secure renegotiation (RFC 5746)",
    "EXCESSIVE_MESSAGE_SIZE": "the server sent a longer message than TLS libraries accept",
}


def plain_reason(error: ssl.SSLError) -> str:
    """What OpenSSL says, in words where we have better ones."""
    reason = getattr(error, "reason", None) or "no reason given"
    return _PLAIN_REASONS.get(reason, reason.replace("_", " ").lower())
