"""From the octets of a TLSA record to what DANE for SMTP can do with it (RFC 6698 2.1, RFC 7671 4, RFC 7672 3.1).

Every rdata becomes a record: one that is too short, too new or broken is *unusable* and says why.  That is a fact of
its own, because while records exist but none is usable, mail goes over TLS with nobody authenticated (RFC 7672 2.2).

May import ``fleet.model`` and ``fleet.dane.der``.
"""

from fleet.dane.der import DerError, check_public_key, outline
from fleet.model import TlsaRecord

DANE_TA = 2
DANE_EE = 3
CERTIFICATE = 0
PUBLIC_KEY = 1
FULL = 0
SHA_256 = 1
SHA_512 = 2

USAGES = {0: "PKIX-TA", 1: "PKIX-EE", DANE_TA: "DANE-TA", DANE_EE: "DANE-EE"}
SELECTORS = {CERTIFICATE: "certificate", PUBLIC_KEY: "key"}
DIGESTS = {SHA_256: "sha256", SHA_512: "sha512"}
"""Matching types that are digests, weakest first, with the name hashlib knows."""
_DIGEST_OCTETS = {SHA_256: 32, SHA_512: 64}
_HEADER_OCTETS = 3


def parse_record(rdata: bytes) -> TlsaRecord:
    """Take one TLSA rdata apart.  Never raises: what cannot be used becomes an unusable record with its reason."""
    if len(rdata) < _HEADER_OCTETS:
        reason = f"it has {len(rdata)} octets; usage, selector and matching type alone take 3 (RFC 6698 2.1)"
        return TlsaRecord(rdata, None, None, None, b"", reason)
    usage, selector, matching_type = rdata[:_HEADER_OCTETS]
    data = rdata[_HEADER_OCTETS:]
    return TlsaRecord(rdata, usage, selector, matching_type, data, _unusable(usage, selector, matching_type, data))


def _unusable(usage: int, selector: int, matching_type: int, data: bytes) -> str:
    """Why a record cannot be used, or an empty string."""
    if usage in (0, 1):
        return f"usage {usage}, {USAGES[usage]}, is not for SMTP (RFC 7672 3.1.3)"
    if usage not in USAGES:
        return f"usage {usage} is unknown (RFC 6698 2.1.1)"
    if selector not in SELECTORS:
        return f"selector {selector} is unknown (RFC 6698 2.1.2)"
    if matching_type != FULL and matching_type not in DIGESTS:
        return f"matching type {matching_type} is unknown (RFC 6698 2.1.3)"
    if not data:
        return "it has no certificate association data (RFC 6698 2.1.4)"
    if matching_type in DIGESTS:
        right = _DIGEST_OCTETS[matching_type]
        return "" if len(data) == right else f"its digest has {len(data)} octets instead of {right} (RFC 6698 2.1.3)"
    return _unreadable(selector, data)


def _unreadable(selector: int, data: bytes) -> str:
    try:
        if selector == CERTIFICATE:
            outline(data)
        else:
            check_public_key(data)
    except DerError:
        return f"its {len(data)} octets are no {SELECTORS[selector]} (RFC 6698 2.1.4)"
    return ""
