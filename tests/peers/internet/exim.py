"""Real Exim as a sender, unpacked beside Postfix because their packages exclude each other.

It delivers with hosts_try_dane and with hosts_require_dane.  ``unpacked`` is where ``dpkg -x`` put exim4-daemon-heavy,
libspf2-2, libmariadb3 and libidn12.  What Exim decided is read from its main log.  Imports its siblings and the
standard library.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from internet.destination import Delivery, Sent
from internet.namespace import Namespace

CONFIGURATION = """\
ALONE = unset
primary_hostname = sender.lab
spool_directory = {folder}/spool/ALONE
log_file_path = {folder}/spool/ALONE/%slog
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


DELIVER = """
import json, os, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
exim, folder, addresses = json.load(sys.stdin)
def deliver(pair):
    sender, recipient = pair
    alone = f"{sender}-{recipient}"
    command = [*exim, f"-DALONE={alone}"]
    letter = {"input": b"Subject: peers\\n\\nHello.\\n", "capture_output": True}
    subprocess.run([*command, "-odq", "-f", sender, "--", recipient], **letter)
    subprocess.run([*command, "-qff"], **letter)
    subprocess.run([*command, "-q"], **letter)
    return open(os.path.join(folder, alone, "mainlog"), errors="replace").read()
with ThreadPoolExecutor(3) as pool:
    print("\\n".join(pool.map(deliver, addresses)))
"""
"""Every message has a spool of its own, because Exim remembers a failing host for all mail.  The second run
of the queue goes past hosts that failed in the first, as Exim's retry rules have it."""


def send_with_exim(
    namespace: Namespace, unpacked: Path, folder: Path, domains: Sequence[str]
) -> Mapping[tuple[str, str], Sent]:
    """One message per level and domain, and what became of it after two runs of the queue."""
    spool = folder / "spool"
    spool.mkdir(parents=True)
    subprocess.run(["chown", "64999:64999", str(spool)], check=True)
    program, configuration = unpacked / "usr/sbin/exim4", folder / "exim.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, program=program))
    exim = [str(program), "-C", str(configuration)]
    pairs = [(f"{level}@sender.lab", f"someone@{domain}") for level in ("dane", "dane-only") for domain in domains]
    return read_log(
        namespace.run(
            [sys.executable, "-c", DELIVER],
            text=json.dumps([exim, str(spool), pairs]),
            LD_LIBRARY_PATH=f"{unpacked}/usr/lib:{unpacked}/usr/lib/x86_64-linux-gnu",
        )
    )
