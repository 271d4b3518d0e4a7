"""Trust anchors: the keys that validation starts from, for the root or for any other zone.

The root's are shipped.  Others are read from what operators have at hand: zone-file lines with DS or DNSKEY records
(``dig``, ``dnssec-dsfromkey``, Debian's ``root.key``), unbound's state file (``;;state=`` comments, RFC 5011) and
IANA's ``root-anchors.xml`` (RFC 9718), whose keys count only within their dates.

May import dnspython, ``fleet.errors``, ``fleet.clock`` and ``fleet.text``.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DNSKEY
import dns.rdtypes.ANY.DS
import dns.rrset
import dns.ttl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fleet.clock import now
from fleet.errors import UsageError, file_trouble
from fleet.text import show

_MAX_OCTETS = 1 << 20
_TYPES = (dns.rdatatype.DS, dns.rdatatype.DNSKEY)
_TRUSTED_STATES = ("2", "3")
"""RFC 5011 section 4.2: Valid and Missing are trusted; pending, revoked and removed keys are not."""

_Anchor = tuple[dns.name.Name, dns.rdata.Rdata]


def load_trust_anchors(path: str | Path, *, at: datetime | None = None) -> tuple[dns.rrset.RRset, ...]:
    """The trust anchors in the file at ``path``: DS and DNSKEY RRsets, one for each zone and type.

    ``at`` (aware, default now) selects the keys of an XML file that are valid at that time.  Raises UsageError with the
    file, and the line where there is one, for anything that cannot be read, makes no sense or holds no anchor.
    """
    shown = show(str(path))
    try:
        with Path(path).open("rb") as opened:
            data = opened.read(_MAX_OCTETS + 1)
    except OSError as error:
        raise UsageError(f"the trust anchor file {shown} cannot be read: {file_trouble(error)}") from error
    if len(data) > _MAX_OCTETS:
        raise UsageError(f"the trust anchor file {shown} is larger than {_MAX_OCTETS} octets")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = _rrsets(_from_xml(data, shown, at or now()))
        absent = f"{shown} holds no trust anchor that is valid at this time"
    else:
        found = _rrsets(_from_records(data.decode("utf-8", "replace"), shown))
        absent = f"{shown} holds no DS or DNSKEY record that is to be trusted"
    if not found:
        raise UsageError(absent)
    return found


def _rrsets(anchors: Iterable[_Anchor]) -> tuple[dns.rrset.RRset, ...]:
    grouped: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
    for owner, rdata in anchors:
        rrset = grouped.setdefault((owner, rdata.rdtype), dns.rrset.RRset(owner, dns.rdataclass.IN, rdata.rdtype))
        rrset.add(rdata)
    return tuple(grouped.values())


# Zone-file lines -----------------------------------------------------------------------------------------------------


def _from_records(text: str, shown: str) -> Iterator[_Anchor]:
    owner = ""
    for number, line in _logical_lines(text):
        fields = line.split()
        if fields[0].startswith("$"):
            if fields[0].upper() == "$TTL":
                continue
            raise UsageError(f"{shown}, line {number}: {show(fields[0], 40)} is not understood here; write full names")
        if not line[0].isspace():
            owner = fields.pop(0)
        try:
            yield _record(owner, fields)
        except (ValueError, dns.exception.DNSException) as error:
            raise UsageError(f"{shown}, line {number}: {_explain(error)}") from error


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with content and their numbers: without comments, with parentheses joined, without untrusted states."""
    number, start, joined, depth = 0, 0, "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line, _, comment = raw.partition(";")
        if depth == 0:
            start, joined = number, ""
        state = re.search(r";state=(\d+)", comment)
        if state and state.group(1) not in _TRUSTED_STATES:
            line = ""
        depth += line.count("(") - line.count(")")
        joined += " " * bool(joined) + line.replace("(", " ").replace(")", " ")
        if depth <= 0 and joined.strip():
            yield start, joined
            depth = 0
    if depth > 0 and joined.strip():
        yield start, joined


def _record(owner: str, fields: list[str]) -> _Anchor:
    """One record from its fields: [TTL] [class] type rdata, TTL and class in either order (RFC 1035 section 5.1)."""
    if not owner:
        raise ValueError("a record without an owner name")
    rest = fields
    while rest and (rest[0].upper() == "IN" or _is_ttl(rest[0])):
        rest = rest[1:]
    if len(rest) < 2 or rest[0].upper() not in [rdtype.name for rdtype in _TYPES]:
        raise ValueError("this is not a DS or DNSKEY record")
    rdata = dns.rdata.from_text("IN", rest[0], " ".join(rest[1:]), relativize=False)
    _check(rdata)
    return dns.name.from_text(owner), rdata


def _is_ttl(field: str) -> bool:
    try:
        dns.ttl.from_text(field)
    except dns.ttl.BadTTL:
        return False
    return True


def _check(rdata: dns.rdata.Rdata) -> None:
    if isinstance(rdata, dns.rdtypes.ANY.DNSKEY.DNSKEY):
        if not rdata.flags & 0x0100 or rdata.protocol != 3:
            raise ValueError("this DNSKEY is not a zone key (RFC 4034 section 2.1)")
        if rdata.flags & 0x0080:
            raise ValueError("this DNSKEY is revoked (RFC 5011 section 2.1)")


def _explain(error: Exception) -> str:
    if isinstance(error, dns.exception.DNSException):
        return f"the record does not parse ({show(str(error), 120)})"
    return show(str(error), 160)


# root-anchors.xml ----------------------------------------------------------------------------------------------------


def _from_xml(data: bytes, shown: str, at: datetime | None) -> Iterator[_Anchor]:
    """The anchors valid ``at`` that time; every one of the file where it is None."""
    try:
        root = fromstring(data)
    except ParseError as error:
        raise UsageError(f"{shown}, line {error.position[0]}: this is not well-formed XML") from error
    except (DefusedXmlException, ValueError) as error:
        raise UsageError(f"{shown}: XML with entities or of an unknown encoding is not read") from error
    digests = list(root.iter("KeyDigest"))
    if root.tag != "TrustAnchor" or not digests:
        raise UsageError(f"{shown} is XML, but not trust anchors as IANA publishes them (RFC 9718)")
    for digest in digests:
        try:
            if _valid(digest, at):
                yield dns.name.from_text(_text(root, "Zone")), _ds(digest)
        except (ValueError, dns.exception.DNSException) as error:
            identity = show(digest.get("id") or "without id", 60)
            raise UsageError(f"{shown}: the KeyDigest {identity} makes no sense: {_explain(error)}") from error


def _valid(digest: Element, at: datetime | None) -> bool:
    begin, end = _moment(digest.get("validFrom")), _moment(digest.get("validUntil"))
    return at is None or ((begin is None or begin <= at) and (end is None or at < end))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ds(digest: Element) -> dns.rdata.Rdata:
    fields = [_text(digest, tag) for tag in ("KeyTag", "Algorithm", "DigestType", "Digest")]
    return dns.rdata.from_text("IN", "DS", " ".join(fields))


def _text(parent: Element, tag: str) -> str:
    text = (parent.findtext(tag) or "").strip()
    if not text:
        raise ValueError(f"{tag} is missing")
    return text


_SHIPPED = files("fleet.dnssec").joinpath("root-anchors.xml").read_bytes()

ROOT_ANCHORS: tuple[dns.rrset.RRset, ...] = _rrsets(_from_xml(_SHIPPED, "root-anchors.xml", at=None))
"""The DS records of the root's key signing keys: 20326 (2017) and 38696 (2024)."""
