"""What a zone of the lab is: its records, who signs it how, what its parent says of it, and what is then broken.

Imports the standard library only; the table itself stands in ``destinations``.
"""

from dataclasses import dataclass
from enum import StrEnum


class Signer(StrEnum):
    """Which real program signs the zone and how."""

    NONE = "unsigned"
    NSEC = "dnssec-signzone, NSEC"
    NSEC3 = "dnssec-signzone, NSEC3"
    OPT_OUT = "dnssec-signzone, NSEC3 with opt-out"
    NSEC3_150 = "ldns-signzone, NSEC3 with 150 iterations"
    NSEC3_500 = "ldns-signzone, NSEC3 with 500 iterations"
    KNOT = "knotd, NSEC3"
    KNOT_ONLINE = "knotd while it is asked, NSEC made up for the question"


class Ds(StrEnum):
    """What the parent publishes about the zone's key."""

    RIGHT = "SHA-256 of the key"
    ABSENT = "no DS"
    WRONG = "SHA-256 of another key"
    UNKNOWN_ALGORITHM = "an algorithm nobody supports"
    UNKNOWN_DIGEST = "a digest type nobody supports"
    UNKNOWN_AND_RIGHT = "an unknown algorithm beside the right one"
    WRONG_SHA1 = "a wrong SHA-1 beside the right SHA-256"
    RIGHT_AND_WRONG = "a wrong SHA-256 beside the right one"
    SHA384 = "SHA-384 of the key"


class Keys(StrEnum):
    """Which keys the zone has."""

    ONE = "one key signs everything"
    SPLIT = "a KSK signs the keys, a ZSK the rest"
    ROLLING = "two KSKs and two ZSKs, the parent knows one"
    TWO_ALGORITHMS = "a KSK and a ZSK of each of two algorithms"


class Fault(StrEnum):
    """What is done to one record set after signing."""

    FORGED = "signature does not fit"
    UNSIGNED = "signature removed"
    REMOVED = "records and their signatures removed"


class Period(StrEnum):
    """When the signatures are valid."""

    NOW = "now"
    PAST = "expired three days ago"
    FUTURE = "valid in three days"
    SOON = "valid in twelve hours"


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone; ``records`` is a template in master file form relative to ``name`` (see ``certificates``).

    ``faults`` maps (owner relative to the zone or ``@``, covered type) to what is done to it.  ``ask`` are further
    (name, type) pairs to compare, besides the ones every zone gets.
    """

    name: str
    records: str
    signer: Signer = Signer.NSEC
    ds: Ds = Ds.RIGHT
    algorithm: str = "ECDSAP256SHA256"
    key_bits: int = 0
    keys: Keys = Keys.ONE
    period: Period = Period.NOW
    faults: tuple[tuple[str, str, Fault], ...] = ()
    ask: tuple[tuple[str, str], ...] = ()
    published: bool = True
    """Whether the name server has it; a delegation to a server without the zone is lame."""

    @property
    def origin(self) -> str:
        """Absolute name."""
        return "." if self.name == "." else f"{self.name}."

    def absolute(self, owner: str) -> str:
        """``owner`` of a master file as an absolute name without the final dot."""
        if owner == "@":
            return self.name
        return owner.rstrip(".") if owner.endswith(".") else self.below(owner)

    def below(self, label: str) -> str:
        """The absolute name of ``label`` in this zone."""
        return label if self.name == "." else f"{label}.{self.name}"

    @property
    def server(self) -> str:
        """Name of the zone's only name server."""
        if self.signer in (Signer.KNOT, Signer.KNOT_ONLINE):
            return "knot-ns.dlab."
        return {".": "a.root-servers.lab.", "dlab": "ns.dlab."}.get(self.name, "zones-ns.dlab.")

    @property
    def owners(self) -> tuple[str, ...]:
        """Owner names written in the records, absolute, first the apex."""
        written = (line.split()[0] for line in self.records.splitlines() if line.strip())
        return tuple(dict.fromkeys([self.name, *(self.absolute(owner) for owner in written)]))

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """Every (name, type) pair to compare in this zone."""
        pairs = [(self.name, rdtype) for rdtype in ("SOA", "NS", "MX", "A", "AAAA", "DS", "DNSKEY", "CAA")]
        pairs += [(self.below("_25._tcp"), "TLSA"), (self.below("nowhere"), "A"), (self.below("a.b.c.nowhere"), "MX")]
        for owner in self.owners[1:]:
            types = ("TLSA", "CNAME") if owner.startswith("_25.") else ("A", "AAAA", "CNAME", "MX")
            pairs += [(owner, rdtype) for rdtype in types]
            if owner.startswith("_25._tcp"):
                pairs.append((owner.removeprefix("_25."), "A"))
        return tuple(dict.fromkeys([*pairs, *self.ask]))
