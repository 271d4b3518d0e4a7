"""What the commands of a simulated Unix gateway print, after real ones (Postfix 3.7, Exim 4.96, unbound 1.17).

May import ``fleet.model`` and the lab's own modules.
"""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from fleet.lab.nodes import mail_logs, waiting
from fleet.lab.nodes.waiting import Held
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import EximSettings, PostfixSettings


@dataclass(frozen=True, slots=True)
class Gateway:
    """A simulated Unix gateway."""

    settings: Settings
    debian: bool = True
    """Exim's binary is called exim4."""
    queue: tuple[Held, ...] = ()
    lists: bool = True
    """Whether the account may list the queue."""
    logs: mail_logs.Logs = field(default_factory=dict)
    """What its log files hold, by path."""
    unreadable: tuple[str, ...] = ()
    """Files the account may not read."""
    zone: tzinfo = UTC
    """Where its clock stands."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command gives."""

    output: str = ""
    complaint: str = ""
    status: int = 0


_MISSING = Answer(complaint="env: no such file or directory\n", status=127)


def answer(gateway: Gateway, command: str) -> Answer:
    """The answer to a command line as an SSH client requests it."""
    words = [word for word in shlex.split(command) if word != "env" and "=" not in word.split("/")[0]]
    if not words:
        return Answer()
    program = _PROGRAMS.get(words[0])
    return _MISSING if program is None else program(gateway, words[1:])


def _date(gateway: Gateway, words: Sequence[str]) -> Answer:
    if "-u" not in words:
        return Answer(datetime.now(gateway.zone).strftime("%Y-%m-%dT%H:%M:%S%z\n"))
    return Answer(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ\n"))


def _grep(gateway: Gateway, words: Sequence[str]) -> Answer:
    found = mail_logs.unix(gateway.logs, words, gateway.unreadable)
    return Answer(found.output, found.complaint, found.status)


def _ls(gateway: Gateway, words: Sequence[str]) -> Answer:
    if words[-1] in gateway.unreadable:
        return Answer(complaint=f"ls: cannot open directory '{words[-1]}': Permission denied\n", status=2)
    folder = words[-1].rstrip("/") + "/"
    names = sorted(path.removeprefix(folder) for path in gateway.logs if path.startswith(folder))
    if not names:
        return Answer(complaint=f"ls: cannot access '{words[-1]}': No such file or directory\n", status=2)
    return Answer("".join(f"{name.partition('/')[0]}\n" for name in names))


def _cat(gateway: Gateway, words: Sequence[str]) -> Answer:
    if list(words) != ["/etc/resolv.conf"]:
        return Answer(complaint=f"cat: {' '.join(words)}: No such file or directory\n", status=1)
    servers = sorted(gateway.settings.resolvers or (), key=lambda server: server.priority)
    return Answer("".join(f"nameserver {server.address}\n" for server in servers) + "options edns0 trust-ad\n")


def _unbound(gateway: Gateway, words: Sequence[str]) -> Answer:
    values = {
        "module-config": "subnetcache validator iterator",
        "val-permissive-mode": "no",
        "auto-trust-anchor-file": "/var/lib/unbound/root.key",
    }
    return Answer(values[words[-1]] + "\n")


def _postconf(gateway: Gateway, words: Sequence[str]) -> Answer:
    postfix = gateway.settings.postfix
    if postfix is None:
        return _MISSING
    if words[:1] == ["-P"]:
        return Answer("".join(f"{service}/{name} = {value}\n" for service, name, value in postfix.master or ()))
    values = _parameters(postfix, gateway.settings.version or "3.7.11")
    names = [word for word in words if not word.startswith("-")]
    return Answer(
        "".join(f"{name} = {values[name]}\n" for name in names if name in values),
        "".join(f"postconf: warning: {name}: unknown parameter\n" for name in names if name not in values),
    )


def _postqueue(gateway: Gateway, words: Sequence[str]) -> Answer:
    if gateway.settings.postfix is None:
        return _MISSING
    if not gateway.lists:
        return Answer(complaint="postqueue: fatal: User fleet(1001) is not allowed to view the mail queue\n", status=69)
    return Answer(waiting.postqueue(gateway.queue))


def _parameters(postfix: PostfixSettings, version: str) -> dict[str, str]:
    def table(pairs: tuple[tuple[str, str], ...] | None) -> str:
        entries = ", ".join(f"{{{key} = {value}}}" for key, value in pairs or ())
        return f"inline:{{{entries}}}" if entries else ""

    values = {
        "mail_version": version,
        "config_directory": "/etc/postfix",
        "smtp_tls_security_level": postfix.smtp_tls_security_level,
        "smtp_use_tls": "no",
        "smtp_enforce_tls": "no",
        "smtp_dns_support_level": postfix.smtp_dns_support_level,
        "smtp_host_lookup": ", ".join(postfix.smtp_host_lookup or ()),
        "smtp_tls_dane_insecure_mx_policy": postfix.smtp_tls_dane_insecure_mx_policy,
        "smtp_tls_policy_maps": table(postfix.tls_policy),
        "transport_maps": table(postfix.transport),
        "relayhost": postfix.relayhost,
        "mynetworks": " ".join(postfix.mynetworks or ()),
        "relay_domains": " ".join(postfix.relay_domains or ()),
        "maximal_queue_lifetime": f"{postfix.maximal_queue_lifetime or 432000}s",
    }
    return {name: value for name, value in values.items() if value is not None}


def _exim(gateway: Gateway, words: Sequence[str]) -> Answer:
    settings = gateway.settings.exim
    if settings is None:
        return _MISSING
    if list(words) == ["-bV"]:
        dane = " DANE" if settings.dane_built_in else ""
        return Answer(
            f"Exim version {gateway.settings.version or '4.96'} #2 built 27-May-2026 16:52:26\n"
            f"Support for: crypteq iconv() IPv6 GnuTLS Content_Scanning{dane} DKIM DNSSEC Event\n"
        )
    if list(words) == ["-bpru"]:
        if not gateway.lists:
            return Answer(complaint="exim: permission denied\n", status=1)
        return Answer(waiting.exim(gateway.queue, waiting.now()))
    return Answer(_DUMPS[words[-1]](settings))


def _transports(exim: EximSettings) -> str:
    return (
        f"\nremote_smtp transport:\nno_body_only\ndriver = smtp\n"
        f"dnssec_request_domains = {exim.dnssec_request_domains or ''}\n"
        f"hosts_require_dane = {exim.hosts_require_dane or ''}\nhosts_require_tls = {exim.hosts_require_tls or ''}\n"
        f"hosts_try_dane = {exim.hosts_try_dane or ''}\n\nlocal_delivery transport:\ndriver = appendfile\n"
    )


def _routers(exim: EximSettings) -> str:
    rules = " ; ".join(f"{key} {host} byname" for key, host in exim.routes or ())
    return (
        f"\nsmarthost router:\ndriver = manualroute\nroute_data = \nroute_list = {rules}\n"
        "\ndnslookup router:\ndriver = dnslookup\ntransport = remote_smtp\n"
    )


def _config(exim: EximSettings) -> str:
    return (
        '# Exim Configuration (4.96)\n# 1 "/etc/exim4/exim.conf"\n'
        f"domainlist relay_to_domains = {' : '.join(exim.relay_to_domains or ())}\n"
        f"hostlist relay_from_hosts = {' : '.join(exim.relay_from_hosts or ())}\n"
        "hide mysql_servers = localhost/db/user/ExampleSecret99\n\nbegin routers\n\nbegin transports\n\n"
        f"begin retry\n  * * F,2h,15m; G,16h,1h,1.5; F,{(exim.retry_seconds or 345600) // 3600}h,6h\n"
    )


_DUMPS: dict[str, Callable[[EximSettings], str]] = {
    "transports": _transports,
    "routers": _routers,
    "config": _config,
}

_PROGRAMS: dict[str, Callable[[Gateway, Sequence[str]], Answer]] = {
    "date": _date,
    "cat": _cat,
    "unbound-checkconf": _unbound,
    "postconf": _postconf,
    "postqueue": _postqueue,
    "exim4": _exim,
    "grep": _grep,
    "zgrep": _grep,
    "ls": _ls,
}


def platform_of(settings: Settings) -> Platform:
    """Which of the simulations fits."""
    if settings.postfix is not None:
        return Platform.POSTFIX
    return Platform.EXIM if settings.exim is not None else Platform.ASYNCOS
