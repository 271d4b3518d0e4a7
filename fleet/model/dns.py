"""What a DNS lookup found: two axes that are never merged, with the reason and the chain of trust behind them.

*Existence* says whether data is there; *security* says whether that answer (positive or negative) is proven.  A lookup
that failed (SERVFAIL, timeout, refusal) has existence ``unknown`` and a ``Failure``: it is never "none".
Names are in presentation form, lower case, without the final dot (the root is ``.``).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from fleet.errors import Failure


class Security(StrEnum):
    """DNSSEC state of an answer (RFC 4033 section 5)."""

    SECURE = "secure"
    """A chain of signed records leads from a trust anchor to this answer."""
    INSECURE = "insecure"
    """It is proven (or configured) that no chain is to be expected here."""
    BOGUS = "bogus"
    """There should be a chain, and it does not hold."""
    INDETERMINATE = "indeterminate"
    """It could not be found out, because a lookup needed for it failed."""


class Existence(StrEnum):
    """Whether the records asked for exist (RFC 2308, RFC 9499 section 3)."""

    DATA = "data"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    UNKNOWN = "unknown"


class Ede(IntEnum):
    """Extended DNS error codes (RFC 8914 section 4, RFC 9276 for 27), as far as a validator uses them."""

    OTHER = 0
    UNSUPPORTED_DNSKEY_ALGORITHM = 1
    UNSUPPORTED_DS_DIGEST = 2
    DNSSEC_INDETERMINATE = 5
    DNSSEC_BOGUS = 6
    SIGNATURE_EXPIRED = 7
    SIGNATURE_NOT_YET_VALID = 8
    DNSKEY_MISSING = 9
    RRSIGS_MISSING = 10
    NO_ZONE_KEY_BIT = 11
    NSEC_MISSING = 12
    NO_REACHABLE_AUTHORITY = 22
    NETWORK_ERROR = 23
    INVALID_DATA = 24
    SIGNATURE_EXPIRED_BEFORE_VALID = 25
    UNSUPPORTED_NSEC3_ITERATIONS = 27


@dataclass(frozen=True, slots=True)
class Reason:
    """The first cause of a state that is not ``secure``: an RFC 8914 info code and one plain sentence."""

    code: Ede
    sentence: str


class LinkKind(StrEnum):
    """What a link in the chain of trust rests on."""

    ANCHOR = "anchor"
    DS = "ds"
    DNSKEY = "dnskey"
    DENIAL = "denial"
    RRSET = "rrset"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain of trust, from the root down; the first that is not secure is the failing link."""

    kind: LinkKind
    zone: str
    owner: str
    rdtype: str
    security: Security
    sentence: str


@dataclass(frozen=True, slots=True)
class Hop:
    """One CNAME or DNAME hop with a security of its own (RFC 7672 2.1.3 needs it per hop)."""

    kind: str
    """``CNAME`` or ``DNAME``."""
    owner: str
    target: str
    security: Security


@dataclass(frozen=True, slots=True)
class ResolverWord:
    """What a resolver itself says when asked without CD: what Postfix and Exim act on.

    ``rcode`` is the mnemonic (empty if no answer came, then ``failure`` says why); ``ad`` is the AD bit; ``ede`` holds
    the extended errors as (info code, text); ``existence`` reads the answer section as a stub would.
    """

    rcode: str
    ad: bool
    existence: Existence
    ede: tuple[tuple[int, str], ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class ResolverAttempt:
    """A resolver that was asked before the one that answered, and how it failed."""

    resolver: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Lookup:
    """One (name, type) asked through one resolver, validated by us, with the resolver's own word beside it."""

    name: str
    rdtype: str
    resolver: str
    """``address:port`` of the resolver the answer came through (the last one asked, if none answered)."""
    security: Security
    existence: Existence
    rcode: str
    """Mnemonic of the answer we validated (asked with CD); empty if none came."""
    canonical: str
    """Owner of the records after all hops; equal to ``name`` where there was no alias."""
    records: tuple[str, ...] = ()
    """Rdata in presentation form; for TLSA the raw rdata in hexadecimal."""
    ttl: int | None = None
    """Seconds, capped by the signature's original TTL and remaining validity (RFC 4035 5.3.3)."""
    expires: datetime | None = None
    """Earliest RRSIG expiration on which the answer rests, where it is secure."""
    inception: datetime | None = None
    """Since when that RRSIG is valid; None where that is not known."""
    expiring: str = ""
    """The RRset that RRSIG signs, such as ``DNSKEY org``; empty where that is not known."""
    reason: Reason | None = None
    failure: Failure | None = None
    hops: tuple[Hop, ...] = ()
    chain: tuple[Link, ...] = ()
    word: ResolverWord | None = None
    attempts: tuple[ResolverAttempt, ...] = ()
    milliseconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the lookup itself failed (so nothing is known), as opposed to answering, well or badly signed."""
        return self.failure is not None
