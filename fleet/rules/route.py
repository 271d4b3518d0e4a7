"""ROUTE: DANE and SMTP routes do not go together on AsyncOS; on Postfix and Exim only an address literal stops it.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fleet.layout.classes import NodeClass
from fleet.layout.controls import Controls, controls_of
from fleet.layout.dane import mode_of
from fleet.layout.effective import effective
from fleet.layout.flows import Flow, accepted_domains, flows
from fleet.layout.names import DomainTable, below, canonical, sample
from fleet.layout.routes import Routed, literal
from fleet.model.control import DEFAULT, DestinationControl
from fleet.model.finding import Edit, Label, Severity
from fleet.model.fleet import ObjectPath, Platform
from fleet.model.flow import FlowAction
from fleet.model.policy import Mode
from fleet.model.route import ALL, RouteKind
from fleet.rules.examples import edge
from fleet.rules.question import Place, Question, nearer
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.tier import undeclared
from fleet.rules.words import QUEUE, named, queued

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

_DANE = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "{}"\n'
_ENTRY = '[tiers.edge.destination_controls."{}"]\ndane = "{}"\n'
_ROUTES = "[tiers.edge.smtp_routes]\n"
_DEFAULT = ("tiers", "edge", "destination_controls", "default", "dane")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A route that is not USEDNS where DANE is on: the entry that decides about DANE, and the route."""

    one: NodeClass
    entry: DestinationControl
    """The entry that stands for the domain."""
    dane: ObjectPath
    """The setting path of the value that turns DANE on."""
    routed: Routed

    @property
    def by_default(self) -> bool:
        """Whether the Default entry turns DANE on."""
        return canonical(str(self.dane[1])) == DEFAULT


def conflicts(question: Question) -> Iterator[Conflict]:
    """Every pair of a DANE entry and a route that meet at some domain, on AsyncOS gateways that face outside.

    Enough to look at: each route's own domain, a name below each suffix, each entry's domain, and everybody else.
    """
    known: dict[tuple[int, int, int], list[tuple[DestinationControl, ObjectPath, Routed]]] = {}
    for one in question.each("controls", "routes", "listeners", external=True, platform=Platform.ASYNCOS):
        table, controls = question.routes(one), None
        if table is None or not question.dane_on(one):
            continue
        same = question.same
        key = (same(one.settings.controls), same(one.settings.bounce_profiles), same(one.settings.routes))
        if key not in known:
            controls = controls_of(one.settings)
            known[key] = list(_meetings(controls, table)) if controls is not None else []
        for entry, dane, routed in known[key]:
            yield Conflict(one, entry, dane, routed)


def _meetings(
    controls: Controls, table: DomainTable[Routed]
) -> Iterator[tuple[DestinationControl, ObjectPath, Routed]]:
    if not any(routed.route.kind is RouteKind.HOSTS for routed in table.values()):
        return
    probes = [routed.route.domain for routed in table.values() if routed.route.kind is RouteKind.HOSTS]
    probes += [entry.domain for entry in controls.entries()]
    seen = set()
    for probe in dict.fromkeys(map(sample, probes)):
        entry, found = controls.entry(probe), table.find(probe)
        if entry is None or found is None or found[1].route.kind is not RouteKind.HOSTS:
            continue
        dane = controls.dane(entry)
        pair = (canonical(entry.domain), canonical(found[1].route.domain))
        if mode_of(dane.value) is not None and pair not in seen:
            seen.add(pair)
            yield entry, dane.path, found[1]


def _three_way(question: Question, conflict: Conflict) -> tuple[Flow, Flow, ObjectPath] | None:
    """A RELAY flow, an ACCEPT flow and the RAT entry that make the conflict the seed's risk case."""
    settings, domain = conflict.one.settings, canonical(conflict.routed.route.domain)
    if not conflict.by_default or domain == canonical(ALL):
        return None
    rat = next((path for accepted, path in accepted_domains(settings) if accepted == domain), None)
    found = flows(settings) or ()
    relay = next((flow for flow in found if flow.action is FlowAction.RELAY), None)
    accept = next((flow for flow in found if flow.action is FlowAction.ACCEPT), None)
    return (relay, accept, rat) if relay and accept and rat else None


def _about(question: Question, conflict: Conflict) -> tuple[Place, Place]:
    """Where DANE is turned on, named after whatever has both it and the route; and the route's place."""
    dane, route = question.place(conflict.one, conflict.dane), question.place(conflict.one, conflict.routed.path)
    whose = nearer(dane, route).object
    return Place(f"{whose} route {conflict.routed.route.domain}", dane.path), route


def _timer(question: Question, conflict: Conflict) -> int | None:
    domain = sample(conflict.routed.route.domain)
    return effective(question.fleet, conflict.one.settings, None, domain).bounce_seconds.value


def _hosts(routed: Routed) -> str:
    return named([host.name for host in routed.route.hosts]) or routed.service


def _exception(dane: ObjectPath, route: ObjectPath, conflict: Conflict) -> tuple[Edit, ...]:
    """The seed's fix: an entry with DANE None for the routed domain, at the nearer of the two places.

    An entry of the domain that leaves DANE to the Default entry gets it instead; where it turns DANE on itself,
    somebody meant it, and no edit can know which of the two.
    """
    domain, entry = conflict.routed.route.domain, conflict.entry.domain
    wider = canonical(entry) == DEFAULT or (entry.startswith(".") and below(entry, domain))
    if not wider and not conflict.by_default:
        return ()
    base = nearer(Place("", dane), Place("", route)).path
    level = base[:1] if base[0] == "fleet" else base[:2]
    key = (DEFAULT if canonical(domain) == canonical(ALL) else domain) if wider else entry
    return (Edit((*level, "destination_controls", key, "dane"), "none"),)


@rule(
    "ROUTE301",
    Severity.LOSES_MAIL,
    "DANE for a domain with an SMTP route",
    rationale="""Behind a route that is not USEDNS, AsyncOS fails DANE, in opportunistic mode too: mail relayed to the
    domain stays in the delivery queue until the bounce profile's timer ends. (The same source also says that the
    verification is skipped: the route replaces the destination DNS would give.) An entry with DANE None for the
    routed domain lets it pass.""",
    source="vendor document: SMTP routes",
    bad=(
        Example(
            edge(_DANE.format("opportunistic") + _ROUTES + '"partner.example" = "198.51.100.7"'),
            _DEFAULT,
        ),
        Example(
            edge(
                _DANE.format("none")
                + _ENTRY.format("partner.example", "mandatory")
                + _ROUTES
                + '"partner.example" = "relay.example.net:2525"'
            ),
            ("tiers", "edge", "destination_controls", "partner.example", "dane"),
        ),
        Example(
            edge(
                _DANE.format("none")
                + _ENTRY.format("mail.partner.example", "opportunistic")
                + _ROUTES
                + '".partner.example" = "198.51.100.7"'
            ),
            ("tiers", "edge", "destination_controls", "mail.partner.example", "dane"),
        ),
    ),
    good=(
        Example(edge(_DANE.format("opportunistic") + _ROUTES + '"partner.example" = "USEDNS"')),
        Example(
            edge(
                _DANE.format("opportunistic")
                + _ENTRY.format("partner.example", "none")
                + _ROUTES
                + '"partner.example" = "198.51.100.7"'
            )
        ),
        Example(
            edge(
                _DANE.format("none")
                + _ENTRY.format("partner.example", "opportunistic")
                + _ROUTES
                + '".partner.example" = "198.51.100.7"'
            )
        ),
    ),
)
def dane_behind_route(question: Question) -> Answers:
    """Conflicts at a domain's own route that are not the three-way risk."""
    for one in question.each("controls", "routes", external=True, platform=Platform.ASYNCOS):
        if question.routes(one) is None and question.dane_on(one) is not False:
            yield undeclared(question, one, "SMTP routes")
    for conflict in question.once("conflicts", conflicts):
        if canonical(conflict.routed.route.domain) == canonical(ALL) or _three_way(question, conflict):
            continue
        (about, route), domain = _about(question, conflict), conflict.routed.route.domain
        if not conflict.by_default and canonical(conflict.entry.domain) != canonical(domain):
            about = about.about(f"destination control {conflict.entry.domain}")
        yield Problem(
            about.object,
            about.path,
            f"DANE is on for {domain}, whose mail goes to {_hosts(conflict.routed)} by a route: DANE fails there, and "
            f"mail taken in under RELAY {queued(_timer(question, conflict))}.",
            f"Add a destination control for {domain} with DANE none, or route it by USEDNS.",
            (Label(route.path, "this route is not USEDNS"),),
            _exception(about.path, route.path, conflict),
        )


@rule(
    "ROUTE302",
    Severity.LOSES_MAIL,
    "DANE behind a route for all mail",
    rationale="""The ALL route takes every message away from the normal lookup. Where DANE is on behind it, in the
    Default entry or in an entry of its own, that mail is held until the bounce timer ends: all of it.""",
    source="vendor document: SMTP routes",
    bad=(
        Example(edge(_DANE.format("opportunistic") + _ROUTES + 'ALL = "198.51.100.7"'), _DEFAULT),
        Example(
            edge(
                _DANE.format("none") + _ENTRY.format("ietf.org", "mandatory") + _ROUTES + 'ALL = ["smart.example.net"]'
            ),
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
        ),
    ),
    good=(
        Example(edge(_DANE.format("opportunistic") + _ROUTES + 'ALL = "USEDNS"')),
        Example(
            edge(
                _DANE.format("none")
                + _ENTRY.format("ietf.org", "mandatory")
                + _ROUTES
                + 'ALL = "smart.example.net"\n"ietf.org" = "USEDNS"'
            )
        ),
    ),
)
def dane_behind_all(question: Question) -> Answers:
    """Conflicts at the ALL route: one problem per declaring object, with every entry as a label."""
    found: dict[str, list[tuple[Place, Place, Conflict]]] = {}
    for conflict in question.once("conflicts", conflicts):
        if canonical(conflict.routed.route.domain) == canonical(ALL):
            about, route = _about(question, conflict)
            found.setdefault(about.object, []).append((about, route, conflict))
    for items in found.values():
        items.sort(key=lambda item: not item[2].by_default)
        about, route, conflict = items[0]
        domains = list(dict.fromkeys(item[2].entry.domain for item in items))
        whom = "every destination" if conflict.by_default else named(domains)
        more = dict.fromkeys(item[0].path for item in items[1:])
        edits = _exception(about.path, route.path, conflict) if conflict.by_default and len(items) == 1 else ()
        yield Problem(
            about.object,
            about.path,
            f"DANE is on for {whom} and the ALL route takes that mail to {_hosts(conflict.routed)}: DANE fails there, "
            f"and mail taken in under RELAY {queued(_timer(question, conflict))}.",
            "Set DANE to none, or route by USEDNS what is to be delivered under DANE.",
            (Label(route.path, "this route takes all mail"), *(Label(path, "DANE is on here too") for path in more)),
            edits,
        )


_RISK = (
    _DANE.format("opportunistic")
    + "{}"
    + _ROUTES
    + '"example.com" = "10.0.3.5"\n'
    + """[tiers.edge.listeners.mail]
policies = {{ RELAYED = "RELAY", ACCEPTED = "ACCEPT" }}
sender_groups = [
  {{ name = "RELAYLIST", members = ["10.0.0.0/8"], policy = "RELAYED" }},
  {{ name = "ALL", members = ["ALL"], policy = "ACCEPTED" }},
]
rat = {{ "example.com" = "ACCEPT", ALL = "REJECT" }}
"""
)


@rule(
    "ROUTE303",
    Severity.LOSES_MAIL,
    "An own domain through RELAY and ACCEPT, with a route and DANE by default",
    rationale="""DANE is on in the Default entry, a domain of the RAT arrives through RELAY and through ACCEPT, and a
    route leads it inwards. What strangers send (ACCEPT) is delivered; what your own systems send (RELAY) is held until
    the bounce timer ends. Tests from outside succeed while internal mail is lost.""",
    source="vendor document: mail direction (the note on the risk)",
    bad=(Example(edge(_RISK.format("")), _DEFAULT),),
    good=(
        Example(edge(_RISK.format(_ENTRY.format("example.com", "none")))),
        Example(edge(_RISK.format("").replace('ACCEPTED = "ACCEPT"', 'ACCEPTED = "REJECT"'))),
    ),
)
def three_way_risk(question: Question) -> Answers:
    """Conflicts that are the seed's risk case."""
    for conflict in question.once("conflicts", conflicts):
        risk = _three_way(question, conflict)
        if risk is None:
            continue
        (about, route), domain = _about(question, conflict), conflict.routed.route.domain
        relay, accept, rat = risk
        yield Problem(
            about.object,
            about.path,
            f"Mail to {domain} arrives through RELAY and through ACCEPT, a route takes it to "
            f"{_hosts(conflict.routed)}, and DANE is on by default: what is relayed "
            f"{queued(_timer(question, conflict))}, what is accepted is delivered.",
            f"Add a destination control for {domain} with DANE none.",
            (
                Label(route.path, "the route"),
                Label(question.place(conflict.one, rat).path, "the domain is taken in here"),
                Label(question.place(conflict.one, relay.path).path, f"RELAY through {relay.group}: held"),
                Label(question.place(conflict.one, accept.path).path, f"ACCEPT through {accept.group}: delivered"),
            ),
            _exception(about.path, route.path, conflict),
        )


@rule(
    "ROUTE304",
    Severity.LOSES_MAIL,
    "A route that throws mail away",
    rationale="""A route to /dev/null (Postfix: the discard transport) deletes mail without telling anybody. For ALL
    that is everything without a route of its own; for a watched destination or a domain of ours it is mail somebody
    waits for.""",
    source="AsyncOS user guide: SMTP routes; transport(5)",
    bad=(
        Example(edge(_ROUTES + 'ALL = "/dev/null"'), ("tiers", "edge", "smtp_routes", "ALL")),
        Example(
            edge(_ROUTES + '"ietf.org" = "/dev/null"\n[destinations."ietf.org"]'),
            ("tiers", "edge", "smtp_routes", "ietf.org"),
        ),
        Example(
            edge('[tiers.edge.postfix]\ntransport = { "*" = "discard:" }', "postfix"),
            ("tiers", "edge", "postfix", "transport", "*"),
        ),
    ),
    good=(Example(edge(_ROUTES + '"spam.example" = "/dev/null"')),),
)
def discarding(question: Question) -> Answers:
    """Routes to nowhere for everybody, for a watched destination, or for a domain of ours."""
    for one in question.each("routes", "postfix", "exim"):
        table = question.routes(one)
        for routed in table.values() if table is not None else ():
            domain = routed.route.domain
            wanted = canonical(domain) == canonical(ALL) or canonical(domain) in question.destinations
            if routed.route.kind is not RouteKind.DISCARD or not (wanted or question.ours(domain)):
                continue
            where = question.place(one, routed.path)
            whom = (
                "Everything without a route of its own" if canonical(domain) == canonical(ALL) else f"Mail to {domain}"
            )
            yield Problem(
                where.about(f"route {domain}").object,
                where.path,
                f"{whom} is thrown away by this route, without a bounce.",
                "Remove the route, or send this mail somewhere.",
            )


@rule(
    "ROUTE305",
    Severity.LOSES_MAIL,
    "Mandatory DANE towards an address literal",
    rationale="""Postfix and Exim do DANE behind a route by the name of its host; an address has no name that TLSA
    records could stand at. With dane-only (Exim: hosts_require_dane) towards a literal every message is deferred until
    its lifetime ends. With opportunistic DANE it passes without.""",
    source="RFC 7672 sections 2.2 and 2.2.2; TLS_README",
    bad=(
        Example(
            edge(
                '[tiers.edge.postfix]\nsmtp_tls_security_level = "may"\nsmtp_dns_support_level = "dnssec"\n'
                'transport = { "partner.example" = "smtp:[198.51.100.7]" }\n'
                'tls_policy = { "[198.51.100.7]" = "dane-only" }',
                "postfix",
            ),
            ("tiers", "edge", "postfix", "tls_policy", "[198.51.100.7]"),
        ),
    ),
    good=(
        Example(
            edge(
                '[tiers.edge.postfix]\nsmtp_tls_security_level = "may"\nsmtp_dns_support_level = "dnssec"\n'
                'transport = { "partner.example" = "smtp:[mail.partner.example]" }\n'
                'tls_policy = { "[mail.partner.example]" = "dane-only" }',
                "postfix",
            )
        ),
    ),
)
def literal_next_hop(question: Question) -> Answers:
    """Routes to addresses under mandatory DANE, on Postfix and Exim."""
    for one in question.each("postfix", "exim", external=True):
        table = question.routes(one) if one.settings.platform is not Platform.ASYNCOS else None
        for routed in table.values() if table is not None else ():
            hosts = routed.route.hosts
            if not hosts or not all(map(literal, hosts)):
                continue
            policy = effective(question.fleet, one.settings, None, sample(routed.route.domain))
            if mode_of(policy.dane.value) is not Mode.MANDATORY:
                continue
            where, route = question.place(one, policy.dane.path), question.place(one, routed.path)
            yield Problem(
                where.about(f"route {routed.route.domain}").object,
                where.path,
                f"DANE is mandatory and the route for {routed.route.domain} leads to the address {_hosts(routed)}, "
                f"which "
                f"has no TLSA records: this mail {QUEUE}.",
                "Route to a host name, or use another level for this next hop.",
                (Label(route.path, "the route to an address"),),
            )
