"""Real Postfix, twice: ``master`` with one smtpd per server, and one that sends at levels dane and dane-only.

What the sender decided is read from its log (``maillog_file``): per recipient the status, and the TLS line that
the same smtp(8) process wrote last before it.  /etc/postfix is neither read nor touched.  Imports its siblings and the
standard library.
"""

import re
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from internet.destination import Delivery, Sent
from internet.namespace import Namespace
from internet.servers import Running

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_protocols = ipv4
inet_interfaces = 127.0.0.1
mynetworks = 127.0.0.0/8
myhostname = {role}.lab
mydestination =
alias_maps =
local_recipient_maps =
alias_database =
local_transport = error:nobody lives here
import_environment = MAIL_CONFIG
smtputf8_enable = no
{more}
"""

SERVICES = """\
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
pickup unix n - n 60 1 pickup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
retry unix - - n - - error
error unix - - n - - error
discard unix - - n - - discard
"""

RECEIVING = """\
default_transport = discard:
relay_domains = dlab
relay_transport = discard:
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_peername_lookup = no
"""

SENDING = """\
default_transport = discard:
relay_domains =
sender_dependent_default_transport_maps = inline:{ {dane@sender.lab=dane:} {dane-only@sender.lab=dane-only:} }
smtp_dns_support_level = dnssec
smtp_host_lookup = dns
smtp_tls_loglevel = 1
smtp_tls_session_cache_database =
smtp_connection_cache_on_demand = no
smtp_connect_timeout = 5
smtp_helo_timeout = 5
notify_classes =
minimal_backoff_time = 1s
bounce_queue_lifetime = 1h
maximal_queue_lifetime = 1h
"""

LEVELS = ("dane", "dane-only")


class Postfix:
    """One instance in ``folder``; started by ``start``."""

    def __init__(self, namespace: Namespace, folder: Path, role: str, more: str, services: str) -> None:
        self.namespace = namespace
        self.folder = folder
        self.conf = folder / "conf"
        self.conf.mkdir(parents=True)
        for name in ("queue", "data"):
            (folder / name).mkdir()
        (self.conf / "main.cf").write_text(MAIN.format(folder=folder, role=role, more=more))
        (self.conf / "master.cf").write_text(services + SERVICES)

    def start(self, resolver: str = "") -> None:
        """Let Postfix make its queue, then run its master in the foreground.

        ``resolver`` replaces the namespace's for this instance alone, by a mount of its own over resolv.conf.
        """
        subprocess.run(["chown", "postfix", str(self.folder / "data")], check=True)
        self.namespace.run(["postfix", "-c", str(self.conf), "check"])
        daemons = self.namespace.run(["postconf", "-c", str(self.conf), "-h", "daemon_directory"]).strip()
        command = [f"{daemons}/master", "-c", str(self.conf), "-d"]
        if resolver:
            alone = self.folder / "resolv.conf"
            alone.write_text(f"nameserver {resolver}\noptions edns0 trust-ad\n")
            mount = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", mount, str(alone), *command]
        self.namespace.start(command, self.folder / "log")

    @property
    def log(self) -> str:
        """Everything logged so far."""
        path = self.folder / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""


def start_servers(namespace: Namespace, servers: Iterable[Running], folder: Path) -> Postfix:
    """One smtpd per server; returns once all listen."""
    servers = list(servers)
    folder.mkdir()
    services = ""
    for running in servers:
        settings = [f"smtpd_tls_chain_files={running.write(folder)}", *running.server.settings]
        services += f"{running.server.address}:25 inet n - n - - smtpd\n"
        services += "".join(f"  -o {{{setting.replace('=', ' = ', 1)}}}\n" for setting in settings)
    postfix = Postfix(namespace, folder, "servers", RECEIVING, services)
    postfix.start()
    namespace.wait_for_ports([(running.server.address, 25) for running in servers])
    return postfix


def start_sender(namespace: Namespace, folder: Path, resolver: str = "", more: str = "") -> Postfix:
    """A sending instance, one smtp transport per level; ``more`` are parameters that override the usual ones."""
    services = "".join(
        f"{level} unix - - n - 40 smtp\n  -o smtp_tls_security_level={level}\n  -o syslog_name=postfix/{level}\n"
        for level in LEVELS
    )
    postfix = Postfix(namespace, folder, "sender", _overridden(SENDING, more), services)
    postfix.start(resolver)
    return postfix


def _overridden(parameters: str, more: str) -> str:
    """``parameters`` without those that ``more`` sets, then ``more``: Postfix complains about what is set twice."""
    names = {line.partition("=")[0].strip() for line in more.splitlines()}
    kept = [line for line in parameters.splitlines() if line.partition("=")[0].strip() not in names]
    return "\n".join([*kept, more])


_LINE = re.compile(r"postfix/(?P<service>dane|dane-only)/smtp\[(?P<pid>\d+)\]: (?P<text>.*)")
_TLS = re.compile(r"(?P<trust>Verified|Trusted|Untrusted|Anonymous) TLS connection established to ")
_STATUS = re.compile(r"\w+: to=<[^@>]*@(?P<domain>[^>]*)>, .*dsn=(?P<dsn>[\d.]+), status=(?P<status>\w+) (?P<words>.*)")


SENT = {
    "Verified": Delivery.VERIFIED,
    "Trusted": Delivery.TRUSTED,
    "Untrusted": Delivery.TLS,
    "Anonymous": Delivery.TLS,
    "": Delivery.CLEAR,
}
"""Postfix's word for a TLS session.  The sender knows no public root, so only TLSA records make a chain "Trusted"."""


def _delivery(status: str, trust: str) -> Delivery:
    if status == "sent":
        return SENT[trust]
    return {"deferred": Delivery.HELD, "bounced": Delivery.BOUNCED}[status]


def read_log(text: str) -> dict[tuple[str, str], list[Sent]]:
    """(level, domain) -> its attempts in order; a TLS line belongs to the next status of the same process."""
    trust: dict[str, str] = {}
    found: dict[tuple[str, str], list[Sent]] = {}
    for line in map(_LINE.search, text.splitlines()):
        if line is None:
            continue
        if tls := _TLS.match(line["text"]):
            trust[line["pid"]] = tls["trust"]
        elif status := _STATUS.match(line["text"]):
            delivery = _delivery(status["status"], trust.pop(line["pid"], ""))
            attempts = found.setdefault((line["service"], status["domain"]), [])
            attempts.append(Sent(delivery, status["dsn"], status["words"]))
    return found


def _wait_for_attempts(sender: Postfix, wanted: Mapping[tuple[str, str], int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        found = read_log(sender.log)
        missing = sorted(key for key, count in wanted.items() if len(found.get(key, [])) < count)
        if not missing:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"no delivery status for {missing}")
        time.sleep(0.2)


def send_to(sender: Postfix, domains: Sequence[str], seconds: float = 60) -> Mapping[tuple[str, str], Sent]:
    """One message per level to every domain, and what became of it for good.

    What is deferred is tried once more: after a failed handshake Postfix goes on in clear only with mail that has
    waited for ``minimal_backoff_time``.  Raises TimeoutError naming those without a status in time.
    """
    for level in LEVELS:
        sender.namespace.run(
            ["sendmail", "-C", str(sender.conf), "-f", f"{level}@sender.lab", "--"]
            + [f"someone@{domain}" for domain in domains],
            text="Subject: peers\n\nHello.\n",
            MAIL_CONFIG=str(sender.conf),
        )
    wanted = {(level, domain): 1 for level in LEVELS for domain in domains}
    _wait_for_attempts(sender, wanted, seconds)
    deferred = [key for key, attempts in read_log(sender.log).items() if attempts[-1].delivery is Delivery.HELD]
    time.sleep(1.5)  # older than minimal_backoff_time
    sender.namespace.run(["postqueue", "-c", str(sender.conf), "-f"])
    _wait_for_attempts(sender, {**wanted, **dict.fromkeys(deferred, 2)}, seconds)
    return {key: attempts[-1] for key, attempts in read_log(sender.log).items()}
