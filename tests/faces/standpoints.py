"""A fleet of which one simulated gateway is every node: what differs is what the profile says, and where it stands."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fleet.lab import LabHandle
from fleet.lab.nodes.handle import NodesHandle, Simulated, spawn_nodes
from fleet.model.fleet import Platform, Settings
from fleet.plain import to_plain

Here = Callable[..., "subprocess.CompletedProcess[str]"]
HEAD = """
format = "fleet-profile/1"
[fleet]
name = "standpoints"
ehlo = "bastion.office.lab"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
"""
NODE = """
[nodes.{name}]
tier = "edge"
platform = "{platform}"
addresses = ["10.0.2.1"]
resolvers = [{resolvers}]
[nodes.{name}.ssh]
host = "127.0.0.1"
port = {port}
user = "fleet"
key = "{key}"
agent = false
host_key = "{host_key}"
{more}
"""


@dataclass(frozen=True, slots=True)
class Declared:
    """A node of the profile: its resolvers, as inline tables, and lines for its SSH table; ``door``: which server."""

    platform: str
    resolvers: Sequence[str]
    more: str = "smtp = true"
    door: str = "one"


@dataclass(slots=True)
class Standpoints:
    """The running gateways, by door, and the command line in this process."""

    lab: LabHandle
    nodes: NodesHandle
    folder: Path
    here: Here

    def stand(self, door: str = "one", **place: object) -> None:
        """From now on the gateway at ``door`` stands there, and forwards unless it is said not to."""
        self.nodes.move(
            door, {"network": str(self.lab.network), "anchor": str(self.lab.trust_anchor), **standing(place)}
        )

    def profile(self, declared: Mapping[str, Declared]) -> Path:
        text = HEAD
        for name, one in declared.items():
            door = self.nodes.doors[one.door]
            text += NODE.format(
                name=name,
                platform=one.platform,
                resolvers=", ".join(f"{{ {resolver} }}" for resolver in one.resolvers),
                port=door.port,
                key=self.nodes.key,
                host_key=door.host_key,
                more=one.more,
            )
        path = self.folder / "fleet.toml"
        path.write_text(text)
        return path

    def check(
        self, declared: Mapping[str, Declared], *arguments: str, senders: Sequence[str] = ("edge",)
    ) -> "subprocess.CompletedProcess[str]":
        """``fleet check --from`` over a profile of these nodes."""
        named = [word for sender in senders for word in ("--from", sender)]
        anchor = ("--trust-anchor", str(self.lab.trust_anchor))
        return self.here("check", "--profile", str(self.profile(declared)), *anchor, *named, *arguments)

    def documents(self, declared: Mapping[str, Declared], *arguments: str) -> list[dict[str, Any]]:
        """The same as JSON: a document for each destination and view."""
        done = self.check(declared, *arguments, "--json")
        assert done.stdout, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)["destinations"]
        return found


def standing(place: Mapping[str, object]) -> dict[str, object]:
    return {"forwarding": True, **place}


def resolver(address: str, priority: int = 0, *, secondary: bool = False) -> str:
    return f'address = "{address}", priority = {priority}' + (", secondary = true" if secondary else "")


@contextmanager
def standpoints(lab: LabHandle, folder: Path, here: Here, doors: Sequence[str] = ("one",)) -> Iterator[Standpoints]:
    settings = to_plain(Settings(platform=Platform.ASYNCOS, version="15.0.0-104"))
    with spawn_nodes(folder, {door: Simulated("fleet", settings) for door in doors}) as nodes:
        yield Standpoints(lab, nodes, folder, here)
