"""One question under way: follow its aliases, judge every hop and the end, and put the answer together.

Resolvers answer a whole chain of aliases in one message, but may stop short, and a hop may lie in a zone of another
state than the next: every CNAME and DNAME is judged on its own (RFC 6672, RFC 7672 2.1.3) and the answer is as good as
its worst part.  What does not hold in a message that answered another question is asked directly before it counts.

May import ``fleet.model``, ``fleet.errors`` and the modules of this package that judge and fetch.
"""

from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from fleet.dnssec.answer import Answer
from fleet.dnssec.chain import Chain
from fleet.dnssec.fetch import Fetcher, failure_reason
from fleet.dnssec.judge import Judge, Judgement
from fleet.dnssec.limits import Budget
from fleet.dnssec.reply import Alias, Reply
from fleet.dnssec.wording import name_text, type_text
from fleet.errors import Failure, FailureKind
from fleet.model import Ede, Existence, Hop, Link, LinkKind, Reason, Security

LINK_TYPES = frozenset({dns.rdatatype.DS, dns.rdatatype.DNSKEY})
"""Types the chain of trust is made of: remembered, so never taken from an answer that a resolver has judged."""
_WORST_FIRST = (Security.BOGUS, Security.INDETERMINATE, Security.INSECURE)


class Pursuit:
    """The work for one (name, type); used once.  ``first``: the outcome of asking it where that is here."""

    def __init__(
        self,
        name: dns.name.Name,
        rdtype: dns.rdatatype.RdataType,
        fetcher: Fetcher,
        chain: Chain,
        judge: Judge,
        budget: Budget,
        first: Reply | Failure | None = None,
    ) -> None:
        self._name = name
        self._rdtype = rdtype
        self._fetcher = fetcher
        self._chain = chain
        self._judge = judge
        self._budget = budget
        self._first = first
        self._current = name
        self._seen = {name}
        self._hops: list[Hop] = []
        self._judged: list[Judgement] = []
        self._rcode: dns.rcode.Rcode | None = None

    @property
    def oldest_keys(self) -> float | None:
        """When the keys were proven that made the answer bogus; None where it is not, or no keys were at hand."""
        return next((part.loaded for part in self._judged if part.loaded is not None), None)

    async def run(self) -> Answer:
        """Follow the aliases to the end.  Never raises for anything a resolver sends."""
        if self._first is None:
            self._chain.prefetch(self._name, self._budget)
        while True:
            asked = self._current
            first, self._first = self._first, None
            reply = first or await self._ask(asked)
            if isinstance(reply, Failure):
                return self._failed(reply)
            self._rcode = reply.rcode
            self._look_ahead(reply)
            try:
                answer = await self._read(reply, asked)
            except dns.name.NameTooLong:
                return self._failed(_limit(f"the DNAME above {name_text(self._current)} makes its name too long"))
            if answer is not None:
                return answer

    async def _ask(self, name: dns.name.Name) -> Reply | Failure:
        if self._rdtype in LINK_TYPES:
            return await self._fetcher.link(name, self._rdtype, self._budget)
        return await self._fetcher.ask(name, self._rdtype)

    def _look_ahead(self, reply: Reply) -> None:
        for found in list(reply.answer.of_type(dns.rdatatype.CNAME))[: self._budget.limits.hops]:
            target = getattr(found.rrset[0], "target", None)
            if isinstance(target, dns.name.Name):
                self._chain.prefetch(target, self._budget)

    async def _read(self, reply: Reply, asked: dns.name.Name) -> Answer | None:
        """Judge what ``reply`` says from the current name on; None where that name has to be asked on its own."""
        while True:
            chased = self._current != asked
            alias = self._alias(reply)
            if alias is None:
                signed = reply.answer.find(self._current, self._rdtype)
                if signed is not None:
                    judgement = await self._judge.rrset(signed, reply, self._budget)
                elif chased and not reply.ends_at(self._current):
                    return None
                else:
                    judgement = await self._judge.absence(self._current, self._rdtype, reply, self._budget)
                if chased and judgement.security is Security.BOGUS:
                    return None
                return self._end(reply, judgement)
            judgement = await self._judge_alias(alias, reply)
            if chased and judgement.security is Security.BOGUS:
                return None
            if self._rdtype == dns.rdatatype.CNAME and judgement.security is not Security.BOGUS:
                return self._end(reply, judgement, made=_made_up(self._current, alias))
            if judgement.security is Security.BOGUS or judgement.failure is not None:
                return self._end(reply, judgement)
            ended = self._hop(alias, judgement)
            if ended is not None:
                return ended

    def _alias(self, reply: Reply) -> Alias | None:
        """Where the reply sends the current name, unless it holds what was asked for."""
        found = reply.answer.find(self._current, self._rdtype)
        top = self._chain.anchor_above(self._current) or dns.name.root
        if found is None:
            return reply.alias(self._current, top)
        if self._rdtype == dns.rdatatype.CNAME and not found.rrsigs:
            alias = reply.alias(self._current, top)  # the CNAME may be made up from a DNAME, so vouched for by it
            return alias if alias is not None and alias.kind == dns.rdatatype.DNAME else None
        return None

    async def _judge_alias(self, alias: Alias, reply: Reply) -> Judgement:
        judgement = await self._judge.rrset(alias.record, reply, self._budget)
        if judgement.security is not Security.SECURE or alias.synthesized in (None, alias.target):
            return judgement
        owner = name_text(self._current)
        sentence = f"CNAME {owner} does not follow from DNAME {name_text(alias.record.rrset.name)}"
        link = Link(LinkKind.RRSET, judgement.links[-1].zone, owner, "CNAME", Security.BOGUS, sentence)
        reason = Reason(Ede.DNSSEC_BOGUS, sentence)
        return replace(judgement, security=Security.BOGUS, reason=reason, links=(*judgement.links, link))

    def _hop(self, alias: Alias, judgement: Judgement) -> Answer | None:
        """Take one alias; an answer where that has to be the end."""
        record = alias.record.rrset
        target = name_text(alias.record_target)
        self._hops.append(Hop(type_text(alias.kind), name_text(record.name), target, judgement.security))
        self._judged.append(judgement)
        if alias.target in self._seen:
            return self._failed(_limit(f"aliases of {name_text(self._name)} lead back to {name_text(alias.target)}"))
        limit = self._budget.limits.hops
        if len(self._hops) >= limit:
            return self._failed(_limit(f"more than {limit - 1} aliases lead on from {name_text(self._name)}"))
        self._seen.add(alias.target)
        self._current = alias.target
        return None

    def _end(self, reply: Reply, judgement: Judgement, made: dns.rrset.RRset | None = None) -> Answer:
        """The answer, the last part of which is ``judgement``; ``made`` stands for records the reply need not hold."""
        self._judged.append(judgement)
        if judgement.failure is not None:
            return self._failed(judgement.failure)
        existence, canonical, rrset = reply.as_stub(self._current, self._rdtype)
        if judgement.denied is not None:
            existence = judgement.denied
        if made is not None:
            existence, rrset = Existence.DATA, made
        security = self._security()
        first = min(part.validity for part in self._judged)
        signed = security is Security.SECURE and isfinite(first.end)
        return Answer(
            name=self._name,
            rdtype=self._rdtype,
            security=security,
            existence=existence,
            rrset=rrset,
            rcode=self._rcode,
            why=next((part.reason for part in self._judged if part.security is security), None),
            failure=None,
            chain=self._links(),
            hops=tuple(self._hops),
            canonical=canonical,
            ttl=None if security is Security.BOGUS else min(part.ttl for part in self._judged),
            expires=datetime.fromtimestamp(first.end, UTC) if signed else None,
            inception=datetime.fromtimestamp(first.start, UTC) if signed else None,
            expiring=first.rrset if signed else "",
            ad=None,
            word=None,
        )

    def _failed(self, failure: Failure) -> Answer:
        """The answer of a lookup that found nothing out."""
        reason = failure_reason(failure)
        links = self._links()
        if not links or links[-1].security is not Security.INDETERMINATE:
            owner, rdtype = name_text(self._current), type_text(self._rdtype)
            zone = links[-1].zone if links else "."
            link = Link(LinkKind.RRSET, zone, owner, rdtype, Security.INDETERMINATE, reason.sentence)
            links = (*links, link)
        return Answer(
            name=self._name,
            rdtype=self._rdtype,
            security=Security.INDETERMINATE,
            existence=Existence.UNKNOWN,
            rrset=None,
            rcode=self._rcode,
            why=reason,
            failure=failure,
            chain=links,
            hops=tuple(self._hops),
            canonical=self._current,
            ttl=None,
            expires=None,
            inception=None,
            expiring="",
            ad=None,
            word=None,
        )

    def _security(self) -> Security:
        states = {part.security for part in self._judged}
        return next((state for state in _WORST_FIRST if state in states), Security.SECURE)

    def _links(self) -> tuple[Link, ...]:
        return tuple(dict.fromkeys(link for part in self._judged for link in part.links))


def _made_up(name: dns.name.Name, alias: Alias) -> dns.rrset.RRset:
    """The CNAME that follows from a DNAME; the server's own copy of it is unsigned and may be missing."""
    return dns.rrset.from_text(name, alias.record.rrset.ttl, "IN", "CNAME", alias.target.to_text())


def _limit(sentence: str) -> Failure:
    return Failure(FailureKind.LIMIT, sentence)
