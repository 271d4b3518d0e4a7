"""Is an RRset signed by a key of its zone?  One RRset, its RRSIGs, the zone's keys: RFC 4035 section 5.3.

The caller has proven the keys; nothing here knows how.  dnspython supplies keys and their mathematics only, because its
own RRSIG check trusts the caller for the signer's name, compares times as plain integers and knows no limits.
Pure: the time is an argument.  May import ``fleet.model`` and this package's ``limits`` and ``wording``.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import dns.dnssecalgs
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from cryptography.exceptions import InvalidSignature
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.dnskeybase import Flag

from fleet.dnssec.limits import Limits, MessageBudget, WorkExceededError
from fleet.dnssec.wording import name_text, rrset_text, span_text
from fleet.model import Ede, Reason

SUPPORTED_ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
"""DNSSEC algorithms that are verified by default: RSA with SHA-1 and SHA-2, ECDSA, EdDSA (RFC 9904)."""

_RSA = frozenset({5, 7, 8, 10})
_RSA_EXPONENT_BITS = 35
_RSA_MODULUS_OCTETS = 512

VerifySignature = Callable[[dns.rrset.RRset, RRSIG, DNSKEY, dns.name.Name | None], bool]
"""One signature check: RRset, RRSIG, key, origin of relative names (None: all are absolute)."""

Keys = Mapping[tuple[int, int], tuple[DNSKEY, ...]]
"""Keys of a zone by (key tag, algorithm)."""

_REMEMBERED_OCTETS = 4096
"""Of key, signature and signed data of a check whose result is remembered; half of them for the key alone."""

_NEVER_EXPANDED = frozenset(
    {dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.DS, dns.rdatatype.DNSKEY, dns.rdatatype.SOA}
)
"""Types whose wildcard expansion would let a zone's own signature speak for names it was not made for."""


@dataclass(frozen=True, slots=True)
class SignatureRules:
    """What a validator was told about signatures: algorithms it knows, who verifies one, and the limits."""

    algorithms: frozenset[int]
    verify: VerifySignature
    limits: Limits


@dataclass(frozen=True, slots=True, order=True)
class Validity:
    """When a signature is valid, in epoch seconds, and what it signs; the smaller one ends first."""

    end: float
    start: float
    rrset: str


ENDLESS = Validity(float("inf"), float("-inf"), "")
"""Where nothing rests on a signature."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that holds."""

    key_tag: int
    validity: Validity
    ttl: int
    """TTL of the RRset, capped by original TTL and remaining validity (RFC 4035 5.3.3)."""
    expanded_from: int | None
    """Labels of the wildcard's parent where the RRset was expanded from a wildcard, else None."""


def usable_keys(keys: Iterable[Any], algorithms: frozenset[int]) -> dict[tuple[int, int], tuple[DNSKEY, ...]]:
    """Those of ``keys`` that may sign zone data: ZONE bit, protocol 3, not revoked, known algorithm (RFC 4034 2.1)."""
    found: dict[tuple[int, int], tuple[DNSKEY, ...]] = {}
    for key in keys:
        if isinstance(key, DNSKEY) and not key_fault(key) and key.algorithm in algorithms:
            slot = (key.key_id(), int(key.algorithm))
            found[slot] = (*found.get(slot, ()), key)
    return found


def key_fault(key: DNSKEY) -> Reason | None:
    """Why ``key`` may not sign zone data, whatever its algorithm; None where it may."""
    if not key.flags & Flag.ZONE:
        return Reason(Ede.NO_ZONE_KEY_BIT, f"key {key.key_id()} lacks the zone key bit")
    if key.protocol != 3:
        return Reason(Ede.DNSSEC_BOGUS, f"key {key.key_id()} has protocol {key.protocol}, not 3")
    if key.flags & Flag.REVOKE:
        return Reason(Ede.DNSSEC_BOGUS, f"key {key.key_id()} is revoked")
    if key.algorithm in _RSA and _oversized(key.key):
        return Reason(Ede.DNSSEC_BOGUS, f"key {key.key_id()} is an RSA key of a size that is not verified")
    return None


def _oversized(key: bytes) -> bool:
    """Whether an RSA key has a modulus of over 4096 bits (RFC 3110 2) or an exponent of over 35 (as BIND has it).

    One signature of such a key can cost a hundred times the work of a usual one.
    """
    length, start = (key[0], 1) if key[:1] > b"\0" else (int.from_bytes(key[1:3], "big"), 3)
    exponent, modulus = key[start : start + length], key[start + length :].lstrip(b"\0")
    return int.from_bytes(exponent, "big").bit_length() > _RSA_EXPONENT_BITS or len(modulus) > _RSA_MODULUS_OCTETS


def check_signatures(
    rrset: dns.rrset.RRset,
    rrsigs: Sequence[RRSIG],
    signer: dns.name.Name,
    keys: Keys,
    now: float,
    budget: MessageBudget,
    rules: SignatureRules,
) -> Signature | Reason:
    """The first signature of ``rrset`` by a key of zone ``signer`` that holds, else why none does.

    Any one good signature suffices (RFC 6840 5.4).  Those that cannot hold (another signer, outside their time, no such
    key) cost nothing; of the others the longest valid come first.
    """
    faults: list[tuple[int, Reason]] = []
    candidates: list[RRSIG] = []
    for rrsig in rrsigs:
        fault = _fault(rrset, rrsig, signer, keys, now, rules.algorithms)
        if fault is None:
            candidates.append(rrsig)
        else:
            faults.append(fault)
    candidates.sort(key=lambda rrsig: -serial_difference(rrsig.expiration, int(now)))
    try:
        for rrsig in candidates[: rules.limits.rrsigs_per_rrset]:
            for key in keys[(rrsig.key_tag, int(rrsig.algorithm))][: rules.limits.keys_per_tag]:
                budget.verify(len(rrset))
                if _verifies(rules.verify, rrset, rrsig, key):
                    return _signature(rrset, rrsig, now)
            sentence = f"RRSIG of {_text(rrset)} by key {rrsig.key_tag} of {name_text(signer)} does not verify"
            faults.append((0, Reason(Ede.DNSSEC_BOGUS, sentence)))
    except WorkExceededError as limit:
        return Reason(Ede.DNSSEC_BOGUS, f"RRSIG of {_text(rrset)} was not proven: {limit}")
    if len(candidates) > rules.limits.rrsigs_per_rrset:
        count = rules.limits.rrsigs_per_rrset
        return Reason(Ede.DNSSEC_BOGUS, f"none of the first {count} RRSIGs of {_text(rrset)} verifies")
    if not faults:
        return Reason(Ede.RRSIGS_MISSING, f"{_text(rrset)} has no RRSIG, although {name_text(signer)} is signed")
    return min(faults, key=lambda fault: fault[0])[1]


def _fault(
    rrset: dns.rrset.RRset,
    rrsig: RRSIG,
    signer: dns.name.Name,
    keys: Keys,
    now: float,
    algorithms: frozenset[int],
) -> tuple[int, Reason] | None:
    """Why ``rrsig`` cannot hold, whatever its bits, with a rank: what came closest to holding explains most."""
    subject, moment = f"RRSIG of {_text(rrset)}", int(now)
    if rrsig.signer != signer:
        by, zone = name_text(rrsig.signer), name_text(signer)
        return 8, Reason(Ede.DNSSEC_BOGUS, f"{subject} is by {by}, but the zone is {zone}")
    if not rrset.name.is_subdomain(signer):
        return 8, Reason(Ede.DNSSEC_BOGUS, f"{subject} is by {name_text(signer)}, a zone the name is not in")
    if rrsig.type_covered != rrset.rdtype or rrsig.rdclass != rrset.rdclass:
        return 7, Reason(Ede.DNSSEC_BOGUS, f"{subject} covers another type or class")
    labels = label_count(rrset.name)
    if rrsig.labels > labels or rrsig.labels < label_count(signer):
        return 6, Reason(Ede.DNSSEC_BOGUS, f"{subject} counts {rrsig.labels} labels, which its name cannot have")
    if rrsig.labels < labels and rrset.rdtype in _NEVER_EXPANDED:
        return 6, Reason(Ede.DNSSEC_BOGUS, f"{subject} is of a wildcard, which such a record cannot come from")
    if rrsig.algorithm not in algorithms:
        algorithm = int(rrsig.algorithm)
        return 5, Reason(Ede.UNSUPPORTED_DNSKEY_ALGORITHM, f"{subject} has unsupported algorithm {algorithm}")
    if serial_difference(rrsig.expiration, rrsig.inception) < 0:
        return 3, Reason(Ede.SIGNATURE_EXPIRED_BEFORE_VALID, f"{subject} expires before it becomes valid")
    if (age := serial_difference(moment, rrsig.expiration)) > 0:
        return 1, Reason(Ede.SIGNATURE_EXPIRED, f"{subject} expired {span_text(age)} ago")
    if (wait := serial_difference(rrsig.inception, moment)) > 0:
        return 2, Reason(Ede.SIGNATURE_NOT_YET_VALID, f"{subject} becomes valid only in {span_text(wait)}")
    if (rrsig.key_tag, int(rrsig.algorithm)) not in keys:
        zone = name_text(signer)
        sentence = f"{subject} is by key {rrsig.key_tag}, algorithm {int(rrsig.algorithm)}, which {zone} does not have"
        return 4, Reason(Ede.DNSKEY_MISSING, sentence)
    return None


def _signature(rrset: dns.rrset.RRset, rrsig: RRSIG, now: float) -> Signature:
    moment = int(now)
    remaining = serial_difference(rrsig.expiration, moment)
    return Signature(
        key_tag=rrsig.key_tag,
        validity=Validity(moment + remaining, moment - serial_difference(moment, rrsig.inception), _text(rrset)),
        ttl=max(0, min(rrset.ttl, rrsig.original_ttl, remaining)),
        expanded_from=rrsig.labels if rrsig.labels < label_count(rrset.name) else None,
    )


def _verifies(verify: VerifySignature, rrset: dns.rrset.RRset, rrsig: RRSIG, key: DNSKEY) -> bool:
    try:
        return bool(verify(rrset, rrsig, key, None))
    except Exception:  # whatever a key or signature made it stumble over, it did not verify
        return False


def _text(rrset: dns.rrset.RRset) -> str:
    return rrset_text(rrset.rdtype, rrset.name)


def serial_difference(one: int, other: int) -> int:
    """``one - other`` for 32-bit times that wrap around in 2106: between -2**31 and 2**31 - 1 (RFC 1982)."""
    return (one - other + 0x80000000) % 0x100000000 - 0x80000000


def label_count(name: dns.name.Name) -> int:
    """Labels as RRSIG counts them: without the root and without a leading asterisk (RFC 4034 3.1.3)."""
    return len(name.labels) - 1 - (name.labels[0] == b"*")


def verify_signature(rrset: dns.rrset.RRset, rrsig: RRSIG, key: DNSKEY, origin: dns.name.Name | None = None) -> bool:
    """Whether ``rrsig`` over ``rrset`` was made with ``key``: the mathematics alone, no times and no names.

    ``origin`` completes relative names.  Raises what dnspython and cryptography raise for unusable keys.
    """
    data = _signed_data(rrset, rrsig, origin)
    octets = len(key.key) + len(rrsig.signature) + len(data)
    holds = _holds if octets <= _REMEMBERED_OCTETS else _holds.__wrapped__
    return holds(int(key.algorithm), key.key, rrsig.signature, data)


@lru_cache(maxsize=4096)
def _holds(algorithm: int, key: bytes, signature: bytes, data: bytes) -> bool:
    """The check itself.  Zones sign for days and are asked every few minutes: most checks were made before."""
    try:
        load = _public_key if len(key) <= _REMEMBERED_OCTETS // 2 else _public_key.__wrapped__
        load(algorithm, key).verify(signature, data)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=2048)
def _public_key(algorithm: int, key: bytes) -> Any:
    """A loaded public key; loading costs as much as verifying."""
    wire = struct.pack("!HBB", Flag.ZONE, 3, algorithm) + key
    rdata = cast("DNSKEY", dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.DNSKEY, wire, 0, len(wire)))
    return dns.dnssecalgs.get_algorithm_cls_from_dnskey(rdata).public_cls.from_dnskey(rdata)


def _signed_data(rrset: dns.rrset.RRset, rrsig: RRSIG, origin: dns.name.Name | None) -> bytes:
    """The bytes a signature covers (RFC 4034 3.1.8.1); records of any type, parsed or generic."""
    owner = rrset.name if origin is None else rrset.name.derelativize(origin)
    if rrsig.labels < label_count(owner):
        owner = dns.name.Name((b"*", *owner.labels[-(rrsig.labels + 1) :]))
    fixed = struct.pack(
        "!HBBIIIH",
        rrsig.type_covered,
        rrsig.algorithm,
        rrsig.labels,
        rrsig.original_ttl,
        rrsig.expiration % 0x100000000,
        rrsig.inception % 0x100000000,
        rrsig.key_tag,
    )
    head = owner.to_digestable() + struct.pack("!HHI", rrset.rdtype, rrset.rdclass, rrsig.original_ttl)
    parts = [fixed, rrsig.signer.to_digestable(origin)]
    for rdata in sorted({rdata.to_digestable(origin) for rdata in rrset}):
        parts += (head, struct.pack("!H", len(rdata)), rdata)
    return b"".join(parts)
