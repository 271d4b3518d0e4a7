"""DNS521 to DNS524: how many resolvers there are, whether anybody tested them, and from where the AD bit comes.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator

from fleet.layout.classes import NodeClass
from fleet.layout.leaves import resolver_key
from fleet.layout.names import address
from fleet.model.finding import Severity
from fleet.model.fleet import Platform
from fleet.model.resolver import Resolver, ResolverKind
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.resolvers import DANE, FIT_ASYNCOS, GOOD, SECOND, Answers, appliance, asked, resolver_at, server
from fleet.rules.rule import Example, Family, Problem

FAMILY = Family()
rule = FAMILY.rule


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
        Example(appliance(GOOD.format(0)), resolver_at(0)),
        Example(server("dane", GOOD.format(0)), resolver_at(0)),
    ),
    good=(
        FIT_ASYNCOS,
        Example(edge("root_servers = true\n" + DANE)),
        Example(server("dane", GOOD.format(0).replace("10.0.0.53", "127.0.0.1"))),
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
        Example(appliance(GOOD.format(0), 'address = "10.0.0.54", priority = 1'), resolver_at(1)),
        Example(server("dane", 'address = "10.0.0.53"', SECOND.format(1)), resolver_at(0)),
    ),
    good=(
        FIT_ASYNCOS,
        Example(appliance(GOOD.format(0), 'address = "10.0.0.54", priority = 1'), given="an audit of 10.0.0.54"),
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
                f"{_UNTESTED[question.unproven(resolver)]}: with DANE on, what it does to mail is unknown.",
                "Test it from the gateway's network (fleet resolvers), and declare its kind.",
            )


_UNTESTED = {
    False: "Nobody has tested whether resolver {} supports DNSSEC",
    True: "The last audit of resolver {} is too old to count, or found nothing out",
}


@rule(
    "DNS523",
    Severity.WARNING,
    "A resolver that is not what the profile says",
    rationale="""The profile declares one kind and an audit found another. Every judgement on paper rests on the
    declared one; the audited one is what mail meets.""",
    source="vendor document: testing the resolver",
    bad=(Example(appliance(GOOD.format(0), SECOND.format(1)), resolver_at(1), "an audit of 10.0.0.54"),),
    good=(FIT_ASYNCOS,),
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
    bad=(Example(server("dane", GOOD.format(0), SECOND.format(0).replace("10.0.0.54", "127.0.0.1")), resolver_at(0)),),
    good=(
        Example(server("dane", GOOD.format(0).replace("10.0.0.53", "127.0.0.1"))),
        Example(appliance(GOOD.format(0), SECOND.format(1))),
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
