"""What is fuzzed: three functions of octets, each of which returns, or raises because the engine did what it must not.

Any exception out of the engine is a defect, save the one that its docstring promises.  Where a structure would be lost
to blind mutation (certificates: lengths inside lengths, a signature over it all) the octets are read as edits of a
good chain, which is then signed anew, so that what lies behind the signature is reached as well.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fleet.dane.certificate import describe, read_certificate
from fleet.dane.match import match_chain
from fleet.dane.pkix import Roots, pkix
from fleet.dane.tlsa import parse_record
from fleet.dane.transcript import parse_transcript, render, text
from fleet.dnssec.wire import parse, tlsa_rdata
from fleet.errors import RemoteError, UsageError

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOST = "mx.example.com"

_MOST_EDITS = 6
_MOST_NODES = 150
_LONGEST_VALUE = 20_000
"""Edits may double what they find; a chain stays of a size that can be fuzzed."""


def wire(octets: bytes) -> None:
    """A DNS message: read, or refused as malformed."""
    try:
        message = parse(octets)
    except RemoteError:
        return
    for rrset in (rrset for section in message.sections[1:] for rrset in section):
        assert rrset.rdtype != 52 or len(tlsa_rdata(rrset)) == len(rrset)


def transcript(octets: bytes) -> None:
    """What somebody pasted: read or refused; what was read can be written, and that reads as the same domain."""
    try:
        found = parse_transcript(octets.decode("utf-8", "replace"), AT)
    except UsageError:
        return
    again = parse_transcript(text(render(found.verdict)), AT)
    assert again.verdict.domain == found.verdict.domain


def tlsa(octets: bytes) -> None:
    """A TLSA set and a presented chain: matched or not, described, and judged by WebPKI."""
    chain, records = read_case(octets)
    for record in records:
        parse_record(record)
    match = match_chain(chain, records, (HOST, "example.com"), AT)
    assert len(match.records) == len(records)
    assert match.matched == any(record.matched for record in match.records)
    assert match.matched == (match.report is None)
    assert match.usable or not match.matched
    pkix(chain, (HOST,), AT, _roots())
    for der in chain:
        describe(der)


TARGETS: dict[str, Callable[[bytes], None]] = {"wire": wire, "transcript": transcript, "tlsa": tlsa}


class _Reader:
    """Octets handed out one after the other; noughts once they are used up."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(1), "big")


def read_case(octets: bytes) -> tuple[list[bytes], list[bytes]]:
    """First octet: how many records, and whether certificates follow as they are or as edits of a good chain."""
    reader = _Reader(octets)
    first = reader.number()
    plans = [reader.take(4).ljust(4, b"\x00") for _ in range(first & 3)]
    own = [reader.take(plan[3] & 0x3F) if plan[3] & 0xC0 == 0xC0 else None for plan in plans]
    chain = _as_sent(reader) if first & 0x80 else _edited(reader)
    return chain, [_record(plan, data, chain) for plan, data in zip(plans, own, strict=True)]


def _record(plan: bytes, own: bytes | None, chain: list[bytes]) -> bytes:
    """Usage, selector and matching type as they come; the data is its own or made from a certificate of the chain."""
    if own is not None or not chain:
        return plan[:3] + (own or b"")
    certificate = read_certificate(chain[plan[3] % len(chain)])
    data = certificate.outline.spki if plan[1] == 1 and certificate.outline else certificate.der
    hashed = {1: hashlib.sha256, 2: hashlib.sha512}.get(plan[2])
    return plan[:3] + (hashed(data).digest() if hashed else data)


def _as_sent(reader: _Reader) -> list[bytes]:
    chain = []
    while reader.left and len(chain) < 8:
        chain.append(reader.take(int.from_bytes(reader.take(2), "big")))
    return chain


@dataclass(slots=True)
class _Node:
    """One DER element: octets, or the elements it is made of."""

    tag: int
    value: bytes
    parts: list["_Node"]

    def encoded(self) -> bytes:
        value = b"".join([part.encoded() for part in self.parts]) if self.parts else self.value
        length = len(value)
        if length < 0x80:
            return bytes((self.tag, length)) + value
        octets = (length.bit_length() + 7) // 8
        return bytes((self.tag, 0x80 | octets)) + length.to_bytes(octets, "big") + value

    def below(self) -> Iterator["_Node"]:
        yield self
        for part in self.parts:
            yield from part.below()


def _nodes(data: bytes) -> list[_Node]:
    """The elements of ``data``; raises IndexError or ValueError where it is not made of elements."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            octets = length & 0x7F
            length, at = int.from_bytes(data[at : at + octets], "big"), at + octets
        value, at = data[at : at + length], at + length
        if len(value) != length:
            raise ValueError("not DER")
        parts: list[_Node] = []
        if tag & 0x20 or tag == 0x04:  # octet strings of extensions hold elements too
            with suppress(ValueError, IndexError):
                parts = _nodes(value)
        found.append(_Node(tag, value, parts))
    return found


def _edited(reader: _Reader) -> list[bytes]:
    """The good chain, one certificate edited: which, then edits of four octets: which element, what, with what."""
    chain = list(good_chain())
    which = reader.number() % len(chain)
    tree = _copied(_parsed(which))
    for _ in range(_MOST_EDITS):
        nodes = list(tree.parts[0].below())
        if reader.left < 4 or len(nodes) > _MOST_NODES:
            break
        element, what, *values = reader.take(4)
        _edit(nodes[element % len(nodes)], what, bytes(values), reader)
    tbs = tree.parts[0].encoded()
    tree.parts[2].value = b"\x00" + _key(min(which + 1, 2)).sign(tbs)
    chain[which] = tree.encoded()
    return chain


@cache
def _parsed(which: int) -> _Node:
    return _nodes(good_chain()[which])[0]


def _copied(node: _Node) -> _Node:
    return _Node(node.tag, node.value, [_copied(part) for part in node.parts])


def _edit(node: _Node, what: int, values: bytes, reader: _Reader) -> None:
    match what % 8:
        case 0:
            node.tag = values[0]
        case 1:
            node.value, node.parts = reader.take(values[0] & 0x3F), []
        case 2 if node.value:
            at = values[0] % len(node.value)
            node.value, node.parts = node.value[:at] + values[1:2] + node.value[at + 1 :], []
        case 3 if node.parts:
            del node.parts[values[0] % len(node.parts)]
        case 4 if node.parts:
            node.parts.append(node.parts[values[0] % len(node.parts)])
        case 5 if node.parts:
            node.parts.reverse()
        case 6:
            node.parts.append(_Node(values[0], reader.take(values[1] & 0x3F), []))
        case 7:
            node.value, node.parts = (node.value * (values[0] & 7))[:_LONGEST_VALUE], []


@cache
def _key(depth: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([depth + 1]) * 32)


@cache
def good_chain() -> tuple[bytes, bytes, bytes]:
    """Leaf, intermediate and root with every extension that is judged; the same octets in every run."""
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    inside = x509.DNSName("example.com"), x509.DirectoryName(x509.Name([]))
    leaf = [
        x509.BasicConstraints(False, None),
        x509.KeyUsage(True, False, True, False, False, False, False, False, False),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("*.example.com"), x509.RFC822Name("a@b.c")]),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(_key(1).public_key()),
    ]
    authority = [x509.BasicConstraints(True, 1), usage, x509.NameConstraints(inside, [x509.DNSName("example.net")])]
    root = [x509.BasicConstraints(True, None), usage]
    return _issue("leaf", 0, 1, leaf), _issue("authority", 1, 2, authority), _issue("root", 2, 2, root)


def _issue(name: str, depth: int, issuer: int, extensions: list[x509.ExtensionType]) -> bytes:
    names = ("leaf", "authority", "root")
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[issuer])]))
        .public_key(_key(depth).public_key())
        .serial_number(depth + 1)
        .not_valid_before(AT - timedelta(days=9))
        .not_valid_after(AT + timedelta(days=9))
    )
    for extension in extensions:
        critical = not isinstance(extension, x509.AuthorityKeyIdentifier)
        builder = builder.add_extension(extension, critical)
    return builder.sign(_key(issuer), None).public_bytes(Encoding.DER)


@cache
def _roots() -> Roots:
    return Roots(good_chain()[2:])
