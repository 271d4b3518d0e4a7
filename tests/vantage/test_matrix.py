"""Kind of resolver x where it stands x platform x mode -> what becomes of mail: from the lab's audit to the forecast.

The kinds come from an audit through a gateway of the lab, the check of the destination from the lab too.  What must
come out was agreed on, and is written down here once more: an appliance validates itself, so what passes is enough and
what strips holds mail in both modes; Postfix and Exim believe the AD bit, so whatever does not validate leaves DANE
out, which holds mail where DANE is mandatory (Exim returns it); what nobody could find out is unknown.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import pytest
from audited import Auditing

from fleet.dane import verify
from fleet.dnssec.anchors import load_trust_anchors
from fleet.forecast import Audits, Core, Resolving, better, forecast, worse
from fleet.lab import LabHandle
from fleet.model import Mode, Outcome, Verdict
from fleet.model.fleet import Fleet, Platform
from fleet.model.flow import FlowAction
from fleet.model.resolver import Resolver, ResolverKind
from fleet.network.mapped import MappedNetwork
from fleet.profile import read_profile

DOMAIN = "good.lab"
FLEET = f"""
[fleet]
name = "matrix"
version = "15.0.0-104"
platform = "asyncos"
[fleet.bounce_profiles]
Default = "72h"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
[tiers.edge.smtp_routes]
[tiers.edge.listeners.outgoing]
public = false
policies = {{ RELAYED = "RELAY" }}
sender_groups = [{{ name = "ALL", members = ["ALL"], policy = "RELAYED" }}]
[nodes.one]
tier = "edge"
addresses = ["10.0.2.11"]
[destinations."{DOMAIN}"]
"""
TOLD = {
    Platform.ASYNCOS: """
[tiers.edge.destination_controls.default]
tls = "preferred"
dane = "{}"
""",
    Platform.POSTFIX: """
[tiers.edge.postfix]
smtp_dns_support_level = "dnssec"
smtp_host_lookup = ["dns"]
smtp_tls_security_level = "{}"
relayhost = ""
maximal_queue_lifetime = "3d"
""",
    Platform.EXIM: """
[tiers.edge.exim]
dane_built_in = true
dnssec_request_domains = "*"
{} = "*"
[tiers.edge.exim.routes]
""",
}
WORDS = {
    Platform.ASYNCOS: {Mode.OPPORTUNISTIC: "opportunistic", Mode.MANDATORY: "mandatory"},
    Platform.POSTFIX: {Mode.OPPORTUNISTIC: "dane", Mode.MANDATORY: "dane-only"},
    Platform.EXIM: {Mode.OPPORTUNISTIC: "hosts_try_dane", Mode.MANDATORY: "hosts_require_dane"},
}
KINDS = ("validating", "passing", "stripping", "dead", "udp-only")
GOOD = "192.0.2.58"


@dataclass(frozen=True)
class Position:
    """Where the resolver in question stands beside one that validates; who answers, on an appliance and elsewhere."""

    name: str
    good: Resolver | None
    other: Resolver
    down: bool = False
    answers: str = "other"
    libc: str = ""

    def who(self, platform: Platform) -> str:
        return self.answers if platform is Platform.ASYNCOS or not self.libc else self.libc


X = Resolver("")
G = Resolver(GOOD)
POSITIONS = (
    Position("alone", None, X),
    Position("before one that validates", replace(G, priority=1), X),
    Position("below", G, replace(X, priority=1), answers="good"),
    Position("below, the better one down", G, replace(X, priority=1), down=True),
    Position("tied", G, X, answers="either", libc="good"),
    Position("tied, the other one down", G, X, down=True),
    Position("secondary", G, replace(X, secondary=True), answers="good"),
    Position("secondary, the primary down", G, replace(X, secondary=True), down=True),
    Position("alternate for the destination", G, replace(X, domains=(DOMAIN,))),
    Position("alternate for another domain", G, replace(X, domains=("other.lab",)), answers="good"),
)


def agreed(kind: ResolverKind, platform: Platform, mode: Mode) -> Outcome:
    """What was agreed on for one resolver."""
    if kind is ResolverKind.UNKNOWN:
        return Outcome.UNKNOWN
    if kind is ResolverKind.VALIDATES:
        return Outcome.DANE
    if platform is Platform.ASYNCOS:
        return Outcome.DANE if kind is ResolverKind.PASSES else Outcome.HELD
    if mode is Mode.OPPORTUNISTIC:
        return Outcome.TLS
    return Outcome.HELD if platform is Platform.POSTFIX else Outcome.UNDELIVERABLE


@pytest.fixture(scope="module")
def check(lab: LabHandle) -> Verdict:
    """The destination as seen through a resolver that is none of those in question."""
    network, anchors = MappedNetwork.load(lab.network), tuple(load_trust_anchors(lab.trust_anchor))
    return asyncio.run(verify(DOMAIN, network, [lab.resolvers["validating"]], trust_anchors=anchors))


def test_the_lab_audited_and_forecast_says_what_was_agreed_on(auditing: Auditing, check: Verdict) -> None:
    cells = auditing.audit(auditing.node("one", *KINDS, "second"))
    audits = Audits(cells.values())
    wrong = []
    combinations = list(product(KINDS, POSITIONS, Platform, Mode))
    for kind, position, platform, mode in combinations:
        fleet = declared(auditing.lab.resolvers, kind, position, platform, mode)
        node = fleet.nodes["one"]
        met = audits.of("one", Resolver(auditing.lab.resolvers[kind])).kind
        good = agreed(ResolverKind.VALIDATES, platform, mode)
        expected = {"other": {agreed(met, platform, mode)}, "good": {good}}
        expected["either"] = expected["other"] | expected["good"]
        down = frozenset({GOOD} if position.down else ())
        core = one_core(fleet, check, Resolving(down, audits.kinds(node)))
        may = expected[position.who(platform)]
        if core.outcome not in may or bounds(core) != bounds_of(may):
            wrong.append((kind, position.name, platform.value, mode.value, core.outcome, *bounds(core)))
    assert not wrong, "\n".join(map(str, wrong))
    assert len(combinations) == 5 * 10 * 3 * 2


def declared(resolvers: Mapping[str, str], kind: str, position: Position, platform: Platform, mode: Mode) -> Fleet:
    reading = read_profile(FLEET.replace("asyncos", platform) + TOLD[platform].format(WORDS[platform][mode]), "m.toml")
    assert reading.fleet is not None
    assert not reading.diagnostics, reading.diagnostics
    listed = tuple(one for one in (position.good, replace(position.other, address=resolvers[kind])) if one is not None)
    nodes = {
        name: replace(node, settings=replace(node.settings, resolvers=listed))
        for name, node in reading.fleet.nodes.items()
    }
    return replace(reading.fleet, nodes=nodes)


def one_core(fleet: Fleet, check: Verdict, resolving: Resolving) -> Core:
    found = forecast(fleet, tuple(fleet.destinations.values()), {DOMAIN: check}, resolving)
    (group,) = (group for group in found.classes if group.nodes)
    (core,) = group.cells.get(FlowAction.RELAY) or group.cells[None]
    return core


def bounds(core: Core) -> tuple[Outcome, Outcome]:
    return core.best, core.worst


def bounds_of(outcomes: set[Outcome]) -> tuple[Outcome, Outcome]:
    """The best and the worst: what is not known may be held, and opportunistic TLS may go out in clear."""
    worst = {Outcome.UNKNOWN: Outcome.HELD, Outcome.TLS: Outcome.CLEAR}
    return better(*outcomes), worse(*(worst.get(one, one) for one in outcomes))
