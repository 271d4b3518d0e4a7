"""What Postfix, Exim and the resolver below them print, read part by part.

Postfix 3.7.11, Exim 4.96 and unbound 1.17 were tried; the output of resolvectl was not, so it comes in six variants.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_settings import ADDRESS, QUICK

from fleet.model.resolver import Resolver, ResolverKind
from fleet.nodes.reading import Unparsed
from fleet.nodes.unix import exim, postfix, resolver


def test_parameters_with_a_continued_line() -> None:
    text = "mail_version = 3.7.11\nrelayhost =\nmynetworks = 127.0.0.0/8\n    [::1]/128\n"
    assert postfix.parse_parameters(text) == {
        "mail_version": "3.7.11",
        "relayhost": "",
        "mynetworks": "127.0.0.0/8 [::1]/128",
    }


@pytest.mark.parametrize("text", ["", "postconf: fatal: open /etc/postfix/main.cf\n", "\n\n"])
def test_what_is_no_parameter_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        postfix.parse_parameters(text)


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"smtp_tls_security_level": "dane-only"}, "dane-only"),
        ({"smtp_tls_security_level": "", "smtp_use_tls": "yes", "smtp_enforce_tls": "no"}, "may"),
        ({"smtp_tls_security_level": "", "smtp_use_tls": "yes", "smtp_enforce_tls": "yes"}, "encrypt"),
        ({"smtp_tls_security_level": "", "smtp_use_tls": "no", "smtp_enforce_tls": "no"}, "none"),
        ({}, None),
    ],
)
def test_the_level_in_force(values: dict[str, str], level: str | None) -> None:
    assert postfix.level(values) == level


@pytest.mark.parametrize("value", ["${{$compatibility_level} <level {3.11} ? {} : {may}}", "dane-ish", "$other"])
def test_an_expression_or_a_level_nobody_knows_is_unparsed(value: str) -> None:
    with pytest.raises(Unparsed):
        postfix.level({"smtp_tls_security_level": value})


@pytest.mark.parametrize(
    ("text", "seconds"), [("5d", 432000), ("3", 3 * 86400), ("90s", 90), ("2h", 7200), ("1w", 604800)]
)
def test_times_have_units(text: str, seconds: int) -> None:
    assert postfix.seconds({"maximal_queue_lifetime": text}, "maximal_queue_lifetime", "d") == seconds


def test_tables_in_a_row_with_braces_inside() -> None:
    maps = postfix.parse_maps(
        "hash:/etc/postfix/tls, inline:{ {a.example = dane-only match=x}, b.example=may } regexp:/x"
    )
    assert [(table.name.partition(":")[0], table.listable) for table in maps] == [
        ("hash", True),
        ("inline", False),
        ("regexp", False),
    ]
    assert maps[1].inline == (("a.example", "dane-only match=x"), ("b.example", "may"))


@pytest.mark.parametrize("value", ["/etc/postfix/x", "inline:{a", "inline:x=y", "inline:{novalue}", "ha sh;x:/y", "{"])
def test_a_table_that_is_none_is_unparsed(value: str) -> None:
    with pytest.raises(Unparsed):
        postfix.parse_maps(value)


def test_the_first_table_decides_about_a_key() -> None:
    pairs = (("a.example", "dane-only"), ("A.example", "may"), (".b.example", "encrypt ciphers=high"))
    assert postfix.policies(pairs) == (("a.example", "dane-only"), (".b.example", "encrypt"))


@pytest.mark.parametrize("value", ["", "dan", "match=x"])
def test_a_policy_without_a_level_is_unparsed(value: str) -> None:
    with pytest.raises(Unparsed):
        postfix.policies((("a.example", value),))


def test_overrides_of_master_cf() -> None:
    text = "danesmtp/unix/smtp_tls_security_level = dane-only\nsubmission/inet/smtpd_tls_wrappermode = \n"
    assert postfix.parse_overrides(text)[0] == ("danesmtp/unix", "smtp_tls_security_level", "dane-only")
    assert postfix.parse_overrides("") == ()
    with pytest.raises(Unparsed):
        postfix.parse_overrides("smtp inet n - y - - smtpd\n")


BV = "Exim version 4.96 #2 built 27-May-2026 16:52:26\nSupport for: crypteq IPv6 GnuTLS{dane} DKIM DNSSEC\n"


@pytest.mark.parametrize(("word", "built_in"), [(" DANE", True), ("", False)])
def test_whether_dane_is_built_in(word: str, built_in: bool) -> None:
    assert exim.parse_version(BV.format(dane=word)) == ("4.96", built_in)


def test_without_the_line_of_support_nothing_is_known_about_dane() -> None:
    with pytest.raises(Unparsed, match="whether DANE is built in"):
        exim.parse_version("Exim version 4.96\n")


def transports(first: str, second: str) -> tuple[exim.Driver, ...]:
    text = (
        f"\nremote_smtp transport:\nno_body_only\ndriver = smtp\nhosts_try_dane = {first}\n"
        f"\nsmarthost transport:\ndriver = smtp\nhosts_try_dane = {second}\n\nlocal transport:\ndriver = appendfile\n"
    )
    return exim.parse_drivers(text, "transport")


def test_an_option_counts_if_all_smtp_transports_agree() -> None:
    assert exim.common(transports("*", "*"), "hosts_try_dane") == "*"
    assert exim.common(transports("", ""), "hosts_try_dane") == ""
    assert exim.common(transports("", ""), "no_such_option") is None
    with pytest.raises(Unparsed, match="the transports differ in hosts_try_dane"):
        exim.common(transports("*", ""), "hosts_try_dane")


CONFIG = """\
# Exim Configuration (4.96)
domainlist relay_to_domains = example.com : example.org
hostlist relay_from_hosts = <; 127.0.0.1 ; ::1
hostlist doubled = 10.0.0.1 : fe80::::1

begin retry
  * * F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""


def test_lists_and_retry_rules_of_exim() -> None:
    lists = exim.parse_lists(CONFIG)
    assert lists["relay_to_domains"] == ("example.com", "example.org")
    assert lists["relay_from_hosts"] == ("127.0.0.1", "::1")
    assert lists["doubled"] == ("10.0.0.1", "fe80::1")
    assert exim.parse_retry(CONFIG) == 4 * 86400


@pytest.mark.parametrize("rule", ["example.com * F,1h,1h", "* * X,1h", "* * F,$x,1h", ""])
def test_a_retry_rule_that_is_not_known_is_unparsed(rule: str) -> None:
    with pytest.raises(Unparsed):
        exim.parse_retry(f"begin retry\n  {rule}\n")


@pytest.mark.parametrize(
    "options",
    [
        "route_data = ${lookup{x}}\nroute_list = ",
        "route_data = \nroute_list = $domain x",
        "route_data = \nroute_list = <, a b",
    ],
)
def test_routes_that_are_computed_are_unparsed(options: str) -> None:
    with pytest.raises(Unparsed):
        exim.parse_routes(exim.parse_drivers(f"\nr router:\ndriver = manualroute\n{options}\n", "router"))


def test_resolv_conf_keeps_the_order() -> None:
    text = "# made by hand\nsearch example.com\nnameserver 10.0.0.2\nnameserver 10.0.0.1 ; second\noptions trust-ad\n"
    assert resolver.parse_resolv_conf(text) == (Resolver("10.0.0.2"), Resolver("10.0.0.1", priority=1))
    assert resolver.parse_resolv_conf("") == (Resolver("127.0.0.1"),)


@pytest.mark.parametrize("text", ["nameserver\n", "nameserver one.example\n", "name server 10.0.0.1\n", "<html>\n"])
def test_what_is_no_resolv_conf_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        resolver.parse_resolv_conf(text)


@QUICK
@given(servers=st.lists(ADDRESS, min_size=4, max_size=6))
def test_the_c_library_uses_three_servers(servers: list[str]) -> None:
    text = "".join(f"nameserver {server}\n" for server in servers)
    assert len(resolver.parse_resolv_conf(text)) == 3


RESOLVECTL = {
    "modern": """\
Global
           Protocols: -LLMNR -mDNS -DNSOverTLS DNSSEC={setting}/unsupported
    resolv.conf mode: stub
  Current DNS Server: 10.0.0.1
         DNS Servers: 10.0.0.1 10.0.0.2
Fallback DNS Servers: 1.1.1.1 8.8.8.8

Link 2 (eth0)
    Current Scopes: none
         Protocols: -DefaultRoute DNSSEC={setting}/unsupported
""",
    "per link": """\
Global
       Protocols: +LLMNR DNSSEC={setting}/supported
resolv.conf mode: stub

Link 2 (eth0)
Current Scopes: DNS
     Protocols: +DefaultRoute DNSSEC={setting}/supported
Current DNS Server: 10.0.0.1
   DNS Servers: 10.0.0.1
                10.0.0.2
    DNS Domain: example.com
""",
    "old": """\
Global
          DNSSEC NTA: 10.in-addr.arpa
                      16.172.in-addr.arpa

Link 2 (eth0)
      Current Scopes: DNS
       LLMNR setting: yes
      DNSSEC setting: {setting}
    DNSSEC supported: no
         DNS Servers: 10.0.0.1
                      10.0.0.2
""",
    "names": "Global\n  DNSSEC={setting}/supported\n  DNS Servers: 10.0.0.1#dns.example 10.0.0.2#dns2.example\n",
    "two on the second line": "Global\nDNSSEC: {setting}\n DNS Servers: 10.0.0.1\n              10.0.0.2 10.0.0.1\n",
    "twice": "DNSSEC={setting}\nDNS Servers: 10.0.0.1\n\nLink 3\nDNSSEC={setting}\nDNS Servers: 10.0.0.1 10.0.0.2\n",
}


@pytest.mark.parametrize("variant", RESOLVECTL)
@pytest.mark.parametrize("setting", ["yes", "no", "allow-downgrade"])
def test_resolvectl_in_every_variant(variant: str, setting: str) -> None:
    found = resolver.parse_resolvectl(RESOLVECTL[variant].format(setting=setting))
    kind = ResolverKind.VALIDATES if setting == "yes" else ResolverKind.UNKNOWN
    assert found == (Resolver("10.0.0.1", kind=kind), Resolver("10.0.0.2", priority=1, kind=kind))


@pytest.mark.parametrize(
    "text", ["", "Global\n DNSSEC=yes\n", "Global\n DNS Servers: 10.0.0.1\n", "DNSSEC=yes\nDNS Servers: ten.example\n"]
)
def test_resolvectl_that_is_not_understood_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        resolver.parse_resolvectl(text)


@pytest.mark.parametrize(
    ("modules", "permissive", "anchor", "validates"),
    [
        ("validator iterator", "no", "/var/lib/unbound/root.key", True),
        ("subnetcache validator iterator\n", "no\n", "/x\n", True),
        ("iterator", "no", "/x", False),
        ("validator iterator", "yes", "/x", False),
        ("validator iterator", "no", "", False),
        ("", "", "", False),
    ],
)
def test_when_a_local_unbound_validates(modules: str, permissive: str, anchor: str, validates: bool) -> None:
    assert resolver.unbound_validates(modules, permissive, anchor) is validates
