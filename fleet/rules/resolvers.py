"""Which resolvers of a gateway do not serve DANE: what the DNS rules share, examples included.

What a resolver is worth depends on who asks it.  AsyncOS validates itself: a resolver that *strips* signatures makes
domains bogus and their mail is held; one that only *passes* them is enough.  Postfix and Exim believe the AD bit:
whatever does not *validate* switches DANE off without a word, and holds the mail of destinations where it is mandatory.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fleet.layout.classes import NodeClass
from fleet.layout.controls import controls_of
from fleet.layout.dane import mode_of
from fleet.layout.effective import effective
from fleet.layout.leaves import resolver_key
from fleet.layout.names import below, canonical
from fleet.model.finding import Label
from fleet.model.fleet import ObjectPath, Platform
from fleet.model.policy import Mode
from fleet.model.resolver import Resolver, ResolverKind
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Problem, Unobserved
from fleet.rules.words import named

Answers = Iterator[Problem | Unobserved]

_FIELDS = ("resolvers", "root_servers", "controls", "postfix", "exim")

_FIT = {
    Platform.ASYNCOS: frozenset({ResolverKind.VALIDATES, ResolverKind.PASSES}),
    Platform.POSTFIX: frozenset({ResolverKind.VALIDATES}),
    Platform.EXIM: frozenset({ResolverKind.VALIDATES}),
}
"""What a platform can do DANE through."""


class Position(Enum):
    """Where a resolver stands among those a gateway asks."""

    BEST = "alone in the best priority group"
    TIED = "tied with others in the best priority group"
    BELOW = "below the best priority group"
    SECONDARY = "as secondary server"
    ALTERNATE = "as alternate server"
    ALL = "none is fit"


@dataclass(frozen=True, slots=True)
class Unfit:
    """One resolver through which the platform cannot do DANE."""

    one: NodeClass
    number: int
    resolver: Resolver
    kind: ResolverKind
    position: Position


def asked(question: Question) -> Iterator[NodeClass]:
    """External classes whose resolvers matter: DANE is on, or nobody says that it is off."""
    for one in question.each(*_FIELDS, external=True):
        if one.settings.platform is not None and question.dane_on(one) is not False:
            yield one


def unfit(question: Question, one: NodeClass) -> Iterator[Unfit]:
    """The resolvers of ``one`` that are known not to serve its platform."""
    resolvers, fit = one.settings.resolvers or (), _FIT[one.settings.platform or Platform.ASYNCOS]
    kinds = [question.kind(resolver) for resolver in resolvers]
    main = [number for number, found in enumerate(resolvers) if not found.secondary and not found.domains]
    best = min((resolvers[number].priority for number in main), default=0)
    serves = [number for number in main if kinds[number] in fit or kinds[number] is ResolverKind.UNKNOWN]
    for number, resolver in enumerate(resolvers):
        if kinds[number] in fit or kinds[number] is ResolverKind.UNKNOWN:
            continue
        if resolver.domains:
            position = Position.ALTERNATE
        elif resolver.secondary:
            position = Position.SECONDARY
        elif not serves:
            position = Position.ALL
        elif resolver.priority > best:
            position = Position.BELOW
        else:
            beside = any(resolvers[other].priority == best for other in serves)
            position = Position.TIED if beside else Position.BEST
        yield Unfit(one, number, resolver, kinds[number], position)


def standing(question: Question, wanted: Position, *, asyncos: bool) -> Iterator[Unfit]:
    """Unfit resolvers that stand where ``wanted`` says, on AsyncOS or on the others."""
    for one in asked(question):
        root = one.settings.root_servers and wanted is not Position.ALTERNATE  # then only alternates are asked
        if (one.settings.platform is Platform.ASYNCOS) is asyncos and not root:
            yield from (found for found in unfit(question, one) if found.position is wanted)


def mandatory(question: Question, one: NodeClass) -> bool:
    """Whether the class does mandatory DANE with anybody."""
    return any(place.mode is Mode.MANDATORY for place in question.dane(one) or ())


def problem(question: Question, found: Unfit, sentence: str, labels: tuple[Label, ...] = ()) -> Problem:
    """What is wrong with an unfit resolver; ``sentence``: what it does to mail."""
    where = question.place(found.one, ("resolvers", found.number))
    name = resolver_key(found.resolver)
    return Problem(
        where.about(f"resolver {name}").object,
        where.path,
        f"Resolver {name} {_DOES[found.kind]} and stands {found.position.value}: {sentence}",
        _HINTS[found.one.settings.platform is Platform.ASYNCOS],
        labels,
    )


_DOES = {
    ResolverKind.STRIPS: "strips DNSSEC records",
    ResolverKind.PASSES: "passes DNSSEC records without validating",
}
_HINTS = {
    True: (
        "Use resolvers that support DNSSEC only, secondaries too; at the least give them the better (lower) priority."
    ),
    False: "Use a validating resolver on this host (loopback), and no other.",
}

DANE = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'
POSTFIX = '[tiers.edge.postfix]\nsmtp_tls_security_level = "{}"\nsmtp_dns_support_level = "dnssec"\n'


def resolvers(*entries: str) -> str:
    """The line of a profile that lists resolvers."""
    listed = ",\n  ".join(f"{{ {entry} }}" for entry in entries)
    return f"resolvers = [\n  {listed},\n]\n"


GOOD = 'address = "10.0.0.53", priority = {}, kind = "validates"'
SECOND = 'address = "10.0.0.54", priority = {}, kind = "validates"'
STRIPS = 'address = "10.0.0.55", priority = {}, kind = "strips"'
PASSES = 'address = "10.0.0.56", priority = {}, kind = "passes"'


def appliance(*entries: str) -> str:
    """An AsyncOS that does opportunistic DANE through these resolvers."""
    return edge(resolvers(*entries) + DANE)


def server(level: str, *entries: str) -> str:
    """A Postfix that does DANE through these resolvers."""
    return edge(resolvers(*entries) + POSTFIX.format(level), "postfix")


def resolver_at(number: int) -> ObjectPath:
    """The path of one of those resolvers."""
    return ("tiers", "edge", "resolvers", number)


FIT_ASYNCOS = Example(appliance(GOOD.format(0), PASSES.format(1)))
FIT_POSTFIX = Example(server("dane", GOOD.format(0), SECOND.format(1)))


def dane_domain(question: Question, found: Unfit) -> tuple[str, tuple[Label, ...]] | None:
    """A domain of an alternate server for which DANE is on, and where that is said."""
    one = found.one
    controls = controls_of(one.settings) if one.settings.platform is Platform.ASYNCOS else None
    for domain in found.resolver.domains:
        bare = canonical(domain).removeprefix(".")
        if bare == "arpa" or bare.endswith(".arpa"):
            continue  # reverse lookups: no mail goes there
        keys = [entry.domain for entry in controls.entries()] if controls is not None else []
        inside = [canonical(key).removeprefix(".") for key in (*keys, *question.destinations)]
        for name in dict.fromkeys((bare, *(key for key in inside if below(f".{bare}", key)))):
            policy = effective(question.fleet, one.settings, None, name)
            if mode_of(policy.dane.value) is not None:
                path = question.place(one, policy.dane.path).path
                return name, (Label(path, "DANE is on here"),)
    return None


def none_serves(question: Question, one: NodeClass, effect: str) -> Answers:
    """That no resolver of the class serves DANE, where that is so; ``effect``: what it does to mail."""
    settings = one.settings
    if settings.root_servers or settings.resolvers is None:
        return
    bad = [found for found in unfit(question, one) if found.position is Position.ALL]
    if not bad and any(not resolver.domains for resolver in settings.resolvers):
        return
    where = question.place(one, ("resolvers", bad[0].number) if bad else ("resolvers",))
    listed = named([f"{resolver_key(found.resolver)} ({found.kind})" for found in bad])
    yield Problem(
        where.object,
        where.path,
        f"No resolver serves DANE here ({listed or 'none is listed'}): {effect}.",
        _HINTS[settings.platform is Platform.ASYNCOS],
    )
