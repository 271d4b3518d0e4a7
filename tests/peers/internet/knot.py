"""Knot as the second kind of server: it signs what it serves, one zone as stored and one while it is asked.

The online signer denies with NSEC records made up for the question, so a name that does not exist looks like one
without the type asked for.  Imports its siblings and the standard library.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from internet.namespace import Namespace
from internet.zones import Signer, Zone

ADDRESS = "127.0.0.13"

SERVER = """\
server:
    listen: {address}@53
    rundir: {folder}
    user: root:root
log:
  - target: stderr
    any: warning
database:
    storage: {folder}/db
policy:
  - id: stored
    manual: on
    single-type-signing: on
    nsec3: on
    nsec3-salt-length: 4
  - id: online
    manual: on
    single-type-signing: on
mod-onlinesign:
  - id: online
    policy: online
zone:
"""

ZONE = {
    Signer.KNOT: "    dnssec-signing: on\n    dnssec-policy: stored\n    zonefile-sync: -1\n",
    Signer.KNOT_ONLINE: "    module: mod-onlinesign/online\n",
}


class Knot:
    """One knotd in ``folder``; keys come before zones, because a parent publishes its child's DS."""

    def __init__(self, folder: Path, zones: Iterable[Zone]) -> None:
        self._folder = folder
        (folder / "db").mkdir(parents=True)
        self.configuration = folder / "knot.conf"
        text = SERVER.format(address=ADDRESS, folder=folder)
        for zone in zones:
            if zone.signer in ZONE:
                text += f"  - domain: {zone.name}\n    file: {self.master_file(zone)}\n{ZONE[zone.signer]}"
        self.configuration.write_text(text)

    def master_file(self, zone: Zone) -> Path:
        """Where the zone's unsigned records belong."""
        return self._folder / f"{zone.name}.zone"

    def new_key(self, zone: Zone) -> tuple[str, ...]:
        """Make the zone's one key; the DS rdata (SHA-256) its parent publishes."""
        self._keymgr(zone, "generate", f"algorithm={zone.algorithm}", "ksk=yes", "zsk=yes")
        lines = self._keymgr(zone, "ds").splitlines()
        return tuple(line.split(" DS ", 1)[1] for line in lines if line.split()[4] == "2")

    def _keymgr(self, zone: Zone, *command: str) -> str:
        done = ["keymgr", "-c", str(self.configuration), zone.origin, *command]
        return subprocess.run(done, capture_output=True, text=True, check=True).stdout

    def start(self, namespace: Namespace) -> None:
        """Serve inside ``namespace``."""
        namespace.start(["knotd", "-c", str(self.configuration)], self._folder / "log")
