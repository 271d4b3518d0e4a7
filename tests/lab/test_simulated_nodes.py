"""A fleet of simulated nodes is one child process: it obeys orders and ends with whoever started it."""

import os
from pathlib import Path

import pytest

from fleet.errors import UsageError
from fleet.lab.nodes.handle import Simulated, spawn_nodes
from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.nodes import Dialer, poll_node
from fleet.plain import to_plain

APPLIANCE = Settings(platform=Platform.ASYNCOS, version="15.0.0-104")


async def test_each_node_answers_at_its_own_door_fails_when_told_and_recovers_there(tmp_path: Path) -> None:
    served = {name: Simulated("fleet", to_plain(APPLIANCE)) for name in ("gw1", "gw2")}
    with spawn_nodes(tmp_path, served) as nodes:
        assert os.stat(nodes.key).st_mode & 0o077 == 0
        dialer = Dialer()

        async def version(name: str) -> str | None:
            door = nodes.doors[name]
            ssh = SshSettings("127.0.0.1", door.port, "fleet", str(nodes.key), agent=False, host_key=door.host_key)
            seen = await poll_node(Node(name, "edge", (), APPLIANCE, ssh), dialer)
            return seen.failure.sentence if seen.failure else seen.settings.version

        assert await version("gw1") == "15.0.0-104"
        nodes.fault("gw1", "reset")
        assert await version("gw1") != "15.0.0-104"
        assert await version("gw2") == "15.0.0-104"
        nodes.fault("gw1", "none")
        nodes.change("gw1", to_plain(Settings(platform=Platform.ASYNCOS, version="15.5.0-001")))
        assert await version("gw1") == "15.5.0-001"
        await dialer.close()


@pytest.mark.parametrize(("node", "fault"), [("nobody", "none"), ("gw1", "no such fault")])
def test_an_order_that_makes_no_sense_is_refused(tmp_path: Path, node: str, fault: str) -> None:
    with spawn_nodes(tmp_path, {"gw1": Simulated("fleet", to_plain(APPLIANCE))}) as nodes, pytest.raises(UsageError):
        nodes.fault(node, fault)


def test_it_ends_with_the_block(tmp_path: Path) -> None:
    with spawn_nodes(tmp_path, {"gw1": Simulated("fleet", to_plain(APPLIANCE))}) as nodes:
        pid = nodes.pid
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
