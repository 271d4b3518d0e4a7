"""VER: software that can do DANE, and an appliance whose own validation is in doubt.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from fleet.layout.classes import NodeClass
from fleet.layout.leaves import resolver_key
from fleet.layout.names import below, canonical
from fleet.model.dns import Security
from fleet.model.finding import Label, Severity
from fleet.model.fleet import Node, Platform
from fleet.model.verdict import Verdict
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.tier import undeclared
from fleet.rules.words import QUEUE, named

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

FIRST_WITH_DANE: Mapping[Platform | None, tuple[int, ...]] = {
    Platform.ASYNCOS: (12, 0),
    Platform.POSTFIX: (2, 11),
    Platform.EXIM: (4, 91),
}
"""The first version of each platform that does DANE for outbound mail (Exim: no longer experimental)."""

CLOCK_TOLERANCE = 300.0
"""Seconds a node's clock may be off before signatures near the ends of their validity are judged wrongly."""

_DANE = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'


def version_number(text: str) -> tuple[int, ...] | None:
    """The leading numbers of a version ("15.0.0-104", "Postfix 3.7.11"), or None."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part[:9]) for part in found[0].split(".")) if found else None


def _versions(question: Question, one: NodeClass) -> Iterator[tuple[str, str]]:
    """Node and version, from observation where nothing is declared; ``""`` for all nodes of the class."""
    if one.settings.version is not None:
        yield "", one.settings.version
        return
    for node in one.nodes:
        seen = question.observations.get(node.name)
        if seen is not None and seen.settings.version is not None:
            yield node.name, seen.settings.version


@rule(
    "VER601",
    Severity.ERROR,
    "DANE on software that does not know it",
    rationale="""AsyncOS does DANE from 12.0 on, Postfix from 2.11, Exim from 4.91. Older software ignores or refuses
    the setting: mail goes out without DANE while the plan says otherwise.""",
    source="vendor document: requirements (AsyncOS 12.0 or later); TLS_README; Exim: DANE",
    bad=(
        Example(edge('version = "11.1.2-023"\n' + _DANE), ("tiers", "edge", "version")),
        Example(edge('version = "4.89"\n', "exim"), ("tiers", "edge", "version")),
    ),
    good=(
        Example(edge('version = "12.0.0-419"\n' + _DANE)),
        Example(edge('version = "11.1.2-023"\n' + _DANE.replace("opportunistic", "none"))),
    ),
)
def too_old(question: Question) -> Answers:
    """Classes with DANE on and a version before the first that does it."""
    for one in question.each("version", "controls", "postfix", "exim"):
        first = FIRST_WITH_DANE.get(one.settings.platform)
        if first is None or not question.dane_on(one):
            continue
        versions = list(_versions(question, one))
        if not versions and one.tier.external:
            yield undeclared(question, one, "version")
        for node, text in versions:
            number = version_number(text)
            where = question.place(one, ("version",))
            if number is None:
                yield Unobserved(where.object, where.path, "version", f"'{text}' holds no version number")
            elif number < first:
                yield Problem(
                    f"node {node}" if node else where.object,
                    ("nodes", node) if node else where.path,
                    f"Version {text} is older than {'.'.join(map(str, first))}, the first that does DANE: mail goes "
                    "out without it.",
                    "Upgrade before turning DANE on.",
                    (Label(question.place(one, (question.dane(one) or ())[0].path).path, "DANE is on here"),),
                )


@rule(
    "VER602",
    Severity.LOSES_MAIL,
    "An appliance that finds bogus what is secure",
    rationale="""The appliance's own check says BOGUS; ours, through the same resolver, proves the same domain secure.
    The resolver is not at fault then: the appliance's trust anchor or its clock is. It will find every signed domain
    bogus and hold its mail.""",
    source="vendor document: DANE validation up to the root key (RFC 5011); RFC 5011; RFC 4033 section 5",
    bad=(
        Example(
            edge('resolvers = [{ address = "192.0.2.53", kind = "validates" }]\n' + _DANE),
            ("nodes", "gw1"),
            "the node says bogus, we say secure",
        ),
    ),
    good=(
        Example(
            edge('resolvers = [{ address = "192.0.2.53", kind = "validates" }]\n' + _DANE),
            given="the node says bogus, we too",
        ),
    ),
)
def doubtful_anchor(question: Question) -> Answers:
    """Nodes whose own verdict of a domain is bogus where ours, through the one resolver they ask of it, is secure."""
    yield from _without(question, "what an appliance's own check says (daneverify)", _silent(question))
    found: dict[str, list[str]] = {}
    for (name, domain), said in question.node_verdicts.items():
        node, ours = question.fleet.nodes.get(name), question.verdict_of.get(canonical(domain))
        if node is None or not _says(said, Security.BOGUS):
            continue
        first = _first_asked(node, domain)
        if ours is None or ours.mx is None or first != frozenset({_key_of(ours.mx.lookup.resolver)}):
            why = "we have not asked the same resolver"
            if len(first) > 1:
                why = "which of several resolvers it asked is not known, so not whether we asked the same resolver"
            yield Unobserved(f"node {name}", ("nodes", name), f"why it finds {domain} bogus", why)
        elif _says(ours, Security.SECURE):
            found.setdefault(name, []).append(domain)
    for name, domains in found.items():
        offset = question.observations[name].clock_offset if name in question.observations else None
        clock = f"its clock is {offset:+.0f} s off" if offset else "check its clock and its trust anchor"
        yield Problem(
            f"node {name}",
            ("nodes", name),
            f"Node {name} finds {named(domains)} bogus, which is proven secure through the same resolver: {clock}. The "
            f"mail of signed domains {QUEUE}.",
            "Compare its clock with UTC, and its root trust anchor with IANA's (20326, 38696).",
        )


def _silent(question: Question) -> Iterator[Node]:
    """AsyncOS nodes that face outside and whose own check nobody has asked for."""
    asked = {name for name, _ in question.node_verdicts}
    for tier in question.graph.external():
        for node in question.graph.nodes[tier.name]:
            if node.settings.platform is Platform.ASYNCOS and node.name not in asked:
                yield node


def _without(question: Question, what: str, nodes: Iterable[Node]) -> Iterator[Unobserved]:
    """The nodes something was not observed of, by tier."""
    missing: dict[str, list[str]] = {}
    for node in nodes:
        missing.setdefault(node.tier, []).append(node.name)
    for tier, names in missing.items():
        yield Unobserved(f"tier {tier}", ("tiers", tier), what, f"not observed: {named(names)}")


def _says(verdict: Verdict, security: Security) -> bool:
    return verdict.mx is not None and verdict.mx.lookup.security is security


def _first_asked(node: Node, domain: str) -> frozenset[str]:
    """The resolvers of which an appliance may ask any first about ``domain``: alternates for it, else one priority."""
    listed = [one for one in node.settings.resolvers or () if not one.secondary]
    name = canonical(domain)
    split = [
        one for one in listed if any(name == each or below(f".{each}", name) for each in map(canonical, one.domains))
    ]
    mine = split or [one for one in listed if not one.domains]
    return frozenset(resolver_key(one) for one in mine if one.priority == min(each.priority for each in mine))


def _key_of(resolver: str) -> str:
    """``address:port`` of a check as ``resolver_key`` has it."""
    address, _, port = resolver.rpartition(":")
    return address.strip("[]") if port == "53" else f"{address.strip('[]')}#{port}"


@rule(
    "VER603",
    Severity.WARNING,
    "A node whose clock is wrong",
    rationale="""Signatures are valid from one moment to another. A gateway whose clock is off judges fresh ones not yet
    valid and expired ones good: domains become bogus at odd hours and their mail is held.""",
    source="RFC 4035 section 5.3.1; vendor document: trust chain",
    bad=(Example(edge(_DANE), ("nodes", "gw1"), "a clock 20 minutes off"),),
    good=(Example(edge(_DANE), given="a clock 2 seconds off"),),
)
def wrong_clock(question: Question) -> Answers:
    """Observed clocks that are off by more than the tolerance."""
    known = {name for name, seen in question.observations.items() if seen.clock_offset is not None}
    clockless = (node for node in question.fleet.nodes.values() if node.name not in known)
    yield from _without(question, "clocks", clockless)
    for name, seen in question.observations.items():
        offset = seen.clock_offset
        if offset is not None and abs(offset) > CLOCK_TOLERANCE and name in question.fleet.nodes:
            yield Problem(
                f"node {name}",
                ("nodes", name),
                f"The clock of node {name} is {offset:+.0f} s off: signatures are judged at the wrong time, domains "
                f"may be "
                "found bogus and their mail held.",
                "Let it keep time by NTP.",
            )


@rule(
    "VER604",
    Severity.LOSES_MAIL,
    "Exim options for DANE in a build without it",
    rationale="""hosts_try_dane and hosts_require_dane are unknown options to an Exim built without DANE: it refuses its
    configuration file, and all mail waits until somebody looks.""",
    source="Exim: DANE (SUPPORT_DANE); exim -bV",
    bad=(
        Example(
            edge('[tiers.edge.exim]\ndane_built_in = false\nhosts_require_dane = "*"', "exim"),
            ("tiers", "edge", "exim", "hosts_require_dane"),
        ),
    ),
    good=(
        Example(edge("[tiers.edge.exim]\ndane_built_in = false", "exim")),
        Example(edge('[tiers.edge.exim]\ndane_built_in = true\nhosts_require_dane = "mail.ietf.org"', "exim")),
    ),
)
def not_built_in(question: Question) -> Answers:
    """DANE options that are set in an Exim that has none."""
    for one in question.each("exim", platform=Platform.EXIM):
        exim = one.settings.exim
        if exim is None or exim.dane_built_in is not False:
            continue
        options = {"hosts_require_dane": exim.hosts_require_dane, "hosts_try_dane": exim.hosts_try_dane}
        given = [name for name, value in options.items() if value is not None]
        if given:
            where = question.place(one, ("exim", given[0]))
            yield Problem(
                where.object,
                where.path,
                f"{named(given)} set in an Exim built without DANE: it does not accept its configuration, and mail "
                f"waits.",
                "Use a build with DANE (exim -bV lists it), or remove the options.",
            )
