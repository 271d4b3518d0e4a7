"""Every destination of the lab, and the tree around them.

The rows stand in one module per subject: ``scenarios_tables`` (the two published AsyncOS tables, line by line),
``scenarios_dns`` (MX and addresses), ``scenarios_zones`` (TLSA answers and signatures), ``scenarios_certificates``
(TLSA records against chains) and ``scenarios_smtp`` (servers, several hosts and addresses).  Together they hit every
row of both tables, the states those tables leave out, and the rules of RFC 7671 and RFC 7672.
May import the lab's own nouns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.lab.scenario import SIGNED, UNSIGNED, Denial, Destination, Signing, ZonePlan
from fleet.lab.scenarios_certificates import CERTIFICATE_DESTINATIONS
from fleet.lab.scenarios_dns import DNS_DESTINATIONS
from fleet.lab.scenarios_smtp import SMTP_DESTINATIONS
from fleet.lab.scenarios_tables import TABLE_DESTINATIONS
from fleet.lab.scenarios_zones import ZONE_DESTINATIONS

DESTINATIONS: tuple[Destination, ...] = (
    *TABLE_DESTINATIONS,
    *DNS_DESTINATIONS,
    *ZONE_DESTINATIONS,
    *CERTIFICATE_DESTINATIONS,
    *SMTP_DESTINATIONS,
)


@dataclass(frozen=True, slots=True)
class References:
    """Names whose DNSSEC state is known, by which a resolver can be judged; each has SOA, A, TXT and MX records."""

    good: tuple[str, ...]
    bogus: tuple[str, ...]
    unsigned: tuple[str, ...]


_REFERENCE_ZONES: Mapping[str, ZonePlan] = {
    "good-1.reference.lab": SIGNED,
    "good-2.reference.lab": ZonePlan(denial=Denial.NSEC3),
    "good-3.reference.lab": SIGNED,
    "bogus-1.reference.lab": ZonePlan(Signing.DS_MISMATCH),
    "bogus-2.reference.lab": ZonePlan(Signing.EXPIRED),
    "bogus-3.reference.lab": ZonePlan(Signing.STRIPPED),
    "unsigned-1.reference.lab": UNSIGNED,
    "unsigned-2.reference.lab": UNSIGNED,
    "unsigned-3.reference.lab": UNSIGNED,
}

REFERENCES = References(
    good=tuple(name for name in _REFERENCE_ZONES if name.startswith("good")),
    bogus=tuple(name for name in _REFERENCE_ZONES if name.startswith("bogus")),
    unsigned=tuple(name for name in _REFERENCE_ZONES if name.startswith("unsigned")),
)

ZONES: Mapping[str, ZonePlan] = {
    ".": ZonePlan(split_keys=True),
    "lab": ZonePlan(split_keys=True),
    "sample": ZonePlan(denial=Denial.NSEC3),
    "plain": UNSIGNED,
    "opt-out.lab": ZonePlan(denial=Denial.OPT_OUT),
    "reference.lab": SIGNED,
    **_REFERENCE_ZONES,
}
"""Zones that belong to no destination."""

RECORDS: tuple[str, ...] = (
    "ns.lab. A 192.0.2.1",
    *(
        f"{name}. {rest}"
        for name in _REFERENCE_ZONES
        for rest in ("A 192.0.2.80", 'TXT "a name to judge resolvers by"', f"MX 10 mail.{name}.")
    ),
)
"""Records that belong to no destination, as ``owner type rdata`` with absolute names."""
