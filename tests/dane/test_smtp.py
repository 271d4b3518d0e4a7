"""One SMTP session against loopback servers: well-behaved ones, odd ones and hostile ones."""

import asyncio
import os
import ssl
import time
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from fleet.dane.smtp import SmtpLimits, contact
from fleet.dane.smtp_reply import ReplyLimits
from fleet.errors import FailureKind, UsageError
from fleet.network.host import HostNetwork

GREETING = b"220 mx.example.org ESMTP\r\n"
EHLO = b"250-mx.example.org\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"
READY = b"220 ready\r\n"
BYE = b"221 bye\r\n"
LIMITS = SmtpLimits()


def certificate(folder, key):
    """A server context with a self-signed certificate over ``key``, and that certificate as DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.example.org")])
    begin = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, begin + timedelta(days=9))
    signed = builder.sign(key, hashes.SHA256())
    encoding, plain = serialization.Encoding, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context, signed.public_bytes(encoding.DER)


@pytest.fixture
def identity(tmp_path):
    return certificate(tmp_path, ec.generate_private_key(ec.SECP256R1()))


class Server:
    """A scripted SMTP server that notes every line it hears."""

    def __init__(self, reader, writer, heard):
        self.reader, self.writer, self.heard = reader, writer, heard

    async def say(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self):
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        self.heard.append(line.decode().rstrip("\r\n"))

    async def dialogue(self, *replies):
        """Say the first reply unasked, and each of the others after a line heard."""
        await self.say(replies[0])
        for reply in replies[1:]:
            await self.hear()
            await self.say(reply)


@asynccontextmanager
async def serving(script):
    """Hold ``script(server)`` with every connection; gives the port and the lines heard."""
    heard = []

    async def hold(reader, writer):
        try:
            await script(Server(reader, writer, heard))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await asyncio.sleep(0.01)


async def reach(port, *, sni="mx.example.org", timeout=5.0, limits=LIMITS):
    network = HostNetwork()
    return await contact(
        network, "mx.example.org", "127.0.0.1", port, sni, ehlo="probe.example", timeout=timeout, limits=limits
    )


async def seen(script, **options):
    """The contact with a server of that script, and the lines the server heard."""
    async with serving(script) as (port, heard):
        found = await reach(port, **options)
        await asyncio.sleep(0.02)  # let the server hear the last line
    return found, heard


def says(*replies):
    async def script(server):
        await server.dialogue(*replies)
        await server.hear()
        await server.say(BYE)

    return script


def upgrades(context, *, before=(GREETING, EHLO, READY)):
    async def script(server):
        await server.dialogue(*before)
        await server.writer.start_tls(context)
        await server.hear()
        await server.say(BYE)

    return script


async def test_the_session_climbs_to_the_certificate_and_takes_leave(identity):
    context, der = identity
    found, heard = await seen(upgrades(context))
    assert found.failure is None
    assert found.reached
    assert found.banner == "220 mx.example.org ESMTP"
    assert found.starttls is True
    assert found.chain == (der,)
    assert found.tls_version == "TLSv1.3"
    assert found.cipher.startswith("TLS_")
    assert (found.host, found.address, found.sni) == ("mx.example.org", "127.0.0.1", "mx.example.org")
    assert found.local_address == "127.0.0.1"
    assert found.milliseconds > 0
    assert heard == ["EHLO probe.example", "STARTTLS", "QUIT"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_both_versions_of_tls_are_taken(identity, version):
    context, der = identity
    context.maximum_version = context.minimum_version = version
    found, _ = await seen(upgrades(context))
    assert (found.tls_version, found.chain) == (version.name.replace("_", "."), (der,))


@pytest.mark.parametrize("cipher", ["AES128-SHA", "ECDHE-RSA-AES256-SHA384"])
async def test_ciphers_that_only_old_servers_have_are_taken(tmp_path, cipher):
    context, der = certificate(tmp_path, rsa.generate_private_key(65537, 2048))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(cipher + ":@SECLEVEL=0")
    found, _ = await seen(upgrades(context))
    assert (found.failure, found.cipher, found.chain) == (None, cipher, (der,))


OAKLEY_GROUP_2 = bytes.fromhex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)


async def test_old_diffie_hellman_parameters_are_taken(tmp_path):
    context, der = certificate(tmp_path, rsa.generate_private_key(65537, 2048))
    der_parameters = bytes.fromhex("308187 02818100") + OAKLEY_GROUP_2 + bytes.fromhex("020102")
    pem = ssl.DER_cert_to_PEM_cert(der_parameters).replace("CERTIFICATE", "DH PARAMETERS")
    (tmp_path / "dh.pem").write_text(pem)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_dh_params(tmp_path / "dh.pem")
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    found, _ = await seen(upgrades(context))
    assert (found.failure, found.chain) == (None, (der,))


async def test_a_small_key_is_still_a_certificate_to_look_at(tmp_path):
    context, der = certificate(tmp_path, rsa.generate_private_key(65537, 1024))
    found, _ = await seen(upgrades(context))
    assert found.chain == (der,)


async def test_sessions_are_never_resumed_so_each_presents_its_chain(identity):
    context, der = identity
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(upgrades(context)) as (port, _):
        chains = [(await reach(port)).chain for _ in range(3)]
    assert chains == [(der,)] * 3
    assert context.session_stats()["hits"] == 0


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("mx.example.org", "mx.example.org"),
        ("mx.example.org.", "mx.example.org"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_mx.example.org", "_mx.example.org"),
        ("", ""),
        (".", ""),
        ("a..example.org", ""),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("bücher.example", ""),
        ("a\\032b.example", ""),
        ("nul\0.example", ""),
        ("x" * 64 + ".example", ""),
        (".".join(["x" * 60] * 5), ""),
    ],
)
async def test_a_name_that_tls_cannot_carry_is_left_out(identity, asked, sent):
    context, _ = identity
    names = []
    context.sni_callback = lambda tls, name, _: names.append(name or "")
    found, _ = await seen(upgrades(context), sni=asked)
    assert found.failure is None
    assert (found.sni, names) == (sent, [sent])


@pytest.mark.parametrize("greeting", [b"554 go away\r\n", b"421-busy\r\n421 later\r\n", b"250 what?\r\n"])
async def test_a_greeting_other_than_220_ends_the_session(greeting):
    found, heard = await seen(says(greeting))
    assert found.failure.kind is FailureKind.GREETING
    assert found.starttls is None
    assert not found.reached
    assert found.banner == greeting.decode().strip().replace("\r\n", "\n")
    assert heard == ["QUIT"]


async def test_a_refusal_is_quoted_on_one_printable_line():
    found, _ = await seen(says(b"554 go \x1b[31maway\xff\r\n"))
    assert found.failure.sentence.endswith("the server greeted with '554 go ?[31maway?'")


@pytest.mark.parametrize("refusal", [b"550 who are you\r\n", b"421 no\r\n", b"504 bad name\r\n"])
async def test_a_refused_ehlo_says_nothing_about_starttls(refusal):
    found, heard = await seen(says(GREETING, refusal))
    assert found.failure.kind is FailureKind.GREETING
    assert found.starttls is None
    assert heard == ["EHLO probe.example", "QUIT"]


async def test_a_server_that_knows_no_ehlo_has_no_starttls():
    found, heard = await seen(says(GREETING, b"502 unknown command\r\n", b"250 hello\r\n"))
    assert found.failure.kind is FailureKind.NO_STARTTLS
    assert found.starttls is False
    assert heard == ["EHLO probe.example", "HELO probe.example", "QUIT"]


async def test_a_server_that_refuses_helo_too_refuses():
    found, _ = await seen(says(GREETING, b"500 what\r\n", b"550 no\r\n"))
    assert found.failure.kind is FailureKind.GREETING


async def test_a_server_without_starttls_says_so():
    found, heard = await seen(says(GREETING, b"250-STARTTLS\r\n250 SIZE\r\n"))
    assert found.failure.kind is FailureKind.NO_STARTTLS
    assert found.failure.sentence.endswith("the server does not offer STARTTLS")
    assert (found.starttls, found.reached, heard[-1]) == (False, True, "QUIT")


@pytest.mark.parametrize("reply", [b"454 not now\r\n", b"501 syntax\r\n", b"250 ok\r\n"])
async def test_starttls_offered_and_refused_is_not_tls(reply):
    found, heard = await seen(says(GREETING, EHLO, reply))
    assert found.failure.kind is FailureKind.NO_STARTTLS
    assert found.starttls is True
    assert heard == ["EHLO probe.example", "STARTTLS", "QUIT"]


async def test_data_injected_before_the_handshake_fails_it():
    found, heard = await seen(says(GREETING, EHLO, READY + b"250 injected\r\n"))
    assert found.failure.kind is FailureKind.TLS
    assert "injection" in found.failure.sentence
    assert found.chain == ()
    assert heard == ["EHLO probe.example", "STARTTLS"]


async def test_data_injected_a_moment_later_fails_the_handshake_too(identity):
    async def script(server):
        await server.dialogue(GREETING, EHLO, READY)
        await asyncio.sleep(0.05)
        await server.say(b"250 injected\r\n")
        await server.reader.read()

    found, _ = await seen(script)
    assert found.failure.kind is FailureKind.TLS
    assert "what the server sent is not TLS" in found.failure.sentence


async def test_a_close_in_the_middle_of_the_handshake_is_a_failed_handshake():
    async def script(server):
        await server.dialogue(GREETING, EHLO, READY)
        await server.reader.read(50)

    found, _ = await seen(script)
    assert found.failure.kind is FailureKind.TLS
    assert found.failure.sentence.endswith("the connection was closed during the TLS handshake")
    assert found.reached


async def test_an_alert_is_a_failed_handshake():
    async def script(server):
        await server.dialogue(GREETING, EHLO, READY)
        await server.reader.read(5)
        await server.say(bytes.fromhex("15 0303 0002 02 70"))

    found, _ = await seen(script)
    assert found.failure.kind is FailureKind.TLS
    assert "unrecognized_name" in found.failure.sentence
    assert found.starttls is True


async def test_an_endless_handshake_reaches_its_cap(identity):
    found, _ = await seen(upgrades(identity[0]), limits=SmtpLimits(handshake_octets=200))
    assert found.failure.kind is FailureKind.LIMIT


async def endless(server, line):
    while True:
        await server.say(line * 100)


@pytest.mark.parametrize("line", [b"220-hello\r\n", b"x", b"220 " + b"x" * 100, b"\x00"])
async def test_an_endless_banner_ends(line):
    async def script(server):
        await endless(server, line)

    begun = time.monotonic()
    found, _ = await seen(script)
    assert found.failure.kind in (FailureKind.LIMIT, FailureKind.MALFORMED)
    assert "no greeting, but " in found.failure.sentence
    assert time.monotonic() - begun < 3


async def test_an_endless_ehlo_reply_ends():
    async def script(server):
        await server.dialogue(GREETING, b"250-mx\r\n")
        await endless(server, b"250-X\r\n")

    found, _ = await seen(script, limits=SmtpLimits(reply=ReplyLimits(lines=1000, octets=5000)))
    assert found.failure.kind is FailureKind.LIMIT
    assert found.failure.sentence.endswith("no answer to EHLO, but a reply of more than 5000 octets")
    assert found.starttls is None


async def drip(server, data):
    for octet in data[:40]:  # two seconds: far beyond every deadline here
        await server.say(bytes([octet]))
        await asyncio.sleep(0.05)


DRIPS = {"greeting": (), "answer to EHLO": (GREETING,), "answer to STARTTLS": (GREETING, EHLO)}


@pytest.mark.parametrize(("missing", "before"), DRIPS.items(), ids=DRIPS)
async def test_a_server_that_drips_ends_at_the_deadline(missing, before):
    async def script(server):
        for reply in before:
            await server.say(reply)
            await server.hear()
        await drip(server, b"220-a very long story\r\n" * 100)

    begun = time.monotonic()
    found, _ = await seen(script, timeout=0.3)
    assert found.failure.kind is FailureKind.TIMEOUT
    assert found.failure.sentence.endswith(f"no {missing} within 0.3 s")
    assert time.monotonic() - begun < 1.5


async def test_a_handshake_that_drips_ends_at_the_deadline():
    async def script(server):
        await server.dialogue(GREETING, EHLO, READY)
        await server.reader.read(5)
        await drip(server, b"\x16\x03\x03\x40\x00" + bytes(1000))

    found, _ = await seen(script, timeout=0.3)
    assert found.failure.kind is FailureKind.TIMEOUT
    assert found.failure.sentence.endswith("no end of the TLS handshake within 0.3 s")
    assert not found.reached


@pytest.mark.parametrize("replies", [(b"",), (b"220-mx\r\n",), (GREETING, b"250-mx\r\n"), (GREETING, EHLO, b"22")])
async def test_a_connection_closed_in_clear_is_closed(replies):
    async def script(server):
        await server.dialogue(*replies)

    found, _ = await seen(script)
    assert found.failure.kind is FailureKind.CLOSED
    assert "the connection was closed, no " in found.failure.sentence


async def test_a_banner_that_never_ended_is_still_recorded():
    async def script(server):
        await server.say(b"220-hello\r\n220-wor")

    found, _ = await seen(script)
    assert found.banner == "220-hello\n220-wor"


async def test_nobody_listens():
    async with serving(says(GREETING)) as (port, _):
        pass
    found = await reach(port)
    assert found.failure.kind is FailureKind.CONNECTION_REFUSED
    assert found.failure.sentence == f"127.0.0.1 port {port}: connection refused"
    assert (found.banner, found.starttls, found.local_address) == ("", None, "")


async def test_a_blocked_port_25_comes_with_a_hint():
    class Filtered(HostNetwork):
        async def open_tcp(self, address, port, timeout):
            await asyncio.sleep(60)

    found = await contact(Filtered(), "mx", "192.0.2.1", 25, "mx", ehlo="probe.example", timeout=0.05)
    assert found.failure.kind is FailureKind.TIMEOUT
    assert found.failure.sentence == "192.0.2.1 port 25: no connection within 0.05 s"
    assert "port 25" in found.failure.hint


async def test_random_octets_end_as_a_failure():
    async def script(server):
        await server.say(os.urandom(3000))

    for _ in range(10):
        found, _ = await seen(script)
        assert found.failure.kind in (FailureKind.MALFORMED, FailureKind.LIMIT, FailureKind.CLOSED)


async def test_a_server_that_ignores_quit_does_not_hold_us(identity):
    async def script(server):
        await server.dialogue(GREETING, EHLO, READY)
        await server.writer.start_tls(identity[0])
        await asyncio.sleep(30)

    begun = time.monotonic()
    found, _ = await seen(script, timeout=1.0)
    assert found.failure is None
    assert time.monotonic() - begun < 1.5


class Kept(HostNetwork):
    """Keeps every stream it opened, so that no garbage collector closes what we did not."""

    opened: ClassVar = []

    async def open_tcp(self, address, port, timeout):
        stream = await super().open_tcp(address, port, timeout)
        self.opened.append(stream)
        return stream


@pytest.mark.parametrize("cancelled", [False, True], ids=["timeout", "cancelled"])
async def test_however_it_ends_the_connection_is_closed(cancelled):
    gone = asyncio.Event()

    async def script(server):
        await server.say(b"220-wait")
        while await server.reader.read(100):
            pass
        gone.set()

    async with serving(script) as (port, _):
        session = contact(Kept(), "mx", "127.0.0.1", port, "mx", ehlo="probe.example", timeout=0.2)
        task = asyncio.create_task(session)
        await asyncio.sleep(0.1)
        if cancelled:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled() is cancelled
        await asyncio.wait_for(gone.wait(), 1)


@pytest.mark.parametrize("name", ["", "a b", "x\r\nMAIL FROM:<>", "bücher.example", "[192.0.2.1"])
async def test_an_ehlo_name_that_is_none_is_never_sent(name):
    with pytest.raises(UsageError, match="the EHLO name"):
        await contact(HostNetwork(), "mx", "127.0.0.1", 9, "mx", ehlo=name, timeout=1)
