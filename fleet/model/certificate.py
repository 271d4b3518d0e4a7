"""Facts of a presented certificate chain, its PKIX result and its match against TLSA records."""

from dataclasses import dataclass
from datetime import datetime

from fleet.model.policy import TlsReport
from fleet.model.tlsa import TlsaRecord


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person wants to know of one certificate; empty where its encoding could not be read."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """DNS-IDs of subjectAltName, or the CN where there is none (RFC 7672 3.2.3)."""
    not_before: datetime | None
    not_after: datetime | None
    sha256: str
    """SHA-256 of the DER certificate, hexadecimal."""
    spki_sha256: str
    """SHA-256 of the SubjectPublicKeyInfo, hexadecimal: the data of a ``3 1 1`` record."""
    key: str = ""
    """Kind of key, such as ``RSA 2048`` or ``EC secp256r1``; ``unknown`` where the library does not know it."""


@dataclass(frozen=True, slots=True)
class Pkix:
    """The chain seen with WebPKI eyes, so that every TLS level can be judged without the network.

    ``trusted``: it leads to a root of certifi's bundle; ``in_dates``: leaf and path are within validity;
    ``names``: those of the reference identifiers asked for that the leaf carries (RFC 6125).
    ``sentence`` says what is wrong first, empty where nothing is.
    """

    trusted: bool
    in_dates: bool
    names: tuple[str, ...]
    sentence: str = ""

    @property
    def verifies(self) -> bool:
        """A path to a public root whose certificates are all valid now (names not considered)."""
        return self.trusted and self.in_dates


@dataclass(frozen=True, slots=True)
class RecordMatch:
    """One TLSA record against the chain: whether it matched, at which depth (0 = leaf), or why not."""

    record: TlsaRecord
    matched: bool
    depth: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ChainMatch:
    """The result of ``fleet.dane.match_chain`` (RFC 7671): any one usable record that matches authenticates the peer.

    ``usable`` is False where no record of the set can be used: then nothing is authenticated and nothing failed
    (RFC 7672 2.2).  ``report`` is the RFC 8460 result type of a failure, None on a match.
    """

    matched: bool
    usable: bool
    sentence: str
    records: tuple[RecordMatch, ...]
    report: TlsReport | None = None

    @property
    def deciding(self) -> RecordMatch | None:
        """The record that matched first, if any."""
        return next((record for record in self.records if record.matched), None)
