"""The chain of trust: from the closest trust anchor down, label by label, to the zone that holds a name.

At each label the DS question has four honest answers: a DS signed by the zone above (a signed zone starts here), proof
that there is a delegation without DS (insecure from here on), proof that there is no delegation (same zone), or an
opt-out span (insecure).  Anything else is bogus; a question that could not be asked makes the state indeterminate.
Every proven step is remembered, steps under way are shared, and questions are sent ahead of need, since round trips
cost more than signatures.

May import ``fleet.model``, ``fleet.errors`` and the modules of this package that judge and fetch.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from fleet.dnssec.absence import Prover, prove_absence, prove_expansion
from fleet.dnssec.cache import SharedCalls, TimedCache
from fleet.dnssec.fetch import Fetcher, failure_reason
from fleet.dnssec.fold import Folded, folded
from fleet.dnssec.limits import Budget
from fleet.dnssec.reply import Reply, SignedRRset
from fleet.dnssec.signature import Signature, SignatureRules, Validity, check_signatures, usable_keys
from fleet.dnssec.wording import name_text
from fleet.dnssec.zone import AnchorSet, Zone, entry_keys, usable_ds
from fleet.errors import Failure
from fleet.model import Ede, Link, LinkKind, Reason, Security

_DS = dns.rdatatype.DS
_DNSKEY = dns.rdatatype.DNSKEY
_USUAL_LABELS = 16
"""Of a name whose ancestors are remembered: they take memory by the square of its length."""


class Chain:
    """The validated zones of one resolver's view."""

    def __init__(self, fetcher: Fetcher, anchors: AnchorSet, rules: SignatureRules, now: Callable[[], float]) -> None:
        self._fetcher = fetcher
        self._anchors = anchors
        self._rules = rules
        self._now = now
        self._zones: TimedCache[Folded, Zone] = TimedCache(rules.limits.cache_entries)
        self._calls = SharedCalls()

    def anchor_above(self, name: dns.name.Name) -> dns.name.Name | None:
        """The closest zone at or above ``name`` that has a trust anchor: nothing above it speaks for ``name``."""
        return self._anchors.closest(name)

    async def zone_at(self, name: dns.name.Name, budget: Budget) -> Zone:
        """The deepest zone at or above ``name`` with what is proven of it."""
        anchor = self._anchors.closest(name)
        if anchor is None:
            reason = Reason(Ede.DNSSEC_INDETERMINATE, f"no trust anchor above {name_text(name)}")
            link = Link(LinkKind.ANCHOR, ".", name_text(name), "DS", Security.INSECURE, reason.sentence)
            return Zone(dns.name.root, Security.INSECURE, (link,), float("inf"), reason=reason)
        steps = [anchor, *names_below(anchor, name)]
        zone, first = self._remembered(steps)
        for step in steps[first:]:
            if zone is not None and (not zone.secure or zone.childless):
                break
            zone = await self._step(step, zone, budget)
        assert zone is not None
        return zone

    def prefetch(self, name: dns.name.Name, budget: Budget, likely_zone: bool = False) -> None:
        """Send the questions that proving anything at ``name`` will need, without waiting for their answers.

        Keys are asked for beside the DS where a zone is likely, after it elsewhere: a question more for one that turns
        out to be unsigned, a round trip less for one that is signed.  Names above ``name`` are likely zones; whether it
        is one itself, ``likely_zone`` says (hosts hardly ever are).
        """
        anchor = self._anchors.closest(name)
        if anchor is None:
            return
        if self._zones.get(folded(anchor), self._now()) is None:
            self._calls.start((folded(anchor), "key"), lambda: self._fetcher.link(anchor, _DNSKEY, budget))
        limits = self._rules.limits
        for depth, step in enumerate(host_names_below(anchor, name)[: limits.labels_ahead]):
            zone = self._zones.get(folded(step), self._now())
            if zone is not None and (not zone.secure or zone.childless):
                return
            if zone is None and not self._fetcher.remembers(step, _DS):
                self._prefetch_step(step, budget, (likely_zone or step != name) and depth < limits.keys_ahead)

    def _prefetch_step(self, step: dns.name.Name, budget: Budget, likely_zone: bool) -> None:
        async def ahead() -> None:
            reply = await self._fetcher.link(step, _DS, budget)
            if isinstance(reply, Reply) and reply.answer.find(step, _DS) is not None:
                await self._fetcher.link(step, _DNSKEY, budget)

        self._calls.start((folded(step), "ahead"), ahead)
        if likely_zone:
            self._calls.start((folded(step), "key"), lambda: self._fetcher.link(step, _DNSKEY, budget))

    def forget(self, name: dns.name.Name, zones: bool) -> None:
        """Drop the replies remembered on the way from the anchor to ``name``, with ``zones`` also what they proved."""
        anchor = self._anchors.closest(name)
        if anchor is None:
            return
        for step in (anchor, *names_below(anchor, name)):
            self._fetcher.forget(step)
            if zones:
                self._zones.forget(folded(step))

    def signed_cut(
        self, zone: Zone, names: Sequence[dns.name.Name], replies: Sequence[Reply | Failure], budget: Budget
    ) -> dns.name.Name | None:
        """The first of ``names``, all below ``zone``, that ``zone`` signs a DS for.

        ``replies`` answer their DS questions, in the same order.
        """
        prover = self.prover(zone, budget)
        for name, reply in zip(names, replies, strict=True):
            found = reply.answer.find(name, _DS) if isinstance(reply, Reply) else None
            if found is not None and isinstance(_check(found, prover), Signature):
                return name
        return None

    def prover(self, zone: Zone, budget: Budget) -> Prover:
        """What is needed to judge one reply with the keys of ``zone``."""
        return Prover(zone.name, zone.keys, self._now(), budget.message(), self._rules)

    def _remembered(self, steps: list[dns.name.Name]) -> tuple[Zone | None, int]:
        """The deepest step that is remembered, and the number of the step after it."""
        now = self._now()
        for number in range(len(steps) - 1, -1, -1):
            zone = self._zones.get(folded(steps[number]), now)
            if zone is not None:
                return zone, number + 1
        return None, 0

    async def _step(self, name: dns.name.Name, above: Zone | None, budget: Budget) -> Zone:
        async def prove() -> Zone:
            zone = await (self._anchored(name, budget) if above is None else self._descend(above, name, budget))
            zone = self._bounded(zone)
            if budget.exhausted and zone.security in (Security.BOGUS, Security.INDETERMINATE):
                return replace(zone, cut_short=True)
            self._zones.put(folded(name), zone, zone.expires)
            return zone

        while True:  # a step that was shared with a question whose budget ran out is made again on our own
            zone = await self._calls.run((folded(name), "zone"), prove)
            if budget.exhausted or not zone.cut_short:
                return zone

    def _bounded(self, zone: Zone) -> Zone:
        limits, now = self._rules.limits, self._now()
        proven = zone.security in (Security.SECURE, Security.INSECURE)
        longest = limits.trust_seconds if proven else limits.failure_seconds
        return replace(zone, expires=min(zone.expires, zone.validity.end, now + longest), loaded=now)

    async def _anchored(self, name: dns.name.Name, budget: Budget) -> Zone:
        """The zone of a trust anchor."""
        anchors = self._anchors.of(name)
        algorithms = self._rules.algorithms
        keys = tuple(anchor for anchor in anchors if isinstance(anchor, DNSKEY) and anchor.algorithm in algorithms)
        ds = usable_ds((anchor for anchor in anchors if isinstance(anchor, DS)), name, algorithms)
        rdtype = "DNSKEY" if keys else "DS"
        if isinstance(ds, Reason) and not keys:
            if any(isinstance(anchor, DNSKEY) for anchor in anchors):
                sentence = f"unsupported algorithm in the trust anchor of {name_text(name)}"
                ds = Reason(Ede.UNSUPPORTED_DNSKEY_ALGORITHM, sentence)
            link = Link(LinkKind.ANCHOR, name_text(name), name_text(name), rdtype, Security.INSECURE, ds.sentence)
            return Zone(name, Security.INSECURE, (link,), float("inf"), reason=ds)
        trusted: tuple[DS | DNSKEY, ...] = keys if isinstance(ds, Reason) else (*keys, *ds)
        sentence = f"trust anchor for {name_text(name)}, {_tags(trusted)}"
        link = Link(LinkKind.ANCHOR, name_text(name), name_text(name), rdtype, Security.SECURE, sentence)
        start = Zone(name, Security.SECURE, (link,), float("inf"))
        return await self._enter(start, name, trusted, "trust anchor", budget)

    async def _descend(self, above: Zone, name: dns.name.Name, budget: Budget) -> Zone:
        """The state at ``name``, one label below a name that lies in the secure zone ``above``."""
        reply = await self._fetcher.link(name, _DS, budget)
        if isinstance(reply, Failure):
            return _unknown(above, name, _DS, LinkKind.DS, reply)
        prover = self.prover(above, budget)
        found = reply.answer.find(name, _DS)
        if found is None:
            return self._without_ds(above, name, reply, prover)
        signature = _check(found, prover)
        if isinstance(signature, Reason):
            return _broken(above, name, _DS, LinkKind.DS, signature)
        expires = min(above.expires, self._now() + signature.ttl)
        usable = usable_ds(found.rrset, name, self._rules.algorithms)
        if isinstance(usable, Reason):
            return _insecure(above, name, usable, expires, signature.validity)
        if not usable:
            malformed = Reason(Ede.DNSSEC_BOGUS, f"the digest in the DS of {name_text(name)} has the wrong length")
            return _broken(above, name, _DS, LinkKind.DS, malformed)
        sentence = f"DS of {name_text(name)}, {_tags(usable)}, signed by {name_text(above.name)}"
        link = Link(LinkKind.DS, name_text(above.name), name_text(name), "DS", Security.SECURE, sentence)
        start = replace(
            above,
            links=(*above.links, link),
            expires=expires,
            validity=min(above.validity, signature.validity),
        )
        return await self._enter(start, name, usable, "DS", budget)

    async def _enter(
        self, start: Zone, name: dns.name.Name, trusted: tuple[DS | DNSKEY, ...], what: str, budget: Budget
    ) -> Zone:
        """The zone ``name``, whose key ``trusted`` records name: its DNSKEY RRset has to be signed by such a key."""
        reply = await self._fetcher.link(name, _DNSKEY, budget)
        if isinstance(reply, Failure):
            return _unknown(start, name, _DNSKEY, LinkKind.DNSKEY, reply)
        found = reply.answer.find(name, _DNSKEY)
        if found is None:
            reason = Reason(Ede.DNSKEY_MISSING, f"{name_text(name)} has a {what} but no DNSKEY")
            return _broken(start, name, _DNSKEY, LinkKind.DNSKEY, reason)
        entry = entry_keys(name, trusted, found.rrset, what, self._rules)
        if isinstance(entry, Reason):
            return _broken(start, name, _DNSKEY, LinkKind.DNSKEY, entry)
        signature = check_signatures(found.rrset, found.rrsigs, name, entry, self._now(), budget.message(), self._rules)
        if isinstance(signature, Reason):
            if signature.code == Ede.DNSKEY_MISSING:
                sentence = f"DNSKEY of {name_text(name)} is not signed by a key that its {what} names"
                signature = Reason(Ede.DNSKEY_MISSING, sentence)
            return _broken(start, name, _DNSKEY, LinkKind.DNSKEY, signature)
        sentence = f"DNSKEY of {name_text(name)}, signed by key {signature.key_tag}, which its {what} names"
        link = Link(LinkKind.DNSKEY, name_text(name), name_text(name), "DNSKEY", Security.SECURE, sentence)
        return Zone(
            name,
            Security.SECURE,
            (*start.links, link),
            min(start.expires, self._now() + signature.ttl),
            usable_keys(found.rrset, self._rules.algorithms),
            min(start.validity, signature.validity),
        )

    def _without_ds(self, above: Zone, name: dns.name.Name, reply: Reply, prover: Prover) -> Zone:
        """The state at a name for which no DS came: no delegation, an insecure one, or no proof."""
        alias = _alias_signature(reply, name, prover)
        if isinstance(alias, Signature):  # what is an alias is no delegation
            expires = min(above.expires, self._now() + alias.ttl)
            return replace(above, expires=expires, validity=min(above.validity, alias.validity))
        absence = prove_absence(reply, name, _DS, prover, soa=False)
        if isinstance(absence, Reason):
            return _broken(above, name, _DS, LinkKind.CUT, alias or absence)
        denial = absence.denial
        expires = min(above.expires, self._now() + absence.ttl)
        if denial.insecure is not None:
            if alias is not None:  # an alias that is not signed well is no sign of a delegation either
                return _broken(above, name, _DS, LinkKind.CUT, alias)
            return replace(_insecure(above, name, denial.insecure, expires, absence.validity), doubtful=True)
        if denial.delegation:
            sentence = f"no DS for {name_text(name)} in its parent {name_text(above.name)}"
            return _insecure(above, name, Reason(Ede.OTHER, sentence), expires, absence.validity)
        validity = min(above.validity, absence.validity)
        return replace(above, expires=expires, validity=validity, childless=denial.childless)


def _alias_signature(reply: Reply, name: dns.name.Name, prover: Prover) -> Signature | Reason | None:
    """The signature of the CNAME at ``name`` or of the DNAME above it, or why none is good; None: no alias."""
    try:
        alias = reply.alias(name)
    except dns.name.NameTooLong:
        return None
    if alias is None:
        return None
    signature = _check(alias.record, prover)
    if isinstance(signature, Signature) and signature.expanded_from is not None:
        proof = prove_expansion(reply, name, alias.kind, signature.expanded_from, prover)
        if isinstance(proof, Reason):
            return proof
        return None if proof.denial.insecure else signature
    return signature


def _check(found: SignedRRset, prover: Prover) -> Signature | Reason:
    return check_signatures(
        found.rrset, found.rrsigs, prover.zone, prover.keys, prover.now, prover.budget, prover.rules
    )


def names_below(top: dns.name.Name, bottom: dns.name.Name) -> list[dns.name.Name]:
    """The names strictly below ``top`` down to ``bottom``, the shortest first."""
    suffixes = _suffixes if len(bottom.labels) <= _USUAL_LABELS else _suffixes.__wrapped__
    return list(suffixes(bottom.labels)[len(top.labels) :])


@lru_cache(maxsize=4096)
def _suffixes(labels: tuple[bytes, ...]) -> tuple[dns.name.Name, ...]:
    return tuple(dns.name.Name(labels[-length:]) for length in range(1, len(labels) + 1))


def host_names_below(top: dns.name.Name, bottom: dns.name.Name) -> list[dns.name.Name]:
    """Like ``names_below`` up to the first label with an underscore: such names are hardly ever zones of their own."""
    names: list[dns.name.Name] = []
    for name in names_below(top, bottom):
        if name.labels[0].startswith(b"_"):
            break
        names.append(name)
    return names


def _insecure(above: Zone, name: dns.name.Name, reason: Reason, expires: float, validity: Validity) -> Zone:
    link = Link(LinkKind.CUT, name_text(above.name), name_text(name), "DS", Security.INSECURE, reason.sentence)
    first = min(above.validity, validity)
    return Zone(name, Security.INSECURE, (*above.links, link), expires, validity=first, reason=reason)


def _broken(above: Zone, name: dns.name.Name, rdtype: int, kind: LinkKind, reason: Reason) -> Zone:
    rdtype_text = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))
    link = Link(kind, name_text(above.name), name_text(name), rdtype_text, Security.BOGUS, reason.sentence)
    return Zone(name, Security.BOGUS, (*above.links, link), float("inf"), reason=reason)


def _unknown(above: Zone, name: dns.name.Name, rdtype: int, kind: LinkKind, failure: Failure) -> Zone:
    reason = failure_reason(failure)
    rdtype_text = dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))
    link = Link(kind, name_text(above.name), name_text(name), rdtype_text, Security.INDETERMINATE, reason.sentence)
    return Zone(name, Security.INDETERMINATE, (*above.links, link), float("inf"), reason=reason, failure=failure)


def _tags(records: tuple[DS | DNSKEY, ...]) -> str:
    tags = sorted({record.key_tag if isinstance(record, DS) else record.key_id() for record in records})
    return ("key " if len(tags) == 1 else "keys ") + ", ".join(str(tag) for tag in tags)
