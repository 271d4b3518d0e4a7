"""A small Internet that means harm, on loopback, and what it costs us to meet it.

Every server lives in a thread with an event loop of its own, so that the processor time of the test's thread is ours
alone: ``endure`` says for how long our event loop was held at a time, whatever else this machine is doing.
"""

import asyncio
import gc
import importlib.util
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import dns.flags
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

import fleet.dane.certificate
import fleet.dane.path
import fleet.dane.pkix
import fleet.dane.signature
from fleet.dane import SmtpSettings, Walker, WalkLimits, validated_resolvers
from fleet.dane.pkix import Roots
from fleet.decision import judge_all
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.network import TlsSession
from fleet.network.endpoint import Endpoint
from fleet.network.mapped import MappedNetwork

R = TypeVar("R")

HELD_CPU_SECONDS = 0.05
"""The event loop of a check is never held for longer."""
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


@dataclass(frozen=True)
class Effort:
    """What something cost the thread it ran in."""

    held: float
    """Most seconds of processor time between two beats of the event loop."""
    seconds: float
    """Processor time in all."""
    octets: int = 0
    """Most memory held at once, where it was measured."""


def endure(make: Callable[[], Awaitable[R]], *, within: float = 20.0, octets: int | None = None) -> R:
    """The result of ``make``, which may neither hold the event loop nor, where given, more than ``octets`` of memory.

    ``within`` seconds of wall time it must have ended.  Processor time is taken thrice at most: what other programs
    do to the caches of this machine is not ours.
    """
    for _ in range(3):
        result, effort = measured(make, within)
        if effort.held < HELD_CPU_SECONDS:
            break
    assert effort.held < HELD_CPU_SECONDS, f"the event loop was held for {effort.held * 1000:.0f} ms"
    if octets is not None:
        peak = memory_peak(make, within)
        assert peak < octets, f"{peak} octets of memory were held"
    return result


def measured(make: Callable[[], Awaitable[R]], within: float = 20.0) -> tuple[R, Effort]:
    """The result of ``make`` and its cost.  What earlier runs left in our caches is dropped first."""
    forget()
    gc.freeze()  # a collection of what pytest holds is no work of ours
    try:
        return asyncio.run(_watched(make, within))
    finally:
        gc.unfreeze()


async def _watched(make: Callable[[], Awaitable[R]], within: float) -> tuple[R, Effort]:
    held = 0.0

    async def beat() -> None:
        nonlocal held
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.002)
            moment = time.thread_time()
            held = max(held, moment - last)
            last = moment

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)
    begun = time.thread_time()
    result = await asyncio.wait_for(_of(make()), within)
    seconds = time.thread_time() - begun
    await asyncio.sleep(0.01)  # one more beat sees the last step
    heart.cancel()
    return result, Effort(held, seconds)


async def _of(made: Awaitable[R]) -> R:
    return await made


def memory_peak(make: Callable[[], Awaitable[R]], within: float = 20.0) -> int:
    """Most octets held at once during ``make``, those of the servers in this process included."""
    forget()
    tracemalloc.start()
    try:
        asyncio.run(_watched(make, 5 * within))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def forget() -> None:
    """Empty the caches that make the second look at a certificate cheap."""
    for module in (fleet.dane.certificate, fleet.dane.path, fleet.dane.pkix, fleet.dane.signature):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear") and getattr(thing, "__name__", "") != "public_roots":
                thing.cache_clear()


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

    def resolver(self, udp: Answers | None, tcp: Answers | None = None, address: str = RESOLVER) -> None:
        """A resolver at ``address``: datagrams for each query, and octets to send over TCP before it closes."""

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
            self.udp[Endpoint(address, 53)] = self._datagrams(udp)

    def serve(self, net: Any, address: str = RESOLVER) -> None:
        """A resolver that answers from ``net``, each question worked out once."""
        known: dict[tuple[str, int, bool], bytes] = {}
        self.anchors = net.anchors()

        def answer(query: dns.message.Message, data: bytes) -> bytes:
            asked = query.question[0]
            key = (asked.name.to_text(), int(asked.rdtype), bool(query.flags & dns.flags.CD))
            if key not in known:
                known[key] = reply_wire(net, query)
            return data[:2] + known[key][2:]

        def over_udp(query: dns.message.Message, data: bytes) -> list[bytes]:
            wire = answer(query, data)
            return [wire if len(wire) <= 1232 else truncated(query)]

        self.resolver(over_udp, lambda query, data: framed(answer(query, data)), address)

    def _listen(self, hold: Any) -> Endpoint:
        server = self.aside.run(asyncio.start_server(hold, "127.0.0.1", 0))
        self._closing.append(server.close)
        return Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])

    def _datagrams(self, answers: Answers) -> Endpoint:
        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport: Any) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, source: Any) -> None:
                for datagram in answers(dns.message.from_wire(data), data):
                    self.transport.sendto(datagram, source)

        async def open_socket() -> Any:
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", 0))
            return transport

        transport = self.aside.run(open_socket())
        self._closing.append(transport.close)
        return Endpoint("127.0.0.1", transport.get_extra_info("sockname")[1])

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
