"""Is absence proven?  Verifies the NSEC and NSEC3 records of a reply, then asks ``nsec`` or ``nsec3`` what they prove.

Nothing in a record is believed before its signature holds, its iteration count included (RFC 9276 3.2).  Pure: the
time is an argument.  May import ``fleet.model`` and the modules of this package that do the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import dns.name
import dns.rcode
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from fleet.dnssec import nsec, nsec3
from fleet.dnssec.denial import Denial
from fleet.dnssec.limits import MessageBudget, WorkExceededError
from fleet.dnssec.nsec import NsecRecord
from fleet.dnssec.nsec3 import Hasher, Nsec3Record
from fleet.dnssec.reply import Reply, SignedRRset
from fleet.dnssec.signature import ENDLESS, Keys, SignatureRules, Validity, check_signatures
from fleet.dnssec.wording import name_text, rrset_text
from fleet.model import Ede, Existence, Reason


@dataclass(frozen=True, slots=True)
class Prover:
    """A zone whose keys are proven, at a moment, with what may be spent on one of its replies."""

    zone: dns.name.Name
    keys: Keys
    now: float
    budget: MessageBudget
    rules: SignatureRules


@dataclass(frozen=True, slots=True)
class Absence:
    """A denial with how long it holds: TTL in seconds, and the signature of it that expires first."""

    denial: Denial
    ttl: int
    validity: Validity


@dataclass(frozen=True, slots=True)
class _Verified:
    """The denial records of a reply that are signed by the zone."""

    nsec: tuple[NsecRecord, ...]
    nsec3: tuple[Nsec3Record, ...]
    ttl: int
    validity: Validity
    fault: Reason | None
    """Why the first record that is not signed well fell out."""


def prove_absence(reply: Reply, name: dns.name.Name, rdtype: int, prover: Prover, soa: bool = True) -> Absence | Reason:
    """Proof in ``reply`` that ``rdtype`` does not exist at ``name``, else the reason it is none.

    With ``soa`` the zone's SOA, where the reply has it, must be signed well too, since it says how long all holds; a
    step of the chain of trust needs the denial only.

    The proof decides between NODATA and NXDOMAIN, with one exception: a NOERROR reply that proves NXDOMAIN contradicts
    itself, unless only the absence of a DS matters.
    """
    verified = _verify(reply, prover)
    longest = _check_soa(reply, name, prover) if soa else verified.ttl
    if isinstance(longest, Reason):
        return longest

    def by_nsec(records: Sequence[NsecRecord]) -> Denial | Reason:
        return nsec.deny(records, name, rdtype)

    def by_nsec3(records: Sequence[Nsec3Record], hasher: Hasher) -> Denial | Reason:
        return nsec3.deny(records, hasher, prover.zone, name, rdtype)

    denial = _prove(verified, name, rdtype, prover, by_nsec, by_nsec3)
    if isinstance(denial, Reason):
        return denial
    if denial.insecure:  # not proven either way, so the header's word is all there is
        said = Existence.NXDOMAIN if reply.rcode == dns.rcode.NXDOMAIN else Existence.NODATA
        denial = replace(denial, existence=said)
    elif rdtype != dns.rdatatype.DS and (denial.existence, reply.rcode) == (Existence.NXDOMAIN, dns.rcode.NOERROR):
        sentence = f"the reply says that {name_text(name)} exists, its proof says the opposite"
        return Reason(Ede.DNSSEC_BOGUS, sentence)
    return Absence(denial, min(verified.ttl, longest), verified.validity)


def prove_expansion(
    reply: Reply, name: dns.name.Name, rdtype: int, encloser_labels: int, prover: Prover
) -> Absence | Reason:
    """Proof in ``reply`` that a wildcard had to answer for ``name``: nothing closer exists.

    ``encloser_labels`` is the label count of the RRSIG, hence of the wildcard's parent.
    """
    encloser = dns.name.Name(name.labels[-(encloser_labels + 1) :])
    verified = _verify(reply, prover)

    def by_nsec(records: Sequence[NsecRecord]) -> Denial | Reason:
        return nsec.deny_closer(records, encloser, name, rdtype)

    def by_nsec3(records: Sequence[Nsec3Record], hasher: Hasher) -> Denial | Reason:
        return nsec3.deny_closer(records, hasher, encloser, name, rdtype)

    denial = _prove(verified, name, rdtype, prover, by_nsec, by_nsec3)
    return denial if isinstance(denial, Reason) else Absence(denial, verified.ttl, verified.validity)


def _prove(
    verified: _Verified,
    name: dns.name.Name,
    rdtype: int,
    prover: Prover,
    by_nsec: Callable[[Sequence[NsecRecord]], Denial | Reason],
    by_nsec3: Callable[[Sequence[Nsec3Record], Hasher], Denial | Reason],
) -> Denial | Reason:
    """The denial by whichever kind of record proves it, else the first cause why none does."""
    subject = rrset_text(rdtype, name)
    result: Denial | Reason = Reason(Ede.NSEC_MISSING, f"the reply holds no proof that {subject} is absent")
    if verified.nsec:
        result = by_nsec(verified.nsec)
    if verified.nsec3 and isinstance(result, Reason):
        result = _with_nsec3(verified.nsec3, subject, prover, by_nsec3)
    if isinstance(result, Reason) and verified.fault is not None:
        return verified.fault
    return result


def _with_nsec3(
    records: tuple[Nsec3Record, ...],
    subject: str,
    prover: Prover,
    prove: Callable[[Sequence[Nsec3Record], Hasher], Denial | Reason],
) -> Denial | Reason:
    limits = prover.rules.limits
    iterations, salt = records[0].parameters
    if any(record.parameters != records[0].parameters for record in records):
        return Reason(Ede.NSEC_MISSING, f"the NSEC3 records that deny {subject} differ in iterations or salt")
    if iterations > limits.nsec3_insecure_iterations:
        sentence = f"NSEC3 iterations {iterations} of {name_text(prover.zone)} are more than we compute"
        why = Reason(Ede.UNSUPPORTED_NSEC3_ITERATIONS, sentence)
        return Denial(Existence.NODATA, sentence, insecure=why)
    try:
        return prove(records, Hasher(iterations, salt, limits))
    except WorkExceededError as limit:
        return Reason(Ede.NSEC_MISSING, f"the absence of {subject} was not proven: {limit}")


def _verify(reply: Reply, prover: Prover) -> _Verified:
    """The NSEC and NSEC3 records in the zone whose signatures hold."""
    found: tuple[list[NsecRecord], list[Nsec3Record]] = ([], [])
    ttl, validity, fault = 2**31 - 1, ENDLESS, None
    for signed in _denial_rrsets(reply):
        if not signed.rrset.name.is_subdomain(prover.zone):
            continue
        signature = check_signatures(
            signed.rrset, signed.rrsigs, prover.zone, prover.keys, prover.now, prover.budget, prover.rules
        )
        if isinstance(signature, Reason):
            fault = fault or signature
            continue
        ttl, validity = min(ttl, signature.ttl), min(validity, signature.validity)
        for rdata in signed.rrset:
            if isinstance(rdata, NSEC):
                if rdata.next.is_subdomain(prover.zone):
                    found[0].append(NsecRecord(signed.rrset.name, rdata.next, rdata.windows))
            elif isinstance(rdata, NSEC3):
                record = nsec3.read_record(signed.rrset.name, prover.zone, rdata)
                if record is not None:
                    found[1].append(record)
    return _Verified(tuple(found[0]), tuple(found[1]), ttl, validity, fault)


def _denial_rrsets(reply: Reply) -> list[SignedRRset]:
    return [*reply.authority.of_type(dns.rdatatype.NSEC), *reply.authority.of_type(dns.rdatatype.NSEC3)]


def denial_signers(reply: Reply) -> set[dns.name.Name]:
    """The zones that claim, by RRSIG, to have signed the denial records of ``reply``."""
    return {rrsig.signer for signed in _denial_rrsets(reply) for rrsig in signed.rrsigs}


def _check_soa(reply: Reply, name: dns.name.Name, prover: Prover) -> int | Reason:
    """TTL a denial may be kept by the zone's SOA (RFC 2308 5); a SOA that is not signed well spoils the reply.

    So does one of a zone between the prover's and ``name``: that zone denies, not the one above (RFC 4035 5.3.1).
    """
    for found in reply.authority.of_type(dns.rdatatype.SOA):
        zone = found.rrset.name
        if zone != prover.zone and zone.is_subdomain(prover.zone) and name.is_subdomain(zone):
            sentence = f"the denial is signed by {name_text(prover.zone)}, but its SOA is of {name_text(zone)}"
            return Reason(Ede.DNSSEC_BOGUS, sentence)
    soa = reply.authority.find(prover.zone, dns.rdatatype.SOA)
    if soa is None:
        return 2**31 - 1
    signature = check_signatures(
        soa.rrset, soa.rrsigs, prover.zone, prover.keys, prover.now, prover.budget, prover.rules
    )
    if isinstance(signature, Reason):
        return signature
    return min([signature.ttl, *(getattr(rdata, "minimum", signature.ttl) for rdata in soa.rrset)])
