"""Resolvers of every kind: query bytes in, answer bytes out, and the sockets that carry them.

``Responder`` is the pure part: what a validating, passing, stripping or refusing resolver makes of the tree's answer
(RFC 4035 3.2, RFC 6840 5.7 and 5.8 for the AD and CD bits, RFC 6891 for EDNS, RFC 8914 for extended
errors).  ``Resolver`` listens for one of them on loopback.  May import the standard library, dnspython, ``fleet.model``
and the lab's own modules.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from fleet.lab.faults import Faults, ResolverFault
from fleet.lab.scenario import Breakage
from fleet.lab.tree import Reply, Tree
from fleet.model import Ede, Security

HOST = "127.0.0.1"
SMALLEST_DATAGRAM = 512
LARGEST_DATAGRAM = 1232
CACHED_ANSWERS = 20_000

_PROOFS = frozenset({dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3})
_META = frozenset({dns.rdatatype.ANY, dns.rdatatype.AXFR, dns.rdatatype.IXFR})


class Kind(StrEnum):
    """What a resolver does with DNSSEC, or with us."""

    VALIDATING = "validating"
    PASSING = "passing"
    """Does not validate, hands signatures through intact."""
    STRIPPING = "stripping"
    """Knows neither EDNS nor DNSSEC: signatures and proofs are removed."""
    DEAD = "dead"
    TCP_ONLY = "tcp-only"
    """Validates, but datagrams to it are lost."""
    SECOND = "second"
    """A second validating resolver."""
    REFUSING = "refusing"
    SLOW = "slow"
    """Validates, and takes its time."""
    LYING = "lying"
    """Validates nothing and says that it had: the AD bit on every answer, bogus and unsigned ones too."""
    UDP_ONLY = "udp-only"
    """Validates; over TCP nothing listens."""


RESOLVERS = {
    Kind.VALIDATING: "192.0.2.53",
    Kind.PASSING: "192.0.2.54",
    Kind.STRIPPING: "192.0.2.55",
    Kind.DEAD: "192.0.2.56",
    Kind.TCP_ONLY: "192.0.2.57",
    Kind.SECOND: "192.0.2.58",
    Kind.REFUSING: "192.0.2.59",
    Kind.SLOW: "192.0.2.60",
    Kind.LYING: "192.0.2.61",
    Kind.UDP_ONLY: "192.0.2.62",
}
"""The virtual address of each resolver; the port is 53."""

SLOW_SECONDS = 1.0
"""How late each answer of the slow one is."""

_VALIDATES = frozenset({Kind.VALIDATING, Kind.TCP_ONLY, Kind.SECOND, Kind.SLOW, Kind.UDP_ONLY})


class Responder:
    """What one kind of resolver answers, over one tree.  ``answer`` is a pure function with a bounded memory."""

    def __init__(self, kind: Kind, tree: Tree) -> None:
        self._kind = kind
        self._tree = tree
        self._known: dict[tuple[bytes, bool], bytes | None] = {}

    def answer(self, query: bytes, over_tcp: bool) -> bytes | None:
        """The answer to ``query``, truncated (TC) where a datagram cannot hold it; None where silence is the answer."""
        if len(query) < 12:
            return None
        key = (query[2:], over_tcp)
        if key not in self._known:
            if len(self._known) >= CACHED_ANSWERS:
                self._known.clear()
            self._known[key] = self._compute(query, over_tcp)
        answer = self._known[key]
        return answer and query[:2] + answer[2:]

    def servfail(self, query: bytes) -> bytes | None:
        """A plain SERVFAIL to ``query``; None where it cannot be read."""
        try:
            response = dns.message.make_response(dns.message.from_wire(query), recursion_available=True)
        except dns.exception.DNSException:
            return None
        response.set_rcode(dns.rcode.SERVFAIL)
        return response.to_wire()

    def _compute(self, query: bytes, over_tcp: bool) -> bytes | None:
        try:
            asked = dns.message.from_wire(query)
        except dns.exception.DNSException:
            return None
        if asked.flags & dns.flags.QR:
            return None
        response = self._respond(asked)
        if response is None:
            return None
        limit = 65535 if over_tcp else max(SMALLEST_DATAGRAM, min(asked.payload, LARGEST_DATAGRAM))
        try:
            # In the order of the rows: a lab that shuffled addresses would not tell the same story twice.
            return response.to_wire(max_size=limit, want_shuffle=False)
        except dns.exception.TooBig:
            return _truncated(response)

    def _respond(self, asked: dns.message.Message) -> dns.message.Message | None:
        stripping = self._kind is Kind.STRIPPING
        if stripping:
            asked.use_edns(False)
        response = dns.message.make_response(asked, recursion_available=True, our_payload=LARGEST_DATAGRAM)
        if response.edns >= 0:
            # The DO bit goes back as it came (RFC 3225 3); dnspython leaves that to us.
            response.ednsflags |= asked.ednsflags & dns.flags.DO
        if asked.flags & dns.flags.CD and not stripping:
            response.flags |= dns.flags.CD
        if self._kind is Kind.REFUSING or asked.opcode() != dns.opcode.QUERY or len(asked.question) != 1:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        question = asked.question[0]
        if question.rdclass != dns.rdataclass.IN or question.rdtype in _META:
            response.set_rcode(dns.rcode.NOTIMP)
            return response
        reply = self._tree.ask(question.name.canonicalize(), question.rdtype)
        if reply.failure is Breakage.TIMEOUT:
            return None
        if reply.failure:
            response.set_rcode(dns.rcode.REFUSED if reply.failure is Breakage.REFUSED else dns.rcode.SERVFAIL)
            _explain(response, Ede.NO_REACHABLE_AUTHORITY)
            return response
        self._fill(response, reply, asked)
        return response

    def _fill(self, response: dns.message.Message, reply: Reply, asked: dns.message.Message) -> None:
        checking = self._kind in _VALIDATES and not asked.flags & dns.flags.CD
        if checking and reply.truth.security is Security.BOGUS:
            response.set_rcode(dns.rcode.SERVFAIL)
            _explain(response, reply.truth.ede or Ede.DNSSEC_BOGUS)
            return
        wants_proofs = bool(asked.ednsflags & dns.flags.DO)
        vouches = self._kind is Kind.LYING or (checking and reply.truth.security is Security.SECURE)
        if vouches and (wants_proofs or asked.flags & dns.flags.AD):
            response.flags |= dns.flags.AD
        response.set_rcode(reply.rcode)
        rdtype = asked.question[0].rdtype
        response.answer.extend(_visible(reply.answer, wants_proofs, rdtype))
        response.authority.extend(_visible(reply.authority, wants_proofs, rdtype))


def _visible(rrsets: Iterable[dns.rrset.RRset], proofs: bool, asked: dns.rdatatype.RdataType) -> list[dns.rrset.RRset]:
    """What a client gets to see: proofs only with DO (RFC 4035 3.2.1), unless it asked for that type."""
    return [rrset for rrset in rrsets if proofs or rrset.rdtype not in _PROOFS or rrset.rdtype == asked]


def _explain(response: dns.message.Message, code: Ede) -> None:
    if response.edns >= 0:
        options: list[dns.edns.Option] = [dns.edns.EDEOption(dns.edns.EDECode(int(code)), None)]
        response.use_edns(0, response.ednsflags, LARGEST_DATAGRAM, options=options)


def _truncated(response: dns.message.Message) -> bytes:
    for section in (response.answer, response.authority, response.additional):
        section.clear()
    response.flags |= dns.flags.TC
    return response.to_wire()


@dataclass(slots=True)
class Resolver:
    """One resolver listening on loopback, UDP and TCP on the same port."""

    kind: Kind
    responder: Responder
    faults: Faults
    asked: Counter[str] = field(default_factory=Counter)
    """How many questions came over ``udp`` and ``tcp``."""
    port: int = 0
    _server: asyncio.Server | None = None
    _datagrams: asyncio.DatagramTransport | None = None
    _closed_port: socket.socket | None = None

    @property
    def address(self) -> str:
        """The virtual address."""
        return RESOLVERS[self.kind]

    async def start(self) -> None:
        """Listen on a free port; raises OSError if none can be had."""
        loop = asyncio.get_running_loop()
        for attempt in range(20):
            await self._take_port()
            try:
                self._datagrams, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=(HOST, self.port)
                )
            except OSError:
                # Somebody else has the UDP port of that number: try another pair.
                self.close()
                if attempt == 19:
                    raise
            else:
                return

    async def _take_port(self) -> None:
        if self.kind is Kind.UDP_ONLY:  # nobody else is to answer there: the port is taken, and nothing listens
            self._closed_port = socket.socket()
            self._closed_port.bind((HOST, 0))
            self.port = self._closed_port.getsockname()[1]
            return
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
        if self._closed_port:
            self._closed_port.close()
        if self._datagrams:
            self._datagrams.close()

    async def answer(self, query: bytes, over_tcp: bool) -> bytes | None:
        """What goes back, after the faults in force; None for silence."""
        self.asked["tcp" if over_tcp else "udp"] += 1
        fault = self.faults.failing.get(self.address)
        silent = self.kind is Kind.DEAD or (self.kind is Kind.TCP_ONLY and not over_tcp)
        if silent or fault is ResolverFault.DROP:
            return None
        late = SLOW_SECONDS if self.kind is Kind.SLOW else 0.0
        if delay := self.faults.delays.get(self.address, late):
            await asyncio.sleep(delay)
        if fault is ResolverFault.SERVFAIL:
            return self.responder.servfail(query)
        return self.responder.answer(query, over_tcp)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A task for each question: answers go back as they are ready (RFC 7766 6.2.1.1)."""

        async def respond(query: bytes) -> None:
            answer = await self.answer(query, over_tcp=True)
            if answer is not None and not writer.is_closing():
                writer.write(struct.pack("!H", len(answer)) + answer)

        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                task = asyncio.ensure_future(respond(await reader.readexactly(length)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for task in tasks:
                task.cancel()
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP side of a resolver: a task per datagram, so that a delayed answer holds up no other."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The selector loop's datagram transport does not derive from DatagramTransport on Python 3.11.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str | int, ...]) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(data, address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, address: tuple[str | int, ...]) -> None:
        answer = await self._resolver.answer(data, over_tcp=False)
        if answer is not None and not self._transport.is_closing():
            self._transport.sendto(answer, address)
