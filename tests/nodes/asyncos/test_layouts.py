"""Whatever settings an appliance has, in whatever layout it prints them, they are read back as they are.

The layouts are those of the lab: documented forms, and at least five synthetic variants of each form nobody has shown.
The second model is the printer: it knows nothing of the parser.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_settings import LOGS, QUICK, controls, dns, listeners, routes

from fleet.lab.nodes import layouts
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import LogSubscription
from fleet.model.flow import Listener
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver
from fleet.model.route import SmtpRoute
from fleet.nodes.asyncos import destconfig, dnsconfig, listenerconfig, logconfig, showconfig, smtproutes, version
from fleet.nodes.reading import Unparsed

RELEASE = (15, 0, 0)
MENU = "Choose the operation you want to perform:\n- NEW - Create.\n"


def read_controls(
    printed: layouts.Printed, release: tuple[int, ...] | None = RELEASE
) -> tuple[DestinationControl, ...]:
    listed, detailed = printed
    return destconfig.parse_destconfig({"list": listed + MENU, "detail": detailed + MENU, "menu": MENU}, release)


def essence(controls: tuple[DestinationControl, ...]) -> list[tuple[str, TlsLevel | None, DaneSupport | None]]:
    return [(control.domain, control.tls, control.dane) for control in controls]


@pytest.mark.parametrize(
    "name", ["DESTCONFIG", "SMTPROUTES", "LISTENERS", "RATS", "LOGCONFIG", "ROOT_SENTENCES", "ALTERNATES"]
)
def test_every_layout_that_is_not_known_has_at_least_five_variants(name: str) -> None:
    assert len(getattr(layouts, name)) >= 5


@pytest.mark.parametrize("variant", range(len(layouts.DESTCONFIG)))
@QUICK
@given(entries=controls())
def test_destination_controls_are_read_in_every_layout(variant: int, entries: tuple[DestinationControl, ...]) -> None:
    assert essence(read_controls(layouts.DESTCONFIG[variant](entries))) == essence(entries)


@pytest.mark.parametrize("variant", range(len(layouts.SMTPROUTES)))
@QUICK
@given(entries=routes())
def test_routes_are_read_in_every_layout(variant: int, entries: tuple[SmtpRoute, ...]) -> None:
    menu = f"There are currently {len(entries)} routes configured.\n\n{MENU}"
    printed = layouts.SMTPROUTES[variant](entries)
    assert smtproutes.parse_smtproutes({"menu": menu, "print": printed + "\n" + MENU}) == entries


@pytest.mark.parametrize("variant", range(5))
@QUICK
@given(settings=dns())
def test_resolvers_are_read_in_every_layout(variant: int, settings: tuple[bool, tuple[Resolver, ...]]) -> None:
    root_servers, resolvers = settings
    found = dnsconfig.parse_dnsconfig(layouts.dns_lists(resolvers, root_servers, variant) + MENU)
    assert found.root_servers == root_servers
    assert set(found.resolvers) == set(resolvers)


@pytest.mark.parametrize("variant", range(5))
@QUICK
@given(entries=listeners())
def test_listeners_with_their_tables_are_read_in_every_layout(variant: int, entries: tuple[Listener, ...]) -> None:
    listed = listenerconfig.parse_listeners(layouts.LISTENERS[variant](entries) + MENU)
    built = []
    for row, listener in zip(listed, entries, strict=True):
        hat = layouts.hat(listener.policies, listener.sender_groups) + MENU
        rat = layouts.RATS[variant](listener.rat) + MENU if listener.rat else None
        built.append(listenerconfig.built(row, hat, "", rat))
    assert tuple(built) == entries


@pytest.mark.parametrize("variant", range(len(layouts.LOGCONFIG)))
@QUICK
@given(logs=LOGS)
def test_log_subscriptions_are_read_in_every_layout(variant: int, logs: tuple[LogSubscription, ...]) -> None:
    assert logconfig.parse_logconfig(layouts.LOGCONFIG[variant](logs) + MENU) == logs


@QUICK
@given(settings=dns(), entries=listeners())
def test_the_xml_configuration_says_the_same(
    settings: tuple[bool, tuple[Resolver, ...]], entries: tuple[Listener, ...]
) -> None:
    root_servers, resolvers = settings
    text = layouts.xml("15.0.0-104", resolvers, root_servers, entries, "Thu Jun  4 12:00:00 2026 GMT")
    root = showconfig.parse_document(text)
    found = showconfig.dns_of(root)
    assert found.root_servers == root_servers
    assert set(found.resolvers) == {server for server in resolvers if not server.secondary}
    assert showconfig.listeners_of(root) == entries


@pytest.mark.parametrize("variant", range(len(layouts.DESTCONFIG)))
@QUICK
@given(entries=controls(), odd=st.sampled_from(["", "Permitted", "Off-ish", "???", "Opportunistisch", "1"]))
def test_a_dane_word_nobody_knows_is_unparsed_never_off(
    variant: int, entries: tuple[DestinationControl, ...], odd: str
) -> None:
    """Every word for a state of DANE is replaced by another one."""
    listed, detailed = layouts.DESTCONFIG[variant](entries)
    words = "|".join([*(re.escape(word) for word in layouts.DANE_WORDS.values()), "Default"])

    def spoilt(text: str) -> str:
        if re.search(r"(?m)^\S.*DANE.*\n[=-]{3}", text):  # a table: the column of DANE
            return _spoil_column(text, odd)
        return re.sub(rf"(?mi)^(\s*DANE[^:=]*[:=]\s*)(?:{words})(?: \(.*\))?$", lambda found: found[1] + odd, text)

    with pytest.raises(Unparsed):
        read_controls((spoilt(listed), spoilt(detailed)))


def _spoil_column(text: str, odd: str) -> str:
    lines = text.split("\n")
    start = next(line.index("DANE") for line in lines if "DANE" in line)
    rule = next(index for index, line in enumerate(lines) if re.match(r"^[=-]{3}", line))
    wanted = max(len(word) for word in layouts.DANE_WORDS.values())
    for index in range(rule + 1, len(lines)):
        if lines[index].strip():
            rest = lines[index][start:]
            word = re.match(r"\S*", rest)
            assert word is not None
            lines[index] = lines[index][:start] + odd.ljust(len(word[0]))[:wanted] + rest[len(word[0]) :]
    return "\n".join(lines)


@pytest.mark.parametrize("variant", range(len(layouts.DESTCONFIG)))
@pytest.mark.parametrize("odd", ["Mandatoryy", "", "On", "Mandatory (pending)", "default-ish"])
def test_one_entrys_odd_dane_word_spoils_the_whole_list(variant: int, odd: str) -> None:
    """Also where "as the Default entry" would be a possible reading."""
    entries = (
        DestinationControl("default", TlsLevel.PREFERRED, DaneSupport.OPPORTUNISTIC),
        DestinationControl("bank.example", TlsLevel.REQUIRED, DaneSupport.MANDATORY),
    )
    listed, detailed = (text.replace("Mandatory", odd.ljust(9)) for text in layouts.DESTCONFIG[variant](entries))
    with pytest.raises(Unparsed):
        read_controls((listed, detailed))


@QUICK
@given(entries=controls())
def test_a_list_without_dane_and_without_details_is_unparsed(entries: tuple[DestinationControl, ...]) -> None:
    listed, _detailed = layouts.DESTCONFIG[4](entries)
    with pytest.raises(Unparsed, match="DANE"):
        read_controls((listed, ""))


@QUICK
@given(entries=controls())
def test_before_release_12_there_was_no_dane_and_its_absence_is_proof(entries: tuple[DestinationControl, ...]) -> None:
    listed, _detailed = layouts.DESTCONFIG[4](entries)
    found = read_controls((listed, ""), (11, 1, 2))
    assert found[0].dane is DaneSupport.NONE
    assert {control.dane for control in found[1:]} <= {None}


@pytest.mark.parametrize("printed", [("", ""), ("no entries here\n", "nothing\n")])
def test_nothing_readable_is_unparsed(printed: layouts.Printed) -> None:
    with pytest.raises(Unparsed):
        read_controls(printed)


def test_a_missing_default_entry_is_unparsed() -> None:
    entries = (DestinationControl("example.com", TlsLevel.PREFERRED, DaneSupport.NONE),)
    with pytest.raises(Unparsed, match="Default entry"):
        read_controls(layouts.DESTCONFIG[2](entries))


def test_list_and_detail_that_disagree_are_unparsed() -> None:
    default = DestinationControl("default", TlsLevel.PREFERRED, DaneSupport.NONE)
    other = DestinationControl("default", TlsLevel.PREFERRED, DaneSupport.MANDATORY)
    listed, _detail = layouts.DESTCONFIG[0]((default,))
    _list, detailed = layouts.DESTCONFIG[0]((other,))
    with pytest.raises(Unparsed, match="disagree about dane"):
        read_controls((listed, detailed))


def test_a_count_that_does_not_fit_is_unparsed() -> None:
    with pytest.raises(Unparsed, match="counts 3 routes, 1 were read"):
        smtproutes.parse_smtproutes({"menu": "There are currently 3 routes configured.", "print": "ALL -> USEDNS\n"})


@pytest.mark.parametrize("text", ["", "Some banner\n", "There are currently routes\n"])
def test_no_route_is_never_read_out_of_silence(text: str) -> None:
    with pytest.raises(Unparsed):
        smtproutes.parse_smtproutes({"menu": MENU, "print": text})


@pytest.mark.parametrize(
    "line",
    ["example.com -> USEDNS, mail.example", "example.com -> /dev/null, x.example", "exa mple -> $(reboot)", "=> ;"],
)
def test_a_line_that_is_no_route_is_unparsed(line: str) -> None:
    with pytest.raises(Unparsed):
        smtproutes.parse_smtproutes({"menu": "", "print": line + "\n"})


def test_the_documented_transcript_of_dnsconfig() -> None:
    """Secure Web Appliance technote 220558, blanks before the colon and all."""
    text = """\
Currently using the local DNS cache servers:
1. Priority: 0 10.1.1.1
2. Priority: 1 10.2.2.2
3. Priority: 2 10.3.3.3
Currently using the following Secondary DNS cache servers :
1. Priority: 0 10.10.10.10
Choose the operation you want to perform:
- NEW - Add a new server.
"""
    assert dnsconfig.parse_dnsconfig(text) == dnsconfig.Dns(
        False,
        (
            Resolver("10.1.1.1"),
            Resolver("10.2.2.2", priority=1),
            Resolver("10.3.3.3", priority=2),
            Resolver("10.10.10.10", secondary=True),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "1. Priority: 0 10.1.1.1\n",
        "Currently using the local DNS cache servers:\n",
        "Currently using the local DNS cache servers:\n1. 10.1.1.1\n",
        "Currently using the local DNS cache servers:\n1. Priority: 0 ten.example\n",
        "Currently using the local DNS cache servers:\n1. Priority: 0 10.1.1.1\nsomething new: 10.9.9.9\n",
    ],
)
def test_dnsconfig_that_is_not_understood_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        dnsconfig.parse_dnsconfig(text + MENU)


def test_the_documented_host_access_table() -> None:
    """CLI reference 9.7, with a behaviour given directly for one sender."""
    text = """\
$ACCEPTED
    ACCEPT
$THROTTLED
    ACCEPT {
        max_msgs_per_session = 10
        virus_check = "on"
        tls = "off"
    }
$TRUSTED
    ACCEPT
$BLOCKED
    REJECT
WHITELIST:
        $TRUSTED (My trusted senders have no anti-spam scanning or rate limiting)
spamdomain.com
    REJECT (reject the domain "spamdomain.com")
"""
    policies, groups = listenerconfig.parse_hat(text, "There are currently 4 policies defined.")
    assert [policy.name for policy in policies[:4]] == ["ACCEPTED", "THROTTLED", "TRUSTED", "BLOCKED"]
    assert groups[0].name == "WHITELIST"
    assert groups[0].policy == "TRUSTED"
    assert groups[1].members == ("spamdomain.com",)
    assert {policy.name: policy.action.value for policy in policies}[groups[1].policy] == "REJECT"


def test_the_version_as_seen_and_as_in_the_greeting() -> None:
    assert version.parse_version(layouts.version("15.0.0-416")) == "15.0.0-416"
    assert version.version_of_banner("AsyncOS 11.0.1 for Cisco IronPort C170 build 027\n") == "11.0.1-027"
    with pytest.raises(Unparsed):
        version.parse_version("Current Version\n=====\nProduct: x\n")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Status as of: Tue Oct 31 11:59:48 2006 GMT", 11),
        ("Status as of: Tue Oct 31 11:59:48 2006 +0200", 9),
        ("Status as of: Tue Oct 31 11:59:48 2006 PDT", None),
        ("Status as of: Tue Oct 31 11:59:48 2006\nUTC is another line", None),
        ("Current time: 2006-10-31T11:59:48Z", 11),
        ("Status as of: Tue, 31 Oct 2006 11:59:48 (GMT -08:00)", 19),
    ],
)
def test_a_clock_counts_only_with_a_zone_that_means_one_thing(text: str, hour: int | None) -> None:
    moment = version.parse_clock(text)
    assert (moment.hour if moment else None) == hour


@pytest.mark.parametrize(
    "text", ["", "no time here", "Status as of: noon", "Status as of: Tue Oct 41 11:59:48 2006 GMT"]
)
def test_a_status_without_a_moment_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        version.parse_clock(text)


@pytest.mark.parametrize(
    "document",
    [
        '<?xml version="1.0"?><!DOCTYPE config [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><config><dns>&b;</dns></config>',
        '<?xml version="1.0"?><!DOCTYPE config [<!ENTITY x SYSTEM "file:///etc/passwd">]><config>&x;</config>',
        '<?xml version="1.0"?><config><dns></config>',
        "no document at all",
    ],
)
def test_xml_that_attacks_or_is_broken_is_unparsed(document: str) -> None:
    with pytest.raises(Unparsed):
        showconfig.parse_document(document)
