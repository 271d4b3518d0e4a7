"""Real Exim as a sender, unpacked beside Postfix (their packages exclude each other): hosts_try_dane, hosts_require_dane.

``unpacked`` is where ``dpkg -x`` put exim4-daemon-heavy, libspf2-2, libmariadb3 and libidn12.  What Exim decided is read
from its main log.  Imports its siblings and the standard library.
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from internet.destination import Delivery, Sent
from internet.namespace import Namespace

CONFIGURATION = """\
primary_hostname = sender.lab
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
log_selector = +tls_cipher +tls_certificate_verified +dnssec
dns_dnssec_ok = 1
disable_ipv6
local_interfaces = 127.0.0.1
remote_max_parallel = 8
qualify_domain = sender.lab
never_users =
exim_path = {program}
keep_environment = LD_LIBRARY_PATH
begin routers
null:
  driver = redirect
  domains = sender.lab
  data = :blackhole:
lookup:
  driver = dnslookup
  dnssec_request_domains = *
  self = send
  transport = ${{if eq{{$sender_address_local_part}}{{dane}}{{dane}}{{dane_only}}}}
begin transports
dane:
  driver = smtp
  dnssec_request_domains = *
  hosts_try_dane = *
  connect_timeout = 5s
dane_only:
  driver = smtp
  dnssec_request_domains = *
  hosts_require_dane = *
  connect_timeout = 5s
begin retry
* * F,1h,1h
"""

PASSWD, GROUP = "Debian-exim:x:64999:64999::/:/usr/sbin/nologin", "Debian-exim:x:64999:"
"""Exim insists on the user that its package would have made."""

_LINE = re.compile(r"^\S+ \S+ (?P<id>\S+) (?P<flag>=>|->|==|\*\*) (?P<rest>.*)$", re.MULTILINE)
_ADDRESS = re.compile(r"someone@(?P<domain>\S+?):? ")
_SENDER = re.compile(r"^\S+ \S+ (?P<id>\S+) <= (?P<level>dane|dane-only)@", re.MULTILINE)


def _delivery(flag: str, rest: str) -> Delivery:
    if flag in ("==", "**"):
        return Delivery.HELD if flag == "==" else Delivery.BOUNCED
    if " X=" not in rest:
        return Delivery.CLEAR
    return Delivery.VERIFIED if " CV=dane" in rest else Delivery.TLS


def read_log(text: str) -> dict[tuple[str, str], Sent]:
    """(level, domain) -> what became of it in the end."""
    levels = {line["id"]: line["level"] for line in _SENDER.finditer(text)}
    found: dict[tuple[str, str], Sent] = {}
    for line in _LINE.finditer(text):
        address = _ADDRESS.search(line["rest"] + " ")
        if address and line["id"] in levels:
            sent = Sent(_delivery(line["flag"], line["rest"]), "", line["rest"])
            found[levels[line["id"]], address["domain"]] = sent
    return found


def send_with_exim(
    namespace: Namespace, unpacked: Path, folder: Path, domains: Sequence[str]
) -> Mapping[tuple[str, str], Sent]:
    """One message per level to every domain, delivered by one run of the queue; what Exim made of each."""
    program = unpacked / "usr/sbin/exim4"
    (folder / "log").mkdir(parents=True)
    configuration = folder / "exim.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, program=program))
    subprocess.run(["chown", "-R", "64999:64999", str(folder)], check=True)
    subprocess.run(["chown", "root:root", str(configuration)], check=True)
    libraries = f"{unpacked}/usr/lib:{unpacked}/usr/lib/x86_64-linux-gnu"
    exim = [str(program), "-C", str(configuration)]
    for level in ("dane", "dane-only"):
        recipients = [f"someone@{domain}" for domain in domains]
        command = [*exim, "-odq", "-f", f"{level}@sender.lab", "--", *recipients]
        namespace.run(command, text="Subject: peers\n\nHello.\n", LD_LIBRARY_PATH=libraries)
    namespace.run([*exim, "-qff"], LD_LIBRARY_PATH=libraries)
    return read_log((folder / "log" / "mainlog").read_text(errors="replace"))
