"""Proofs that something does not exist: a zone's NSEC or NSEC3 chain, and which of it a negative answer needs.

They exist beside the signer because dnspython builds NSEC chains only, and because an answering server has to pick the
right records for NODATA, NXDOMAIN and wildcard answers (RFC 4035 3.1.3, RFC 5155 7.2).
May import the standard library and dnspython.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from typing import Protocol

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType

Types = Mapping[dns.name.Name, Collection[RdataType]]
"""Record types at each owner name of a zone; a name that only has names below it has none."""
Proof = tuple[dns.rrset.RRset, ...]


class Chain(Protocol):
    """What an answering server asks a zone's chain for.  ``encloser`` is the closest name above that exists."""

    def records(self) -> Collection[dns.rrset.RRset]:
        """Every record of the chain, to be signed."""
        ...

    def nodata(self, name: dns.name.Name) -> Proof:
        """``name`` exists without the type asked for (or hides in an opt-out span)."""
        ...

    def nxdomain(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """Neither ``name`` nor the wildcard that could stand for it exists."""
        ...

    def expansion(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """``name`` itself does not exist, so the wildcard's answer is right."""
        ...

    def wildcard_nodata(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """``name`` does not exist, and its wildcard lacks the type."""
        ...


def wildcard_of(encloser: dns.name.Name) -> dns.name.Name:
    """The wildcard directly below ``encloser``."""
    return dns.name.from_text("*", encloser)


def next_closer(name: dns.name.Name, encloser: dns.name.Name) -> dns.name.Name:
    """The name one label longer than ``encloser`` on the way down to ``name`` (RFC 5155 1.3)."""
    return name.split(len(encloser) + 1)[1]


def _distinct(*records: dns.rrset.RRset) -> Proof:
    return tuple({record.name: record for record in records}.values())


def _rdata(rdtype: str, fixed: str, present: Collection[RdataType]) -> dns.rdata.Rdata:
    bitmap = " ".join(dns.rdatatype.to_text(item) for item in present)
    return dns.rdata.from_text("IN", rdtype, f"{fixed} {bitmap}")


class NsecChain:
    """Owner names in canonical order, each naming the next (RFC 4034 4)."""

    def __init__(self, types: Types, ttl: int) -> None:
        self._owners = sorted(name for name, present in types.items() if present)
        following = [*self._owners[1:], self._owners[0]]
        self._records = {
            owner: dns.rrset.from_rdata(
                owner,
                ttl,
                _rdata("NSEC", after.to_text(), {*types[owner], dns.rdatatype.NSEC, dns.rdatatype.RRSIG}),
            )
            for owner, after in zip(self._owners, following, strict=True)
        }

    def records(self) -> Collection[dns.rrset.RRset]:
        """Every record of the chain."""
        return self._records.values()

    def _span(self, name: dns.name.Name) -> dns.rrset.RRset:
        return self._records[self._owners[bisect_right(self._owners, name) - 1]]

    def nodata(self, name: dns.name.Name) -> Proof:
        """The matching record; for an empty non-terminal the span whose next name lies below it."""
        return (self._span(name),)

    def nxdomain(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """The spans over the name and over the wildcard."""
        return _distinct(self._span(name), self._span(wildcard_of(encloser)))

    def expansion(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """The span over the name."""
        return (self._span(name),)

    def wildcard_nodata(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """The wildcard's own record and the span over the name."""
        return _distinct(self._span(wildcard_of(encloser)), self._span(name))


class Nsec3Chain:
    """Hashed owner names in order, each naming the next hash (RFC 5155).

    With ``opt_out``, names whose only content is an unsigned delegation are left out and every record says so.
    """

    def __init__(self, origin: dns.name.Name, types: Types, ttl: int, iterations: int, opt_out: bool) -> None:
        self._origin = origin
        self._iterations = iterations
        hashes = {self._hash(name): present for name, present in types.items() if not (opt_out and _hideable(present))}
        self._hashes = sorted(hashes)
        following = [*self._hashes[1:], self._hashes[0]]
        self._records = {
            value: self._record(value, after, hashes[value], ttl, opt_out)
            for value, after in zip(self._hashes, following, strict=True)
        }

    def _hash(self, name: dns.name.Name) -> str:
        return dns.dnssec.nsec3_hash(name, b"", self._iterations, 1).lower()

    def _record(
        self, value: str, after: str, present: Collection[RdataType], ttl: int, opt_out: bool
    ) -> dns.rrset.RRset:
        bare_delegation = dns.rdatatype.NS in present and not {dns.rdatatype.SOA, dns.rdatatype.DS} & set(present)
        signed = [] if bare_delegation or not present else [dns.rdatatype.RRSIG]
        fixed = f"1 {int(opt_out)} {self._iterations} - {after}"
        rdata = _rdata("NSEC3", fixed, {*present, *signed})
        return dns.rrset.from_rdata(dns.name.from_text(value, self._origin), ttl, rdata)

    def records(self) -> Collection[dns.rrset.RRset]:
        """Every record of the chain."""
        return self._records.values()

    def _span(self, name: dns.name.Name) -> dns.rrset.RRset:
        return self._records[self._hashes[bisect_right(self._hashes, self._hash(name)) - 1]]

    def _enclosed(self, name: dns.name.Name) -> Proof:
        """Closest provable encloser and the span over its next closer name (RFC 5155 7.2.1)."""
        encloser = name.parent()
        while self._hash(encloser) not in self._records:
            encloser = encloser.parent()
        return _distinct(self._span(encloser), self._span(next_closer(name, encloser)))

    def nodata(self, name: dns.name.Name) -> Proof:
        """The matching record; for a delegation left out of an opt-out chain the closest provable encloser."""
        return (self._span(name),) if self._hash(name) in self._records else self._enclosed(name)

    def nxdomain(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """Closest encloser, next closer name, wildcard."""
        return _distinct(*self._enclosed(name), self._span(wildcard_of(encloser)))

    def expansion(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """The span over the next closer name; the RRSIG's label count gives the encloser away (RFC 5155 7.2.6)."""
        return (self._span(next_closer(name, encloser)),)

    def wildcard_nodata(self, name: dns.name.Name, encloser: dns.name.Name) -> Proof:
        """Closest encloser, next closer name and the wildcard's own record."""
        return _distinct(*self._enclosed(name), self._span(wildcard_of(encloser)))


def _hideable(present: Collection[RdataType]) -> bool:
    return set(present) == {dns.rdatatype.NS}
