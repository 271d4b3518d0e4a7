"""The states a decision is made on: one enum per column of the appliance's tables, each state said in mail terms.

The columns are those of the vendor's two tables (MX record, A record, TLSA, certificate verify).  The tables list few
states; real destinations show more, and each of those is a member here, so that no outcome ever falls between two rows.
Two members stand in every column: ``NOT_REACHED`` (an earlier column already decided, the client would not look) and
``UNKNOWN`` (the client would look, but nothing recorded says what it would see).  Neither is good news.

May import nothing of the project.
"""

from enum import StrEnum


class MxState(StrEnum):
    """What the MX question of the recipient domain gave."""

    SECURE = "secure"
    """MX hosts are listed, and the list is proven by DNSSEC."""
    INSECURE = "insecure"
    """MX hosts are listed, but the domain is not signed: whoever forges the list receives the mail."""
    BOGUS = "bogus"
    """The domain is signed and the signature does not hold: the list must not be used."""
    IMPLICIT_SECURE = "implicit-secure"
    """No MX is listed and that is proven: the domain is its own mail host (RFC 5321 5.1)."""
    IMPLICIT_INSECURE = "implicit-insecure"
    """No MX is listed, unproven: the domain is its own mail host."""
    NULL = "null"
    """The domain says that it takes no mail (RFC 7505)."""
    NO_DOMAIN = "no-domain"
    """There is no such domain (NXDOMAIN)."""
    FAILED = "failed"
    """No resolver answered the MX question: nothing is known, the message waits."""
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"


class AddressState(StrEnum):
    """What the address questions of one MX host gave."""

    SECURE = "secure"
    """The address is proven by DNSSEC."""
    INSECURE = "insecure"
    """The address is in an unsigned zone: no TLSA record can be trusted there."""
    BOGUS = "bogus"
    """The address is signed and the signature does not hold: the host must not be contacted."""
    INSECURE_SECURE_CNAME = "insecure-secure-cname"
    """The host is an alias in a signed zone that leads to an unsigned one (RFC 7672 2.2.2: TLSA at the alias)."""
    NO_ADDRESS = "no-address"
    """The host has neither A nor AAAA: nobody can connect to it."""
    FAILED = "failed"
    """No resolver answered the address question: nothing is known of this host for now."""
    AAAA_ERROR = "aaaa-error"
    """The A record is proven; the AAAA question ended in a DNSSEC error beside it."""
    AAAA_ERROR_IPV6_REQUIRED = "aaaa-error-ipv6-required"
    """The same, where the destination control says ``Require IPv6``: the A record does not help."""
    CNAME_FAILED = "cname-failed"
    """The address is proven; the appliance's own CNAME question was not answered."""
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"


class TlsaState(StrEnum):
    """What the TLSA question at the host's base domain gave."""

    SECURE = "secure"
    """TLSA records are published, proven, and at least one is usable: the host asks to be authenticated by DANE."""
    INSECURE = "insecure"
    """TLSA records are published without proof: they count as none (RFC 7672 2.2)."""
    NXDOMAIN = "nxdomain"
    """Proven: there is no such name, so the host does not do DANE."""
    NODATA = "nodata"
    """Proven: the name is there without TLSA records, so the host does not do DANE."""
    INSECURE_NXDOMAIN = "insecure-nxdomain"
    """No such name, unproven (an unsigned zone, or NSEC3 opt-out): common, and no error (RFC 7672 2.1.1)."""
    INSECURE_NODATA = "insecure-nodata"
    """No TLSA records, unproven: common, and no error (RFC 7672 2.1.1)."""
    BOGUS = "bogus"
    """The answer is signed and the signature does not hold: the host must not be used."""
    FAILED = "failed"
    """No resolver answered: whether the host does DANE is not known, so it must not be used (RFC 7672 2.1.2)."""
    UNUSABLE = "unusable"
    """Proven TLSA records, none of which SMTP can use: TLS is compulsory, nobody is authenticated (RFC 7672 2.2)."""
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"


class CertificateState(StrEnum):
    """What the SMTP session with one address gave."""

    SUCCESS = "success"
    """The server presents a certificate that its TLSA records name."""
    FAILED = "failed"
    """The server presents a certificate that none of its usable TLSA records name."""
    NO_STARTTLS = "no-starttls"
    """The server answers but does not offer STARTTLS: no TLS, so nothing to authenticate."""
    HANDSHAKE_FAILED = "handshake-failed"
    """STARTTLS was accepted and the TLS handshake failed."""
    NOT_TESTED = "not-tested"
    """The server could not be asked from here (refused, timeout, greeting, or SMTP left out): says nothing of DANE."""
    NOT_REACHED = "not-reached"
    UNKNOWN = "unknown"
