"""The forecast by classes equals the forecast of one node, one flow and one destination by itself."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.decision import judge
from fleet.forecast import Resolving, forecast, foretell_one
from fleet.forecast.alike import shape
from fleet.model import Mode, Policy, TlsLevel
from fleet.model.fleet import Destination


@pytest.fixture(scope="module")
def drawn(checks):
    """Strategies of checks: a few forms, names of their own."""
    names = st.sampled_from(["mx.example", "mail.example", "in.other.example"])
    host = st.builds(
        checks.Host,
        name=names,
        preference=st.sampled_from([10, 10, 20]),
        address=st.sampled_from(["secure", "insecure", "bogus", "none", "failed"]),
        aaaa=st.sampled_from(["none", "none", "secure", "failed"]),
        tlsa=st.sampled_from(["secure", "insecure", "nxdomain", "bogus", "failed", None]),
        records=st.sampled_from([(checks.USABLE,), (checks.UNUSABLE,), (checks.USABLE, checks.UNUSABLE)]),
        session=st.sampled_from(["tls", "tls", "tls", "no-starttls", "timeout", None]),
        match=st.sampled_from([checks.matched(), checks.mismatched()]),
        pkix=st.sampled_from(
            [checks.Pkix(good, good, (name,)) for good in (True, False) for name in ("mx.example", "")]
        ),
        addresses=st.sampled_from([("192.0.2.1",), ("192.0.2.1", "192.0.2.2"), ("2001:db8::1",)]),
    )
    hosts = st.lists(host, min_size=1, max_size=2, unique_by=lambda one: one.name)
    return st.builds(
        lambda hosts, mx, smtp, domain: checks.verdict(*hosts, mx=mx, smtp=smtp, domain=domain),
        hosts,
        st.sampled_from(["secure", "insecure", "bogus"]),
        st.sampled_from([True, True, True, False]),
        st.sampled_from(["example.org", "example.net", "mx.example"]),
    )


def test_equal_shapes_come_to_the_same_under_every_policy_mode_and_level(drawn) -> None:
    told = {}

    @settings(max_examples=800, deadline=None)
    @given(verdict=drawn)
    def same(verdict) -> None:
        for policy, mode, level in ((p, m, t) for p in Policy for m in Mode for t in TlsLevel):
            found = judge(verdict, policy, mode, level)
            outcome = (found.action, found.outcome, found.best, found.worst, found.assumed, bool(found.incomplete))
            key = (shape(verdict), policy, mode, level)
            assert told.setdefault(key, outcome) == outcome

    same()


def test_names_and_addresses_do_not_make_a_shape(checks) -> None:
    one = checks.verdict(checks.Host(name="mx.example", addresses=("192.0.2.1",)), domain="a.example")
    two = checks.verdict(
        checks.Host(name="mail.b.example", addresses=("192.0.2.9",), pkix=checks.Pkix(True, True, ("mail.b.example",))),
        domain="b.example",
    )
    assert shape(one) == shape(two)
    assert shape(one) != shape(checks.verdict(checks.Host(match=checks.mismatched()), domain="a.example"))


def test_what_decides_makes_a_shape(checks) -> None:
    """The order of preference, and whether a trusted certificate names the host."""
    bad = checks.Host(name="bad.example", match=checks.mismatched())
    first, later = (checks.verdict(bad, checks.Host(name="good.example", preference=one)) for one in (10, 20))
    assert shape(first) != shape(later)
    named, other = (
        checks.verdict(checks.Host(tlsa="nxdomain", pkix=checks.Pkix(True, True, (name,))))
        for name in ("mx.example", "elsewhere.example")
    )
    assert shape(named) != shape(other)


PROFILE = """
[fleet]
version = "15.0.0-104"
[fleet.destination_controls.default]
tls = "preferred"
dane = "opportunistic"
[fleet.destination_controls."d1.example"]
dane = "mandatory"
[fleet.destination_controls.".below.example"]
tls = "required-verify"
[fleet.destination_controls."d4.below.example"]
dane = "none"
[fleet.smtp_routes]
"d2.example" = "relay.example"
".below.example" = "USEDNS"
"d3.example" = "/dev/null"
[fleet.listeners.in]
policies = { R = "RELAY", A = "ACCEPT", N = "REJECT" }
sender_groups = [
  { name = "G", members = ["10.0.0.0/8"], policy = "R" },
  { name = "H", members = ["192.0.2.0/24"], policy = "A" },
  { name = "ALL", members = ["ALL"], policy = "N" },
]
[tiers.asyncos]
platform = "asyncos"
delivers_to = ["internet"]
[tiers.postfix]
platform = "postfix"
delivers_to = ["internet"]
[tiers.postfix.postfix]
smtp_tls_security_level = "dane"
smtp_dns_support_level = "dnssec"
transport = { "d2.example" = "smtp:d5.example", "d3.example" = "discard:" }
tls_policy = { "d1.example" = "dane-only", ".below.example" = "may" }
[tiers.exim]
platform = "exim"
delivers_to = ["internet"]
[tiers.exim.exim]
dane_built_in = true
routes = { "d2.example" = "relay.example" }
"""
RESOLVERS = [
    'resolvers = [{ address = "192.0.2.53" }]',
    'resolvers = [{ address = "198.51.100.1", kind = "validates" }]',
    'resolvers = [{ address = "198.51.100.2", kind = "passes" }, { address = "198.51.100.1", kind = "validates" }]',
    'resolvers = [{ address = "198.51.100.3", kind = "strips" }]',
    'resolvers = [{ address = "198.51.100.1", kind = "validates" }, { address = "198.51.100.3", priority = 3 }]',
    'resolvers = [{ address = "198.51.100.1", kind = "validates" },'
    ' { address = "198.51.100.3", kind = "strips", domains = ["d1.example"] }]',
    "root_servers = true",
    "",
]
VERSIONS = ["", 'version = "11.0"', 'version = "16.0.0-54"']
DOMAINS = [f"d{number}.example" for number in range(1, 6)] + [f"d{number}.below.example" for number in range(1, 6)]


def big_profile(chance):
    lines = [PROFILE]
    for number in range(40):
        tier = chance.choice(["asyncos", "postfix", "exim"])
        lines.append(f'[nodes.n{number}]\ntier = "{tier}"\naddresses = ["10.0.1.{number}"]')
        lines += [chance.choice(RESOLVERS), chance.choice(VERSIONS)]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(6))
def test_every_cell_equals_the_forecast_by_itself(fleets, checks, seed) -> None:
    chance = random.Random(seed)
    fleet = fleets.of(big_profile(chance))
    verdicts = {}

    forms = [
        checks.verdict(checks.Host()),
        checks.verdict(checks.Host(match=checks.mismatched())),
        checks.verdict(checks.Host(tlsa="nxdomain")),
        checks.verdict(checks.Host(address="insecure"), mx="insecure"),
        checks.verdict(checks.Host(), mx="bogus"),
        checks.verdict(checks.Host(), mx=checks.lookup("example.org", "MX", "bogus", word="no-ad")),
        checks.verdict(checks.Host(session="no-starttls", tlsa="nxdomain")),
        checks.verdict(checks.Host(records=(checks.UNUSABLE,))),
    ]
    for domain in DOMAINS:
        if chance.random() < 0.9:
            verdicts[domain] = checks.replace(chance.choice(forms), domain=domain)
    resolving = Resolving(frozenset(chance.choice([[], [], ["198.51.100.1"]])))
    found = forecast(fleet, [Destination(domain) for domain in DOMAINS], verdicts, resolving)
    compared = 0
    for group in found.classes:
        for ingress in group.ingresses:
            for node in group.nodes:
                for domain in DOMAINS:
                    alone = foretell_one(fleet, node, ingress.flow, domain, verdicts, resolving=resolving)
                    assert alone.core == group.cells[ingress.action][found.numbers[domain]], (node.name, domain)
                    compared += 1
    assert compared >= 40 * len(DOMAINS)


def test_nodes_that_differ_only_in_how_they_are_reached_are_one_class(fleets, two_tiers) -> None:
    fleet = fleets.of(two_tiers + '\n[nodes.dlv1.ssh]\nuser = "x"\n[nodes.dlv2.ssh]\nuser = "y"\n')
    assert [group.names for group in forecast(fleet, [], {}).classes] == [("dlv1", "dlv2")]
