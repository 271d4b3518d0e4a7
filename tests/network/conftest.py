"""Loopback servers and a chain of three certificates for the tests of the network."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[[Conversation], AbstractAsyncContextManager[int]]


@dataclass(frozen=True)
class Presented:
    """A server context and the DER certificates it presents, leaf first."""

    context: ssl.SSLContext
    chain: tuple[bytes, ...]


@pytest.fixture(scope="session")
def presented(tmp_path_factory: pytest.TempPathFactory) -> Presented:
    root_key, middle_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _certificate("Root", root_key, "Root", root_key)
    middle = _certificate("Middle", middle_key, "Root", root_key)
    leaf = _certificate("mx.example.org", leaf_key, "Middle", middle_key)
    path = tmp_path_factory.mktemp("tls") / "chain.pem"
    _write(path, leaf_key, (leaf, middle, root))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    ders = tuple(certificate.public_bytes(serialization.Encoding.DER) for certificate in (leaf, middle, root))
    return Presented(context, ders)


@pytest.fixture
def serve() -> Serve:
    """Serve one kind of conversation on a free port of 127.0.0.1; gives the port."""

    @asynccontextmanager
    async def serving(conversation: Conversation) -> AsyncIterator[int]:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await conversation(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    return serving


@pytest.fixture
def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(
    subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    moment = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer_name=_name(issuer),
        subject_name=_name(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=moment - timedelta(days=1),
        not_valid_after=moment + timedelta(days=1),
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path: Path, key: ec.EllipticCurvePrivateKey, chain: tuple[x509.Certificate, ...]) -> None:
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain))
