"""What a simulated appliance's own validator makes of answers: a small one of its own, over its own resolvers.

Real appliances validate from a built-in root anchor and only fetch through their resolvers.  So does this: it asks with
DO and CD, walks from the anchor down label by label (DS, or a signed denial of it), and checks signatures with
dnspython at the appliance's own time.  It shares no code with the validator that the project is about, and it is
simpler: that a signed denial is there is proof enough for it, whatever names the denial covers, however many times it
was hashed; and a TLSA record that dnspython refuses leaves it without an answer.

Resolvers are asked as appliances do: an alternate server instead of all others for its domains; lowest priority number
first, at random within one; SERVFAIL and silence lead to the next, and to secondaries only where nobody was reached.
May import the standard library, dnspython, ``fleet.model``, ``fleet.network``,
``fleet.errors`` and the lab's own modules.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
import dns.zonefile
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from fleet.errors import RemoteError
from fleet.model import Existence, Security
from fleet.model.resolver import Resolver
from fleet.network import Network

SECONDS = 2.0
"""For one question to one resolver: shorter than an appliance's, the lab is near."""
_WORST_FIRST = (Security.BOGUS, Security.INDETERMINATE, Security.INSECURE, Security.SECURE)
_DENIALS = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)


@dataclass(frozen=True, slots=True)
class Proven:
    """An answer as the appliance sees it: INDETERMINATE where no resolver answered."""

    security: Security
    existence: Existence = Existence.UNKNOWN
    records: tuple[str, ...] = ()


@dataclass(slots=True)
class Prover:
    """Asks ``resolvers`` over ``network`` and proves from ``anchor`` (zone file text) at the time ``at``."""

    network: Network
    resolvers: Sequence[Resolver]
    anchor: str
    at: datetime
    _keys: dict[dns.name.Name, "tuple[Security, dns.name.Name, dns.rrset.RRset | None]"] = field(default_factory=dict)

    async def look_up(self, name: str, rdtype: str) -> Proven:
        """``rdtype`` at ``name``, aliases followed."""
        owner, kind = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        message = await self._ask(owner, kind)
        if message is None:
            return Proven(Security.INDETERMINATE)
        states: list[Security] = []
        while True:
            alias = _rrset(message.answer, owner, dns.rdatatype.CNAME)
            held = _rrset(message.answer, owner, kind)
            if held is None and alias is not None and kind != dns.rdatatype.CNAME:
                states.append(await self._state_of(message.answer, alias))
                owner = alias[0].target
                continue
            if held is None:
                break
            states.append(await self._state_of(message.answer, held))
            return Proven(_worst(states), Existence.DATA, tuple(_text(rdata) for rdata in held))
        states.append(await self._denied(message, owner))
        missing = message.rcode() == dns.rcode.NXDOMAIN
        return Proven(_worst(states), Existence.NXDOMAIN if missing else Existence.NODATA)

    async def _state_of(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset) -> Security:
        if rrset.rdtype == dns.rdatatype.CNAME:  # one made from a DNAME carries no signature of its own
            made_from = next((one for one in section if _made_from(one, rrset)), None)
            rrset = made_from if made_from is not None else rrset
        state, _zone, keys = await self._zone_of(rrset.name)
        return state if keys is None else self._check(section, rrset, keys)

    async def _denied(self, message: dns.message.Message, owner: dns.name.Name) -> Security:
        state, _zone, keys = await self._zone_of(owner)
        if keys is None:
            return state
        proofs = [one for one in message.authority if one.rdtype in _DENIALS]
        good = [one for one in proofs if self._check(message.authority, one, keys) is Security.SECURE]
        if not good:
            return Security.BOGUS
        opted_out = any(one[0].flags & 1 for one in good if one.rdtype == dns.rdatatype.NSEC3)
        missing = message.rcode() == dns.rcode.NXDOMAIN
        return Security.INSECURE if opted_out and missing else Security.SECURE

    async def _zone_of(self, name: dns.name.Name) -> "tuple[Security, dns.name.Name, dns.rrset.RRset | None]":
        """The zone that holds ``name`` with its keys, or the state in which the chain to it ends."""
        if name in self._keys:
            return self._keys[name]
        found = await (self._root() if name == dns.name.root else self._below(name))
        self._keys[name] = found
        return found

    async def _root(self) -> "tuple[Security, dns.name.Name, dns.rrset.RRset | None]":
        anchors = dns.zonefile.read_rrsets(self.anchor, origin=dns.name.root, rdclass=None, default_ttl=3600)
        return await self._with_keys(dns.name.root, list(anchors))

    async def _below(self, name: dns.name.Name) -> "tuple[Security, dns.name.Name, dns.rrset.RRset | None]":
        above = await self._zone_of(name.parent())
        _state, zone, keys = above
        if keys is None:
            return above
        message = await self._ask(name, dns.rdatatype.DS)
        if message is None:
            return Security.INDETERMINATE, zone, None
        ds = _rrset(message.answer, name, dns.rdatatype.DS)
        if ds is not None:
            if self._check(message.answer, ds, keys) is not Security.SECURE:
                return Security.BOGUS, zone, None
            known = [one for one in ds if one.digest_type in (1, 2, 4) and one.algorithm in (8, 10, 13, 14, 15)]
            return await self._with_keys(name, [ds]) if known else (Security.INSECURE, zone, None)
        if _rrset(message.answer, name, dns.rdatatype.CNAME) is not None:
            return above  # an alias is no zone
        proofs = [one for one in message.authority if one.rdtype in _DENIALS]
        good = [one for one in proofs if self._check(message.authority, one, keys) is Security.SECURE]
        if not good:
            return Security.BOGUS, zone, None
        return (Security.INSECURE, zone, None) if any(_delegates(one, name, zone) for one in good) else above

    async def _with_keys(
        self, zone: dns.name.Name, trusted: "list[dns.rrset.RRset]"
    ) -> "tuple[Security, dns.name.Name, dns.rrset.RRset | None]":
        message = await self._ask(zone, dns.rdatatype.DNSKEY)
        keys = _rrset(message.answer, zone, dns.rdatatype.DNSKEY) if message is not None else None
        if message is None or keys is None:
            return (Security.INDETERMINATE if message is None else Security.BOGUS), zone, None
        entry = [key for key in keys if isinstance(key, DNSKEY) and any(_vouches(one, zone, key) for one in trusted)]
        if not entry:
            return Security.BOGUS, zone, None
        vouched = dns.rrset.from_rdata_list(zone, keys.ttl, entry)
        secure = self._check(message.answer, keys, vouched) is Security.SECURE
        return (Security.SECURE, zone, keys) if secure else (Security.BOGUS, zone, None)

    def _check(self, section: list[dns.rrset.RRset], rrset: dns.rrset.RRset, keys: dns.rrset.RRset) -> Security:
        signatures = next(
            (
                one
                for one in section
                if one.rdtype == dns.rdatatype.RRSIG and one.name == rrset.name and one.covers == rrset.rdtype
            ),
            None,
        )
        if signatures is None:
            return Security.BOGUS
        try:
            dns.dnssec.validate(rrset, signatures, {keys.name: keys}, now=self.at.timestamp())
        except (dns.exception.DNSException, ValueError):
            return Security.BOGUS
        return Security.SECURE

    async def _ask(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message | None:
        """The first usable answer; None where no resolver gives one."""
        spoke = False
        for resolver in _in_order(self.resolvers, name):
            if resolver.secondary and spoke:
                return None
            query = dns.message.make_query(name, rdtype, want_dnssec=True, payload=1232)
            query.flags |= dns.flags.CD
            try:
                answer = await self._exchange(resolver, query)
            except (RemoteError, dns.exception.DNSException, TimeoutError) as error:
                spoke = spoke or isinstance(error, dns.exception.DNSException)
                continue
            spoke = True
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return answer
        return None

    async def _exchange(self, resolver: Resolver, query: dns.message.Message) -> dns.message.Message:
        wire = query.to_wire()
        answer = await self.network.ask_udp(
            resolver.address, resolver.port, wire, lambda data: data if data[:2] == wire[:2] else None, SECONDS
        )
        message = dns.message.from_wire(answer)
        if not message.flags & dns.flags.TC:
            return message
        stream = await self.network.open_tcp(resolver.address, resolver.port, SECONDS)
        try:
            await stream.write(len(wire).to_bytes(2, "big") + wire)
            received = b""
            while len(received) < 2 or len(received) < 2 + int.from_bytes(received[:2], "big"):
                part = await stream.read(65_535)
                if not part:
                    raise TimeoutError
                received += part
            return dns.message.from_wire(received[2:])
        finally:
            await stream.close()


def _in_order(resolvers: Sequence[Resolver], name: dns.name.Name) -> list[Resolver]:
    above = [(len(domain.labels), one) for one in resolvers for domain in _domains(one) if name.is_subdomain(domain)]
    longest = max((labels for labels, _ in above), default=0)
    mine = [one for labels, one in above if labels == longest] or [one for one in resolvers if not one.domains]
    return sorted(mine, key=lambda one: (one.secondary, one.priority, random.random()))


def _domains(resolver: Resolver) -> list[dns.name.Name]:
    return [dns.name.from_text(domain) for domain in resolver.domains]


def _rrset(
    section: Sequence[dns.rrset.RRset], name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> dns.rrset.RRset | None:
    return next((one for one in section if one.name == name and one.rdtype == rdtype), None)


def _text(rdata: "dns.rdata.Rdata") -> str:
    return rdata.to_generic().data.hex() if rdata.rdtype == dns.rdatatype.TLSA else rdata.to_text()


def _made_from(one: dns.rrset.RRset, cname: dns.rrset.RRset) -> bool:
    return one.rdtype == dns.rdatatype.DNAME and cname.name.is_subdomain(one.name) and cname.name != one.name


def _vouches(trusted: dns.rrset.RRset, zone: dns.name.Name, key: DNSKEY) -> bool:
    """Whether a DS or DNSKEY of ``trusted`` names ``key``."""
    for one in trusted:
        if one.rdtype == dns.rdatatype.DNSKEY and one == key:
            return True
        if one.rdtype == dns.rdatatype.DS:
            try:
                made = dns.dnssec.make_ds(zone, key, one.digest_type, validating=True)
            except (dns.exception.DNSException, ValueError):
                continue
            if made == one:
                return True
    return False


def _delegates(proof: dns.rrset.RRset, name: dns.name.Name, zone: dns.name.Name) -> bool:
    """Whether a denial of DS says that ``name`` is a zone of its own, or may be one that opt-out hides."""
    rdata = proof[0]
    if proof.rdtype == dns.rdatatype.NSEC:
        return proof.name == name and _lists(rdata.windows, dns.rdatatype.NS)
    label = dns.dnssec.nsec3_hash(name, rdata.salt, rdata.iterations, rdata.algorithm)
    if proof.name == dns.name.Name((label.encode().lower(), *zone.labels)):
        return _lists(rdata.windows, dns.rdatatype.NS)
    start, end = proof.name.labels[0].upper(), rdata.next_name().labels[0].upper()
    wanted = label.encode().upper()
    covers = start < wanted < end if start < end else wanted > start or wanted < end  # the last span goes round
    return bool(rdata.flags & 1) and covers


def _lists(windows: "Sequence[tuple[int, bytes]]", rdtype: int) -> bool:
    return any(
        window == rdtype >> 8 and len(bits) > (rdtype & 255) >> 3 and bits[(rdtype & 255) >> 3] & 0x80 >> (rdtype & 7)
        for window, bits in windows
    )


def _worst(states: Sequence[Security]) -> Security:
    return min(states, key=_WORST_FIRST.index)
