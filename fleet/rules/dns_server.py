"""DNS511 to DNS516: resolvers that do not validate under a Postfix or Exim that does DANE, by where they stand.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from fleet.model.finding import Severity
from fleet.model.fleet import Platform
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.resolvers import (
    FIT_ASYNCOS,
    FIT_POSTFIX,
    GOOD,
    PASSES,
    SECOND,
    STRIPS,
    Answers,
    Position,
    asked,
    dane_domain,
    mandatory,
    none_serves,
    problem,
    resolver_at,
    resolvers,
    server,
    standing,
    unfit,
)
from fleet.rules.rule import Example, Family
from fleet.rules.words import QUEUE

FAMILY = Family()
rule = FAMILY.rule


def _linux_rule(
    code: str, title: str, rationale: str, bad: tuple[Example, ...], positions: frozenset[Position], effect: str
) -> None:
    def check(question: Question) -> Answers:
        for one in asked(question):
            if one.settings.platform is Platform.ASYNCOS or mandatory(question, one):
                continue
            for found in unfit(question, one):
                if found.position in positions:
                    yield problem(question, found, effect)

    rule(
        code,
        Severity.ERROR,
        title,
        rationale=rationale,
        source="TLS_README: DANE; Exim: DANE; RFC 7672 section 2.1 (the AD bit)",
        bad=bad,
        good=(FIT_POSTFIX, FIT_ASYNCOS),
    )(check)


_linux_rule(
    "DNS511",
    "Postfix or Exim asks a resolver that does not validate",
    """Postfix and Exim believe the AD bit. A resolver that does not validate never sets it: every domain looks
    unsigned, DANE is not done, and nothing is logged. It does not help that another resolver would have known
    better.""",
    (
        Example(server("dane", PASSES.format(0), GOOD.format(1)), resolver_at(0)),
        Example(server("dane", GOOD.format(0), STRIPS.format(0)), resolver_at(1)),
        Example(edge(resolvers(STRIPS.format(0), GOOD.format(1)), "exim"), resolver_at(0)),
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
        Example(server("dane", GOOD.format(0), PASSES.format(1)), resolver_at(1)),
        Example(server("dane", GOOD.format(0), PASSES.format(0) + ", secondary = true"), resolver_at(1)),
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
    bad=(Example(server("dane-only", GOOD.format(0), PASSES.format(1)), resolver_at(1)),),
    good=(Example(server("dane-only", GOOD.format(0), SECOND.format(1))), FIT_POSTFIX),
)
def mandatory_unvalidated(question: Question) -> Answers:
    """Unfit resolvers of Postfix and Exim classes with mandatory DANE, where others are fit."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and mandatory(question, one):
            for found in unfit(question, one):
                if found.position not in (Position.ALTERNATE, Position.ALL):
                    yield problem(question, found, f"mail that must be delivered under DANE {QUEUE} when it answers.")


@rule(
    "DNS514",
    Severity.LOSES_MAIL,
    "Mandatory DANE and no resolver that validates",
    rationale="""No resolver of this Postfix or Exim validates, so no answer ever carries the AD bit: every destination
    with mandatory DANE looks as if it had no TLSA records, and all its mail is held or returned.""",
    source="TLS_README: dane-only; Exim: hosts_require_dane",
    bad=(Example(server("dane-only", PASSES.format(0), STRIPS.format(1)), resolver_at(0)),),
    good=(Example(server("dane-only", GOOD.format(0), SECOND.format(1))), FIT_POSTFIX),
)
def mandatory_none_fit(question: Question) -> Answers:
    """Postfix and Exim classes with mandatory DANE and no fit resolver."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and mandatory(question, one):
            yield from none_serves(question, one, f"the mail of destinations with mandatory DANE {QUEUE}")


@rule(
    "DNS515",
    Severity.ERROR,
    "An alternate server that does not validate, for a DANE destination",
    rationale="""Questions for some domains go to another resolver (per-domain routing of systemd-resolved, a forward
    zone). If it does not validate, DANE is never done for those domains; where it is mandatory their mail is held.""",
    source="TLS_README: DANE; resolved.conf: Domains, DNSSEC",
    bad=(
        Example(
            server("dane", GOOD.format(0), SECOND.format(1), PASSES.format(0) + ', domains = ["partner.example"]'),
            resolver_at(2),
        ),
    ),
    good=(FIT_POSTFIX,),
)
def alternate_unvalidated(question: Question) -> Answers:
    """Unfit alternate servers that answer for a domain with DANE, on Postfix and Exim."""
    for found in standing(question, Position.ALTERNATE, asyncos=False):
        hit = dane_domain(question, found)
        if hit is not None:
            yield problem(question, found, f"it answers for {hit[0]}, where DANE is on: DANE is never done.", hit[1])


@rule(
    "DNS516",
    Severity.ERROR,
    "No resolver that validates for Postfix or Exim",
    rationale="""No resolver of this gateway validates, so no answer carries the AD bit and DANE is never done, whatever
    the configuration says. All mail goes out in opportunistic TLS, and nothing says so.""",
    source="TLS_README: DANE; Exim: DANE",
    bad=(
        Example(server("dane", PASSES.format(0)), resolver_at(0)),
        Example(edge("resolvers = []", "exim"), ("tiers", "edge", "resolvers")),
    ),
    good=(FIT_POSTFIX,),
)
def none_validates(question: Question) -> Answers:
    """Postfix and Exim classes with opportunistic DANE only and no fit resolver."""
    for one in asked(question):
        if one.settings.platform is not Platform.ASYNCOS and not mandatory(question, one):
            yield from none_serves(question, one, "DANE is never done, and nothing says so")
