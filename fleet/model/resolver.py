"""The resolvers a gateway asks, and the kinds of resolver that matter to DANE."""

from dataclasses import dataclass
from enum import StrEnum


class ResolverKind(StrEnum):
    """What a resolver does to DNSSEC."""

    VALIDATES = "validates"
    PASSES = "passes"
    STRIPS = "strips"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolver:
    """One resolver in a gateway's list.

    ``priority``: 0 is asked first; resolvers of one priority are asked in random order (AsyncOS).  ``secondary``: asked
    only when the others cannot be reached (seed, "Managing secondary DNS servers").  ``domains``: not empty for an
    alternate server, asked for these domains and what lies below them only (split DNS).  ``kind`` is what the operator
    declares; what an audit found counts for more.  ``unheard``: an audit tried to find the kind out for the node that
    has this in its list, in vain; no profile sets it.
    """

    address: str
    port: int = 53
    priority: int = 0
    secondary: bool = False
    domains: tuple[str, ...] = ()
    kind: ResolverKind = ResolverKind.UNKNOWN
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class References:
    """Names whose DNSSEC state is known: signed and valid, signed and broken, not signed."""

    good: tuple[str, ...] = ("ietf.org", "isc.org", "nlnetlabs.nl", "internetsociety.org")
    bogus: tuple[str, ...] = ("dnssec-failed.org", "rhybar.cz", "brokendnssec.net", "sigfail.verteiltesysteme.net")
    unsigned: tuple[str, ...] = ("google.com", "amazon.com", "microsoft.com")
