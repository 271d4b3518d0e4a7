"""How the host keys that a node shows stand to what is on record, before anybody logs in."""

from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from node_examples import POSTFIX, Serve

from fleet.errors import FailureKind, RemoteError
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.model.fleet import Node
from fleet.nodes import Dialer, KeyStanding, poll_node

UNIX = Gateway(POSTFIX)


def known(node: Node, path: Path, *lines: str) -> Node:
    path.write_text("".join(f"{line}\n" for line in lines))
    return replace(node, ssh=replace(node.ssh, host_key="", known_hosts=str(path)))


def line(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


async def test_the_pinned_key_and_one_key_exchange_for_it(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(UNIX)
    presented = await dialer.presents(node)
    assert (presented.standing, presented.problem) == (KeyStanding.PINNED, None)
    assert server.connections == 1
    assert server.logins == []


async def test_another_key_than_the_pinned_one(serve: Serve, dialer: Dialer, user_key: asyncssh.SSHKey) -> None:
    server, node = await serve(UNIX, ssh={"host_key": user_key.get_fingerprint()})
    presented = await dialer.presents(node)
    assert presented.standing is KeyStanding.CHANGED
    assert presented.problem is not None
    assert "than the pinned one" in presented.problem.sentence
    assert server.logins == []


async def test_known_hosts_holds_the_key_another_key_none_or_revokes_it(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, user_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    server, node = await serve(UNIX)
    here = f"[127.0.0.1]:{server.port}"
    for number, (lines, standing, kind) in enumerate(
        [
            ([f"{here} {line(host_key)}"], KeyStanding.KNOWN, None),
            ([f"{here} {line(user_key)}"], KeyStanding.CHANGED, FailureKind.HOST_KEY_CHANGED),
            ([f"{here} {line(user_key)}", f"{here} {line(host_key)}"], KeyStanding.KNOWN, None),
            ([f"other.example {line(host_key)}"], KeyStanding.UNKNOWN, FailureKind.HOST_KEY_UNKNOWN),
            ([f"@cert-authority {here} {line(user_key)}"], KeyStanding.BY_AUTHORITY, None),
            (
                [f"{here} {line(host_key)}", f"@revoked {here} {line(host_key)}"],
                KeyStanding.CHANGED,
                FailureKind.HOST_KEY_CHANGED,
            ),
        ]
    ):
        presented = await dialer.presents(known(node, tmp_path / f"known{number}", *lines))
        assert presented.standing is standing, lines
        assert (presented.problem and presented.problem.kind) is kind, lines


async def test_a_revoked_key_is_said_to_be_revoked_at_the_login_too(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    server, node = await serve(UNIX)
    here = f"[127.0.0.1]:{server.port}"
    listed = known(node, tmp_path / "known", f"{here} {line(host_key)}", f"@revoked {here} {line(host_key)}")
    presented = await dialer.presents(listed)
    seen = await poll_node(listed, dialer)
    for failure in (presented.problem, seen.failure):
        assert failure is not None
        assert failure.kind is FailureKind.HOST_KEY_CHANGED
        assert failure.sentence.endswith("that known_hosts revokes")
    assert server.logins == []


@pytest.fixture(scope="module")
def rsa_key() -> asyncssh.SSHKey:
    return asyncssh.generate_private_key("ssh-rsa", key_size=2048)


async def test_a_server_without_the_kind_of_key_that_known_hosts_holds_is_said_to_show_another_kind(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, rsa_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    server, node = await serve(UNIX)
    listed = known(node, tmp_path / "known", f"[127.0.0.1]:{server.port} {line(rsa_key)}")
    wanted = (
        f"127.0.0.1 port {server.port} shows a host key of another kind (ssh-ed25519 {host_key.get_fingerprint()}) "
        "than known_hosts holds (ssh-rsa)"
    )
    seen = await poll_node(listed, dialer)
    assert seen.failure is not None
    assert (seen.failure.kind, seen.failure.sentence) == (FailureKind.HOST_KEY_CHANGED, wanted)
    presented = await dialer.presents(listed)
    assert (presented.standing, presented.problem) == (KeyStanding.CHANGED, seen.failure)
    assert server.logins == []


async def test_a_pin_counts_alone_whatever_known_hosts_holds(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, user_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    server, node = await serve(UNIX)
    path = tmp_path / "known"
    path.write_text(f"[127.0.0.1]:{server.port} {line(host_key)}\n")
    pinned = replace(node, ssh=replace(node.ssh, host_key=user_key.get_fingerprint(), known_hosts=str(path)))
    seen = await poll_node(pinned, dialer)
    assert seen.failure is not None
    assert seen.failure.kind is FailureKind.HOST_KEY_CHANGED
    assert "than the pinned one" in seen.failure.sentence
    assert server.logins == []


async def test_a_server_that_has_the_kind_on_record_and_hangs_up_stays_one_that_hangs_up(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, rsa_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    class GoesAway(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            raise asyncssh.DisconnectError(asyncssh.DISC_BY_APPLICATION, "not today")

    _server, node = await serve(UNIX)
    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=GoesAway, server_host_keys=[host_key, rsa_key])
    try:
        moved = replace(node, ssh=replace(node.ssh, port=acceptor.get_port()))
        listed = known(moved, tmp_path / "known", f"[127.0.0.1]:{acceptor.get_port()} {line(rsa_key)}")
        seen = await poll_node(listed, dialer)
    finally:
        acceptor.close()
    assert seen.failure is not None
    assert seen.failure.kind is FailureKind.CLOSED
    assert "ended the connection (not today" in seen.failure.sentence


async def test_no_algorithm_in_common_stays_what_it_is_where_the_kind_of_key_is_there(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey, tmp_path: Path
) -> None:
    server, node = await serve(UNIX, options={"encryption_algs": ["3des-cbc"]})
    listed = known(node, tmp_path / "known", f"[127.0.0.1]:{server.port} {line(host_key)}")
    seen = await poll_node(listed, dialer)
    assert seen.failure is not None
    assert seen.failure.kind is FailureKind.ALGORITHMS


async def test_a_port_without_a_key_exchange_is_a_failure(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(UNIX, fault=Fault.RESET)
    with pytest.raises(RemoteError):
        await dialer.presents(node)
