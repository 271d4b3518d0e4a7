"""What a resolver does to DNSSEC, seen by single questions: AD, rcode, and whether signatures arrive intact.

A resolver that a gateway uses is one of three kinds (it validates, it passes signatures through, it strips them), and
which one it is cannot be read from any configuration.  This module asks; ``fleet.vantage`` judges by quorum.
"""

from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rdatatype

from fleet.dnssec.fetch import Transport
from fleet.dnssec.validator import Validator
from fleet.errors import Failure, RemoteError
from fleet.model import Security


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """One reference name asked through one resolver over one transport.

    ``rcode``, ``ad``: asked without CD; ``signatures``: RRSIGs came along; ``edns``: the answer had an OPT record;
    ``own``: our validation through the same resolver.  ``failure`` is set where no answer came at all.
    """

    name: str
    rcode: str = ""
    ad: bool = False
    signatures: bool = False
    edns: bool = False
    own: Security = Security.INDETERMINATE
    failure: Failure | None = None


async def probe(transport: Transport, validator: Validator, name: str, rdtype: str = "SOA") -> ProbeAnswer:
    """Ask ``name`` without CD over ``transport`` and, validated by us, through ``validator`` (over the same one)."""
    query = dns.message.make_query(name, rdtype, use_edns=True, want_dnssec=True, payload=1232)
    query.flags |= dns.flags.AD
    try:
        answer = await transport(query)
    except RemoteError as error:
        return ProbeAnswer(name, failure=error.failure)
    own = await validator.resolve(name, rdtype)
    return ProbeAnswer(
        name,
        rcode=answer.rcode().name,
        ad=bool(answer.flags & dns.flags.AD),
        signatures=any(rrset.rdtype == dns.rdatatype.RRSIG for rrset in (*answer.answer, *answer.authority)),
        edns=answer.edns >= 0,
        own=own.security,
        failure=None,
    )
