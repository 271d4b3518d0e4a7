"""The DNS side: nsd for the root, the TLD and nearly all else, knotd for the rest; unbound twice.

One unbound validates, the other only passes on what it hears.

Imports its siblings and the standard library.
"""

from collections.abc import Iterable
from pathlib import Path

from internet import knot
from internet.namespace import Namespace
from internet.signing import SignedZone, Tree

NSD_SERVERS = {"a.root-servers.lab.": "127.0.0.10", "ns.dlab.": "127.0.0.11", "zones-ns.dlab.": "127.0.0.12"}
VALIDATING, PASSING = "127.0.0.53", "127.0.0.54"

NSD = """\
server:
  ip-address: {address}
  username: ""
  chroot: ""
  zonesdir: ""
  database: ""
  pidfile: "{folder}/nsd.pid"
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  server-count: 1
  minimal-responses: yes
remote-control:
  control-enable: no
"""

UNBOUND = """\
server:
  interface: {address}
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/unbound.pid"
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  root-hints: "{folder}/root.hints"
  module-config: "{modules}"
  ede: yes
  outgoing-interface: {address}
  edns-buffer-size: 1232
  max-udp-size: 1232
{more}
remote-control:
  control-enable: no
"""

HINTS = ". 3600 IN NS a.root-servers.lab.\na.root-servers.lab. 3600 IN A 127.0.0.10\n"


def _nsd(namespace: Namespace, folder: Path, address: str, zones: Iterable[SignedZone]) -> None:
    folder.mkdir()
    text = NSD.format(address=address, folder=folder)
    text += "".join(f'zone:\n  name: "{made.zone.origin}"\n  zonefile: "{made.path}"\n' for made in zones)
    (folder / "nsd.conf").write_text(text)
    namespace.start(["nsd", "-d", "-c", str(folder / "nsd.conf")], folder / "log")


def _unbound(namespace: Namespace, folder: Path, address: str, modules: str, more: str) -> None:
    folder.mkdir()
    (folder / "root.hints").write_text(HINTS)
    (folder / "unbound.conf").write_text(UNBOUND.format(address=address, folder=folder, modules=modules, more=more))
    namespace.start(["unbound", "-d", "-c", str(folder / "unbound.conf")], folder / "log")


def start_name_servers(namespace: Namespace, tree: Tree, folder: Path) -> None:
    """Serve ``tree`` and resolve it; returns once all six answer on TCP port 53."""
    served: dict[str, list[SignedZone]] = {}
    for made in tree.signed.values():
        if made.zone.published:
            served.setdefault(made.zone.server, []).append(made)
    for server, address in NSD_SERVERS.items():
        _nsd(namespace, folder / server, address, served[server])
    tree.knot.start(namespace)
    _unbound(
        namespace, folder / "validating", VALIDATING, "validator iterator", f'  trust-anchor-file: "{tree.anchor}"\n'
    )
    _unbound(namespace, folder / "passing", PASSING, "iterator", "")
    addresses = [*NSD_SERVERS.values(), knot.ADDRESS, VALIDATING, PASSING]
    namespace.wait_for_ports([(address, 53) for address in addresses])
