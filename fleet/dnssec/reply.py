"""A reply as a validator reads it: RRsets with their RRSIGs by name and type, other names ignored.

May import ``fleet.model``, ``cache`` and ``fold``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.RRSIG import RRSIG

from fleet.dnssec.cache import weight_of
from fleet.dnssec.fold import Folded, folded
from fleet.model import Existence

_MAX_ALIASES = 32


@dataclass(frozen=True, slots=True)
class SignedRRset:
    """An RRset and every RRSIG that came for it, nothing proven."""

    rrset: dns.rrset.RRset
    rrsigs: tuple[RRSIG, ...]


class Section:
    """One section of a message, indexed.  Class IN only."""

    __slots__ = ("_rrsets", "_rrsigs")

    def __init__(self, rrsets: Sequence[dns.rrset.RRset]) -> None:
        self._rrsets: dict[tuple[Folded, int], dns.rrset.RRset] = {}
        self._rrsigs: dict[tuple[Folded, int], list[RRSIG]] = {}
        for rrset in rrsets:
            if rrset.rdclass != dns.rdataclass.IN:
                continue
            if rrset.rdtype == dns.rdatatype.RRSIG:
                self._add_rrsigs(rrset)
            elif len(rrset):
                self._add(rrset)

    def _add(self, rrset: dns.rrset.RRset) -> None:
        key = (folded(rrset.name), int(rrset.rdtype))
        known = self._rrsets.get(key)
        if known is not None:  # a message may hold one RRset in pieces
            rrset = dns.rrset.from_rdata_list(rrset.name, min(rrset.ttl, known.ttl), [*known, *rrset])
        self._rrsets[key] = rrset

    def _add_rrsigs(self, rrset: dns.rrset.RRset) -> None:
        owner = folded(rrset.name)
        for rdata in rrset:
            if isinstance(rdata, RRSIG):
                self._rrsigs.setdefault((owner, int(rdata.type_covered)), []).append(rdata)

    def find(self, name: dns.name.Name, rdtype: int) -> SignedRRset | None:
        """The RRset of ``rdtype`` at ``name``, if there is one."""
        key = (folded(name), int(rdtype))
        rrset = self._rrsets.get(key)
        return None if rrset is None else SignedRRset(rrset, tuple(self._rrsigs.get(key, ())))

    def holds_the_same(self, other: "Section") -> bool:
        """Whether ``other`` has the same records, in whatever order."""
        return (
            self._rrsets == other._rrsets
            and self._rrsigs.keys() == other._rrsigs.keys()
            and all(set(rrsigs) == set(other._rrsigs[key]) for key, rrsigs in self._rrsigs.items())
        )

    def of_type(self, rdtype: int) -> Iterator[SignedRRset]:
        """All RRsets of one type, in the order they came."""
        return (
            SignedRRset(rrset, tuple(self._rrsigs.get(key, ())))
            for key, rrset in self._rrsets.items()
            if key[1] == rdtype
        )


@dataclass(frozen=True, slots=True)
class Alias:
    """Where ``owner`` leads to, and the record that says so: a CNAME of its own, or a DNAME above it (RFC 6672)."""

    kind: dns.rdatatype.RdataType
    record: SignedRRset
    record_target: dns.name.Name
    target: dns.name.Name
    synthesized: dns.name.Name | None = None
    """Target of the CNAME the server made up from the DNAME, where it sent one."""


class Reply:
    """A NOERROR or NXDOMAIN message."""

    __slots__ = ("answer", "authority", "octets", "rcode")

    def __init__(self, message: dns.message.Message) -> None:
        self.rcode: dns.rcode.Rcode = message.rcode()
        self.answer = Section(message.answer)
        self.authority = Section(message.authority)
        self.octets = len(message.wire or b"")

    def says_the_same(self, other: "Reply") -> bool:
        """Whether ``other`` has the same rcode and the same records in answer and authority, TTLs and order aside."""
        return self.rcode == other.rcode and all(
            mine.holds_the_same(theirs)
            for mine, theirs in ((self.answer, other.answer), (self.authority, other.authority))
        )

    @property
    def records(self) -> int:
        """How many records answer and authority hold, RRSIGs included."""
        parts = (self.answer, self.authority)
        return sum(len(found) for part in parts for held in (part._rrsets, part._rrsigs) for found in held.values())

    @property
    def weight(self) -> int:
        """What remembering it takes; 1 for a usual reply."""
        return weight_of(self.records, self.octets)

    @property
    def ttl(self) -> int:
        """The shortest TTL of everything in answer and authority; 0 for an empty reply."""
        found = [rrset.ttl for part in (self.answer, self.authority) for rrset in part._rrsets.values()]
        return min(found, default=0)

    def alias(self, name: dns.name.Name, top: dns.name.Name = dns.name.root) -> Alias | None:
        """Where the answer section sends ``name``; a DNAME has no say above ``top``.

        Raises dns.name.NameTooLong where a DNAME's substitution overflows (RFC 6672 2.2, YXDOMAIN).
        """
        cname = self.answer.find(name, dns.rdatatype.CNAME)
        cname_target = _target(cname)
        dnames = [found for found in self.answer.of_type(dns.rdatatype.DNAME) if _between(name, found.rrset.name, top)]
        if dnames:
            record = max(dnames, key=lambda found: len(found.rrset.name))
            to = _target(record)
            if to is not None:
                target = name.relativize(record.rrset.name).concatenate(to)
                return Alias(dns.rdatatype.DNAME, record, to, target, cname_target)
        if cname is None or cname_target is None:
            return None
        return Alias(dns.rdatatype.CNAME, cname, cname_target, cname_target)

    def ends_at(self, name: dns.name.Name) -> bool:
        """Whether the reply claims to say all there is about ``name``: NXDOMAIN, or the SOA of a zone above it."""
        if self.rcode == dns.rcode.NXDOMAIN:
            return True
        return any(name.is_subdomain(found.rrset.name) for found in self.authority.of_type(dns.rdatatype.SOA))

    def as_stub(self, name: dns.name.Name, rdtype: int) -> tuple[Existence, dns.name.Name, dns.rrset.RRset | None]:
        """What a client that trusts the reply reads in it: existence, final name, records."""
        for _ in range(_MAX_ALIASES):
            found = self.answer.find(name, rdtype)
            if found is not None:
                return Existence.DATA, name, found.rrset
            cname = _target(self.answer.find(name, dns.rdatatype.CNAME))
            if cname is None:
                break
            name = cname
        return (Existence.NXDOMAIN if self.rcode == dns.rcode.NXDOMAIN else Existence.NODATA), name, None


def _target(found: SignedRRset | None) -> dns.name.Name | None:
    rdata: Any = found.rrset[0] if found is not None else None
    target = getattr(rdata, "target", None)
    return target if isinstance(target, dns.name.Name) else None


def _between(name: dns.name.Name, owner: dns.name.Name, top: dns.name.Name) -> bool:
    return name != owner and name.is_subdomain(owner) and owner.is_subdomain(top)
