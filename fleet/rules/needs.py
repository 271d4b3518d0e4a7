"""What a rule must know of a gateway before its silence is good news.

A rule looks at what is declared; where nothing is, it finds nothing.  This table says which settings a rule cannot do
without, and ``lacking`` which of them nobody declared: a rule without a finding is then undecided, never clean.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from fleet.layout.classes import NodeClass
from fleet.layout.flows import relay_networks
from fleet.layout.leaves import resolver_key
from fleet.model.fleet import Platform
from fleet.model.resolver import ResolverKind
from fleet.rules.question import Question
from fleet.rules.rule import Unobserved
from fleet.rules.words import named

_APPLIANCE = frozenset({Platform.ASYNCOS})
_MAIL_SERVERS = frozenset({Platform.POSTFIX, Platform.EXIM})
_ALL = frozenset({None, *Platform})


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to be known of every class of nodes that faces outside, or does not (``external`` None: both).

    ``lacks`` says why it is not known, empty where it is.
    """

    what: str
    lacks: Callable[[Question, NodeClass], str]
    external: bool | None = None
    platforms: frozenset[Platform | None] = _ALL


NOT_DECLARED = "not declared"


def _unless(known: bool) -> str:
    return "" if known else NOT_DECLARED


def _field(name: str) -> Callable[[Question, NodeClass], str]:
    return lambda _, one: _unless(getattr(one.settings, name) is not None)


def _dane(question: Question, one: NodeClass) -> str:
    return _unless(question.dane_on(one) is not None)


def _where_dane(lacks: Callable[[Question, NodeClass], str]) -> Callable[[Question, NodeClass], str]:
    """Only where DANE is on, or nobody says that it is off."""
    return lambda question, one: lacks(question, one) if question.dane_on(one) is not False else ""


def _routes(question: Question, one: NodeClass) -> str:
    return _unless(question.routes(one) is not None)


def _route_inside(question: Question, one: NodeClass) -> str:
    return _unless(question.routes(one) is not None or not question.graph.next(one.tier))


def _relay(_: Question, one: NodeClass) -> str:
    return _unless(relay_networks(one.settings)[0] is not None)


def _resolvers(_: Question, one: NodeClass) -> str:
    return _unless(one.settings.resolvers is not None or bool(one.settings.root_servers))


def _kinds(question: Question, one: NodeClass) -> str:
    unknown = [each for each in one.settings.resolvers or () if question.kind(each) is ResolverKind.UNKNOWN]
    return f"never tested with success: {named([resolver_key(each) for each in unknown])}" if unknown else ""


PLATFORM = Need("platform", _field("platform"))
DANE = Need("DANE support", _dane)
DANE_INSIDE = Need("DANE support", _dane, external=False)
DANE_OUTSIDE = Need("DANE support", _dane, external=True)
CONTROLS = Need("destination controls", _field("controls"), platforms=_APPLIANCE)
EXIM = Need("Exim's options", _field("exim"), platforms=frozenset({Platform.EXIM}))
EXIM_INSIDE = Need("Exim's options", _field("exim"), False, frozenset({Platform.EXIM}))
EXIM_OUTSIDE = Need("Exim's options", _field("exim"), True, frozenset({Platform.EXIM}))
ROUTES = Need("SMTP routes", _routes)
ROUTES_OUTSIDE = Need("SMTP routes", _routes, external=True)
ROUTE_INSIDE = Need("the route for all mail", _route_inside, external=False)
ROUTES_WITH_DANE = Need("SMTP routes", _where_dane(_routes), external=True)
LISTENERS = Need("listeners and their sender groups", _field("listeners"), platforms=_APPLIANCE)
LISTENERS_WITH_DANE = Need("listeners and their sender groups", _where_dane(_field("listeners")), True, _APPLIANCE)
RELAY = Need("who may relay", _relay, platforms=_MAIL_SERVERS)
CERTIFICATE = Need("the certificate it shows", _field("outbound_certificate"), True, _APPLIANCE)
LOGS = Need("log subscriptions", _field("logs"), platforms=_APPLIANCE)
RESOLVERS = Need("resolvers", _where_dane(_resolvers), external=True)
KINDS = Need("what resolvers do to DNSSEC", _where_dane(_kinds), external=True)


def _only(platforms: frozenset[Platform], *needs: Need) -> tuple[Need, ...]:
    """``needs`` of rules that look at some platforms only."""
    return tuple(replace(need, platforms=need.platforms & platforms) for need in needs)


_BY_DEFAULT = (DANE_OUTSIDE, EXIM_OUTSIDE)
_BY_SERVER = (*_only(_MAIL_SERVERS, DANE_OUTSIDE), EXIM_OUTSIDE)
_BEHIND_ROUTE = _only(_APPLIANCE, DANE_OUTSIDE, ROUTES_WITH_DANE)
_APPLIANCE_DNS = _only(_APPLIANCE, RESOLVERS, KINDS)
_SERVER_DNS = _only(_MAIL_SERVERS, RESOLVERS, KINDS)

NEEDS: Mapping[str, tuple[Need, ...]] = {
    "TIER101": (DANE_INSIDE, EXIM_INSIDE),
    "TIER102": (DANE_INSIDE,),
    "TIER106": (ROUTE_INSIDE,),
    "TIER107": (ROUTE_INSIDE,),
    "TIER108": (ROUTE_INSIDE,),
    "TIER109": (ROUTES_OUTSIDE,),
    "DEST201": (CONTROLS,),
    "DEST202": _BY_DEFAULT,
    "DEST203": _BY_DEFAULT,
    "DEST204": _BY_DEFAULT,
    "DEST206": (CONTROLS,),
    "DEST207": (CERTIFICATE,),
    "DEST208": _BY_SERVER,
    "DEST209": _BY_SERVER,
    "ROUTE301": _BEHIND_ROUTE,
    "ROUTE302": _BEHIND_ROUTE,
    "ROUTE303": (*_BEHIND_ROUTE, LISTENERS_WITH_DANE),
    "ROUTE304": (ROUTES,),
    "ROUTE305": (*_BY_SERVER, *_only(_MAIL_SERVERS, ROUTES_WITH_DANE)),
    "FLOW403": (*_only(_APPLIANCE, DANE_OUTSIDE), LISTENERS_WITH_DANE),
    "FLOW404": (*_only(_APPLIANCE, DANE_OUTSIDE), LISTENERS_WITH_DANE),
    "FLOW405": (LISTENERS, RELAY),
    "FLOW406": (LISTENERS,),
    "DNS501": _APPLIANCE_DNS,
    "DNS502": _APPLIANCE_DNS,
    "DNS503": _APPLIANCE_DNS,
    "DNS504": _APPLIANCE_DNS,
    "DNS505": (*_only(_APPLIANCE, DANE_OUTSIDE), *_APPLIANCE_DNS),
    "DNS506": _APPLIANCE_DNS,
    "DNS511": _SERVER_DNS,
    "DNS512": _SERVER_DNS,
    "DNS513": (*_BY_SERVER, *_SERVER_DNS),
    "DNS514": (*_BY_SERVER, *_SERVER_DNS),
    "DNS515": (*_BY_SERVER, *_SERVER_DNS),
    "DNS516": _SERVER_DNS,
    "DNS521": (RESOLVERS,),
    "DNS522": (RESOLVERS,),
    "DNS523": (RESOLVERS, KINDS),
    "DNS524": _only(_MAIL_SERVERS, RESOLVERS),
    "VER601": (DANE,),
    "VER604": (EXIM,),
    "LOG901": (LOGS,),
    "LOG902": (LOGS,),
    "LOG903": (LOGS,),
    "LOG904": (LOGS,),
}
"""By code.  Every rule that looks at classes of nodes needs the platform besides."""

ANY_PLATFORM = frozenset({"TIER103", "TIER104", "SSH701", "VER602", "VER603"})
"""Rules that ask nothing a platform decides; those of DRIFT speak of what is not declared themselves."""


def lacking(code: str, question: Question) -> Iterator[Unobserved]:
    """What the rule ``code`` needs and nobody declared, once for each tier."""
    if code not in ANY_PLATFORM and not code.startswith("DRIFT"):
        yield from _lacking(PLATFORM, question)
    for need in NEEDS.get(code, ()):
        yield from _lacking(need, question)


def _lacking(need: Need, question: Question) -> tuple[Unobserved, ...]:
    return question.once(f"lacking {need!r}", lambda question: _unmet(need, question))


def _unmet(need: Need, question: Question) -> Iterator[Unobserved]:
    for one in question.classes:
        if need.external not in (None, one.tier.external) or one.settings.platform not in need.platforms:
            continue
        if one.settings.platform is None and need is not PLATFORM:
            continue  # said once: nothing else can be asked before it is known
        why = need.lacks(question, one)
        if why:
            yield Unobserved(f"tier {one.tier.name}", ("tiers", one.tier.name), need.what, why)
