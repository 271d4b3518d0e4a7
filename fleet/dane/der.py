"""Just enough DER to take a certificate apart, whatever its key, dates or serial number are.

TLSA digests are taken over bytes as they were sent: the whole certificate or its SubjectPublicKeyInfo.  A library that
refuses a negative serial number or an unknown curve must not stand between a DANE-EE record and those bytes, so
``outline`` cuts a certificate into its fields without judging them.  Reading never goes outside the input, never
recurses, takes time linear in it and keeps no more parts than a certificate has.  Everything finer (extensions, keys,
signatures) is left to cryptography.

May import the standard library only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

SEQUENCE = 0x30
_OBJECT_IDENTIFIER = 0x06
_BIT_STRING = 0x03
_INTEGER = 0x02
_VERSION = 0xA0
_MOST_FIELDS = 10
"""Of the signed part of a certificate, every optional one included (RFC 5280 4.1)."""

_STRING_ENCODINGS = {
    0x0C: "utf-8",  # UTF8String
    0x13: "ascii",  # PrintableString
    0x14: "latin-1",  # TeletexString, as everybody uses it
    0x16: "ascii",  # IA5String
    0x1A: "ascii",  # VisibleString
    0x1C: "utf-32-be",  # UniversalString
    0x1E: "utf-16-be",  # BMPString
}


ComparableName = tuple[frozenset[tuple[bytes, bytes | str]], ...]
"""Relative distinguished names, the broadest first; each a set of (attribute type, value)."""


class DerError(ValueError):
    """The bytes are not the DER structure that was asked for."""


@dataclass(frozen=True, slots=True)
class Element:
    """One tag, length, value: ``whole`` with its header, ``value`` without."""

    tag: int
    whole: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """The fields of a certificate (RFC 5280 4.1) as they were encoded, each with its header."""

    inner_algorithm: bytes
    issuer: bytes
    subject: bytes
    spki: bytes
    outer_algorithm: bytes


def elements(data: bytes) -> Iterator[Element]:
    """The elements that make up ``data``, one after the other.  Raises DerError where they do not fill it exactly."""
    at = 0
    while at < len(data):
        if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
            raise DerError("no single-octet tag with a length")
        content, length = at + 2, data[at + 1]
        if length & 0x80:
            octets = length & 0x7F
            content += octets
            if not 1 <= octets <= 4 or content > len(data):
                raise DerError("no definite length of at most four octets")
            length = int.from_bytes(data[at + 2 : content], "big")
        end = content + length
        if end > len(data):
            raise DerError("an element ends beyond the data")
        yield Element(data[at], data[at:end], data[content:end])
        at = end


def outline(certificate: bytes) -> Outline:
    """Cut a DER certificate into its fields.  Raises DerError where the structure is not that of one certificate."""
    signed, outer_algorithm, _ = _exactly(_only(certificate, SEQUENCE), SEQUENCE, SEQUENCE, _BIT_STRING)
    fields = list(islice(elements(signed.value), _MOST_FIELDS + 1))
    if len(fields) > _MOST_FIELDS:
        raise DerError("more fields than a certificate has")
    if fields and fields[0].tag == _VERSION:
        del fields[0]
    tags = tuple(field.tag for field in fields[:6])
    if tags != (_INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE):
        raise DerError("the fields of a certificate are not in their places")
    _, inner_algorithm, issuer, _, subject, spki = fields[:6]
    check_public_key(spki.whole)
    return Outline(inner_algorithm.whole, issuer.whole, subject.whole, spki.whole, outer_algorithm.whole)


def check_public_key(spki: bytes) -> None:
    """Raise DerError unless ``spki`` has the structure of one SubjectPublicKeyInfo (RFC 5280 4.1.2.7), of any kind."""
    algorithm, _ = _exactly(_only(spki, SEQUENCE), SEQUENCE, _BIT_STRING)
    identifier = next(elements(algorithm.value), None)
    if identifier is None or identifier.tag != _OBJECT_IDENTIFIER:
        raise DerError("the key does not name its algorithm")


def comparable_name(name: bytes) -> ComparableName:
    """A distinguished name in a form in which equal names are equal values (RFC 5280 7.1).

    Kind of string, case of ASCII letters and amount of white space do not count.  A name that cannot be taken apart is
    its own form, so that it still equals itself.
    """
    try:
        return tuple(_comparable_part(part.value) for part in elements(_only(name, SEQUENCE).value))
    except DerError:
        return (frozenset({(b"", name)}),)


def _comparable_part(data: bytes) -> frozenset[tuple[bytes, bytes | str]]:
    attributes = (_exactly(attribute, _OBJECT_IDENTIFIER, None) for attribute in elements(data))
    return frozenset((kind.value, _comparable_value(value)) for kind, value in attributes)


def _comparable_value(value: Element) -> bytes | str:
    encoding = _STRING_ENCODINGS.get(value.tag)
    try:
        text = value.value.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return value.whole
    words = " ".join(text.split())
    return "".join(letter.lower() if letter.isascii() else letter for letter in words)


def _only(data: bytes, tag: int) -> Element:
    found = elements(data)
    first = next(found, None)
    if first is None or first.tag != tag or next(found, None) is not None:
        raise DerError("not exactly one element of the kind asked for")
    return first


def _exactly(parent: Element, *tags: int | None) -> tuple[Element, ...]:
    children = tuple(islice(elements(parent.value), len(tags) + 1))
    if len(children) != len(tags) or any(
        tag not in (None, child.tag) for tag, child in zip(tags, children, strict=True)
    ):
        raise DerError("the parts are not those asked for")
    return children
