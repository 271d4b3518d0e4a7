"""What a proof of absence says, and the rules NSEC and NSEC3 share (RFC 4035 5.4, RFC 5155 8, RFC 6840 4).

``nsec`` and ``nsec3`` turn verified records into a ``Denial``; ``absence`` verifies the records first.  Pure.
May import ``fleet.model`` and this package's ``wording``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype

from fleet.dnssec.wording import name_text, type_text
from fleet.model import Ede, Existence, Reason

Windows = Sequence[tuple[int, bytes]]
"""The type bitmap of an NSEC or NSEC3 record, as dnspython keeps it."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Proven absence.

    ``existence`` is NODATA or NXDOMAIN as the proof (not the header) has it.  ``delegation``: the proof is the parent's
    record at a zone cut, which has NS.  ``childless``: the name itself does not exist, so nothing below it does.
    ``insecure`` holds why the denial, though signed, proves nothing: opt-out, or too many iterations.
    """

    existence: Existence
    sentence: str
    delegation: bool = False
    childless: bool = False
    insecure: Reason | None = None


def lists(windows: Windows, rdtype: int) -> bool:
    """Whether a type bitmap lists ``rdtype``."""
    window, offset = divmod(int(rdtype), 256)
    for number, bitmap in windows:
        if number == window:
            byte, bit = divmod(offset, 8)
            return byte < len(bitmap) and bool(bitmap[byte] & (0x80 >> bit))
    return False


def parent_side(windows: Windows) -> bool:
    """Whether the record is the parent's at a zone cut: NS without SOA."""
    return lists(windows, dns.rdatatype.NS) and not lists(windows, dns.rdatatype.SOA)


def ends_below(windows: Windows) -> bool:
    """Whether the zone knows nothing below the record's owner: a zone cut, or a DNAME (RFC 6840 4.1)."""
    return parent_side(windows) or lists(windows, dns.rdatatype.DNAME)


def nodata_fault(windows: Windows, owner: dns.name.Name, rdtype: int) -> Reason | None:
    """Why a record at ``owner`` does not prove that ``rdtype`` is absent there; None where it does.

    A CNAME there would have been the answer (RFC 6840 4.3).  At a zone cut the parent speaks for DS only, and the child
    for everything else (RFC 6840 4.4).
    """
    name = name_text(owner)
    if lists(windows, rdtype):
        return _missing(f"the denial of {type_text(rdtype)} {name} says that these records exist")
    if rdtype != dns.rdatatype.CNAME and lists(windows, dns.rdatatype.CNAME):
        return _missing(f"the denial of {type_text(rdtype)} {name} says that {name} is an alias")
    if rdtype == dns.rdatatype.DS:
        if lists(windows, dns.rdatatype.SOA) and owner != dns.name.root:
            return _missing(f"the denial of DS {name} is from {name} itself, not from its parent")
    elif parent_side(windows):
        return _missing(f"the denial of {type_text(rdtype)} {name} is from above the zone cut at {name}")
    return None


def no_proof(rdtype: int, name: dns.name.Name, what: str) -> Reason:
    """The reason for a denial in which ``what`` is missing."""
    return _missing(f"no proof that {type_text(rdtype)} {name_text(name)} is absent: {what}")


def _missing(sentence: str) -> Reason:
    return Reason(Ede.NSEC_MISSING, sentence)


def opt_out(name: dns.name.Name) -> Reason:
    """The reason for a denial that an opt-out span makes worthless (RFC 5155 6, 9.2)."""
    return Reason(Ede.OTHER, f"an NSEC3 opt-out span around {name_text(name)} may hide unsigned delegations")


def child_of(encloser: dns.name.Name, name: dns.name.Name) -> dns.name.Name:
    """The *next closer* name: one label longer than ``encloser`` on the way to ``name`` (RFC 5155 1.3)."""
    return dns.name.Name(name.labels[-(len(encloser.labels) + 1) :])


def wildcard_of(encloser: dns.name.Name) -> dns.name.Name:
    """The wildcard that answers for absent names right below ``encloser`` (RFC 4592)."""
    return dns.name.Name((b"*", *encloser.labels))
