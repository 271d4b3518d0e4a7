"""What Postfix and Exim are configured to do, in their own parameter names: their truth is not AsyncOS's.

Postfix: postconf(5), TLS_README "DANE TLS authentication".  Exim: spec chapter "The smtp transport" and "DANE".
None: not declared (or not observed), never the program's default.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostfixSettings:
    """Postfix parameters that decide about DANE and about who may relay.

    ``tls_policy``: (next-hop key, level) pairs of smtp_tls_policy_maps in lookup form (``example.com``,
    ``.example.com``); ``transport``: (domain key, ``transport:nexthop``) pairs; ``master``: (service, parameter, value)
    overrides of master.cf.
    """

    smtp_tls_security_level: str | None = None
    smtp_dns_support_level: str | None = None
    smtp_host_lookup: tuple[str, ...] | None = None
    smtp_tls_dane_insecure_mx_policy: str | None = None
    relayhost: str | None = None
    mynetworks: tuple[str, ...] | None = None
    relay_domains: tuple[str, ...] | None = None
    tls_policy: tuple[tuple[str, str], ...] | None = None
    transport: tuple[tuple[str, str], ...] | None = None
    master: tuple[tuple[str, str, str], ...] | None = None
    maximal_queue_lifetime: int | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class EximSettings:
    """Exim options that decide about DANE and about who may relay.

    ``hosts_try_dane`` is ``*`` by default in builds with DANE (opportunistic DANE is on unless it is set empty);
    ``routes``: (domain key, host) pairs of a manualroute router.
    """

    dane_built_in: bool | None = None
    hosts_try_dane: str | None = None
    hosts_require_dane: str | None = None
    hosts_require_tls: str | None = None
    dnssec_request_domains: str | None = None
    relay_from_hosts: tuple[str, ...] | None = None
    relay_to_domains: tuple[str, ...] | None = None
    routes: tuple[tuple[str, str], ...] | None = None
    retry_seconds: int | None = None
    """Until mail is returned to its sender."""
