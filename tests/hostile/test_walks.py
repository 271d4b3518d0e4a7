"""Whole walks through what the other files of this folder meet one by one: resolvers and mail servers that mean harm.

A resolver that is honest until the question that matters is worse than one that never answers, so each lies about one
type of record only.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

import dns.message
import dns.rdatatype
import pytest
from adversary import (
    BYE,
    DELIVERED,
    EHLO,
    GREETING,
    OWN_VALIDATION,
    READY,
    RESOLVER,
    Answers,
    Lies,
    Script,
    Server,
    World,
    assert_held,
    assert_no_dane,
    framed,
    internet,
    outcomes,
    tree,
    truncated,
    with_tlsa,
)
from chains import issue, server, tlsa
from test_resolvers import FORGED, SECONDS, answer, echo, flood, garbage, wrong_id, wrong_question
from test_servers import ALERTS, BABBLE, STAGES, endless, slow

from fleet.errors import FailureKind
from fleet.model import Lookup, Outcome, Verdict

ADDRESS = "198.51.100.1"
SECOND = "192.0.2.54"
MEMORY = 16 << 20
LEAF = issue(server())


def nothing(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
    return []


def cut(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
    yield truncated(query)


def in_full(answers: Answers) -> Answers:
    return lambda query, data: framed(*answers(query, data))


def in_part(octets: int) -> Answers:
    return lambda query, data: [framed(answer(query))[0][:octets]]


def without_end(query: dns.message.Message, data: bytes) -> Iterator[bytes]:
    yield b"\xff\xff"
    while True:
        yield b"\x00"


def unreadable(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
    yield answer(query) + b"\x00"


LIES: dict[str, tuple[Answers, Answers, set[FailureKind]]] = {
    "silence": (nothing, nothing, {FailureKind.TIMEOUT}),
    "garbage": (garbage, nothing, {FailureKind.TIMEOUT}),
    "another question": (wrong_question, nothing, {FailureKind.TIMEOUT}),
    "another id": (wrong_id, nothing, {FailureKind.TIMEOUT}),
    "the question alone": (echo, nothing, {FailureKind.TIMEOUT}),
    "a flood": (flood, nothing, {FailureKind.TIMEOUT}),
    "what cannot be read": (unreadable, nothing, {FailureKind.MALFORMED}),
    "truncated for ever": (cut, in_full(cut), {FailureKind.MALFORMED}),
    "garbage over TCP": (cut, in_full(garbage), {FailureKind.CLOSED}),
    "another question over TCP": (cut, in_full(wrong_question), {FailureKind.CLOSED}),
    "no answer over TCP": (cut, nothing, {FailureKind.CLOSED}),
    "half a length over TCP": (cut, in_part(1), {FailureKind.CLOSED}),
    "half an answer over TCP": (cut, in_part(20), {FailureKind.CLOSED}),
    "octets without end over TCP": (cut, without_end, {FailureKind.TIMEOUT, FailureKind.CLOSED}),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("rdtype", ["MX", "A", "TLSA", "DS"])
def test_a_resolver_that_lies_about_one_type_of_record_delivers_nothing(world: World, rdtype: str, lie: str) -> None:
    over_udp, over_tcp, kinds = LIES[lie]
    lies = Lies(dns.rdatatype.from_text(rdtype), over_udp, over_tcp)
    world.serve(with_tlsa(tlsa(3, 0, 1, LEAF)), lies=lies)
    world.presented[ADDRESS] = (LEAF.der,)
    verdict = world.check("tlsa.org", dns_timeout=SECONDS, octets=MEMORY if lie == "a flood" else None)
    assert_held(verdict)
    failed = lookup(verdict, rdtype)
    assert failed.failure
    assert failed.failure.kind in kinds, failed.failure.sentence
    assert FORGED not in failed.failure.sentence
    assert Outcome.UNDELIVERABLE not in outcomes(verdict, OWN_VALIDATION), "a resolver that lies bounces no mail"


def lookup(verdict: Verdict, rdtype: str) -> Lookup:
    """The lookup that a lie about ``rdtype`` spoils first."""
    assert verdict.mx
    if rdtype in ("MX", "DS"):
        return verdict.mx.lookup
    [host] = verdict.hosts
    address = verdict.address(host.name)
    assert address
    return address.a if rdtype == "A" else verdict.tlsa(host.name)[0].lookup


def test_the_same_walk_without_a_lie_is_dane(world: World) -> None:
    """What the tests above would see if nothing were wrong."""
    world.serve(with_tlsa(tlsa(3, 0, 1, LEAF)))
    world.presented[ADDRESS] = (LEAF.der,)
    assert outcomes(world.check("tlsa.org"), OWN_VALIDATION) == {Outcome.DANE}


ELSEWHERE = {"another port": ("127.0.0.1", 0), "another address": ("127.0.0.2", -1)}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_resolver_that_answers_from_another_address_has_not_answered(world: World, place: str) -> None:
    """Neither what is true nor what is forged: the walk fails, or goes on with the next resolver."""
    net = with_tlsa(tlsa(3, 0, 1, LEAF))
    world.serve(net, sends_from=ELSEWHERE[place])
    world.serve(net, SECOND)
    world.presented[ADDRESS] = (LEAF.der,)
    alone = world.check("tlsa.org", dns_timeout=SECONDS)
    assert_held(alone)
    assert alone.mx
    assert alone.mx.lookup.failure
    assert alone.mx.lookup.failure.kind is FailureKind.TIMEOUT
    both = world.check("tlsa.org", dns_timeout=SECONDS, resolvers=(RESOLVER, SECOND))
    assert outcomes(both, OWN_VALIDATION) == {Outcome.DANE}
    assert both.mx
    [attempt] = both.mx.lookup.attempts
    assert attempt.failure.kind is FailureKind.TIMEOUT


Meetings = Iterator[tuple[Script, set[FailureKind]]]
"""Scripts of mail servers, and how a session with one may end."""


def orders() -> Meetings:
    """The four lines of a session in every order but the right one, or what reads the same."""
    for lines in itertools.permutations((GREETING, EHLO, READY, BYE)):
        if lines[1] is not EHLO or lines[0] is BYE:
            yield dialogue(lines), {FailureKind.GREETING}
        elif lines[2] is BYE:
            yield dialogue(lines), {FailureKind.NO_STARTTLS}


def dialogue(lines: Sequence[bytes]) -> Script:
    async def script(server: Server) -> None:
        await server.dialogue(*lines)
        await server.reader.read()

    return script


def alerts() -> Meetings:
    """Every alert, as a warning and as the end."""
    for level, number in itertools.product((1, 2), ALERTS):
        yield alert(b"\x15\x03\x03\x00\x02" + bytes([level, number])), {FailureKind.TLS}


def alert(record: bytes) -> Script:
    async def script(server: Server) -> None:
        await server.dialogue(GREETING, EHLO, READY)
        await server.reader.read(5)
        await server.say(record)

    return script


def babble() -> Meetings:
    """What never ends, at each place of a session."""
    for data, before in itertools.product(BABBLE, ((), (GREETING,), (GREETING, EHLO))):
        script = endless(data.replace(b"220", b"250") if before else data, *before)
        yield script, {FailureKind.LIMIT, FailureKind.MALFORMED}


def delay() -> Meetings:
    """One octet at a time, at each place of a session."""
    for data, before in STAGES.values():
        yield slow(data, *before), {FailureKind.TIMEOUT}


def early() -> Meetings:
    """Octets behind the answer to STARTTLS, in clear, and then whatever the client likes to hear."""
    for more in (b"220 more\r\n", b"\x16\x03\x01", b"\x00", READY * 100):
        yield dialogue((GREETING, EHLO, READY + more)), {FailureKind.TLS}


CROWDS: dict[str, tuple[Callable[[], Meetings], float]] = {
    "lines in every wrong order": (orders, 5.0),
    "every alert": (alerts, 5.0),
    "replies without end": (babble, 10.0),
    "one octet at a time": (delay, 1.0),
    "octets before the handshake": (early, 5.0),
}
"""With the seconds a session may take."""
PER_HOST = 8
"""Addresses of one host that are tried."""


@pytest.mark.parametrize("kind", CROWDS)
def test_a_destination_of_such_servers_alone_is_walked_in_time_and_memory(world: World, kind: str) -> None:
    crowd, seconds = CROWDS[kind]
    kinds, text = [], []
    for number, (script, ends) in enumerate(crowd()):
        text.append(f"mx{number // PER_HOST} A 198.51.100.{number}")
        world.smtp(f"198.51.100.{number}", script)
        kinds.append(ends)
    hosts = [f"mx{number}" for number in range(-(-len(kinds) // PER_HOST))]
    text += [f"@ MX {number} {host}" for number, host in enumerate(hosts)]
    text += [f"_25._tcp.{host} TLSA 3 1 1 {'ab' * 32}" for host in hosts]
    world.serve(internet(tree.make_zone("mail.org.", "\n".join(text), algorithm=15)))
    verdict = world.check("mail.org", smtp_seconds=seconds, octets=MEMORY)
    assert_no_dane(verdict)
    assert not outcomes(verdict, OWN_VALIDATION) & DELIVERED
    contacts = {step.contact.address: step.contact for host in hosts for step in verdict.contacts(f"{host}.mail.org")}
    assert len(contacts) == len(kinds)
    for number, ends in enumerate(kinds):
        found = contacts[f"198.51.100.{number}"]
        assert found.failure
        assert found.failure.kind in ends, found.failure.sentence
        assert ("in clear" in found.failure.sentence) is (crowd is early)
        assert found.chain == ()
