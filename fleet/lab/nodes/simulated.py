"""The nodes of a whole fleet as one child process: ``python -m fleet.lab.nodes.simulated --directory DIRECTORY``.

Reads one JSON line, ``{"nodes": {"dlv1": {"user": "fleet", "settings": <Settings as plain data>, "place": {...}}}}``:
who may log in, what each node really is told to do, which need not be what a profile declares, and where it stands
(``fleet.lab.nodes.place``; without: nowhere, and it forwards nothing).

Writes a client key into the directory and prints one line with the port and the host key's fingerprint of each node.
Each later line orders a fault, ``{"node": "dlv1", "fault": "reset"}`` (``fleet.lab.nodes.faults``), other settings,
``{"node": "dlv1", "settings": {...}}``, another place, ``{"node": "dlv1", "place": {...}}``, another delivery queue,
``{"node": "dlv1", "queue": [{"domain": "ietf.org", "recipients": 3, "seconds": 7200}]}``, or other mail logs,
``{"node": "dlv1", "logs": {"mail_logs": "..."}}`` by the name of a subscription or a file, and is answered when it is
in force.

May import asyncssh, ``fleet.model``, ``fleet.plain``, ``fleet.errors`` and the lab's own modules.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh

from fleet.errors import UsageError
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.place import Place
from fleet.lab.nodes.server import NodeServer
from fleet.lab.nodes.unix import Gateway
from fleet.lab.nodes.waiting import Held, now
from fleet.model.fleet import Platform, Settings
from fleet.plain import ShapeError, from_plain

KEY_FILE = "client-key"


@dataclass(slots=True)
class Simulation:
    """The servers of a fleet, by node."""

    client_key: asyncssh.SSHKey
    servers: dict[str, NodeServer] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)

    async def start(self, name: str, user: str, settings: Settings, place: Place) -> None:
        """Serve one more node, which lets ``user`` in."""
        key = asyncssh.generate_private_key("ssh-ed25519")
        public = (self.client_key,)
        server = NodeServer(_behind(name, settings, place), key, user=user, public_keys=public)
        self._put(name, server, place)
        await server.start()
        self.servers[name] = server

    async def obey(self, order: dict[str, Any]) -> None:
        """Change one node; ValueError or KeyError for what is no order."""
        name = order["node"]
        server = self.servers[name]
        fault = Fault(order.get("fault", server.fault))
        if "settings" in order:
            settings = from_plain(Settings, order["settings"])
            server.behind = _like(server.behind, _behind(name, settings, self._places[name]))
        if "place" in order:
            place = Place.read(order["place"])
            server.behind = _like(server.behind, _behind(name, server.behind.settings, place))
            self._put(name, server, place)
        if "queue" in order:
            queue = tuple(Held.read(one, now()) for one in order["queue"])
            server.behind = replace(server.behind, queue=queue)
        if "logs" in order:
            texts = {str(name): str(text) for name, text in order["logs"].items()}
            server.behind = replace(server.behind, logs=texts)
        if isinstance(server.behind, Appliance):
            server.behind = replace(server.behind, fault=fault)
        if fault is not server.fault:
            port = server.port
            await server.close()
            server.fault = fault
            await server.start(port)

    def _put(self, name: str, server: NodeServer, place: Place) -> None:
        self._places[name] = place
        server.forwarded.clear()
        server.forwarding, server.world = place.forwarding, place.tcp
        server.blocked, server.dies_after = place.blocked, place.dies_after

    async def close(self) -> None:
        """Stop them all."""
        for server in self.servers.values():
            await server.close()


def _like(old: Appliance | Gateway, new: Appliance | Gateway) -> Appliance | Gateway:
    """``new`` with the mail and the logs that ``old`` has."""
    return replace(new, queue=old.queue, logs=old.logs)


def _behind(name: str, settings: Settings, place: Place) -> Appliance | Gateway:
    if settings.platform is Platform.ASYNCOS:
        return Appliance(settings, host=f"{name}.office.lab", moment="", place=place)
    return Gateway(settings)


async def run(order: dict[str, Any], directory: Path) -> None:
    """Serve until standard input closes."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    file = directory / KEY_FILE
    _write_private(file, key.export_private_key())
    simulation = Simulation(key)
    for name, plain in order["nodes"].items():
        place = Place.read(plain["place"]) if plain.get("place") else Place()
        await simulation.start(name, plain["user"], from_plain(Settings, plain["settings"]), place)
    nodes = {
        name: {"port": server.port, "host_key": server.host_key.get_fingerprint()}
        for name, server in simulation.servers.items()
    }
    _say({"ready": True, "key": str(file), "nodes": nodes})
    lines: asyncio.Queue[str] = asyncio.Queue()
    _listen(asyncio.get_running_loop(), lines)
    while line := await lines.get():
        try:
            await simulation.obey(json.loads(line))
        except (ShapeError, UsageError, ValueError, KeyError, OSError) as error:
            _say({"ok": False, "error": f"{type(error).__name__}: {error}"})
        else:
            _say({"ok": True})
    await simulation.close()


def _write_private(file: Path, content: bytes) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)


def _listen(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str]") -> None:
    """Read orders in a thread: pipes on standard input cannot be awaited on every system."""

    def read() -> None:
        with contextlib.suppress(RuntimeError, OSError, ValueError):
            for line in sys.stdin:
                if line.strip():
                    loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()


def _say(answer: object) -> None:
    with contextlib.suppress(OSError):  # whoever started this may be gone; the end of standard input will tell
        print(json.dumps(answer), flush=True)


def main() -> None:
    """Read the command line and the order, and serve."""
    parser = argparse.ArgumentParser(prog="python -m fleet.lab.nodes.simulated", description="Simulated gateways.")
    parser.add_argument("--directory", type=Path, required=True, help="where the client key goes")
    directory: Path = parser.parse_args().directory
    order = json.loads(sys.stdin.readline() or "{}")
    if order:
        asyncio.run(run(order, directory))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
