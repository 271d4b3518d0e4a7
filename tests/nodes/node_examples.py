"""Settings that the tests of nodes poll, and deadlines short enough to wait for."""

from collections.abc import Awaitable, Callable

from fleet.lab.nodes.server import NodeServer
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import LogSubscription, Node, Platform, Settings
from fleet.model.flow import FlowAction, FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.policy import TlsLevel
from fleet.model.resolver import Resolver
from fleet.model.route import RouteHost, RouteKind, SmtpRoute
from fleet.nodes import Limits

Serve = Callable[..., Awaitable[tuple[NodeServer, Node]]]
"""What the fixture ``serve`` is."""

QUICK = Limits(
    connect=1.0, login=2.0, command=5.0, quiet=1.0, settle=0.02, greeting=0.15, poll=15.0, pages=50, lease=0.2
)
"""Deadlines short enough to wait for in a test."""

PASSWORD = "Sesame-open-77"

APPLIANCE = Settings(
    platform=Platform.ASYNCOS,
    version="15.0.0-104",
    root_servers=False,
    resolvers=(
        Resolver("10.1.1.1"),
        Resolver("10.2.2.2", priority=1),
        Resolver("10.10.10.10", secondary=True),
        Resolver("10.3.3.3", domains=("inside.example",)),
    ),
    controls=(
        DestinationControl("default", TlsLevel.PREFERRED, DaneSupport.OPPORTUNISTIC),
        DestinationControl("ietf.org", TlsLevel.REQUIRED, DaneSupport.MANDATORY),
        DestinationControl("old.example", None, DaneSupport.NONE),
    ),
    routes=(
        SmtpRoute("ALL", RouteKind.USEDNS),
        SmtpRoute("example.com", RouteKind.HOSTS, (RouteHost("10.0.0.5"), RouteHost("mx.example.com", 587, 10))),
    ),
    listeners=(
        Listener(
            "outgoing",
            25,
            False,
            (FlowPolicy("RELAYED", FlowAction.RELAY), FlowPolicy("BLOCKED", FlowAction.REJECT)),
            (SenderGroup("RELAYLIST", ("10.0.1.0/24",), "RELAYED"), SenderGroup("ALL", ("ALL",), "BLOCKED")),
        ),
        Listener(
            "incoming",
            25,
            True,
            (FlowPolicy("ACCEPTED", FlowAction.ACCEPT),),
            (SenderGroup("ALL", ("ALL",), "ACCEPTED"),),
            (RatEntry("example.com", True), RatEntry("ALL", False)),
        ),
    ),
    logs=(LogSubscription("mail_logs", "mail", "information"),),
)

POSTFIX = Settings(
    platform=Platform.POSTFIX,
    version="3.7.11",
    resolvers=(Resolver("10.0.0.53"), Resolver("10.0.0.54", priority=1)),
    postfix=PostfixSettings(
        smtp_tls_security_level="dane",
        smtp_dns_support_level="dnssec",
        smtp_host_lookup=("dns",),
        smtp_tls_dane_insecure_mx_policy="dane",
        relayhost="",
        mynetworks=("127.0.0.0/8", "[::1]/128"),
        relay_domains=("example.com",),
        tls_policy=(("example.com", "dane-only"), (".example.com", "may")),
        transport=(("inside.example", "smtp:[10.0.0.5]:25"),),
        master=(("danesmtp/unix", "smtp_tls_security_level", "dane-only"),),
        maximal_queue_lifetime=432000,
    ),
)

EXIM = Settings(
    platform=Platform.EXIM,
    version="4.96",
    resolvers=(Resolver("10.0.0.53"),),
    exim=EximSettings(
        dane_built_in=True,
        hosts_try_dane="*",
        hosts_require_dane="",
        hosts_require_tls="",
        dnssec_request_domains="*",
        relay_from_hosts=("127.0.0.1", "10.0.1.0/24"),
        relay_to_domains=("example.com",),
        routes=(("inside.example", "10.0.0.5"),),
        retry_seconds=345600,
    ),
)
