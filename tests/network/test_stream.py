"""The upgrade to TLS, over a socket and over something that is none."""

import ssl
from contextlib import asynccontextmanager

import pytest

from fleet.errors import FailureKind, RemoteError
from fleet.network.host import HostNetwork
from fleet.network.stream import CarriedStream, plain_reason

CAP = 100_000


@pytest.fixture
def context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def connected(port):
    stream = await HostNetwork().open_tcp("127.0.0.1", port, 5)
    try:
        yield stream
    finally:
        await stream.close()


async def test_the_presented_chain_arrives_whole_and_leaf_first(serve, presented, context):
    async def upgrade(reader, writer):
        await writer.start_tls(presented.context)
        await reader.read()

    async with serve(upgrade) as port, connected(port) as stream:
        session = await stream.start_tls(context, "mx.example.org", CAP)
    assert session.chain == presented.chain
    assert session.version == "TLSv1.3"
    assert session.cipher.startswith("TLS_")


async def test_text_goes_encrypted_both_ways_after_the_upgrade(serve, presented, context):
    async def shout(reader, writer):
        writer.write(b"plain")
        await writer.drain()
        await reader.readexactly(2)
        writer.write(b"ready")
        await writer.start_tls(presented.context)
        writer.write((await reader.readexactly(5)).upper())
        await writer.drain()

    async with serve(shout) as port, connected(port) as stream:
        assert await stream.read(100) == b"plain"
        await stream.write(b"go")
        assert await stream.read(100) == b"ready"
        await stream.start_tls(context, "mx.example.org", CAP)
        await stream.write(b"hello")
        assert await stream.read(3) == b"HEL"
        assert await stream.read(100) == b"LO"
        assert await stream.read(100) == b""


async def test_the_server_name_is_sent_only_where_there_is_one(serve, presented, context):
    names = []
    server = presented.context
    server.sni_callback = lambda tls, name, _: names.append(name)

    async def upgrade(reader, writer):
        await writer.start_tls(server)
        await reader.read()

    for name in ("mx.example.org", ""):
        async with serve(upgrade) as port, connected(port) as stream:
            await stream.start_tls(context, name, CAP)
    server.sni_callback = None
    assert names == ["mx.example.org", None]


async def test_a_name_that_cannot_be_sent_is_a_failure_not_a_crash(serve, context):
    async def silent(reader, writer):
        await reader.read()

    async with serve(silent) as port, connected(port) as stream:
        with pytest.raises(RemoteError, match="the server name cannot be sent"):
            await stream.start_tls(context, "a..b", CAP)


async def failing_handshake(serve, context, answer, cap=CAP):
    async def speak(reader, writer):
        await reader.read(10)
        writer.write(answer)
        await writer.drain()

    async with serve(speak) as port, connected(port) as stream:
        with pytest.raises(RemoteError) as failed:
            await stream.start_tls(context, "mx.example.org", cap)
    return failed.value.failure


async def test_a_server_that_does_not_speak_tls_fails_the_handshake(serve, context):
    failure = await failing_handshake(serve, context, b"500 What?\r\n")
    assert failure.kind is FailureKind.TLS
    assert failure.sentence.endswith("the TLS handshake failed: what the server sent is not TLS")


async def test_a_fatal_alert_is_named(serve, context):
    failure = await failing_handshake(serve, context, bytes.fromhex("15 03 03 00 02 02 28"))
    assert failure.kind is FailureKind.TLS
    assert "handshake_failure" in failure.sentence


async def test_a_close_in_the_middle_of_the_handshake_is_told_from_a_refusal(serve, context):
    failure = await failing_handshake(serve, context, b"\x16\x03\x03")
    assert failure.kind is FailureKind.CLOSED
    assert failure.sentence.endswith("the connection was closed during the TLS handshake")


async def test_a_handshake_is_read_up_to_its_cap_only(serve, context, presented):
    async def upgrade(reader, writer):
        await writer.start_tls(presented.context)

    async with serve(upgrade) as port, connected(port) as stream:
        with pytest.raises(RemoteError) as failed:
            await stream.start_tls(context, "mx.example.org", 300)
    assert failed.value.failure.kind is FailureKind.LIMIT
    assert failed.value.failure.sentence.endswith("the TLS handshake took more than 300 bytes")


async def test_an_old_tls_version_is_refused_in_plain_words(serve, context):
    server_hello = bytes.fromhex("16 0301 002a 02 000026 0301") + bytes(32) + bytes.fromhex("00 002f 00")
    failure = await failing_handshake(serve, context, server_hello)
    assert failure.kind is FailureKind.TLS
    assert "older than 1.2" in failure.sentence


class Drops:
    """A carrier that is no socket: a TLS server in memory, its bytes handed out one at a time."""

    peer = "198.51.100.7 port 25"
    local_address = ""

    def __init__(self, context):
        self.to_server, self.from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.server = context.wrap_bio(self.to_server, self.from_server, server_side=True)
        self.shaken = False

    async def receive(self, limit):
        return self.from_server.read(1)

    async def send(self, data):
        self.to_server.write(data)
        try:
            if not self.shaken:
                self.server.do_handshake()
                self.shaken = True
            self.server.write(self.server.read(100).upper())
        except ssl.SSLWantReadError:
            pass

    async def close(self):
        pass


async def test_the_upgrade_needs_no_socket(presented, context):
    stream = CarriedStream(Drops(presented.context))
    session = await stream.start_tls(context, "mx.example.org", CAP)
    assert session.chain == presented.chain
    await stream.write(b"quietly")
    assert await stream.read(100) == b"QUIETLY"


async def test_a_stream_is_upgraded_once(presented, context):
    stream = CarriedStream(Drops(presented.context))
    await stream.start_tls(context, "", CAP)
    with pytest.raises(RuntimeError):
        await stream.start_tls(context, "", CAP)


def test_reasons_without_better_words_are_still_readable():
    assert plain_reason(ssl.SSLError(1, "[SSL: BAD_ECPOINT] bad")) == "no reason given"
    error = ssl.SSLError(1, "x")
    error.reason = "BAD_ECPOINT"
    assert plain_reason(error) == "bad ecpoint"
