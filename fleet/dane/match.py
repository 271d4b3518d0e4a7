"""The presented chain against TLSA records (RFC 7671, RFC 7672 3): pure, and never an exception whatever was presented.

DANE-EE(3) looks at the leaf alone: neither its names nor its dates matter.  DANE-TA(2) needs a path of good signatures
from the leaf to the authority that the record names, every certificate on it within its dates, and one of the
reference identifiers in the leaf.  The authority must be in the presented chain, unless the record itself carries it
(``2 0 0`` a certificate, ``2 1 0`` a key).  The leaf is never its own authority, save as the owner of a bare key
``2 1 0`` that signed it.  Records are alternatives: any one that matches authenticates the peer.

May import ``fleet.model`` and its siblings in ``fleet.dane`` that read certificates.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime

from fleet.dane.anchor import AnchorSearch
from fleet.dane.certificate import read_certificate
from fleet.dane.comparison import Comparison, Shortfall, association, in_words
from fleet.dane.path import MAX_CERTIFICATES
from fleet.dane.tlsa import DANE_EE, FULL, parse_record
from fleet.model import ChainMatch, RecordMatch, TlsaRecord, TlsReport

_REPORTS = {
    Shortfall.OUTRANKED: TlsReport.VALIDATION_FAILURE,
    Shortfall.NOT_COMPARED: TlsReport.VALIDATION_FAILURE,
    Shortfall.NOT_TRUSTED: TlsReport.CERTIFICATE_NOT_TRUSTED,
    Shortfall.EXPIRED: TlsReport.CERTIFICATE_EXPIRED,
    Shortfall.WRONG_NAME: TlsReport.CERTIFICATE_HOST_MISMATCH,
}

_Kind = tuple[int | None, int | None]
"""Usage and selector: digests are ranked among records that share both."""


def match_chain(
    chain: Sequence[bytes],
    records: Sequence[bytes | TlsaRecord],
    names: Sequence[str],
    at: datetime,
    *,
    digest_agility: bool = True,
    anchors_only_if_sent: bool = False,
) -> ChainMatch:
    """Compare a presented chain with TLSA records.  Never raises on what ``chain`` and ``records`` contain.

    ``chain``: DER certificates, leaf first, as presented (at most 100 count).  ``records``: raw TLSA rdata, or records
    already parsed.  ``names``: reference identifiers as A-labels, the TLSA base domain first (RFC 7672 3.2.2).  ``at``:
    aware time at which certificates must be valid.  ``digest_agility=False`` lets every digest count instead of the
    strongest only (RFC 7671 9); ``anchors_only_if_sent=True`` takes no authority out of a record.  Exim needs both.
    """
    parsed = tuple(record if isinstance(record, TlsaRecord) else parse_record(record) for record in records)
    usable = tuple(record for record in parsed if record.usable)
    if not usable:
        return _nothing_usable(parsed)
    presented = tuple(chain[:MAX_CERTIFICATES])
    if not presented:
        nothing = Comparison("no certificate was presented", shortfall=Shortfall.NOT_COMPARED)
        return _combine([(record, nothing if record.usable else None) for record in parsed])
    strongest = _strongest_digests(usable) if digest_agility else {}
    anchors = AnchorSearch(presented, usable, names, at, anchors_only_if_sent)
    return _combine(
        [(record, _compare(record, presented[0], anchors, strongest) if record.usable else None) for record in parsed]
    )


def _compare(record: TlsaRecord, leaf: bytes, anchors: AnchorSearch, strongest: dict[_Kind, int]) -> Comparison:
    better = strongest.get((record.usage, record.selector), FULL)
    if record.matching_type is not None and FULL < record.matching_type < better:
        kind = f"{record.usage} {record.selector} {better}"
        return Comparison(f"not considered, {kind} has the stronger digest (RFC 7671 9)", shortfall=Shortfall.OUTRANKED)
    return _end_entity(record, leaf) if record.usage == DANE_EE else anchors.compare(record)


def _strongest_digests(usable: Iterable[TlsaRecord]) -> dict[_Kind, int]:
    """The strongest digest in use for each usage and selector (RFC 7671 9)."""
    strongest: dict[_Kind, int] = {}
    for record in usable:
        kind = (record.usage, record.selector)
        strongest[kind] = max(strongest.get(kind, FULL), record.matching_type or FULL)
    return strongest


def _end_entity(record: TlsaRecord, leaf: bytes) -> Comparison:
    """DANE-EE(3): the leaf, its names and dates aside (RFC 7671 5.1)."""
    own = association(record, read_certificate(leaf))
    if own is None:
        return Comparison("no key can be found in the leaf", shortfall=Shortfall.NOT_COMPARED)
    what = in_words(record)
    if hmac.compare_digest(own, record.data):
        return Comparison(f"{what} of the leaf matches", depth=0)
    has = own.hex() if record.matching_type != FULL else f"one with SHA-256 {hashlib.sha256(own).hexdigest()}"
    return Comparison(f"{what} of the leaf differs (chain has {has})", shortfall=Shortfall.NOT_TRUSTED)


def _nothing_usable(records: tuple[TlsaRecord, ...]) -> ChainMatch:
    matches = tuple(_record_match(record, None) for record in records)
    if not matches:
        return ChainMatch(False, False, "there is no TLSA record", (), TlsReport.TLSA_INVALID)
    sentence = matches[0].sentence
    if len(matches) > 1:
        sentence = f"none of {len(matches)} TLSA records is usable; {sentence}"
    return ChainMatch(False, False, sentence, matches, TlsReport.TLSA_INVALID)


def _combine(compared: Sequence[tuple[TlsaRecord, Comparison | None]]) -> ChainMatch:
    """The first record that matches decides, else the one that got furthest (RFC 7671 4)."""
    matches = tuple(_record_match(record, comparison) for record, comparison in compared)
    deciding = next((found for found in matches if found.matched), None)
    if deciding is not None:
        return ChainMatch(True, True, deciding.sentence, matches)
    failures = [
        (comparison.shortfall, found.sentence)
        for (_, comparison), found in zip(compared, matches, strict=True)
        if comparison is not None and comparison.shortfall is not None
    ]
    furthest, sentence = max(failures, key=lambda failure: failure[0])
    if len(failures) > 1:
        sentence = f"none of {len(failures)} usable TLSA records matches; {sentence}"
    return ChainMatch(False, True, sentence, matches, _REPORTS[furthest])


def _record_match(record: TlsaRecord, comparison: Comparison | None) -> RecordMatch:
    malformed = record.usage is None
    label = "malformed record" if malformed else f"{record.usage} {record.selector} {record.matching_type}"
    if comparison is None:
        return RecordMatch(record, False, None, f"{label}: unusable, {record.unusable}")
    return RecordMatch(record, comparison.shortfall is None, comparison.depth, f"{label}: {comparison.sentence}")
