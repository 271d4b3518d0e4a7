"""First profiles read without a diagnostic, take over what a list says, and guess nothing that decides about mail."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.errors import UsageError
from fleet.model.fleet import Fleet
from fleet.profile import read_profile
from fleet.profile.init import from_ansible, from_csv, from_ssh_config, starter


def read(text: str) -> Fleet:
    reading = read_profile(text, "p.toml")
    assert reading.diagnostics == (), text
    assert reading.fleet is not None
    return reading.fleet


def test_the_starter_is_a_fleet_of_two_tiers() -> None:
    fleet = read(starter())
    assert [tier.external for tier in fleet.tiers.values()] == [False, True]


def test_the_starter_is_still_whole_when_its_commented_keys_are_used() -> None:
    text = starter().replace('# version = "15', 'version = "15').replace("# recipients_per_day", "recipients_per_day")
    head, suppression = text.split("# [[suppressions]]")
    read(head + "[[suppressions]]" + suppression.replace("# ", ""))


CSV = """\ufeffName;Address;Tier;Platform;Version;Password;User
gw1;192.0.2.1 2001:db8::1;edge;AsyncOS;15.0.0-104;hunter2;reader
gw 2;192.0.2.2;;exchange;;;
GW1;192.0.2.1;edge;;;;
gw4;192.0.2.400;internet;;;;a b
gw5;;edge;;;;

;;;;;;
"""


def test_a_table_gives_nodes_and_says_what_it_leaves() -> None:
    text = from_csv(CSV)
    fleet = read(text)
    gw1 = fleet.nodes["gw1"]
    assert (gw1.tier, gw1.addresses, gw1.ssh.user) == ("edge", ("192.0.2.1", "2001:db8::1"), "reader")
    assert (gw1.settings.platform, gw1.settings.version) == ("asyncos", "15.0.0-104")
    assert fleet.nodes["gw-2"].tier == "unassigned"
    assert fleet.nodes["gw4"].tier == "internet-tier"
    assert fleet.nodes["gw4"].ssh.host == "gw4"
    assert "hunter2" not in text
    for words in (
        "columns not taken over: password",
        "platform 'exchange' is none of asyncos, postfix, exim",
        "address 192.0.2.1 belongs to node gw1",
        "address '192.0.2.400' is no IP address",
        "ssh.user 'a b' is no user name",
    ):
        assert words in text


def test_a_tier_spelled_in_two_ways_is_one_and_none_takes_a_word_that_means_something_else() -> None:
    fleet = read(from_csv("name,tier\ngw1,Edge\ngw2,edge\ngw3,EDGE\ngw4,Internet\n"))
    assert list(fleet.tiers) == ["Edge", "Internet-tier"]
    assert {node.tier for node in fleet.nodes.values()} == {"Edge", "Internet-tier"}


def test_every_tier_delivers_to_nothing_until_a_person_says_otherwise() -> None:
    for text in (from_csv(CSV), from_ssh_config("Host gw1"), from_ansible("gw1")):
        assert {tier.delivers_to for tier in read(text).tiers.values()} == {()}


SSH = """
# personal things
Host gw1 gw2
    HostName %h.example.com
    # tier: edge
    Port=2222
Host gw2
    HostName gw-two.example.com
    User "special"
Host 10.*
    User nobody
Host inner
    HostName 10.0.0.5
    ProxyJump admin@bastion.example.com:2200
Match user root
    Port 99
Include other.conf
Host *
    User reader
    IdentityFile ~/.ssh/fleet
"""


def test_an_ssh_configuration_gives_its_hosts_with_the_first_value_found() -> None:
    text = from_ssh_config(SSH)
    fleet = read(text)
    assert list(fleet.nodes) == ["gw1", "gw2", "inner"]
    gw1, gw2, inner = fleet.nodes.values()
    assert (gw1.tier, gw1.ssh.host, gw1.ssh.port, gw1.ssh.user) == ("edge", "gw1.example.com", 2222, "reader")
    assert (gw2.ssh.host, gw2.ssh.user, gw2.ssh.key) == ("gw2.example.com", "special", "~/.ssh/fleet")
    assert (inner.tier, inner.addresses, inner.ssh.jump) == (
        *("unassigned", ("10.0.0.5",), "admin@bastion.example.com:2200"),
    )
    assert "Match blocks" in text
    assert "not taken over: Include other.conf" in text


INI = """
[tier_edge]
gw[01:02].example.com ansible_user=reader
gw3 ansible_host=192.0.2.3 ansible_port=2222 fleet_tier=inner ansible_password=hunter2

[scanners]
scan1 ansible_host=192.0.2.9

[scanners:vars]
fleet_tier = scan
fleet_platform=postfix

[mail:children]
tier_edge
scanners

[mail:vars]
ansible_user=ops
ansible_ssh_common_args='-o ProxyJump=jump.example.com'
"""


def test_an_inventory_gives_tiers_by_variable_or_group() -> None:
    text = from_ansible(INI)
    fleet = read(text)
    assert {name: node.tier for name, node in fleet.nodes.items()} == {
        "gw01.example.com": "edge",
        "gw02.example.com": "edge",
        "gw3": "inner",
        "scan1": "scan",
    }
    assert [node.ssh.user for node in fleet.nodes.values()] == ["reader", "reader", "ops", "ops"]
    assert fleet.nodes["gw3"].ssh.port == 2222
    assert fleet.nodes["scan1"].ssh.jump == "jump.example.com"
    assert fleet.nodes["scan1"].settings.platform == "postfix"
    assert "hunter2" not in text


def test_a_host_in_two_tier_groups_has_no_tier_for_certain() -> None:
    assert read(from_ansible("[tier_a]\ngw1\n[tier_b]\ngw1\n")).nodes["gw1"].tier == "unassigned"


def test_what_ansible_inventory_prints_is_read_too() -> None:
    listed = {
        "_meta": {"hostvars": {"gw1": {"ansible_host": "192.0.2.1", "ansible_port": 2222, "x": {"y": 1}}}},
        "all": {"children": ["ungrouped", "tier_edge"]},
        "tier_edge": {"hosts": ["gw1", "gw2"]},
    }
    fleet = read(from_ansible(json.dumps(listed)))
    assert {name: node.tier for name, node in fleet.nodes.items()} == {"gw1": "edge", "gw2": "edge"}
    assert fleet.nodes["gw1"].ssh.port == 2222


def test_a_group_of_its_own_is_a_tier() -> None:
    text = "[delivery]\ndlv1\nboth\n[scan]\nscan1\nboth\n[mail:children]\ndelivery\nscan\n[ungrouped]\nalone\n"
    tiers = {name: node.tier for name, node in read(from_ansible(text)).nodes.items()}
    assert tiers == {"dlv1": "delivery", "scan1": "scan", "both": "unassigned", "alone": "unassigned"}


def test_columns_are_known_by_the_names_people_give_them() -> None:
    text = 'Host_Name;IP-Address(es);Role;SSH User;Serial\n"esa1";"192.0.2.1, 192.0.2.11";delivery;reader;4711\n'
    node = read(from_csv(text)).nodes["esa1"]
    assert (node.tier, node.addresses, node.ssh.user) == ("delivery", ("192.0.2.1", "192.0.2.11"), "reader")
    assert "columns not taken over: serial\n" in from_csv(text)


@pytest.mark.parametrize("text", ["", "\n", "a,b\n1,2\n", "name\n", 'name,x\n"a'])
def test_a_table_without_hosts_is_refused_in_a_sentence(text: str) -> None:
    if text.endswith('"a'):
        read(from_csv(text))
        return
    with pytest.raises(UsageError):
        from_csv(text)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "[a:vars]\nx=1", "gw1 'x", "gw[0:999999]", '{"all": 1}'])
def test_an_inventory_without_hosts_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError):
        from_ansible(text)


WORDS = st.sampled_from(
    [
        *("gw1", "GW1", "gw 2", "192.0.2.1", "::1", "", "x" * 80, "-", "é", '"', "a\x1b]b", "admin:pw@h", "0", "22"),
        *("edge", "internet", "#", "=", "\\", "'''", "{{ x }}", "secret", "15.0", "%h", "a@b:99999", "postfix"),
        *("\u202e", "1.2", "192.0.2.0/24", "[::1]"),
    ]
)
HOST_LINES = ["Host {} {}", "HostName {}", "Port {}", "User {}", "ProxyJump {}", "# tier: {}", "IdentityFile {}"]
INI_LINES = ["[{}]", "[{}:children]", "[{}:vars]", "{}", "{} ansible_host={} ansible_user={} fleet_tier={}", "{}={}"]


def lines(patterns: list[str]) -> st.SearchStrategy[str]:
    def fill(pattern: str) -> st.SearchStrategy[str]:
        return st.tuples(*[WORDS] * pattern.count("{}")).map(lambda words: pattern.replace("{}", "%s") % words)

    return st.lists(st.sampled_from(patterns).flatmap(fill), max_size=8).map("\n".join)


CELLS = st.lists(st.lists(WORDS, min_size=9, max_size=9).map(",".join), max_size=6).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(CELLS, lines(HOST_LINES), lines(INI_LINES))
def test_whatever_a_list_holds_the_profile_reads_without_a_diagnostic(cells: str, hosts: str, inventory: str) -> None:
    header = "name,address,tier,platform,version,port,user,jump,host\n"
    for make, text in ((from_csv, header + cells), (from_ssh_config, hosts), (from_ansible, inventory)):
        try:
            made = make(text)
        except UsageError:
            continue
        read(made)
        assert all(line.isprintable() for line in made.split("\n"))
