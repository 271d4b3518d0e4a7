"""The validating stub resolver as one object: ask, prove, remember.

May import ``fleet.model``, ``fleet.errors``, ``fleet.clock`` and this package.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import dns.name
import dns.rdatatype

from fleet import clock as wall
from fleet.dnssec.answer import Answer
from fleet.dnssec.cache import SharedCalls, TimedCache, weight_of
from fleet.dnssec.chain import Chain
from fleet.dnssec.fetch import Fetcher, Transport
from fleet.dnssec.fold import Folded, folded
from fleet.dnssec.judge import Judge
from fleet.dnssec.limits import Budget, Limits
from fleet.dnssec.pursuit import LINK_TYPES, Pursuit
from fleet.dnssec.reply import Reply
from fleet.dnssec.signature import SUPPORTED_ALGORITHMS, SignatureRules, VerifySignature, verify_signature
from fleet.dnssec.zone import AnchorSet, TrustAnchors
from fleet.model import ResolverWord, Security

_Question = tuple[dns.name.Name, dns.rdatatype.RdataType]
_Key = tuple[Folded, int]

_LONG = 0.5
"""Seconds a resolver may take without CD before the same is asked with CD beside."""


class Validator:
    """Resolves through one transport and decides by itself what is proven (RFC 4033 to 4035 and what followed).

    ``transport`` carries one query to one resolver; whatever it raises becomes the failure of the lookup.
    ``trust_anchors`` are DS or DNSKEY RRsets of any zones, or a mapping from zone to records; the closest one above a
    name counts.  ``clock`` gives an aware datetime, or epoch seconds.  A zone that is signed only with other
    ``algorithms`` is insecure.  ``verify_signature`` replaces the check of one signature by one key.

    What is learnt is remembered for this resolver; calls may run concurrently.
    """

    def __init__(
        self,
        transport: Transport,
        trust_anchors: TrustAnchors,
        *,
        clock: Callable[[], datetime | float] = wall.now,
        limits: Limits = Limits(),  # noqa: B008  frozen
        algorithms: Collection[int] = SUPPORTED_ALGORITHMS,
        verify_signature: VerifySignature | None = None,
    ) -> None:
        self._now = _seconds_of(clock)
        self._limits = limits
        rules = SignatureRules(frozenset(int(number) for number in algorithms), verify_signature or _verify, limits)
        self._fetcher = Fetcher(transport, self._now, limits)
        self._chain = Chain(self._fetcher, AnchorSet(trust_anchors), rules, self._now)
        self._judge = Judge(self._chain, self._fetcher)
        self._answers: TimedCache[_Key, tuple[float, Answer]] = TimedCache(limits.cache_entries)
        self._calls = SharedCalls()

    async def resolve(self, name: str | dns.name.Name, rdtype: str | dns.rdatatype.RdataType) -> Answer:
        """The records of ``rdtype`` at ``name`` with their state; a failed lookup is an answer too.

        Raises ValueError for a type that is no data (such as ANY or RRSIG) and dnspython's exceptions for a name that
        is none.
        """
        question = _question(name, rdtype)
        now = self._now()
        key = (folded(question[0]), int(question[1]))
        kept = self._answers.get(key, now)
        if kept is not None:
            return _aged(kept[1], now - kept[0])
        return await self._calls.run(key, lambda: self._resolve(*question))

    async def _resolve(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> Answer:
        validated, word = await self._validate_and_hear(name, rdtype)
        answer = replace(validated, word=word, ad=None if word.failure is not None else word.ad)
        now = self._now()
        records = answer.rrset or ()
        if len(records) > self._limits.kept_records:
            return answer
        weight = weight_of(len(records), sum(len(rdata.to_generic().data) for rdata in records))
        self._answers.put((folded(name), int(rdtype)), (now, answer), now + self._lifetime(answer, now), weight)
        return answer

    async def _validate_and_hear(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
    ) -> tuple[Answer, ResolverWord]:
        """What is proven, and what the resolver says by itself, with one question where one will do.

        The resolver hands out the same records with and without CD; CD matters only where it would withhold them.  So
        a proof over the records that came without CD is as good as any (a signature does not know how it was asked
        for), and so is the proof that there is none to be expected.  With CD is asked where the resolver gave no
        records, gave some that do not hold (withheld in part, or made up as DNS64 does), or takes long: a resolver
        that struggles with its own validation may have the data at hand.
        """
        budget = Budget(self._limits)
        if rdtype in LINK_TYPES:
            answer, heard = await asyncio.gather(
                self._validate(name, rdtype, None, budget), self._fetcher.hear(name, rdtype)
            )
            return answer, heard.word
        self._chain.prefetch(name, budget, likely_zone=rdtype == dns.rdatatype.MX)
        beside: list[asyncio.Task[Answer]] = []

        def ask_beside() -> None:
            beside.append(asyncio.ensure_future(self._validate(name, rdtype, None, budget)))

        timer = asyncio.get_running_loop().call_later(_LONG, ask_beside)
        try:
            heard = await self._fetcher.hear(name, rdtype)
            timer.cancel()
            answer = await (beside[0] if beside else self._validate(name, rdtype, heard.reply, budget))
        finally:
            timer.cancel()
            for task in beside:
                task.cancel()
        return answer, heard.word

    async def _validate(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, first: Reply | None, budget: Budget
    ) -> Answer:
        """Prove once; where keys or replies remembered from before make the answer bogus, once more with fresh ones.

        Keys may have been rolled; replies were fetched ahead of need, perhaps on the word of a forged alias.  Before
        that, what came without CD in ``first`` and does not hold is asked for with CD.
        """
        started = self._now()
        pursuit = Pursuit(name, rdtype, self._fetcher, self._chain, self._judge, budget, first)
        answer = await pursuit.run()
        if first is not None and answer.security is Security.BOGUS:
            unchecked = await self._fetcher.ask(name, rdtype)
            if not (isinstance(unchecked, Reply) and unchecked.says_the_same(first)):
                pursuit = Pursuit(name, rdtype, self._fetcher, self._chain, self._judge, budget, unchecked)
                answer = await pursuit.run()
        rolled = pursuit.oldest_keys is not None and pursuit.oldest_keys < started
        stale = answer.security is Security.BOGUS and budget.oldest_reply < started
        if rolled or stale:
            self._forget(answer, zones=True)
            answer = await Pursuit(name, rdtype, self._fetcher, self._chain, self._judge, budget).run()
        if answer.security in (Security.BOGUS, Security.INDETERMINATE):
            self._forget(answer, zones=False)  # what was fetched with it may be as bad, and must not outlive it
        return answer

    def _forget(self, answer: Answer, zones: bool) -> None:
        for name in (answer.name, *(dns.name.from_text(hop.target) for hop in answer.hops), answer.canonical):
            self._chain.forget(name, zones)

    def _lifetime(self, answer: Answer, now: float) -> float:
        """Seconds an answer may be served from memory."""
        resolver_failed = answer.word is not None and (
            answer.word.failure is not None or answer.word.rcode == "SERVFAIL"
        )
        seconds = float(self._limits.answer_seconds)
        if answer.ttl is not None:
            seconds = min(seconds, answer.ttl)
        if answer.expires is not None:
            seconds = min(seconds, answer.expires.timestamp() - now)
        if resolver_failed or answer.security not in (Security.SECURE, Security.INSECURE):
            seconds = min(seconds, self._limits.failure_seconds)
        return seconds


_verify = verify_signature


def _seconds_of(clock: Callable[[], datetime | float]) -> Callable[[], float]:
    """``clock`` in epoch seconds; it is read dozens of times in a check, so the usual one is read without a detour."""
    if clock is wall.now:
        return time.time

    def seconds() -> float:
        moment = clock()
        return moment.timestamp() if isinstance(moment, datetime) else float(moment)

    return seconds


@lru_cache(maxsize=4096)
def _parsed(name: str) -> dns.name.Name:
    return dns.name.from_text(name)


def _question(name: str | dns.name.Name, rdtype: str | int) -> _Question:
    parsed = _parsed(name) if isinstance(name, str) else name.derelativize(dns.name.root)
    kind = dns.rdatatype.RdataType.make(rdtype)
    if dns.rdatatype.is_metatype(kind) or kind in (dns.rdatatype.RRSIG, dns.rdatatype.NONE):
        raise ValueError(f"{dns.rdatatype.to_text(kind)} is not a type of data that can be proven")
    return parsed, kind


def _aged(answer: Answer, age: float) -> Answer:
    return answer if answer.ttl is None else replace(answer, ttl=max(0, answer.ttl - int(age)))
