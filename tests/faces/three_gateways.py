"""Three gateways of the lab, one of each platform, and a profile that reaches them on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet.lab.nodes.handle import NodesHandle, Simulated, spawn_nodes
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.plain import to_plain

NAMES = {
    "esa": Settings(platform=Platform.ASYNCOS, version="15.0.0-104"),
    "pfx": Settings(platform=Platform.POSTFIX, version="3.7.11", postfix=PostfixSettings()),
    "exm": Settings(platform=Platform.EXIM, version="4.96", exim=EximSettings(dane_built_in=True)),
}
HEAD = """
format = "fleet-profile/1"
[fleet]
name = "queues"
[fleet.bounce_profiles]
Default = "72h"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
[destinations."ietf.org"]
"""
NODE = """
[nodes.{name}]
tier = "edge"
platform = "{platform}"
addresses = ["10.0.2.{number}"]
[nodes.{name}.ssh]
host = "127.0.0.1"
port = {port}
user = "fleet"
key = "{key}"
agent = false
host_key = "{host_key}"
"""


@contextmanager
def gateways(folder: Path) -> Iterator[NodesHandle]:
    """The three of them, running."""
    with spawn_nodes(folder, {name: Simulated("fleet", to_plain(told)) for name, told in NAMES.items()}) as running:
        yield running


def written_profile(nodes: NodesHandle, path: Path) -> Path:
    """A profile of them at ``path``."""
    text = HEAD
    for number, (name, settings) in enumerate(NAMES.items(), 1):
        door = nodes.doors[name]
        text += NODE.format(
            name=name,
            number=number,
            platform=settings.platform,
            port=door.port,
            key=nodes.key,
            host_key=door.host_key,
        )
    path.write_text(text)
    return path
