"""The simulated gateways: a command line that pages, asks and can be interrupted; servers real clients talk to."""

import asyncio
import os
from pathlib import Path

import asyncssh
import pytest

from fleet.lab.nodes.commandline import PAGER, Appliance, CommandLine
from fleet.lab.nodes.server import NodeServer
from fleet.lab.nodes.unix import Gateway, answer
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import Settings
from fleet.model.peers import PostfixSettings
from fleet.model.policy import TlsLevel

SETTINGS = Settings(
    version="15.0.0-104",
    controls=(DestinationControl("default", TlsLevel.PREFERRED, DaneSupport.OPPORTUNISTIC),),
)
POSTFIX = Settings(postfix=PostfixSettings(smtp_tls_security_level="dane", smtp_dns_support_level="dnssec"))


def test_a_command_is_echoed_answered_and_followed_by_the_prompt() -> None:
    line = CommandLine(Appliance(SETTINGS), rows=100)
    said = line.feed("version\n")
    assert said.startswith("version\r\nCurrent Version\r\n")
    assert "Version: 15.0.0-104\r\n" in said
    assert said.endswith("\r\nesa1.example.com> ")


def test_a_menu_is_left_by_empty_lines_and_notes_what_would_change() -> None:
    line = CommandLine(Appliance(SETTINGS), rows=100)
    assert line.feed("destconfig\n").endswith("[]> ")
    assert "Opportunistic" in line.feed("LIST\n")
    line.feed("DELETE\n")
    assert line.feed("\n").endswith("esa1.example.com> ")
    assert line.changed == ["DELETE"]
    assert line.typed == ["destconfig", "LIST", "DELETE", ""]


def test_a_long_answer_waits_for_a_key_and_erases_the_pager() -> None:
    line = CommandLine(Appliance(SETTINGS), rows=5)
    said = line.feed("version\n")
    assert said.endswith(PAGER)
    following = line.feed(" ")
    assert following.startswith("\r" + " " * len(PAGER) + "\r")


def test_ctrl_c_returns_to_the_prompt() -> None:
    line = CommandLine(Appliance(SETTINGS, level="Machine"), rows=100)
    line.feed("destconfig\n")
    assert line.feed("\x03") == "^C\r\n-- Changes not recorded\r\n(Machine esa1.example.com)> "


@pytest.mark.parametrize("command", ["reboot", "postmap -s hash:/etc/postfix/x", "exim4 -bV"])
def test_a_unix_gateway_knows_its_own_commands_only(command: str) -> None:
    assert answer(Gateway(POSTFIX), f"env LC_ALL=C {command}").status == 127


async def test_openssh_itself_can_ask_a_simulated_gateway(tmp_path: Path) -> None:
    key, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    user.write_private_key(tmp_path / "id")
    os.chmod(tmp_path / "id", 0o600)
    server = NodeServer(Gateway(POSTFIX), key, public_keys=(user,))
    await server.start()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{server.port} {key.export_public_key('openssh').decode()}")
    try:
        process = await asyncio.create_subprocess_exec(
            "ssh", "-F", "none", "-p", str(server.port), "-i", str(tmp_path / "id"),
            "-o", f"UserKnownHostsFile={tmp_path / 'known'}", "-o", "BatchMode=yes",
            "monitor@127.0.0.1", "postconf smtp_tls_security_level",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("OpenSSH's client is not installed")
    output, _nothing = await asyncio.wait_for(process.communicate(), 20)
    await server.close()
    assert output == b"smtp_tls_security_level = dane\n"
