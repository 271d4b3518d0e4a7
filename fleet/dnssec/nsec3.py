"""Denial by NSEC3: the same over hashed names, with opt-out (RFC 5155 8, RFC 9276).

A hash hides where a name stands in the tree, so the proof shows its *closest encloser* (an ancestor that exists, by an
equal hash) and that the *next closer* name does not exist (by a hash that falls into a gap).  In an opt-out span
unsigned delegations may exist without a record of their own: a denial that rests on one is insecure, not bogus.

Takes records whose signatures have been verified.  Pure; hashing is bounded.  May import this package's ``denial``,
``limits`` and ``wording``, and ``fleet.model``.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dns.name
import dns.rdatatype

from fleet.dnssec.denial import (
    Denial,
    Windows,
    child_of,
    ends_below,
    no_proof,
    nodata_fault,
    opt_out,
    parent_side,
    wildcard_of,
)
from fleet.dnssec.limits import Limits, WorkExceededError
from fleet.dnssec.wording import name_text, rrset_text
from fleet.model import Existence, Reason

_SHA1 = 1
_OPT_OUT = 1


@dataclass(frozen=True, slots=True)
class Nsec3Record:
    """One NSEC3 record: between ``hash`` and ``next`` the zone has no hashed name."""

    hash: bytes
    next: bytes
    iterations: int
    salt: bytes
    opt_out: bool
    windows: Windows

    @property
    def parameters(self) -> tuple[int, bytes]:
        """What makes hashes comparable."""
        return self.iterations, self.salt

    def covers(self, digest: bytes) -> bool:
        """Whether ``digest`` lies strictly between owner and next."""
        if self.hash < self.next:
            return self.hash < digest < self.next
        return digest > self.hash or digest < self.next


def read_record(owner: dns.name.Name, zone: dns.name.Name, rdata: Any) -> Nsec3Record | None:
    """An NSEC3 rdata as a record; None where a validator has to ignore it (RFC 5155 8.1, 8.2).

    That is: an unknown hash algorithm, unknown flags, an owner that is not a hash right below the zone.
    """
    if rdata.algorithm != _SHA1 or rdata.flags & ~_OPT_OUT or owner.parent() != zone:
        return None
    try:
        digest = base64.b32hexdecode(owner.labels[0].upper())
    except (binascii.Error, ValueError):
        return None
    if len(digest) != hashlib.sha1().digest_size or len(rdata.next) != len(digest):
        return None
    return Nsec3Record(
        digest, rdata.next, rdata.iterations, rdata.salt, bool(rdata.flags & _OPT_OUT), tuple(rdata.windows)
    )


class Hasher:
    """NSEC3 hashes under one set of parameters, each name once, within the work limit."""

    def __init__(self, iterations: int, salt: bytes, limits: Limits) -> None:
        self._iterations = iterations
        self._salt = salt
        self._rounds = limits.nsec3_hashes * (limits.nsec3_insecure_iterations + 1)
        self._known: dict[dns.name.Name, bytes] = {}

    def hash(self, name: dns.name.Name) -> bytes:
        """The hash of ``name`` (RFC 5155 5).  Raises WorkExceededError past the limit."""
        if name not in self._known:
            self._rounds -= self._iterations + 1
            if self._rounds < 0:
                raise WorkExceededError("the limit of NSEC3 hashes is reached")
            digest = name.to_digestable()
            for _ in range(self._iterations + 1):
                digest = hashlib.sha1(digest + self._salt).digest()
            self._known[name] = digest
        return self._known[name]


def deny(
    records: Sequence[Nsec3Record], hasher: Hasher, zone: dns.name.Name, name: dns.name.Name, rdtype: int
) -> Denial | Reason:
    """What ``records`` prove about ``rdtype`` at ``name``, else what is missing.  Raises WorkExceededError."""
    exact = _matching(records, hasher.hash(name))
    if exact is not None:
        fault = nodata_fault(exact.windows, name, rdtype)
        if fault is not None:
            return fault
        sentence = f"NSEC3 of {name_text(name)} shows that {rrset_text(rdtype, name)} does not exist"
        return Denial(Existence.NODATA, sentence, delegation=parent_side(exact.windows))
    encloser = name
    found = None
    while found is None:
        if encloser == zone:
            return no_proof(rdtype, name, "no NSEC3 record shows its closest encloser")
        encloser = encloser.parent()
        found = _matching(records, hasher.hash(encloser))
    if ends_below(found.windows):
        return no_proof(rdtype, name, f"{name_text(encloser)} is a zone cut or a DNAME")
    return _below(records, hasher, encloser, name, rdtype)


def _below(
    records: Sequence[Nsec3Record], hasher: Hasher, encloser: dns.name.Name, name: dns.name.Name, rdtype: int
) -> Denial | Reason:
    """``encloser`` is the closest encloser: judge the next closer name and the wildcard."""
    closer = child_of(encloser, name)
    gap = _covering(records, hasher.hash(closer))
    if gap is None:
        return no_proof(rdtype, name, f"no NSEC3 record covers {name_text(closer)}")
    sentence = f"NSEC3 shows that {name_text(closer)} does not exist"
    insecure = opt_out(closer) if gap.opt_out else None
    if insecure and rdtype == dns.rdatatype.DS:
        return Denial(Existence.NODATA, f"no NSEC3 record for {name_text(closer)}", insecure=insecure)
    wildcard = wildcard_of(encloser)
    found = _matching(records, hasher.hash(wildcard))
    if found is not None:
        fault = nodata_fault(found.windows, wildcard, rdtype)
        if fault is not None:
            return fault
        sentence = f"{sentence} and that {name_text(wildcard)} lacks these records"
        return Denial(Existence.NODATA, sentence, childless=True, insecure=insecure)
    if _covering(records, hasher.hash(wildcard)) is None:
        return no_proof(rdtype, name, f"no NSEC3 record covers the wildcard {name_text(wildcard)}")
    return Denial(Existence.NXDOMAIN, sentence, childless=True, insecure=insecure)


def deny_closer(
    records: Sequence[Nsec3Record], hasher: Hasher, encloser: dns.name.Name, name: dns.name.Name, rdtype: int
) -> Denial | Reason:
    """For an answer from the wildcard at ``encloser``: proof that nothing closer exists (RFC 5155 8.8)."""
    closer = child_of(encloser, name)
    gap = _covering(records, hasher.hash(closer))
    if gap is None:
        return no_proof(rdtype, name, f"its answer is from a wildcard, and no NSEC3 record covers {name_text(closer)}")
    insecure = opt_out(closer) if gap.opt_out else None
    sentence = f"NSEC3 shows that {name_text(closer)} does not exist"
    return Denial(Existence.NXDOMAIN, sentence, childless=True, insecure=insecure)


def _matching(records: Sequence[Nsec3Record], digest: bytes) -> Nsec3Record | None:
    return next((record for record in records if record.hash == digest), None)


def _covering(records: Sequence[Nsec3Record], digest: bytes) -> Nsec3Record | None:
    return next((record for record in records if record.covers(digest)), None)
