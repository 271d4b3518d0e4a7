"""One destination seen from several places: who sees what, and where the first difference lies.

Two gateways may do different things with the same mail because their resolvers differ, because the answers do, because
only one of them reaches the mail server, or because they are different software looking at the same.  Which of these it
is decides whom to call, so it is told from the first step in which two verdicts part.

May import ``fleet.errors``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fleet.decision.judge import judge
from fleet.decision.reading import EYES, own_validation, resolver_word, unobserved
from fleet.model import AddressStep, ContactStep, Lookup, Mode, Outcome, Policy, Security, TlsLevel, Verdict


class Differing(StrEnum):
    """What the first difference is one of."""

    NOT_SEEN = "not-seen"
    """From one of the two, something could not be looked at: nothing is known there."""
    RESOLVER = "resolver"
    """The same question has another state through another resolver: what it does to DNSSEC, or that it fails."""
    ANSWER = "answer"
    """Both believe what they got, and it is not the same."""
    REACH = "reach"
    """A mail server is reached from one of the two only."""
    SESSION = "session"
    """Both reach it, and it shows them different things."""
    PLATFORM = "platform"
    """They see the same, and their software makes different things of it."""


@dataclass(frozen=True, slots=True)
class View:
    """A verdict with who saw it, and whose rules decide there."""

    label: str
    policy: Policy
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Group:
    """Views that come to the same."""

    outcome: Outcome
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """Where ``one`` and ``other`` part: the step, what kind of difference it is, and a sentence with both sides."""

    one: str
    other: str
    differing: Differing
    step: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A destination that is not the same from everywhere: its groups, and where each parts from the first."""

    domain: str
    mode: Mode
    groups: tuple[Group, ...]
    partings: tuple[Parting, ...]


def compare_views(views: Sequence[View], mode: Mode, level: TlsLevel = TlsLevel.PREFERRED) -> Comparison | None:
    """How views of one destination differ in what happens to mail in ``mode``; None where they do not."""
    groups: dict[Outcome, list[View]] = {}
    for view in views:
        groups.setdefault(judge(view.verdict, view.policy, mode, level).outcome, []).append(view)
    if len(groups) < 2:
        return None
    first, *others = (found[0] for found in groups.values())
    return Comparison(
        first.verdict.domain,
        mode,
        tuple(Group(outcome, tuple(view.label for view in found)) for outcome, found in groups.items()),
        tuple(_parting(first, other) for other in others),
    )


def _parting(one: View, other: View) -> Parting:
    found = next(_differences(one, other), None)
    if found is None:
        sentence = f"both see the same; {one.policy} and {other.policy} make different things of it"
        return Parting(one.label, other.label, Differing.PLATFORM, "", sentence)
    return Parting(one.label, other.label, *found)


_Found = tuple[Differing, str, str]


def _differences(one: View, other: View) -> Iterator[_Found]:
    """The differences in the order of the ladder."""
    mx = one.verdict.mx, other.verdict.mx
    if mx[0] is None or mx[1] is None:
        if mx[0] is not mx[1]:
            yield _not_seen(one, other, "MX", one if mx[0] is None else other)
        return
    yield from _of_lookups("MX", one, other, mx[0].lookup, mx[1].lookup)
    for host in (found.name for found in one.verdict.hosts):
        pair = one.verdict.address(host), other.verdict.address(host)
        yield from _of_addresses(one, other, host, *pair)
        for step in one.verdict.tlsa(host):
            beside = next((found for found in other.verdict.tlsa(host) if found.base == step.base), None)
            if beside is None:
                yield _not_seen(one, other, f"TLSA of {step.base}", other)
            else:
                yield from _of_lookups(f"TLSA of {step.base}", one, other, step.lookup, beside.lookup)
        yield from _of_contacts(one, other, host)


def _of_addresses(
    one: View, other: View, host: str, mine: AddressStep | None, theirs: AddressStep | None
) -> Iterator[_Found]:
    if mine is None or theirs is None:
        if mine is not theirs:
            yield _not_seen(one, other, f"addresses of {host}", one if mine is None else other)
        return
    yield from _of_lookups(f"A of {host}", one, other, mine.a, theirs.a)
    yield from _of_lookups(f"AAAA of {host}", one, other, mine.aaaa, theirs.aaaa)


def _of_lookups(what: str, one: View, other: View, mine: Lookup, theirs: Lookup) -> Iterator[_Found]:
    """Where two answers to one question part, as either of the two clients sees them."""
    unseen = unobserved(mine), unobserved(theirs)
    if unseen[0] is not None or unseen[1] is not None:
        blind, why = (one, unseen[0]) if unseen[0] is not None else (other, unseen[1])
        if why is not None and (unseen[0] is None or unseen[1] is None):
            yield Differing.NOT_SEEN, what, f"{what} could not be seen from {blind.label}: {why.sentence}"
        return
    eyes = {EYES[one.policy], EYES[other.policy]}
    states = tuple(_said(lookup, own_validation in eyes, resolver_word in eyes) for lookup in (mine, theirs))
    if states[0] != states[1]:
        sides = (
            f"{view.label} sees it {said}{_through(lookup)}"
            for view, lookup, said in zip((one, other), (mine, theirs), states, strict=True)
        )
        yield Differing.RESOLVER, what, f"{what}: {'; '.join(sides)}"
    elif (mine.existence, sorted(mine.records)) != (theirs.existence, sorted(theirs.records)):
        sides = (f"{view.label}: {_records(lookup)}" for view, lookup in ((one, mine), (other, theirs)))
        yield Differing.ANSWER, what, f"{what} is not the same from both: {'; '.join(sides)}"


def _said(lookup: Lookup, own: bool, word: bool) -> str:
    """The state of an answer, in the words of those who look at it."""
    parts = []
    if own:
        parts.append("failed" if lookup.failure is not None else str(lookup.security))
    if word and lookup.word is not None:
        told = lookup.word
        bit = "with the AD bit" if told.ad else "without the AD bit"
        answered = told.rcode if told.rcode not in ("NOERROR", "NXDOMAIN", "") else bit
        parts.append("unanswered" if told.failure is not None and not told.rcode else answered)
    return ", ".join(parts)


def _through(lookup: Lookup) -> str:
    why = lookup.failure.sentence if lookup.failure is not None else ""
    if not why and lookup.reason is not None and lookup.security is Security.BOGUS:
        why = lookup.reason.sentence
    return f" through {lookup.resolver}" + (f" ({why})" if why else "")


def _records(lookup: Lookup) -> str:
    return ", ".join(lookup.records[:3]) if lookup.records else str(lookup.existence)


_Fact = Callable[[ContactStep], object]
_SHOWN: tuple[tuple[str, _Fact], ...] = (
    ("TLS", lambda step: step.contact.failure.kind if step.contact.failure is not None else None),
    ("its certificate", lambda step: step.contact.chain[:1]),
    ("whether its certificate matches", lambda step: [found.match.matched for found in step.matches]),
)


def _of_contacts(one: View, other: View, host: str) -> Iterator[_Found]:
    for step in one.verdict.contacts(host):
        where = f"{step.contact.address} port {step.contact.port}"
        key = (step.contact.address, step.contact.sni)
        theirs = other.verdict.contacts(host)
        beside = next((found for found in theirs if (found.contact.address, found.contact.sni) == key), None)
        if beside is None:
            why = "" if other.verdict.smtp else " (SMTP from there was not allowed)"
            yield Differing.NOT_SEEN, where, f"{where} of {host} was not tried from {other.label}{why}"
        elif step.contact.reached is not beside.contact.reached:
            near, far, failed = (one, other, beside) if step.contact.reached else (other, one, step)
            why = failed.contact.failure.sentence if failed.contact.failure is not None else "it did not answer"
            yield Differing.REACH, where, f"{where} of {host} answers {near.label}, not {far.label}: {why}"
        elif step.contact.reached:
            for what, fact in _SHOWN:
                if fact(step) != fact(beside):
                    yield Differing.SESSION, where, f"{host} at {where} shows {what} differently to the two"
                    break
    if not one.verdict.contacts(host) and other.verdict.contacts(host):
        why = "" if one.verdict.smtp else " (SMTP from there was not allowed)"
        yield Differing.NOT_SEEN, f"SMTP with {host}", f"{host} was not tried from {one.label}{why}"


def _not_seen(one: View, other: View, what: str, blind: View) -> _Found:
    why = next(iter(blind.verdict.unknown), "the check ended before it")
    return Differing.NOT_SEEN, what, f"{what} could not be seen from {blind.label}: {why}"
