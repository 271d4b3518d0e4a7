"""One zone of the lab's tree: its keys, its records, their signatures (good or broken on purpose) and its denial chain.

They exist so that what is wrong with a zone is decided here and nowhere else, together with the *truth* about it: a
zone knows by construction whether its data is secure, insecure or bogus, so the lab's validating resolvers need no
validator. May import the standard library, dnspython, ``fleet.model`` and the lab's own nouns.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.dnssecalgs.base import GenericPrivateKey, GenericPublicKey
from dns.dnssectypes import DSDigest
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.dnskeybase import Flag

from fleet.lab.denial import Chain, Nsec3Chain, NsecChain
from fleet.lab.scenario import Breakage, Denial, KeyAlgorithm, Signing, ZonePlan
from fleet.model import Ede, Security

TTL = 3600
UNASSIGNED_ALGORITHM = 100
UNASSIGNED_DIGEST = 200
NSEC3_ITERATION_LIMIT = 150

Question = tuple[dns.name.Name, RdataType]
Records = Mapping[dns.name.Name, Mapping[RdataType, dns.rrset.RRset]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a right validator says of some data, and the RFC 8914 code for it where it is bogus."""

    security: Security = Security.SECURE
    ede: Ede | None = None


_GRAVITY = (Security.SECURE, Security.INSECURE, Security.INDETERMINATE, Security.BOGUS)


def worst(*truths: Truth) -> Truth:
    """The truth about an answer made of several parts."""
    return max(truths, key=lambda truth: _GRAVITY.index(truth.security), default=Truth())


SECURE = Truth()
INSECURE = Truth(Security.INSECURE)

_ZONE_TRUTH: Mapping[Signing, Truth] = {
    Signing.SIGNED: SECURE,
    Signing.UNSIGNED: INSECURE,
    Signing.ISLAND: INSECURE,
    Signing.UNKNOWN_ALGORITHM: INSECURE,
    Signing.UNKNOWN_DIGEST: INSECURE,
    Signing.DS_MISMATCH: Truth(Security.BOGUS, Ede.DNSKEY_MISSING),
    Signing.EXPIRED: Truth(Security.BOGUS, Ede.SIGNATURE_EXPIRED),
    Signing.STRIPPED: Truth(Security.BOGUS, Ede.DNSKEY_MISSING),
}

_RECORD_TRUTH: Mapping[Breakage, Truth] = {
    Breakage.EXPIRED: Truth(Security.BOGUS, Ede.SIGNATURE_EXPIRED),
    Breakage.FUTURE: Truth(Security.BOGUS, Ede.SIGNATURE_NOT_YET_VALID),
    Breakage.CORRUPT: Truth(Security.BOGUS, Ede.DNSSEC_BOGUS),
    Breakage.BARE: Truth(Security.BOGUS, Ede.RRSIGS_MISSING),
    Breakage.NO_PROOF: Truth(Security.BOGUS, Ede.NSEC_MISSING),
}

_UNSIGNED = frozenset({Signing.UNSIGNED, Signing.STRIPPED})
_WITHOUT_DS = frozenset({Signing.UNSIGNED, Signing.ISLAND})


class _UnknownKey(GenericPrivateKey):
    """A key of an algorithm that does not exist: its signatures are noise."""

    def __init__(self, key: object = None) -> None:
        pass

    def sign(self, data: bytes, verify: bool = False, deterministic: bool = True) -> bytes:
        return os.urandom(64)

    def public_key(self) -> GenericPublicKey:
        raise NotImplementedError

    @classmethod
    def from_pem(cls, private_pem: bytes, password: bytes | None = None) -> GenericPrivateKey:
        raise NotImplementedError

    def to_pem(self, password: bytes | None = None) -> bytes:
        raise NotImplementedError


PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | _UnknownKey


@dataclass(frozen=True, slots=True)
class Key:
    """A zone key and its public half."""

    private: PrivateKey
    public: DNSKEY


def _generate(algorithm: KeyAlgorithm) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey:
    if algorithm is KeyAlgorithm.RSASHA256:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm is KeyAlgorithm.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def _make_key(plan: ZonePlan, flags: int) -> Key:
    if plan.signing is Signing.UNKNOWN_ALGORITHM:
        noise = base64.b64encode(os.urandom(64)).decode("ascii")
        public = dns.rdata.from_text("IN", "DNSKEY", f"{flags} 3 {UNASSIGNED_ALGORITHM} {noise}")
        assert isinstance(public, DNSKEY)
        return Key(_UnknownKey(), public)
    private = _generate(plan.algorithm)
    return Key(private, dns.dnssec.make_dnskey(private.public_key(), plan.algorithm.value, flags))


@dataclass(frozen=True, slots=True)
class ZoneKeys:
    """The keys of one zone; both are the same where the plan does not split them."""

    key_signing: Key
    zone_signing: Key

    @classmethod
    def generate(cls, plan: ZonePlan) -> "ZoneKeys":
        """Fresh keys as the plan says."""
        first = _make_key(plan, Flag.ZONE | Flag.SEP)
        return cls(first, _make_key(plan, Flag.ZONE) if plan.split_keys else first)

    def delegation(self, origin: dns.name.Name, plan: ZonePlan) -> dns.rdata.Rdata | None:
        """What the parent publishes as DS: nothing, the right one, or a wrong one."""
        if plan.signing in _WITHOUT_DS:
            return None
        key = _make_key(plan, Flag.ZONE | Flag.SEP) if plan.signing is Signing.DS_MISMATCH else self.key_signing
        right = dns.dnssec.make_ds(origin, key.public, DSDigest.SHA256)
        if plan.signing is Signing.UNKNOWN_DIGEST:
            text = f"{right.key_tag} {int(right.algorithm)} {UNASSIGNED_DIGEST} {os.urandom(32).hex()}"
            return dns.rdata.from_text("IN", "DS", text)
        return right


@dataclass(frozen=True, slots=True)
class Zone:
    """A finished zone.  ``names`` holds every existing name, empty non-terminals too."""

    origin: dns.name.Name
    plan: ZonePlan
    truth: Truth
    records: Records
    names: frozenset[dns.name.Name]
    signatures: Mapping[Question, dns.rrset.RRset]
    chain: Chain | None
    breaks: Mapping[Question, Breakage]

    def truth_of(self, question: Question) -> Truth:
        """The truth about one RRset, or about the lack of it where the question has no proof."""
        if self.truth.security is not Security.SECURE or question not in self.breaks:
            return self.truth
        return _RECORD_TRUTH.get(self.breaks[question], self.truth)

    def truth_of_denial(self, question: Question, opt_out: bool) -> Truth:
        """The truth about a negative answer; ``opt_out``: whether it rests on a span that may hide delegations."""
        counts = self.plan.denial is not Denial.NSEC and self.plan.iterations > NSEC3_ITERATION_LIMIT
        hidden = opt_out and self.plan.denial is Denial.OPT_OUT
        return worst(self.truth_of(question), INSECURE if counts or hidden else SECURE)


def child_truth(parent: Truth, plan: ZonePlan) -> Truth:
    """The truth about a zone below ``parent``: nothing below an insecure or bogus zone can be secure."""
    return _ZONE_TRUTH[plan.signing] if parent.security is Security.SECURE else parent


def _existing(origin: dns.name.Name, records: Records) -> frozenset[dns.name.Name]:
    names = {origin}
    for owner in records:
        name = owner
        while name != origin:
            names.add(name)
            name = name.parent()
    return frozenset(names)


def _cut_above(name: dns.name.Name, origin: dns.name.Name, records: Records) -> bool:
    """Whether ``name`` lies at or below a delegation out of the zone."""
    while name != origin:
        if dns.rdatatype.NS in records.get(name, {}):
            return True
        name = name.parent()
    return False


class _Signer:
    """Signs RRsets of one zone, each as well or as badly as its breakage says."""

    def __init__(
        self,
        origin: dns.name.Name,
        plan: ZonePlan,
        keys: ZoneKeys,
        start: datetime,
        breaks: Mapping[Question, Breakage],
    ) -> None:
        self._origin = origin
        self._keys = keys
        self._breaks = breaks
        # Some validators forgive a clock that is up to a day off, so what is wrong is wrong by more than that.
        past = (start - timedelta(days=10), start - timedelta(days=2))
        future = (start + timedelta(days=3), start + timedelta(days=30))
        usual = (
            past if plan.signing is Signing.EXPIRED else (start - timedelta(days=10), start + timedelta(days=plan.days))
        )
        self._periods = {None: usual, Breakage.EXPIRED: past, Breakage.FUTURE: future}

    def sign(self, rrset: dns.rrset.RRset) -> dns.rrset.RRset | None:
        """The RRSIG RRset of ``rrset``, or None where it is to come without."""
        breakage = self._breaks.get((rrset.name, rrset.rdtype))
        if breakage is Breakage.BARE:
            return None
        inception, expiration = self._periods.get(breakage, self._periods[None])
        key = self._keys.key_signing if rrset.rdtype == dns.rdatatype.DNSKEY else self._keys.zone_signing
        rrsig = dns.dnssec.sign(rrset, key.private, self._origin, key.public, inception, expiration)
        shown = _corrupted(rrsig) if breakage is Breakage.CORRUPT else rrsig
        return dns.rrset.from_rdata(rrset.name, rrset.ttl, shown)


def _corrupted(rrsig: RRSIG) -> dns.rdata.Rdata:
    return rrsig.replace(signature=bytes([*rrsig.signature[:-1], rrsig.signature[-1] ^ 1]))


def _make_chain(origin: dns.name.Name, plan: ZonePlan, records: Records) -> Chain:
    types = {
        name: set(records.get(name, {}))
        for name in _existing(origin, records)
        # What lies below a cut is glue: the delegation itself is the last name the zone speaks for.
        if name == origin or not _cut_above(name.parent(), origin, records)
    }
    if plan.denial is Denial.NSEC:
        return NsecChain(types, TTL)
    types[origin] |= {dns.rdatatype.NSEC3PARAM}
    return Nsec3Chain(origin, types, TTL, plan.iterations, plan.denial is Denial.OPT_OUT)


def _authoritative(origin: dns.name.Name, records: Records) -> list[dns.rrset.RRset]:
    """The RRsets a signer signs: not the NS of delegations, not glue (RFC 4035 2.2)."""
    return [
        rrset
        for name, rrsets in records.items()
        for rdtype, rrset in rrsets.items()
        if rdtype == dns.rdatatype.DS or not _cut_above(name, origin, records)
    ]


def finish_zone(
    origin: dns.name.Name,
    plan: ZonePlan,
    truth: Truth,
    keys: ZoneKeys,
    records: dict[dns.name.Name, dict[RdataType, dns.rrset.RRset]],
    breaks: Mapping[Question, Breakage],
    start: datetime,
) -> Zone:
    """Sign ``records`` (which must hold SOA and NS; DNSKEY and NSEC3PARAM are added) as ``plan`` and ``breaks`` say."""
    if plan.signing in _UNSIGNED:
        return Zone(origin, plan, truth, records, _existing(origin, records), {}, None, breaks)
    published = {keys.key_signing.public, keys.zone_signing.public}
    records[origin][dns.rdatatype.DNSKEY] = dns.rrset.from_rdata(origin, TTL, *published)
    if plan.denial is not Denial.NSEC:
        parameters = f"1 0 {plan.iterations} -"
        records[origin][dns.rdatatype.NSEC3PARAM] = dns.rrset.from_text(origin, TTL, "IN", "NSEC3PARAM", parameters)
    chain = _make_chain(origin, plan, records)
    signer = _Signer(origin, plan, keys, start, breaks)
    signatures = {
        (rrset.name, rrset.rdtype): signature
        for rrset in [*_authoritative(origin, records), *chain.records()]
        if (signature := signer.sign(rrset))
    }
    return Zone(origin, plan, truth, records, _existing(origin, records), signatures, chain, breaks)
