"""The one place that parses DNS wire format (``frequent`` takes what is common).

dnspython refuses a TLSA record whose digest has the wrong length, or that is shorter than its three fixed octets, and
with it the whole message.  RFC 7671 wants such a record to be *unusable* and its RRset to stay what it is: present, and
signed as it stands.  So those records are kept as opaque rdata in their RRset; signatures are made over the octets and
hold all the same.  The same goes for the records of DNSSEC itself: one DS with a digest of the wrong length leads
nowhere, but takes nothing from the good one beside it.  Everything else that does not parse makes the message unusable.

May import dnspython, ``fleet.errors``, ``frequent`` and ``wording``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.wire
from dns.rdatatype import RdataType

from fleet.dnssec.frequent import read_frequent
from fleet.dnssec.wording import rrset_text
from fleet.errors import Failure, FailureKind, RemoteError

_UNREADABLE = (dns.exception.DNSException, ValueError, IndexError, KeyError, AssertionError)
"""What dnspython and our own reading raise for octets that are no message."""

MAX_MESSAGE = 65535
"""Octets; what the two-octet length of DNS over TCP allows (RFC 1035 4.2.2)."""

_HEADER = 12
_KEPT_OPAQUE = frozenset(RdataType.make(mnemonic) for mnemonic in ("TLSA", "DS", "DNSKEY", "RRSIG", "NSEC", "NSEC3"))
"""Types kept where they do not parse.  None has names that may be compressed, so their octets stand for themselves."""


def parse(wire: bytes) -> dns.message.Message:
    """The message in ``wire``; malformed records of TLSA and DNSSEC are ``dns.rdata.GenericRdata`` in their RRsets.

    Of a truncated message (TC) only header and question are read: what follows may end anywhere and must not be used
    (RFC 2181 section 9).  Raises RemoteError (malformed) for everything that is no DNS message or has opcode other
    than QUERY.
    """
    try:
        return _parse(wire)
    except _UNREADABLE as error:
        sentence = "bytes arrived that are not a DNS message"
        raise RemoteError(Failure(FailureKind.MALFORMED, sentence)) from error


def parse_question(wire: bytes) -> dns.message.Message | None:
    """Header and question of ``wire``, whatever follows them; None where not even they can be read."""
    try:
        return dns.message.from_wire(wire, question_only=True)
    except _UNREADABLE:
        return None


def tlsa_rdata(rrset: dns.rrset.RRset) -> tuple[bytes, ...]:
    """The raw rdata of every record of a TLSA RRset, however malformed, in the order they came."""
    return tuple(rdata.to_wire() for rdata in rrset)


def _parse(wire: bytes) -> dns.message.Message:
    if not _HEADER <= len(wire) <= MAX_MESSAGE:
        raise ValueError("too short or too long for a message")
    flags = int.from_bytes(wire[2:4], "big")
    if dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        raise ValueError("not a QUERY")
    if flags & dns.flags.TC:
        return dns.message.from_wire(wire, question_only=True)
    frequent = read_frequent(wire)
    if frequent is not None:
        return frequent
    message = dns.message.from_wire(wire, continue_on_error=True)
    if message.errors:
        _keep_opaque(message, wire)
    return message


def _keep_opaque(message: dns.message.Message, wire: bytes) -> None:
    """Put back what dnspython dropped, if that was nothing but records it cannot read and we can do without reading."""
    refused = [record for record in _records(wire) if record.is_refused(wire)]
    for record, error in zip(refused, message.errors, strict=True):
        if not record.start <= error.offset <= record.start + record.length:
            raise error.exception
    for record in refused:
        if record.rdtype not in _KEPT_OPAQUE:
            sentence = f"a message arrived whose {rrset_text(record.rdtype, record.owner)} is malformed"
            raise RemoteError(Failure(FailureKind.MALFORMED, sentence))
    for record in refused:
        rdata = dns.rdata.GenericRdata(record.rdclass, record.rdtype, record.rdata(wire))
        rrset = message.find_rrset(record.section, record.owner, record.rdclass, record.rdtype, create=True)
        rrset.add(rdata, record.ttl if record.ttl <= 0x7FFFFFFF else 0)  # RFC 2181 section 8


@dataclass(frozen=True, slots=True)
class _Record:
    """Where one resource record lies in the message."""

    section: int
    owner: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    rdclass: dns.rdataclass.RdataClass
    ttl: int
    start: int
    length: int

    def rdata(self, wire: bytes) -> bytes:
        return wire[self.start : self.start + self.length]

    def is_refused(self, wire: bytes) -> bool:
        """Whether dnspython cannot read it."""
        try:
            dns.rdata.from_wire(self.rdclass, self.rdtype, wire, self.start, self.length)
        except _UNREADABLE:
            return True
        return False


def _records(wire: bytes) -> Iterator[_Record]:
    """The records of the message one by one; bounded by its length, since every record takes octets of it."""
    parser = dns.wire.Parser(wire)
    _, _, questions, *counts = parser.get_struct("!HHHHHH")
    for _ in range(questions):
        parser.get_name(decompress=True)
        parser.get_bytes(4)
    for section, count in enumerate(counts, start=1):
        for _ in range(count):
            owner = parser.get_name(decompress=True)
            rdtype, rdclass, ttl, length = parser.get_struct("!HHIH")
            start = parser.current
            parser.get_bytes(length)
            kind, classified = dns.rdatatype.RdataType.make(rdtype), dns.rdataclass.RdataClass.make(rdclass)
            yield _Record(section, owner, kind, classified, ttl, start, length)
