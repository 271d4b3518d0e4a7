"""Through which resolvers a node sees a destination, and what each of them makes of the recorded check.

A check that asked one of the node's own resolvers was *measured*: it says what that resolver does.  Otherwise the
resolver's kind decides: as an audit found it, else as the profile declares it; a kind that nobody knows is unknown.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleet.forecast.failover import answering
from fleet.forecast.through import Strips, answered_after_refusal, asked_through, lookups, seen_through
from fleet.model import Policy, Verdict
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


@dataclass(frozen=True, slots=True)
class Sight:
    """One way a node may see a destination: the resolvers that answer alike, and their kind (None: not known).

    ``measured``: the check itself asked one of them.  ``nobody``: no resolver answers.  ``sentence`` says what is to be
    said of them.  ``doubts``: bogus answers of the check may have been the doing of the resolver that gave them.
    """

    policy: Policy
    resolvers: tuple[str, ...]
    kind: ResolverKind | None
    sentence: str = ""
    measured: bool = False
    unvalidated_next: bool = False
    doubts: frozenset[str] = frozenset()

    @property
    def nobody(self) -> bool:
        """Whether no resolver answers at all."""
        return not self.resolvers

    @property
    def strips(self) -> bool:
        """Whether AsyncOS sees everything signed as bogus here; what was measured shows it by itself."""
        return self.policy is Policy.ASYNCOS and self.kind is ResolverKind.STRIPS and not self.measured

    def of(self, verdict: Verdict, strips: Strips = Strips.VENDOR) -> Verdict:
        """``verdict`` as it is seen this way."""
        if self.measured:
            return answered_after_refusal(verdict) if self.unvalidated_next else verdict
        return self.through(verdict, self.kind or ResolverKind.VALIDATES, strips)

    def through(self, verdict: Verdict, kind: ResolverKind, strips: Strips = Strips.VENDOR) -> Verdict:
        """``verdict`` as it would be seen if the resolver were of ``kind``."""
        doubted, later = self.doubts.__contains__, self.unvalidated_next
        return seen_through(verdict, self.policy, kind, strips=strips, doubted=doubted, unvalidated_next=later)


def sights(settings: Settings, verdict: Verdict, policy: Policy, resolving: Resolving) -> tuple[Sight, ...]:
    """The ways a node with ``settings`` may see ``verdict``'s destination; never empty."""
    if settings.root_servers:
        # It walks down from the root by itself: nobody stands between who could strip anything.
        return (Sight(policy, ("the root servers",), ResolverKind.PASSES, doubts=_doubts(verdict, (), resolving)),)
    if not settings.resolvers:
        none = "no resolvers are declared" if settings.resolvers is None else "the list of resolvers is empty"
        return (Sight(policy, ("?",), None, f"{none}, so what they do to DNSSEC is not known"),)
    return tuple(dict.fromkeys(_sights(settings.resolvers, verdict, policy, resolving)))


def endpoint(resolver: Resolver) -> str:
    """``resolver`` as checks record it: ``address:port``."""
    address = f"[{resolver.address}]" if ":" in resolver.address else resolver.address
    return f"{address}:{resolver.port}"


def _sights(resolvers: tuple[Resolver, ...], verdict: Verdict, policy: Policy, resolving: Resolving) -> list[Sight]:
    platform = _PLATFORMS[policy]
    names = [""] + ([verdict.domain, *(host.name for host in verdict.hosts)] if _split(resolvers) else [])
    asked = asked_through(verdict)
    doubts = _doubts(verdict, resolvers, resolving)
    found: list[Sight] = []
    for name in names:
        answers = answering(platform, resolvers, resolving.down, name)
        if not answers.resolvers:
            return [Sight(policy, (), None, "no resolver answers, so mail waits in the queue (not a DANE result)")]
        kinds = {resolving.kind(one) for one in answers.next}
        after = {kinds <= {ResolverKind.VALIDATES}} if ResolverKind.UNKNOWN not in kinds else {True, False}
        for one in answers.resolvers:
            kind = resolving.kind(one)
            measured = asked == {endpoint(one)} and not {one.address} & resolving.kinds.keys()
            says = "" if kind in _KNOWN else f"{one.address} {_WORDS[kind]}"
            for all_validate in after if policy is not Policy.ASYNCOS else {True}:
                found.append(
                    Sight(
                        policy,
                        (one.address,),
                        None if kind is ResolverKind.UNKNOWN else kind,
                        "" if measured else says,
                        measured,
                        not all_validate,
                        frozenset() if measured else doubts,
                    )
                )
    return found


_WORDS = {
    ResolverKind.STRIPS: "strips DNSSEC records",
    ResolverKind.UNKNOWN: "was never tested, so what it does to DNSSEC is not known",
}


def _split(resolvers: tuple[Resolver, ...]) -> bool:
    return any(one.domains for one in resolvers)


def _doubts(verdict: Verdict, resolvers: tuple[Resolver, ...], resolving: Resolving) -> frozenset[str]:
    """Resolvers of the check whose bogus answers may be their own doing: those not known to leave DNSSEC intact."""
    kinds = {endpoint(one): resolving.kind(one) for one in resolvers}
    return frozenset(lookup.resolver for lookup in lookups(verdict) if kinds.get(lookup.resolver) not in _KNOWN)
