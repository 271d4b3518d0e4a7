"""A zone and what its trust rests on: trust anchors, DS records and the keys they name (RFC 4035 5.1, 5.2).

Pure.  ``chain`` fetches; here stands what the fetched records mean.
May import ``fleet.model`` and this package's ``fold``, ``limits``, ``signature`` and ``wording``.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from fleet.dnssec.fold import Folded, folded
from fleet.dnssec.signature import ENDLESS, Keys, SignatureRules, Validity, key_fault
from fleet.dnssec.wording import name_text
from fleet.errors import Failure
from fleet.model import Ede, Link, Reason, Security

_DIGESTS: Mapping[int, Callable[[bytes], Any]] = {1: hashlib.sha1, 2: hashlib.sha256, 4: hashlib.sha384}
"""DS digest types that can be checked (RFC 4509, RFC 6605)."""
_SHA1 = 1

TrustAnchors = Iterable[dns.rrset.RRset] | Mapping[Any, Any]
"""RRsets of DS or DNSKEY records, or a mapping from zone name to an RRset, an rdataset or rdata."""


@dataclass(frozen=True, slots=True)
class Zone:
    """What is proven at a name: the deepest zone at or above it, with its keys, or why there is nothing to trust.

    ``security`` is secure (``keys`` are proven), insecure, bogus or indeterminate (``failure`` says what could not be
    fetched).  ``childless``: the name looked at does not exist, so there are no zone cuts below it.
    """

    name: dns.name.Name
    security: Security
    links: tuple[Link, ...]
    expires: float
    """Epoch seconds until which this may be used without asking again."""
    keys: Keys = field(default_factory=dict)
    validity: Validity = ENDLESS
    """Of the RRSIG of the chain that expires first."""
    reason: Reason | None = None
    failure: Failure | None = None
    childless: bool = False
    doubtful: bool = False
    """Insecure only because a denial proves nothing (opt-out, too many iterations): there need not be a zone cut."""
    cut_short: bool = False
    """Bogus or indeterminate in the eyes of one question whose budget ran out; of no meaning for any other."""
    loaded: float = 0.0
    """Epoch seconds when this was proven."""

    @property
    def secure(self) -> bool:
        """Whether ``keys`` may be used."""
        return self.security is Security.SECURE


class AnchorSet:
    """Trust anchors by zone."""

    def __init__(self, anchors: TrustAnchors) -> None:
        self._zones: dict[dns.name.Name, tuple[DS | DNSKEY, ...]] = {}
        self._names: dict[Folded, dns.name.Name] = {}
        pairs = anchors.items() if isinstance(anchors, Mapping) else ((rrset.name, rrset) for rrset in anchors)
        for name, records in pairs:
            zone = dns.name.from_text(name) if isinstance(name, str) else name
            many = (records,) if isinstance(records, dns.rdata.Rdata) else tuple(records)
            for rdata in many:
                if not isinstance(rdata, DS | DNSKEY):
                    raise ValueError(f"the trust anchor of {name_text(zone)} is not a DS or DNSKEY record")
            self._zones[zone] = self._zones.get(zone, ()) + many
            self._names.setdefault(folded(zone), zone)

    def closest(self, name: dns.name.Name) -> dns.name.Name | None:
        """The deepest zone with a trust anchor at or above ``name``."""
        labels = folded(name)
        for start in range(len(labels)):
            zone = self._names.get(labels[start:])
            if zone is not None:
                return zone
        return None

    def of(self, zone: dns.name.Name) -> tuple[DS | DNSKEY, ...]:
        """The anchors of ``zone``."""
        return self._zones[zone]


def usable_ds(records: Iterable[Any], child: dns.name.Name, algorithms: frozenset[int]) -> tuple[DS, ...] | Reason:
    """The DS records a validator can follow, else why it follows none, which makes ``child`` insecure (RFC 4035 5.2).

    SHA-1 digests are ignored beside better ones (RFC 4509 3).  A digest of the wrong length is listed like any other
    and names no key: where no other is left the result is empty, and ``child`` bogus.
    """
    listed = [_Listed.of(record) for record in records]
    supported = [entry for entry in listed if entry.algorithm in algorithms]
    checkable = [entry for entry in supported if entry.digest_type in _DIGESTS]
    if not supported:
        numbers = ", ".join(str(number) for number in sorted({entry.algorithm for entry in listed}))
        sentence = f"unsupported algorithm {numbers} in the DS of {name_text(child)}"
        return Reason(Ede.UNSUPPORTED_DNSKEY_ALGORITHM, sentence)
    if not checkable:
        numbers = ", ".join(str(number) for number in sorted({entry.digest_type for entry in supported}))
        return Reason(Ede.UNSUPPORTED_DS_DIGEST, f"unsupported digest type {numbers} in the DS of {name_text(child)}")
    better = [entry for entry in checkable if entry.digest_type != _SHA1]
    return tuple(entry.record for entry in better or checkable if isinstance(entry.record, DS))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A record of a DS RRset, which may be malformed, with the two numbers that say whether we can follow it."""

    record: dns.rdata.Rdata
    algorithm: int
    digest_type: int

    @classmethod
    def of(cls, record: dns.rdata.Rdata) -> "_Listed":
        """0 is an algorithm and a digest type nobody can support: that of a record too short to have one."""
        octets = record.to_generic().data.ljust(4, b"\x00")
        return cls(record, octets[2], octets[3])


def entry_keys(
    zone: dns.name.Name, trusted: Iterable[DS | DNSKEY], dnskeys: Iterable[Any], what: str, rules: SignatureRules
) -> Keys | Reason:
    """Those of ``dnskeys`` that ``trusted`` records name, so that they may vouch for the whole DNSKEY RRset.

    ``what`` names the trusted records in a sentence: ``DS`` or ``trust anchor``.
    """
    by_slot: dict[tuple[int, int], list[DNSKEY]] = {}
    for key in dnskeys:
        if isinstance(key, DNSKEY):
            by_slot.setdefault((key.key_id(), int(key.algorithm)), []).append(key)
    found: dict[tuple[int, int], tuple[DNSKEY, ...]] = {}
    fault: Reason | None = None
    failures = 0
    for record in trusted:
        slot = (record.key_tag, int(record.algorithm)) if isinstance(record, DS) else _slot(record)
        for key in by_slot.get(slot, ())[: rules.limits.keys_per_tag]:
            if not _names(record, zone, key):
                failures += 1
                continue
            flaw = key_fault(key)
            if flaw is not None:
                fault = Reason(flaw.code, f"the {what} of {name_text(zone)} names a key that is unfit: {flaw.sentence}")
            elif key not in found.get(slot, ()):
                found[slot] = (*found.get(slot, ()), key)
        if failures > rules.limits.ds_failures:
            break
    if found:
        return found
    return fault or Reason(Ede.DNSKEY_MISSING, f"DNSKEY of {name_text(zone)} matches no {what}")


def _names(record: DS | DNSKEY, zone: dns.name.Name, key: DNSKEY) -> bool:
    if isinstance(record, DNSKEY):
        return (record.key, record.flags, record.protocol) == (key.key, key.flags, key.protocol)
    digest = _DIGESTS[record.digest_type](zone.to_digestable() + key.to_digestable()).digest()
    return hmac.compare_digest(digest, record.digest)


def _slot(key: DNSKEY) -> tuple[int, int]:
    return key.key_id(), int(key.algorithm)
