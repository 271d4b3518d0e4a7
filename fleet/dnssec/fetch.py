"""One question to the resolver: how the query looks, what counts as an answer, and what a failure is.

Everything a transport may raise becomes a ``Failure`` here (cancellation passes through), and so does every rcode but
NOERROR and NXDOMAIN: SERVFAIL, REFUSED or FORMERR say nothing about whether records exist.  Records of the chain of
trust (DS, DNSKEY) are remembered and shared; leaf records are not.
May import ``fleet.model``, ``fleet.errors`` and this package's ``cache``, ``fold``, ``limits``, ``reply``, ``wording``.
"""

from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from fleet.dnssec.cache import SharedCalls, TimedCache
from fleet.dnssec.fold import Folded, folded
from fleet.dnssec.limits import Budget, Limits
from fleet.dnssec.message_id import message_id
from fleet.dnssec.reply import Reply
from fleet.dnssec.wording import rrset_text
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Ede, Existence, Reason, ResolverWord

Transport = Callable[[dns.message.Message], Awaitable[dns.message.Message]]
"""Carries one query to a resolver and brings its reply."""

EDNS_PAYLOAD = 1232
"""Largest UDP reply asked for: fits every path without fragments."""

_RAISED: tuple[tuple[type[Exception], FailureKind, str], ...] = (
    (TimeoutError, FailureKind.TIMEOUT, "no answer in time"),
    (dns.exception.Timeout, FailureKind.TIMEOUT, "no answer in time"),
    (ConnectionRefusedError, FailureKind.CONNECTION_REFUSED, "the resolver refused the connection"),
    (ConnectionError, FailureKind.CLOSED, "the resolver closed the connection"),
    (EOFError, FailureKind.CLOSED, "the resolver closed the connection"),
    (OSError, FailureKind.UNREACHABLE, "the resolver cannot be reached"),
    (dns.exception.DNSException, FailureKind.MALFORMED, "the reply does not parse"),
    (Exception, FailureKind.MALFORMED, "the transport failed"),
)
"""What exceptions mean, most special first."""

_Link = tuple[Folded, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a resolver says when asked without CD: its word, and the records it came with; None where it has none."""

    word: ResolverWord
    reply: Reply | None


_NO_ANSWER = frozenset({FailureKind.SERVFAIL, FailureKind.REFUSED})


class Fetcher:
    """Asks through one transport."""

    def __init__(self, transport: Transport, now: Callable[[], float], limits: Limits) -> None:
        self._transport = transport
        self._now = now
        self._limits = limits
        self._replies: TimedCache[_Link, tuple[float, Reply | Failure]] = TimedCache(limits.cache_entries)
        self._calls = SharedCalls()

    async def ask(self, name: dns.name.Name, rdtype: int) -> Reply | Failure:
        """The resolver's data for (``name``, ``rdtype``), asked with CD so that it does not judge for us."""
        message = await self._exchange(name, rdtype, dns.flags.CD)
        if isinstance(message, Failure):
            return message
        refusal = _refusal(message, name, rdtype)
        return refusal if refusal is not None else Reply(message)

    async def link(self, name: dns.name.Name, rdtype: int, budget: Budget) -> Reply | Failure:
        """Like ``ask``, for DS and DNSKEY: remembered, shared, and paid from ``budget`` where it has to be asked."""
        key = (folded(name), int(rdtype))
        known = self._replies.get(key, self._now())
        if known is not None:
            fetched, reply = known
            if isinstance(reply, Reply):
                budget.oldest_reply = min(budget.oldest_reply, fetched)
            return reply
        if not self._calls.running(key) and not budget.ask():
            return Failure(FailureKind.LIMIT, f"{rrset_text(rdtype, name)} was not asked: too many queries")
        return await self._calls.run(key, lambda: self._ask_and_keep(name, rdtype))

    def remembers(self, name: dns.name.Name, rdtype: int) -> bool:
        """Whether ``link`` would answer at once."""
        return self._replies.get((folded(name), int(rdtype)), self._now()) is not None

    def forget(self, name: dns.name.Name) -> None:
        """Drop what is remembered of the link at ``name``."""
        for rdtype in (dns.rdatatype.DS, dns.rdatatype.DNSKEY):
            self._replies.forget((folded(name), int(rdtype)))

    async def _ask_and_keep(self, name: dns.name.Name, rdtype: int) -> Reply | Failure:
        reply = await self.ask(name, rdtype)
        if isinstance(reply, Failure):
            seconds = self._limits.failure_seconds
        else:
            seconds = min(reply.ttl, self._limits.trust_seconds)
            if reply.records > self._limits.kept_records:
                return reply
        now = self._now()
        weight = reply.weight if isinstance(reply, Reply) else 1
        self._replies.put((folded(name), int(rdtype)), (now, reply), now + seconds, weight)
        return reply

    async def hear(self, name: dns.name.Name, rdtype: int) -> Heard:
        """What the resolver says of (``name``, ``rdtype``) on its own account: asked without CD."""
        message = await self._exchange(name, rdtype, dns.flags.AD)
        if isinstance(message, Failure):
            return Heard(ResolverWord(rcode="", ad=False, existence=Existence.UNKNOWN, failure=message), None)
        rcode = message.rcode()
        reply = Reply(message) if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) else None
        word = ResolverWord(
            rcode=dns.rcode.to_text(rcode),
            ad=bool(message.flags & dns.flags.AD),
            existence=Existence.UNKNOWN if reply is None else reply.as_stub(name, rdtype)[0],
            ede=tuple((int(error.code), error.text or "") for error in message.extended_errors()),
        )
        return Heard(word, reply)

    async def _exchange(self, name: dns.name.Name, rdtype: int, flag: int) -> dns.message.Message | Failure:
        query = copy(_query(name.labels, int(rdtype), flag))
        query.id = int.from_bytes(message_id(), "big")
        try:
            message = await self._transport(query)
        except RemoteError as error:
            return error.failure
        except Exception as error:  # a transport of another program may raise anything
            return _raised(error, name, rdtype)
        fault = _malformed(message, name, rdtype)
        return message if fault is None else Failure(FailureKind.MALFORMED, fault)


@lru_cache(maxsize=4096)
def _query(labels: tuple[bytes, ...], rdtype: int, flag: int) -> dns.message.Message:
    """What is sent for a question, to be copied: making it costs more than sending it."""
    query = copy(_EMPTY)
    query.flags = dns.flags.Flag(dns.flags.RD | flag)
    question = dns.rrset.RRset(dns.name.Name(labels), dns.rdataclass.IN, dns.rdatatype.RdataType.make(rdtype))
    query.sections = [[question], [], [], []]
    return query


def _empty_query() -> dns.message.Message:
    query = dns.message.QueryMessage(id=0)
    query.use_edns(0, dns.flags.DO, EDNS_PAYLOAD)
    query.index = None  # type: ignore[assignment]  # dnspython's word for "none is kept"
    return query


_EMPTY = _empty_query()
"""A question with EDNS and DO, its question left open."""


def _raised(error: Exception, name: dns.name.Name, rdtype: int) -> Failure:
    kind, meaning = next((kind, meaning) for raised, kind, meaning in _RAISED if isinstance(error, raised))
    detail = str(error) or type(error).__name__
    return Failure(kind, f"{rrset_text(rdtype, name)}: {meaning} ({detail})")


def _malformed(message: dns.message.Message, name: dns.name.Name, rdtype: int) -> str | None:
    """Why ``message`` cannot be the reply to this question; None where it can."""
    subject = rrset_text(rdtype, name)
    if not isinstance(message, dns.message.Message):
        return f"{subject}: the transport returned no message"
    if message.question and (message.question[0].name, message.question[0].rdtype) != (name, rdtype):
        return f"{subject}: the reply is to another question"
    if message.flags & dns.flags.TC:
        return f"{subject}: the reply is truncated"
    return None


def _refusal(message: dns.message.Message, name: dns.name.Name, rdtype: int) -> Failure | None:
    rcode = message.rcode()
    if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return None
    kind = FailureKind.SERVFAIL if rcode == dns.rcode.SERVFAIL else FailureKind.REFUSED
    return Failure(kind, f"{rrset_text(rdtype, name)}: the resolver answered {dns.rcode.to_text(rcode)}")


def failure_reason(failure: Failure) -> Reason:
    """A failed lookup as a cause: the resolver had no answer, was not reached, or a limit of ours was."""
    if failure.kind is FailureKind.LIMIT:
        return Reason(Ede.OTHER, failure.sentence)
    code = Ede.NO_REACHABLE_AUTHORITY if failure.kind in _NO_ANSWER else Ede.NETWORK_ERROR
    return Reason(code, failure.sentence)
