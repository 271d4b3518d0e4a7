"""Whatever a node reports, the rules answer: strange names and values are no reason to stop.

And whatever they answer, it is about something that is there, in words that can be shown.
"""

from dataclasses import fields
from datetime import date

from facts import NOW, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.layout import effective, overlay_observed
from fleet.model.control import BounceProfile, DaneSupport, DestinationControl
from fleet.model.fleet import Destination, Fleet, LogSubscription, Node, Platform, Settings, SshSettings, Tier
from fleet.model.flow import FlowAction, FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.rules import Question, run

ODD = [
    "",
    ".",
    "..",
    "ALL",
    "default",
    "*",
    "\udcff",
    "\x1b[2J",
    "BÜCHER.example",
    "a" * 300,
    "[::1]",
    "1.2.3.4/99",
    "/",
]
NAMES = st.sampled_from(
    [*ODD, "example.com", ".example.com", "ietf.org", "10.0.0.1", "10.0.0.0/8", "smtp:[10.0.0.1]:x"]
)


def many(strategy):
    return st.none() | st.lists(strategy, max_size=3).map(tuple)


def some(strategy):
    return st.none() | strategy


CONTROLS = st.builds(
    DestinationControl,
    NAMES,
    some(st.sampled_from([*TlsLevel])),
    some(st.sampled_from([*DaneSupport])),
    bounce_profile=some(NAMES),
)
ROUTES = st.builds(
    SmtpRoute, NAMES, st.sampled_from([*RouteKind]), st.lists(st.builds(RouteHost, NAMES), max_size=2).map(tuple)
)
LISTENERS = st.builds(
    Listener,
    NAMES,
    policies=st.lists(st.builds(FlowPolicy, NAMES, st.sampled_from([*FlowAction])), max_size=3).map(tuple),
    sender_groups=st.lists(
        st.builds(SenderGroup, NAMES, st.lists(NAMES, max_size=3).map(tuple), NAMES), max_size=3
    ).map(tuple),
    rat=st.lists(st.builds(RatEntry, NAMES, st.booleans()), max_size=2).map(tuple),
)
RESOLVERS = st.builds(
    Resolver,
    NAMES,
    priority=st.integers(0, 2),
    secondary=st.booleans(),
    domains=st.lists(NAMES, max_size=1).map(tuple),
    kind=st.sampled_from([*ResolverKind]),
)
PAIRS = many(st.tuples(NAMES, st.one_of(NAMES, st.sampled_from(["dane", "dane-only x=y", "discard:", "smtp:9:9:9"]))))
LEVELS = some(st.sampled_from(["dane", "dane-only", "may", "", "nonsense", "\udcff"]))
LOGS = st.builds(LogSubscription, NAMES, level=st.sampled_from(["debug", "DEBUG", ""]), until=some(st.just(date.min)))
POSTFIX = st.builds(
    PostfixSettings,
    smtp_tls_security_level=LEVELS,
    smtp_dns_support_level=some(st.sampled_from(["dnssec", "\x00"])),
    relayhost=some(NAMES),
    mynetworks=many(NAMES),
    tls_policy=PAIRS,
    transport=PAIRS,
    master=many(st.tuples(NAMES, st.just("smtp_tls_security_level"), st.just("dane"))),
)
EXIM = st.builds(
    EximSettings,
    dane_built_in=some(st.booleans()),
    hosts_try_dane=some(NAMES),
    hosts_require_dane=some(NAMES),
    relay_from_hosts=many(NAMES),
    routes=PAIRS,
)
SETTINGS = st.builds(
    Settings,
    platform=some(st.sampled_from([*Platform])),
    version=some(st.sampled_from(["", "15", "9" * 5000, "\udcff", "11.0"])),
    root_servers=some(st.booleans()),
    resolvers=many(RESOLVERS),
    outbound_certificate=some(st.sampled_from(["demo", "x"])),
    controls=many(CONTROLS),
    routes=many(ROUTES),
    listeners=many(LISTENERS),
    bounce_profiles=many(st.builds(BounceProfile, NAMES, st.integers(0, 99999))),
    logs=many(LOGS),
    postfix=some(POSTFIX),
    exim=some(EXIM),
)


@st.composite
def fleets(draw):
    tiers = {}
    for name in ("edge", "scan"):
        to = draw(st.lists(st.sampled_from(["internet", "inside", "edge", "scan", "gone"]), max_size=2).map(tuple))
        tiers[name] = Tier(name, to, (), draw(SETTINGS), may_differ=tuple(draw(st.lists(NAMES, max_size=1))))
    nodes = {}
    for number in range(draw(st.integers(0, 3))):
        tier = draw(st.sampled_from(["edge", "scan", "gone"]))
        own = draw(SETTINGS) if draw(st.booleans()) or tier == "gone" else tiers[tier].settings
        ssh = SshSettings(user=draw(st.sampled_from(["", "root", "admin"])))
        nodes[f"n{number}"] = Node(f"n{number}", tier, tuple(draw(st.lists(NAMES, max_size=2))), own, ssh)
    watched = {name: Destination(name) for name in draw(st.lists(NAMES, unique=True, max_size=2))}
    return Fleet("x", tiers, nodes, watched, own_domains=tuple(draw(st.lists(NAMES, max_size=1))))


@st.composite
def observations(draw, fleet):
    found = {}
    for name in fleet.nodes:
        if draw(st.booleans()):
            units = tuple(Unit(unit.name, draw(st.sampled_from([*Sight]))) for unit in fields(Settings))
            found[name] = Observation(name, NOW, draw(SETTINGS), units)
    return found


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_rules_answer_for_any_fleet_declared_or_observed(data):
    fleet = data.draw(fleets())
    seen = data.draw(observations(fleet))
    facts = {"verdicts": {"ietf.org": verdict(tlsa=False)}, "observations": seen, "now": NOW}
    for question in (Question(fleet, **facts), Question(overlay_observed(fleet, seen), **facts)):
        report = run(question)
        for finding in report.findings:
            assert finding.path[0] in ("fleet", "tiers", "nodes", "destinations", "suppressions")
            assert finding.sentence.endswith(".")
            assert finding.object
        assert run(question) == report


@settings(max_examples=80, deadline=None)
@given(SETTINGS, NAMES)
def test_there_is_an_effective_policy_for_any_settings_and_name(told, name):
    fleet = Fleet("x", {}, {})
    for flow in (None, *FlowAction):
        policy = effective(fleet, told, flow, name)
        assert policy.held in (True, False, None)
        if policy.held:
            assert policy.attempted is not False
