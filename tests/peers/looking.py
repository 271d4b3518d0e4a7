"""A node to look through inside a namespace: a real sshd, reached through the client's ProxyCommand.

No route leads there: whoever is not let in by its sshd reaches nothing of that namespace.
Imports its siblings and the standard library.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from internet.namespace import Namespace

HERE = Path(__file__).parent
ADDRESS = "127.0.2.22"
SSHD = """\
ListenAddress {address}
Port {port}
HostKey {folder}/host
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
AuthorizedKeysFile {folder}/authorized_keys
AllowTcpForwarding {forwarding}
"""
PROFILE = """\
format = "fleet-profile/1"
[fleet]
name = "peers"
ehlo = "sender.lab"
[references]
good = {good}
bogus = {bogus}
unsigned = {unsigned}
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
"""
NODE = """\
[nodes.{name}]
tier = "edge"
platform = "{platform}"
addresses = ["192.0.2.1"]
resolvers = [{{ address = "{resolver}" }}]
[nodes.{name}.ssh]
host = "gateway"
user = "root"
key = "{folder}/id"
agent = false
ssh_config = true
smtp = true
host_key = "{pin}"
"""
REFERENCES = {
    "good": ["good.dlab", "nsec3.dlab", "rsasha256.dlab"],
    "bogus": ["expired.dlab", "wrongds.dlab", "notyet.dlab"],
    "unsigned": ["unsigned.dlab", "nods.dlab", "child.deep.dlab"],
}


def lacking() -> str:
    """One sentence about what this machine lacks; empty if nothing."""
    return "" if shutil.which("sshd", path="/usr/sbin") else "real nodes need the Debian package openssh-server"


@dataclass(frozen=True, slots=True)
class Looking:
    """Ways through a real sshd into ``namespace``."""

    namespace: Namespace
    folder: Path
    anchor: Path

    @classmethod
    def into(
        cls, namespace: Namespace, folder: Path, anchor: Path, *, forwarding: bool = True, port: int = 22
    ) -> "Looking":
        (folder / ".ssh").mkdir(parents=True)
        for name in ("host", "id"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
        word = "yes" if forwarding else "no"
        text = SSHD.format(address=ADDRESS, port=port, folder=folder, forwarding=word)
        (folder / "sshd_config").write_text(text)
        Path("/run/sshd").mkdir(exist_ok=True)
        namespace.start(["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")], folder / "sshd.log")
        namespace.wait_for_ports([(ADDRESS, port)])
        relay = " ".join(namespace.inside([sys.executable, str(HERE / "relay.py"), ADDRESS, str(port)]))
        (folder / ".ssh" / "config").write_text(f"Host gateway\n  ProxyCommand {relay}\n")
        return cls(namespace, folder, anchor)

    def _pin(self) -> str:
        told = subprocess.run(
            ["ssh-keygen", "-lf", str(self.folder / "host")], check=True, capture_output=True, text=True
        )
        return told.stdout.split()[1]

    def fleet(self, command: str, platform: str, resolvers: Sequence[str], *arguments: str) -> Any:
        """``fleet COMMAND`` on this host, outside the namespace, over one node for each resolver; its JSON."""
        nodes = "".join(
            NODE.format(name=f"gw{at}", platform=platform, resolver=resolver, folder=self.folder, pin=self._pin())
            for at, resolver in enumerate(resolvers)
        )
        profile = self.folder / "fleet.toml"
        profile.write_text(PROFILE.format(**{name: json.dumps(names) for name, names in REFERENCES.items()}) + nodes)
        profiled = ["--profile", str(profile), "--from", "edge"] if command == "check" else [str(profile)]
        words = [sys.executable, str(HERE / "look.py"), command, *profiled, "--trust-anchor", str(self.anchor)]
        environment = {**os.environ, "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        done = subprocess.run(
            [*words, "--json", *arguments], capture_output=True, text=True, timeout=300, env=environment, check=False
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)
