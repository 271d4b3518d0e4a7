"""A fleet on paper: tiers of gateways, what each is told to do, and the destinations that are watched.

Settings inherit fleet -> tier -> node.  ``Node.settings`` is what is left after inheritance; nodes that declare nothing
of their own share one ``Settings`` object, so that whoever computes per class of equal nodes can group by it.  None in
a field means "not declared", which is never the same as empty: an empty tuple of routes says "there are none".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fleet.model.alerts import AlertSettings
from fleet.model.control import BounceProfile, DestinationControl
from fleet.model.flow import Listener
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.resolver import References, Resolver
from fleet.model.route import SmtpRoute

ObjectPath = tuple[str | int, ...]
"""Where a value stands in a profile: keys and array indices from the top, ("tiers", "edge", "resolvers", 0)."""

INTERNET = "internet"
"""In ``delivers_to`` and ``receives_from``: external destinations, and senders anywhere."""
INSIDE = "inside"
"""In ``delivers_to`` and ``receives_from``: own mail systems that are no gateways of this fleet."""


class Platform(StrEnum):
    """What software a gateway runs."""

    ASYNCOS = "asyncos"
    POSTFIX = "postfix"
    EXIM = "exim"


@dataclass(frozen=True, slots=True)
class LogSubscription:
    """One log subscription of an appliance: ``files`` is how many are kept; ``until``: when it is to be removed."""

    name: str
    kind: str = "mail"
    level: str = "information"
    files: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a node is told to do.  Its fields are the units of declaration, inheritance of tables, observation, drift.

    ``version`` is the text a node reports ("15.0.0-104").  ``root_servers``: it asks the Internet's root servers
    instead of resolvers.  ``outbound_certificate``: the certificate it shows as a client, ``demo`` for the factory one.
    ``controls``, ``routes``, ``listeners``, ``bounce_profiles``, ``logs`` are AsyncOS's; Postfix and Exim have their
    own.
    """

    platform: Platform | None = None
    version: str | None = None
    root_servers: bool | None = None
    resolvers: tuple[Resolver, ...] | None = None
    outbound_certificate: str | None = None
    controls: tuple[DestinationControl, ...] | None = None
    routes: tuple[SmtpRoute, ...] | None = None
    listeners: tuple[Listener, ...] | None = None
    bounce_profiles: tuple[BounceProfile, ...] | None = None
    logs: tuple[LogSubscription, ...] | None = None
    postfix: PostfixSettings | None = None
    exim: EximSettings | None = None


@dataclass(frozen=True, slots=True)
class SshSettings:
    """How a node is reached.  Holds no secret: ``password`` and ``passphrase`` (of ``key``) name where one is kept.

    They read ``env:NAME`` or ``keyring:NAME``.  ``host`` is a name or address, empty for the node's first address;
    ``jump`` the hosts to go through (``[user@]host[:port]``, the first one first, separated by commas); ``host_key`` a
    pinned fingerprint (``SHA256:...``); ``algorithms`` pairs of an asyncssh option and what is added to its defaults,
    an opt-in for old appliances; ``forward``: whether its resolvers may be asked through its connection; ``smtp``:
    whether mail servers may be talked to through it as well, from its address; ``showconfig``: whether polls ask an
    appliance for its whole configuration too, with its passwords masked.
    """

    host: str = ""
    port: int = 22
    user: str = ""
    key: str = ""
    passphrase: str = ""
    agent: bool = True
    password: str = ""
    jump: str = ""
    host_key: str = ""
    known_hosts: str = ""
    ssh_config: bool = False
    algorithms: tuple[tuple[str, str], ...] = ()
    forward: bool = True
    smtp: bool = False
    showconfig: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One gateway.  ``own``: the setting paths (below the node) that it declares itself instead of inheriting."""

    name: str
    tier: str
    addresses: tuple[str, ...]
    settings: Settings
    ssh: SshSettings = field(default_factory=SshSettings)
    own: frozenset[ObjectPath] = frozenset()


@dataclass(frozen=True, slots=True)
class Tier:
    """Gateways with one task.  ``own`` as in ``Node``; ``may_differ``: settings in which its nodes may differ."""

    name: str
    delivers_to: tuple[str, ...]
    receives_from: tuple[str, ...]
    settings: Settings
    own: frozenset[ObjectPath] = frozenset()
    may_differ: tuple[str, ...] = ()

    @property
    def external(self) -> bool:
        """Whether its nodes connect directly to external destinations: only then may they do DANE (seed)."""
        return INTERNET in self.delivers_to


@dataclass(frozen=True, slots=True)
class Destination:
    """A watched destination.  ``seconds``: the interval between checks; ``recipients_per_day`` None: not known."""

    domain: str
    seconds: int = 1800
    recipients_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """A finding that is not to be shown, why, and until when."""

    code: str
    object: str
    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything a profile declares.  ``own`` as in ``Node``, for the settings declared for the whole fleet."""

    name: str
    tiers: Mapping[str, Tier]
    nodes: Mapping[str, Node]
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    references: References = field(default_factory=References)
    own_domains: tuple[str, ...] = ()
    """Domains whose mail stays inside: with those of the RATs, what "ours" means."""
    ehlo: str = ""
    suppressions: tuple[Suppression, ...] = ()
    settings: Settings = field(default_factory=Settings)
    own: frozenset[ObjectPath] = frozenset()
    alerts: AlertSettings = field(default_factory=AlertSettings)
