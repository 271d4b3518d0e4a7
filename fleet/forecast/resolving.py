"""Through which resolvers a node sees a destination, and what each of them makes of the recorded check.

A check that asked the node's own resolver was *measured*: it says what that resolver does, unless the profile (or
``--set``) or an audit says that it loses something.  It speaks for no node where an audit asked the resolver for that
node and heard nothing, or where the check was made from another node: who answers at the address there is not known.
Otherwise the resolver's kind decides: as an audit found it, else as the profile declares it; a kind that nobody knows
is unknown.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fleet.forecast.failover import Answering, alternates, answering
from fleet.forecast.through import Strips, answered_after_refusal, lookups, refused, seen_through
from fleet.model import Policy, Security, TlsaStep, Verdict
from fleet.model.event import HERE
from fleet.model.fleet import Platform, Settings
from fleet.model.resolver import Resolver, ResolverKind

_PLATFORMS: Mapping[Policy, Platform] = {
    Policy.ASYNCOS: Platform.ASYNCOS,
    Policy.POSTFIX: Platform.POSTFIX,
    Policy.EXIM: Platform.EXIM,
}
_KNOWN = (ResolverKind.VALIDATES, ResolverKind.PASSES)


@dataclass(frozen=True, slots=True)
class Resolving:
    """What is supposed of resolvers: addresses that are ``down``, and ``kinds`` that an audit found, by address."""

    down: frozenset[str] = frozenset()
    kinds: Mapping[str, ResolverKind] = field(default_factory=dict)

    def kind(self, resolver: Resolver) -> ResolverKind:
        """What ``resolver`` does to DNSSEC, as far as anybody knows."""
        return self.kinds.get(resolver.address, resolver.kind)

    def shown_by(self, seen: "Trace", resolver: Resolver) -> bool:
        """Whether the check ``seen`` itself shows what ``resolver`` does, for a node that asks it.

        A kind that loses something counts even against what a check saw: who supposes or found it wants to know what it
        does.  One that is not known counts against it where an audit tried to find it out in vain.
        """
        if seen.asked != {endpoint(resolver)}:
            return False
        kind = self.kind(resolver)
        untried = not resolver.unheard and resolver.address not in self.kinds
        return kind is ResolverKind.VALIDATES or (kind is ResolverKind.UNKNOWN and untried and seen.vantage == HERE)


@dataclass(frozen=True, slots=True)
class Trace:
    """What of a check says through whom it saw: the resolvers it ``asked``, and those of which it got bogus answers.

    ``vantage``: ``HERE``, or the node through whose network it asked.
    ``bogus`` leaves out answers that the resolver refused itself (SERVFAIL): those are no doing of its own.  ``names``:
    the domain, its hosts and where TLSA was asked, which alternate servers may stand for.
    """

    asked: frozenset[str]
    bogus: frozenset[str]
    names: tuple[str, ...]
    vantage: str = HERE


def trace(verdict: Verdict) -> Trace:
    """Through whom ``verdict`` saw."""
    found = tuple(lookups(verdict))
    bogus = (one.resolver for one in found if one.security is Security.BOGUS and not refused(one))
    bases = (step.base for step in verdict.steps if isinstance(step, TlsaStep))
    names = tuple(dict.fromkeys((verdict.domain, *(host.name for host in verdict.hosts), *bases)))
    return Trace(frozenset(one.resolver for one in found), frozenset(bogus), names, verdict.vantage)


class View(NamedTuple):
    """How a check is seen: all that a judgement depends on beside the check itself.

    ``kind`` is VALIDATES for AsyncOS wherever nothing is lost, None where it is not known.  ``measured``: the check saw
    it this way itself.  ``unvalidated_next``: after SERVFAIL a resolver that does not validate is asked.  ``doubts``:
    resolvers whose bogus answers may have been their own doing.
    """

    policy: Policy
    kind: ResolverKind | None
    measured: bool = False
    unvalidated_next: bool = False
    doubts: frozenset[str] = frozenset()
    strips: Strips = Strips.VENDOR

    def of(self, verdict: Verdict) -> Verdict:
        """``verdict`` as it is seen this way."""
        if self.measured:
            return answered_after_refusal(verdict) if self.unvalidated_next else verdict
        return seen_through(
            verdict,
            self.policy,
            self.kind or ResolverKind.VALIDATES,
            strips=self.strips,
            doubted=self.doubts.__contains__,
            unvalidated_next=self.unvalidated_next,
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """One way a node may see a destination: the resolver that answers, what it is, and the view it gives.

    ``sentence`` is what is to be said of it, empty where it is in order.  ``resolver`` is empty where nobody answers.
    """

    resolver: str
    view: View
    declared: ResolverKind | None = None
    sentence: str = ""

    @property
    def nobody(self) -> bool:
        """Whether no resolver answers at all."""
        return not self.resolver

    @property
    def unknown(self) -> bool:
        """Whether nothing tells what is seen this way."""
        return self.view.kind is None and not self.view.measured

    @property
    def strips(self) -> bool:
        """Whether AsyncOS sees everything signed as bogus here; what was measured shows it by itself."""
        return self.view.policy is Policy.ASYNCOS and self.view.kind is ResolverKind.STRIPS and not self.view.measured


def sights(settings: Settings, seen: Trace, policy: Policy, resolving: Resolving) -> tuple[Sight, ...]:
    """The ways a node with ``settings`` may see a destination that was seen as ``seen`` tells; never empty."""
    alone = settings.root_servers and not any(one.domains for one in settings.resolvers or ())
    if not settings.resolvers and not alone:
        none = "no resolvers are declared" if settings.resolvers is None else "the list of resolvers is empty"
        return (Sight("?", View(policy, None), None, f"{none}, so what they do to DNSSEC is not known"),)
    return tuple(dict.fromkeys(_sights(settings, seen, policy, resolving)))


def _root(seen: Trace, policy: Policy, resolving: Resolving) -> Sight:
    """It walks down from the root by itself: nobody stands between who could strip anything."""
    view = View(policy, _kind(policy, ResolverKind.PASSES), doubts=_doubts(seen, (), resolving))
    return Sight("the root servers", view, ResolverKind.PASSES)


def endpoint(resolver: Resolver) -> str:
    """``resolver`` as checks record it: ``address:port``."""
    address = f"[{resolver.address}]" if ":" in resolver.address else resolver.address
    return f"{address}:{resolver.port}"


def _sights(settings: Settings, seen: Trace, policy: Policy, resolving: Resolving) -> Iterator[Sight]:
    resolvers = settings.resolvers or ()
    split = any(one.domains for one in resolvers)
    doubts = _doubts(seen, resolvers, resolving)
    for name in seen.names if split else ("",):
        if settings.root_servers and not alternates(resolvers, name):
            yield _root(seen, policy, resolving)
            continue
        answers = answering(_PLATFORMS[policy], resolvers, resolving.down, name)
        if not answers.resolvers:
            yield Sight("", View(policy, None), None, "no resolver answers, so mail waits in the queue")
        for one in answers.resolvers:
            kind = resolving.kind(one)
            itself = seen.asked == {endpoint(one)}  # then what it found bogus is bogus through it, whoever's doing
            measured = resolving.shown_by(seen, one)
            says = "" if kind in _KNOWN or measured else f"{one.address} {_WORDS[kind]}"
            for unvalidated in _after_refusal(answers, policy, resolving):
                view = View(policy, _kind(policy, kind), measured, unvalidated, frozenset() if itself else doubts)
                yield Sight(one.address, view, kind, says)


def _after_refusal(answers: Answering, policy: Policy, resolving: Resolving) -> tuple[bool, ...]:
    """Whether SERVFAIL leads to a resolver that does not validate; both where that is not known."""
    if policy is Policy.ASYNCOS:
        return (False,)  # it validates itself, so a bogus answer stays one whoever gives it
    kinds = {resolving.kind(one) for one in answers.next}
    if kinds & {ResolverKind.PASSES, ResolverKind.STRIPS}:
        return (True,)
    return (False, True) if ResolverKind.UNKNOWN in kinds else (False,)


def _kind(policy: Policy, kind: ResolverKind) -> ResolverKind | None:
    if kind is ResolverKind.UNKNOWN:
        return None
    intact = policy is Policy.ASYNCOS and kind in _KNOWN
    return ResolverKind.VALIDATES if intact else kind


_WORDS = {
    ResolverKind.STRIPS: "strips DNSSEC records",
    ResolverKind.UNKNOWN: "was never tested with success, so what it does to DNSSEC is not known",
}


def _doubts(seen: Trace, resolvers: tuple[Resolver, ...], resolving: Resolving) -> frozenset[str]:
    """Resolvers of the check whose bogus answers may be their own doing: those not known to leave DNSSEC intact."""
    kinds = {endpoint(one): resolving.kind(one) for one in resolvers}
    return frozenset(resolver for resolver in seen.bogus if kinds.get(resolver) not in _KNOWN)
