"""The client side of a TLS upgrade without any I/O: bytes in, bytes out, over ``ssl.MemoryBIO``.

asyncio upgrades its own transports only, but the bytes of a check may as well come out of a tunnel.  So the protocol
lives here and whoever carries the bytes feeds it.  May import ``fleet.network`` and the standard library.
"""

import ssl
import sys

from fleet.network import TlsSession


class TlsUpgrade:
    """One TLS session.  ``server_name`` goes out as SNI (RFC 6066 section 3); none is sent where it is empty.

    Every method may raise ``ssl.SSLError``; ``pending`` then still holds the alert that the peer should get.  The
    constructor raises ValueError for a name that cannot be sent.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name or None)

    def feed(self, data: bytes) -> None:
        """Take bytes the peer sent; ``b""`` says that no more will come."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def pending(self) -> bytes:
        """Bytes to be sent to the peer now; each is given once."""
        return self._outgoing.read()

    def shake_hands(self) -> bool:
        """Go on with the handshake as far as the bytes fed allow; True once it is complete."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def read(self, limit: int) -> bytes | None:
        """Up to ``limit`` bytes of plaintext, ``b""`` at the end, None where more must be fed first.

        A peer that closes without a close_notify alert has simply ended: SMTP servers commonly do so after QUIT.
        """
        try:
            return self._tls.read(limit)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def write(self, data: bytes) -> None:
        """Encrypt ``data`` into ``pending``."""
        self._tls.write(data)

    def session(self) -> TlsSession:
        """What the handshake gave; to be asked once it is complete and before anything is closed."""
        cipher = self._tls.cipher()
        return TlsSession(self._tls.version() or "", cipher[0] if cipher else "", presented_chain(self._tls))


def presented_chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates as the peer presented them, DER, leaf first; empty where OpenSSL holds none.

    Public since Python 3.13; before, the same call sits on the private object below and gives certificate objects.
    """
    if sys.version_info >= (3, 13):
        return tuple(tls.get_unverified_chain() or ())
    import _ssl  # noqa: PLC0415  only here, only for these versions

    inner = tls._sslobj  # type: ignore[attr-defined]
    found = inner.get_unverified_chain() if inner is not None else None
    return tuple(certificate.public_bytes(_ssl.ENCODING_DER) for certificate in found or ())
