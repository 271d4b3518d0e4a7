"""The whole lab in one context manager, and what a machine needs to run it.

Imports its siblings and the standard library.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from internet import exim
from internet.destinations import ZONES
from internet.nameservers import VALIDATING, start_name_servers
from internet.namespace import Namespace
from internet.postfix import start_servers
from internet.servers import Authorities, issue_all
from internet.signing import Tree

PROGRAMS = {
    "ip": "iproute2",
    "ss": "iproute2",
    "unshare": "util-linux",
    "nsd": "nsd",
    "unbound": "unbound",
    "unbound-host": "unbound-host",
    "dnssec-keygen": "bind9-utils",
    "dnssec-signzone": "bind9-utils",
    "dnssec-dsfromkey": "bind9-utils",
    "ldns-signzone": "ldnsutils",
    "knotd": "knot",
    "keymgr": "knot",
    "postfix": "postfix",
    "sendmail": "postfix",
}
"""Programs by the Debian package that brings them."""

EXIM = os.environ.get("FLEET_EXIM", "")
"""Folder of an unpacked Exim; empty where there is none (see ``exim``)."""


def lacking() -> str:
    """One sentence about what this machine lacks for the lab; empty if nothing."""
    if not sys.platform.startswith("linux"):
        return "real peers need Linux (network namespaces)"
    if os.geteuid() != 0:
        return "real peers need root (network namespaces, ports 25 and 53)"
    packages = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    if packages:
        return f"real peers need the Debian packages {' '.join(packages)}"
    return _no_namespace()


def _no_namespace() -> str:
    """Containers often have root without the right to make namespaces."""
    probe = f"fleet-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "delete", probe], capture_output=True, check=False)
    return f"real peers need network namespaces: {made.stderr.strip()}" if made.returncode else ""


@dataclass(frozen=True, slots=True)
class Internet:
    """The running lab."""

    namespace: Namespace
    tree: Tree
    folder: Path

    @property
    def anchor(self) -> Path:
        """The root's DNSKEY as a trust anchor file."""
        return self.tree.anchor


def _accounts() -> dict[str, str]:
    """This machine's accounts and the one Exim wants."""
    if not EXIM:
        return {}
    return {
        "passwd": Path("/etc/passwd").read_text() + exim.PASSWD + "\n",
        "group": Path("/etc/group").read_text() + exim.GROUP + "\n",
    }


@contextmanager
def running_internet() -> Iterator[Internet]:
    """Zones signed, served and resolved, SMTP servers listening; nothing is left afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-peers-")))
        folder.chmod(0o755)  # Postfix daemons read here after they have given up root
        authorities = Authorities()
        servers = issue_all(authorities)
        names = {**authorities.named(), **servers, "twokeys2": servers["twokeys"].chains[1][0]}
        tree = Tree(ZONES, folder / "zones", names)
        namespace = stack.enter_context(Namespace(f"fleet-peers-{os.getpid()}", VALIDATING, _accounts()))
        start_name_servers(namespace, tree, folder)
        start_servers(namespace, servers.values(), folder / "servers")
        yield Internet(namespace, tree, folder)
