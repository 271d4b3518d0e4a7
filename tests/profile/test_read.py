"""What is wrong with a profile is said all at once, each thing where it stands and in words of the profile."""

import pytest

from fleet.model.resolver import References
from fleet.profile import Reading, read_profile
from fleet.profile.read import object_of

FLEET = '[tiers.edge]\ndelivers_to = ["internet"]\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'


def read(text: str) -> Reading:
    return read_profile(text, "p.toml")


def marked(reading: Reading) -> list[str]:
    """Of each diagnostic the text it points at."""
    return [
        excerpt.text[excerpt.column - 1 :][: excerpt.length]
        for excerpt in (reading.source.excerpt(item.span) for item in reading.diagnostics)
    ]


def said(reading: Reading) -> list[str]:
    return [item.finding.sentence + "; " + item.finding.hint for item in reading.diagnostics]


def test_all_problems_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = """
[fleet]
plattform = "asyncos"
version = 15
[fleet.destination_controls.default]
concurrent_connections = 0
recipient_minutes = 61
[tiers.edge]
delivers_to = ["internet", "deliver"]
[nodes.gw1]
tier = "egde"
addresses = ["192.0.2.300", "2001:db8::1"]
resolvers = [{ address = "192.0.2.53" }, { address = "resolver.example", prio = 1 }]
"""
    reading = read(text)
    assert [item.finding.code[-3:] for item in reading.diagnostics] == [
        *("005", "006", "009", "009", "016", "016", "011", "011", "005")
    ]
    assert marked(reading) == [
        *("plattform", "15", "0", "61", '"deliver"', '"egde"', '"192.0.2.300"', '"resolver.example"', "prio")
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('plattform = "asyncos"', "did you mean 'platform'?"),
        ("smtp-routes = {}", "did you mean 'smtp_routes'?"),
        ('platform = "asynos"', "did you mean 'asyncos'?"),
        ("root_servers = 1", "'root_servers' must be true or false and is a number"),
        ("resolvers = '192.0.2.53'", "write it in brackets, also when there is only one"),
        ("version = 2026-01-01", "'version' must be text in quotes and is a date"),
        ("smtp_routes = { ALL = [] }", "a route without hosts leads nowhere"),
        ("smtp_routes = { ALL = ['gw', 'USEDNS'] }", "'USEDNS' stands alone"),
        ("smtp_routes = { ALL = 'gw:0' }", "ports go from 1 to 65535"),
        ("bounce_profiles = { Default = '0s' }", "goes from 1m to 366d"),
        ("own = 1", "known here: tier, addresses"),
    ],
)
def test_a_message_says_what_to_write(line: str, words: str) -> None:
    (sentence,) = said(read(FLEET + line + "\n"))
    assert words in sentence


def test_a_tier_that_is_not_sound_is_not_also_called_unknown() -> None:
    reading = read('[tiers]\nedge = 1\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n')
    assert [item.finding.code for item in reading.diagnostics] == ["PROFILE006"]


def test_what_is_sound_is_kept_beside_what_is_not() -> None:
    text = FLEET + 'version = 1\nplatform = "postfix"\n[nodes.gw2]\ntier = "nowhere"\naddresses = ["192.0.2.2"]\n'
    fleet = read(text).fleet
    assert fleet is not None
    assert list(fleet.nodes) == ["gw1"]
    assert fleet.nodes["gw1"].settings.platform == "postfix"
    assert fleet.nodes["gw1"].settings.version is None


def test_names_are_compared_without_case_and_the_first_is_kept() -> None:
    reading = read(FLEET + '[nodes.GW1]\ntier = "edge"\naddresses = ["192.0.2.2"]\n')
    assert marked(reading) == ["GW1"]
    assert [label.path for label in reading.diagnostics[0].finding.labels] == [("nodes", "gw1")]
    assert reading.fleet is not None
    assert list(reading.fleet.nodes) == ["gw1"]


def test_two_spellings_of_one_international_domain_are_one_name() -> None:
    reading = read(FLEET + '[destinations."bücher.example"]\n[destinations."xn--bcher-kva.example"]\n')
    assert [item.finding.code for item in reading.diagnostics] == ["PROFILE020"]
    assert reading.fleet is not None
    assert list(reading.fleet.destinations) == ["xn--bcher-kva.example"]


def test_domains_are_kept_in_one_form_and_found_again_in_the_text() -> None:
    reading = read(FLEET + '[destinations."BÜCHER.example."]\nevery = "1h"\n')
    assert reading.fleet is not None
    assert list(reading.fleet.destinations) == ["xn--bcher-kva.example"]
    span = reading.source.locate(("destinations", "xn--bcher-kva.example", "every"))
    assert (span.line, span.column, span.length) == (7, 9, 4)


def test_a_circle_is_reported_once_at_the_word_that_closes_it() -> None:
    text = (
        '[tiers.a]\ndelivers_to = ["b"]\n[tiers.b]\ndelivers_to = ["c", "internet"]\n[tiers.c]\ndelivers_to = ["a"]\n'
    )
    reading = read(text + FLEET)
    assert said(reading)[0].startswith("mail goes in a circle: a -> b -> c -> a")
    assert marked(reading) == ['"a"']


def test_a_tier_that_delivers_to_itself_is_a_circle() -> None:
    assert marked(read(FLEET.replace('"internet"', '"internet", "edge"'))) == ['"edge"']


def test_one_address_at_two_nodes_is_one_problem_however_it_is_spelled() -> None:
    text = FLEET.replace("192.0.2.1", "2001:db8::1")
    reading = read(text + '[nodes.gw2]\ntier = "edge"\naddresses = ["2001:DB8:0::1"]\n')
    assert [item.finding.code for item in reading.diagnostics] == ["PROFILE021"]


def test_two_nodes_behind_one_ssh_port_are_one_gateway_and_behind_two_ports_two() -> None:
    other = '[nodes.gw2]\ntier = "edge"\naddresses = ["192.0.2.2"]\nssh = { host = "192.0.2.1", port = %d }\n'
    assert [item.finding.code for item in read(FLEET + other % 22).diagnostics] == ["PROFILE021"]
    assert read(FLEET + other % 2222).diagnostics == ()
    elsewhere = FLEET + other % 22 + 'ssh.jump = "bastion.example"\n'
    assert read(elsewhere.replace("ssh = {", "ssh = { jump = 'b.example',").split("ssh.jump")[0]).diagnostics == ()


def test_a_node_needs_something_to_be_known_by() -> None:
    assert marked(read('[tiers.edge]\ndelivers_to = []\n[nodes.gw1]\ntier = "edge"\n')) == ["[nodes.gw1]"]
    assert read('[tiers.edge]\ndelivers_to = []\n[nodes.gw1]\ntier = "edge"\nssh.host = "gw1"\n').diagnostics == ()


def test_a_bounce_profile_missing_on_many_nodes_is_one_problem_where_it_is_named() -> None:
    text = FLEET + '[nodes.gw2]\ntier = "edge"\naddresses = ["192.0.2.2"]\nversion = "3.7.1"\n'
    reading = read(text + '[fleet.destination_controls.default]\nbounce_profile = "slow"\n')
    assert [item.finding.path for item in reading.diagnostics] == [
        ("fleet", "destination_controls", "default", "bounce_profile")
    ]


def test_a_policy_is_looked_for_in_its_own_listener_and_located_in_its_group() -> None:
    text = """[tiers.edge.listeners.out]
policies = { RELAYED = "RELAY" }
sender_groups = [
  { name = "ONE", members = ["192.0.2.0/33"], policy = "RELAYED" },
  7,
  { name = "ALL", members = ["ALL"], policy = "RELAYD" },
]
"""
    assert marked(read(FLEET + text)) == ['"192.0.2.0/33"', "7", '"RELAYD"']
    assert "did you mean 'RELAYED'?" in said(read(FLEET + text))[2]


def test_a_suppression_without_reason_or_end_hides_nothing() -> None:
    text = FLEET + '[[suppressions]]\ncode = "DNS401"\nobject = "tier edge"\n'
    reading = read(text)
    assert "without 'reason' and 'until'" in said(reading)[0]
    assert marked(reading) == ["[[suppressions]]"]
    assert reading.fleet is not None
    assert reading.fleet.suppressions == ()
    whole = read(text + 'reason = "ordered"\nuntil = 2027-01-31\n')
    assert whole.fleet is not None
    assert [item.object for item in whole.fleet.suppressions] == ["tier edge"]


def test_reference_names_that_are_not_given_keep_their_defaults() -> None:
    fleet = read(FLEET + '[references]\ngood = ["good-1.reference.lab"]\n').fleet
    assert fleet is not None
    assert fleet.references == References(good=("good-1.reference.lab",))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("nodes", "gw1", "tier"), "node gw1"),
        (("tiers", "edge", "smtp_routes", "ALL"), "tier edge"),
        (("destinations", "ietf.org"), "destination ietf.org"),
        (("fleet", "ssh"), "fleet"),
        (("references", "good", 0), "references"),
        ((), "profile"),
        (("nodes",), "profile"),
    ],
)
def test_a_path_is_about_an_object(path: tuple[str | int, ...], words: str) -> None:
    assert object_of(path) == words


def test_a_message_never_carries_an_escape_sequence() -> None:
    evil = "\\u001b]52;c;eA==\\u0007\\u202e"
    text = FLEET + f'"{evil}" = 1\nplatform = "{evil}"\nversion = "{evil}"\nsmtp_routes = {{ "{evil}" = "{evil}" }}\n'
    text += f'[tiers."{evil}"]\ndelivers_to = ["{evil}"]\n[tiers.x]\ndelivers_to = ["edge"]\n'
    text += f'[[suppressions]]\ncode = "{evil}"\n'
    reading = read(text)
    assert len(reading.diagnostics) >= 8
    assert all(sentence.isprintable() for sentence in said(reading))


def test_ssh_may_go_through_several_hosts_and_name_where_a_passphrase_is_kept() -> None:
    reading = read(FLEET + 'ssh = { jump = "fleet@a.example:2222,b.example", passphrase = "env:KEY_PASS" }\n')
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    ssh = next(iter(reading.fleet.nodes.values())).ssh
    assert (ssh.jump, ssh.passphrase) == ("fleet@a.example:2222,b.example", "env:KEY_PASS")


def test_every_host_on_the_way_must_be_one() -> None:
    reading = read(FLEET + 'ssh.jump = "a.example,,b.example"\n')
    assert [found.finding.code for found in reading.diagnostics] == ["PROFILE015"]
