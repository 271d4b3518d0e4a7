"""Two fleets compared: changes are told as what mail meets, once, at the widest place they hold for."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.model.finding import Edit
from fleet.model.fleet import Fleet
from fleet.profile import edit, read_profile
from fleet.views.policy_changes import policy_changes

TWO_TIERS = Path(__file__).parents[2] / "profiles" / "two-tier-asyncos.toml"
BASE = """[fleet]
name = "t"
platform = "asyncos"
[fleet.bounce_profiles]
Default = "72h"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
[tiers.edge.smtp_routes]
"partner.example" = "192.0.2.77"
[tiers.edge.destination_controls."ietf.org"]
dane = "opportunistic"
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[nodes.gw2]
tier = "edge"
addresses = ["192.0.2.2"]
[nodes.gw3]
tier = "edge"
addresses = ["192.0.2.3"]
"""
IETF = '"ietf.org"]\ndane = "opportunistic"'


def fleet_of(text: str) -> Fleet:
    reading = read_profile(text, "x.toml")
    assert [one.finding.sentence for one in reading.diagnostics] == []
    assert reading.fleet is not None
    return reading.fleet


def told(before: str, after: str) -> list[str]:
    return [change.sentence for change in policy_changes(fleet_of(before), fleet_of(after))]


def test_nothing_changes_where_only_words_of_the_file_do() -> None:
    moved = BASE.replace('tls = "preferred"\ndane = "none"', 'dane = "none" # as before\ntls = "preferred"')
    assert told(BASE, moved) == []
    assert told(BASE, BASE.replace("IETF.ORG", "ietf.org")) == []


def test_a_change_of_one_destination_for_the_whole_tier() -> None:
    after = BASE.replace(IETF, '"ietf.org"]\ndane = "mandatory"')
    assert told(BASE, after) == ["tier edge: DANE for ietf.org: opportunistic -> mandatory"]


def test_a_change_of_the_default_is_told_once_with_what_it_does_to_routed_mail() -> None:
    after = BASE.replace('dane = "none"', 'dane = "opportunistic"')
    assert told(BASE, after) == [
        "tier edge: DANE for every other destination: none -> opportunistic",
        "tier edge: RELAY mail held for partner.example: no -> yes, whatever the destination publishes",
    ]


def test_an_entry_that_equals_the_new_default_changes_nothing_for_its_domain() -> None:
    after = BASE.replace('dane = "none"', 'dane = "opportunistic"')
    assert not any("ietf.org" in sentence for sentence in told(BASE, after))


def test_a_change_of_one_node_names_the_node() -> None:
    after = BASE.replace('["192.0.2.3"]', '["192.0.2.3"]\ndestination_controls."ietf.org".dane = "mandatory"')
    assert told(BASE, after) == ["node gw3: DANE for ietf.org: opportunistic -> mandatory"]


def test_a_change_of_some_nodes_names_them_and_how_many_there_are() -> None:
    after = BASE
    for node in ("1", "2"):
        after = after.replace(f'["192.0.2.{node}"]', f'["192.0.2.{node}"]\nversion = "15.5.0"')
    assert told(BASE, after) == ["2 of 3 nodes of tier edge (gw1, gw2): version: not declared -> 15.5.0"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"192.0.2.77"', '"USEDNS"', "tier edge: route for partner.example: 192.0.2.77 -> MX lookup"),
        (
            '"192.0.2.77"',
            '["a.example:26/pri=10", "[b.example]"]',
            "tier edge: route for partner.example: 192.0.2.77 -> [b.example], a.example:26/pri=10",
        ),
        ('"192.0.2.77"', '"/dev/null"', "tier edge: route for partner.example: 192.0.2.77 -> /dev/null"),
        ('"72h"', '"5d"', "tier edge: time until mail is returned for every other destination: 3d -> 5d"),
        ('["inside"]', '["inside", "internet"]', "tier edge: receives from: inside -> inside, internet"),
        ('["192.0.2.2"]', '["192.0.2.9"]', "node gw2: addresses: 192.0.2.2 -> 192.0.2.9"),
    ],
)
def test_changes_in_words(old: str, new: str, sentence: str) -> None:
    assert sentence in told(BASE, BASE.replace(old, new))


def test_nodes_and_tiers_and_destinations_that_come_and_go() -> None:
    after = BASE.replace('[nodes.gw3]\ntier = "edge"\naddresses = ["192.0.2.3"]\n', "")
    after += '[tiers.scan]\ndelivers_to = ["edge"]\n[destinations."ietf.org"]\nevery = "1h"\n'
    assert told(BASE, after) == [
        "tier scan: the tier: absent -> declared",
        "node gw3: the node: in tier edge -> absent",
        "destination ietf.org: watched: no -> yes",
    ]
    assert told(after, after.replace('"1h"', '"30m"')) == ["destination ietf.org: checked every: 1h -> 30m"]


def test_resolvers_and_what_they_are_declared_to_do() -> None:
    one = 'resolvers = [{ address = "10.0.0.53", kind = "validates" }]\n'
    before = BASE.replace('platform = "asyncos"\n', 'platform = "asyncos"\n' + one)
    strips = before.replace("validates", "strips")
    assert told(before, strips) == ["tier edge: resolver 10.0.0.53 kind: validates -> strips"]
    later = before.replace('"10.0.0.53"', '"10.0.0.53", priority = 1')
    assert told(before, later) == ["tier edge: resolver 10.0.0.53: priority 0 -> priority 1"]
    assert told(BASE, before) == ["tier edge: resolver 10.0.0.53: not declared -> priority 0"]


def test_flows_and_limits_and_logs_are_compared_leaf_by_leaf() -> None:
    before = TWO_TIERS.read_text(encoding="utf-8")
    after = before.replace('members = ["10.0.1.0/24"]', 'members = ["10.0.9.0/24"]')
    assert told(before, after) == [
        "tier delivery: listener outgoing sender groups: RELAYLIST (10.0.1.0/24) RELAYED, ALL (ALL) BLOCKED"
        " -> RELAYLIST (10.0.9.0/24) RELAYED, ALL (ALL) BLOCKED"
    ]
    limits = before.replace("concurrent_connections = 500", "concurrent_connections = 10")
    assert told(before, limits) == [
        "tier scan: destination control default concurrent connections: 500 -> 10",
        "tier delivery: destination control default concurrent connections: 500 -> 10",
    ]
    log = before.replace("[tiers.delivery.logs.mail_logs]", "[tiers.delivery.logs.other]")
    assert told(before, log) == [
        "tier delivery: log mail_logs: declared -> absent",
        "tier delivery: log other: absent -> declared",
    ]


def test_postfix_is_told_by_what_its_levels_come_to() -> None:
    before = BASE.split("[fleet.bounce", maxsplit=1)[0].replace("asyncos", "postfix") + (
        '[tiers.edge]\ndelivers_to = ["internet"]\n[tiers.edge.postfix]\nsmtp_tls_security_level = "may"\n'
        'smtp_dns_support_level = "dnssec"\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'
    )
    changes = told(before, before.replace('"may"', '"dane"'))
    assert "tier edge: DANE for every other destination: none -> opportunistic" in changes
    assert not any("RELAY" in change for change in changes)
    assert "tier edge: postfix smtp_tls_security_level: may -> dane" in changes


def test_profile_text_stays_text() -> None:
    after = BASE + '[fleet.logs."\\u202e"]\nlevel = "debug"\n'
    reading = read_profile(after, "x.toml")
    assert reading.fleet is not None
    for change in policy_changes(fleet_of(BASE), reading.fleet):
        assert change.sentence.isprintable()


def test_a_change_back_is_the_same_change_turned_round() -> None:
    after = BASE.replace(IETF, '"ietf.org"]\ndane = "mandatory"').replace('"72h"', '"5d"')
    there = policy_changes(fleet_of(BASE), fleet_of(after))
    back = policy_changes(fleet_of(after), fleet_of(BASE))
    assert {(one.object, one.what, one.before, one.after) for one in there} == {
        (one.object, one.what, one.after, one.before) for one in back
    }


T = ("tiers", "delivery")
EDITS = [
    Edit((*T, "destination_controls", "default", "dane"), "opportunistic"),
    Edit((*T, "destination_controls", "default", "tls"), "required"),
    Edit((*T, "destination_controls", "ietf.org", "dane"), "mandatory"),
    Edit((*T, "destination_controls", "ietf.org", "ip_preference"), "require-ipv6"),
    Edit((*T, "destination_controls", "new.example", "tls"), "required-verify"),
    Edit(("fleet", "destination_controls", "default", "recipients"), 7),
    Edit(("fleet", "bounce_profiles", "Default"), "1h"),
    Edit(("fleet", "version"), "15.5.0"),
    Edit(("nodes", "dlv2", "version"), "14.2.0"),
    Edit(("nodes", "scan1", "addresses"), ("10.0.1.99",)),
    Edit(("tiers", "scan", "smtp_routes", "ALL"), "USEDNS"),
    Edit(("tiers", "scan", "smtp_routes", ".example.org"), "/dev/null"),
    Edit((*T, "outbound_certificate"), "demo"),
    Edit((*T, "listeners", "outgoing", "port"), 26),
    Edit((*T, "logs", "mail_logs", "files"), 3),
    Edit(("destinations", "ietf.org", "every"), "2h"),
    Edit(("fleet", "own_domains"), ("example.com",)),
]
"""Changes of the shipped profile, each of which mail or a check can tell."""


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(range(len(EDITS)))))
def test_whatever_differs_is_told_and_nothing_else(chosen: set[int]) -> None:
    before = TWO_TIERS.read_text(encoding="utf-8")
    after = edit(before, [EDITS[number] for number in sorted(chosen)])
    old, new = fleet_of(before), fleet_of(after)
    changes = policy_changes(old, new)
    assert bool(changes) == bool(chosen)
    assert len(set(changes)) == len(changes)
    assert all(change.before != change.after for change in changes)
    back = {(one.object, one.what, one.after, one.before) for one in policy_changes(new, old)}
    assert {(one.object, one.what, one.before, one.after) for one in changes} == back


@pytest.mark.parametrize("one", EDITS, ids=lambda one: "/".join(map(str, one.path)))
def test_each_of_them_alone_is_told(one: Edit) -> None:
    before = TWO_TIERS.read_text(encoding="utf-8")
    assert told(before, edit(before, [one]))
