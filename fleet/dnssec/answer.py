"""What ``Validator.resolve`` returns: dnspython objects for programs, model values for people.

May import ``fleet.model`` and ``fleet.errors``.
"""

from dataclasses import dataclass
from datetime import datetime

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from fleet.errors import Failure
from fleet.model import Existence, Hop, Link, Reason, ResolverWord, Security


@dataclass(frozen=True, slots=True)
class Answer:
    """One validated answer on two axes: ``existence`` (is it there) and ``security`` (is that proven).

    Whoever acts on ``rrset`` looks at ``security`` first: bogus data is shown here because operators need to see it.
    """

    name: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    security: Security
    """The worst of all hops and of the final answer."""
    existence: Existence
    """What the answer says; under ``bogus`` it is only what somebody claims."""
    rrset: dns.rrset.RRset | None
    """The records asked for, owned by ``canonical``."""
    rcode: dns.rcode.Rcode | None
    """Of the last reply read; None where none came."""
    why: Reason | None
    """The first cause of anything but ``secure``."""
    failure: Failure | None
    """Why the lookup, or one it needs for its proof, failed; then existence is unknown, security indeterminate."""
    chain: tuple[Link, ...]
    """From the trust anchor down; the first link that is not secure is the failing one."""
    hops: tuple[Hop, ...]
    canonical: dns.name.Name
    """Owner of the records after all hops."""
    ttl: int | None
    """Seconds, capped by the signatures' original TTL and remaining validity (RFC 4035 5.3.3)."""
    expires: datetime | None
    """Earliest expiration among the RRSIGs relied upon, those of the chain included; None unless secure."""
    inception: datetime | None
    """Since when that RRSIG is valid."""
    expiring: str
    """The RRset it signs, such as ``DNSKEY org``."""
    ad: bool | None
    """AD bit of the resolver asked without CD; None where it gave no answer."""
    word: ResolverWord | None
    """Everything that resolver said without CD."""
