"""TIER: DANE belongs on the tier that faces outside, and the inside hands everything to it.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator

from fleet.layout.classes import NodeClass
from fleet.layout.dane import DanePlace
from fleet.layout.routes import Routed
from fleet.model.finding import Edit, Label, Severity
from fleet.model.fleet import ObjectPath, Platform
from fleet.model.policy import Mode
from fleet.model.route import RouteHost, RouteKind
from fleet.rules.examples import delivery, edge, scan
from fleet.rules.question import Place, Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import QUEUE, named

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

_TO_EDGE = '[tiers.scan.smtp_routes]\nALL = "192.0.2.1"\n'
_INNER_CONTROLS = _TO_EDGE + '[tiers.scan.destination_controls.default]\ntls = "preferred"\ndane = "{}"\n'
_DEFAULT = ("tiers", "scan", "destination_controls", "default", "dane")


def _holds(one: NodeClass, place: DanePlace) -> bool:
    """Whether DANE on an inner gateway holds mail: any on AsyncOS (behind its route), the mandatory one elsewhere.

    Exim's lists name mail hosts: one that does not name them all may well not name the next tier's.
    """
    if one.settings.platform is Platform.ASYNCOS:
        return True
    return place.mode is Mode.MANDATORY and (place.for_all or one.settings.platform is Platform.POSTFIX)


def _inner(question: Question, *, holding: bool) -> Answers:
    """DANE on tiers that do not face outside: one problem per declaring object, with every place as a label."""
    found: dict[str, list[tuple[NodeClass, DanePlace, Place]]] = {}
    for one in question.each("controls", "postfix", "exim", external=False):
        places = question.dane(one)
        if places is None and holding:
            yield undeclared(question, one, "DANE support")
        for place in places or ():
            if _holds(one, place) is holding:
                where = question.place(one, place.path)
                found.setdefault(where.object, []).append((one, place, where))
    for about, items in found.items():
        yield _inner_problem(about, items, holding=holding)


def _inner_problem(about: str, items: list[tuple[NodeClass, DanePlace, Place]], *, holding: bool) -> Problem:
    tiers = list(dict.fromkeys(one.tier.name for one, _, _ in items))
    paths = list(dict.fromkeys(place.path for _, _, place in items))
    one, place, _ = items[0]
    what = "Mandatory DANE" if place.mode is Mode.MANDATORY else "Opportunistic DANE"
    scope = "for every destination" if place.for_all else f"for {place.key}"
    to = named(one.tier.delivers_to) or "nowhere"
    return Problem(
        about,
        paths[0],
        f"{what} is on {scope}, but tier {named(tiers)} does not deliver to the Internet. Its mail goes to {to}: "
        f"{_meaning(one, holding=holding)}.",
        "Configure DANE only on the tier that connects directly to external destinations.",
        tuple(Label(path, "DANE is on here too") for path in paths[1:6]),
        tuple(dict.fromkeys(edit for item in items for edit in _turn_off(item[0], item[1], item[2].path))),
    )


def _meaning(one: NodeClass, *, holding: bool) -> str:
    if one.settings.platform is Platform.ASYNCOS:
        return f"DANE fails behind a route, and this mail {QUEUE}"
    if holding:
        return f"the next hop is your own gateway, which has no TLSA records for it, and this mail {QUEUE}"
    return "DANE protects nothing on that way, and holds mail as soon as a zone inside is badly signed"


def _turn_off(one: NodeClass, place: DanePlace, path: ObjectPath) -> Iterator[Edit]:
    """Off where it is declared; what the whole fleet inherits is overridden at the tier, not taken from others."""
    at = path if path[0] != "fleet" else ("tiers", one.tier.name, *place.path)
    if one.settings.platform is Platform.ASYNCOS:
        yield Edit(at, "none")
    elif one.settings.platform is Platform.EXIM:
        yield Edit((*at[:2], *place.path), "")
    elif place.path == ("postfix", "smtp_tls_security_level"):
        yield Edit((*at[:2], *place.path), "may")


@rule(
    "TIER101",
    Severity.LOSES_MAIL,
    "DANE that holds mail on a tier that does not face outside",
    rationale="""A gateway inside hands its mail to the next tier by a route. AsyncOS fails DANE behind any route that
    is not USEDNS, in opportunistic mode too; Postfix (dane-only) and Exim (hosts_require_dane) refuse a next hop
    without TLSA records. The mail stays in the inner queue until its timer ends and is then returned.""",
    source="vendor document: enabling DANE with several appliances; SMTP routes",
    bad=(
        Example(scan(_INNER_CONTROLS.format("opportunistic")), _DEFAULT),
        Example(scan(_INNER_CONTROLS.format("mandatory")), _DEFAULT),
        Example(
            scan(
                '[tiers.scan.postfix]\nsmtp_tls_security_level = "dane-only"\nsmtp_dns_support_level = "dnssec"\n'
                'relayhost = "[192.0.2.1]"',
                "postfix",
            ),
            ("tiers", "scan", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            scan(
                '[tiers.scan.exim]\nhosts_try_dane = ""\nhosts_require_dane = "*"\nroutes = { "*" = "192.0.2.1" }',
                "exim",
            ),
            ("tiers", "scan", "exim", "hosts_require_dane"),
        ),
    ),
    good=(
        Example(scan(_INNER_CONTROLS.format("none"))),
        Example(scan('[tiers.scan.postfix]\nsmtp_tls_security_level = "may"\nrelayhost = "[192.0.2.1]"', "postfix")),
        Example(scan('[tiers.scan.exim]\nhosts_try_dane = ""\nroutes = { "*" = "192.0.2.1" }', "exim")),
    ),
)
def dane_inside_holds(question: Question) -> Answers:
    """DANE on an inner tier where it holds mail."""
    return _inner(question, holding=True)


@rule(
    "TIER102",
    Severity.ERROR,
    "DANE on an inner Postfix or Exim",
    rationale="""Inside, the next hop is your own gateway. Opportunistic DANE there protects nothing, costs lookups and
    holds mail as soon as an inner zone is badly signed. Exim does it unless hosts_try_dane is set empty: its default
    is every host.""",
    source="vendor document: several appliances; Exim: hosts_try_dane; Postfix: smtp_tls_security_level",
    bad=(
        Example(scan('[tiers.scan.exim]\nroutes = { "*" = "192.0.2.1" }', "exim"), ("tiers", "scan", "exim")),
        Example(scan("", "exim"), ("tiers", "scan")),
        Example(
            scan(
                '[tiers.scan.postfix]\nsmtp_tls_security_level = "dane"\nsmtp_dns_support_level = "dnssec"\n'
                'relayhost = "[192.0.2.1]"',
                "postfix",
            ),
            ("tiers", "scan", "postfix", "smtp_tls_security_level"),
        ),
    ),
    good=(
        Example(scan('[tiers.scan.exim]\nhosts_try_dane = ""\nroutes = { "*" = "192.0.2.1" }', "exim")),
        Example(scan('[tiers.scan.postfix]\nsmtp_tls_security_level = "may"\nrelayhost = "[192.0.2.1]"', "postfix")),
    ),
)
def dane_inside(question: Question) -> Answers:
    """DANE on an inner Postfix or Exim that does not hold all mail."""
    return _inner(question, holding=False)


@rule(
    "TIER103",
    Severity.ERROR,
    "No tier delivers to the Internet",
    rationale="""DANE authenticates the servers of other domains. Where no tier connects to them directly, no mail of
    this fleet can ever be delivered under DANE, whatever is configured.""",
    source="vendor document: enabling DANE with several appliances",
    bad=(Example(edge("").replace('delivers_to = ["internet"]', 'delivers_to = ["inside"]'), ("tiers",)),),
    good=(Example(edge("")),),
)
def nobody_outside(question: Question) -> Answers:
    """No tier has ``internet`` in delivers_to."""
    if not question.graph.external():
        hint = 'Say delivers_to = ["internet"] on the tier whose nodes connect directly to external destinations.'
        sentence = "No tier delivers to the Internet: no mail of this fleet can be delivered under DANE."
        yield Problem("fleet", ("tiers",) if question.fleet.tiers else ("fleet",), sentence, hint)


@rule(
    "TIER104",
    Severity.ERROR,
    "An external tier without nodes",
    rationale="""A tier that is to deliver to the Internet and has no node delivers nothing: the tiers behind it have
    nowhere to hand their mail, or hand it past this plan.""",
    source="vendor document: enabling DANE with several appliances",
    bad=(Example(delivery("").replace('tier = "edge"', 'tier = "scan"', 1), ("tiers", "edge")),),
    good=(Example(delivery("")),),
)
def empty_outside(question: Question) -> Answers:
    """An external tier that no node is in."""
    for tier in question.graph.external():
        if not question.graph.nodes[tier.name]:
            sentence = f"Tier {tier.name} is to deliver to the Internet and has no node: nothing leaves through it."
            yield Problem(f"tier {tier.name}", ("tiers", tier.name), sentence, "Declare its nodes.")


def undeclared(question: Question, one: NodeClass, what: str, setting: ObjectPath = ()) -> Unobserved:
    """Something the class does not declare."""
    where = question.place(one, setting) if setting else Place(f"tier {one.tier.name}", ("tiers", one.tier.name))
    return Unobserved(where.object, where.path, what)


def _hand_over(question: Question) -> Iterator[tuple[NodeClass, Routed | None]]:
    """Inner classes that must hand everything to a next tier, with their route for everybody."""
    for one in question.each("routes", "postfix", "exim", external=False):
        table = question.routes(one)
        if table is not None and question.graph.next(one.tier):
            everybody = table.everybody
            yield one, everybody[1] if everybody else None


def _relayhost_open(question: Question, one: NodeClass) -> bool:
    """Whether a Postfix declares transports, none of them for all mail, and no relayhost: then it may have one."""
    table, postfix = question.routes(one), one.settings.postfix
    if one.settings.platform is not Platform.POSTFIX or postfix is None or table is None:
        return False
    return postfix.relayhost is None and table.everybody is None


def _routes_path(one: NodeClass) -> ObjectPath:
    paths: dict[Platform | None, ObjectPath] = {
        Platform.POSTFIX: ("postfix", "relayhost"),
        Platform.EXIM: ("exim", "routes"),
    }
    return paths.get(one.settings.platform, ("smtp_routes",))


@rule(
    "TIER105",
    Severity.ERROR,
    "An inside node without a route for all mail",
    rationale="""Without an ALL route (AsyncOS), relayhost (Postfix) or "*" route (Exim) a node inside looks the
    destination up in DNS and connects to it directly: that mail bypasses the delivery tier, and DANE with it.""",
    source="vendor document: SMTP routes; enabling DANE with several appliances",
    bad=(
        Example(
            scan('[tiers.scan.smtp_routes]\n"example.com" = "exchange.example.com"'), ("tiers", "scan", "smtp_routes")
        ),
        Example(scan('[tiers.scan.postfix]\nrelayhost = ""', "postfix"), ("tiers", "scan", "postfix", "relayhost")),
    ),
    good=(
        Example(scan(_TO_EDGE)),
        Example(scan('[tiers.scan.postfix]\nrelayhost = "[192.0.2.1]"', "postfix")),
    ),
)
def no_route_out(question: Question) -> Answers:
    """An inner class with routes declared and none for everybody."""
    for one in question.each("routes", "postfix", "exim", external=False):
        if question.graph.next(one.tier) and (question.routes(one) is None or _relayhost_open(question, one)):
            yield undeclared(question, one, "the route for all mail")
    for one, everybody in _hand_over(question):
        if everybody is None and not _relayhost_open(question, one):
            where = question.place(one, _routes_path(one))
            yield Problem(
                where.object,
                where.path,
                f"No route is for all mail: nodes of tier {one.tier.name} deliver directly by DNS, past "
                f"{named(one.tier.delivers_to)}, without DANE.",
                f"Route ALL to the addresses of {named(one.tier.delivers_to)}.",
            )


@rule(
    "TIER106",
    Severity.ERROR,
    "An inside node whose route for all mail is the normal lookup",
    rationale="""ALL = USEDNS on a node inside sends every message straight to its destination: it bypasses the delivery
    tier, and DANE with it.""",
    source="vendor document: SMTP routes; enabling DANE with several appliances",
    bad=(
        Example(scan('[tiers.scan.smtp_routes]\nALL = "USEDNS"'), ("tiers", "scan", "smtp_routes", "ALL")),
        Example(
            scan('[tiers.scan.postfix]\nrelayhost = "[192.0.2.1]"\ntransport = { "*" = "smtp:" }', "postfix"),
            ("tiers", "scan", "postfix", "transport", "*"),
        ),
    ),
    good=(Example(scan(_TO_EDGE)),),
)
def looks_up_itself(question: Question) -> Answers:
    """An inner class whose route for everybody is USEDNS."""
    for one, everybody in _hand_over(question):
        if everybody is not None and everybody.route.kind is RouteKind.USEDNS:
            where = question.place(one, everybody.path)
            yield Problem(
                where.object,
                where.path,
                f"All mail of tier {one.tier.name} is delivered directly by DNS, past {named(one.tier.delivers_to)}, "
                "without DANE.",
                f"Route ALL to the addresses of {named(one.tier.delivers_to)}.",
            )


@rule(
    "TIER107",
    Severity.ERROR,
    "An inside node whose route for all mail leads past the next tier",
    rationale="""The route for all mail names a host that is no node of the next tier. Whatever stands there delivers
    the mail by rules nobody checks here: DANE of the delivery tier never sees it.""",
    source="vendor document: enabling DANE with several appliances",
    bad=(
        Example(
            scan('[tiers.scan.smtp_routes]\nALL = ["192.0.2.1", "198.51.100.9"]'),
            ("tiers", "scan", "smtp_routes", "ALL"),
        ),
        Example(
            scan('[tiers.scan.postfix]\nrelayhost = "[198.51.100.9]"', "postfix"),
            ("tiers", "scan", "postfix", "relayhost"),
        ),
        Example(
            scan('[tiers.scan.exim]\nhosts_try_dane = ""\nroutes = { "*" = "198.51.100.9" }', "exim"),
            ("tiers", "scan", "exim", "routes", "*"),
        ),
    ),
    good=(Example(scan(_TO_EDGE)),),
)
def leads_elsewhere(question: Question) -> Answers:
    """An inner class whose route for everybody has a host that is none of the next tiers'."""
    for one, everybody in _hand_over(question):
        if everybody is None or everybody.route.kind is not RouteKind.HOSTS:
            continue
        where = question.place(one, everybody.path)
        stray, open_ = _strays(question, one, everybody.route.hosts)
        if stray:
            yield Problem(
                where.object,
                where.path,
                f"All mail of tier {one.tier.name} goes to {named(stray)}, which is no node of "
                f"{named(one.tier.delivers_to)}: it is delivered past the tier that does DANE.",
                f"Route ALL to the addresses of {named(one.tier.delivers_to)}, or declare the node.",
            )
        elif open_:
            why = f"{named(open_)}: a name no node of this profile is known by"
            yield Unobserved(where.object, where.path, "whether the route for all mail leads to the next tier", why)


def _strays(question: Question, one: NodeClass, hosts: tuple[RouteHost, ...]) -> tuple[list[str], list[str]]:
    answers = [(host.name, question.graph.belongs(host.name, question.graph.next(one.tier))) for host in hosts]
    stray = [name for name, belongs in answers if belongs is False]
    return stray, [name for name, belongs in answers if belongs is None]


@rule(
    "TIER108",
    Severity.ERROR,
    "An inside node that looks up a foreign domain itself",
    rationale="""A USEDNS route for a domain that is not ours makes a node inside deliver that domain's mail directly:
    it bypasses the delivery tier, and DANE with it. For own domains USEDNS is the way inwards.""",
    source="vendor document: SMTP routes; enabling DANE with several appliances",
    bad=(
        Example(scan(_TO_EDGE + '"ietf.org" = "USEDNS"'), ("tiers", "scan", "smtp_routes", "ietf.org")),
        Example(scan(_TO_EDGE + '".ietf.org" = "USEDNS"'), ("tiers", "scan", "smtp_routes", ".ietf.org")),
    ),
    good=(Example(scan(_TO_EDGE + '".example.com" = "USEDNS"')),),
)
def foreign_lookup(question: Question) -> Answers:
    """A USEDNS route for a foreign domain on an inner class."""
    for one in question.each("routes", "postfix", "exim", external=False):
        table = question.routes(one)
        for routed in table.values() if table is not None else ():
            key = routed.route.domain
            if routed.route.kind is not RouteKind.USEDNS or key == "ALL" or question.ours(key):
                continue
            where = question.place(one, routed.path)
            yield Problem(
                where.about(f"route {key}").object,
                where.path,
                f"Mail to {key} is delivered directly by DNS from tier {one.tier.name}, past "
                f"{named(one.tier.delivers_to)}, without DANE; {key} is no domain of ours.",
                "Remove the route, or name the domain in own_domains if it is ours.",
            )


@rule(
    "TIER109",
    Severity.WARNING,
    "An external tier that hands all its mail to somebody else",
    rationale="""The tier is said to connect directly to external destinations, but its route for all mail (AsyncOS:
    ALL, Postfix: relayhost, Exim: "*") leads to a smart host. Then the smart host decides what is delivered under DANE,
    not this fleet.""",
    source="vendor document: SMTP routes; RFC 7672 section 2.2.2",
    bad=(
        Example(edge('[tiers.edge.smtp_routes]\nALL = "198.51.100.9"'), ("tiers", "edge", "smtp_routes", "ALL")),
        Example(
            edge('[tiers.edge.postfix]\nrelayhost = "[smart.example.net]:587"', "postfix"),
            ("tiers", "edge", "postfix", "relayhost"),
        ),
    ),
    good=(
        Example(edge('[tiers.edge.smtp_routes]\nALL = "USEDNS"')),
        Example(edge('[tiers.edge.postfix]\nrelayhost = ""', "postfix")),
    ),
)
def outside_only_by_name(question: Question) -> Answers:
    """An external class whose route for everybody leads to hosts."""
    for one in question.each("routes", "postfix", "exim", external=True):
        table = question.routes(one)
        everybody = table.everybody if table is not None else None
        if everybody is not None and everybody[1].route.kind is RouteKind.HOSTS:
            where = question.place(one, everybody[1].path)
            hosts = named([host.name for host in everybody[1].route.hosts])
            yield Problem(
                where.object,
                where.path,
                f"Tier {one.tier.name} is to deliver to the Internet itself, but all its mail goes to "
                f"{hosts or everybody[1].service}: whether DANE is done is decided there.",
                "Remove the route, or say in delivers_to where this mail really goes.",
            )
