"""Cases the rules' own examples do not show: what is a finding, what is not, and what is only unknown."""

import pytest
from facts import NOW, verdict

from fleet.profile import read_profile
from fleet.rules import Question, run
from fleet.rules.examples import delivery, edge, scan

CONTROLS = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "{}"\n'
LISTENER = """[tiers.edge.listeners.{name}]
port = {port}
policies = {{ R = "RELAY", A = "ACCEPT", B = "REJECT", C = "CONTINUE" }}
sender_groups = [{groups}]
"""


def group(name, members, policy):
    return f'{{ name = "{name}", members = {members!r}, policy = "{policy}" }}'.replace("'", '"')


def listener(*groups, name="mail", port=25):
    return LISTENER.format(name=name, port=port, groups=", ".join(groups))


def report(text, **facts):
    reading = read_profile(text, "test.toml")
    assert [diagnostic.finding.sentence for diagnostic in reading.diagnostics] == []
    return run(Question(reading.fleet, now=NOW, **facts))


def found(text, family, **facts):
    return [(one.code, one.object) for one in report(text, **facts).findings if one.code.startswith(family)]


def lacking(text, code):
    return [one.what for one in report(text).unobserved if code in one.rules]


OURS, EVERYBODY = group("OURS", ["10.0.1.0/24"], "R"), group("ALL", ["ALL"], "B")


def test_the_listener_on_the_routed_port_is_the_one_that_counts():
    two = listener(OURS, EVERYBODY, name="out", port=2525) + listener(EVERYBODY, name="mx")
    assert found(delivery(two), "FLOW40") == [("FLOW401", "tier edge from tier scan")]
    routed = delivery(two) + '[tiers.scan.smtp_routes]\nALL = "192.0.2.1:2525"\n'
    assert found(routed, "FLOW40") == []


def test_one_listener_that_relays_is_enough_where_two_share_the_port():
    two = listener(OURS, EVERYBODY, name="private") + listener(EVERYBODY, name="public")
    assert {"FLOW401", "FLOW402"} <= set(report(delivery(two)).clean)


def test_one_node_of_a_tier_that_is_refused_is_named():
    text = delivery(listener(group("OURS", ["10.0.1.11"], "R"), EVERYBODY))
    text += '[nodes.scan2]\ntier = "scan"\naddresses = ["10.0.1.12"]\n'
    assert found(text, "FLOW40") == [("FLOW401", "tier edge from node scan2")]


def test_a_group_that_says_continue_leaves_the_sender_to_the_next_one():
    assert found(delivery(listener(group("FIRST", ["10.0.0.0/8"], "C"), OURS, EVERYBODY)), "FLOW40") == []


def test_a_sender_known_by_name_only_is_unknown_until_the_profile_knows_its_name():
    text = delivery(listener(group("OURS", [".scan.example.com"], "R"), EVERYBODY))
    assert found(text, "FLOW40") == []
    assert lacking(text, "FLOW401") == ["whether tier scan is taken in under RELAY"]
    named = text + '[nodes.scan1.ssh]\nhost = "a.scan.example.com"\nhost_key = "SHA256:' + "x" * 43 + '"\n'
    assert "FLOW401" in report(named).clean


def test_a_route_to_a_name_nobody_knows_is_unknown_and_to_a_known_node_elsewhere_a_finding():
    unknown = scan('[tiers.scan.smtp_routes]\nALL = "balancer.example.com"')
    assert found(unknown, "TIER10") == []
    assert lacking(unknown, "TIER107") == ["whether the route for all mail leads to the next tier"]
    assert found(scan('[tiers.scan.smtp_routes]\nALL = "10.0.1.11"'), "TIER10") == [("TIER107", "tier scan")]


def test_a_postfix_inside_with_transports_and_an_undeclared_relay_host_is_unknown():
    text = scan(
        '[tiers.scan.postfix]\nsmtp_tls_security_level = "may"\ntransport = { "example.com" = "smtp:" }', "postfix"
    )
    assert found(text, "TIER105") == []
    assert lacking(text, "TIER105") == ["the route for all mail"]


def test_a_tier_that_delivers_only_to_own_mail_systems_needs_no_route_for_all_mail():
    text = scan("").replace('delivers_to = ["edge"]', 'delivers_to = ["inside"]')
    assert found(text + '[tiers.scan.smtp_routes]\n"example.com" = "10.9.9.9"\n', "TIER10") == []


def test_a_postfix_policy_that_no_mail_meets_is_no_dane_inside():
    told = '[tiers.scan.postfix]\nsmtp_tls_security_level = "may"\nsmtp_dns_support_level = "dnssec"\n{}'
    dead = told.format('relayhost = "[192.0.2.1]"\ntls_policy = { "ietf.org" = "dane-only" }')
    assert found(scan(dead, "postfix"), "TIER10") == []
    live = told.format('relayhost = "[192.0.2.1]"\ntls_policy = { "[192.0.2.1]" = "dane-only" }')
    assert found(scan(live, "postfix"), "TIER10") == [("TIER101", "tier scan")]


def test_exims_list_of_other_hosts_holds_no_mail_inside():
    told = '[tiers.scan.exim]\nhosts_try_dane = ""\nhosts_require_dane = "mail.ietf.org"\nroutes = {{ "*" = "{}" }}'
    assert found(scan(told.format("192.0.2.1"), "exim"), "TIER10") == [("TIER102", "tier scan")]


@pytest.mark.parametrize("domain", ["10.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"])
def test_an_alternate_server_for_reverse_lookups_holds_no_mail(domain):
    resolvers = f'resolvers = [{{ address = "10.0.0.5", kind = "strips", domains = ["{domain}"] }}]\n'
    assert found(edge(resolvers + CONTROLS.format("opportunistic")), "DNS505") == []


def test_root_servers_leave_only_the_alternate_servers_to_be_asked():
    strips = 'root_servers = true\nresolvers = [{{ address = "10.0.0.5", kind = "strips"{} }}]\n'
    dane = CONTROLS.format("opportunistic")
    assert found(edge(strips.format("") + dane), "DNS50") == []
    alternate = strips.format(', domains = ["partner.example"]')
    assert found(edge(alternate + dane), "DNS50") == [("DNS505", "tier edge resolver 10.0.0.5")]


def test_the_first_version_with_dane_is_not_too_old():
    assert found(edge('version = "12.0"\n' + CONTROLS.format("opportunistic")), "VER") == []
    assert found(edge('version = "11.9.9"\n' + CONTROLS.format("opportunistic")), "VER") == [("VER601", "tier edge")]


def test_a_debug_log_may_stay_through_its_last_day():
    log = '[tiers.edge.logs.mail_logs_d]\nlevel = "debug"\nfiles = 4\nuntil = {}\n'
    assert found(edge(log.format(NOW.date())), "LOG") == []
    assert found(edge(log.format("2026-11-22")), "LOG") == [("LOG902", "tier edge log mail_logs_d")]


def test_an_ssh_configuration_is_no_pin():
    assert found(edge('[tiers.edge.ssh]\nuser = "monitor"\nssh_config = true\n'), "SSH") == [("SSH701", "tier edge")]


def test_what_resolvers_do_matters_only_where_dane_is_on_or_nobody_says_that_it_is_off():
    strips = 'resolvers = [{ address = "10.0.0.5", kind = "strips" }]\n'
    assert found(edge(strips + CONTROLS.format("none")), "DNS") == []
    assert ("DNS506", "tier edge") in found(edge(strips), "DNS")


def test_the_three_way_risk_is_said_once_and_not_as_a_plain_route_too():
    flow = (
        listener(group("OURS", ["10.0.0.0/8"], "R"), group("ALL", ["ALL"], "A"))
        + 'rat = { "example.com" = "ACCEPT" }\n'
    )
    routes = '[tiers.edge.smtp_routes]\n"example.com" = "10.9.9.9"\n"partner.example" = "10.9.9.9"\n'
    risks = found(edge(CONTROLS.format("opportunistic") + routes + flow), "ROUTE")
    assert risks == [("ROUTE301", "tier edge route partner.example"), ("ROUTE303", "tier edge route example.com")]


def test_exim_returns_at_once_what_it_must_deliver_under_dane_and_cannot():
    text = edge('[tiers.edge.exim]\nhosts_require_dane = "*"', "exim") + '[destinations."ietf.org"]\n'
    (one,) = [one for one in report(text, verdicts={"ietf.org": verdict(tlsa=False)}).findings if one.code == "DEST205"]
    assert "returned at once" in one.sentence
    assert one.path == ("tiers", "edge", "exim", "hosts_require_dane")


def test_an_audit_counts_for_more_than_the_profile():
    from fleet.model.resolver import ResolverKind

    said = edge('resolvers = [{ address = "10.0.0.5", kind = "validates" }]\n' + CONTROLS.format("opportunistic"))
    seen = {"10.0.0.5": ResolverKind.STRIPS}
    assert {"DNS506", "DNS523"} <= {code for code, _ in found(said, "DNS", resolver_kinds=seen)}


def test_a_node_that_alone_has_a_route_is_named_although_dane_is_declared_for_all():
    text = edge(CONTROLS.format("opportunistic") + "[tiers.edge.smtp_routes]\n")
    text += '[nodes.gw2]\ntier = "edge"\naddresses = ["192.0.2.2"]\n[nodes.gw2.smtp_routes]\n"p.example" = "10.9.9.9"\n'
    assert found(text, "ROUTE") == [("ROUTE301", "node gw2 route p.example")]


def test_a_value_the_whole_fleet_inherits_is_mended_at_the_tier_that_must_not_have_it():
    text = scan('[tiers.scan.smtp_routes]\nALL = "192.0.2.1"') + (
        '[fleet.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'
    )
    (one,) = [one for one in report(text).findings if one.code == "TIER101"]
    assert (one.object, one.path[0]) == ("fleet", "fleet")
    assert [edit.path[:2] for edit in one.fix] == [("tiers", "scan")]


def test_nodes_of_a_tier_may_differ_where_the_profile_says_so_and_only_there():
    text = edge('may_differ = ["version"]\nversion = "15.0.0"\n')
    text += '[nodes.gw2]\ntier = "edge"\naddresses = ["192.0.2.2"]\nversion = "15.0.1"\noutbound_certificate = "x"\n'
    text += 'resolvers = [{ address = "10.0.0.53" }]\n[nodes.gw1.smtp_routes]\n'
    assert found(text, "TIER11") == []
    assert "TIER112" in report(text).undecided
