"""A small Internet that means harm, on loopback.

Every server lives in a thread with an event loop of its own, so that the processor time of the test's thread is ours
alone: ``effort.endure`` says for how long our event loop was held at a time, whatever else this machine is doing.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import dns.flags
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from effort import R, endure

from fleet.dane import SmtpSettings, Walker, WalkLimits, validated_resolvers
from fleet.dane.pkix import Roots
from fleet.decision import judge_all
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.network import TlsSession
from fleet.network.endpoint import Endpoint
from fleet.network.mapped import MappedNetwork

RESOLVER = "192.0.2.53"
GREETING = b"220 mx.example.org ESMTP\r\n"
EHLO = b"250-mx.example.org\r\n250 STARTTLS\r\n"
READY = b"220 ready\r\n"
BYE = b"221 bye\r\n"


def _tree() -> ModuleType:
    """The signed tree of the validator's tests; a conftest can only be loaded by its path."""
    path = Path(__file__).parent.parent / "dnssec" / "conftest.py"
    spec = importlib.util.spec_from_file_location("signed_tree", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tree: Any = _tree()
NOW = tree.NOW


def internet(*zones: Any) -> Any:
    """The zones linked below a signed root and a signed ``org``."""
    return tree.Lab.internet(*zones)


def with_tlsa(*rdatas: bytes) -> Any:
    """A destination whose TLSA records are these octets, signed as they stand."""
    zone = tree.make_zone("tlsa.org.", "@ MX 10 mx\nmx A 198.51.100.1", algorithm=15)
    owner = tree.n("_25._tcp.mx.tlsa.org.")
    generic = [dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.TLSA, rdata) for rdata in rdatas]
    zone.nodes[owner] = {dns.rdatatype.TLSA: dns.rrset.from_rdata_list(owner, 3600, generic)}
    return internet(zone)


class Aside:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def close(self) -> None:
        self.run(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    @staticmethod
    async def _cancel_all() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@dataclass
class Server:
    """One connection to a scripted SMTP server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        if self.writer.is_closing():
            raise ConnectionResetError
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # neither writing nor draining lets others run while there is room

    async def hear(self) -> bytes:
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        return line

    async def dialogue(self, *replies: bytes) -> None:
        """Say the first reply unasked, and each of the others after a line heard."""
        await self.say(replies[0])
        for reply in replies[1:]:
            await self.hear()
            await self.say(reply)


Script = Callable[[Server], Awaitable[None]]
Answers = Callable[[dns.message.Message, bytes], Iterable[bytes]]
"""What a resolver sends back for a query and its octets."""


@dataclass(frozen=True)
class Lies:
    """What a resolver sends, and over TCP closes after, to a question about ``rdtype``."""

    rdtype: dns.rdatatype.RdataType
    over_udp: Answers
    over_tcp: Answers

    def about(self, query: dns.message.Message) -> bool:
        return query.question[0].rdtype == self.rdtype


@dataclass
class World:
    """Servers of this test, and the network that reaches them."""

    aside: Aside = field(default_factory=Aside)
    udp: dict[Endpoint, Endpoint] = field(default_factory=dict)
    tcp: dict[Endpoint, Endpoint] = field(default_factory=dict)
    presented: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Chains by address that are presented without a real handshake: what no TLS library would serve."""
    anchors: Any = None
    _closing: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        async def close_all() -> None:
            for close in self._closing:
                close()
            await asyncio.sleep(0)

        self.aside.run(close_all())
        self.aside.close()

    @property
    def network(self) -> "Network":
        return Network("adversary", self.udp, self.tcp, self.presented)

    def smtp(self, address: str, script: Script) -> None:
        """Hold ``script`` with every connection to ``address`` port 25."""

        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, ValueError):
                await script(Server(reader, writer))
            writer.close()

        self.tcp[Endpoint(address, 25)] = self._listen(hold)

    def resolver(
        self,
        udp: Answers | None,
        tcp: Answers | None = None,
        address: str = RESOLVER,
        sends_from: tuple[str, int] | None = None,
    ) -> None:
        """A resolver at ``address``: datagrams for each query, and octets to send over TCP before it closes.

        Its datagrams come from another socket, bound to ``sends_from``, where that is given; port 0 there is any other
        port, -1 the one that was asked.
        """

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError):
                length = int.from_bytes(await reader.readexactly(2), "big")
                data = await reader.readexactly(length)
                for octets in tcp(dns.message.from_wire(data), data) if tcp else ():
                    writer.write(octets)
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.close()

        if tcp is not None:
            self.tcp[Endpoint(address, 53)] = self._listen(converse)
        if udp is not None:
            self.udp[Endpoint(address, 53)] = self._datagrams(udp, sends_from)

    def serve(
        self,
        net: Any,
        address: str = RESOLVER,
        lies: Lies | None = None,
        sends_from: tuple[str, int] | None = None,
    ) -> None:
        """A resolver that answers from ``net``, each question worked out once, save those it lies about."""
        known: dict[tuple[str, int, bool], bytes] = {}
        self.anchors = net.anchors()

        def answer(query: dns.message.Message, data: bytes) -> bytes:
            asked = query.question[0]
            key = (asked.name.to_text(), int(asked.rdtype), bool(query.flags & dns.flags.CD))
            if key not in known:
                known[key] = reply_wire(net, query)
            return data[:2] + known[key][2:]

        def over_udp(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
            if lies and lies.about(query):
                return lies.over_udp(query, data)
            wire = answer(query, data)
            return [wire if len(wire) <= 1232 else truncated(query)]

        def over_tcp(query: dns.message.Message, data: bytes) -> Iterable[bytes]:
            return lies.over_tcp(query, data) if lies and lies.about(query) else framed(answer(query, data))

        self.resolver(over_udp, over_tcp, address, sends_from)

    def _listen(self, hold: Any) -> Endpoint:
        server = self.aside.run(asyncio.start_server(hold, "127.0.0.1", 0))
        self._closing.append(server.close)
        return Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])

    def _datagrams(self, answers: Answers, sends_from: tuple[str, int] | None = None) -> Endpoint:
        class Datagrams(asyncio.DatagramProtocol):
            sender: Any = None

            def datagram_received(self, data: bytes, source: Any) -> None:
                for datagram in answers(dns.message.from_wire(data), data):
                    self.sender.sendto(datagram, source)

        async def open_socket(protocol: type[asyncio.DatagramProtocol], address: tuple[str, int]) -> tuple[Any, Any]:
            transport, made = await asyncio.get_running_loop().create_datagram_endpoint(protocol, address)
            self._closing.append(transport.close)
            return transport, made

        asked, protocol = self.aside.run(open_socket(Datagrams, ("127.0.0.1", 0)))
        address, port = asked.get_extra_info("sockname")
        protocol.sender = asked
        if sends_from is not None:
            host, number = sends_from
            elsewhere = (host, port if number < 0 else number)
            protocol.sender, _ = self.aside.run(open_socket(asyncio.DatagramProtocol, elsewhere))
        return Endpoint(address, port)

    def walker(self, *, dns_timeout: float = 3.0, resolvers: Sequence[str] = (RESOLVER,), **limits: Any) -> Walker:
        limits = {"seconds": 15.0, "smtp_seconds": 5.0} | limits
        return Walker(
            self.network,
            validated_resolvers(self.network, resolvers, self.anchors, timeout=dns_timeout, clock=lambda: NOW),
            smtp=SmtpSettings(ehlo="probe.example", new_per_second=1000),
            limits=WalkLimits(**limits),
            clock=lambda: NOW,
            roots=Roots([]),
        )

    def check(self, domain: str, *, within: float = 20.0, octets: int | None = None, **options: Any) -> Verdict:
        """The verdict of a whole walk, which must end in time and hold neither event loop nor memory."""
        return endure(lambda: self.walker(**options).walk(domain), within=within, octets=octets)


@dataclass(frozen=True)
class Network(MappedNetwork):
    """A mapped network on which some addresses present certificates without the work of a handshake."""

    presented: Any = None

    async def open_tcp(self, address: str, port: int, timeout: float) -> Any:
        if port == 25 and address in self.presented:
            return Presenting(self.presented[address])
        return await super().open_tcp(address, port, timeout)


class Presenting:
    """An SMTP server in memory that does everything right and presents ``chain``."""

    local_address = "192.0.2.99"

    def __init__(self, chain: tuple[bytes, ...]) -> None:
        self._chain = chain
        self._says = [GREETING]

    async def read(self, limit: int) -> bytes:
        await asyncio.sleep(0)
        return self._says.pop(0) if self._says else b""

    async def write(self, data: bytes) -> None:
        self._says.append({b"EHLO": EHLO, b"STAR": READY}.get(data[:4], BYE))

    async def start_tls(self, context: Any, server_name: str, byte_limit: int) -> TlsSession:
        return TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", self._chain)

    async def close(self) -> None:
        pass


def reply_wire(net: Any, query: dns.message.Message) -> bytes:
    """The reply of ``net`` as octets, records that dnspython would not read included."""
    reply = dns.message.make_response(query, recursion_available=True)
    net._answer(reply, query.question[0].name, query.question[0].rdtype)
    for change in net.tampers:
        reply = change(query, reply) or reply
    return bytes(reply.to_wire(max_size=65535))


def truncated(query: dns.message.Message) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return bytes(response.to_wire())


def framed(*wires: bytes) -> list[bytes]:
    return [len(wire).to_bytes(2, "big") + wire for wire in wires]


GOOD_NEWS = {Outcome.DANE, Outcome.DNS_READY}
DELIVERED = {*GOOD_NEWS, Outcome.TLS, Outcome.TLS_VERIFIED, Outcome.CLEAR}
OWN_VALIDATION = (Policy.ASYNCOS, Policy.RFC7672)
"""Policies that act on what we proved and not on what a resolver says."""


def outcomes(verdict: Verdict, policies: Iterable[Policy] = Policy, modes: Iterable[Mode] = Mode) -> set[Outcome]:
    judged = judge_all(verdict)
    return {judged[policy, mode].outcome for policy in policies for mode in modes}


def assert_no_dane(verdict: Verdict) -> None:
    """Nobody calls it DANE, and whoever insists on DANE and proves it for himself delivers nothing."""
    assert not outcomes(verdict) & GOOD_NEWS
    assert not outcomes(verdict, OWN_VALIDATION, [Mode.MANDATORY]) & DELIVERED
    assert all(judgement.reason for judgement in judge_all(verdict).values())


def assert_held(verdict: Verdict) -> None:
    """Who validates for himself delivers in no mode."""
    assert_no_dane(verdict)
    assert not outcomes(verdict, OWN_VALIDATION) & DELIVERED
