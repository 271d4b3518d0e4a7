"""The words the lab's destinations are written in: what it publishes, what its servers do, what comes of it.

They exist so that the scenario tables read as stories rather than as zone files: every value a healthy destination
has is a default, and only what is odd about a destination is written down.  Names are relative to the destination
unless they end in a dot.  May import the standard library and ``fleet.model`` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from fleet.model import Outcome


class Signing(StrEnum):
    """What a zone and its parent say about the zone's signatures."""

    SIGNED = "signed"
    """Signed, with the matching DS in the parent."""
    UNSIGNED = "unsigned"
    """Neither signatures nor DS: provably insecure."""
    ISLAND = "island"
    """Signed, but the parent has no DS: insecure all the same."""
    DS_MISMATCH = "ds-mismatch"
    """The DS belongs to another key, as after a botched key rollover: bogus."""
    EXPIRED = "expired"
    """Every signature of the zone ended two days ago: bogus."""
    STRIPPED = "stripped"
    """The parent has a DS, the zone is served without signatures: bogus."""
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    """Signed with an algorithm number nobody implements: insecure (RFC 4035 5.2)."""
    UNKNOWN_DIGEST = "unknown-digest"
    """The only DS uses a digest type nobody implements: insecure (RFC 6840 5.2)."""


class KeyAlgorithm(IntEnum):
    """DNSSEC algorithm numbers the lab signs with (RFC 8624)."""

    RSASHA256 = 8
    ECDSAP256SHA256 = 13
    ED25519 = 15


class Denial(StrEnum):
    """How a zone proves that something does not exist."""

    NSEC = "nsec"
    NSEC3 = "nsec3"
    OPT_OUT = "nsec3-opt-out"
    """NSEC3 whose spans may hide unsigned delegations (RFC 5155 6): such a denial is insecure."""


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """How one zone is signed.  ``days`` is how long its signatures stay valid from the start of the lab."""

    signing: Signing = Signing.SIGNED
    algorithm: KeyAlgorithm = KeyAlgorithm.ECDSAP256SHA256
    denial: Denial = Denial.NSEC
    iterations: int = 0
    """Extra NSEC3 iterations; above 150 validators call every denial insecure (RFC 9276)."""
    days: float = 30.0
    split_keys: bool = False
    """Whether a key-signing key signs the DNSKEY RRset and a zone-signing key the rest."""


SIGNED = ZonePlan()
UNSIGNED = ZonePlan(Signing.UNSIGNED)


class Breakage(StrEnum):
    """What is wrong with one RRset of an otherwise healthy zone, or with the server when asked for it."""

    EXPIRED = "expired"
    """Its RRSIG ended two days ago."""
    FUTURE = "future"
    """Its RRSIG begins in three days."""
    CORRUPT = "corrupt"
    """One bit of its RRSIG is wrong."""
    BARE = "bare"
    """It comes without RRSIG."""
    NO_PROOF = "no-proof"
    """The negative answer comes without NSEC or NSEC3."""
    SERVFAIL = "servfail"
    """Resolvers answer SERVFAIL, with CD too: the zone's servers are broken for this question."""
    TIMEOUT = "timeout"
    """Resolvers do not answer this question."""
    REFUSED = "refused"
    """Resolvers answer REFUSED."""


@dataclass(frozen=True, slots=True)
class Break:
    """One broken question of a destination: owner (``@`` is the domain itself), record type, what is wrong."""

    owner: str
    rdtype: str
    breakage: Breakage


class Issuer(StrEnum):
    """Who issued a server's certificate."""

    SELF = "self"
    PRIVATE = "private"
    """A private CA of its own: leaf and anchor."""
    INTERMEDIATE = "intermediate"
    """A private CA with an intermediate: leaf, intermediate and anchor."""
    PUBLIC = "public"
    """The lab's stand-in for the WebPKI (``roots.pem``): leaf and intermediate; the root is never sent."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The certificate chain a server presents."""

    issuer: Issuer = Issuer.SELF
    names: tuple[str, ...] | None = None
    """DNS-IDs, relative unless they end in a dot; None: the host's name; empty: no subjectAltName at all."""
    common_name: str | None = None
    """Subject CN; None: the first DNS-ID or the host's name."""
    expired: bool = False
    """Whether the leaf ended yesterday."""
    sends_anchor: bool = True
    """Whether a private anchor is part of the presented chain."""
    only_with_sni: bool = False
    """Whether clients that do not name the host in SNI get an unrelated certificate."""


class Behaviour(StrEnum):
    """What an SMTP server does with a connection."""

    NORMAL = "normal"
    NO_STARTTLS = "no-starttls"
    NO_EHLO = "no-ehlo"
    """Knows HELO only, so it cannot offer STARTTLS."""
    STARTTLS_454 = "starttls-454"
    """Offers STARTTLS and then says that TLS is temporarily not available."""
    HANDSHAKE_FAILURE = "handshake-failure"
    """Accepts STARTTLS and answers the ClientHello with a fatal alert."""
    GREETING_554 = "greeting-554"
    GREETING_421 = "greeting-421"
    REFUSED = "refused"
    """Nothing listens."""
    TIMEOUT = "timeout"
    """Accepts the connection and never says anything."""
    RESET = "reset"
    """Resets the connection at once."""
    DRIP = "drip"
    """Greets with one octet a second, for ever."""
    ENDLESS = "endless"
    """Never finishes its EHLO reply."""


@dataclass(frozen=True, slots=True)
class Server:
    """One address of a host."""

    chain: Chain = Chain()
    behaviour: Behaviour = Behaviour.NORMAL
    ipv6: bool = False


@dataclass(frozen=True, slots=True)
class Host:
    """One mail host: its addresses and its TLSA records.

    A TLSA record is written ``usage selector matching-type source``: the source ``leaf``, ``intermediate`` or
    ``anchor`` is a certificate of the host's first server, ``other`` an unrelated one; ``raw HEX`` gives the rdata as
    it is.
    """

    name: str = "mail"
    tlsa: tuple[str, ...] = ()
    servers: tuple[Server, ...] = (Server(),)
    tlsa_owner: str | None = None
    """Owner of the TLSA records; None: ``_25._tcp.`` and the host's name."""


Expectation = Mapping[str, Mapping[str, str]]
"""Policy -> mode -> ``fleet.model.Outcome`` value."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One row of the scenario tables: a mail domain, its story, and what becomes of mail to it.

    ``expect`` holds, for the policies ``asyncos`` and ``rfc7672`` and both modes, the outcome typed from the
    documents for TLS level ``preferred``.  ``mx`` lists the MX hosts in preference order, each optionally with its own
    preference (``"10 mail"``); None: the ``hosts`` in the order given.
    """

    name: str
    summary: str
    expect: Expectation
    hosts: tuple[Host, ...] = ()
    mx: tuple[str, ...] | None = None
    zone: ZonePlan | None = SIGNED
    """The zone of the domain; None: it lies in its parent's zone."""
    zones: Mapping[str, ZonePlan] = field(default_factory=dict)
    """Further zones below the domain."""
    records: tuple[str, ...] = ()
    """Further records as ``owner type rdata``."""
    breaks: tuple[Break, ...] = ()

    def absolute(self, name: str) -> str:
        """``name`` as an absolute name with its final dot; ``@`` is the domain itself."""
        if name.endswith("."):
            return name
        return f"{self.name}." if name == "@" else f"{name}.{self.name}."


def outcomes(asyncos: tuple[Outcome, Outcome], rfc7672: tuple[Outcome, Outcome] | None = None) -> Expectation:
    """An expectation from (opportunistic, mandatory) pairs; without a second one both policies agree."""
    pairs = {"asyncos": asyncos, "rfc7672": rfc7672 or asyncos}
    return MappingProxyType(
        {
            policy: MappingProxyType({"opportunistic": pair[0].value, "mandatory": pair[1].value})
            for policy, pair in pairs.items()
        }
    )


DANE = (Outcome.DANE, Outcome.DANE)
HELD = (Outcome.HELD, Outcome.HELD)
FALLBACK_TLS = (Outcome.TLS, Outcome.HELD)
FALLBACK_CLEAR = (Outcome.CLEAR, Outcome.HELD)
UNDELIVERABLE = (Outcome.UNDELIVERABLE, Outcome.UNDELIVERABLE)
NOT_TESTED = (Outcome.NOT_TESTED, Outcome.NOT_TESTED)
