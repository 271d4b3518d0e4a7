"""DNS501 to DNS506: resolvers without DNSSEC under an AsyncOS that does DANE, by where they stand.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from fleet.model.finding import Severity
from fleet.model.fleet import Platform
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.resolvers import (
    DANE,
    FIT_ASYNCOS,
    GOOD,
    SECOND,
    STRIPS,
    Answers,
    Position,
    appliance,
    asked,
    dane_domain,
    none_serves,
    problem,
    resolver_at,
    resolvers,
    standing,
)
from fleet.rules.rule import Example, Family
from fleet.rules.words import QUEUE

FAMILY = Family()
rule = FAMILY.rule


def _asyncos_rule(code: str, title: str, rationale: str, bad: Example, sentence: str, wanted: Position) -> None:
    def check(question: Question) -> Answers:
        for found in standing(question, wanted, asyncos=True):
            yield problem(question, found, sentence)

    rule(
        code,
        Severity.LOSES_MAIL,
        title,
        rationale=rationale,
        source="vendor document: managing several DNS resolvers; managing secondary DNS servers",
        bad=(bad,),
        good=(FIT_ASYNCOS,),
    )(check)


_asyncos_rule(
    "DNS501",
    "A resolver that strips DNSSEC is asked first",
    """Every question goes to this resolver first. Without signatures the appliance finds DANE-capable domains (a strict
    validator: every domain) bogus, and their mail stays in the queue, opportunistic mode or not.""",
    Example(appliance(STRIPS.format(0), GOOD.format(1)), resolver_at(0)),
    f"domains are found bogus and their mail {QUEUE}.",
    Position.BEST,
)
_asyncos_rule(
    "DNS502",
    "A resolver that strips DNSSEC is tied with others",
    """Resolvers of one priority are asked in random order, anew for every question. Whenever chance picks this one, the
    domain is found bogus and its mail is held: delivery fails now and then, for no visible reason.""",
    Example(appliance(GOOD.format(0), STRIPS.format(0)), resolver_at(1)),
    f"it is picked at random, the domain is then found bogus and its mail {QUEUE}.",
    Position.TIED,
)
_asyncos_rule(
    "DNS503",
    "A resolver that strips DNSSEC is asked when the better ones fail",
    """SERVFAIL and timeouts of the best group send the question to the next priority. There the domain is found bogus:
    a short outage of a good resolver holds mail.""",
    Example(appliance(GOOD.format(0), SECOND.format(0), STRIPS.format(1)), resolver_at(2)),
    f"whenever the better ones do not answer, domains are found bogus and their mail {QUEUE}.",
    Position.BELOW,
)
_asyncos_rule(
    "DNS504",
    "A secondary server that strips DNSSEC",
    """Secondary servers are asked when the resolvers cannot be reached. Without DNSSEC there, MX records of
    DANE-capable domains are found bogus and their mail is not delivered, in opportunistic and in mandatory mode.""",
    Example(appliance(GOOD.format(0), SECOND.format(1), STRIPS.format(0) + ", secondary = true"), resolver_at(2)),
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
            appliance(GOOD.format(0), SECOND.format(1), STRIPS.format(0) + ', domains = ["partner.example"]'),
            resolver_at(2),
        ),
        Example(
            edge(
                resolvers(GOOD.format(0), SECOND.format(1), STRIPS.format(0) + ', domains = ["example.net"]')
                + '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "none"\n'
                + '[tiers.edge.destination_controls."mail.example.net"]\ndane = "mandatory"\n'
            ),
            resolver_at(2),
        ),
    ),
    good=(
        FIT_ASYNCOS,
        Example(
            edge(
                resolvers(GOOD.format(0), SECOND.format(1), STRIPS.format(0) + ', domains = ["example.com"]')
                + '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "none"\n'
                + '[tiers.edge.destination_controls."mail.example.net"]\ndane = "mandatory"\n'
            )
        ),
    ),
)
def alternate(question: Question) -> Answers:
    """Stripping alternate servers that answer for a domain with DANE, on AsyncOS."""
    for found in standing(question, Position.ALTERNATE, asyncos=True):
        hit = dane_domain(question, found)
        if hit is not None:
            domain, label = hit
            yield problem(
                question,
                found,
                f"it answers for {domain}, where DANE is on: the domain is found bogus and its mail {QUEUE}.",
                label,
            )


@rule(
    "DNS506",
    Severity.LOSES_MAIL,
    "No resolver that DANE can work through",
    rationale="""None of the appliance's resolvers hands DNSSEC records through. Every DANE-capable domain (a strict
    validator: every domain) is found bogus, and with DANE on its mail is held until the bounce timer ends: all of
    it.""",
    source="vendor document: testing the resolver; managing several DNS resolvers",
    bad=(
        Example(appliance(STRIPS.format(0), STRIPS.format(1).replace("10.0.0.55", "10.0.0.57")), resolver_at(0)),
        Example(edge("resolvers = []\n" + DANE), ("tiers", "edge", "resolvers")),
    ),
    good=(FIT_ASYNCOS, Example(edge("root_servers = true\nresolvers = []\n" + DANE))),
)
def none_fit(question: Question) -> Answers:
    """AsyncOS classes without a resolver that serves."""
    for one in asked(question):
        if one.settings.platform is Platform.ASYNCOS:
            yield from none_serves(question, one, f"the mail of DANE-capable domains {QUEUE}")
