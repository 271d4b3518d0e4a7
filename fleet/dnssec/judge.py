"""The state of one RRset or one denial: which zone has to vouch for it, and does it?

RRSIGs name a zone; that is a hint where to look, never a proof.  The zone named is proven from the anchor down, the
records are checked with its keys, and a signed delegation between that zone and the owner is counter-evidence: then the
zone is not the one that holds the records (RFC 4035 5.3.1).  Before anything is called bogus, the walk goes on to the
owner itself, because below an insecure delegation nothing needs a signature.

May import ``fleet.model``, ``fleet.errors`` and the modules of this package that judge and fetch.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

import dns.name
import dns.rdatatype

from fleet.dnssec.absence import denial_signers, prove_absence, prove_expansion
from fleet.dnssec.chain import Chain, host_names_below
from fleet.dnssec.fetch import Fetcher
from fleet.dnssec.limits import Budget
from fleet.dnssec.reply import Reply, SignedRRset
from fleet.dnssec.signature import ENDLESS, Validity, check_signatures
from fleet.dnssec.wording import name_text, rrset_text, type_text
from fleet.dnssec.zone import Zone
from fleet.errors import Failure
from fleet.model import Ede, Existence, Link, LinkKind, Reason, Security

_CLAIMS = 3
"""Zones named by RRSIGs that are looked at for one RRset; honest ones name one."""
_BESIDE_THE_CUT = frozenset({dns.rdatatype.DS, dns.rdatatype.NSEC})
"""Types a parent signs at the very name of a delegation."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of one RRset or denial, with the chain that leads to it."""

    security: Security
    links: tuple[Link, ...]
    ttl: int
    reason: Reason | None = None
    failure: Failure | None = None
    validity: Validity = ENDLESS
    """Of the signature relied upon that expires first."""
    denied: Existence | None = None
    """For a denial: what the proof (or, unproven, the header) says."""
    loaded: float | None = None
    """When the keys were proven that a bogus result was judged with; None where no keys were at hand."""


@dataclass(frozen=True, slots=True)
class _Subject:
    kind: LinkKind
    owner: dns.name.Name
    rdtype: int
    ttl: int
    denied: Existence | None = None

    @property
    def floor(self) -> dns.name.Name:
        """The name whose zone holds the records: DS records lie in the parent."""
        at_parent = self.rdtype == dns.rdatatype.DS and self.owner != dns.name.root
        return self.owner.parent() if at_parent else self.owner


class Judge:
    """Judges what a fetcher brings with what a chain proves."""

    def __init__(self, chain: Chain, fetcher: Fetcher) -> None:
        self._chain = chain
        self._fetcher = fetcher

    async def rrset(self, signed: SignedRRset, reply: Reply, budget: Budget) -> Judgement:
        """The state of records that came in the answer section of ``reply``."""
        rrset = signed.rrset
        subject = _Subject(LinkKind.RRSET, rrset.name, int(rrset.rdtype), rrset.ttl)

        async def within(zone: Zone) -> Judgement:
            return await self._signed_by(zone, signed, subject, reply, budget)

        return await self._judge(subject, {rrsig.signer for rrsig in signed.rrsigs}, within, budget)

    async def absence(self, name: dns.name.Name, rdtype: int, reply: Reply, budget: Budget) -> Judgement:
        """The state of a reply without (``name``, ``rdtype``)."""
        denied = reply.as_stub(name, rdtype)[0]
        subject = _Subject(LinkKind.DENIAL, name, int(rdtype), _claimed_ttl(reply, name), denied)

        async def within(zone: Zone) -> Judgement:
            return await self._denied_by(zone, subject, reply, budget)

        return await self._judge(subject, denial_signers(reply), within, budget)

    async def _judge(
        self,
        subject: _Subject,
        signers: Iterable[dns.name.Name],
        within: Callable[[Zone], Awaitable[Judgement]],
        budget: Budget,
    ) -> Judgement:
        """Judge in the zone that signatures name; before that ends as bogus, in the zone that really is there."""
        zone = await self._claimed_zone(subject.floor, signers, budget)
        result = await self._in(zone, subject, within)
        if result.security is not Security.BOGUS:
            return result
        floor = await self._chain.zone_at(subject.floor, budget)
        unsigned = floor.security is Security.INSECURE and not floor.doubtful
        if unsigned or (floor.secure and floor.name != zone.name):
            return await self._in(floor, subject, within)
        return result

    async def _in(self, zone: Zone, subject: _Subject, within: Callable[[Zone], Awaitable[Judgement]]) -> Judgement:
        return await within(zone) if zone.secure else _unproven(zone, subject)

    async def _claimed_zone(self, floor: dns.name.Name, signers: Iterable[dns.name.Name], budget: Budget) -> Zone:
        """The zone at the deepest plausible signer that leads somewhere; without one, the zone at ``floor``."""
        top = self._chain.anchor_above(floor) or dns.name.root
        claims = sorted(
            (signer for signer in signers if floor.is_subdomain(signer) and signer.is_subdomain(top)),
            key=len,
            reverse=True,
        )
        if not claims:
            return await self._chain.zone_at(floor, budget)
        for claim in claims[:_CLAIMS]:
            zone = await self._chain.zone_at(claim, budget)
            if zone.security in (Security.SECURE, Security.INSECURE):
                break
        return zone

    async def _signed_by(
        self, zone: Zone, signed: SignedRRset, subject: _Subject, reply: Reply, budget: Budget
    ) -> Judgement:
        prover = self._chain.prover(zone, budget)
        rrset = signed.rrset
        signature = check_signatures(
            rrset, signed.rrsigs, prover.zone, prover.keys, prover.now, prover.budget, prover.rules
        )
        if isinstance(signature, Reason):
            return _bogus(zone, subject, signature)
        cut = await self._cut_between(zone, subject, budget)
        if cut is not None:
            return _from_above(zone, subject, f"RRSIG of {rrset_text(rrset.rdtype, rrset.name)}", cut)
        ttl, validity = signature.ttl, signature.validity
        if signature.expanded_from is not None:
            proof = prove_expansion(reply, rrset.name, subject.rdtype, signature.expanded_from, prover)
            if isinstance(proof, Reason):
                return _bogus(zone, subject, proof)
            if proof.denial.insecure is not None:
                return _insecure(zone, subject, proof.denial.insecure)
            ttl, validity = min(ttl, proof.ttl), min(validity, proof.validity)
        source = " from a wildcard" if signature.expanded_from is not None else ""
        sentence = (
            f"{rrset_text(rrset.rdtype, rrset.name)}{source}, "
            f"signed by {name_text(zone.name)} with key {signature.key_tag}"
        )
        return _secure(zone, subject, sentence, ttl, validity)

    async def _cut_between(self, zone: Zone, subject: _Subject, budget: Budget) -> dns.name.Name | None:
        """A signed zone below ``zone`` that holds the subject, as the DS questions show that were asked ahead."""
        at_cut = subject.rdtype in _BESIDE_THE_CUT and subject.owner != dns.name.root
        lowest = subject.owner.parent() if at_cut else subject.owner
        names = host_names_below(zone.name, lowest)[: budget.limits.labels_ahead]
        if not names:
            return None
        replies = await asyncio.gather(*(self._fetcher.link(name, dns.rdatatype.DS, budget) for name in names))
        return self._chain.signed_cut(zone, names, replies, budget)

    async def _denied_by(self, zone: Zone, subject: _Subject, reply: Reply, budget: Budget) -> Judgement:
        absence = prove_absence(reply, subject.owner, subject.rdtype, self._chain.prover(zone, budget))
        if isinstance(absence, Reason):
            return _bogus(zone, subject, absence)
        cut = await self._cut_between(zone, subject, budget)
        if cut is not None:
            return _from_above(zone, subject, f"the denial of {rrset_text(subject.rdtype, subject.owner)}", cut)
        denial = absence.denial
        if denial.insecure is not None:
            return _insecure(zone, subject, denial.insecure)
        proven = replace(subject, denied=denial.existence)
        return _secure(
            zone, proven, f"{denial.sentence}, signed by {name_text(zone.name)}", absence.ttl, absence.validity
        )


def _secure(zone: Zone, subject: _Subject, sentence: str, ttl: int, validity: Validity) -> Judgement:
    return Judgement(
        Security.SECURE,
        (*zone.links, _link(zone, subject, Security.SECURE, sentence)),
        ttl,
        validity=min(validity, zone.validity),
        denied=subject.denied,
    )


def _bogus(zone: Zone, subject: _Subject, reason: Reason) -> Judgement:
    links = (*zone.links, _link(zone, subject, Security.BOGUS, reason.sentence))
    return Judgement(Security.BOGUS, links, 0, reason, denied=subject.denied, loaded=zone.loaded)


def _from_above(zone: Zone, subject: _Subject, what: str, cut: dns.name.Name) -> Judgement:
    """A zone speaks for what lies below a signed delegation of its own."""
    sentence = f"{what} is by {name_text(zone.name)}, but {name_text(cut)} is a signed zone of its own"
    return _bogus(zone, subject, Reason(Ede.DNSSEC_BOGUS, sentence))


def _insecure(zone: Zone, subject: _Subject, reason: Reason) -> Judgement:
    links = (*zone.links, _link(zone, subject, Security.INSECURE, reason.sentence))
    return Judgement(Security.INSECURE, links, subject.ttl, reason, denied=subject.denied)


def _unproven(zone: Zone, subject: _Subject) -> Judgement:
    """What becomes of ``subject`` where the chain itself ends before its zone."""
    links = zone.links
    if zone.security is Security.INSECURE:
        sentence = f"{rrset_text(subject.rdtype, subject.owner)} is not signed by anyone a trust anchor leads to"
        links = (*links, _link(zone, subject, Security.INSECURE, sentence))
    return Judgement(zone.security, links, subject.ttl, zone.reason, zone.failure, denied=subject.denied)


def _link(zone: Zone, subject: _Subject, security: Security, sentence: str) -> Link:
    owner, rdtype = name_text(subject.owner), type_text(subject.rdtype)
    return Link(subject.kind, name_text(zone.name), owner, rdtype, security, sentence)


def _claimed_ttl(reply: Reply, name: dns.name.Name) -> int:
    """TTL of an unproven denial, by the SOA that came with it (RFC 2308 5)."""
    found = [soa.rrset for soa in reply.authority.of_type(dns.rdatatype.SOA) if name.is_subdomain(soa.rrset.name)]
    return min((min(soa.ttl, getattr(soa[0], "minimum", soa.ttl)) for soa in found), default=0)
