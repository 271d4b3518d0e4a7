"""The appliance's own check beside ours, step by step: where both say the same, where not, and where it said nothing.

An appliance's ``daneverify`` and our ladder look at the same destination from the same place, through the same
resolvers.  Where they agree, our verdict is the appliance's.  Where it says *bogus* and we prove *secure*, the resolver
has handed out good records and the appliance's own trust anchor or clock is at fault: it will find every signed domain
bogus.  A transcript says little, so most steps of ours stand beside *not said*: that is no agreement.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fleet.decision.reading import unobserved
from fleet.model import ContactStep, Existence, Lookup, MatchRules, Security, Verdict


class Agreement(StrEnum):
    """How the two stand to each other in one step."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_SAID = "not-said"
    """The appliance said nothing of it, or not in words that can be read."""
    NOT_SEEN = "not-seen"
    """We could not look, or did not."""
    UNSURE = "unsure"
    """Through one of the resolvers that it may have asked we see what it said, through another one not."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One step: what the appliance said of it and what we saw, in a word or two each."""

    step: str
    theirs: str
    ours: str
    agreement: Agreement


def beside(theirs: Verdict, ours: Verdict) -> tuple[Beside, ...]:
    """The steps of both in the order of the ladder."""
    return tuple(_steps(theirs, ours))


def beside_all(theirs: Verdict, ours: Sequence[Verdict]) -> tuple[Beside, ...]:
    """The same against several of ours, each through another resolver of which the appliance may have asked any.

    It asks anew for every step and does not say whom.  So it agrees in a step where all of ours say the same as it, and
    differs where none does.
    """
    readings = [{one.step: one for one in beside(theirs, each)} for each in ours]
    steps = dict.fromkeys(step for reading in readings for step in reading)
    return tuple(_merged(step, [reading[step] for reading in readings if step in reading], len(ours)) for step in steps)


def _merged(step: str, told: Sequence[Beside], readings: int) -> Beside:
    """``step`` of all ``readings``; one that has no such step has not seen it."""
    seen = dict.fromkeys((*(one.ours for one in told), *(("not seen",) if len(told) < readings else ())))
    agreements = {one.agreement for one in told} | ({Agreement.NOT_SEEN} if len(told) < readings else set())
    theirs = next((one.theirs for one in told if one.theirs != "not said"), told[0].theirs)
    if theirs == "not said":
        agreements = {Agreement.NOT_SAID}
    agreement = agreements.pop() if len(agreements) == 1 else Agreement.UNSURE
    return Beside(step, theirs, " or ".join(seen), agreement)


def doubts_anchor(steps: tuple[Beside, ...]) -> bool:
    """Whether the appliance finds bogus what we prove secure."""
    return any(one.theirs == Security.BOGUS and one.ours.startswith(Security.SECURE) for one in steps)


def _steps(theirs: Verdict, ours: Verdict) -> Iterator[Beside]:
    yield _lookup(
        f"MX of {ours.domain}",
        theirs.mx.lookup if theirs.mx is not None else None,
        ours.mx.lookup if ours.mx is not None else None,
    )
    hosts = dict.fromkeys(host.name for verdict in (ours, theirs) for host in verdict.hosts)
    for host in hosts:
        said, seen = theirs.address(host), ours.address(host)
        yield _lookup(f"A of {host}", said.a if said is not None else None, seen.a if seen is not None else None)
        tlsa = (next(iter(one.tlsa(host)), None) for one in (theirs, ours))
        yield _lookup(f"TLSA of {host}", *(step.lookup if step is not None else None for step in tlsa))
        told = {step.contact.address: step for step in theirs.contacts(host)}
        shown = {step.contact.address: step for step in ours.contacts(host)}
        for address in dict.fromkeys((*shown, *told)):
            yield from _session(f"{host} ({address})", told.get(address), shown.get(address))


def _lookup(step: str, theirs: Lookup | None, ours: Lookup | None) -> Beside:
    said, seen = _state(theirs), _state(ours)
    if not said or not seen:
        return Beside(step, said or "not said", seen or "not seen", Agreement.NOT_SAID if seen else Agreement.NOT_SEEN)
    # A denial printed without its DNSSEC state says only that there is nothing.
    comparable = seen.partition(" ")[2] if said in ("none",) else seen
    return Beside(step, said, seen, Agreement.AGREES if said == comparable else Agreement.DIFFERS)


def _state(lookup: Lookup | None) -> str:
    """``secure``, ``insecure none``, ``bogus``, ``failed``; empty where nothing is known."""
    if lookup is None or unobserved(lookup) is not None:
        return ""
    if lookup.failure is not None:
        return "failed"
    none = "none" if lookup.existence in (Existence.NODATA, Existence.NXDOMAIN) else ""
    if lookup.security is Security.BOGUS:
        return str(Security.BOGUS)
    if lookup.security is Security.INDETERMINATE:
        return none
    return f"{lookup.security} {none}".rstrip() if none or lookup.existence is Existence.DATA else ""


def _session(where: str, theirs: ContactStep | None, ours: ContactStep | None) -> Iterator[Beside]:
    for step, said, seen in (
        (f"TLS with {where}", _tls(theirs), _tls(ours)),
        (f"certificate of {where}", _certificate(theirs), _certificate(ours)),
    ):
        if not said and not seen:
            continue
        if not said or not seen:
            agreement = Agreement.NOT_SAID if seen else Agreement.NOT_SEEN
        else:
            agreement = Agreement.AGREES if said == seen else Agreement.DIFFERS
        yield Beside(step, said or "not said", seen or "not seen", agreement)


def _tls(step: ContactStep | None) -> str:
    if step is None:
        return ""
    if step.contact.failure is None:
        return "established"
    return str(step.contact.failure.kind) if step.contact.reached else "no connection"


def _certificate(step: ContactStep | None) -> str:
    if step is None or step.contact.failure is not None:
        return ""
    found = [one.match for one in step.matches if one.rules is MatchRules.RFC7671]
    if not found:
        return ""
    return "matches" if any(match.matched for match in found) else "does not match"
