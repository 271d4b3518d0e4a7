"""This host's sockets: what goes over them, and what the system's errors are called."""

import asyncio
import socket
import struct
import sys
import time

import pytest

from fleet.errors import FailureKind, RemoteError
from fleet.network.host import HostNetwork, remote_error

HERE = HostNetwork()


async def test_bytes_go_there_and_come_back(serve):
    async def echo(reader, writer):
        writer.write(await reader.readexactly(4))

    async with serve(echo) as port:
        stream = await HERE.open_tcp("127.0.0.1", port, 5)
        await stream.write(b"ping")
        assert await stream.read(100) == b"ping"
        assert await stream.read(100) == b""
        assert stream.local_address == "127.0.0.1"
        await stream.close()
        await stream.close()


async def test_a_port_nobody_listens_on_is_refused(free_port):
    with pytest.raises(RemoteError) as refused:
        await HERE.open_tcp("127.0.0.1", free_port, 5)
    assert refused.value.failure.kind is FailureKind.CONNECTION_REFUSED
    assert refused.value.failure.sentence == f"127.0.0.1 port {free_port}: connection refused"


@pytest.mark.skipif(sys.platform != "linux", reason="a full backlog swallows connections silently on Linux only")
async def test_a_connection_nobody_accepts_ends_at_the_deadline():
    with socket.socket() as deaf, socket.socket() as filler:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        filler.connect(deaf.getsockname())
        port = deaf.getsockname()[1]
        with pytest.raises(RemoteError) as late:
            await HERE.open_tcp("127.0.0.1", port, 0.2)
    assert late.value.failure.kind is FailureKind.TIMEOUT
    assert late.value.failure.sentence == f"127.0.0.1 port {port}: no connection within 0.2 s"


async def test_a_reset_is_a_closed_connection(serve):
    async def reset(reader, writer):
        await reader.readexactly(1)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with serve(reset) as port:
        stream = await HERE.open_tcp("127.0.0.1", port, 5)
        await stream.write(b"x")
        with pytest.raises(RemoteError, match="the connection was reset") as closed:
            await stream.read(1)
        await stream.close()
    assert closed.value.failure.kind is FailureKind.CLOSED


async def test_bytes_that_keep_coming_do_not_keep_others_from_running(serve):
    ran = []

    async def burst(reader, writer):
        writer.write(b"x" * 1000)

    async with serve(burst) as port:
        stream = await HERE.open_tcp("127.0.0.1", port, 5)
        await stream.read(1)
        asyncio.get_running_loop().call_soon(ran.append, "somebody else")
        for _ in range(5):
            await stream.read(1)
        await stream.close()
    assert ran == ["somebody else"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on its loopback")
async def test_connections_leave_from_the_source_address(serve):
    seen = []

    async def note(reader, writer):
        seen.append(writer.get_extra_info("peername")[0])

    async with serve(note) as port:
        stream = await HostNetwork("127.0.0.9").open_tcp("127.0.0.1", port, 5)
        assert await stream.read(1) == b""
        assert stream.local_address == "127.0.0.9"
        await stream.close()
    assert seen == ["127.0.0.9"]


async def test_a_source_address_of_the_other_family_is_left_out(serve):
    async def silent(reader, writer):
        pass

    async with serve(silent) as port:
        stream = await HostNetwork("2001:db8::1").open_tcp("127.0.0.1", port, 5)
        await stream.close()


async def test_a_source_address_that_is_not_ours_is_named_as_the_cause(free_port):
    with pytest.raises(RemoteError, match="the source address is not one of this system") as failed:
        await HostNetwork("192.0.2.1").open_tcp("127.0.0.1", free_port, 5)
    assert failed.value.failure.kind is FailureKind.UNREACHABLE


async def test_a_host_name_is_not_an_address():
    with pytest.raises(RemoteError, match=r"mx\.example\.org port 25: that is not an IP address"):
        await HERE.open_tcp("mx.example.org", 25, 5)


def test_an_error_without_words_of_ours_speaks_as_the_system_does():
    failure = remote_error(OSError(12, "whatever"), "192.0.2.1 port 25").failure
    assert failure.kind is FailureKind.UNREACHABLE
    assert failure.sentence.startswith("192.0.2.1 port 25: ")


class Udp(asyncio.DatagramProtocol):
    """Answers every datagram with what ``answers`` makes of it; may send from a second socket as well."""

    def __init__(self, answers):
        self.answers = answers
        self.sources = []

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        self.sources.append(source)
        for answer in self.answers(data, source):
            self.transport.sendto(answer, source)


@pytest.fixture
async def udp():
    transports = []

    async def listen(answers):
        loop = asyncio.get_running_loop()
        transport, server = await loop.create_datagram_endpoint(lambda: Udp(answers), ("127.0.0.1", 0))
        transports.append(transport)
        return transport.get_extra_info("sockname")[1], server

    yield listen
    for transport in transports:
        transport.close()


def any_datagram(data):
    return data


async def test_a_datagram_is_answered(udp):
    port, _ = await udp(lambda data, source: [data.upper()])
    assert await HERE.ask_udp("127.0.0.1", port, b"ping", any_datagram, 5) == b"PING"


async def test_datagrams_that_are_not_accepted_are_ignored(udp):
    port, _ = await udp(lambda data, source: [b"one", b"two", b"three"])
    accepted = await HERE.ask_udp("127.0.0.1", port, b"?", lambda data: data if data == b"three" else None, 5)
    assert accepted == b"three"


async def test_datagrams_from_elsewhere_are_never_seen(udp):
    offered = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.1", 0))

        def answers(data, source):
            forger.sendto(b"forged", source)
            return [b"true"]

        port, _ = await udp(answers)
        answer = await HERE.ask_udp("127.0.0.1", port, b"?", lambda data: offered.append(data) or data, 5)
    assert answer == b"true"
    assert offered == [b"true"]


async def test_every_question_leaves_from_a_port_of_its_own(udp):
    port, server = await udp(lambda data, source: [data])
    for _ in range(8):
        await HERE.ask_udp("127.0.0.1", port, b"?", any_datagram, 5)
    assert len({source[1] for source in server.sources}) > 1


async def test_silence_ends_at_the_deadline(udp):
    port, _ = await udp(lambda data, source: [])
    with pytest.raises(RemoteError) as late:
        await HERE.ask_udp("127.0.0.1", port, b"?", any_datagram, 0.1)
    assert late.value.failure.kind is FailureKind.TIMEOUT
    assert late.value.failure.sentence == f"127.0.0.1 port {port}: no answer within 0.1 s"


async def test_datagrams_that_keep_coming_do_not_keep_others_from_running(udp):
    ran, seen = [], []

    def third(data):
        if not seen:
            asyncio.get_running_loop().call_soon(ran.append, "somebody else")
        seen.append(list(ran))
        return data if len(seen) == 3 else None

    port, _ = await udp(lambda data, source: [b"x"] * 3)
    await HERE.ask_udp("127.0.0.1", port, b"?", third, 5)
    assert seen[-1] == ["somebody else"]


async def test_a_flood_of_refused_datagrams_ends_at_the_deadline(udp):
    port, _ = await udp(lambda data, source: [b"x"] * 2000)
    begun = time.monotonic()
    with pytest.raises(RemoteError, match="no answer within"):
        await HERE.ask_udp("127.0.0.1", port, b"?", lambda data: None, 0.2)
    assert time.monotonic() - begun < 2


async def test_an_unreachable_udp_port_is_refused_at_once(free_port):
    with pytest.raises(RemoteError) as refused:
        await HERE.ask_udp("127.0.0.1", free_port, b"?", any_datagram, 5)
    assert refused.value.failure.kind is FailureKind.CONNECTION_REFUSED
