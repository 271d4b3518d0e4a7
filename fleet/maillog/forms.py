"""Every form of line that proves something, what it proves, and how sure: a table that readers, tests and help share.

A form has one reading for a node of which nothing is known, and may have another one for a node that is known to do
DANE for the destination at that time.  May import the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened, as far as a log tells."""

    DANE_SUCCESS = "dane-success"
    """Delivered, authenticated by DANE."""
    DANE_FAILURE = "dane-failure"
    """DANE failed: this attempt delivered nothing, the mail waits in the queue (Exim may return it at once)."""
    FALLBACK = "fallback"
    """Delivered without DANE by a node that does DANE for the destination."""
    TLS = "tls"
    """Delivered over TLS; nothing says that DANE was meant."""
    CLEAR = "clear"
    """Delivered without TLS."""
    DELIVERED = "delivered"
    """Delivered; whether over TLS is not said."""
    TLS_FAILED = "tls-failed"
    """TLS could not be negotiated on a connection."""
    HELD = "held"
    """Mail stays in the queue; nothing says that DANE is the cause."""
    BOUNCED = "bounced"
    """Mail went back to its sender."""
    DNSSEC = "dnssec"
    """The DNSSEC state that the node found for an answer."""
    RESOLVER_BAD = "resolver-bad"
    """A resolver gave an answer that the node could not use."""


class Sure(StrEnum):
    """How sure a line makes us."""

    STATED = "stated"
    """The line says it."""
    LIKELY = "likely"
    """It follows from the line and from something known beside it."""
    WEAK = "weak"
    """The line also appears where it is not so; counted apart, never as proof."""


class Form(StrEnum):
    """The forms of lines."""

    ASYNCOS_TLS_FOR = "asyncos-tls-for"
    ASYNCOS_TLS = "asyncos-tls"
    ASYNCOS_CLEAR = "asyncos-clear"
    ASYNCOS_TLS_FAILED = "asyncos-tls-failed"
    ASYNCOS_DELAYED = "asyncos-delayed"
    ASYNCOS_DELAYED_TLS = "asyncos-delayed-tls"
    ASYNCOS_DELAYED_DANE = "asyncos-delayed-dane"
    ASYNCOS_BOUNCED = "asyncos-bounced"
    ASYNCOS_ENCACHE = "asyncos-encache"
    ASYNCOS_RESPONSE = "asyncos-response"
    ASYNCOS_DNSSEC_ERROR = "asyncos-dnssec-error"
    ASYNCOS_DNS_ERROR = "asyncos-dns-error"
    CEF_SUCCESS = "cef-success"
    CEF_FAILURE = "cef-failure"
    POSTFIX_VERIFIED = "postfix-verified"
    POSTFIX_TLS = "postfix-tls"
    POSTFIX_SENT = "postfix-sent"
    POSTFIX_TLSA_ERROR = "postfix-tlsa-error"
    POSTFIX_NO_DNSSEC = "postfix-no-dnssec"
    POSTFIX_NO_TLSA = "postfix-no-tlsa"
    POSTFIX_NOT_VERIFIED = "postfix-not-verified"
    POSTFIX_NO_TLS = "postfix-no-tls"
    POSTFIX_DEFERRED = "postfix-deferred"
    POSTFIX_BOUNCED = "postfix-bounced"
    EXIM_DANE = "exim-dane"
    EXIM_TLS = "exim-tls"
    EXIM_CLEAR = "exim-clear"
    EXIM_DANE_ERROR = "exim-dane-error"
    EXIM_DANE_BOUNCED = "exim-dane-bounced"
    EXIM_NO_TLS = "exim-no-tls"
    EXIM_DEFERRED = "exim-deferred"
    EXIM_BOUNCED = "exim-bounced"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a form proves, how sure, and why so."""

    kind: Kind
    sure: Sure
    why: str


@dataclass(frozen=True, slots=True)
class Readings:
    """``alone``: of a line by itself; ``with_dane``: where the node is known to do DANE for the destination then."""

    sample: str
    alone: Proof
    with_dane: Proof

    def reading(self, kind: Kind, sure: Sure) -> Proof:
        """The one of the two that gave ``kind`` and ``sure``."""
        same = (self.with_dane.kind, self.with_dane.sure) == (kind, sure) and self.alone.kind is not kind
        return self.with_dane if same or self.alone.sure is not sure else self.alone


def _same(sample: str, kind: Kind, sure: Sure, why: str) -> Readings:
    proof = Proof(kind, sure, why)
    return Readings(sample, proof, proof)


_K, _S = Kind, Sure
_QUEUED = "the line says that mail waits, its reason does not name DANE: queued, cause unknown"
_EFFECTIVE = "the node does DANE for this destination"

FORMS: Mapping[Form, Readings] = {
    Form.ASYNCOS_TLS_FOR: Readings(
        "DCID 1 TLS success protocol TLSv1.2 cipher C for example.org",
        Proof(_K.DANE_SUCCESS, _S.WEAK, "the vendor's sign of DANE, but the same form stands in logs from before DANE"),
        Proof(_K.DANE_SUCCESS, _S.LIKELY, f"'for DOMAIN' is the vendor's sign of DANE, and {_EFFECTIVE}"),
    ),
    Form.ASYNCOS_TLS: Readings(
        "DCID 1 TLS success protocol TLSv1.2 cipher C, then Delivery start DCID 1 MID 2",
        Proof(_K.TLS, _S.STATED, "the connection's TLS line names no domain"),
        Proof(_K.FALLBACK, _S.LIKELY, f"{_EFFECTIVE}, and the connection's TLS line lacks 'for DOMAIN'"),
    ),
    Form.ASYNCOS_CLEAR: Readings(
        "New SMTP DCID 1, then Delivery start DCID 1 MID 2",
        Proof(_K.CLEAR, _S.LIKELY, "no TLS line stands between the connection's start and the delivery"),
        Proof(_K.FALLBACK, _S.LIKELY, f"{_EFFECTIVE}, and no TLS line stands before the delivery"),
    ),
    Form.ASYNCOS_TLS_FAILED: _same(
        "DCID 1 TLS failed: STARTTLS unexpected response",
        _K.TLS_FAILED,
        _S.STATED,
        "the line says it; the destination is that of the message the connection was for",
    ),
    Form.ASYNCOS_DELAYED: _same(
        "Delayed: DCID 1 MID 2 to RID 0 - 4.4.0 - Other network problem", _K.HELD, _S.STATED, _QUEUED
    ),
    Form.ASYNCOS_DELAYED_TLS: Readings(
        "DCID 1 TLS failed, then Delayed: DCID 1 MID 2 to RID 0",
        Proof(_K.HELD, _S.STATED, "mail waits after TLS failed on its connection; DANE need not be the cause"),
        Proof(_K.DANE_FAILURE, _S.LIKELY, f"{_EFFECTIVE}, and mail waits after TLS failed on its connection"),
    ),
    Form.ASYNCOS_DELAYED_DANE: _same(
        "Delayed: DCID 0 MID 2 to RID 0 - 4.7.0 - (a reason that names DANE)",
        _K.DANE_FAILURE,
        _S.LIKELY,
        "the reason names DANE; the vendor documents no text for it",
    ),
    Form.ASYNCOS_BOUNCED: _same(
        "Bounced: DCID 0 MID 8 to RID 0 - 5.1.2 - Bad destination host", _K.BOUNCED, _S.STATED, "the line says it"
    ),
    Form.ASYNCOS_ENCACHE: _same(
        "DNS encache (example.org, MX, [(1L, 0, 'SECURE', (0, 'mx.example.org'))])",
        _K.DNSSEC,
        _S.STATED,
        "the line holds the name and its state",
    ),
    Form.ASYNCOS_RESPONSE: _same(
        "DNSSEC Response data(['192.0.2.1'], secure, 0, 1800)",
        _K.DNSSEC,
        _S.LIKELY,
        "the line names no question; it is put to the only one that was open",
    ),
    Form.ASYNCOS_DNSSEC_ERROR: _same(
        "Received an invalid DNSSEC Response: DNSSEC_Error('mx.example.org', 'AAAA', '192.0.2.53', '...')",
        _K.RESOLVER_BAD,
        _S.STATED,
        "the line names the question and the resolver; beside a secure A record such an AAAA harms no mail",
    ),
    Form.ASYNCOS_DNS_ERROR: _same(
        "Received an invalid DNS Response: SERVER FAILED to IP 192.0.2.53 looking up mx.example.org",
        _K.RESOLVER_BAD,
        _S.STATED,
        "the line names the question and the resolver",
    ),
    Form.CEF_SUCCESS: _same(
        "ESADaneStatus=success ESADaneHost=example.org", _K.DANE_SUCCESS, _S.STATED, "the field says it"
    ),
    Form.CEF_FAILURE: _same(
        "ESADaneStatus=failure ESADaneHost=example.org", _K.DANE_FAILURE, _S.STATED, "the field says it"
    ),
    Form.POSTFIX_VERIFIED: Readings(
        "Verified TLS connection established to mx.example.org[192.0.2.1]:25, then status=sent",
        Proof(_K.DANE_SUCCESS, _S.WEAK, "the levels verify, secure and fingerprint say Verified too"),
        Proof(_K.DANE_SUCCESS, _S.STATED, f"{_EFFECTIVE}, where Verified means a TLSA record matched"),
    ),
    Form.POSTFIX_TLS: Readings(
        "Untrusted TLS connection established to mx.example.org[192.0.2.1]:25, then status=sent",
        Proof(_K.TLS, _S.STATED, "Trusted, Untrusted and Anonymous connections are not verified"),
        Proof(_K.FALLBACK, _S.STATED, f"{_EFFECTIVE}, and the connection was not verified"),
    ),
    Form.POSTFIX_SENT: _same(
        "to=<...@example.org>, relay=mx.example.org[192.0.2.1]:25, status=sent",
        _K.DELIVERED,
        _S.STATED,
        "no TLS line of the process stands before it: in clear, or smtp_tls_loglevel is 0",
    ),
    Form.POSTFIX_TLSA_ERROR: _same(
        "status=deferred (TLSA lookup error for mx.example.org:25)", _K.DANE_FAILURE, _S.STATED, "the reason says it"
    ),
    Form.POSTFIX_NO_DNSSEC: _same(
        "status=deferred (non DNSSEC destination)",
        _K.DANE_FAILURE,
        _S.STATED,
        "the reason says it: DANE is mandatory and the destination is not signed",
    ),
    Form.POSTFIX_NO_TLSA: _same(
        "status=deferred (no TLSA records found)",
        _K.DANE_FAILURE,
        _S.STATED,
        "the reason says it: DANE is mandatory and there are no TLSA records to use",
    ),
    Form.POSTFIX_NOT_VERIFIED: Readings(
        "status=deferred (Server certificate not verified)",
        Proof(_K.HELD, _S.STATED, "the levels verify, secure and fingerprint say the same"),
        Proof(_K.DANE_FAILURE, _S.STATED, f"{_EFFECTIVE}, and no TLSA record matched the certificate"),
    ),
    Form.POSTFIX_NO_TLS: Readings(
        "status=deferred (TLS is required, but was not offered by host mx.example.org[192.0.2.1])",
        Proof(_K.HELD, _S.STATED, "every level from encrypt on says the same"),
        Proof(_K.DANE_FAILURE, _S.LIKELY, f"{_EFFECTIVE}, which makes TLS a must where TLSA records are usable"),
    ),
    Form.POSTFIX_DEFERRED: _same("status=deferred (connect to ...: timed out)", _K.HELD, _S.STATED, _QUEUED),
    Form.POSTFIX_BOUNCED: _same("status=bounced (...)", _K.BOUNCED, _S.STATED, "the line says it"),
    Form.EXIM_DANE: _same("=> ...@example.org X=TLS1.3:... CV=dane", _K.DANE_SUCCESS, _S.STATED, "CV=dane says it"),
    Form.EXIM_TLS: Readings(
        "=> ...@example.org X=TLS1.3:... CV=no",
        Proof(_K.TLS, _S.STATED, "X= says TLS, CV= does not say dane"),
        Proof(_K.FALLBACK, _S.STATED, f"{_EFFECTIVE}, and CV= does not say dane"),
    ),
    Form.EXIM_CLEAR: Readings(
        "=> ...@example.org H=mx.example.org [192.0.2.1]",
        Proof(_K.CLEAR, _S.LIKELY, "no X=, which Exim writes for TLS unless log_selector leaves it out"),
        Proof(_K.FALLBACK, _S.LIKELY, f"{_EFFECTIVE}, and the line has no X="),
    ),
    Form.EXIM_DANE_ERROR: _same(
        "== ...@example.org defer (-36) ...: DANE error: tlsa lookup DEFER",
        _K.DANE_FAILURE,
        _S.STATED,
        "the reason names DANE",
    ),
    Form.EXIM_DANE_BOUNCED: _same(
        "** ...@example.org: DANE error: tlsa lookup FAIL",
        _K.DANE_FAILURE,
        _S.STATED,
        "the reason names DANE; the mail went back to its sender at once",
    ),
    Form.EXIM_NO_TLS: Readings(
        "== ...@example.org defer (-37) H=mx.example.org [192.0.2.1]: TLS session: (certificate verification failed)",
        Proof(_K.HELD, _S.STATED, "hosts_require_tls and tls_verify_hosts lead to the same line"),
        Proof(_K.DANE_FAILURE, _S.LIKELY, f"{_EFFECTIVE}, which makes TLS a must where TLSA records are usable"),
    ),
    Form.EXIM_DEFERRED: _same("== ...@example.org defer (...)", _K.HELD, _S.STATED, _QUEUED),
    Form.EXIM_BOUNCED: _same("** ...@example.org: ...", _K.BOUNCED, _S.STATED, "the line says it"),
}
