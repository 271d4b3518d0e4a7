"""A quick reading of the DNS messages that make up nearly all of a day: what dnspython makes of them, at less cost.

dnspython parses every record anew, through layers made for every record type.  Most replies repeat records that were
seen before: the same keys, signatures and hosts, only with other TTLs.  Here a record is looked up by its octets, and
is given to dnspython's own parser only when it is new; what comes out is the same objects in the same order.  Whatever
is not of the common kind (another class or type, a compressed name where RFC 3597 allows none, anything odd or wrong)
is left to dnspython as a whole: ``read_frequent`` says None.

Memory is bounded: messages beyond 4,096 octets are left alone, and each store holds so many entries of usual size and
no others.

May import dnspython only.
"""

import struct
from functools import lru_cache

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType

LARGEST = 4096
"""Octets of a message that is read here."""

_IN = dns.rdataclass.IN
_OPT = int(RdataType.OPT)
_RRSIG = int(RdataType.RRSIG)
_ADDITIONAL = 3
_TYPES: dict[int, RdataType] = {
    int(rdtype): rdtype
    for rdtype in (
        RdataType.A,
        RdataType.AAAA,
        RdataType.TLSA,
        RdataType.DS,
        RdataType.DNSKEY,
        RdataType.NSEC3,
        RdataType.RRSIG,
        RdataType.NSEC,
        RdataType.DNAME,
        RdataType.CNAME,
        RdataType.NS,
        RdataType.MX,
        RdataType.SOA,
    )
}
_NAMES_AT: dict[int, tuple[int, int]] = {
    int(RdataType.CNAME): (0, 1),
    int(RdataType.NS): (0, 1),
    int(RdataType.MX): (2, 1),
    int(RdataType.SOA): (0, 2),
}
"""Where the rdata of a type has names that may be compressed, and how many (RFC 1035 4.1.4, RFC 3597 4)."""
_LONGEST_NAME = 255
_MOST_HOPS = 8
_LONGEST_TTL = 0x7FFFFFFF
_ENTRIES = 4096
_USUAL_OCTETS = 2048
"""Of the rdata of one record, or of one RRset, that is remembered."""
_USUAL_RECORDS = 16
"""Of an RRset that is remembered."""

_header = struct.Struct("!HHHHHH").unpack_from
_question = struct.Struct("!HH").unpack_from
_record = struct.Struct("!HHIH").unpack_from

_Labels = tuple[bytes, ...]


class _UncommonError(Exception):
    """The message is not for this module."""


def read_frequent(wire: bytes) -> dns.message.Message | None:
    """The message in ``wire`` as ``dns.message.from_wire`` reads it; None where that has to be asked itself.

    It has no index: ``find_rrset`` walks its sections.
    """
    if len(wire) > LARGEST:
        return None
    try:
        return _read(wire)
    except (_UncommonError, dns.exception.DNSException, ValueError, IndexError, struct.error):
        return None


def _read(wire: bytes) -> dns.message.Message:
    number, flags, questions, *counts = _header(wire)
    if questions != 1 or flags & (dns.flags.TC | 0x7800):
        raise _UncommonError
    message = dns.message.QueryMessage(id=number)
    message.flags = dns.flags.Flag(flags)
    message.wire = wire
    message.index = None  # type: ignore[assignment]  # dnspython's word for "none is kept"
    names = _Names(wire)
    labels, at = names.read(12)
    rdtype, rdclass = _question(wire, at)
    kind, classified = RdataType.make(rdtype), dns.rdataclass.RdataClass.make(rdclass)
    message.sections[0].append(dns.rrset.RRset(_name(labels)[0], classified, kind))
    at += 4
    for section, count in enumerate(counts, start=1):
        if count:
            at = _read_section(message, section, count, names, at)
    if at != len(wire):
        raise _UncommonError
    return message


def _read_section(message: dns.message.Message, section: int, count: int, names: "_Names", at: int) -> int:
    """Read ``count`` records from ``at`` on, and say where they end."""
    wire = names.wire
    found: dict[tuple[bytes, int, bytes], tuple[dns.name.Name, list[bytes], list[int]]] = {}
    for _ in range(count):
        labels, at = names.read(at)
        rdtype, rdclass, ttl, length = _record(wire, at)
        start = at + 10
        at = start + length
        if at > len(wire):
            raise _UncommonError
        name, folded = _name(labels)
        if rdtype == _OPT:
            if section != _ADDITIONAL or message.opt or folded:
                raise _UncommonError
            message.opt = dns.rrset.from_rdata(name, ttl, _rdata(rdclass, rdtype, wire[start:at]))
            continue
        if rdclass != _IN or rdtype not in _TYPES:
            raise _UncommonError
        rdata = names.expanded(rdtype, start, at) if rdtype in _NAMES_AT else wire[start:at]
        key = (folded, rdtype, rdata[:2] if rdtype == _RRSIG else b"")
        entry = found.get(key)
        if entry is None:
            entry = found[key] = (name, [], [])
        entry[1].append(rdata)
        entry[2].append(ttl if ttl <= _LONGEST_TTL else 0)  # RFC 2181 section 8
    rrsets = message.sections[section]
    for (_, rdtype, _), (name, rdatas, ttls) in found.items():
        kind = _TYPES[rdtype]
        usual = len(rdatas) <= _USUAL_RECORDS and sum(map(len, rdatas)) <= _USUAL_OCTETS
        covers, items = (_items if usual else _items.__wrapped__)(kind, tuple(rdatas))
        rrset = dns.rrset.RRset(name, _IN, kind, covers)
        rrset.ttl = min(ttls)
        rrset.items = items.copy()  # a copied dictionary does not compute its hashes again
        rrsets.append(rrset)
    return at


class _Names:
    """The names of one message.  Most are one pointer to an earlier one."""

    __slots__ = ("_known", "wire")

    def __init__(self, wire: bytes) -> None:
        self.wire = wire
        self._known: dict[int, tuple[_Labels, int]] = {}

    def read(self, start: int) -> tuple[_Labels, int]:
        """The labels of the name at ``start``, and where it ends.  Holds dnspython's rules for pointers."""
        wire, known = self.wire, self._known
        labels: list[bytes] = []
        at = begin = start
        limit = len(wire)
        end = hops = octets = 0
        while size := wire[at]:
            if size < 64:
                label = wire[at + 1 : at + 1 + size]
                at += size + 1
                octets += size + 1
                if at >= limit or octets > _LONGEST_NAME:
                    raise _UncommonError
                labels.append(label)
                continue
            target = (size & 0x3F) << 8 | wire[at + 1]
            if size < 192 or target >= begin or at + 2 > limit or hops >= _MOST_HOPS:
                raise _UncommonError
            hops += 1
            end = end or at + 2
            earlier = known.get(target)
            if earlier is not None and hops == 1:
                hops += earlier[1]
                labels += earlier[0]
                if hops > _MOST_HOPS:
                    raise _UncommonError
                break
            limit, at, begin = begin, target, target
        else:
            labels.append(b"")
            end = end or at + 1
        name = tuple(labels)
        known[start] = name, hops
        return name, end

    def expanded(self, rdtype: int, start: int, end: int) -> bytes:
        """The rdata between ``start`` and ``end`` with its names written out."""
        at, count = _NAMES_AT[rdtype]
        parts = [self.wire[start : start + at]]
        at += start
        for _ in range(count):
            labels, at = self.read(at)
            parts += [bytes((len(label),)) + label for label in labels]
        if at > end:
            raise _UncommonError
        parts.append(self.wire[at:end])
        return b"".join(parts)


@lru_cache(maxsize=_ENTRIES)
def _name(labels: _Labels) -> tuple[dns.name.Name, bytes]:
    """The name, and octets that are equal for equal names (RFC 4343); none for the root."""
    folded = b"".join(bytes((len(label),)) + label.lower() for label in labels[:-1])
    return dns.name.Name(labels), folded


def _rdata(rdclass: int, rdtype: int, rdata: bytes) -> dns.rdata.Rdata:
    read = _read_rdata if len(rdata) <= _USUAL_OCTETS else _read_rdata.__wrapped__
    return read(rdclass, rdtype, rdata)


@lru_cache(maxsize=_ENTRIES)
def _read_rdata(rdclass: int, rdtype: int, rdata: bytes) -> dns.rdata.Rdata:
    return dns.rdata.from_wire(rdclass, rdtype, rdata, 0, len(rdata))  # type: ignore[arg-type]


@lru_cache(maxsize=_ENTRIES)
def _items(rdtype: RdataType, rdatas: tuple[bytes, ...]) -> tuple[RdataType, dict[dns.rdata.Rdata, None]]:
    """What an RRset of these records covers and holds, by dnspython's rules for doubles and for types of one record."""
    records = [_rdata(_IN, rdtype, rdata) for rdata in rdatas]
    if len(records) == 1:
        return records[0].covers(), {records[0]: None}
    rrset = dns.rrset.RRset(dns.name.root, _IN, rdtype, records[0].covers())
    for record in records:
        rrset.add(record)
    return rrset.covers, rrset.items
