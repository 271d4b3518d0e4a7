"""Many nodes are asked on another event loop than few: it must see the same, behind a jump host and of a dead one."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from node_examples import POSTFIX, QUICK

from fleet.errors import FailureKind
from fleet.lab.nodes.server import NodeServer
from fleet.lab.nodes.unix import Gateway
from fleet.model.fleet import Node, SshSettings
from fleet.model.observation import Observation
from fleet.network import loop
from fleet.nodes import Dialer, poll_node


@pytest.fixture
def behind(host_key: asyncssh.SSHKey, user_key: asyncssh.SSHKey, tmp_path: Path) -> Iterator[Node]:
    """A node behind a jump host, both served by a thread on the usual loop."""
    user_key.write_private_key(tmp_path / "id")
    jump, node = (NodeServer(Gateway(POSTFIX), host_key, public_keys=(user_key,), forwarding=True) for _ in range(2))
    serving = asyncio.new_event_loop()
    thread = threading.Thread(target=serving.run_forever)
    thread.start()
    for server in (jump, node):
        asyncio.run_coroutine_threadsafe(server.start(), serving).result(10)
    known = "".join(f"[127.0.0.1]:{each.port} {host_key.export_public_key().decode()}" for each in (jump, node))
    (tmp_path / "known").write_text(known)
    way = SshSettings(
        port=node.port,
        user="monitor",
        key=str(tmp_path / "id"),
        agent=False,
        known_hosts=str(tmp_path / "known"),
        jump=f"monitor@127.0.0.1:{jump.port}",
    )
    yield Node("gw", "edge", ("127.0.0.1",), POSTFIX, way)
    for server in (jump, node):
        asyncio.run_coroutine_threadsafe(server.close(), serving).result(10)
    serving.call_soon_threadsafe(serving.stop)
    thread.join()
    serving.close()


def test_what_few_see_many_see_too(behind: Node) -> None:
    direct = replace(behind, ssh=replace(behind.ssh, jump=""))
    dead = (replace(behind, ssh=replace(behind.ssh, port=1)), replace(direct, ssh=replace(direct.ssh, port=1)))

    async def ask() -> list[Observation]:
        dialer = Dialer(QUICK, {})
        try:
            return await asyncio.gather(*(poll_node(node, dialer) for node in (behind, direct, *dead)))
        finally:
            await dialer.close()

    for many in (1, loop.WORTH_LOADING):
        seen = loop.run(ask(), many)
        assert [one.settings.postfix for one in seen[:2]] == [POSTFIX.postfix] * 2
        assert [one.failure.kind for one in seen if one.failure is not None] == [
            FailureKind.UNREACHABLE,
            FailureKind.CONNECTION_REFUSED,
        ]
