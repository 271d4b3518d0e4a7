"""The stub client: only the answer to the question counts, and every way of not getting it has a name."""

import asyncio
import socket
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from fleet.dnssec.client import Client
from fleet.dnssec.wire import parse
from fleet.errors import FailureKind, RemoteError
from fleet.network.host import HostNetwork


@dataclass
class Resolver:
    """A scripted resolver: for each question ``udp`` gives datagrams, ``tcp`` gives octets to send before closing."""

    udp: object = None
    tcp: object = None
    port: int = 0
    asked: list[tuple[str, dns.message.Message]] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)

    @property
    def transports(self):
        return [transport for transport, _ in self.asked]

    async def converse(self, reader, writer):
        try:
            length = int.from_bytes(await reader.readexactly(2), "big")
            query = dns.message.from_wire(await reader.readexactly(length))
            self.asked.append(("tcp", query))
            for octets in self.tcp(query):
                writer.write(octets)
                await writer.drain()
                await asyncio.sleep(0)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, resolver):
        self.resolver = resolver

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        query = dns.message.from_wire(data)
        self.resolver.asked.append(("udp", query))
        self.resolver.sources.append(source)
        for datagram in self.resolver.udp(query):
            self.transport.sendto(datagram, source)


@asynccontextmanager
async def resolver(udp=lambda query: [], tcp=None):
    """The scripted resolver, on UDP and, where ``tcp`` is given, on TCP of the same port."""
    scripted = Resolver(udp, tcp)
    server = await asyncio.start_server(scripted.converse, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    if tcp is None:
        server.close()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(scripted), ("127.0.0.1", scripted.port))
    try:
        yield scripted
    finally:
        transport.close()
        server.close()
        await asyncio.sleep(0)  # a transport closes its socket in the next round of the loop


def client(scripted, **options):
    return Client(HostNetwork(), "127.0.0.1", scripted.port, **{"timeout": 5.0, **options})


def question(name="www.example.org"):
    return dns.message.make_query(name, "A", want_dnssec=True)


def answer(query, address="192.0.2.1"):
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", address))
    return response


def truncated(query):
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def framed(*wires):
    return [len(wire).to_bytes(2, "big") + wire for wire in wires]


def addresses(response):
    return [rdata.address for rrset in response.answer for rdata in rrset]


async def failure(scripted, **options):
    with pytest.raises(RemoteError) as failed:
        await client(scripted, **options)(question())
    return failed.value.failure


async def test_a_question_is_answered_over_udp():
    async with resolver(lambda query: [answer(query).to_wire()]) as scripted:
        asked = question()
        response = await client(scripted)(asked)
    assert addresses(response) == ["192.0.2.1"]
    assert response.id == asked.id
    assert asked.is_response(response)


async def test_every_question_has_an_id_and_a_port_of_its_own():
    async with resolver(lambda query: [answer(query).to_wire()]) as scripted:
        ask, asked = client(scripted), question()
        for _ in range(8):
            await ask(asked)
    assert len({query.id for _, query in scripted.asked}) > 4
    assert len(set(scripted.sources)) > 4


QUERIES = {
    "EDNS": {"use_edns": 0, "payload": 1232},
    "DO": {"use_edns": 0, "want_dnssec": True, "payload": 4096},
    "EDNS of a later version": {"use_edns": 3},
    "no EDNS": {},
    "padding": {"use_edns": 0, "pad": 64},
    "an option": {"use_edns": 0, "options": [dns.edns.CookieOption(b"12345678", b"")]},
    "no recursion, CD": {"use_edns": 0, "flags": dns.flags.CD},
}


@pytest.mark.parametrize("name", [".", "Example.org.", "\\000\\.\\255.example.org.", f"{'a' * 63}.{'b' * 63}."])
@pytest.mark.parametrize("options", QUERIES.values(), ids=QUERIES)
async def test_what_goes_out_is_what_dnspython_writes(name, options):
    query = dns.message.make_query(name, "TLSA", **options)
    async with resolver(lambda seen: [dns.message.make_response(seen).to_wire()]) as scripted:
        await client(scripted)(query)
    [(_, seen)] = scripted.asked
    assert seen.wire[2:] == query.to_wire()[2:]


async def test_header_bits_and_edns_go_out_as_given():
    asked = question()
    asked.flags |= dns.flags.CD
    async with resolver(lambda query: [answer(query).to_wire()]) as scripted:
        await client(scripted)(asked)
    [(_, seen)] = scripted.asked
    assert seen.flags & dns.flags.CD
    assert seen.ednsflags & dns.flags.DO
    assert seen.payload == asked.payload


def with_id(wire, number):
    return number.to_bytes(2, "big") + wire[2:]


def wrong_id(query):
    return with_id(answer(query, "198.51.100.66").to_wire(), query.id ^ 1)


def wrong_name(query):
    other = answer(question("www.example.net"), "198.51.100.66")
    return with_id(other.to_wire(), query.id)


def wrong_type(query):
    other = dns.message.make_response(dns.message.make_query(query.question[0].name, "AAAA"))
    return with_id(other.to_wire(), query.id)


def no_response(query):
    return query.to_wire()


def without_question(query):
    bare = answer(query, "198.51.100.66")
    bare.question = []
    return bare.to_wire()


def garbage(query):
    return query.id.to_bytes(2, "big") + b"\xff" * 40


def three_octets(query):
    return b"abc"


STRAYS = [wrong_id, wrong_name, wrong_type, no_response, without_question, garbage, three_octets]


@pytest.mark.parametrize("stray", STRAYS)
async def test_a_stray_packet_is_ignored_and_the_answer_behind_it_taken(stray):
    async with resolver(lambda query: [stray(query), answer(query).to_wire()]) as scripted:
        assert addresses(await client(scripted)(question())) == ["192.0.2.1"]


@pytest.mark.parametrize("stray", STRAYS)
async def test_a_stray_message_over_tcp_is_ignored_too(stray):
    async with resolver(tcp=lambda query: framed(stray(query), answer(query).to_wire())) as scripted:
        assert addresses(await client(scripted, tcp_only=True)(question())) == ["192.0.2.1"]


@pytest.mark.parametrize("stray", STRAYS)
async def test_stray_packets_alone_end_as_a_timeout(stray):
    async with resolver(lambda query: [stray(query)]) as scripted:
        failed = await failure(scripted, timeout=0.2)
    assert failed.kind is FailureKind.TIMEOUT
    assert failed.sentence == f"127.0.0.1:{scripted.port} gave no answer within 0.2 s"


def cut_short(query):
    return answer(query).to_wire()[:-1]


def an_address_of_three_octets(query):
    response = dns.message.make_response(query)
    rdata = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.A, b"abc")
    response.answer.append(dns.rrset.from_rdata(query.question[0].name, 60, rdata))
    return response.to_wire()


def surplus_octets(query):
    return answer(query).to_wire() + b"\x00"


UNREADABLE = [cut_short, an_address_of_three_octets, surplus_octets]


@pytest.mark.parametrize("spoilt", UNREADABLE)
@pytest.mark.parametrize("tcp_only", [False, True], ids=["UDP", "TCP"])
async def test_an_answer_to_the_question_that_cannot_be_read_ends_it_at_once(spoilt, tcp_only):
    async with resolver(lambda query: [spoilt(query)], lambda query: framed(spoilt(query))) as scripted:
        begun = time.monotonic()
        failed = await failure(scripted, tcp_only=tcp_only)
    assert time.monotonic() - begun < 1
    assert failed.kind is FailureKind.MALFORMED
    assert failed.sentence.startswith(f"127.0.0.1:{scripted.port} gave an answer that cannot be read: ")


@pytest.mark.parametrize("spoil", [wrong_id, wrong_name, wrong_type, no_response])
async def test_what_cannot_be_read_and_answers_something_else_is_a_stray(spoil):
    async with resolver(lambda query: [spoil(query) + b"\x00", answer(query).to_wire()]) as scripted:
        assert addresses(await client(scripted)(question())) == ["192.0.2.1"]


async def test_a_right_looking_answer_from_another_address_is_not_taken():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
        forger.bind(("127.0.0.1", 0))

        def forged_first(query):
            forger.sendto(answer(query, "198.51.100.66").to_wire(), scripted.sources[-1])
            return [answer(query).to_wire()]

        async with resolver(forged_first) as scripted:
            assert addresses(await client(scripted)(question())) == ["192.0.2.1"]


async def test_the_case_of_the_repeated_question_does_not_matter():
    def shouted(query):
        return with_id(answer(question("WWW.Example.ORG")).to_wire(), query.id)

    async with resolver(lambda query: [shouted(query)]) as scripted:
        assert addresses(await client(scripted)(question())) == ["192.0.2.1"]


async def test_a_truncated_answer_is_asked_for_again_over_tcp():
    async with resolver(
        lambda query: [truncated(query)], lambda query: framed(answer(query, "192.0.2.2").to_wire())
    ) as scripted:
        assert addresses(await client(scripted)(question())) == ["192.0.2.2"]
    assert scripted.transports == ["udp", "tcp"]


async def test_a_resolver_that_truncates_and_has_no_tcp_gets_a_hint():
    async with resolver(lambda query: [truncated(query)]) as scripted:
        failed = await failure(scripted)
    assert failed.kind is FailureKind.CONNECTION_REFUSED
    assert failed.sentence == f"127.0.0.1 port {scripted.port}: connection refused (over TCP)"
    assert "reachable over TCP" in failed.hint


async def test_a_network_without_udp_asks_over_tcp_alone():
    class Tunnel(HostNetwork):
        has_udp = False

    async with resolver(tcp=lambda query: framed(answer(query).to_wire())) as scripted:
        assert addresses(await Client(Tunnel(), "127.0.0.1", scripted.port)(question())) == ["192.0.2.1"]
    assert scripted.transports == ["tcp"]


async def test_tcp_octets_may_come_one_by_one():
    def drops(query):
        return [bytes([octet]) for octet in b"".join(framed(answer(query).to_wire()))]

    async with resolver(tcp=drops) as scripted:
        assert addresses(await client(scripted, tcp_only=True)(question())) == ["192.0.2.1"]


async def test_a_large_answer_arrives_whole_over_tcp():
    def large(query):
        response = answer(query)
        for number in range(3000):
            response.answer[0].add(dns.rdata.from_text("IN", "A", f"10.0.{number >> 8}.{number & 255}"))
        return framed(response.to_wire(max_size=65535))

    async with resolver(tcp=large) as scripted:
        assert len(addresses(await client(scripted, tcp_only=True)(question()))) == 3001


@pytest.mark.parametrize("octets", [b"", b"\x00", b"\x00\x40half an answer"])
async def test_a_connection_closed_before_the_answer_is_closed_not_empty(octets):
    async with resolver(tcp=lambda query: [octets]) as scripted:
        failed = await failure(scripted, tcp_only=True)
    assert failed.kind is FailureKind.CLOSED
    assert failed.sentence == f"127.0.0.1:{scripted.port} closed the connection before it had answered"


async def test_an_answer_truncated_over_tcp_is_malformed():
    async with resolver(tcp=lambda query: framed(truncated(query))) as scripted:
        failed = await failure(scripted, tcp_only=True)
    assert failed.kind is FailureKind.MALFORMED


async def test_endless_stray_messages_over_tcp_reach_a_limit():
    async with resolver(tcp=lambda query: framed(*[wrong_id(query)] * 150)) as scripted:
        failed = await failure(scripted, tcp_only=True)
    assert failed.kind is FailureKind.LIMIT


async def test_a_lost_datagram_is_sent_again():
    lost = []

    def second_time(query):
        return [answer(query).to_wire()] if lost else lost.append(query) or []

    async with resolver(second_time) as scripted:
        assert addresses(await client(scripted, timeout=1.0)(question())) == ["192.0.2.1"]
    assert scripted.transports == ["udp", "udp"]
    first, second = (query.id for _, query in scripted.asked)
    assert first != second


async def test_silence_ends_at_the_deadline_however_many_attempts():
    async with resolver() as scripted:
        begun = time.monotonic()
        failed = await failure(scripted, timeout=0.3, attempts=3)
    assert failed.kind is FailureKind.TIMEOUT
    assert 0.25 < time.monotonic() - begun < 1
    assert scripted.transports == ["udp"] * 3


async def test_octets_that_drip_end_at_the_deadline():
    async def drip(reader, writer):
        while True:
            writer.write(b"\x01")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(RemoteError) as failed:
        await Client(HostNetwork(), "127.0.0.1", port, timeout=0.3, tcp_only=True)(question())
    server.close()
    assert failed.value.failure.kind is FailureKind.TIMEOUT
    assert failed.value.failure.sentence == f"127.0.0.1:{port} gave no answer over TCP within 0.3 s"


async def test_a_resolver_that_is_not_there_is_refused():
    async with resolver() as scripted:
        pass
    failed = await failure(scripted)
    assert failed.kind is FailureKind.CONNECTION_REFUSED
    assert failed.sentence == f"127.0.0.1 port {scripted.port}: connection refused (over UDP)"


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NXDOMAIN])
async def test_what_the_answer_says_is_not_judged_here(rcode):
    def says(query):
        response = dns.message.make_response(query)
        response.set_rcode(rcode)
        return [response.to_wire()]

    async with resolver(says) as scripted:
        assert (await client(scripted)(question())).rcode() == rcode


async def test_a_refusal_that_repeats_no_question_is_an_answer():
    def says(query):
        response = dns.message.Message(query.id)
        response.flags |= dns.flags.QR
        response.set_rcode(dns.rcode.FORMERR)
        return [response.to_wire()]

    async with resolver(says) as scripted:
        assert (await client(scripted)(question())).rcode() == dns.rcode.FORMERR


def test_an_ipv6_resolver_is_named_with_brackets():
    assert Client(HostNetwork(), "2001:db8::53").resolver == "[2001:db8::53]:53"


def long_answer(query, records):
    answer = dns.message.make_response(query)
    texts = [f"192.0.{number // 256}.{number % 256}" for number in range(records)]
    answer.answer.append(dns.rrset.from_text_list("example.org.", 60, "IN", "A", texts))
    return answer.to_wire(max_size=65535)


async def test_a_datagram_far_larger_than_asked_for_is_ignored():
    def flood(query):
        return [long_answer(query, 1000), long_answer(query, 1)]

    async with resolver(flood) as scripted:
        assert len((await client(scripted)(question())).answer[0]) == 1


@pytest.mark.parametrize(("records", "beside"), [(1, False), (1000, True)])
async def test_a_large_message_is_parsed_beside_the_event_loop(monkeypatch, records, beside):
    threads = []

    def watched(data):
        threads.append(threading.current_thread())
        return parse(data)

    def says(query):
        wire = long_answer(query, records)
        return [len(wire).to_bytes(2, "big") + wire]

    monkeypatch.setattr("fleet.dnssec.client.parse", watched)
    async with resolver(tcp=says) as scripted:
        await client(scripted, tcp_only=True)(question())
    assert [thread is not threading.main_thread() for thread in threads] == [beside]


async def test_a_crowd_of_questions_waits_its_turn_before_its_seconds_count() -> None:
    under_way, most = 0, 0

    class Slow:
        name, has_udp = "slow", True

        async def ask_udp(self, address, port, payload, accept, timeout):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.02)
            under_way -= 1
            return accept(dns.message.make_response(dns.message.from_wire(payload)).to_wire())

    client = Client(Slow(), "192.0.2.53", timeout=0.1, at_once=4)
    queries = [dns.message.make_query(f"n{number}.lab", "MX") for number in range(40)]
    answers = await asyncio.gather(*(client(query) for query in queries))
    assert len(answers) == 40
    assert most == 4
