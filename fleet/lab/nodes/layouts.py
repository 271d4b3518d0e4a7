"""How an appliance prints its settings: documented forms, and five or more synthetic ones where none is known.

Each table of this module lists functions from nouns to text; a simulated appliance uses one of each, tests use all.
May import ``fleet.model``.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

from fleet.model.control import DEFAULT, DaneSupport, DestinationControl, IpPreference
from fleet.model.fleet import LogSubscription
from fleet.model.flow import FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver
from fleet.model.route import RouteHost, RouteKind, SmtpRoute

TLS_WORDS = {
    TlsLevel.NONE: "No",
    TlsLevel.PREFERRED: "Preferred",
    TlsLevel.PREFERRED_VERIFY: "Preferred - Verify",
    TlsLevel.REQUIRED: "Required",
    TlsLevel.REQUIRED_VERIFY: "Required - Verify",
    TlsLevel.REQUIRED_VERIFY_HOSTED: "Required - Verify Hosted Domains",
}
DANE_WORDS = {
    DaneSupport.NONE: "None",
    DaneSupport.OPPORTUNISTIC: "Opportunistic",
    DaneSupport.MANDATORY: "Mandatory",
}
IP_WORDS = {
    IpPreference.PREFER_IPV4: "Prefer IPv4",
    IpPreference.PREFER_IPV6: "Prefer IPv6",
    IpPreference.REQUIRE_IPV4: "Require IPv4",
    IpPreference.REQUIRE_IPV6: "Require IPv6",
}

# version: seen (SMA 15.0; the same fields on mail gateways)


def version(number: str) -> str:
    """The answer to ``version``."""
    return f"""\
Current Version
===============
Product: Cisco C300V Secure Email Gateway Virtual Appliance
Model: C300V
Version: {number}
Build Date: 2023-11-10
Install Date: 2024-06-11 12:17:23
Serial #: 420000000000000000AA-000000000000
BIOS: 6.00
CPUs: 4 expected, 4 allocated
Memory: 8192 MB expected, 8192 MB allocated
RAID: NA
RAID Status: Unknown
RAID Type: NA
BMC: NA
"""


# dnsconfig: lists documented (sibling product); root-server sentence and alternate entries reported or synthetic

ROOT_SENTENCES = (
    "Currently using the Internet root DNS servers.\n",
    "Currently using the Internet's root DNS servers.\nNo alternate authoritative servers configured.\n",
    "Currently using the Internet root nameservers\n",
    "Currently using the Internet root DNS servers :\n\n",
    "\nCurrently using the Internet root servers to resolve names.\n",
)


def _alternate_first(name: str, addresses: Sequence[str], number: int) -> str:
    return f"{number}. {name}: {', '.join(addresses)}"


ALTERNATES: tuple[Callable[[str, Sequence[str], int], str], ...] = (
    _alternate_first,
    lambda name, addresses, number: f"{number}. {name} -> {' '.join(addresses)}",
    lambda name, addresses, number: f"{number}. Priority: 0 {' '.join(addresses)} for {name}",
    lambda name, addresses, number: f"  {number}.  {name}    {', '.join(addresses)}",
    lambda name, addresses, number: f"{number}. {' '.join(addresses)} ({name})",
)


def dns_lists(resolvers: Sequence[Resolver], root_servers: bool, variant: int) -> str:
    """What ``dnsconfig`` prints before its menu."""
    own = [server for server in resolvers if not server.secondary and not server.domains]
    secondary = [server for server in resolvers if server.secondary]
    alternate = [server for server in resolvers if server.domains]
    if root_servers:
        text = ROOT_SENTENCES[variant % len(ROOT_SENTENCES)]
    else:
        text = "Currently using the local DNS cache servers:\n" + _servers(own)
    if secondary:
        text += "Currently using the following Secondary DNS cache servers :\n" + _servers(secondary)
    if alternate:
        write = ALTERNATES[variant % len(ALTERNATES)]
        text += "Alternate authoritative DNS servers:\n" if root_servers else "Alternate DNS servers:\n"
        for number, (domains, group) in enumerate(groupby(alternate, lambda server: server.domains), 1):
            text += write(" ".join(domains), [server.address for server in group], number) + "\n"
    return text


def _servers(resolvers: Sequence[Resolver]) -> str:
    lines = (f"{number}. Priority: {server.priority} {server.address}" for number, server in enumerate(resolvers, 1))
    return "".join(line + "\n" for line in lines)


# destconfig: synthetic


def _tls(control: DestinationControl) -> str:
    return "Default" if control.tls is None else TLS_WORDS[control.tls]


def _dane(control: DestinationControl) -> str:
    return "Default" if control.dane is None else DANE_WORDS[control.dane]


def _ip(control: DestinationControl) -> str:
    return "Default" if control.ip_preference is None else IP_WORDS[control.ip_preference]


def _named(control: DestinationControl) -> str:
    return "(Default)" if control.domain == DEFAULT else control.domain


def _profile(control: DestinationControl) -> str:
    return control.bounce_profile or ("Default" if control.domain == DEFAULT else "(Default)")


def _columns(headers: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], gap: int, rule: str) -> str:
    """A table; ``headers`` are its header lines."""
    widths = [max(len(line[index]) for line in (*headers, *rows)) for index in range(len(headers[0]))]
    blank = " " * gap

    def line(cells: Sequence[str]) -> str:
        return blank.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() + "\n"

    text = "".join(map(line, headers))
    text += line([rule * width for width in widths]) if gap else ""
    return text + "".join(map(line, rows))


def _list_one_header(controls: Sequence[DestinationControl]) -> str:
    rows = [(_named(c), "Default", _tls(c), _dane(c), "Default", _profile(c), _ip(c)) for c in controls]
    headers = [
        "Domain",
        "Rate Limiting",
        "TLS",
        "DANE",
        "Bounce Verification",
        "Bounce Profile",
        "IP Version Preference",
    ]
    return _columns([headers], rows, 2, "=")


def _list_wrapped_header(controls: Sequence[DestinationControl]) -> str:
    rows = [(_named(c), "Default", "On", _tls(c), _dane(c), _profile(c)) for c in controls]
    headers = [("", "Rate", "", "", "DANE", "Bounce"), ("Domain", "Limiting", "Usage", "TLS", "Support", "Profile")]
    return _columns(headers, rows, 3, "=")


def _list_reordered(controls: Sequence[DestinationControl]) -> str:
    rows = [(_named(c), _dane(c), _ip(c), _tls(c)) for c in controls]
    return _columns([("Destination", "DANE Support", "IP Address Preference", "TLS Support")], rows, 2, "-")


def _list_one_rule(controls: Sequence[DestinationControl]) -> str:
    rows = [(_named(c), _tls(c), _dane(c)) for c in controls]
    text = _columns([("Domain", "TLS", "DANE")], rows, 4, "=")
    head, _rule, rest = text.split("\n", 2)
    return f"{head}\n{'=' * 72}\n{rest}"


def _list_without_dane(controls: Sequence[DestinationControl]) -> str:
    rows = [(_named(c), "Default", _tls(c), _profile(c)) for c in controls]
    return _columns([("Domain", "Rate Limiting", "TLS", "Bounce Profile")], rows, 2, "=")


def _detail_labels(controls: Sequence[DestinationControl]) -> str:
    return "\n".join(
        f"{'Default' if c.domain == DEFAULT else c.domain}\n"
        f"  Maximum messages per connection: Default\n  TLS: {_tls(c)}\n  DANE: {_dane(c)}\n"
        f"  Bounce Profile: {_profile(c)}\n  IP Sort Preference: {_ip(c)}\n"
        for c in controls
    )


def _detail_domain_label(controls: Sequence[DestinationControl]) -> str:
    return "\n".join(
        f"Domain: {_named(c)}\n    TLS Support:     {_tls(c)}\n    DANE Support:    {_dane(c)}\n" for c in controls
    )


def _detail_sections(controls: Sequence[DestinationControl]) -> str:
    return "\n".join(
        f"[{'DEFAULT' if c.domain == DEFAULT else c.domain}]\ntls = {_tls(c)}\nDANE = {_dane(c)}\n" for c in controls
    )


def _detail_effective(controls: Sequence[DestinationControl]) -> str:
    default = next(c for c in controls if c.domain == DEFAULT)

    def shown(control: DestinationControl, write: Callable[[DestinationControl], str]) -> str:
        text = write(control)
        return f"Default ({write(default)})" if text == "Default" else text

    return "\n".join(f"Domain: {_named(c)}\nTLS: {shown(c, _tls)}\nDANE: {shown(c, _dane)}\n" for c in controls)


Printed = tuple[str, str]
"""LIST and DETAIL."""

DESTCONFIG: tuple[Callable[[Sequence[DestinationControl]], Printed], ...] = (
    lambda controls: (_list_one_header(controls), _detail_labels(controls)),
    lambda controls: (_list_wrapped_header(controls), _detail_domain_label(controls)),
    lambda controls: (_list_reordered(controls), ""),
    lambda controls: (_list_one_rule(controls), _detail_sections(controls)),
    lambda controls: (_list_without_dane(controls), _detail_labels(controls)),
    lambda controls: ("", _detail_effective(controls)),
    lambda controls: (_list_without_dane(controls), _detail_effective(controls)),
)
"""Synthetic, all of them."""


# smtproutes: synthetic


def host_text(host: RouteHost) -> str:
    """One host as routes spell it (documented)."""
    name = f"[{host.name}]" if host.direct else host.name
    port = "" if host.port == 25 else f":{host.port}"
    priority = f"/pri={host.priority}" if host.priority else ""
    return name + port + priority


def _target(route: SmtpRoute) -> str:
    if route.kind is RouteKind.USEDNS:
        return "USEDNS"
    if route.kind is RouteKind.DISCARD:
        return "/dev/null"
    return ", ".join(map(host_text, route.hosts))


SMTPROUTES: tuple[Callable[[Sequence[SmtpRoute]], str], ...] = (
    lambda routes: "".join(f"{route.domain} -> {_target(route)}\n" for route in routes),
    lambda routes: "".join(f"{route.domain} {_target(route)}\n" for route in routes),
    lambda routes: "".join(f"{route.domain}: {_target(route)}\n" for route in routes),
    lambda routes: _columns(
        [("Domain", "Destination Hosts")], [(route.domain, _target(route)) for route in routes], 3, "="
    ),
    lambda routes: "".join(f"{n}. {route.domain}\t{_target(route)}\n" for n, route in enumerate(routes, 1)),
    lambda routes: (
        "Receiving Domain    Destination Hosts\n" + "".join(f"{r.domain + ' ':<20}{_target(r)}\n" for r in routes)
    ),
)
"""Synthetic, all of them."""


# listenerconfig: list reported, HAT documented, RAT reported


def _kind(listener: Listener) -> str:
    return "Public" if listener.public else "Private"


LISTENERS: tuple[Callable[[Sequence[Listener]], str], ...] = (
    lambda listeners: "".join(
        f"{n}. {item.name} (on Data {n}, 192.0.2.{n}) SMTP TCP Port {item.port} {_kind(item)}\n"
        for n, item in enumerate(listeners, 1)
    ),
    lambda listeners: "".join(
        f"{n}. {item.name} (on Data {n}, 192.0.2.{n}, 2001:db8::{n}) SMTP TCP Port {item.port} {_kind(item)}\n"
        for n, item in enumerate(listeners, 1)
    ),
    lambda listeners: "".join(
        f"{n}. {item.name} (on Management, 192.0.2.{n}) SMTP Port {item.port} {_kind(item)}\n"
        for n, item in enumerate(listeners, 1)
    ),
    lambda listeners: "".join(
        f"  {n}.  {item.name}  (on data{n}, 192.0.2.{n})  SMTP, TCP Port {item.port}, {_kind(item)}\n"
        for n, item in enumerate(listeners, 1)
    ),
    lambda listeners: (
        "\n".join(
            f"{n}. {item.name} (on data{n}, 192.0.2.{n}) ESMTP TCP Port {item.port} {_kind(item)}"
            for n, item in enumerate(listeners, 1)
        )
        + "\n\n"
    ),
)


def hat(policies: Sequence[FlowPolicy], groups: Sequence[SenderGroup]) -> str:
    """A Host Access Table (documented)."""
    text = ""
    for policy in policies:
        options = (
            ' {\n        max_msgs_per_session = 10\n        tls = "off"\n    }' if policy.name == "THROTTLED" else ""
        )
        text += f"${policy.name}\n    {policy.action.value}{options}\n"
    for group in groups:
        members = "".join(f"        {member}\n" for member in group.members)
        text += f"{group.name}:\n{members}        ${group.policy} (a comment)\n"
    return text


RATS: tuple[Callable[[Sequence[RatEntry]], str], ...] = (
    lambda rat: "Recipient Access Table\n" + "".join(f"{entry.address} {_access(entry)}\n" for entry in rat),
    lambda rat: "Recipient Access Table:\n\n" + "".join(f"  {entry.address:<40}{_access(entry)}\n" for entry in rat),
    lambda rat: (
        "There are currently 2 recipients.\nRecipient Access Table\n"
        + "".join(f"{entry.address}\t{_access(entry)}\n" for entry in rat)
    ),
    lambda rat: (
        "Recipient Access Table\n======================\n"
        + "".join(f"{entry.address} (bypass) {_access(entry)}\n" for entry in rat)
    ),
    lambda rat: "\nRecipient Access Table\n" + "".join(f"{e.address} {_access(e)}    \n" for e in rat) + "\n",
)


def _access(entry: RatEntry) -> str:
    return "ACCEPT" if entry.accept else "REJECT"


# logconfig: synthetic

LOGCONFIG: tuple[Callable[[Sequence[LogSubscription]], str], ...] = (
    lambda logs: (
        "Currently configured logs:\n"
        + "".join(
            f'{n}. "{log.name}" Type: "{log.kind.title()} Logs" Level: {log.level} Retrieval: Manual Download\n'
            for n, log in enumerate(logs, 1)
        )
    ),
    lambda logs: (
        "Currently configured logs:\n"
        + _columns(
            [("Log Name", "Log Type", "Level", "Retrieval", "Interval")],
            [
                (f"{n}. {log.name}", f"{log.kind.title()} Logs", log.level.title(), "FTP Poll", "None")
                for n, log in enumerate(logs, 1)
            ],
            2,
            "-",
        )
    ),
    lambda logs: _columns(
        [("Name", "Type", "Log Level")],
        [(log.name, f"IronPort Text {log.kind.title()} Logs", log.level) for log in logs],
        3,
        "=",
    ),
    lambda logs: "".join(
        f'{n}. "{log.name}" Type: "{log.kind.title()}" Log level: {log.level.upper()}\n'
        for n, log in enumerate(logs, 1)
    ),
    lambda logs: _columns(
        [("Log Name", "Log Level", "Log Type")],
        [(log.name, log.level, f"{log.kind.title()} Logs") for log in logs],
        2,
        "-",
    ),
)
"""Synthetic, all of them."""


# showconfig: dialogue and DNS part seen, listeners' elements seen, their content as above


def xml(
    number: str,
    resolvers: Sequence[Resolver],
    root_servers: bool,
    listeners: Sequence[Listener],
    moment: str,
    more: str = "",
) -> str:
    """The configuration as far as its elements are known, ``more``, and secrets masked as the appliance does."""
    local = "".join(
        f'    <dns_ip priority="{server.priority}">{server.address}</dns_ip>\n'
        for server in resolvers
        if not server.secondary and not server.domains
    )
    alternates = "".join(
        f"<alt_dns_domain><dns_domain>{domain}</dns_domain><nameserver><ip>{server.address}</ip></nameserver>"
        "</alt_dns_domain>"
        for server in resolvers
        for domain in server.domains
    )
    if alternates:
        alternates = f"  <alt_dns>{alternates}</alt_dns>\n"
    servers = "" if root_servers else f"  <local_dns>\n{local}  </local_dns>\n"
    entries = "".join(_xml_listener(listener) for listener in listeners)
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE config SYSTEM "config.dtd">\n'
        f"<!--\n  Product: Cisco C300V\n  Version: {number}\n  Current Time: {moment}\n-->\n<config>\n"
        f"<dns>\n{servers}{alternates}  <dns_ptr_timeout>20</dns_ptr_timeout>\n</dns>\n"
        "<users><user><username>admin</username><passphrase>*****</passphrase></user></users>\n"
        f"<listeners>\n{entries}</listeners>\n{more}</config>\n"
    )


def _xml_listener(listener: Listener) -> str:
    rat = "".join(
        f"<rat_entry><rat_address>{entry.address}</rat_address><access>{_access(entry)}</access></rat_entry>"
        for entry in listener.rat
    )
    return (
        f"<listener><listener_name>{listener.name}</listener_name><protocol>SMTP</protocol><port>{listener.port}</port>"
        f"<type>{_kind(listener).lower()}</type><hat>{hat(listener.policies, listener.sender_groups)}</hat>"
        f"<rat>{rat}</rat></listener>\n"
    )
