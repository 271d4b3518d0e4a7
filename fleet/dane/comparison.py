"""One TLSA record beside one certificate: what is compared, how it is called, and how a comparison can end.

May import ``fleet.dane.certificate`` and ``fleet.dane.tlsa``.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import IntEnum

from fleet.dane.certificate import ReadCertificate
from fleet.dane.tlsa import CERTIFICATE, DIGESTS, FULL, PUBLIC_KEY, SELECTORS
from fleet.model import TlsaRecord


class Shortfall(IntEnum):
    """Why a record did not match, in the order of how far it got: the furthest names the RFC 8460 result type."""

    OUTRANKED = 0
    """Another record has a stronger digest."""
    NOT_COMPARED = 1
    """There was nothing to compare with, or a work limit ended the comparison."""
    NOT_TRUSTED = 2
    EXPIRED = 3
    WRONG_NAME = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one usable record is worth: ``depth`` (0 = leaf) where it matched, ``shortfall`` where it did not."""

    sentence: str
    depth: int | None = None
    shortfall: Shortfall | None = None


def association(record: TlsaRecord, certificate: ReadCertificate) -> bytes | None:
    """What the record's data must be if it is for ``certificate`` (RFC 6698 2.1); None where no key is found in it."""
    selected = certificate.der
    if record.selector == PUBLIC_KEY:
        if certificate.outline is None:
            return None
        selected = certificate.outline.spki
    digest = DIGESTS.get(record.matching_type or FULL)
    return hashlib.new(digest, selected).digest() if digest else selected


def is_for(record: TlsaRecord, certificate: ReadCertificate) -> bool:
    """Whether the record's data is that of ``certificate``."""
    own = association(record, certificate)
    return own is not None and hmac.compare_digest(own, record.data)


def in_words(record: TlsaRecord) -> str:
    """What of a certificate the record's data is, such as ``SHA-256 of the key``."""
    part = SELECTORS[record.selector or CERTIFICATE]
    digest = DIGESTS.get(record.matching_type or FULL)
    return f"{digest[:3].upper()}-{digest[3:]} of the {part}" if digest else f"the full {part}"
