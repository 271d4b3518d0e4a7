"""From what arrives to the JSON in it: plain, gzip, or the mail a report comes in (RFC 8460 sections 5.3 and 6.2).

A few kilobytes of gzip can become gigabytes, so both sides have a bound.  May import ``report`` and the standard
library.
"""

import email
import email.policy
import zlib
from collections.abc import Iterator
from email.message import Message

from fleet.tlsrpt.report import ReportError

MOST = 32 * 1024 * 1024
"""Octets of a report, packed or unpacked: a day of the largest senders is a few."""
MOST_PARTS = 1000
"""Parts of a mail that are looked at."""
_GZIP = b"\x1f\x8b"
_TYPES = frozenset({"application/tlsrpt+json", "application/tlsrpt+gzip", "application/gzip", "application/json"})


def unpack(content: bytes) -> tuple[bytes, ...]:
    """The JSON of every report in ``content``; ReportError where there is none that can be had."""
    if len(content) > MOST:
        raise ReportError(f"it has more than {MOST >> 20} MiB")
    if content.startswith(_GZIP):
        return (_inflated(content),)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return (content,)
    found = tuple(_inflated(part) if part.startswith(_GZIP) else part for part in _attached(content))
    if not found:
        raise ReportError("it is neither JSON nor gzip, nor a mail with a report in it")
    return found


def _inflated(content: bytes) -> bytes:
    """All members of a gzip file; ReportError where it is damaged or becomes too much."""
    pieces, size = [], 0
    while content:
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            pieces.append(stream.decompress(content, MOST - size + 1))
        except zlib.error:
            raise ReportError("its gzip data is damaged") from None
        size += len(pieces[-1])
        if size > MOST:
            raise ReportError(f"it unpacks to more than {MOST >> 20} MiB")
        if not stream.eof:
            raise ReportError("its gzip data is cut off")
        content = stream.unused_data.lstrip(b"\0")
    return b"".join(pieces)


def _attached(content: bytes) -> Iterator[bytes]:
    """The parts of a mail that hold a report."""
    try:
        message = email.message_from_bytes(content, policy=email.policy.compat32)
        parts = list(_parts(message))
    except (RecursionError, ValueError, LookupError):
        raise ReportError("it is a mail that cannot be read") from None
    for part in parts:
        named = str(part.get_filename() or "").lower().endswith((".json", ".json.gz"))
        if part.get_content_type() in _TYPES or named:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload:
                yield payload


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part
