"""Denial by NSEC: the zone's names in order, each with its types and its successor (RFC 4034 4, RFC 4035 5.4).

Takes records whose signatures have been verified and that lie in ``zone``.  Pure.  May import this package's ``denial``
and ``wording``, and ``fleet.model``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype

from fleet.dnssec.denial import (
    Denial,
    Windows,
    child_of,
    ends_below,
    no_proof,
    nodata_fault,
    parent_side,
    wildcard_of,
)
from fleet.dnssec.wording import name_text, rrset_text
from fleet.model import Existence, Reason


@dataclass(frozen=True, slots=True)
class NsecRecord:
    """One NSEC record: between ``owner`` and ``next`` the zone has nothing."""

    owner: dns.name.Name
    next: dns.name.Name
    windows: Windows

    def covers(self, name: dns.name.Name) -> bool:
        """Whether ``name`` lies strictly between owner and next, and the record may speak for it (RFC 6840 4.1)."""
        last = self.owner >= self.next and name.is_subdomain(self.next)  # it points back to the apex (RFC 4034 4.1.1)
        inside = name > self.owner and (last or name < self.next)
        return inside and not (name.is_subdomain(self.owner) and ends_below(self.windows))


def deny(records: Sequence[NsecRecord], name: dns.name.Name, rdtype: int) -> Denial | Reason:
    """What ``records`` prove about ``rdtype`` at ``name``, else what is missing."""
    for record in records:
        if record.owner == name:
            return _nodata(record, name, rdtype)
    cover = _covering(records, name)
    if cover is None:
        return no_proof(rdtype, name, "no NSEC record covers the name")
    if cover.next.is_subdomain(name):
        return Denial(Existence.NODATA, f"NSEC shows that {name_text(name)} is an empty non-terminal")
    return _at_wildcard(records, cover, name, rdtype)


def _nodata(record: NsecRecord, name: dns.name.Name, rdtype: int) -> Denial | Reason:
    fault = nodata_fault(record.windows, name, rdtype)
    if fault is not None:
        return fault
    sentence = f"NSEC of {name_text(name)} shows that {rrset_text(rdtype, name)} does not exist"
    return Denial(Existence.NODATA, sentence, delegation=parent_side(record.windows))


def _at_wildcard(records: Sequence[NsecRecord], cover: NsecRecord, name: dns.name.Name, rdtype: int) -> Denial | Reason:
    """``name`` does not exist: then the wildcard at its closest encloser is absent too, or lacks the type."""
    encloser = max(_common(name, cover.owner), _common(name, cover.next), key=len)
    wildcard = wildcard_of(encloser)
    sentence = f"NSEC shows that {name_text(name)} does not exist"
    for record in records:
        if record.owner == wildcard and wildcard != name:
            fault = nodata_fault(record.windows, wildcard, rdtype)
            if fault is not None:
                return fault
            sentence = f"{sentence} and that {name_text(wildcard)} lacks these records"
            return Denial(Existence.NODATA, sentence, childless=True)
    above = _covering(records, wildcard)
    if above is None:
        return no_proof(rdtype, name, f"no NSEC record covers the wildcard {name_text(wildcard)}")
    if above.next.is_subdomain(wildcard):
        return Denial(Existence.NODATA, f"{sentence} and that {name_text(wildcard)} is empty", childless=True)
    return Denial(Existence.NXDOMAIN, sentence, childless=True)


def deny_closer(
    records: Sequence[NsecRecord], encloser: dns.name.Name, name: dns.name.Name, rdtype: int
) -> Denial | Reason:
    """For an answer from the wildcard at ``encloser``: proof that nothing closer exists (RFC 4035 5.3.4)."""
    closer = child_of(encloser, name)
    cover = _covering(records, closer)
    if cover is None or cover.next.is_subdomain(closer):
        return no_proof(rdtype, name, f"its answer is from a wildcard, and no NSEC record covers {name_text(closer)}")
    return Denial(Existence.NXDOMAIN, f"NSEC shows that {name_text(closer)} does not exist", childless=True)


def _covering(records: Sequence[NsecRecord], name: dns.name.Name) -> NsecRecord | None:
    return next((record for record in records if record.covers(name)), None)


def _common(one: dns.name.Name, other: dns.name.Name) -> dns.name.Name:
    """The longest name both are at or below."""
    return dns.name.Name(one.labels[-one.fullcompare(other)[2] :])
