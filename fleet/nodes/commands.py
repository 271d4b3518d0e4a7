r"""Everything that this program can send to a node: one table.

An entry is fixed words with typed slots between them, and what it is for.  ``encode`` fills one entry and is the only
way to a ``Line``; sessions accept nothing but lines.  So the table is the whole truth about what leaves, and a site can
paste it into a ``ForceCommand`` script or a list of permitted commands.  No entry changes a node: there is no commit,
no file is written, and empty lines, which accept a menu's default, are an entry of their own that walks name step by
step (``fleet.nodes.asyncos.walks``).

Remote shells are whatever the account has, so Unix commands start with ``env``: every shell passes plain words on.
May import ``fleet.nodes.slots`` only.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fleet.nodes.slots import Choice, ConfigPath, Domain, LogName, LookupTable, Number, Refused, Secret, Slot

_ENV = ("env", "LC_ALL=C", "PATH=/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin:/bin")
"""Fixed language for the parsers; sbin folders because a login for one command has a short PATH."""

POSTFIX_PATH = ConfigPath(("/etc/postfix", "/usr/local/etc/postfix"))
MAP_TYPES = Choice(frozenset({"btree", "cdb", "dbm", "hash", "lmdb", "sdbm", "texthash"}))
"""Lookup tables whose content ``postmap -s`` lists."""
LOG_PATH = ConfigPath(("/var/log",))
"""Where Unix systems keep their logs."""

POSTFIX_PARAMETERS = (
    "mail_version",
    "config_directory",
    "smtp_tls_security_level",
    "smtp_use_tls",
    "smtp_enforce_tls",
    "smtp_dns_support_level",
    "smtp_host_lookup",
    "smtp_tls_dane_insecure_mx_policy",
    "smtp_tls_policy_maps",
    "transport_maps",
    "relayhost",
    "mynetworks",
    "relay_domains",
    "maximal_queue_lifetime",
)


class Place(StrEnum):
    """Where an entry may be sent."""

    ASYNCOS = "asyncos"
    """To the command line of an appliance, at a prompt."""
    SHELL = "shell"
    """As one remote command of a Unix system, without a terminal."""
    LOGIN = "login"
    """As the answer to a login question."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row.  ``glue`` joins the words, ``end`` closes the line, ``purpose`` is for people."""

    place: Place
    words: tuple[str | Slot, ...]
    purpose: str
    glue: str = " "
    end: str = "\n"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The gaps, in order."""
        return tuple(word for word in self.words if not isinstance(word, str))

    def __str__(self) -> str:
        words = (word if isinstance(word, str) else f"<{type(word).__name__.lower()}>" for word in self.words)
        return self.glue.join(words) or {"\n": "<empty line>"}.get(self.end, self.purpose)


def _menu(words: str, purpose: str) -> Entry:
    return Entry(Place.ASYNCOS, (words,), purpose)


def _key(character: str, purpose: str) -> Entry:
    return Entry(Place.ASYNCOS, (), purpose, end=character)


def _shell(*words: str | Slot, purpose: str) -> Entry:
    return Entry(Place.SHELL, (*_ENV, *words), purpose, end="")


VERSION = _menu("version", "product, model, version")
STATUS = _menu("status", "the appliance's own time")
DNSCONFIG = _menu("dnsconfig", "resolvers and their priorities")
DESTCONFIG = _menu("destconfig", "destination controls")
SMTPROUTES = _menu("smtproutes", "SMTP routes")
LISTENERCONFIG = _menu("listenerconfig", "listeners")
LOGCONFIG = _menu("logconfig", "log subscriptions")
SHOWCONFIG = _menu("showconfig", "the configuration as XML, passwords masked")
LIST = _menu("LIST", "menu: list the entries")
DETAIL = _menu("DETAIL", "menu: the entries at length")
PRINT = _menu("PRINT", "menu: print the entries")
EDIT = _menu("EDIT", "menu: go to one entry (reading it changes nothing)")
HOSTACCESS = _menu("HOSTACCESS", "menu: a listener's Host Access Table")
RCPTACCESS = _menu("RCPTACCESS", "menu: a listener's Recipient Access Table")
EVERY_DOMAIN = _menu("all", "which domains to show")
YES = _menu("Y", "mask the passwords; print a long table")
NO = _menu("N", "leave the passwords out; no particular interface for the appliance's own DANE check")
MASK = _menu("1", "mask the passwords")
EXIT = _menu("exit", "end the session")
MENU_NUMBER = Entry(Place.ASYNCOS, (Number(),), "an entry of the menu just printed")
EMPTY = Entry(Place.ASYNCOS, (), "leave a menu; only where a walk says so")
NEXT_PAGE = _key(" ", "the pager's next page")
ABORT = _key("\x03", "Ctrl-C: leave whatever this is")
TOPHOSTS = _menu("tophosts", "the twenty destinations with most waiting recipients")
HOSTSTATUS = Entry(Place.ASYNCOS, ("hoststatus", Domain()), "what waits for one destination, and whether it is up")
STATUS_DETAIL = _menu("status detail", "how much waits in all, and since when")
GREP = Entry(
    Place.ASYNCOS,
    ("grep -e", Domain(), "-i", LogName()),
    "the lines of one log that name a domain (opt-in: fleet logs --domain)",
)
DANEVERIFY = Entry(Place.ASYNCOS, ("daneverify", Domain()), "the appliance's own DANE check of one domain (opt-in)")
DOMAIN = Entry(Place.ASYNCOS, (Domain(),), "the same domain, where that check asks for it")

CLOCK = _shell("date", "-u", "+%Y-%m-%dT%H:%M:%SZ", purpose="the node's own time")
POSTCONF = _shell("postconf", "-x", *POSTFIX_PARAMETERS, purpose="Postfix parameters")
POSTCONF_MASTER = _shell("postconf", "-P", purpose="overrides in master.cf")
POSTMAP = _shell("postmap", "-s", LookupTable(MAP_TYPES, POSTFIX_PATH), purpose="what a lookup table holds")
EXIM_VERSION = _shell("exim", "-bV", purpose="Exim's version and what it is built with")
EXIM4_VERSION = _shell("exim4", "-bV", purpose="the same under Debian's name")
EXIM_TRANSPORTS = _shell("exim", "-bP", "transports", purpose="Exim's transports, with DANE options")
EXIM4_TRANSPORTS = _shell("exim4", "-bP", "transports", purpose="the same under Debian's name")
EXIM_ROUTERS = _shell("exim", "-bP", "routers", purpose="Exim's routers")
EXIM4_ROUTERS = _shell("exim4", "-bP", "routers", purpose="the same under Debian's name")
EXIM_CONFIG = _shell("exim", "-bP", "config", purpose="Exim's configuration as parsed: lists, retry rules")
EXIM4_CONFIG = _shell("exim4", "-bP", "config", purpose="the same under Debian's name")
POSTQUEUE = _shell("postqueue", "-j", purpose="Postfix's queue; recipients are counted by domain and forgotten")
EXIM_QUEUE = _shell("exim", "-bpru", purpose="Exim's queue; recipients are counted by domain and forgotten")
EXIM4_QUEUE = _shell("exim4", "-bpru", purpose="the same under Debian's name")
LOCAL_CLOCK = _shell("date", "+%Y-%m-%dT%H:%M:%S%z", purpose="the node's own time and zone, in which it writes logs")
_TLS_LINES = ("-e", "TLS.connection.established.to", "-e", "TLS.connection.reused.to")
"""Postfix's own words, dots for blanks: these lines name a host and no domain, and say how a delivery went."""
GREP_POSTFIX = _shell(
    "grep", "-a", "-h", "-i", "-e", Domain(), *_TLS_LINES, LOG_PATH,
    purpose="the lines of a mail log that name a domain, and of every delivery over TLS (opt-in: fleet logs --domain)",
)  # fmt: skip
ZGREP_POSTFIX = _shell(
    "zgrep", "-a", "-h", "-i", "-e", Domain(), *_TLS_LINES, LOG_PATH, purpose="the same of a packed log"
)
GREP_EXIM = _shell(
    "grep", "-a", "-h", "-i", "-e", Domain(), LOG_PATH,
    purpose="the lines of Exim's log that name a domain (opt-in: fleet logs --domain)",
)  # fmt: skip
ZGREP_EXIM = _shell("zgrep", "-a", "-h", "-i", "-e", Domain(), LOG_PATH, purpose="the same of a packed log")
LIST_LOGS = _shell("ls", "-1", "/var/log", purpose="the names of rotated logs (opt-in: fleet logs --older)")
LIST_LOGS_BELOW = _shell("ls", "-1", LOG_PATH, purpose="the same of a folder below it")
RESOLV_CONF = _shell("cat", "/etc/resolv.conf", purpose="the resolvers programs ask")
RESOLVECTL = _shell("resolvectl", "status", "--no-pager", purpose="the resolvers behind systemd-resolved")
UNBOUND_MODULES = _shell("unbound-checkconf", "-o", "module-config", purpose="whether a local unbound validates")
UNBOUND_PERMISSIVE = _shell(
    "unbound-checkconf", "-o", "val-permissive-mode", purpose="whether a local unbound lets bogus data through"
)
UNBOUND_ANCHOR = _shell(
    "unbound-checkconf", "-o", "auto-trust-anchor-file", purpose="whether a local unbound has a trust anchor"
)

PASSWORD = Entry(Place.LOGIN, (Secret(),), "the password, to a login question", end="")

TABLE: MappingProxyType[str, Entry] = MappingProxyType(
    {name: value for name, value in sorted(globals().items()) if isinstance(value, Entry)}
)
"""All entries by name."""

_KEY = object()
_SAFE = re.compile(r"[A-Za-z0-9 ._:/=,+%-]*", re.ASCII)


class Line:
    """What may be written to a node.  Made by ``encode`` only."""

    __slots__ = ("entry", "text")

    def __init__(self, key: object, entry: Entry, text: str) -> None:
        if key is not _KEY:
            raise TypeError("lines are made by fleet.nodes.commands.encode")
        self.entry = entry
        self.text = text

    @property
    def command(self) -> str:
        """The words without the key that ends them: for evidence and sentences."""
        return self.text.rstrip("\n") or str(self.entry)

    def __repr__(self) -> str:
        secret = any(slot.secret for slot in self.entry.slots)
        return f"Line({'...' if secret else self.text!r})"


def encode(entry: Entry, *values: object) -> Line:
    """Fill ``entry`` with ``values``, one for each slot in order.  Raises Refused; then nothing may be sent."""
    if not any(entry is known for known in TABLE.values()):
        raise Refused("that is no entry of the table of commands, so nothing was sent")
    if len(values) != len(entry.slots):
        raise Refused(f"'{entry}' takes {len(entry.slots)} values, {len(values)} were given; nothing was sent")
    given = iter(values)
    words = [word if isinstance(word, str) else word.encode(next(given)) for word in entry.words]
    text = entry.glue.join(words)
    if entry.place is not Place.LOGIN and not _SAFE.fullmatch(text):  # cannot happen while every slot keeps its word
        raise Refused(f"'{entry}' came out with characters that are never sent; nothing was sent")
    return Line(_KEY, entry, text + entry.end)
