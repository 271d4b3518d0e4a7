"""A stub client for one resolver: one question out, its answer back, nothing believed that was not asked for.

UDP first, TCP where the answer is truncated or where the network has no UDP.  An answer is matched on source address
(by the network), message id, QR bit and question; anything else is ignored until the deadline, because a single stray
or forged packet must not decide a lookup (RFC 5452 section 9).  What answers the question but cannot be read ends it:
waiting would bring nothing better.  What the answer *says* is judged elsewhere: SERVFAIL and its kin come back as
messages.

May import dnspython, ``fleet.network`` and everything below it.
"""

import asyncio
import struct
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from fleet.clock import monotonic
from fleet.dnssec.message_id import message_id
from fleet.dnssec.wire import MAX_MESSAGE, parse, parse_question
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import Network, Stream
from fleet.network.endpoint import Endpoint

MAX_STRAY_MESSAGES = 100
"""What else a resolver may send before it is asked no more."""
_OPT = int(dns.rdatatype.OPT)
LARGE = 4096
"""Octets; more is never asked for over UDP, and over TCP it is parsed beside the event loop."""
_WITHOUT_QUESTION = frozenset({dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED})


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the resolver at ``address``.  An instance is the transport of ``fleet.dnssec.Validator``.

    ``timeout``: seconds for one question in all, over UDP and TCP; ``attempts``: UDP datagrams that share them;
    ``tcp_only``: never ask over UDP; ``at_once``: questions under way at a time, the others wait before their seconds
    begin to count, so that a crowd of ours never looks like a resolver that does not answer.
    """

    network: Network
    address: str
    port: int = 53
    timeout: float = 5.0
    tcp_only: bool = False
    attempts: int = 2
    at_once: int = 256
    _places: asyncio.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", asyncio.Semaphore(self.at_once))

    async def __call__(self, query: dns.message.Message) -> dns.message.Message:
        """The resolver's answer to ``query``, carrying the id of ``query``.

        EDNS and header bits go out as they stand in ``query``; the id on the wire is a fresh random one for every
        datagram and connection.  Raises RemoteError (timeout, connection-refused, unreachable, closed, malformed,
        limit).
        """
        async with self._places:
            return await self._ask(query)

    async def _ask(self, query: dns.message.Message) -> dns.message.Message:
        wire = wire_of(query)
        deadline = monotonic() + self.timeout
        if self.tcp_only or not self.network.has_udp:
            return await self._over_tcp(query, wire, deadline)
        answer = await self._over_udp(query, wire, deadline)
        if not answer.flags & dns.flags.TC:
            return answer
        try:
            return await self._over_tcp(query, wire, deadline)
        except RemoteError as error:
            failure, hint = (
                error.failure,
                "The answer was truncated over UDP: the resolver must be reachable over TCP too.",
            )
            raise RemoteError(Failure(failure.kind, failure.sentence, hint)) from error

    @property
    def resolver(self) -> str:
        """``address:port``, as sentences call it."""
        return str(Endpoint(self.address, self.port))

    async def _over_udp(self, query: dns.message.Message, wire: bytes, deadline: float) -> dns.message.Message:
        for left in range(self.attempts, 0, -1):
            exchange = Exchange.of(query, wire, self.resolver)
            patience = max(0.0, deadline - monotonic()) / left
            try:
                return await self.network.ask_udp(
                    self.address, self.port, exchange.payload, exchange.accept_datagram, patience
                )
            except RemoteError as error:
                if error.failure.kind is not FailureKind.TIMEOUT:
                    raise _with_transport(error, "UDP") from error
        raise self._failed(FailureKind.TIMEOUT, f"gave no answer within {self.timeout:g} s")

    async def _over_tcp(self, query: dns.message.Message, wire: bytes, deadline: float) -> dns.message.Message:
        # One connection per question: resolvers close idle ones as they like, and a check asks few enough.
        patience = max(0.0, deadline - monotonic())
        try:
            async with asyncio.timeout(patience):
                stream = await self.network.open_tcp(self.address, self.port, patience)
                try:
                    return await self._converse(stream, Exchange.of(query, wire, self.resolver))
                finally:
                    await stream.close()
        except TimeoutError as error:
            raise self._failed(FailureKind.TIMEOUT, f"gave no answer over TCP within {self.timeout:g} s") from error
        except RemoteError as error:
            if error.failure.kind is FailureKind.TIMEOUT:
                raise self._failed(FailureKind.TIMEOUT, f"gave no answer over TCP within {self.timeout:g} s") from error
            raise _with_transport(error, "TCP") from error

    async def _converse(self, stream: Stream, exchange: "Exchange") -> dns.message.Message:
        """Ask on an open connection (RFC 7766): messages go both ways behind two octets of length."""
        await stream.write(len(exchange.payload).to_bytes(2, "big") + exchange.payload)
        for _ in range(MAX_STRAY_MESSAGES):
            length = int.from_bytes(await self._read(stream, 2), "big")
            data = await self._read(stream, length)
            # The largest messages take most of a second to parse, and everything else would wait for that.
            large = length > LARGE
            answer = await asyncio.to_thread(exchange.accept, data) if large else exchange.accept(data)
            if answer is None:
                continue
            if answer.flags & dns.flags.TC:
                raise self._failed(FailureKind.MALFORMED, "truncated an answer that was asked for over TCP")
            return answer
        raise self._failed(FailureKind.LIMIT, f"sent {MAX_STRAY_MESSAGES} messages that answer something else")

    async def _read(self, stream: Stream, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            part = await stream.read(length - len(data))
            if not part:
                raise self._failed(FailureKind.CLOSED, "closed the connection before it had answered")
            data += part
        return bytes(data)

    def _failed(self, kind: FailureKind, sentence: str) -> RemoteError:
        return RemoteError(Failure(kind, f"{self.resolver} {sentence}"))


@dataclass(frozen=True, slots=True)
class Exchange:
    """One sending of a question under an id of its own, and what counts as the answer to it."""

    query: dns.message.Message
    payload: bytes
    resolver: str

    @classmethod
    def of(cls, query: dns.message.Message, wire: bytes, resolver: str) -> "Exchange":
        """``query``, ``wire`` without its id, under a fresh one."""
        return cls(query, message_id() + wire[2:], resolver)

    def accept_datagram(self, data: bytes) -> dns.message.Message | None:
        """Like ``accept``, for one datagram."""
        return self.accept(data) if len(data) <= LARGE else None

    def accept(self, data: bytes) -> dns.message.Message | None:
        """The answer in ``data``, or None where it is none to this question.

        Raises RemoteError (malformed) for an answer to this question that cannot be read.
        """
        if data[:2] != self.payload[:2]:
            return None
        try:
            answer = parse(data)
        except RemoteError as error:
            begun = parse_question(data)
            if begun is None or not self._is_answered_by(begun):
                return None
            sentence = f"{self.resolver} gave an answer that cannot be read: {error.failure.sentence}"
            raise RemoteError(Failure(FailureKind.MALFORMED, sentence)) from error
        if not self._is_answered_by(answer):
            return None
        answer.id = self.query.id
        return answer

    def _is_answered_by(self, answer: dns.message.Message) -> bool:
        return bool(answer.flags & dns.flags.QR) and self._asks_the_same(answer)

    def _asks_the_same(self, answer: dns.message.Message) -> bool:
        if not answer.question:  # servers that understood nothing repeat nothing
            return answer.rcode() in _WITHOUT_QUESTION
        asked, repeated = self.query.question, answer.question
        # Name equality ignores case (RFC 4343).
        return [(q.name, q.rdclass, q.rdtype) for q in asked] == [(q.name, q.rdclass, q.rdtype) for q in repeated]


def wire_of(query: dns.message.Message) -> bytes:
    """``query`` in wire format, its id left open.

    A question with EDNS and nothing else is nearly all that is ever asked, and quickly written out.
    """
    more = query.answer or query.authority or query.additional or query.options or query.pad or query.had_tsig
    if len(query.question) != 1 or query.opt is None or more:
        return query.to_wire(max_size=MAX_MESSAGE)
    question = query.question[0]
    return b"".join(
        (
            struct.pack("!HHHHHH", 0, query.flags, 1, 0, 0, 1),
            *(bytes((len(label),)) + label for label in question.name.labels),
            struct.pack("!HHBHHIH", question.rdtype, question.rdclass, 0, _OPT, query.payload, query.ednsflags, 0),
        )
    )


def _with_transport(error: RemoteError, transport: str) -> RemoteError:
    failure = error.failure
    if failure.kind not in (FailureKind.CONNECTION_REFUSED, FailureKind.UNREACHABLE):
        return error
    return RemoteError(Failure(failure.kind, f"{failure.sentence} (over {transport})", failure.hint))
