"""One recorded check as other eyes would have seen it: through another kind of resolver, or without DANE.

A check records our own validation and the resolver's word.  What a *kind* of resolver would have made of the same
records follows from the kind: one that validates sets AD on what is secure and answers SERVFAIL for what is bogus; one
that passes says nothing but loses nothing; behind one that strips, the vendor's document says, "DANE-capable domains
turn BOGUS", whereas a strict validator calls every name bogus, because no denial of a DS record arrives either.  The
result is a verdict again, so the same policy tables judge it.

What cannot be told this way (a bogus answer that may have been the doing of the resolver it came through) becomes
*indeterminate*, never good news.

May import ``fleet.model`` and ``fleet.decision``.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum

from fleet.decision import unobserved
from fleet.errors import FailureKind
from fleet.model import (
    AddressStep,
    ContactStep,
    Ede,
    Existence,
    Lookup,
    MxStep,
    Policy,
    Reason,
    ResolverWord,
    Security,
    Step,
    TlsaStep,
    Verdict,
)
from fleet.model.resolver import ResolverKind

Change = Callable[[Lookup], Lookup]


class Strips(StrEnum):
    """The two readings of what a resolver without DNSSEC does to AsyncOS."""

    VENDOR = "vendor's document"
    """Signed (DANE-capable) domains turn BOGUS, unsigned ones stay INSECURE."""
    STRICT = "strict validator"
    """Every name turns BOGUS."""


def lookups(verdict: Verdict) -> Iterator[Lookup]:
    """Every lookup of ``verdict``, in walking order."""
    for step in verdict.steps:
        match step:
            case MxStep() | TlsaStep():
                yield step.lookup
            case AddressStep():
                yield from (lookup for lookup in (step.a, step.aaaa, step.cname) if lookup is not None)


def refused(lookup: Lookup) -> bool:
    """Whether the resolver itself, asked without CD, answers SERVFAIL."""
    return lookup.word is not None and lookup.word.rcode == "SERVFAIL"


def seen_through(
    verdict: Verdict,
    policy: Policy,
    kind: ResolverKind,
    *,
    strips: Strips = Strips.VENDOR,
    doubted: Callable[[str], bool] = lambda resolver: False,
    unvalidated_next: bool = False,
) -> Verdict:
    """``verdict`` as a client of ``policy`` sees it through a resolver of ``kind``, which must not be UNKNOWN.

    ``doubted`` tells of a resolver whether a bogus answer through it may be its own doing.  ``unvalidated_next``: after
    SERVFAIL a resolver that does not validate is asked (Postfix and Exim then take bogus answers for unsigned ones).
    """

    def change(lookup: Lookup) -> Lookup:
        if lookup.security is Security.BOGUS and not refused(lookup) and doubted(lookup.resolver):
            return _in_doubt(lookup)
        if policy in (Policy.POSTFIX, Policy.EXIM):
            return _worded(lookup, kind, unvalidated_next)
        return _stripped(lookup, strips) if kind is ResolverKind.STRIPS else lookup

    untouched = kind is not ResolverKind.STRIPS and policy not in (Policy.POSTFIX, Policy.EXIM)
    if untouched and all(lookup.security is not Security.BOGUS for lookup in lookups(verdict)):
        return verdict
    return _each(verdict, change)


def answered_after_refusal(verdict: Verdict) -> Verdict:
    """``verdict`` where a resolver that does not validate is asked after SERVFAIL: bogus answers pass for unsigned."""

    def change(lookup: Lookup) -> Lookup:
        bogus = lookup.security is Security.BOGUS and refused(lookup)
        return _worded(lookup, ResolverKind.PASSES, True) if bogus else lookup

    return _each(verdict, change)


def with_silence_believed(verdict: Verdict) -> Verdict | None:
    """``verdict`` as if resolvers that could not be observed were silent for the node as well.

    Then what the next one answered counts.  None where there was none to answer, or nothing to suppose.
    """
    supposed = _each(verdict, _answered_by_the_next)
    return None if supposed == verdict or any(map(unobserved, lookups(supposed))) else supposed


def _answered_by_the_next(lookup: Lookup) -> Lookup:
    seen = tuple(one for one in lookup.attempts if one.failure.kind is not FailureKind.NOT_OBSERVED)
    return lookup if seen == lookup.attempts else replace(lookup, attempts=seen)


def without_dane(verdict: Verdict, policy: Policy) -> Verdict:
    """``verdict`` as a client sees it that does not do DANE: nothing is signed, so the TLS level decides.

    A bogus answer: AsyncOS is not said to validate where DANE is off, nor not to (unknown); Postfix and Exim see their
    resolver's SERVFAIL.
    """

    def change(lookup: Lookup) -> Lookup:
        if policy in (Policy.POSTFIX, Policy.EXIM):
            return replace(lookup, word=replace(lookup.word, ad=False)) if lookup.word else lookup
        if lookup.security is Security.BOGUS:
            return _in_doubt(lookup)
        if lookup.security is not Security.SECURE:
            return lookup
        hops = tuple(replace(hop, security=Security.INSECURE) for hop in lookup.hops)
        return replace(lookup, security=Security.INSECURE, hops=hops)

    return _each(verdict, change)


def _each(verdict: Verdict, change: Change) -> Verdict:
    return replace(verdict, steps=tuple(_step(step, change) for step in verdict.steps))


def _step(step: Step, change: Change) -> Step:
    match step:
        case MxStep() | TlsaStep():
            return replace(step, lookup=change(step.lookup))
        case AddressStep():
            cname = change(step.cname) if step.cname is not None else None
            return replace(step, a=change(step.a), aaaa=change(step.aaaa), cname=cname)
        case ContactStep():
            return step


def _in_doubt(lookup: Lookup) -> Lookup:
    return replace(lookup, security=Security.INDETERMINATE, reason=None, word=None)


def _stripped(lookup: Lookup, strips: Strips) -> Lookup:
    turned = lookup.security is Security.SECURE or (
        strips is Strips.STRICT and lookup.security is Security.INSECURE and not lookup.failed
    )
    if not turned:
        return lookup
    reason = Reason(Ede.RRSIGS_MISSING, "the resolver strips DNSSEC records, so nothing can be validated behind it")
    hops = tuple(replace(hop, security=Security.BOGUS) for hop in lookup.hops)
    return replace(lookup, security=Security.BOGUS, reason=reason, hops=hops, chain=())


def _worded(lookup: Lookup, kind: ResolverKind, unvalidated_next: bool) -> Lookup:
    """The word of a resolver of ``kind`` about what we validated ourselves; a failure for us stays as it was seen."""
    if lookup.failed or lookup.security is Security.INDETERMINATE:
        return lookup
    bogus = lookup.security is Security.BOGUS
    if kind is ResolverKind.VALIDATES and bogus and not unvalidated_next:
        return replace(lookup, word=ResolverWord("SERVFAIL", False, Existence.UNKNOWN))
    ad = kind is ResolverKind.VALIDATES and lookup.security is Security.SECURE
    if lookup.existence is Existence.UNKNOWN:
        return replace(lookup, word=None)
    rcode = "NXDOMAIN" if lookup.existence is Existence.NXDOMAIN else "NOERROR"
    return replace(lookup, word=ResolverWord(rcode, ad, lookup.existence))
