"""Every key of a profile, in one table: its kind, whether it must be there, and what it is for.

Reading, errors for unknown keys, the JSON Schema and the starter's comments come from here.  Names and ranges are those
of the appliance (destination controls, SMTP routes, listeners) and of Postfix's and Exim's manuals.  May import
``fleet.model`` and modules of this room.
"""

from enum import StrEnum

from fleet.model.alerts import Condition
from fleet.model.control import DaneSupport, IpPreference, LimitScope
from fleet.model.finding import Severity
from fleet.model.fleet import Platform
from fleet.model.flow import FlowAction
from fleet.model.policy import TlsLevel
from fleet.model.resolver import ResolverKind
from fleet.profile import values
from fleet.profile.forms import (
    ADDRESS,
    ANY,
    BOUNCE_TIME,
    CONTROL_DOMAIN,
    DOMAIN,
    HOST,
    MEMBER,
    NAME,
    PARAMETER,
    PORT,
    SUFFIX_OR_ALL,
    TIER_NAME,
    TOKEN,
    DnsSupport,
    Duration,
    HostLookup,
    InsecureMx,
    LogLevel,
    RatAction,
    RouteHosts,
    SecurityLevel,
    formed,
)
from fleet.profile.kinds import (
    Choice,
    Day,
    Key,
    ListOf,
    Moment,
    Named,
    Table,
    Text,
    Truth,
    Whole,
)
from fleet.profile.problem import Code

FORMAT = "fleet-profile/1"
"""The format of profiles this version reads."""


RESOLVER = Table(
    {
        "address": Key(ADDRESS, "IP address of the resolver", required=True),
        "port": Key(PORT, "port, 53 unless said otherwise"),
        "priority": Key(Whole(0, 10_000), "0 is asked first; resolvers of one priority in random order"),
        "secondary": Key(Truth(), "asked only when the others cannot be reached"),
        "domains": Key(ListOf(DOMAIN), "asked for these domains and what lies below them only (alternate server)"),
        "kind": Key(Choice(ResolverKind), "what it does to DNSSEC, as far as you know"),
    }
)

CONTROL = Table(
    {
        "tls": Key(Choice(TlsLevel), "TLS Support; DANE needs any other than none"),
        "dane": Key(Choice(DaneSupport), "DANE Support"),
        "ip_preference": Key(Choice(IpPreference), "IP Address Preference"),
        "concurrent_connections": Key(Whole(1, 1_000), "Concurrent Connections"),
        "messages_per_connection": Key(Whole(1, 1_000), "Maximum Messages Per Connection"),
        "recipients": Key(Whole(0, 1_000_000_000), "Recipients, per recipient_minutes"),
        "recipient_minutes": Key(Whole(1, 60), "the minutes that recipients counts for"),
        "limits_apply": Key(Choice(LimitScope), "Apply limits"),
        "bounce_verification": Key(Truth(), "Bounce Verification address tagging"),
        "bounce_profile": Key(NAME, "name of a bounce profile"),
    }
)

LISTENER = Table(
    {
        "port": Key(PORT, "TCP port, 25 unless said otherwise"),
        "public": Key(Truth(), "a public listener has a RAT, a private one has none"),
        "policies": Key(Named(NAME, Choice(FlowAction)), "mail flow policies by name"),
        "sender_groups": Key(
            ListOf(
                Table(
                    {
                        "name": Key(NAME, "name of the group", required=True),
                        "members": Key(ListOf(MEMBER), "address, CIDR range, host, .domain or ALL", required=True),
                        "policy": Key(NAME, "name of one of the policies", required=True),
                    }
                ),
                whole=("name", "members", "policy"),
            ),
            "sender groups in their order: the first with a matching member decides",
        ),
        "rat": Key(Named(SUFFIX_OR_ALL, Choice(RatAction)), "Recipient Access Table"),
    }
)

LOG = Table(
    {
        "kind": Key(NAME, "kind of log: mail"),
        "level": Key(Choice(LogLevel), "how much it logs"),
        "files": Key(Whole(1, 1_000), "how many files are kept"),
        "until": Key(Day(), "when the subscription is to be removed"),
    }
)

POSTFIX = Table(
    {
        "smtp_tls_security_level": Key(Choice(SecurityLevel), "dane or dane-only for DANE"),
        "smtp_dns_support_level": Key(Choice(DnsSupport), "dnssec for DANE"),
        "smtp_host_lookup": Key(ListOf(Choice(HostLookup)), "must contain dns for DANE"),
        "smtp_tls_dane_insecure_mx_policy": Key(Choice(InsecureMx), "what an insecure MX record leads to"),
        "relayhost": Key(ANY, "next hop of all mail; brackets: no MX lookup"),
        "mynetworks": Key(ListOf(Text(values.trusted_network, Code.ADDRESS)), "who may relay"),
        "relay_domains": Key(ListOf(TOKEN), "domains mail is relayed to"),
        "tls_policy": Key(Named(TOKEN, TOKEN), "smtp_tls_policy_maps: next hop to level"),
        "transport": Key(Named(TOKEN, TOKEN), "transport_maps: domain to transport:nexthop"),
        "master": Key(
            Named(formed(values.MASTER_SERVICE, "is no service of master.cf: write name/type"), Named(PARAMETER, ANY)),
            "master.cf: service/type to the parameters it overrides",
        ),
        "maximal_queue_lifetime": Key(Duration(0, 366 * 86_400, "0s to 366d"), "until mail is returned to its sender"),
    }
)

EXIM = Table(
    {
        "dane_built_in": Key(Truth(), "whether `exim -bV` lists DANE"),
        "hosts_try_dane": Key(ANY, "opportunistic DANE; * unless it is set"),
        "hosts_require_dane": Key(ANY, "mandatory DANE"),
        "hosts_require_tls": Key(ANY, "TLS is compulsory for these"),
        "dnssec_request_domains": Key(ANY, "for which domains DNSSEC is asked for; * unless it is set"),
        "relay_from_hosts": Key(ListOf(TOKEN), "who may relay"),
        "relay_to_domains": Key(ListOf(TOKEN), "domains mail is relayed to"),
        "routes": Key(Named(TOKEN, TOKEN), "manualroute: domain to host"),
        "retry_seconds": Key(Whole(0, 366 * 86_400), "seconds until mail is returned to its sender"),
    }
)

SETTINGS: dict[str, Key] = {
    "platform": Key(Choice(Platform), "what software the gateway runs"),
    "version": Key(formed(values.VERSION, "is no version such as 15.0.0-104"), "version, as the gateway reports it"),
    "root_servers": Key(Truth(), "asks the root servers instead of resolvers"),
    "resolvers": Key(ListOf(RESOLVER, whole=("address",)), "the resolvers it asks"),
    "outbound_certificate": Key(TOKEN, 'the certificate it shows as a client; "demo" is the factory one'),
    "destination_controls": Key(Named(CONTROL_DOMAIN, CONTROL), "per destination, and `default` for all others"),
    "smtp_routes": Key(Named(SUFFIX_OR_ALL, RouteHosts()), "where mail goes instead of where DNS says"),
    "listeners": Key(Named(NAME, LISTENER), "who may hand it mail, and under which policy"),
    "bounce_profiles": Key(Named(NAME, BOUNCE_TIME), "by name: until mail is returned to its sender"),
    "logs": Key(Named(NAME, LOG), "log subscriptions"),
    "postfix": Key(POSTFIX, "parameters of Postfix"),
    "exim": Key(EXIM, "options of Exim"),
}
"""Settings: they may stand at the fleet, a tier or a node."""

FIELDS: dict[str, str] = {name: name for name in SETTINGS} | {
    "destination_controls": "controls",
    "smtp_routes": "routes",
}
"""A setting's name in a profile -> its field of ``fleet.model.fleet.Settings``."""

_SSH: dict[str, Key] = {
    "port": Key(PORT, "port, 22 unless said otherwise"),
    "user": Key(formed(values.USER, "is no user name"), "a user who may read the configuration and nothing else"),
    "key": Key(TOKEN, "path of a private key; the key itself never stands in a profile"),
    "agent": Key(Truth(), "whether the SSH agent may be asked"),
    "password": Key(
        formed(values.PASSWORD, "is no place of a password: write env:NAME or keyring:NAME"),
        "where the password is kept: env:NAME or keyring:NAME",
    ),
    "passphrase": Key(
        formed(values.PASSWORD, "is no place of a passphrase: write env:NAME or keyring:NAME"),
        "where the passphrase of `key` is kept: env:NAME or keyring:NAME",
    ),
    "jump": Key(Text(values.jump, Code.FORM, r"\S+"), "hosts to go through, first to last: [user@]host[:port],..."),
    "host_key": Key(
        formed(values.FINGERPRINT, "is no fingerprint: write SHA256: and 43 characters, as ssh-keygen -l prints it"),
        "fingerprint of the host key",
    ),
    "known_hosts": Key(TOKEN, "path of a known_hosts file"),
    "ssh_config": Key(Truth(), "whether the user's SSH configuration counts"),
    "forward": Key(Truth(), "whether resolvers may be asked through it (TCP forwarding), yes unless said otherwise"),
    "smtp": Key(Truth(), "whether mail servers may be talked to through it, from its address; not unless said"),
    "showconfig": Key(
        Truth(), "whether polls ask appliances for all their configuration, passwords masked; not unless said"
    ),
    "algorithms": Key(
        Table(
            {
                name: Key(formed(values.ALGORITHMS, "is no list of algorithms"), "+ adds to the defaults")
                for name in ("kex_algs", "encryption_algs", "mac_algs", "compression_algs", "server_host_key_algs")
            }
        ),
        "algorithms that old appliances need",
    ),
}
SSH = Table(_SSH)
NODE_SSH = Table({"host": Key(HOST, "name or address; the first address unless said otherwise"), **_SSH})

WAY = ListOf(NAME)

FLEET = Table(
    {
        "name": Key(TOKEN, "name of the fleet"),
        "own_domains": Key(ListOf(DOMAIN), "domains whose mail stays inside"),
        "ehlo": Key(DOMAIN, "name said in EHLO when this fleet checks destinations"),
        **SETTINGS,
        "ssh": Key(SSH, "how nodes are reached"),
    }
)


class Differing(StrEnum):
    """Settings in which the nodes of a tier may differ: the names of ``SETTINGS``."""

    PLATFORM = "platform"
    VERSION = "version"
    ROOT_SERVERS = "root_servers"
    RESOLVERS = "resolvers"
    OUTBOUND_CERTIFICATE = "outbound_certificate"
    DESTINATION_CONTROLS = "destination_controls"
    SMTP_ROUTES = "smtp_routes"
    LISTENERS = "listeners"
    BOUNCE_PROFILES = "bounce_profiles"
    LOGS = "logs"
    POSTFIX = "postfix"
    EXIM = "exim"


TIER = Table(
    {
        "delivers_to": Key(WAY, "tiers, internet, inside: where its mail goes", required=True),
        "receives_from": Key(WAY, "tiers, internet, inside: where its mail comes from"),
        "may_differ": Key(ListOf(Choice(Differing)), "settings in which its nodes may differ"),
        **SETTINGS,
        "ssh": Key(SSH, "how its nodes are reached"),
    }
)

NODE = Table(
    {
        "tier": Key(NAME, "the tier it belongs to", required=True),
        "addresses": Key(ListOf(ADDRESS), "its IP addresses, the one it sends from first"),
        **SETTINGS,
        "ssh": Key(NODE_SSH, "how it is reached"),
    }
)

DESTINATION = Table(
    {
        "every": Key(Duration(1, 366 * 86_400, "1s to 366d"), "interval between checks, 30m unless said otherwise"),
        "recipients_per_day": Key(Whole(0, 1_000_000_000), "recipients a day, if known"),
    }
)

SUPPRESSION = Table(
    {
        "code": Key(formed(values.CODE, "is no code such as DNS401"), "code of the finding", required=True),
        "object": Key(TOKEN, 'what the finding is about: "tier edge"', required=True),
        "reason": Key(TOKEN, "why it may be hidden"),
        "until": Key(Day(), "until when it may be hidden"),
    }
)

CONDITION = Table(
    {
        "off": Key(Truth(), "whether it is never told"),
        "checks": Key(Whole(1, 1_000), "how many polls or checks must see it"),
        "for": Key(Duration(0, 366 * 86_400, "0s to 366d"), "how long it must last"),
        "good_checks": Key(Whole(1, 1_000), "how many polls or checks must see it gone"),
        "good_for": Key(Duration(0, 366 * 86_400, "0s to 366d"), "how long it must be gone"),
    }
)

ALERTS = Table(
    {
        "repeat": Key(Duration(60, 366 * 86_400, "1m to 366d"), "what lasts is said again after this; 24h"),
        "gather": Key(Duration(0, 3_600, "0s to 1h"), "what comes within this goes into one message; 30s"),
        "findings": Key(Choice(Severity), "from which severity on findings are told; error"),
        "conditions": Key(
            Table({str(condition): Key(CONDITION, "how patient this condition is") for condition in Condition}),
            "conditions that are not as usual",
        ),
        "targets": Key(
            ListOf(
                Table(
                    {
                        "name": Key(NAME, "what the target is called", required=True),
                        "secret_url": Key(
                            formed(values.PASSWORD, "is no place of a URL: write env:NAME or keyring:NAME"),
                            "where its Apprise URL is kept: env:NAME or keyring:NAME",
                            required=True,
                        ),
                        "conditions": Key(ListOf(Choice(Condition)), "what it is told of; everything"),
                    }
                ),
                whole=("name", "secret_url"),
            ),
            "where messages go",
        ),
        "maintenance": Key(
            ListOf(
                Table(
                    {
                        "from": Key(Moment(), "when it begins", required=True),
                        "until": Key(Moment(), "when it ends", required=True),
                        "reason": Key(TOKEN, "why", required=True),
                        "nodes": Key(ListOf(NAME), "nodes that nothing is told of"),
                        "tiers": Key(ListOf(NAME), "tiers that nothing is told of"),
                        "destinations": Key(ListOf(DOMAIN), "destinations that nothing is told of"),
                    }
                ),
                whole=("from", "until", "reason"),
            ),
            "times in which nothing is told; of the whole fleet, if nothing is named",
        ),
    }
)

PROFILE = Table(
    {
        "format": Key(ANY, f'"{FORMAT}"'),
        "fleet": Key(FLEET, "the fleet, and settings of all its nodes"),
        "tiers": Key(Named(TIER_NAME, TIER), "gateways with one task each"),
        "nodes": Key(Named(NAME, NODE), "gateways"),
        "destinations": Key(Named(DOMAIN, DESTINATION), "destinations to watch"),
        "references": Key(
            Table(
                {
                    "good": Key(ListOf(DOMAIN, 1), "signed and valid"),
                    "bogus": Key(ListOf(DOMAIN, 1), "signed and broken"),
                    "unsigned": Key(ListOf(DOMAIN, 1), "not signed"),
                }
            ),
            "names whose DNSSEC state is known, by which resolvers are judged",
        ),
        "suppressions": Key(
            ListOf(SUPPRESSION, whole=("code", "object", "reason", "until")), "findings that are not to be shown"
        ),
        "alerts": Key(ALERTS, "what is told to whom"),
    }
)
"""The whole profile."""
