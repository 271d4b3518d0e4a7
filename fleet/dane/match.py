"""The presented chain against TLSA records (RFC 7671, RFC 7672 3): pure, and never an exception whatever was presented.

DANE-EE(3) looks at the leaf alone: neither its names nor its dates matter.  DANE-TA(2) needs a path of good signatures
from the leaf to the authority that the record names, every certificate on it within its dates, and one of the
reference identifiers in the leaf.  The authority must be in the presented chain, unless the record itself carries it
(``2 0 0`` a certificate, ``2 1 0`` a key).  The leaf is never its own authority, save as the owner of a bare key
``2 1 0`` that signed it.

What the RFCs leave open follows OpenSSL, and so Postfix: an authority in the middle of a hierarchy is believed whatever
its own dates say, a self-issued one only within them.

May import ``fleet.model`` and its siblings in ``fleet.dane`` that read certificates.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from fleet.dane.certificate import ReadCertificate, read_certificate
from fleet.dane.names import matching_names
from fleet.dane.path import MAX_CERTIFICATES, MAX_SIGNATURES, Path, Search, date_problem, search_paths, trust_problem
from fleet.dane.signature import signature_problem
from fleet.dane.tlsa import CERTIFICATE, DANE_EE, DANE_TA, DIGESTS, FULL, PUBLIC_KEY, SELECTORS, parse_record
from fleet.model import ChainMatch, RecordMatch, TlsaRecord, TlsReport


class _Failure(IntEnum):
    """Why a record did not match, in the order of how far it got: the furthest names the RFC 8460 result type."""

    OUTRANKED = 0
    NOT_COMPARED = 1
    NOT_TRUSTED = 2
    EXPIRED = 3
    WRONG_NAME = 4


_REPORTS = {
    _Failure.OUTRANKED: TlsReport.VALIDATION_FAILURE,
    _Failure.NOT_COMPARED: TlsReport.VALIDATION_FAILURE,
    _Failure.NOT_TRUSTED: TlsReport.CERTIFICATE_NOT_TRUSTED,
    _Failure.EXPIRED: TlsReport.CERTIFICATE_EXPIRED,
    _Failure.WRONG_NAME: TlsReport.CERTIFICATE_HOST_MISMATCH,
}


@dataclass(frozen=True, slots=True)
class _Result:
    """What one usable record is worth: ``depth`` where it matched, ``failure`` where it did not."""

    sentence: str
    depth: int | None = None
    failure: _Failure | None = None


@dataclass(frozen=True, slots=True)
class _Presented:
    """Everything a record is compared with."""

    chain: tuple[bytes, ...]
    names: tuple[str, ...]
    at: datetime
    anchors_only_if_sent: bool
    search: Callable[[], Search]


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
        return _all_unusable(parsed)
    presented = tuple(chain[:MAX_CERTIFICATES])
    carried = () if anchors_only_if_sent else tuple(record.data for record in usable if _carries_certificate(record))
    against = _Presented(
        presented,
        tuple(names),
        at,
        anchors_only_if_sent,
        lambda: search_paths(presented[0], presented[1:] + carried),
    )
    strongest = _strongest_digests(usable) if digest_agility else {}
    results = [(record, _compare(record, against, strongest) if record.usable else None) for record in parsed]
    return _combine(results)


def _all_unusable(records: tuple[TlsaRecord, ...]) -> ChainMatch:
    matches = tuple(_record_match(record, None) for record in records)
    first = f": {matches[0].sentence}" if matches else ""
    sentence = f"no TLSA record of {len(records)} is usable{first}" if records else "there is no TLSA record"
    return ChainMatch(False, False, sentence, matches, TlsReport.TLSA_INVALID)


def _combine(results: Iterable[tuple[TlsaRecord, _Result | None]]) -> ChainMatch:
    """Records are alternatives: the first that matches decides, else the one that got furthest (RFC 7671 4)."""
    judged = tuple(results)
    matches = tuple(_record_match(record, result) for record, result in judged)
    deciding = next((found for found in matches if found.matched), None)
    if deciding is not None:
        return ChainMatch(True, True, deciding.sentence, matches)
    failures = [(result.failure, found.sentence) for (_, result), found in zip(judged, matches, strict=True)
                if result is not None and result.failure is not None]  # fmt: skip
    furthest, sentence = max(failures, key=lambda failure: failure[0])
    if len(failures) > 1:
        sentence = f"none of {len(failures)} usable TLSA records matches; {sentence}"
    return ChainMatch(False, True, sentence, matches, _REPORTS[furthest])


def _record_match(record: TlsaRecord, result: _Result | None) -> RecordMatch:
    label = _label(record)
    if result is None:
        return RecordMatch(record, False, None, f"{label}: unusable, {record.unusable}")
    return RecordMatch(record, result.failure is None, result.depth, f"{label}: {result.sentence}")


def _label(record: TlsaRecord) -> str:
    if record.usage is None:
        return "malformed record"
    return f"{record.usage} {record.selector} {record.matching_type}"


def _carries_certificate(record: TlsaRecord) -> bool:
    return (record.usage, record.selector, record.matching_type) == (DANE_TA, CERTIFICATE, FULL)


def _strongest_digests(usable: Iterable[TlsaRecord]) -> dict[tuple[int | None, int | None], int]:
    """The strongest digest in use for each usage and selector (RFC 7671 9)."""
    strongest: dict[tuple[int | None, int | None], int] = {}
    for record in usable:
        kind = (record.usage, record.selector)
        strongest[kind] = max(strongest.get(kind, FULL), record.matching_type or FULL)
    return strongest


def _compare(record: TlsaRecord, against: _Presented, strongest: dict[tuple[int | None, int | None], int]) -> _Result:
    if not against.chain:
        return _Result("no certificate was presented", failure=_Failure.NOT_COMPARED)
    better = strongest.get((record.usage, record.selector), FULL)
    if record.matching_type != FULL and (record.matching_type or FULL) < better:
        sentence = f"not considered beside the stronger digest of {record.usage} {record.selector} {better}"
        return _Result(f"{sentence} (RFC 7671 9)", failure=_Failure.OUTRANKED)
    return _end_entity(record, against) if record.usage == DANE_EE else _trust_anchor(record, against)


def _end_entity(record: TlsaRecord, against: _Presented) -> _Result:
    """DANE-EE(3): the leaf, its names and dates aside (RFC 7671 5.1)."""
    leaf = read_certificate(against.chain[0])
    what = _what(record)
    own = _association(record, leaf)
    if own is None:
        return _Result("the leaf's key cannot be read", failure=_Failure.NOT_COMPARED)
    if hmac.compare_digest(own, record.data):
        return _Result(f"{what} of the leaf matches", depth=0)
    has = own.hex() if record.matching_type != FULL else f"one with SHA-256 {hashlib.sha256(own).hexdigest()}"
    return _Result(f"{what} of the leaf differs (chain has {has})", failure=_Failure.NOT_TRUSTED)


def _what(record: TlsaRecord) -> str:
    """What of a certificate the record's data is, in words."""
    part = SELECTORS[record.selector or CERTIFICATE]
    digest = DIGESTS.get(record.matching_type or FULL)
    return f"{digest[:3].upper()}-{digest[3:]} of the {part}" if digest else f"the full {part}"


def _association(record: TlsaRecord, certificate: ReadCertificate) -> bytes | None:
    """What the record's data must be if it is for ``certificate`` (RFC 6698 2.1); None where its key cannot be found."""
    selected = certificate.der
    if record.selector == PUBLIC_KEY:
        if certificate.outline is None:
            return None
        selected = certificate.outline.spki
    digest = DIGESTS.get(record.matching_type or FULL)
    return hashlib.new(digest, selected).digest() if digest else selected


def _names(record: TlsaRecord, certificate: ReadCertificate) -> bool:
    own = _association(record, certificate)
    return own is not None and hmac.compare_digest(own, record.data)


def _trust_anchor(record: TlsaRecord, against: _Presented) -> _Result:
    """DANE-TA(2): a path to the authority the record names (RFC 7671 5.2)."""
    search = against.search()
    best: _Result | None = None
    for path in search.paths:
        result = _anchored(record, path, against)
        if result is None:
            continue
        if result.failure is None:
            return result
        if best is None or result.failure > (best.failure or _Failure.OUTRANKED):
            best = result
    return best or _no_anchor(record, search, against)


def _anchored(record: TlsaRecord, path: Path, against: _Presented) -> _Result | None:
    """What ``path`` is worth if it ends at the authority of ``record``; None where it does not."""
    top, depth = path[-1], len(path) - 1
    if depth and _names(record, top):
        dated = path if top.self_issued else path[:-1]
        found = f"{_what(record)} matches {top.label} at depth {depth}"
    elif _is_bare_key(record) and not against.anchors_only_if_sent and not signature_problem(top.der, record.data):
        dated = path
        found = f"the key in the record signed {top.label} at depth {depth}"
    else:
        return None
    if problem := trust_problem(path):
        return _Result(f"{found}, but {problem}", failure=_Failure.NOT_TRUSTED)
    if problem := date_problem(dated, against.at):
        return _Result(f"{found}, but {problem}", failure=_Failure.EXPIRED)
    if not matching_names(path[0], against.names):
        has = ", ".join(path[0].names) or "no name"
        wanted = " or ".join(against.names) or "any name"
        return _Result(f"{found}, but the leaf is for {has}, not for {wanted}", failure=_Failure.WRONG_NAME)
    return _Result(found, depth=depth)


def _is_bare_key(record: TlsaRecord) -> bool:
    return record.selector == PUBLIC_KEY and record.matching_type == FULL


def _no_anchor(record: TlsaRecord, search: Search, against: _Presented) -> _Result:
    """Why no path leads to the authority: the most telling of the reasons."""
    if not search.complete:
        sentence = f"no path to its authority was found within {MAX_SIGNATURES} signatures"
        return _Result(sentence, failure=_Failure.NOT_COMPARED)
    if _names(record, search.paths[0][0]):
        return _Result("it names the leaf, which cannot be its own authority", failure=_Failure.NOT_TRUSTED)
    for depth, der in enumerate(against.chain):
        if _names(record, certificate := read_certificate(der)):
            because = f" ({search.broken[0]})" if search.broken else ""
            sentence = (
                f"it names {certificate.label} at depth {depth}, but no signatures lead there from the leaf{because}"
            )
            return _Result(sentence, failure=_Failure.NOT_TRUSTED)
    return _Result(f"{_what(record)} is that of no authority in the chain", failure=_Failure.NOT_TRUSTED)
