"""Unbound, which shares no code with the lab, must find the tree as secure, insecure or bogus as the lab says."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest
from dns.rdatatype import MX

from fleet.lab import LabHandle

Ask = Callable[..., dns.message.Message]

UNBOUND = shutil.which("unbound") or (shutil.which("unbound", path="/usr/sbin"))

pytestmark = pytest.mark.skipif(UNBOUND is None, reason="unbound is not installed")

# Nobody answers these questions; Unbound would wait for minutes.
SILENT = {("mx-timeout.lab", "MX"), ("_25._tcp.mail.tlsa-timeout.lab", "TLSA")}

# (theirs, ours) where the two may differ.
EXPLAINED = {
    # Unbound gives up on a server that refuses, and says so in its own way.
    ("mx-refused.lab", "MX"): (("SERVFAIL", False), ("REFUSED", False)),
    # Asked for a CNAME that comes from a DNAME, Unbound 1.17 misses the signature RFC 6672 3.1 says it cannot have.
    ("mail.old.dname.lab", "CNAME"): (("SERVFAIL", False), ("NOERROR", True)),
}

CONFIGURATION = """
server:
  directory: "{directory}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "{directory}/unbound.log"
  interface: 127.0.0.1@{port}
  do-ip6: no
  do-not-query-localhost: no
  trust-anchor-file: "{anchor}"
  num-threads: 1
  # Every question is to be judged on its own proof, not on what an earlier answer happened to prove.
  aggressive-nsec: no
  harden-below-nxdomain: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{upstream}
"""


def free_port() -> int:
    """A port that is free for UDP and TCP alike, a moment ago."""
    while True:
        with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            stream.bind(("127.0.0.1", 0))
            port = int(stream.getsockname()[1])
            try:
                datagrams.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def header(port: int, name: str, rdtype: str) -> tuple[str, bool]:
    """rcode and AD of the answer, from its header alone: dnspython does not read malformed TLSA records."""
    query = dns.message.make_query(name, rdtype, want_dnssec=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5)
        # Connected, so that a port nobody listens on yet is an error at once.
        channel.connect(("127.0.0.1", port))
        channel.send(query.to_wire())
        answer = channel.recv(65535)
    flags = int.from_bytes(answer[2:4], "big")
    return dns.rcode.to_text(dns.rcode.Rcode(flags & 15)), bool(flags & dns.flags.AD)


def start(directory: Path, anchor: Path, upstream: int) -> tuple[subprocess.Popen, int]:
    """An Unbound that answers, and its port.  Somebody may take the port first, so a few are tried."""
    for _ in range(5):
        port = free_port()
        configuration = Path(directory, "unbound.conf")
        configuration.write_text(CONFIGURATION.format(directory=directory, port=port, anchor=anchor, upstream=upstream))
        process = subprocess.Popen([str(UNBOUND), "-d", "-c", str(configuration)])
        while process.poll() is None:
            try:
                header(port, "good.lab", "SOA")
            except OSError:
                time.sleep(0.05)
            else:
                return process, port
    pytest.fail("unbound did not start")


@pytest.fixture(scope="module")
def unbound(lab: LabHandle, sockets: dict, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an Unbound that validates over the lab's passing resolver."""
    upstream = sockets["udp", lab.resolvers["passing"], 53][1]
    process, port = start(tmp_path_factory.mktemp("unbound"), lab.trust_anchor, upstream)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def questions(lab: LabHandle, ask: Ask) -> Iterator[tuple[str, str]]:
    """Everything a DANE check of any destination asks, and the delegations above it."""
    for names in lab.references.values():
        yield from ((name, rdtype) for name in names for rdtype in ("SOA", "A", "MX", "DS", "DNSKEY"))
    for row in lab.destinations:
        yield from ((row.name, rdtype) for rdtype in ("MX", "DS", "DNSKEY"))
        for host in {*row.addresses, *mail_hosts(ask, row.name)}:
            yield from ((host, rdtype) for rdtype in ("A", "AAAA", "CNAME"))
            yield f"_25._tcp.{host}", "TLSA"


def mail_hosts(ask: Ask, name: str) -> set[str]:
    if (name, "MX") in SILENT:
        return set()
    answer = ask("passing", name, "MX", cd=True).answer
    targets = {rdata.exchange.to_text(omit_final_dot=True) for rrset in answer if rrset.rdtype == MX for rdata in rrset}
    return targets - {"."}


def test_unbound_finds_every_answer_as_the_lab_says_it_is(
    lab: LabHandle, sockets: dict, ask: Ask, unbound: int
) -> None:
    ours = sockets["udp", lab.resolvers["validating"], 53][1]
    asked = [question for question in dict.fromkeys(questions(lab, ask)) if question not in SILENT]
    differences = {
        question: (theirs, lab_says)
        for question in asked
        if (theirs := header(unbound, *question)) != (lab_says := header(ours, *question))
    }
    assert len(asked) > 700
    assert differences == EXPLAINED
