"""What the tests of nodes share: simulated gateways on loopback and ways to ask them."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from node_examples import APPLIANCE, PASSWORD, QUICK, Serve  # noqa: E402

from fleet.lab.nodes.commandline import Appliance  # noqa: E402
from fleet.lab.nodes.server import NodeServer  # noqa: E402
from fleet.lab.nodes.unix import Gateway  # noqa: E402
from fleet.model.fleet import Node, SshSettings  # noqa: E402
from fleet.nodes import Dialer  # noqa: E402

DEFAULT = Appliance(APPLIANCE)


@pytest.fixture(scope="session")
def host_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(scope="session")
def user_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
async def serve(host_key: asyncssh.SSHKey) -> AsyncIterator[Serve]:
    """``await serve(behind, fault=...)``: a listening server and the node a profile would declare for it."""
    running: list[NodeServer] = []

    async def start(
        behind: Appliance | Gateway = DEFAULT, ssh: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NodeServer, Node]:
        server = NodeServer(behind, options.pop("host_key", host_key), **{"password": PASSWORD, **options})
        await server.start()
        running.append(server)
        way = {"port": server.port, "user": "monitor", "password": "env:PW", "host_key": host_key.get_fingerprint()}
        return server, Node("gw1", "edge", ("127.0.0.1",), behind.settings, SshSettings(**{**way, **(ssh or {})}))

    yield start
    for server in running:
        await server.close()


@pytest.fixture
async def dialer() -> AsyncIterator[Dialer]:
    made = Dialer(QUICK, {"PW": PASSWORD})
    yield made
    await made.close()
