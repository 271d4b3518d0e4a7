"""DNS: which resolver answers decides whether DANE works, and what a resolver is worth depends on who asks it.

AsyncOS validates itself: a resolver that *strips* signatures makes domains bogus and their mail is held; one that only
*passes* them is enough.  Postfix and Exim believe the AD bit: whatever does not *validate* switches DANE off without a
word, and holds the mail of destinations where DANE is mandatory.

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
from fleet.layout.names import address, below, canonical
from fleet.model.finding import Label, Severity
from fleet.model.fleet import ObjectPath, Platform
from fleet.model.policy import Mode
from fleet.model.resolver import Resolver, ResolverKind
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.tier import undeclared
from fleet.rules.words import QUEUE, named

FAMILY = Family()
rule = FAMILY.rule

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
    TIED = "tied with fit ones in the best priority group"
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


def _found(question: Question, wanted: Position, *, asyncos: bool) -> Iterator[Unfit]:
    for one in asked(question):
        root = one.settings.root_servers and wanted is not Position.ALTERNATE  # then only alternates are asked
        if (one.settings.platform is Platform.ASYNCOS) is asyncos and not root:
            yield from (found for found in unfit(question, one) if found.position is wanted)


def _mandatory(question: Question, one: NodeClass) -> bool:
    return any(place.mode is Mode.MANDATORY for place in question.dane(one) or ())


def _problem(question: Question, found: Unfit, sentence: str, labels: tuple[Label, ...] = ()) -> Problem:
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

_DANE = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'
_POSTFIX = '[tiers.edge.postfix]\nsmtp_tls_security_level = "{}"\nsmtp_dns_support_level = "dnssec"\n'


def _resolvers(*entries: str) -> str:
    listed = ",\n  ".join(f"{{ {entry} }}" for entry in entries)
    return f"resolvers = [\n  {listed},\n]\n"


_GOOD = 'address = "10.0.0.53", priority = {}, kind = "validates"'
_SECOND = 'address = "10.0.0.54", priority = {}, kind = "validates"'
_STRIPS = 'address = "10.0.0.55", priority = {}, kind = "strips"'
_PASSES = 'address = "10.0.0.56", priority = {}, kind = "passes"'


def _asyncos(*entries: str) -> str:
    return edge(_resolvers(*entries) + _DANE)


def _linux(level: str, *entries: str) -> str:
    return edge(_resolvers(*entries) + _POSTFIX.format(level), "postfix")


def _at(number: int) -> ObjectPath:
    return ("tiers", "edge", "resolvers", number)


_FIT_ASYNCOS = Example(_asyncos(_GOOD.format(0), _PASSES.format(1)))
_FIT_POSTFIX = Example(_linux("dane", _GOOD.format(0), _SECOND.format(1)))


def _asyncos_rule(code: str, title: str, rationale: str, bad: Example, sentence: str, wanted: Position) -> None:
    def check(question: Question) -> Answers:
        for found in _found(question, wanted, asyncos=True):
            yield _problem(question, found, sentence)

    rule(
        code,
        Severity.LOSES_MAIL,
        title,
        rationale=rationale,
        source="vendor document: managing several DNS resolvers; managing secondary DNS servers",
        bad=(bad,),
        good=(_FIT_ASYNCOS,),
    )(check)


_asyncos_rule(
    "DNS501",
    "A resolver that strips DNSSEC is asked first",
    """Every question goes to this resolver first. Without signatures the appliance finds DANE-capable domains (a strict
    validator: every domain) bogus, and their mail stays in the queue, opportunistic mode or not.""",
    Example(_asyncos(_STRIPS.format(0), _GOOD.format(1)), _at(0)),
    f"domains are found bogus and their mail {QUEUE}.",
    Position.BEST,
)
_asyncos_rule(
    "DNS502",
    "A resolver that strips DNSSEC is tied with fit ones",
    """Resolvers of one priority are asked in random order, anew for every question. Whenever chance picks this one, the
    domain is found bogus and its mail is held: delivery fails now and then, for no visible reason.""",
    Example(_asyncos(_GOOD.format(0), _STRIPS.format(0)), _at(1)),
    f"it is picked at random, the domain is then found bogus and its mail {QUEUE}.",
    Position.TIED,
)
_asyncos_rule(
    "DNS503",
    "A resolver that strips DNSSEC is asked when the better ones fail",
    """SERVFAIL and timeouts of the best group send the question to the next priority. There the domain is found bogus:
    a short outage of a good resolver holds mail.""",
    Example(_asyncos(_GOOD.format(0), _SECOND.format(0), _STRIPS.format(1)), _at(2)),
    f"whenever the better ones do not answer, domains are found bogus and their mail {QUEUE}.",
    Position.BELOW,
)
_asyncos_rule(
    "DNS504",
    "A secondary server that strips DNSSEC",
    """Secondary servers are asked when the resolvers cannot be reached. Without DNSSEC there, MX records of
    DANE-capable domains are found bogus and their mail is not delivered, in opportunistic and in mandatory mode.""",
    Example(_asyncos(_GOOD.format(0), _SECOND.format(1), _STRIPS.format(0) + ", secondary = true"), _at(2)),
    f"whenever the resolvers cannot be reached, domains are found bogus and their mail {QUEUE}.",
    Position.SECONDARY,
)


@rule(
    "DNS505",
    Severity.LOSES_MAIL,
    "An alternate server without DNSSEC for a DANE destination",
    rationale="""Questions for the domains of an alternate server (split DNS) go there and nowhere else. Where DANE is
    on for such a domain and the server strips signatures, the domain is found bogus and its mail is held.""",
    source="vendor document: managing several DNS resolvers; AsyncOS user guide: alternate (split) DNS servers",
    bad=(
        Example(
            _asyncos(_GOOD.format(0), _SECOND.format(1), _STRIPS.format(0) + ', domains = ["partner.example"]'), _at(2)
        ),
        Example(
            edge(
                _resolvers(_GOOD.format(0), _SECOND.format(1), _STRIPS.format(0) + ', domains = ["example.net"]')
                + '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "none"\n'
                + '[tiers.edge.destination_controls."mail.example.net"]\ndane = "mandatory"\n'
            ),
            _at(2),
        ),
    ),
    good=(
        _FIT_ASYNCOS,
        Example(
            edge(
                _resolvers(_GOOD.format(0), _SECOND.format(1), _STRIPS.format(0) + ', domains = ["example.com"]')
                + '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "none"\n'
                + '[tiers.edge.destination_controls."mail.example.net"]\ndane = "mandatory"\n'
            )
        ),
    ),
)
def alternate(question: Question) -> Answers:
    """Stripping alternate servers that answer for a domain with DANE, on AsyncOS."""
    for found in _found(question, Position.ALTERNATE, asyncos=True):
        hit = _dane_domain(question, found)
        if hit is not None:
            domain, label = hit
            yield _problem(
                question,
                found,
                f"it answers for {domain}, where DANE is on: the domain is found bogus and its mail {QUEUE}.",
                label,
            )


def _dane_domain(question: Question, found: Unfit) -> tuple[str, tuple[Label, ...]] | None:
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


@rule(
    "DNS506",
    Severity.LOSES_MAIL,
    "No resolver that DANE can work through",
    rationale="""None of the appliance's resolvers hands DNSSEC records through. Every DANE-capable domain (a strict
    validator: every domain) is found bogus, and with DANE on its mail is held until the bounce timer ends: all of
    it.""",
    source="vendor document: testing the resolver; managing several DNS resolvers",
    bad=(
        Example(_asyncos(_STRIPS.format(0), _STRIPS.format(1).replace("10.0.0.55", "10.0.0.57")), _at(0)),
        Example(edge("resolvers = []\n" + _DANE), ("tiers", "edge", "resolvers")),
    ),
    good=(_FIT_ASYNCOS, Example(edge("root_servers = true\nresolvers = []\n" + _DANE))),
)
def none_fit(question: Question) -> Answers:
    """AsyncOS classes without a resolver that serves."""
    for one in asked(question):
        if one.settings.platform is Platform.ASYNCOS:
            yield from _none_fit(question, one, f"the mail of DANE-capable domains {QUEUE}")


def _none_fit(question: Question, one: NodeClass, effect: str) -> Answers:
    settings = one.settings
    if settings.root_servers:
        return
    if settings.resolvers is None:
        yield undeclared(question, one, "resolvers")
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


def _linux_rule(
    code: str, title: str, rationale: str, bad: tuple[Example, ...], positions: frozenset[Position], effect: str
) -> None:
    def check(question: Question) -> Answers:
        for one in asked(question):
            if one.settings.platform is Platform.ASYNCOS or _mandatory(question, one):
                continue
            for found in unfit(question, one):
                if found.position in positions:
                    yield _problem(question, found, effect)

    rule(
        code,
        Severity.ERROR,
        title,
        rationale=rationale,
        source="TLS_README: DANE; Exim: DANE; RFC 7672 section 2.1 (the AD bit)",
        bad=bad,
        good=(_FIT_POSTFIX, _FIT_ASYNCOS),
    )(check)


_linux_rule(
    "DNS511",
    "Postfix or Exim asks a resolver that does not validate",
    """Postfix and Exim believe the AD bit. A resolver that does not validate never sets it: every domain looks
    unsigned, DANE is not done, and nothing is logged. It does not help that another resolver would have known
    better.""",
    (
        Example(_linux("dane", _PASSES.format(0), _GOOD.format(1)), _at(0)),
        Example(_linux("dane", _GOOD.format(0), _STRIPS.format(0)), _at(1)),
        Example(edge(_resolvers(_STRIPS.format(0), _GOOD.format(1)), "exim"), _at(0)),
    ),
    frozenset({Position.BEST, Position.TIED}),
    "mail whose lookups go through it is sent without DANE, and nothing says so.",
)
_linux_rule(
    "DNS512",
    "Postfix or Exim falls back to a resolver that does not validate",
    """When the first resolver does not answer, the next one is asked. If that one does not validate, DANE is off for as
    long as the outage lasts: exactly what an attacker would want, who only has to keep the first one busy.""",
    (
        Example(_linux("dane", _GOOD.format(0), _PASSES.format(1)), _at(1)),
        Example(_linux("dane", _GOOD.format(0), _PASSES.format(0) + ", secondary = true"), _at(1)),
    ),
    frozenset({Position.BELOW, Position.SECONDARY}),
    "whenever the better ones do not answer, mail is sent without DANE, and nothing says so.",
)


@rule(
    "DNS513",
    Severity.LOSES_MAIL,
    "Mandatory DANE through a resolver that does not validate",
    rationale="""With dane-only (Exim: hosts_require_dane) a missing AD bit is a missing TLSA record: whenever a
    resolver that does not validate answers, the mail of destinations with mandatory DANE is deferred (by Exim perhaps
    returned) although nothing is wrong with them.""",
    source="TLS_README: dane-only; Exim: hosts_require_dane",
    bad=(Example(_linux("dane-only", _GOOD.format(0), _PASSES.format(1)), _at(1)),),
    good=(Example(_linux("dane-only", _GOOD.format(0), _SECOND.format(1))), _FIT_POSTFIX),
)
def mandatory_unvalidated(question: Question) -> Answers:
    """Unfit resolvers of Postfix and Exim classes with mandatory DANE, where others are fit."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and _mandatory(question, one):
            for found in unfit(question, one):
                if found.position not in (Position.ALTERNATE, Position.ALL):
                    yield _problem(question, found, f"mail that must be delivered under DANE {QUEUE} when it answers.")


@rule(
    "DNS514",
    Severity.LOSES_MAIL,
    "Mandatory DANE and no resolver that validates",
    rationale="""No resolver of this Postfix or Exim validates, so no answer ever carries the AD bit: every destination
    with mandatory DANE looks as if it had no TLSA records, and all its mail is held or returned.""",
    source="TLS_README: dane-only; Exim: hosts_require_dane",
    bad=(Example(_linux("dane-only", _PASSES.format(0), _STRIPS.format(1)), _at(0)),),
    good=(Example(_linux("dane-only", _GOOD.format(0), _SECOND.format(1))), _FIT_POSTFIX),
)
def mandatory_none_fit(question: Question) -> Answers:
    """Postfix and Exim classes with mandatory DANE and no fit resolver."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and _mandatory(question, one):
            yield from _none_fit(question, one, f"the mail of destinations with mandatory DANE {QUEUE}")


@rule(
    "DNS515",
    Severity.ERROR,
    "An alternate server that does not validate, for a DANE destination",
    rationale="""Questions for some domains go to another resolver (per-domain routing of systemd-resolved, a forward
    zone). If it does not validate, DANE is never done for those domains; where it is mandatory their mail is held.""",
    source="TLS_README: DANE; resolved.conf: Domains, DNSSEC",
    bad=(
        Example(
            _linux("dane", _GOOD.format(0), _SECOND.format(1), _PASSES.format(0) + ', domains = ["partner.example"]'),
            _at(2),
        ),
    ),
    good=(_FIT_POSTFIX,),
)
def alternate_unvalidated(question: Question) -> Answers:
    """Unfit alternate servers that answer for a domain with DANE, on Postfix and Exim."""
    for found in _found(question, Position.ALTERNATE, asyncos=False):
        hit = _dane_domain(question, found)
        if hit is not None:
            yield _problem(question, found, f"it answers for {hit[0]}, where DANE is on: DANE is never done.", hit[1])


@rule(
    "DNS516",
    Severity.ERROR,
    "No resolver that validates for Postfix or Exim",
    rationale="""No resolver of this gateway validates, so no answer carries the AD bit and DANE is never done, whatever
    the configuration says. All mail goes out in opportunistic TLS, and nothing says so.""",
    source="TLS_README: DANE; Exim: DANE",
    bad=(
        Example(_linux("dane", _PASSES.format(0)), _at(0)),
        Example(edge("resolvers = []", "exim"), ("tiers", "edge", "resolvers")),
    ),
    good=(_FIT_POSTFIX,),
)
def none_validates(question: Question) -> Answers:
    """Postfix and Exim classes with opportunistic DANE only and no fit resolver."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and not _mandatory(question, one):
            yield from _none_fit(question, one, "DANE is never done, and nothing says so")


def _each_resolver(question: Question) -> Iterator[tuple[NodeClass, int, Resolver]]:
    for one in asked(question):
        for number, resolver in enumerate(one.settings.resolvers or ()):
            yield one, number, resolver


def _loopback(resolver: Resolver) -> bool:
    where = address(resolver.address)
    return where is not None and where.is_loopback


def _say(question: Question, one: NodeClass, number: int, resolver: Resolver, sentence: str, hint: str) -> Problem:
    where = question.place(one, ("resolvers", number))
    name = resolver_key(resolver)
    return Problem(where.about(f"resolver {name}").object, where.path, sentence.format(name), hint)


@rule(
    "DNS521",
    Severity.WARNING,
    "Only one resolver",
    rationale="""With a single resolver every outage of it stops all delivery: no MX record is found and mail waits.
    Nothing is lost while it is short, but nobody else can be asked.""",
    source="vendor document: managing several DNS resolvers",
    bad=(
        Example(_asyncos(_GOOD.format(0)), _at(0)),
        Example(_linux("dane", _GOOD.format(0)), _at(0)),
    ),
    good=(
        _FIT_ASYNCOS,
        Example(edge("root_servers = true\n" + _DANE)),
        Example(_linux("dane", _GOOD.format(0).replace("10.0.0.53", "127.0.0.1"))),
    ),
)
def only_one(question: Question) -> Answers:
    """Classes with exactly one resolver that is no alternate.

    On Postfix and Exim a single one on loopback is as it should be: no other could be believed.
    """
    for one in asked(question):
        listed = [(n, found) for n, found in enumerate(one.settings.resolvers or ()) if not found.domains]
        asyncos = one.settings.platform is Platform.ASYNCOS
        if len(listed) == 1 and not one.settings.root_servers and (asyncos or not _loopback(listed[0][1])):
            where, name = question.place(one, ("resolvers", listed[0][0])), resolver_key(listed[0][1])
            yield Problem(
                where.object,
                where.path,
                f"{name} is the only resolver: while it does not answer, no mail is delivered at all.",
                "Add a second one that serves DANE as well (on Postfix and Exim: one on this host instead).",
            )


@rule(
    "DNS522",
    Severity.WARNING,
    "A resolver that was never tested",
    rationale="""Nothing on a gateway says whether its resolver supports DNSSEC. Until one asks it, turning DANE on may
    hold all mail (AsyncOS) or change nothing without a word (Postfix, Exim).""",
    source="vendor document: testing the resolver (daneverify)",
    bad=(
        Example(_asyncos(_GOOD.format(0), 'address = "10.0.0.54", priority = 1'), _at(1)),
        Example(_linux("dane", 'address = "10.0.0.53"', _SECOND.format(1)), _at(0)),
    ),
    good=(
        _FIT_ASYNCOS,
        Example(_asyncos(_GOOD.format(0), 'address = "10.0.0.54", priority = 1'), given="an audit of 10.0.0.54"),
    ),
)
def never_tested(question: Question) -> Answers:
    """Resolvers whose kind nobody declared and no audit found."""
    for one, number, resolver in _each_resolver(question):
        if question.kind(resolver) is ResolverKind.UNKNOWN:
            yield _say(
                question,
                one,
                number,
                resolver,
                "Nobody has tested whether resolver {} supports DNSSEC: with DANE on, what it does to mail is unknown.",
                "Test it from the gateway's network (fleet check with this resolver), and declare its kind.",
            )


@rule(
    "DNS523",
    Severity.WARNING,
    "A resolver that is not what the profile says",
    rationale="""The profile declares one kind and an audit found another. Every judgement on paper rests on the
    declared one; the audited one is what mail meets.""",
    source="vendor document: testing the resolver",
    bad=(Example(_asyncos(_GOOD.format(0), _SECOND.format(1)), _at(1), "an audit of 10.0.0.54"),),
    good=(_FIT_ASYNCOS,),
)
def contradicted(question: Question) -> Answers:
    """Resolvers whose audited kind is another than the declared one."""
    for one, number, resolver in _each_resolver(question):
        found = question.kind(resolver)
        if ResolverKind.UNKNOWN not in (found, resolver.kind) and found is not resolver.kind:
            yield _say(
                question,
                one,
                number,
                resolver,
                f"Resolver {{}} is declared as '{resolver.kind}' and was found as '{found}': what is judged by the "
                "profile is not what mail meets.",
                "Correct the profile, or the resolver.",
            )


@rule(
    "DNS524",
    Severity.WARNING,
    "The AD bit comes over the network",
    rationale="""Postfix and Exim believe the AD bit of whatever answers. From another host it arrives unprotected: who
    can forge a DNS answer can switch DANE off, or on with TLSA records of their own.""",
    source="TLS_README: DANE (a local validating resolver); RFC 7672 section 2.1",
    bad=(Example(_linux("dane", _GOOD.format(0), _SECOND.format(0).replace("10.0.0.54", "127.0.0.1")), _at(0)),),
    good=(
        Example(_linux("dane", _GOOD.format(0).replace("10.0.0.53", "127.0.0.1"))),
        Example(_asyncos(_GOOD.format(0), _SECOND.format(1))),
    ),
)
def over_the_network(question: Question) -> Answers:
    """Resolvers of Postfix and Exim that are not on loopback."""
    for one, number, resolver in _each_resolver(question):
        if one.settings.platform is not Platform.ASYNCOS and not _loopback(resolver):
            yield _say(
                question,
                one,
                number,
                resolver,
                "Resolver {} is not on this host: its AD bit arrives unprotected, and who forges it "
                "switches DANE off or presents TLSA records of their own.",
                "Run a validating resolver on loopback.",
            )
