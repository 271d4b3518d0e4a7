"""Random settings for whatever prints and reads them."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fleet.model.control import DEFAULT, DaneSupport, DestinationControl, IpPreference
from fleet.model.fleet import LogSubscription
from fleet.model.flow import FlowAction, FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver
from fleet.model.route import ALL, RouteHost, RouteKind, SmtpRoute

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

LABEL = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,3})?", fullmatch=True)
DOMAIN = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(["example", "org", "com"]),
)
SUFFIX = st.builds(lambda dot, domain: dot + domain, st.sampled_from(["", "", "."]), DOMAIN)
ADDRESS = st.ip_addresses(v=4).map(str)
ANY_ADDRESS = st.one_of(ADDRESS, st.ip_addresses(v=6).filter(lambda ip: ip.ipv4_mapped is None).map(str))

_TLS = st.sampled_from(TlsLevel)
_DANE = st.sampled_from(DaneSupport)
_IP = st.sampled_from(IpPreference)


@st.composite
def controls(draw: st.DrawFn) -> tuple[DestinationControl, ...]:
    domains = draw(st.lists(DOMAIN, unique=True, max_size=5))
    entries = [DestinationControl(name, draw(st.none() | _TLS), draw(st.none() | _DANE)) for name in domains]
    return (DestinationControl(DEFAULT, draw(_TLS), draw(_DANE)), *entries)


HOST = st.builds(
    RouteHost,
    st.one_of(DOMAIN, ADDRESS),
    st.sampled_from([25, 25, 587, 2525]),
    st.sampled_from([0, 0, 10, 65535]),
    st.booleans(),
)


@st.composite
def routes(draw: st.DrawFn) -> tuple[SmtpRoute, ...]:
    found = []
    for domain in draw(st.lists(st.one_of(SUFFIX, st.just(ALL)), unique=True, max_size=5)):
        kind = draw(st.sampled_from(RouteKind))
        hosts = tuple(draw(st.lists(HOST, min_size=1, max_size=3))) if kind is RouteKind.HOSTS else ()
        found.append(SmtpRoute(domain, kind, hosts))
    return tuple(found)


MEMBER = st.one_of(ADDRESS, ADDRESS.map(lambda text: text + "/24"), SUFFIX)


@st.composite
def listeners(draw: st.DrawFn) -> tuple[Listener, ...]:
    found = []
    for name in draw(st.lists(LABEL, unique=True, min_size=1, max_size=3)):
        names = draw(
            st.lists(st.sampled_from(["ACCEPTED", "THROTTLED", "BLOCKED", "RELAYED"]), unique=True, min_size=1)
        )
        policies = tuple(FlowPolicy(policy, draw(st.sampled_from(FlowAction))) for policy in names)
        groups = [
            SenderGroup(group, tuple(draw(st.lists(MEMBER, min_size=0, max_size=3))), draw(st.sampled_from(names)))
            for group in draw(st.lists(st.sampled_from(["RELAYLIST", "WHITELIST", "SUSPECT"]), unique=True))
        ]
        groups.append(SenderGroup(ALL, (ALL,), draw(st.sampled_from(names))))
        public = draw(st.booleans())
        rat = [RatEntry(domain, draw(st.booleans())) for domain in draw(st.lists(SUFFIX, unique=True, max_size=3))]
        rat.append(RatEntry(ALL, False))
        found.append(
            Listener(
                name, draw(st.sampled_from([25, 587])), public, policies, tuple(groups), tuple(rat) if public else ()
            )
        )
    return tuple(found)


@st.composite
def dns(draw: st.DrawFn) -> tuple[bool, tuple[Resolver, ...]]:
    root_servers = draw(st.booleans())
    priority = st.integers(0, 3)
    own = (
        []
        if root_servers
        else draw(
            st.lists(st.builds(lambda a, p: Resolver(a, priority=p), ANY_ADDRESS, priority), min_size=1, max_size=3)
        )
    )
    secondary = draw(
        st.lists(st.builds(lambda a, p: Resolver(a, priority=p, secondary=True), ANY_ADDRESS, priority), max_size=2)
    )
    alternate = draw(st.lists(st.builds(lambda a, d: Resolver(a, domains=(d,)), ADDRESS, DOMAIN), max_size=2))
    return root_servers, (*own, *secondary, *alternate)


LOGS = st.lists(
    st.builds(
        lambda name, level: LogSubscription(name, "mail", level),
        st.from_regex(r"[a-z]{2,8}_logs", fullmatch=True),
        st.sampled_from(["critical", "warning", "information", "debug", "trace"]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
