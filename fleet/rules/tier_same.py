"""TIER: nodes of one tier are told the same, or the profile names the fields in which they may differ.

What is compared, per platform, is the table ``ASPECTS``.  The largest group of equal nodes is the reference; the others
are found, each at the line that makes it differ.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fleet.layout.drift import groups
from fleet.layout.leaves import leaves
from fleet.layout.routes import routes_of
from fleet.model.control import DEFAULT
from fleet.model.finding import Label, Severity
from fleet.model.fleet import Node, ObjectPath, Platform, Settings
from fleet.model.flow import FlowAction
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import count, named

FAMILY = Family()

Answers = Iterator[Problem | Unobserved]
Facts = Mapping[ObjectPath, Hashable]
"""What is compared: setting paths and plain values."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing nodes of a tier have in common: the fields of ``Settings`` it lies in, and its facts."""

    name: str
    fields: Mapping[Platform, str]
    facts: Callable[[Settings], Facts | None]


def _field(name: str) -> Mapping[Platform, str]:
    return {Platform.ASYNCOS: name, Platform.POSTFIX: "postfix", Platform.EXIM: "exim"}


def _leaves(name: str) -> Callable[[Settings], Facts | None]:
    return lambda settings: leaves(settings, name)


def _of(settings: Settings, name: str, keep: Callable[[ObjectPath], bool]) -> Facts | None:
    found = leaves(settings, name)
    return None if found is None else {path: value for path, value in found.items() if keep(path)}


_POSTFIX_DEFAULT = ("smtp_tls_security_level", "smtp_dns_support_level", "smtp_host_lookup")
_EXIM_DEFAULT = ("hosts_try_dane", "hosts_require_dane", "hosts_require_tls", "dnssec_request_domains", "dane_built_in")


def _default(settings: Settings) -> Facts | None:
    if settings.platform is Platform.POSTFIX:
        return _of(settings, "postfix", lambda path: path[1] in _POSTFIX_DEFAULT)
    if settings.platform is Platform.EXIM:
        return _of(settings, "exim", lambda path: path[1] in _EXIM_DEFAULT)
    return _of(settings, "controls", lambda path: path[1] == DEFAULT)


def _controls(settings: Settings) -> Facts | None:
    if settings.platform is Platform.POSTFIX:
        return _of(settings, "postfix", lambda path: path[1] in ("tls_policy", "master"))
    if settings.platform is Platform.EXIM:
        return {}  # it has none
    return _of(settings, "controls", lambda path: path[1] != DEFAULT)


def _routes(settings: Settings) -> Facts | None:
    routes = routes_of(settings)
    if routes is None:
        return None
    return {routed.path: (routed.route.kind, frozenset(routed.route.hosts), routed.service) for routed in routes}


def _relay(settings: Settings) -> Facts | None:
    if settings.platform is Platform.POSTFIX:
        return _of(settings, "postfix", lambda path: path[1] == "mynetworks")
    if settings.platform is Platform.EXIM:
        return _of(settings, "exim", lambda path: path[1] == "relay_from_hosts")
    if settings.listeners is None:
        return None
    found: dict[ObjectPath, Hashable] = {}
    for listener in settings.listeners:
        relaying = {policy.name for policy in listener.policies if policy.action is FlowAction.RELAY}
        members = frozenset(
            member for group in listener.sender_groups if group.policy in relaying for member in group.members
        )
        found["listeners", listener.name] = members
    return found


def _same_field(name: str) -> Mapping[Platform, str]:
    return dict.fromkeys(Platform, name)


VERSION = Aspect("version", _same_field("version"), _leaves("version"))
RESOLVERS = Aspect("resolvers", _same_field("resolvers"), _leaves("resolvers"))
DEFAULT_ENTRY = Aspect("Default entry", _field("controls"), _default)
CONTROLS = Aspect("destination controls", _field("controls"), _controls)
ROUTES = Aspect("SMTP routes", _field("routes"), _routes)
RELAY = Aspect("RELAY groups", _field("listeners"), _relay)
ASPECTS = (VERSION, RESOLVERS, DEFAULT_ENTRY, CONTROLS, ROUTES, RELAY)


def differing(question: Question, aspect: Aspect) -> Answers:
    """The nodes of each tier whose facts are not those of the largest group."""
    number: dict[tuple[Platform, int], tuple[int, Facts | None]] = {}
    for tier in question.fleet.tiers.values():
        for platform in Platform:
            field = aspect.fields[platform]
            if field in tier.may_differ:
                continue
            told: list[tuple[str, int]] = []
            facts: dict[int, Facts] = {}
            holders: dict[str, Node] = {}
            lacking = 0
            for one in question.by_tier.get((tier.name, platform), ()):
                key = (platform, question.same(getattr(one.settings, field)))
                if key not in number:
                    found = aspect.facts(one.settings)
                    number[key] = (question.same(frozenset(found.items()) if found is not None else None), found)
                same, found = number[key]
                if found is None:
                    lacking += len(one.nodes)
                    continue
                facts[same] = found
                told.extend((node.name, same) for node in one.nodes)
                holders.update((node.name, node) for node in one.nodes)
            if lacking > 1 or (lacking and told):
                where = ("tiers", tier.name)
                yield Unobserved(f"tier {tier.name}", where, f"{aspect.name} of {count(lacking, 'node')}")
            if len(facts) > 1:
                yield from _problems(question, aspect, told, facts, holders)


def _problems(
    question: Question,
    aspect: Aspect,
    told: list[tuple[str, int]],
    facts: Mapping[int, Facts],
    holders: Mapping[str, Node],
) -> Answers:
    order = {node: place for place, node in enumerate(question.fleet.nodes)}
    reference, *others = groups(sorted(told, key=lambda item: order[item[0]]))
    like, first = facts[reference.value], holders[reference.nodes[0]]
    for group in others:
        setting = _difference(facts[group.value], like)
        for name in group.nodes:
            node = holders[name]
            where, other = question.place(node, setting), question.place(first, setting)
            yield Problem(
                f"node {name}",
                where.path,
                f"Node {name} differs in {aspect.name} ({'.'.join(map(str, setting))}) from "
                f"{count(len(reference.nodes), 'node')} of tier {node.tier} ({named(reference.nodes, 3)}): the same "
                f"mail is "
                "treated in two ways, depending on which node takes it.",
                f"Make them equal, or name the field in may_differ of tier {node.tier}.",
                (Label(other.path, f"as {first.name} has it"),) if other.path != where.path else (),
            )


def _difference(facts: Facts, like: Facts) -> ObjectPath:
    """The first thing that differs, as a setting path: rather something the node has than something it lacks."""
    nothing: Any = object()
    changed = [path for path, value in facts.items() if like.get(path, nothing) != value]
    lacking = [path for path in like if path not in facts]
    path = max(changed, key=len) if changed else lacking[0]
    return path[:1] if path[0] == "resolvers" else path


_TIER = """[fleet]
name = "example.com"

[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
platform = "{platform}"
{tier}
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]

[nodes.gw2]
tier = "edge"
addresses = ["192.0.2.2"]

[nodes.gw3]
tier = "edge"
addresses = ["192.0.2.3"]
{node}
"""


def _nodes(tier: str, node: str, platform: str = "asyncos") -> str:
    return _TIER.format(tier=tier, node=node, platform=platform)


_LISTENER = """policies = {{ RELAYED = "RELAY" }}
sender_groups = [{{ name = "RELAYLIST", members = ["{}"], policy = "RELAYED" }}]
"""
_AT_TIER, _AT_NODE = "[tiers.edge.{}]\n{}\n", "[nodes.gw3.{}]\n{}\n"


def _pair(table: str, tier: str, node: str, platform: str = "asyncos") -> tuple[str, str]:
    return (
        _nodes(_AT_TIER.format(table, tier), _AT_NODE.format(table, node), platform),
        _nodes(_AT_TIER.format(table, tier), _AT_NODE.format(table, tier), platform),
    )


def _register(
    code: str,
    severity: Severity,
    aspect: Aspect,
    why: str,
    bad: tuple[tuple[str, ObjectPath], ...],
    good: tuple[str, ...],
) -> None:
    def check(question: Question) -> Answers:
        return differing(question, aspect)

    FAMILY.rule(
        code,
        severity,
        f"Nodes of one tier that differ in {aspect.name}",
        rationale=f"""The nodes of a tier take mail in turn. {why} What becomes of a message then depends on which node
        it meets, and a test of one node says nothing about the others. may_differ names the fields that may.""",
        source="nodes of one tier do the same task (vendor document: enabling DANE with several appliances)",
        bad=tuple(Example(text, ("nodes", "gw3", *path)) for text, path in bad),
        good=tuple(Example(text) for text in good),
    )(check)


_VERSIONS = _nodes('version = "15.0.0-104"\n', 'version = "14.2.0-620"')
_DNS = 'resolvers = [{{ address = "10.0.0.{}", kind = "validates" }}]\n'
_RESOLVERS = _nodes(_DNS.format(53), _DNS.format(54))
_BY_DEFAULT = _pair("destination_controls.default", 'dane = "none"', 'dane = "opportunistic"')
_LEVELS = _pair("postfix", 'smtp_tls_security_level = "may"', 'smtp_tls_security_level = "encrypt"', "postfix")
_HOSTS = _pair("exim", 'hosts_try_dane = ""', 'hosts_try_dane = "*"', "exim")
_ENTRIES = _pair("destination_controls", '"ietf.org" = { dane = "none" }', '"ietf.org" = { dane = "mandatory" }')
_POLICIES = _pair(
    "postfix", 'tls_policy = { "a.example" = "may" }', 'tls_policy = { "a.example" = "encrypt" }', "postfix"
)
_ROUTED = _pair("smtp_routes", '"example.com" = "10.0.3.5"', '"example.com" = "10.0.3.6"')
_RELAYHOSTS = _pair("postfix", 'relayhost = ""', 'relayhost = "[mx.example.net]"', "postfix")
_GROUPS = _pair("listeners.mail", _LISTENER.format("10.0.1.0/24"), _LISTENER.format("10.0.9.0/24"))
_NETWORKS = _pair("postfix", 'mynetworks = ["10.0.1.0/24"]', 'mynetworks = ["10.0.9.0/24"]', "postfix")


def _allowed(text: str, field: str) -> str:
    return text.replace("[tiers.edge]\n", f'[tiers.edge]\nmay_differ = ["{field}"]\n', 1)


_register(
    "TIER111",
    Severity.WARNING,
    VERSION,
    "Releases differ in what they make of DANE.",
    ((_VERSIONS, ("version",)),),
    (_allowed(_VERSIONS, "version"), _nodes('version = "15.0.0-104"\n', 'version = "15.0.0-104"')),
)
_register(
    "TIER112",
    Severity.ERROR,
    RESOLVERS,
    "Another resolver may find bogus, or unsigned, what the others prove.",
    ((_RESOLVERS, ("resolvers",)),),
    (_allowed(_RESOLVERS, "resolvers"), _nodes(_DNS.format(53), _DNS.format(53))),
)
_register(
    "TIER113",
    Severity.ERROR,
    DEFAULT_ENTRY,
    "The Default entry (Postfix: the main level; Exim: its host lists) decides about most destinations.",
    (
        (_BY_DEFAULT[0], ("destination_controls", "default", "dane")),
        (_LEVELS[0], ("postfix", "smtp_tls_security_level")),
        (_HOSTS[0], ("exim", "hosts_try_dane")),
    ),
    (_BY_DEFAULT[1], _LEVELS[1], _allowed(_BY_DEFAULT[0], "destination_controls")),
)
_register(
    "TIER114",
    Severity.ERROR,
    CONTROLS,
    "A destination with an entry on one node and none on the next is delivered under DANE now and then.",
    ((_ENTRIES[0], ("destination_controls", "ietf.org", "dane")), (_POLICIES[0], ("postfix", "tls_policy"))),
    (_ENTRIES[1], _POLICIES[1], _allowed(_ENTRIES[0], "destination_controls")),
)
_register(
    "TIER115",
    Severity.ERROR,
    ROUTES,
    "A route on one node only takes some of a domain's mail another way, and behind it DANE fails.",
    ((_ROUTED[0], ("smtp_routes", "example.com")), (_RELAYHOSTS[0], ("postfix", "relayhost"))),
    (_ROUTED[1], _allowed(_ROUTED[0], "smtp_routes")),
)
_register(
    "TIER116",
    Severity.ERROR,
    RELAY,
    "A sender that may relay through one node is refused, or accepted without DANE, by the next.",
    ((_GROUPS[0], ("listeners", "mail")), (_NETWORKS[0], ("postfix", "mynetworks"))),
    (_GROUPS[1], _NETWORKS[1], _allowed(_GROUPS[0], "listeners")),
)
