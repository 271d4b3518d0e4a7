"""What a destination publishes and its servers present, as far as a change of it matters to mail.

The recorded steps hold times, attempts and chains that differ at every check; this is what stays when nothing changed.
A question that got no answer says nothing, so what was known before stays known: a resolver that failed once is no
change, and what comes after it is compared with what stood before it.

May import ``fleet.model`` only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from fleet.model import ContactStep, Lookup, MatchRules, MxMeaning, Security, TlsaStep, Verdict


@dataclass(frozen=True, slots=True)
class Mx:
    """Where mail goes.  ``hosts`` are ``10 mx1.example``, in order of preference."""

    meaning: MxMeaning
    security: Security
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tlsa:
    """The TLSA records of one base domain, in presentation form, sorted; none is an answer too."""

    name: str
    security: Security
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Presented:
    """The certificate that one address of a host presents.

    ``bases``: the TLSA base domains whose records it was held against; ``matched`` None: against none that can be used.
    """

    name: str
    """Host and address."""
    sha256: str
    spki_sha256: str
    not_after: datetime | None
    bases: tuple[str, ...]
    matched: bool | None


@dataclass(frozen=True, slots=True)
class Published:
    """All of it, by last known value."""

    mx: Mx | None = None
    tlsa: tuple[Tlsa, ...] = ()
    certificates: tuple[Presented, ...] = ()


def published(verdict: Verdict, before: Published | None = None) -> Published:
    """What ``verdict`` saw, over what was known ``before`` where it got no answer."""
    known = before or Published()
    mx = _mx(verdict) or known.mx
    tlsa = [_tlsa(step) for step in verdict.steps if isinstance(step, TlsaStep) and _answered(step.lookup)]
    presented = [_presented(step) for step in verdict.steps if isinstance(step, ContactStep) and step.certificates]
    hosts = {entry.partition(" ")[2] for entry in mx.hosts} if mx is not None else set()
    bases = {step.base for step in verdict.steps if isinstance(step, TlsaStep)}
    # What belonged to a host that is no MX any more is forgotten with it.
    return Published(
        mx,
        _over(tlsa, (one for one in known.tlsa if one.name in bases | hosts)),
        _over(presented, (one for one in known.certificates if one.name.partition(" ")[0] in hosts)),
    )


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _over(seen: Iterable[N], known: Iterable[N]) -> tuple[N, ...]:
    by_name = {one.name: one for one in known} | {one.name: one for one in seen}
    return tuple(by_name[name] for name in sorted(by_name))


def _answered(lookup: Lookup) -> bool:
    return not lookup.failed and lookup.security is not Security.INDETERMINATE


def _mx(verdict: Verdict) -> Mx | None:
    step = verdict.mx
    if step is None or not _answered(step.lookup):
        return None
    return Mx(step.meaning, step.lookup.security, tuple(f"{host.preference} {host.name}" for host in step.hosts))


def _tlsa(step: TlsaStep) -> Tlsa:
    return Tlsa(step.base, step.lookup.security, tuple(sorted(record.text for record in step.records)))


def _presented(step: ContactStep) -> Presented:
    leaf = step.certificates[0]
    found = [one for one in step.matches if one.rules is MatchRules.RFC7671]
    usable = [one.match.matched for one in found if one.match.usable]
    return Presented(
        f"{step.contact.host} {step.contact.address}",
        leaf.sha256,
        leaf.spki_sha256,
        leaf.not_after,
        tuple(one.base for one in found),
        any(usable) if usable else None,
    )
