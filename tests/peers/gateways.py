"""Real gateways to poll: OpenSSH's sshd with Postfix or Exim, each in a namespace with its own /etc.

``ip netns exec`` binds everything below /etc/netns/NAME over /etc, so Postfix, unbound, resolv.conf and the list of
accounts are the namespace's own.  The account is an ordinary one: what it may not see, the poll must say.
Imports its siblings and the standard library.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from internet import exim
from internet.namespace import Namespace
from internet.world import EXIM

USER = "fleetmon"
_ID = 64998

MAIN_CF = """\
compatibility_level = 3.6
smtp_tls_security_level = dane
smtp_dns_support_level = dnssec
smtp_host_lookup = dns
smtp_tls_policy_maps = hash:/etc/postfix/tls_policy, inline:{other.example=may}
transport_maps = texthash:/etc/postfix/transport
mynetworks = 127.0.0.0/8 10.0.1.0/24
relay_domains = example.com, example.org
relayhost =
maximal_queue_lifetime = 3d
"""
TLS_POLICY = "example.com dane-only\n.example.com encrypt match=nexthop\n"
TRANSPORT = "inside.example smtp:[10.0.0.5]:25\n"
MASTER = "danesmtp unix - - y - - smtp\n  -o smtp_tls_security_level=dane-only\n  -o smtp_helo_name=gw.example\n"

UNBOUND = """\
server:
  interface: 127.0.0.1
  port: 53
  username: ""
  chroot: ""
  pidfile: ""
  do-daemonize: no
  module-config: "validator iterator"
  auto-trust-anchor-file: "{folder}/root.key"
"""

EXIM_CONF = """\
primary_hostname = gw.example.com
spool_directory = {folder}/spool
never_users =
keep_environment = LD_LIBRARY_PATH
domainlist relay_to_domains = example.com : example.org
hostlist relay_from_hosts = <; 127.0.0.1 ; ::1
hide mysql_servers = localhost/db/user/Planted-Secret-42
begin routers
inside:
  driver = manualroute
  transport = remote
  domains = inside.example
  route_list = inside.example 10.0.0.5 byname
lookup:
  driver = dnslookup
  transport = remote
begin transports
remote:
  driver = smtp
  hosts_try_dane =
  hosts_require_dane = *.bank.example
begin retry
* * F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""

SSHD = """\
ListenAddress {listen}
Port 22
HostKey {folder}/host_ed25519
HostKey {folder}/host_rsa
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
AuthorizedKeysFile {folder}/authorized_keys
MaxStartups 1000:30:2000
"""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One running gateway."""

    namespace: Namespace
    folder: Path
    pins: tuple[str, ...]

    @property
    def key(self) -> Path:
        """The private key that the account accepts."""
        return self.folder / "id"


def lacking() -> str:
    """One sentence about what this machine lacks; empty if nothing."""
    return "" if shutil.which("sshd", path="/usr/sbin") else "real nodes need the Debian package openssh-server"


def _accounts() -> dict[str, str]:
    shadow = Path("/etc/shadow").read_text() + f"{USER}:*:20000:0:99999:7:::\n"
    passwd = f"{USER}:x:{_ID}:{_ID}::/tmp:/bin/sh\n{exim.PASSWD}\n"
    return {
        "passwd": Path("/etc/passwd").read_text() + passwd,
        "group": Path("/etc/group").read_text() + f"{USER}:x:{_ID}:\n{exim.GROUP}\n",
        "shadow": shadow,
    }


def _etc_postfix(etc: Path) -> None:
    folder = etc / "postfix"
    shutil.copytree("/etc/postfix", folder)
    (folder / "main.cf").write_text(MAIN_CF)
    (folder / "tls_policy").write_text(TLS_POLICY)
    (folder / "transport").write_text(TRANSPORT)
    with (folder / "master.cf").open("a") as master:
        master.write(MASTER)
    for name in ("main.cf", "tls_policy", "transport"):
        (folder / name).chmod(0o644)


def _keys(folder: Path) -> tuple[str, ...]:
    pins = []
    for name, kind in (("host_ed25519", "ed25519"), ("host_rsa", "rsa"), ("id", "ed25519")):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(folder / name)], check=True)
        told = subprocess.run(["ssh-keygen", "-lf", str(folder / name)], check=True, capture_output=True, text=True)
        pins.append(told.stdout.split()[1])
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
    (folder / "authorized_keys").chmod(0o644)
    return tuple(pins[:2])


def _exim_programs(folder: Path) -> Path:
    """A folder to lie over /usr/local/sbin: exim4 with the libraries that were unpacked beside it.

    All of it is copied: the account that runs it may not be able to enter the folder where Exim was unpacked.
    """
    programs, libraries = folder / "sbin", folder / "lib"
    programs.mkdir()
    libraries.mkdir()
    libraries.chmod(0o755)
    for library in sorted(Path(EXIM).glob("usr/lib/**/*.so*")):
        shutil.copyfile(library, libraries / library.name)
    (folder / "exim.conf").write_text(EXIM_CONF.format(folder=folder))
    shutil.copyfile(f"{EXIM}/usr/sbin/exim4", folder / "exim4")  # not setuid: the loader would ignore its libraries
    (folder / "exim4").chmod(0o755)
    script = programs / "exim4"
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {folder}/exim4 -C {folder}/exim.conf "$@"\n')
    script.chmod(0o755)
    return programs


@contextmanager
def running_gateway(
    name: str, resolver: str, *, with_exim: bool = False, listen: str = "127.0.0.1"
) -> Iterator[Gateway]:
    """A namespace with sshd, unbound and Postfix's configuration (or Exim); nothing is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="fleet-gateway-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with Namespace(f"{name}-{os.getpid()}", resolver, _accounts()) as namespace:
            etc = Path("/etc/netns") / namespace.name
            pins = _keys(folder)
            _etc_postfix(etc)
            (etc / "unbound").mkdir()
            (etc / "unbound" / "unbound.conf").write_text(UNBOUND.format(folder=folder))
            shutil.copy("/usr/share/dns/root.key", folder / "root.key")
            (folder / "sshd_config").write_text(SSHD.format(folder=folder, listen=listen))
            Path("/run/sshd").mkdir(exist_ok=True)
            namespace.run(["postmap", "hash:/etc/postfix/tls_policy"])
            namespace.start(["unbound", "-d", "-p"], folder / "unbound.log")
            sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")]
            if with_exim:
                programs = _exim_programs(folder)
                bind = f"mount --bind {programs} /usr/local/sbin && exec {' '.join(sshd)}"
                sshd = ["unshare", "-m", "sh", "-c", bind]
            namespace.start(sshd, folder / "sshd.log")
            namespace.wait_for_ports([(listen, 22), ("127.0.0.1", 53)])
            yield Gateway(namespace, folder, pins)
