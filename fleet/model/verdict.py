"""Steps and the verdict made of them.  A verdict is a pure record; judging it needs no network (``fleet.decision``)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.errors import Failure, FailureKind
from fleet.model.certificate import Certificate, ChainMatch, Pkix
from fleet.model.dns import Lookup
from fleet.model.tlsa import TlsaRecord


class MxMeaning(StrEnum):
    """What the answer to the MX question means for delivery."""

    LISTED = "listed"
    """MX hosts are listed."""
    IMPLICIT = "implicit"
    """NODATA: the domain is its own host (RFC 5321 5.1)."""
    NULL = "null"
    """A single ``0 .``: the domain takes no mail (RFC 7505)."""
    NO_DOMAIN = "no-domain"
    """NXDOMAIN: there is no such domain."""
    FAILED = "failed"
    """Nothing is known: the lookup failed, or its answer is bogus."""


@dataclass(frozen=True, slots=True)
class MailHost:
    """One MX host in preference order (lower first); an implicit MX has preference 0."""

    preference: int
    name: str


@dataclass(frozen=True, slots=True)
class MxStep:
    """The MX lookup of the domain.  ``truncated`` counts hosts that a work limit left out."""

    lookup: Lookup
    meaning: MxMeaning
    hosts: tuple[MailHost, ...]
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class AddressStep:
    """The address lookups of one MX host.

    ``a`` and ``aaaa`` are always asked; ``cname`` is the explicit CNAME question the appliance asks (seed log), None
    where no policy in question asks it.  ``addresses`` are the usable ones in the order a client tries them.
    """

    host: str
    a: Lookup
    aaaa: Lookup
    cname: Lookup | None
    addresses: tuple[str, ...]
    truncated: int = 0

    @property
    def bases(self) -> tuple[str, ...]:
        """TLSA base domain candidates in RFC 7672 2.2.2 order: the expanded name, then the original one."""
        chased = self.a if self.a.hops else self.aaaa
        return tuple(dict.fromkeys((chased.canonical, self.host))) if chased.hops else (self.host,)


@dataclass(frozen=True, slots=True)
class TlsaStep:
    """The TLSA lookup ``_port._tcp.base`` for one MX host and one base domain candidate."""

    host: str
    base: str
    lookup: Lookup
    records: tuple[TlsaRecord, ...]
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """One SMTP session with one address of one MX host: what it said and the chain it presented.

    ``failure`` is None only if the TLS session was established.  ``starttls`` is None where EHLO was never answered.
    ``banner`` is the true text received (untrusted); ``chain`` is DER, leaf first.
    """

    host: str
    address: str
    port: int
    sni: str
    failure: Failure | None
    banner: str = ""
    starttls: bool | None = None
    tls_version: str = ""
    cipher: str = ""
    chain: tuple[bytes, ...] = ()
    local_address: str = ""
    milliseconds: float = 0.0

    @property
    def reached(self) -> bool:
        """Whether the server answered EHLO: only then does a missing TLS session say anything about it."""
        return self.failure is None or self.failure.kind in (FailureKind.NO_STARTTLS, FailureKind.TLS)


class MatchRules(StrEnum):
    """Which reference identifiers and which digest rule a match was computed with."""

    RFC7671 = "rfc7671"
    """Base domain, next-hop domain and its expansion as names (secure MX, RFC 7672 3.2.2); digest agility.

    Postfix uses it behind an insecure MX too."""
    BASE_ONLY = "base-only"
    """The base domain is the only name (insecure MX, RFC 7672 3.2.2); digest agility."""
    EXIM = "exim"
    """Exim: the base domain is the only name, every digest counts (no agility), trust anchors only if sent.

    Whole data that is no certificate or key counts for Exim as a record that does not match."""


@dataclass(frozen=True, slots=True)
class BaseMatch:
    """The chain of one contact against the TLSA records of one base domain under one set of rules."""

    base: str
    rules: MatchRules
    match: ChainMatch


@dataclass(frozen=True, slots=True)
class ContactStep:
    """A contact with what its chain is worth.

    ``matches`` holds, for each TLSA base domain that had TLSA records, the match of the chain against them under each
    set of rules a policy may need (``MatchRules``).
    """

    contact: Contact
    certificates: tuple[Certificate, ...] = ()
    pkix: Pkix | None = None
    matches: tuple[BaseMatch, ...] = ()

    def match(self, base: str, rules: MatchRules) -> ChainMatch | None:
        """The match for ``base`` under ``rules``, or None where it was not computed."""
        return next((found.match for found in self.matches if found.base == base and found.rules == rules), None)


Step = MxStep | AddressStep | TlsaStep | ContactStep


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything seen of one destination, once.

    ``domain`` is the A-label form.  ``smtp`` tells whether SMTP was to be tried.  ``unknown`` names what the steps do
    not contain although they should (a parsed transcript says less than a live check; a deadline ended the walk);
    empty where the walk is whole.
    """

    domain: str
    at: datetime
    resolvers: tuple[str, ...]
    steps: tuple[Step, ...]
    port: int = 25
    vantage: str = "this host"
    smtp: bool = True
    unknown: tuple[str, ...] = ()
    milliseconds: float = 0.0

    @property
    def mx(self) -> MxStep | None:
        """The MX step, if the walk has one."""
        return next((step for step in self.steps if isinstance(step, MxStep)), None)

    @property
    def hosts(self) -> tuple[MailHost, ...]:
        """MX hosts in preference order."""
        return self.mx.hosts if self.mx else ()

    def address(self, host: str) -> AddressStep | None:
        """The address step of ``host``."""
        return next((step for step in self.steps if isinstance(step, AddressStep) and step.host == host), None)

    def tlsa(self, host: str) -> tuple[TlsaStep, ...]:
        """The TLSA steps of ``host``, in the order they were asked."""
        return tuple(step for step in self.steps if isinstance(step, TlsaStep) and step.host == host)

    def contacts(self, host: str) -> tuple[ContactStep, ...]:
        """The contacts of ``host``, in address order."""
        found = (step for step in self.steps if isinstance(step, ContactStep))
        return tuple(step for step in found if step.contact.host == host)
