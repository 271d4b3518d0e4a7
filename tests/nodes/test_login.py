"""Who we are and how we get there: keys, passphrases, agents, passwords, jump hosts, ssh_config."""

import asyncio
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import asyncssh
import pytest
from node_examples import APPLIANCE, PASSWORD, POSTFIX, QUICK, Serve

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.server import NodeServer
from fleet.lab.nodes.unix import Gateway
from fleet.model.fleet import Node
from fleet.nodes import Dialer, KeyStanding, poll_node
from fleet.nodes.secrets import find_secret

UNIX = Gateway(POSTFIX)


async def failure_of(node: Node, dialer: Dialer) -> Failure:
    seen = await poll_node(node, dialer)
    assert seen.failure is not None
    return seen.failure


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem"])
async def test_a_key_with_a_passphrase(serve: Serve, user_key: asyncssh.SSHKey, tmp_path: Path, form: str) -> None:
    path = tmp_path / "id"
    user_key.write_private_key(path, form, passphrase="open the door", rounds=50)
    server, node = await serve(
        UNIX, ssh={"password": "", "key": str(path), "agent": False}, public_keys=(user_key,), password=None
    )
    dialer = Dialer(QUICK, {"PP": "open the door", "WRONG": "open the window"})
    right = replace(node, ssh=replace(node.ssh, passphrase="env:PP"))
    assert (await poll_node(right, dialer)).failure is None
    for passphrase, said in [
        ("", "it is protected by a passphrase and none is set"),
        ("env:WRONG", "passphrase is wrong"),
    ]:
        failure = await failure_of(replace(node, ssh=replace(node.ssh, passphrase=passphrase)), dialer)
        assert failure.kind is FailureKind.KEY_LOCKED
        assert said in failure.sentence
        assert "ssh-agent" in failure.hint or "ssh.key" in failure.hint
    await dialer.close()
    assert server.logins.count("key") in {1, 2}, "asked about and signed with, for the right passphrase only"
    assert server.connections == 1


async def test_a_wrong_key_is_offered_once(
    serve: Serve, user_key: asyncssh.SSHKey, tmp_path: Path, dialer: Dialer
) -> None:
    path = tmp_path / "id"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
    server, node = await serve(UNIX, ssh={"key": str(path)}, public_keys=(user_key,))
    failure = await failure_of(node, dialer)
    assert failure.kind is FailureKind.AUTHENTICATION
    assert "with the key it was offered" in failure.sentence
    assert server.logins == ["key"], "and the password was not tried after it"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[str]:
    """The socket of a real ssh-agent."""
    where = str(tmp_path / "agent")
    process = subprocess.Popen(["ssh-agent", "-D", "-a", where], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists(where):
            break
        asyncio.run(asyncio.sleep(0.02))
    yield where
    process.terminate()
    process.wait()


def add(agent: str, path: Path) -> None:
    path.chmod(0o600)
    subprocess.run(["ssh-add", "-q", str(path)], env={**os.environ, "SSH_AUTH_SOCK": agent}, check=True)


async def test_an_agents_only_key_and_among_several_the_named_one(
    serve: Serve, user_key: asyncssh.SSHKey, tmp_path: Path, agent: str
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    user_key.write_private_key(mine)
    user_key.write_public_key(tmp_path / "mine.pub")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(other)
    await asyncio.to_thread(add, agent, mine)
    server, node = await serve(UNIX, ssh={"password": ""}, public_keys=(user_key,), password=None)
    dialer = Dialer(QUICK, {"SSH_AUTH_SOCK": agent})
    assert (await poll_node(node, dialer)).failure is None
    await asyncio.to_thread(add, agent, other)
    failure = await failure_of(node, dialer)
    assert failure.kind is FailureKind.KEY_LOCKED
    assert "ssh-agent holds 2 keys and the profile names none" in failure.sentence
    mine.unlink()
    named = replace(node, ssh=replace(node.ssh, key=str(tmp_path / "mine.pub")))
    assert (await poll_node(named, dialer)).failure is None
    await dialer.close()
    assert server.connections == 2


async def test_without_any_credential_nothing_is_sent(serve: Serve) -> None:
    server, node = await serve(UNIX, ssh={"password": ""})
    dialer = Dialer(QUICK, {})
    failure = await failure_of(node, dialer)
    await dialer.close()
    assert failure.kind is FailureKind.KEY_LOCKED
    assert server.connections == 0


async def test_a_passcode_prompt_of_other_words_gets_the_password(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(UNIX, prompt="(monitor@gw1) Passphrase: ")
    assert (await poll_node(node, dialer)).failure is None


async def test_a_password_from_the_environment_that_is_not_set() -> None:
    with pytest.raises(RemoteError) as error:
        await find_secret("env:NOT_SET", {})
    assert error.value.failure.sentence == "the environment variable NOT_SET is not set"


async def test_a_password_in_the_profile_itself_is_not_repeated() -> None:
    with pytest.raises(RemoteError) as error:
        await find_secret("hunter2", {})
    assert "hunter2" not in error.value.failure.sentence + error.value.failure.hint


async def test_the_keyring_is_asked_if_it_is_there_and_named_if_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(RemoteError) as error:
        await find_secret("keyring:gw")
    assert "Python's keyring package is not installed" in error.value.failure.sentence
    ring = types.SimpleNamespace(
        get_password=lambda service, name: f"{service}-{name}-secret" if name == "gw" else None
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert await find_secret("keyring:gw") == "fleet-gw-secret"
    with pytest.raises(RemoteError) as error:
        await find_secret("keyring:other")
    assert "holds nothing for service 'fleet', name 'other'" in error.value.failure.sentence


class Open(asyncssh.SSHServer):
    connections = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        Open.connections += 1

    def begin_auth(self, username: str) -> bool:
        return False


async def test_the_pinned_key_may_be_of_another_kind_than_the_first_shown(serve: Serve, dialer: Dialer) -> None:
    rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    server, node = await serve(UNIX, ssh={"host_key": rsa.get_fingerprint()}, options={})
    await server.close()
    ed25519 = asyncssh.generate_private_key("ssh-ed25519")
    both = await asyncssh.listen(
        "127.0.0.1", server.port, server_host_keys=[ed25519, rsa], process_factory=server._serve, encoding=None,
        server_factory=Open,
    )  # fmt: skip
    seen = await poll_node(node, dialer)
    asked = Open.connections
    again = await poll_node(node, dialer)
    assert (asked, Open.connections) == (4, 5), "found out once, before any login, and remembered"
    keys = await dialer.host_keys(node)
    both.close()
    assert seen.failure is None
    assert again.failure is None
    assert [key.algorithm for key in keys] == ["ssh-ed25519", "ssh-rsa"]
    assert {key.fingerprint for key in keys} == {rsa.get_fingerprint(), ed25519.get_fingerprint()}


async def test_known_hosts_vouches_too(serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    server, node = await serve(UNIX, ssh={"host_key": "", "known_hosts": str(known)})
    keys = await dialer.host_keys(node)
    known.write_text(f"[127.0.0.1]:{server.port} {keys[0].line}\n")
    assert (await poll_node(node, dialer)).failure is None
    assert keys[0].fingerprint == host_key.get_fingerprint()


async def test_a_broken_known_hosts_vouches_for_nobody(serve: Serve, dialer: Dialer, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text("@what is this\n")
    server, node = await serve(UNIX, ssh={"host_key": "", "known_hosts": str(known)})
    failure = await failure_of(node, dialer)
    assert failure.kind is FailureKind.HOST_KEY_UNKNOWN
    assert "cannot be read, so no host key can be checked" in failure.sentence
    assert server.connections == 0


@pytest.fixture
async def behind(
    serve: Serve, user_key: asyncssh.SSHKey, host_key: asyncssh.SSHKey, tmp_path: Path
) -> tuple[NodeServer, Node]:
    """A jump host that lets our key in, and the ssh settings of nodes behind it."""
    path, known = tmp_path / "id", tmp_path / "known_hosts"
    user_key.write_private_key(path)
    jump, _node = await serve(UNIX, public_keys=(user_key,), password=None, forwarding=True)
    known.write_text(f"[127.0.0.1]:{jump.port} {host_key.export_public_key('openssh').decode()}")
    way = {"jump": f"monitor@127.0.0.1:{jump.port}", "key": str(path), "known_hosts": str(known), "password": ""}
    _server, node = await serve(UNIX, ssh=way, public_keys=(user_key,), password=None)
    return jump, node


async def test_nodes_behind_a_jump_host_share_one_connection_to_it(
    behind: tuple[NodeServer, Node], dialer: Dialer
) -> None:
    jump, node = behind
    seen = await asyncio.gather(*(poll_node(replace(node, name=f"gw{n}"), dialer) for n in range(5)))
    assert [each.failure for each in seen] == [None] * 5
    assert jump.connections == 1


async def test_a_jump_host_that_is_down_is_said_once_for_all_behind_it(
    behind: tuple[NodeServer, Node], dialer: Dialer
) -> None:
    jump, node = behind
    await jump.close()
    seen = await asyncio.gather(*(poll_node(replace(node, name=f"gw{n}"), dialer) for n in range(40)))
    for each in seen:
        assert each.failure is not None
        assert each.failure.kind is FailureKind.JUMP
        assert f"behind jump host monitor@127.0.0.1:{jump.port}, which cannot be used: " in each.failure.sentence
        assert "connection refused" in each.failure.sentence
    assert jump.connections == 0


async def test_a_jump_host_that_hangs_up_is_tried_once_for_all_behind_it(
    behind: tuple[NodeServer, Node], dialer: Dialer
) -> None:
    jump, node = behind
    port = jump.port
    await jump.close()
    jump.fault = Fault.RESET
    await jump.start(port)
    seen = await asyncio.gather(*(poll_node(replace(node, name=f"gw{n}"), dialer) for n in range(10)))
    assert {each.failure.kind for each in seen if each.failure is not None} == {FailureKind.JUMP}
    tried = jump.connections
    assert tried <= 3, "one login, and at most two looks at what kind of host key it has"
    await poll_node(node, dialer)
    assert jump.connections == tried, "the breaker is open"


async def test_a_jump_host_that_forbids_forwarding(behind: tuple[NodeServer, Node], dialer: Dialer) -> None:
    jump, node = behind
    jump.forwarding = False
    failure = await failure_of(node, dialer)
    assert failure.kind is FailureKind.CHANNEL
    assert "its jump host does not forward to it" in failure.sentence


async def test_a_hanging_node_behind_a_jump_host_delays_no_other(
    behind: tuple[NodeServer, Node], serve: Serve, dialer: Dialer
) -> None:
    _jump, node = behind
    hanging, _ = await serve(UNIX, fault=Fault.SILENT)
    dead = [replace(node, name=f"dead{n}", ssh=replace(node.ssh, port=hanging.port)) for n in range(20)]
    polls = [asyncio.create_task(poll_node(each, dialer)) for each in dead]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1.5):
        assert (await poll_node(node, dialer)).failure is None
    for each in await asyncio.gather(*polls):
        assert each.failure is not None
        assert each.failure.kind is FailureKind.TIMEOUT


async def test_a_jump_host_never_gets_the_nodes_password(behind: tuple[NodeServer, Node], dialer: Dialer) -> None:
    jump, node = behind
    jump.password = PASSWORD
    jump.public_keys = ()
    with_password = replace(node, ssh=replace(node.ssh, password="env:PW", key=""))
    failure = await failure_of(with_password, dialer)
    assert failure.kind is FailureKind.JUMP
    assert jump.logins == []


async def test_ssh_config_is_read_on_request_only(
    serve: Serve, user_key: asyncssh.SSHKey, dialer: Dialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    user_key.write_private_key(home / "id")
    server, node = await serve(UNIX, public_keys=(user_key,), password=None)
    (home / ".ssh" / "config").write_text(
        f"Host gw-alias\n  HostName 127.0.0.1\n  Port {server.port}\n  User monitor\n  IdentityFile {home}/id\n"
        "  StrictHostKeyChecking no\n  UserKnownHostsFile none\n"
    )
    monkeypatch.setenv("HOME", str(home))
    way = replace(node.ssh, host="gw-alias", port=22, user="", password="", agent=False)
    failure = await failure_of(replace(node, ssh=way), dialer)
    assert failure.kind is FailureKind.KEY_LOCKED
    asked = replace(node, ssh=replace(way, ssh_config=True))
    assert (await poll_node(asked, dialer)).failure is None
    lax = replace(asked, ssh=replace(asked.ssh, host_key=""))
    assert (await failure_of(lax, dialer)).kind is FailureKind.HOST_KEY_UNKNOWN, "the file cannot switch checking off"


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the user's ~/.ssh/config."""
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    def write(text: str) -> None:
        (tmp_path / "home" / ".ssh" / "config").write_text(text)

    return write


def by_alias(node: Node, **more: object) -> Node:
    return replace(node, ssh=replace(node.ssh, host="gw-alias", port=22, ssh_config=True, **more))


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_a_section_of_ssh_config_counts_by_the_name_it_is_for_wherever_that_leads(
    serve: Serve, dialer: Dialer, configured: Callable[[str], None]
) -> None:
    server, node = await serve(UNIX, options={"kex_algs": ["diffie-hellman-group1-sha1"]})
    relay = Path(__file__).parent.parent / "peers" / "relay.py"
    configured(
        f"Host gw-alias\n  HostName 192.0.2.99\n  ProxyCommand {sys.executable} {relay} 127.0.0.1 {server.port}\n"
        "  KexAlgorithms +diffie-hellman-group1-sha1\n"
    )
    assert (await poll_node(by_alias(node), dialer)).failure is None
    assert (await dialer.presents(by_alias(node))).standing is KeyStanding.PINNED


@pytest.mark.parametrize("behind", [UNIX, Appliance(APPLIANCE)], ids=["postfix", "asyncos"])
async def test_ssh_config_adds_no_command_and_no_terminal_to_what_is_sent(
    serve: Serve, dialer: Dialer, configured: Callable[[str], None], behind: Gateway | Appliance
) -> None:
    server, node = await serve(behind)
    configured(
        f"Host gw-alias\n  HostName 127.0.0.1\n  Port {server.port}\n  RemoteCommand reboot\n  RequestTTY force\n"
        "  SetEnv LANG=de_DE\n  SendEnv HOME\n  ForwardAgent yes\n"
    )
    assert (await poll_node(by_alias(node), dialer)).failure is None
    assert "reboot" not in server.commands
    assert set(server.terminals) == ({None} if behind is UNIX else {"vt100"})


async def test_known_hosts_of_ssh_config_may_be_several_files_and_know_the_node_by_another_name(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, configured: Callable[[str], None], tmp_path: Path
) -> None:
    server, node = await serve(UNIX)
    second = tmp_path / "second"
    configured(
        f"Host gw-alias\n  HostName 127.0.0.1\n  Port {server.port}\n  HostKeyAlias the-gateway\n"
        f"  UserKnownHostsFile {tmp_path / 'first'} {second}\n"
    )
    unpinned = by_alias(node, host_key="")
    assert (await failure_of(unpinned, dialer)).kind is FailureKind.HOST_KEY_UNKNOWN
    second.write_text(f"the-gateway {host_key.export_public_key('openssh').decode()}")
    assert (await poll_node(unpinned, dialer)).failure is None
    assert (await dialer.presents(unpinned)).standing is KeyStanding.KNOWN


@pytest.mark.parametrize(
    ("offered", "added"),
    [
        ({"encryption_algs": ["aes256-cbc"]}, ("encryption_algs", "+aes256-cbc")),
        ({"mac_algs": ["hmac-md5"], "encryption_algs": ["aes128-ctr"]}, ("mac_algs", "+hmac-md5")),
        ({"kex_algs": ["diffie-hellman-group1-sha1"]}, ("kex_algs", "+diffie-hellman-group1-sha1")),
    ],
    ids=["cipher", "mac", "kex"],
)
@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_an_old_node_that_is_opted_in_shows_its_key_as_it_lets_in(
    serve: Serve, dialer: Dialer, offered: dict[str, object], added: tuple[str, str]
) -> None:
    _server, node = await serve(UNIX, options=offered)
    old = replace(node, ssh=replace(node.ssh, algorithms=(added,)))
    assert (await dialer.presents(old)).standing is KeyStanding.PINNED
    assert [key.fingerprint for key in await dialer.host_keys(old)] == [node.ssh.host_key]
    assert (await poll_node(old, dialer)).failure is None
    with pytest.raises(RemoteError) as error:
        await dialer.presents(node)
    assert error.value.failure.kind is FailureKind.ALGORITHMS


async def test_a_kind_of_host_key_that_is_opted_in_is_shown_as_well(serve: Serve, dialer: Dialer) -> None:
    dsa = asyncssh.generate_private_key("ssh-dss")
    _server, node = await serve(UNIX, host_key=dsa)
    old = replace(
        node, ssh=replace(node.ssh, host_key=dsa.get_fingerprint(), algorithms=(("server_host_key_algs", "+ssh-dss"),))
    )
    assert [key.algorithm for key in await dialer.host_keys(old)] == ["ssh-dss"]
    assert (await dialer.presents(old)).standing is KeyStanding.PINNED
    assert (await poll_node(old, dialer)).failure is None


class AsksTwice(asyncssh.SSHServer):
    """Takes passwords by both methods, and refuses every one."""

    answers: ClassVar[list[str]] = []

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.answers.append("password")
        return False

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> object:
        return "", "", "", [("Password:", False)]

    def validate_kbdint_response(self, username: str, responses: object) -> object:
        self.answers.append("keyboard-interactive")
        return ("", "", "", [("Try again:", False)]) if len(self.answers) < 3 else False


async def test_a_password_is_given_once_however_many_ways_there_are_to_ask(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey
) -> None:
    _server, node = await serve(UNIX)
    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=AsksTwice, server_host_keys=[host_key])
    failure = await failure_of(replace(node, ssh=replace(node.ssh, port=acceptor.get_port())), dialer)
    acceptor.close()
    assert failure.kind is FailureKind.AUTHENTICATION
    assert AsksTwice.answers == ["keyboard-interactive"]


async def test_reach_opens_the_port_and_sends_nothing(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve()
    assert str(server.port) in await dialer.reach(node)
    assert server.logins == []


async def test_a_port_that_hangs_up_without_a_word_is_not_reached(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(fault=Fault.RESET)
    with pytest.raises(RemoteError) as error:
        await dialer.reach(node)
    assert error.value.failure.kind is FailureKind.CLOSED


async def test_behind_a_jump_host_it_is_the_nodes_own_port_that_is_reached(
    behind: tuple[NodeServer, Node], serve: Serve, dialer: Dialer
) -> None:
    jump, node = behind
    await dialer.reach(node)
    gone, _node = await serve(UNIX)
    await gone.close()
    with pytest.raises(RemoteError) as error:
        await dialer.reach(replace(node, ssh=replace(node.ssh, port=gone.port)))
    assert error.value.failure.kind is FailureKind.UNREACHABLE
    assert "its jump host cannot connect to it (" in error.value.failure.sentence
    assert (await failure_of(replace(node, ssh=replace(node.ssh, port=gone.port)), dialer)) == error.value.failure
    assert jump.connections == 1


async def test_a_proxy_jump_of_ssh_config_is_taken_like_one_of_the_profile(
    behind: tuple[NodeServer, Node], dialer: Dialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump, node = behind
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "config").write_text(
        f"Host inner\n  HostName 127.0.0.1\n  Port {node.ssh.port}\n  ProxyJump outer\n"
        f"Host outer\n  HostName 127.0.0.1\n  Port {jump.port}\nHost *\n  User monitor\n"
    )
    monkeypatch.setenv("HOME", str(home))
    way = replace(node.ssh, host="inner", port=22, user="", jump="", ssh_config=True)
    assert (await poll_node(replace(node, ssh=way), dialer)).failure is None
    assert jump.connections == 1


def vouch_for(node: Node, line: str) -> None:
    with Path(node.ssh.known_hosts).open("a") as known:
        known.write(line)


async def test_a_chain_of_jump_hosts(
    behind: tuple[NodeServer, Node], serve: Serve, user_key: asyncssh.SSHKey, host_key: asyncssh.SSHKey, dialer: Dialer
) -> None:
    first, node = behind
    second, _node = await serve(UNIX, public_keys=(user_key,), password=None, forwarding=True)
    vouch_for(node, f"[127.0.0.1]:{second.port} {host_key.export_public_key('openssh').decode()}")
    chain = f"monitor@127.0.0.1:{first.port}, monitor@127.0.0.1:{second.port}"
    assert (await poll_node(replace(node, ssh=replace(node.ssh, jump=chain)), dialer)).failure is None
    assert (first.connections, second.connections) == (1, 1)
