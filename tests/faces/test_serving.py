"""The dashboard in a browser: on loopback, for its own page only, following and nothing else."""

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.faces.cli.serving import follower_command, is_ours

PROFILE = Path(__file__).parents[2] / "profiles" / "demo.toml"
aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")


@pytest.mark.parametrize(
    ("host", "origin", "ours"),
    [
        ("127.0.0.1:8642", None, True),
        ("localhost:8642", "http://localhost:8642", True),
        ("127.0.0.1:8642", "http://evil.example", False),
        ("evil.example:8642", None, False),
        ("127.0.0.1:8642", "null", False),
        ("127.0.0.1", None, False),
    ],
)
def test_a_request_under_another_name_or_from_another_page_is_not_ours(
    host: str, origin: str | None, ours: bool
) -> None:
    assert is_ours(host, origin, 8642) is ours


def test_a_visitor_gets_a_follower_however_hostile_the_path() -> None:
    words = shlex.split(follower_command(Path("a b'; rm -rf $HOME.toml"), None))
    assert words[0] == "FLEET_SERVED=1"
    assert words[-2:] == ["a b'; rm -rf $HOME.toml", "--follow"]


async def test_it_serves_its_own_page_refuses_others_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fleet", "watch", str(PROFILE), "--serve", "--port", str(port)]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(200):
                try:
                    async with session.get(url) as page:
                        assert page.status == 200
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
            with pytest.raises(OSError):  # noqa: PT011 - whatever the system says of a port nobody listens on
                await asyncio.open_connection("127.0.0.2", port)
            async with session.get(url, headers={"Host": "evil.example"}) as page:
                assert page.status == 403
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{url}/ws", headers={"Origin": "http://evil.example"})
            async with session.ws_connect(f"{url}/ws?width=100&height=30") as screen:
                seen = b""
                async with asyncio.timeout(60):
                    while b"follower" not in seen:
                        message = await screen.receive()
                        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
                        seen += message.data if isinstance(message.data, bytes) else message.data.encode()
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)
