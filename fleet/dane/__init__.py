"""DANE for SMTP: does a destination prove, in signed DNS, which certificate its mail servers present?

A sender that does DANE asks signed DNS three questions in a row.  Which hosts take mail for the domain (MX)?  Where are
they (A, AAAA)?  Which key or authority do they vouch for (TLSA, at ``_25._tcp.`` below the *TLSA base domain*, usually
the MX host's name)?  Then it connects, upgrades to TLS with STARTTLS and compares the presented certificates with the
TLSA records.  Every answer must be *secure* (validated by DNSSEC from a trust anchor); an insecure one means "no DANE
here, go on as before", a bogus or missing one means "someone may be in the way: do not deliver through this host".

A TLSA record has a usage, a selector and a matching type (RFC 6698, RFC 7671).  For SMTP (RFC 7672) only two usages
count: DANE-EE(3) names the server's own certificate or key, and neither names nor dates in it matter; DANE-TA(2) names
an authority above it, and then names, dates and the whole path do.  The PKIX usages 0 and 1 are *unusable*, like any
record that is malformed: while records exist but none is usable, mail goes over TLS with nobody authenticated.

``ladder`` walks a destination and records steps; ``match`` compares chains with records; ``smtp`` holds one polite SMTP
session; ``transcript`` speaks the appliance's ``daneverify`` vocabulary.  What steps mean for mail is decided in
``fleet.decision``.  May import ``fleet.dnssec``, ``fleet.network`` and what lies below them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fleet.dane.domain import domain_name
from fleet.dane.ladder import OnStep, SmtpSettings, Walker, WalkLimits
from fleet.dane.match import match_chain
from fleet.dane.resolvers import validated_resolvers
from fleet.model import Verdict
from fleet.network import Network
from fleet.network.endpoint import Endpoint

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors

__all__ = [
    "SmtpSettings",
    "WalkLimits",
    "Walker",
    "domain_name",
    "match_chain",
    "validated_resolvers",
    "verify",
]


async def verify(
    domain: str,
    network: Network,
    resolvers: Sequence[str | Endpoint],
    *,
    trust_anchors: "TrustAnchors | None" = None,
    smtp: SmtpSettings | None = None,
    limits: WalkLimits | None = None,
    dns_timeout: float = 5.0,
    on_step: OnStep | None = None,
) -> Verdict:
    """Check one destination once, over ``network`` and through ``resolvers`` in the order given.

    ``trust_anchors`` are DS or DNSKEY RRsets (default: the root's); ``dns_timeout`` is seconds per DNS question;
    ``on_step`` is called with each step as it is made.  Remote failures are recorded in the verdict; UsageError is
    raised for a ``domain`` that is none.  To check many destinations use one ``Walker``, which shares lookups and SMTP
    sessions between them.
    """
    walker = Walker(
        network,
        validated_resolvers(network, resolvers, trust_anchors, timeout=dns_timeout),
        smtp=smtp or SmtpSettings(),
        limits=limits or WalkLimits(),
    )
    return await walker.walk(domain_name(domain), on_step)
