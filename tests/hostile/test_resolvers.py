"""Resolvers that lie, babble or stall: what comes back is the answer to the question, or a failure that says why."""

import asyncio
from collections.abc import Iterable, Iterator

import dns.flags
import dns.message
import dns.rrset
import pytest
from adversary import NOW, RESOLVER, World, assert_held, framed, internet, outcomes, reply_wire, tree, truncated
from effort import endure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.dnssec import Validator
from fleet.dnssec.client import Client
from fleet.dnssec.wire import parse
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Existence, MxMeaning, Outcome, Security
from fleet.network.host import HostNetwork

SECONDS = 0.25
"""Patience of these tests: long for loopback, short to wait for."""
FORGED = "203.0.113.66"


def answer(query: dns.message.Message, address: str = FORGED) -> bytes:
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", address))
    return bytes(response.to_wire())


def garbage(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    yield b""
    yield b"\x00"
    yield data[:2] + b"\xff" * 40
    yield data[:11]
    yield data[:2] + b"\x81\x80" + b"\xff\xff" * 4 + b"\xc0\x0c" * 200  # names that point at themselves


def wrong_question(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    for name, rdtype in (("www.other.example", "A"), (query.question[0].name, "AAAA")):
        yield data[:2] + answer(dns.message.make_query(name, rdtype))[2:]


def wrong_id(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    for number in (0, 1, 0xFFFF, query.id ^ 1, query.id ^ 0x8000):
        if number != query.id:
            yield number.to_bytes(2, "big") + answer(query)[2:]


def echo(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    yield data


def flood(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    for number in range(2000):
        yield number.to_bytes(2, "big") + b"\x81\x80" + bytes(200)


class Once:
    """A TCP connection on which ``data`` answers the first question, under its id, and nothing follows."""

    local_address = ""

    def __init__(self, data: bytes) -> None:
        self._data, self._left = data, b""

    async def write(self, data: bytes) -> None:
        self._left = framed(data[2:4] + self._data[2:])[0]

    async def read(self, limit: int) -> bytes:
        part, self._left = self._left[:limit], self._left[limit:]
        return part

    async def close(self) -> None:
        pass


STRAYS = [garbage, wrong_question, wrong_id, echo, flood]


async def fails(client: Client) -> FailureKind:
    """How a question ends that has no answer: with a sentence, whatever came."""
    query = dns.message.make_query("www.example.org", "A", want_dnssec=True)
    with pytest.raises(RemoteError) as failed:
        await client(query)
    assert failed.value.failure.sentence
    assert FORGED not in failed.value.failure.sentence
    return failed.value.failure.kind


@pytest.mark.parametrize("stray", STRAYS)
def test_what_answers_another_question_is_no_answer(world: World, stray: object) -> None:
    world.resolver(stray, lambda query, data: framed(*stray(query, data)))  # type: ignore[operator, arg-type]
    client = Client(world.network, RESOLVER, timeout=SECONDS)
    assert endure(lambda: fails(client), octets=4 << 20) is FailureKind.TIMEOUT
    over_tcp = Client(world.network, RESOLVER, timeout=SECONDS, tcp_only=True)
    assert endure(lambda: fails(over_tcp)) in (FailureKind.CLOSED, FailureKind.LIMIT, FailureKind.TIMEOUT)


def test_an_answer_from_another_address_is_no_answer() -> None:
    async def ask() -> FailureKind:
        loop = asyncio.get_running_loop()
        elsewhere, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))

        class Resolver(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, source: object) -> None:
                elsewhere.sendto(answer(dns.message.from_wire(data)), source)

        asked, _ = await loop.create_datagram_endpoint(Resolver, ("127.0.0.1", 0))
        host, port = asked.get_extra_info("sockname")
        try:
            return await fails(Client(HostNetwork(), host, port, timeout=SECONDS))
        finally:
            asked.close()
            elsewhere.close()

    assert endure(ask) is FailureKind.TIMEOUT


def test_a_resolver_that_truncates_for_ever_is_asked_once_over_tcp(world: World) -> None:
    asked = []

    def over_tcp(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
        asked.append(query)
        return framed(truncated(query))

    world.resolver(lambda query, data: [truncated(query)], over_tcp)
    client = Client(world.network, RESOLVER, timeout=5)
    assert endure(lambda: fails(client)) is FailureKind.MALFORMED
    assert len(asked) == 1


@pytest.mark.parametrize("octets", [0, 1, 2, 3, 14, 40])
def test_a_resolver_that_closes_in_the_middle_of_its_answer_has_not_answered(world: World, octets: int) -> None:
    def over_tcp(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
        return [framed(answer(query))[0][:octets]]

    world.resolver(lambda query, data: [truncated(query)], over_tcp)
    assert endure(lambda: fails(Client(world.network, RESOLVER, timeout=5))) is FailureKind.CLOSED


def test_a_resolver_that_announces_64_kilobytes_and_sends_one_octet_at_a_time_ends_at_the_deadline(
    world: World,
) -> None:
    def over_tcp(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
        yield b"\xff\xff"
        while True:
            yield b"\x00"

    world.resolver(None, over_tcp)
    client = Client(world.network, RESOLVER, timeout=SECONDS, tcp_only=True)
    assert endure(lambda: fails(client), octets=4 << 20) in (FailureKind.TIMEOUT, FailureKind.LIMIT)


@pytest.mark.parametrize("stray", [*STRAYS, lambda query, data: [truncated(query)]])
def test_a_walk_through_such_a_resolver_fails_its_lookup_and_delivers_nothing(world: World, stray: object) -> None:
    world.resolver(stray)  # type: ignore[arg-type]
    world.anchors = internet().anchors()
    verdict = world.check("good.org", dns_timeout=SECONDS)
    assert_held(verdict)
    assert verdict.mx
    assert verdict.mx.meaning is MxMeaning.FAILED
    assert verdict.mx.lookup.existence is Existence.UNKNOWN
    assert verdict.mx.lookup.failure
    assert not outcomes(verdict) & {Outcome.UNDELIVERABLE}, "a resolver that lies bounces no mail"


def corpus() -> list[bytes]:
    """Replies with every kind of record the engine reads."""
    text = "@ MX 10 mx\nmx A 198.51.100.1\nmx AAAA 2001:db8::1\nal CNAME mx\n_25._tcp.mx TLSA 3 1 1 " + "ab" * 32
    made = []
    for denial in ("nsec", "nsec3"):
        net = internet(tree.make_zone("a.org.", text + "\nold DNAME new", denial=denial, algorithm=15))
        for name, rdtype in (
            ("a.org", "MX"), ("mx.a.org", "A"), ("al.a.org", "AAAA"), ("_25._tcp.mx.a.org", "TLSA"),
            ("a.org", "DNSKEY"), ("a.org", "DS"), ("nope.a.org", "A"), ("x.old.a.org", "A"), ("mx.a.org", "TLSA"),
        ):  # fmt: skip
            made.append(reply_wire(net, dns.message.make_query(name, rdtype, want_dnssec=True, use_edns=0)))
    return made


CORPUS = corpus()
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WHERE = st.integers(0, 2000)
mutations = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), WHERE, st.integers(0, 7)),
        st.tuples(st.just("set"), WHERE, st.integers(0, 255)),
        st.tuples(st.just("cut"), WHERE, st.integers(0, 60)),
        st.tuples(st.just("repeat"), WHERE, st.integers(1, 60)),
        st.tuples(st.just("point"), WHERE, st.integers(0, 255)),
    ),
    min_size=1,
    max_size=8,
)


def mutated(wire: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    data = bytearray(wire)
    for kind, where, what in changes:
        at = where % max(1, len(data))
        if kind == "flip" and data:
            data[at] ^= 1 << what
        elif kind == "set" and data:
            data[at] = what
        elif kind == "cut":
            del data[at : at + what]
        elif kind == "repeat":
            data[at:at] = data[at : at + what]
        else:
            data[at : at + 2] = bytes([0xC0, what])
    return bytes(data)


messages = st.one_of(
    st.binary(max_size=600),
    st.builds(mutated, st.sampled_from(CORPUS), mutations),
    st.builds(lambda head, tail: head[:12] + tail, st.sampled_from(CORPUS), st.binary(max_size=300)),
)


@settings(RELAXED, max_examples=700)
@given(messages)
def test_whatever_octets_come_are_a_message_or_malformed(data: bytes) -> None:
    try:
        message = parse(data)
    except RemoteError as error:
        outcome: object = error.failure.kind
    else:
        outcome = type(message)
    assert outcome in (FailureKind.MALFORMED, dns.message.QueryMessage)


@settings(RELAXED, max_examples=150)
@given(messages, st.booleans())
def test_whatever_a_resolver_sends_the_client_gives_a_matching_answer_or_a_failure(data: bytes, tcp: bool) -> None:
    query = dns.message.make_query("a.org", "MX", want_dnssec=True)

    class Memory(HostNetwork):
        """Sends ``data`` under the id that was asked with, once."""

        async def ask_udp(self, address, port, payload, accept, timeout):  # type: ignore[no-untyped-def]
            found = accept(payload[:2] + data[2:])
            if found is None:
                raise RemoteError(Failure(FailureKind.TIMEOUT, "silence"))
            return found

        async def open_tcp(self, address, port, timeout):  # type: ignore[no-untyped-def]
            return Once(data)

    async def ask() -> dns.message.Message | str:
        try:
            return await Client(Memory(), RESOLVER, timeout=1, tcp_only=tcp)(query)
        except RemoteError as error:
            return error.failure.sentence

    found = asyncio.run(asyncio.wait_for(ask(), 10))
    assert found
    if isinstance(found, dns.message.Message):
        assert found.flags & dns.flags.QR
        assert not found.question or found.question == query.question


HONEST = internet(tree.make_zone("a.org.", "@ MX 10 mx\nmx A 198.51.100.1\nal CNAME mx\n*.w A 192.0.2.7", algorithm=15))
PROVEN = {
    ("a.org", "MX"): (Existence.DATA, {"10 mx.a.org."}),
    ("al.a.org", "A"): (Existence.DATA, {"198.51.100.1"}),
    ("x.w.a.org", "A"): (Existence.DATA, {"192.0.2.7"}),
    ("mx.a.org", "TLSA"): (Existence.NODATA, set[str]()),
    ("nope.a.org", "A"): (Existence.NXDOMAIN, set[str]()),
}


@settings(RELAXED, max_examples=150)
@given(st.sampled_from(sorted(PROVEN)), mutations, st.integers(0, 6))
def test_whatever_octets_are_changed_in_a_reply_nothing_false_is_proven(
    question: tuple[str, str], changes: list[tuple[str, int, int]], number: int
) -> None:
    asked = 0

    async def transport(query: dns.message.Message) -> dns.message.Message:
        nonlocal asked
        asked += 1
        wire = reply_wire(HONEST, query)
        return parse(wire[:2] + mutated(wire, changes)[2:] if asked % 7 == number else wire)

    validator = Validator(transport, HONEST.anchors(), clock=lambda: NOW)
    found = asyncio.run(asyncio.wait_for(validator.resolve(*question), 20))
    existence, records = PROVEN[question]
    assert found.security is not Security.INSECURE, "what is signed never looks unsigned"
    if found.security is Security.SECURE:
        assert found.existence is existence
        assert {rdata.to_text() for rdata in found.rrset or ()} == records
    else:
        assert found.why or found.failure
