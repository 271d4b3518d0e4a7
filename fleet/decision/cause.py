"""Why a row decided as it did: the first state that stands between the mail and DANE, as one word.

The word keys the advice, the TLS report and the differences between policies; the sentence comes from the step that was
recorded.  Only the columns that the deciding row filled are looked at: a column that was blank decided nothing.

May import ``fleet.errors``, ``fleet.model`` and modules of this package below ``judge``.
"""

from enum import StrEnum
from functools import lru_cache

from fleet.decision.reading import EYES, Attempt, unobserved
from fleet.decision.states import AddressState as A
from fleet.decision.states import CertificateState as C
from fleet.decision.states import MxState as M
from fleet.decision.states import TlsaState as T
from fleet.decision.table import Row, State
from fleet.errors import Failure
from fleet.model import Action, Lookup, Mode, Policy, TlsReport


class Cause(StrEnum):
    """What stands between mail and DANE."""

    NONE = "none"
    """Nothing: delivered under DANE."""
    NULL_MX = "null-mx"
    NO_DOMAIN = "no-domain"
    MX_FAILED = "mx-failed"
    MX_BOGUS = "mx-bogus"
    MX_INSECURE = "mx-insecure"
    NO_ADDRESS = "no-address"
    ADDRESS_FAILED = "address-failed"
    ADDRESS_BOGUS = "address-bogus"
    ADDRESS_INSECURE = "address-insecure"
    ALIAS_INSECURE = "alias-insecure"
    """The host is a signed alias to an unsigned name."""
    AAAA_ERROR = "aaaa-error"
    CNAME_FAILED = "cname-failed"
    TLSA_ABSENT = "tlsa-absent"
    TLSA_INSECURE = "tlsa-insecure"
    TLSA_FAILED = "tlsa-failed"
    TLSA_BOGUS = "tlsa-bogus"
    TLSA_UNUSABLE = "tlsa-unusable"
    CERTIFICATE = "certificate"
    NO_STARTTLS = "no-starttls"
    HANDSHAKE = "handshake"
    NOT_TESTED = "not-tested"
    UNKNOWN = "unknown"


_HARD: tuple[tuple[State, Cause], ...] = (
    (M.NULL, Cause.NULL_MX),
    (M.NO_DOMAIN, Cause.NO_DOMAIN),
    (M.FAILED, Cause.MX_FAILED),
    (M.BOGUS, Cause.MX_BOGUS),
    (A.NO_ADDRESS, Cause.NO_ADDRESS),
    (A.FAILED, Cause.ADDRESS_FAILED),
    (A.BOGUS, Cause.ADDRESS_BOGUS),
    (A.AAAA_ERROR_IPV6_REQUIRED, Cause.AAAA_ERROR),
    (T.FAILED, Cause.TLSA_FAILED),
    (T.BOGUS, Cause.TLSA_BOGUS),
)
"""States that stop mail by themselves, in either mode."""

_SOFT: tuple[tuple[State, Cause], ...] = (
    (M.INSECURE, Cause.MX_INSECURE),
    (M.IMPLICIT_INSECURE, Cause.MX_INSECURE),
    (A.INSECURE, Cause.ADDRESS_INSECURE),
    (A.INSECURE_SECURE_CNAME, Cause.ALIAS_INSECURE),
    (T.INSECURE, Cause.TLSA_INSECURE),
    (T.NXDOMAIN, Cause.TLSA_ABSENT),
    (T.NODATA, Cause.TLSA_ABSENT),
    (T.INSECURE_NXDOMAIN, Cause.TLSA_ABSENT),
    (T.INSECURE_NODATA, Cause.TLSA_ABSENT),
)
"""States under which DANE does not apply."""

_SESSION: tuple[tuple[State, Cause], ...] = (
    (C.FAILED, Cause.CERTIFICATE),
    (C.NO_STARTTLS, Cause.NO_STARTTLS),
    (C.HANDSHAKE_FAILED, Cause.HANDSHAKE),
    (C.NOT_TESTED, Cause.NOT_TESTED),
    (T.UNUSABLE, Cause.TLSA_UNUSABLE),
)

_STOPPED = (Action.FAIL, Action.SOFT_ERROR, Action.BOUNCE, Action.UNDELIVERABLE, Action.NEXT_HOST, Action.UNKNOWN)

_REPORTED = (Action.FAIL, Action.SOFT_ERROR, Action.BOUNCE, Action.TLS_UNAUTHENTICATED, Action.FAIL_OR_TLS)

_REPORTS: dict[Cause, TlsReport] = {
    Cause.MX_FAILED: TlsReport.DNSSEC_INVALID,
    Cause.MX_BOGUS: TlsReport.DNSSEC_INVALID,
    Cause.ADDRESS_FAILED: TlsReport.DNSSEC_INVALID,
    Cause.ADDRESS_BOGUS: TlsReport.DNSSEC_INVALID,
    Cause.CNAME_FAILED: TlsReport.DNSSEC_INVALID,
    Cause.TLSA_FAILED: TlsReport.DNSSEC_INVALID,
    Cause.TLSA_BOGUS: TlsReport.DNSSEC_INVALID,
    Cause.TLSA_UNUSABLE: TlsReport.TLSA_INVALID,
    Cause.CERTIFICATE: TlsReport.VALIDATION_FAILURE,
    Cause.NO_STARTTLS: TlsReport.STARTTLS_NOT_SUPPORTED,
    Cause.HANDSHAKE: TlsReport.VALIDATION_FAILURE,
    Cause.MX_INSECURE: TlsReport.DANE_REQUIRED,
    Cause.ADDRESS_INSECURE: TlsReport.DANE_REQUIRED,
    Cause.ALIAS_INSECURE: TlsReport.DANE_REQUIRED,
    Cause.TLSA_ABSENT: TlsReport.DANE_REQUIRED,
    Cause.TLSA_INSECURE: TlsReport.DANE_REQUIRED,
}


def cause_of(row: Row) -> Cause:
    """The cause behind ``row``'s action.

    Where mail is stopped, a state that stops it in either mode comes first; then, in mandatory mode, what DANE lacks,
    which in opportunistic mode never stops mail; then the session.  Elsewhere what DANE lacks comes first.  A CNAME
    question that failed is the cause only where it fails the lookup; where it counts as "no CNAME" it decides nothing.
    """
    if row.action is Action.NOT_TESTED:
        return Cause.NOT_TESTED
    if row.action is Action.SOFT_ERROR and row.address is A.CNAME_FAILED:
        return Cause.CNAME_FAILED
    return _first_cause(row.action, row.mode, row.cells)


@lru_cache(maxsize=2048)
def _first_cause(action: Action, mode: Mode, cells: tuple[State | None, ...]) -> Cause:
    stops = _HARD + (_SOFT + _SESSION if mode is Mode.MANDATORY else _SESSION + _SOFT)
    order = stops if action in _STOPPED else _SOFT + _SESSION
    found = next((cause for state, cause in order if any(cell is state for cell in cells)), None)
    if action is Action.SUCCESS:
        return found if found is Cause.MX_INSECURE else Cause.NONE
    return found or Cause.UNKNOWN


def tls_report(row: Row, cause: Cause, attempt: Attempt) -> TlsReport | None:
    """The RFC 8460 section 4.3 result type of a failure; None where DANE did not fail.

    Unusable records are reported also where mail leaves over unauthenticated TLS.  A certificate that no record names
    is reported as the match says (mismatch, expired, not trusted).
    """
    if row.action not in _REPORTED:
        return None
    if cause is Cause.CERTIFICATE and attempt.contact is not None and attempt.rules is not None:
        match = attempt.contact.match(attempt.base, attempt.rules)
        if match is not None and match.report is not None:
            return match.report
    return _REPORTS.get(cause)


def sentence(policy: Policy, row: Row, cause: Cause, attempt: Attempt) -> str:
    """Why, in one sentence in mail terms, naming the host and ending in what was seen."""
    lookup = _lookup(attempt, cause)
    seen = _seen(policy, lookup) if lookup is not None else _session(attempt)
    where = f"{attempt.host} ({attempt.address})" if attempt.address else attempt.host
    if cause is Cause.MX_INSECURE and row.action is Action.SUCCESS:
        text = f"{where} is authenticated by DANE, but the MX of the domain is not secure"
    elif cause is Cause.MX_INSECURE and row.mx is M.IMPLICIT_INSECURE:
        text = f"that {attempt.host} has no MX, and so takes its mail itself, is not secure"
    else:
        text = _SENTENCES[cause].format(host=attempt.host, where=where, base=attempt.base or attempt.host)
    return f"{text}: {seen}" if seen else f"{text}."


_SENTENCES: dict[Cause, str] = {
    Cause.NONE: "{where} presents a certificate that its TLSA records name",
    Cause.NULL_MX: "{host} says that it takes no mail (null MX)",
    Cause.NO_DOMAIN: "there is no domain {host}",
    Cause.MX_FAILED: "the MX lookup of {host} failed, so where its mail goes is not known",
    Cause.MX_BOGUS: "the MX records of {host} are bogus",
    Cause.MX_INSECURE: "the MX of the domain, which names {host}, is not secure",
    Cause.NO_ADDRESS: "{host} has no address",
    Cause.ADDRESS_FAILED: "the address lookup of {host} failed",
    Cause.ADDRESS_BOGUS: "the address of {host} is bogus",
    Cause.ADDRESS_INSECURE: "the address of {where} is not secure, so no TLSA record is trusted there",
    Cause.ALIAS_INSECURE: "{host} is a signed alias to a name that is not secure",
    Cause.AAAA_ERROR: "the AAAA record of {host} could not be validated",
    Cause.CNAME_FAILED: "the CNAME lookup of {host} failed",
    Cause.TLSA_ABSENT: "{base} publishes no TLSA records",
    Cause.TLSA_INSECURE: "the TLSA records of {base} are not secure, so they count as none",
    Cause.TLSA_FAILED: "the TLSA lookup of {base} failed, so whether it does DANE is not known",
    Cause.TLSA_BOGUS: "the TLSA records of {base} are bogus",
    Cause.TLSA_UNUSABLE: "no TLSA record of {base} can be used for mail",
    Cause.CERTIFICATE: "{where} presents a certificate that none of its TLSA records names",
    Cause.NO_STARTTLS: "{where} has TLSA records but no STARTTLS",
    Cause.HANDSHAKE: "the TLS handshake with {where} failed",
    Cause.NOT_TESTED: "SMTP with {where} was not tested",
    Cause.UNKNOWN: "what was recorded of {where} does not tell",
}

_OF_MX = (Cause.NULL_MX, Cause.NO_DOMAIN, Cause.MX_FAILED, Cause.MX_BOGUS, Cause.MX_INSECURE)
_OF_ADDRESS = (
    Cause.ADDRESS_FAILED,
    Cause.ADDRESS_BOGUS,
    Cause.ADDRESS_INSECURE,
    Cause.ALIAS_INSECURE,
    Cause.NO_ADDRESS,
)
_OF_TLSA = (Cause.TLSA_ABSENT, Cause.TLSA_INSECURE, Cause.TLSA_FAILED, Cause.TLSA_BOGUS)
_FAILED = (Cause.MX_FAILED, Cause.ADDRESS_FAILED, Cause.CNAME_FAILED, Cause.TLSA_FAILED, Cause.UNKNOWN)


def _lookup(attempt: Attempt, cause: Cause) -> Lookup | None:
    """The lookup that shows ``cause``."""
    if cause in _OF_MX and attempt.mx_step is not None:
        return attempt.mx_step.lookup
    step = attempt.address_step
    if cause in _OF_ADDRESS and step is not None:
        lookups = (step.aaaa, step.a) if ":" in attempt.address else (step.a, step.aaaa)
        return next((lookup for lookup in lookups if lookup.reason or lookup.failure), lookups[0])
    if cause is Cause.AAAA_ERROR and step is not None:
        return step.aaaa
    if cause is Cause.CNAME_FAILED and step is not None:
        return step.cname
    if cause is Cause.UNKNOWN:
        return next((lookup for lookup in looked_up(attempt) if unobserved(lookup) is not None), None)
    if cause in _OF_TLSA and attempt.tlsa_step is not None:
        return attempt.tlsa_step.lookup
    return None


def looked_up(attempt: Attempt) -> tuple[Lookup, ...]:
    """The lookups the attempt rests on, in the order of the ladder."""
    address, tlsa = attempt.address_step, attempt.tlsa_step
    found = (
        attempt.mx_step.lookup if attempt.mx_step is not None else None,
        *((address.a, address.aaaa, address.cname) if address is not None else ()),
        tlsa.lookup if tlsa is not None else None,
    )
    return tuple(lookup for lookup in found if lookup is not None)


def failed_lookup(attempt: Attempt, cause: Cause) -> Failure | None:
    """The failure of the lookup behind ``cause`` where it failed for us too, so that nothing at all is known."""
    lookup = _lookup(attempt, cause) if cause in _FAILED else None
    return None if lookup is None else unobserved(lookup) or lookup.failure


def _seen(policy: Policy, lookup: Lookup) -> str:
    """What the client of ``policy`` saw in ``lookup``, empty where there is nothing to add."""
    unseen = unobserved(lookup)
    if unseen is not None:
        return _ended(unseen.sentence)
    word = lookup.word
    if EYES[policy] is not EYES[Policy.RFC7672] and word is not None:
        if word.failure is not None:
            return _ended(word.failure.sentence)
        if word.rcode not in ("NOERROR", "NXDOMAIN"):
            return _ended(f"{lookup.resolver} answered {word.rcode}")
        return "" if word.ad else _ended(f"{lookup.resolver} answered without the AD bit")
    if lookup.failure is not None:
        return _ended(lookup.failure.sentence)
    return _ended(lookup.reason.sentence) if lookup.reason is not None else ""


def _session(attempt: Attempt) -> str:
    """What the SMTP session with the attempt's address showed."""
    if attempt.contact is None:
        return ""
    failure = attempt.contact.contact.failure
    if failure is not None:
        # The address stands in the sentence already.
        return _ended(failure.sentence.removeprefix(f"{attempt.address} "))
    match = attempt.contact.match(attempt.base, attempt.rules) if attempt.rules is not None else None
    return _ended(match.sentence) if match is not None and match.sentence else ""


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
