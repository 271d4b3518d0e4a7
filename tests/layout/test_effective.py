"""What a gateway does with mail by a flow to a domain, and which line of the profile decided it."""

import pytest

from fleet.layout import effective, flows
from fleet.model.control import DaneSupport
from fleet.model.fleet import Settings
from fleet.model.flow import FlowAction
from fleet.model.policy import TlsLevel
from fleet.model.route import RouteKind

NONE, OPP, MAN = DaneSupport.NONE, DaneSupport.OPPORTUNISTIC, DaneSupport.MANDATORY
RELAY, ACCEPT = FlowAction.RELAY, FlowAction.ACCEPT

ONE_NODE = '[fleet]\nname = "x"\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'
ASYNCOS = """
[fleet]
name = "example.com"
platform = "asyncos"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[fleet.destination_controls."ietf.org"]
dane = "mandatory"
[fleet.destination_controls.".example.net"]
dane = "opportunistic"
[fleet.destination_controls.".deep.example.net"]
tls = "required"
bounce_profile = "short"
[fleet.bounce_profiles]
Default = "72h"
short = "1h"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
[tiers.edge.destination_controls.default]
dane = "opportunistic"
[tiers.edge.smtp_routes]
"partner.example" = "10.0.0.9"
".partner.example" = "USEDNS"
"spam.example" = "/dev/null"
[tiers.edge.listeners.mail]
policies = { R = "RELAY", A = "ACCEPT" }
sender_groups = [
  { name = "OURS", members = ["10.0.0.0/8"], policy = "R" },
  { name = "ALL", members = ["ALL"], policy = "A" },
]
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[nodes.gw2]
tier = "edge"
addresses = ["192.0.2.2"]
[nodes.gw2.destination_controls.default]
tls = "required"
"""


@pytest.fixture
def asyncos(fleet_of):
    return fleet_of(ASYNCOS)


@pytest.mark.parametrize(
    ("domain", "tls", "dane", "dane_at"),
    [
        ("elsewhere.example", "preferred", OPP, ("tiers", "edge", "destination_controls", "default", "dane")),
        ("ietf.org", "preferred", MAN, ("fleet", "destination_controls", "ietf.org", "dane")),
        ("IETF.ORG.", "preferred", MAN, ("fleet", "destination_controls", "ietf.org", "dane")),
        ("example.net", "preferred", OPP, ("tiers", "edge", "destination_controls", "default", "dane")),
        ("a.example.net", "preferred", OPP, ("fleet", "destination_controls", ".example.net", "dane")),
        ("a.deep.example.net", "required", OPP, ("tiers", "edge", "destination_controls", "default", "dane")),
    ],
)
def test_the_longest_entry_decides_and_what_it_leaves_out_is_the_default_entrys(asyncos, domain, tls, dane, dane_at):
    policy = effective(asyncos, asyncos.nodes["gw1"], RELAY, domain)
    assert (policy.tls.value, policy.dane.value, policy.dane.path) == (TlsLevel(tls), dane, dane_at)


def test_a_node_overrides_one_field_and_inherits_the_others(asyncos):
    policy = effective(asyncos, asyncos.nodes["gw2"], RELAY, "elsewhere.example")
    assert (policy.tls.value, policy.tls.path) == (
        TlsLevel.REQUIRED,
        ("nodes", "gw2", "destination_controls", "default", "tls"),
    )
    assert policy.dane.path == ("tiers", "edge", "destination_controls", "default", "dane")


def test_a_suffix_entry_is_an_assumption_and_says_so(asyncos):
    assert effective(asyncos, asyncos.nodes["gw1"], RELAY, "a.example.net").dane.assumed
    assert not effective(asyncos, asyncos.nodes["gw1"], RELAY, "ietf.org").dane.assumed


def test_the_bounce_timer_comes_from_the_named_profile_or_the_one_called_default(asyncos):
    short = effective(asyncos, asyncos.nodes["gw1"], RELAY, "a.deep.example.net").bounce_seconds
    usual = effective(asyncos, asyncos.nodes["gw1"], RELAY, "ietf.org").bounce_seconds
    assert (short.value, short.path) == (3600, ("fleet", "bounce_profiles", "short"))
    assert (usual.value, usual.assumed) == (72 * 3600, True)


def test_a_suffix_route_does_not_match_the_domain_itself(asyncos):
    node = asyncos.nodes["gw1"]
    assert effective(asyncos, node, RELAY, "partner.example").route.value.kind is RouteKind.HOSTS
    assert effective(asyncos, node, RELAY, "mail.partner.example").route.value.kind is RouteKind.USEDNS
    assert effective(asyncos, node, RELAY, "elsewhere.example").route.value.kind is RouteKind.USEDNS


@pytest.mark.parametrize(
    ("flow", "domain", "attempted", "held"),
    [
        (RELAY, "elsewhere.example", True, False),
        (ACCEPT, "elsewhere.example", False, False),
        (None, "elsewhere.example", None, False),
        (RELAY, "partner.example", True, True),
        (ACCEPT, "partner.example", False, False),
        (None, "partner.example", None, None),
        (RELAY, "spam.example", False, False),
    ],
)
def test_relay_and_dane_and_a_route_hold_mail_on_asyncos(asyncos, flow, domain, attempted, held):
    policy = effective(asyncos, asyncos.nodes["gw1"], flow, domain)
    assert (policy.attempted, policy.held) == (attempted, held)


def test_the_flow_tells_its_sender_group(asyncos):
    relay, accept = flows(asyncos.nodes["gw1"].settings)
    policy = effective(asyncos, asyncos.nodes["gw1"], relay, "ietf.org")
    assert policy.action.path == ("tiers", "edge", "listeners", "mail", "sender_groups", 0)
    assert (relay.action, accept.action) == (RELAY, ACCEPT)


def test_bare_settings_give_setting_paths(asyncos):
    policy = effective(asyncos, asyncos.nodes["gw1"].settings, RELAY, "ietf.org")
    assert policy.dane.path == ("destination_controls", "ietf.org", "dane")


def test_what_is_not_declared_is_unknown_and_never_off(fleet_of, asyncos):
    nothing = effective(asyncos, Settings(), RELAY, "ietf.org")
    assert (nothing.dane.value, nothing.route.value, nothing.attempted, nothing.held) == (None, None, None, None)
    text = f'{ONE_NODE}[tiers.edge]\ndelivers_to=["internet"]\nreceives_from=["inside"]\nplatform="asyncos"\n'
    tier = fleet_of(text).tiers["edge"]
    assert effective(asyncos, tier.settings, RELAY, "ietf.org").attempted is None


POSTFIX = """
[fleet]
name = "example.com"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
platform = "postfix"
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[tiers.edge.postfix]
smtp_tls_security_level = "dane"
smtp_dns_support_level = "dnssec"
maximal_queue_lifetime = "5d"
tls_policy = { "ietf.org" = "dane-only", ".example.net" = "encrypt", "[10.0.0.9]" = "dane-only" }
transport = { "partner.example" = "smtp:[10.0.0.9]", "named.example" = "smtp:mx.named.example:2525", \
"strict.example" = "danesmtp:" }
master = { "danesmtp/unix" = { smtp_tls_security_level = "dane-only" } }
"""


@pytest.fixture
def postfix(fleet_of):
    return fleet_of(POSTFIX)


@pytest.mark.parametrize(
    ("domain", "tls", "dane", "setting"),
    [
        ("elsewhere.example", "preferred", OPP, ("smtp_tls_security_level",)),
        ("ietf.org", "required", MAN, ("tls_policy", "ietf.org")),
        ("mail.ietf.org", "preferred", OPP, ("smtp_tls_security_level",)),
        ("a.example.net", "required", NONE, ("tls_policy", ".example.net")),
        ("example.net", "preferred", OPP, ("smtp_tls_security_level",)),
        ("strict.example", "required", MAN, ("master", "danesmtp/unix", "smtp_tls_security_level")),
        ("partner.example", "required", MAN, ("tls_policy", "[10.0.0.9]")),
    ],
)
def test_postfix_levels_come_from_the_policy_table_the_service_and_main_cf(postfix, domain, tls, dane, setting):
    policy = effective(postfix, postfix.tiers["edge"], None, domain)
    assert (policy.tls.value, policy.dane.value) == (TlsLevel(tls), dane)
    assert policy.dane.path == ("tiers", "edge", "postfix", *setting)


def test_postfix_does_dane_behind_a_route_by_name_whoever_sends(postfix):
    named = effective(postfix, postfix.tiers["edge"], ACCEPT, "named.example")
    assert (named.attempted, named.held, named.route.value.hosts[0].port) == (True, False, 2525)


def test_mandatory_dane_towards_an_address_holds_mail_on_postfix(postfix):
    assert effective(postfix, postfix.tiers["edge"], None, "partner.example").held is True


@pytest.mark.parametrize(
    "change",
    [
        ('smtp_dns_support_level = "dnssec"', 'smtp_dns_support_level = "enabled"'),
        ('smtp_dns_support_level = "dnssec"', ""),
        ('smtp_dns_support_level = "dnssec"', 'smtp_dns_support_level = "dnssec"\nsmtp_host_lookup = ["native"]'),
    ],
)
def test_postfix_without_dnssec_or_dns_lookups_delivers_dane_as_may(fleet_of, change):
    fleet = fleet_of(POSTFIX.replace(*change))
    policy = effective(fleet, fleet.tiers["edge"], None, "elsewhere.example")
    assert (policy.dane.value, policy.attempted) == (NONE, False)
    assert "may" in policy.dane.note
    assert effective(fleet, fleet.tiers["edge"], None, "ietf.org").dane.value is MAN  # deferred, not switched off


def exim(fleet_of, options):
    head = f'{ONE_NODE}[tiers.edge]\ndelivers_to=["internet"]\nreceives_from=["inside"]\nplatform="exim"\n'
    fleet = fleet_of(f"{head}[tiers.edge.exim]\n{options}\n")
    return effective(fleet, fleet.tiers["edge"], None, "ietf.org")


@pytest.mark.parametrize(
    ("options", "dane"),
    [
        ("", OPP),
        ('hosts_try_dane = "*"', OPP),
        ('hosts_try_dane = ""', NONE),
        ('hosts_require_dane = "*"', MAN),
        ('hosts_try_dane = "mail.ietf.org"', None),
        ('hosts_try_dane = ""\nhosts_require_dane = "mail.ietf.org"', None),
        ("dane_built_in = false", NONE),
        ('dnssec_request_domains = ""', NONE),
    ],
)
def test_exim_does_dane_unless_its_host_list_is_set_empty(fleet_of, options, dane):
    policy = exim(fleet_of, options)
    assert policy.dane.value is dane
    assert policy.attempted is (None if dane is None else dane is not NONE)
    if dane is None:
        assert "mail hosts" in policy.dane.note


def test_exim_with_nothing_declared_does_dane_by_its_default(fleet_of):
    fleet = fleet_of(f'{ONE_NODE}[tiers.edge]\ndelivers_to=["internet"]\nreceives_from=["inside"]\nplatform="exim"\n')
    assert effective(fleet, fleet.tiers["edge"], None, "ietf.org").dane.value is OPP
