"""Policies, modes, actions, outcomes: the vocabulary of every decision.  What they mean for mail stands here once."""

from enum import StrEnum


class Policy(StrEnum):
    """Whose rules decide.  All are computed from the same recorded steps."""

    ASYNCOS = "asyncos"
    """Cisco Secure Email Gateway, after the seed's two tables; acts on its own validation."""
    POSTFIX = "postfix"
    """Postfix smtp(8), levels dane and dane-only; acts on the resolver's AD bit and rcode."""
    EXIM = "exim"
    """Exim's smtp transport, hosts_try_dane and hosts_require_dane; acts on the AD bit; the MX must be secure."""
    RFC7672 = "rfc7672"
    """The ideal client of RFC 7672, on our own validation."""


class Mode(StrEnum):
    """How much a sender insists on DANE."""

    OPPORTUNISTIC = "opportunistic"
    MANDATORY = "mandatory"


class Action(StrEnum):
    """What a policy does with one MX host (or with the domain, once hosts are combined)."""

    SUCCESS = "dane-success"
    """Delivered over TLS, authenticated by DANE."""
    FAIL = "dane-fail"
    """DANE fails: not delivered through this host."""
    FALLBACK = "fallback"
    """DANE does not apply: the TLS level decides (opportunistic TLS flow)."""
    TLS_UNAUTHENTICATED = "tls-unauthenticated"
    """TLSA records exist but none is usable: TLS is compulsory, nobody is authenticated (RFC 7672 2.2)."""
    FAIL_OR_TLS = "fail-or-tls"
    """No source says which of the two above: held at worst, TLS at best (asyncos, assumed)."""
    SOFT_ERROR = "soft-error"
    """A lookup failed on every resolver: held and retried, not a DANE result."""
    NEXT_HOST = "next-host"
    """This host has no address: the next one is tried."""
    UNDELIVERABLE = "undeliverable"
    """Null MX or no such domain: bounced at once, not a DANE result."""
    BOUNCE = "dane-bounce"
    """DANE is required and is not there: returned to the sender at once, no other host is tried (exim only)."""
    NOT_TESTED = "not-tested"
    """SMTP could not be tried from here (refused, timeout, greeting, --no-smtp): says nothing about DANE."""
    UNKNOWN = "unknown"
    """The steps do not contain what this policy would act on."""


class Outcome(StrEnum):
    """What happens to mail."""

    DANE = "dane"
    """Delivered, authenticated by DANE."""
    TLS_VERIFIED = "tls-verified"
    """Delivered over TLS with a certificate that verifies against public roots."""
    TLS = "tls"
    """Delivered over TLS, nobody authenticated."""
    CLEAR = "clear"
    """Delivered in clear text."""
    HELD = "held"
    """Stays in the queue until the bounce timer ends, then bounces."""
    DISCARDED = "discarded"
    """Thrown away (SMTP route to /dev/null)."""
    UNDELIVERABLE = "undeliverable"
    """Bounced at once."""
    DNS_READY = "dns-ready"
    """Everything DNS can show is in place; SMTP was not tried."""
    NOT_TESTED = "not-tested"
    UNKNOWN = "unknown"


class TlsLevel(StrEnum):
    """TLS Support of a destination control (seed, configuration)."""

    NONE = "none"
    PREFERRED = "preferred"
    PREFERRED_VERIFY = "preferred-verify"
    REQUIRED = "required"
    REQUIRED_VERIFY = "required-verify"
    REQUIRED_VERIFY_HOSTED = "required-verify-hosted-domains"


class TlsReport(StrEnum):
    """Result types of SMTP TLS Reporting (RFC 8460 section 4.3) that DANE can give."""

    STARTTLS_NOT_SUPPORTED = "starttls-not-supported"
    CERTIFICATE_HOST_MISMATCH = "certificate-host-mismatch"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted"
    VALIDATION_FAILURE = "validation-failure"
    TLSA_INVALID = "tlsa-invalid"
    DNSSEC_INVALID = "dnssec-invalid"
    DANE_REQUIRED = "dane-required"


class Require(StrEnum):
    """What a caller may demand of every domain."""

    DANE = "dane"
    """Delivered under DANE at every usable host."""
    DNS_READY = "dns-ready"
    """Everything DNS can show is in place at every host; leaving SMTP out is then no gap."""
