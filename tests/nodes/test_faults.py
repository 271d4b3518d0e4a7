"""The table of faults: what a broken node looks like to the operator; nothing worse happens than a sentence."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from node_examples import APPLIANCE, PASSWORD, POSTFIX, QUICK, Serve

from fleet.clock import monotonic
from fleet.errors import FailureKind
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.model.fleet import Node, SshSettings
from fleet.model.observation import Observation, Sight
from fleet.nodes import Dialer, Limits, poll_node

ENDS_THE_POLL = [
    (Fault.SILENT, FailureKind.TIMEOUT, "{peer}: no SSH server answered within 1 s"),
    (Fault.RESET, FailureKind.CLOSED, "{peer} closed the connection..."),
    (Fault.BABBLE, FailureKind.MALFORMED, "{peer} does not speak SSH as it should (Too many banner lines)"),
    (Fault.NO_KEY_EXCHANGE, FailureKind.TIMEOUT, "{peer}: the login was not done within 2 s"),
    (Fault.LOGIN_HANGS, FailureKind.TIMEOUT, "{peer}: the login was not done within 2 s"),
    (
        Fault.REBOOTING,
        FailureKind.CLOSED,
        "{peer} is restarting; it says: System is going down for reboot. Please try again later.",
    ),
    (Fault.NO_SHELL, FailureKind.CHANNEL, "gw1 accepted the login and gives no session (Session refused)"),
    (Fault.SHELL_HANGS, FailureKind.TIMEOUT, "gw1 accepted the login, but its shell says nothing"),
    (Fault.FLOOD, FailureKind.LIMIT, "gw1 printed more than a session may, so it was cut off unread"),
    (Fault.PAGER_FOREVER, FailureKind.LIMIT, "gw1: the pager had no end, so the session was left"),
    (Fault.CUT, FailureKind.CLOSED, "gw1 ended the session before its answer was complete"),
    (
        Fault.UNCOMMITTED,
        FailureKind.UNCOMMITTED,
        "gw1 reports changes that nobody has committed, so the session was left alone: Warning: There are uncommitted "
        "changes in this session.",
    ),
    (
        Fault.ODD_QUESTION,
        FailureKind.PROMPT,
        "gw1: 'smtproutes' came to a point this program does not know, so it pressed Ctrl-C and left: - CLEAR - Clear "
        "something. / []> PRINT / The rm -rf wizard: shall I delete all routes? / [Y]>",
    ),
]
"""Fault, kind, the message the operator reads; where it ends in dots, the system may add its own words."""

COSTS_ONE_UNIT = [
    (Fault.ROLE_TOO_LOW, "controls", "gw1: the user's role on the node may not run 'destconfig'"),
    (Fault.WRONG_MODE, "resolvers", "gw1: 'dnsconfig' cannot be run in the cluster mode this session is in"),
    (Fault.TRACEBACK, "routes", "gw1: 'smtproutes' crashed on the node"),
    (Fault.UNKNOWN_COMMAND, "routes", "gw1: the node does not know 'smtproutes'"),
]


def told(observation: Observation) -> tuple[FailureKind, str]:
    assert observation.failure is not None
    return observation.failure.kind, observation.failure.sentence


@pytest.mark.parametrize(("fault", "kind", "sentence"), ENDS_THE_POLL, ids=[row[0].value for row in ENDS_THE_POLL])
async def test_a_fault_that_ends_the_poll(
    serve: Serve, dialer: Dialer, fault: Fault, kind: FailureKind, sentence: str
) -> None:
    server, node = await serve(Appliance(APPLIANCE, fault=fault), fault=fault)
    began = monotonic()
    seen = await poll_node(node, dialer)
    found, said = told(seen)
    assert found is kind
    wanted = sentence.format(peer=f"127.0.0.1 port {server.port}")
    assert said.startswith(wanted[:-3]) if wanted.endswith("...") else said == wanted
    assert seen.settings.routes is None
    assert seen.unit("routes").sight is not Sight.SEEN
    assert monotonic() - began < QUICK.connect + QUICK.login + QUICK.command
    assert [session.changed for session in server.sessions if session.changed] == []


@pytest.mark.parametrize(("fault", "unit", "sentence"), COSTS_ONE_UNIT, ids=[row[0].value for row in COSTS_ONE_UNIT])
async def test_a_refusal_costs_one_unit_and_the_poll_goes_on(
    serve: Serve, dialer: Dialer, fault: Fault, unit: str, sentence: str
) -> None:
    _server, node = await serve(Appliance(APPLIANCE, fault=fault), fault=fault)
    seen = await poll_node(node, dialer)
    assert seen.failure is None
    assert seen.unit(unit).sight is Sight.NOT_OBSERVED
    assert seen.unit(unit).why == sentence
    assert seen.settings.version == APPLIANCE.version


async def test_lines_in_the_banner_that_look_like_a_prompt_are_no_prompt(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(fault=Fault.BANNER_PROMPT)
    seen = await poll_node(node, dialer)
    assert seen.failure is None
    assert seen.settings.controls == (await _plain(serve, dialer)).settings.controls
    assert "^C" not in server.sessions[0].typed


async def test_escape_sequences_and_markup_change_nothing_and_reach_nobody(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(fault=Fault.MARKUP)
    seen = await poll_node(node, dialer)
    assert seen.failure is None
    assert seen.settings.controls == (await _plain(serve, dialer)).settings.controls
    for unit in seen.units:
        assert "\x1b" not in unit.why
        assert unit.evidence is None or "\x1b" not in unit.evidence.raw


async def _plain(serve: Serve, dialer: Dialer) -> Observation:
    _server, node = await serve()
    return await poll_node(node, dialer)


async def test_an_unexpected_question_gets_ctrl_c_and_nothing_else(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Appliance(APPLIANCE, fault=Fault.ODD_QUESTION))
    seen = await poll_node(node, dialer)
    _kind, said = told(seen)
    assert "shall I delete all routes?" in said
    assert server.sessions[0].typed[-1] == "^C"
    assert server.sessions[0].changed == []
    assert seen.settings.controls is not None, "what was seen before stays"


async def test_after_uncommitted_changes_not_a_byte_is_sent(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Appliance(APPLIANCE, fault=Fault.UNCOMMITTED))
    seen = await poll_node(node, dialer)
    assert server.sessions[0].typed[-1] == "destconfig"
    assert seen.settings.resolvers is None, "what was read before may be what is pending, not what is in force"
    assert seen.settings.version == APPLIANCE.version


@pytest.mark.parametrize("fault", [Fault.SHELL_HANGS, Fault.FLOOD])
async def test_a_unix_command_that_hangs_or_floods(serve: Serve, fault: Fault) -> None:
    dialer = Dialer(replace(QUICK, command=1.0), {"PW": PASSWORD})
    _server, node = await serve(Gateway(POSTFIX), fault=fault)
    kind, said = told(await poll_node(node, dialer))
    await dialer.close()
    expected = {
        Fault.SHELL_HANGS: (FailureKind.TIMEOUT, "gw1: 'date -u +%Y-%m-%dT%H:%M:%SZ' was not done within 1 s"),
        Fault.FLOOD: (FailureKind.LIMIT, "printed more than 256 KiB, so it was cut off unread"),
    }
    assert kind is expected[fault][0]
    assert expected[fault][1] in said


async def test_a_refused_connection(dialer: Dialer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        node = Node(
            "gw1", "edge", ("127.0.0.1",), APPLIANCE, SshSettings(port=taken.getsockname()[1], password="env:PW")
        )
        kind, said = told(await poll_node(node, dialer))
    assert kind is FailureKind.CONNECTION_REFUSED
    assert "connection refused" in said


async def test_an_unreachable_node(dialer: Dialer) -> None:
    node = Node("gw1", "edge", ("255.255.255.255",), APPLIANCE, SshSettings(password="env:PW"))
    assert told(await poll_node(node, dialer)) == (
        FailureKind.UNREACHABLE,
        "255.255.255.255: the network is unreachable",
    )


async def test_a_name_without_an_address(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_given: object, **_options: object) -> None:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    node = Node("gw1", "edge", (), APPLIANCE, SshSettings(host="gw1.invalid", password="env:PW"))
    kind, said = told(await poll_node(node, dialer))
    assert kind is FailureKind.NAME
    assert said == "gw1.invalid: the name has no address here"


async def test_an_unknown_host_key_is_shown_and_nothing_is_sent(serve: Serve, dialer: Dialer, tmp_path: Path) -> None:
    server, node = await serve(ssh={"host_key": "", "known_hosts": str(tmp_path / "none")})
    kind, said = told(await poll_node(node, dialer))
    assert kind is FailureKind.HOST_KEY_UNKNOWN
    assert "shows a host key nobody has vouched for (ssh-ed25519 SHA256:" in said
    assert server.logins == []


async def test_a_changed_host_key_is_an_alarm_pinned_or_in_known_hosts(
    serve: Serve, dialer: Dialer, tmp_path: Path
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    server, node = await serve(host_key=other)  # the fixture pins another key
    kind, said = told(await poll_node(node, dialer))
    assert kind is FailureKind.HOST_KEY_CHANGED
    assert f"another host key (ssh-ed25519 {other.get_fingerprint()}) than the pinned one" in said
    known = tmp_path / "known_hosts"
    line = asyncssh.generate_private_key("ssh-ed25519").export_public_key("openssh").decode()
    known.write_text(f"[127.0.0.1]:{server.port} {line}")
    listed = replace(node, ssh=replace(node.ssh, host_key="", known_hosts=str(known)))
    kind, said = told(await poll_node(listed, dialer))
    assert kind is FailureKind.HOST_KEY_CHANGED
    assert "than known_hosts holds" in said
    assert server.logins == []


async def test_a_wrong_password_is_offered_once(serve: Serve) -> None:
    dialer = Dialer(QUICK, {"PW": "not-the-password"})
    server, node = await serve()
    seen = await poll_node(node, dialer)
    await dialer.close()
    kind, said = told(seen)
    assert kind is FailureKind.AUTHENTICATION
    assert "refused the login of 'monitor' with the password it was offered" in said
    assert seen.failure is not None
    assert "one attempt was made" in seen.failure.hint
    assert server.logins == ["password"]


@pytest.mark.parametrize(
    ("prompts", "named"),
    [
        ([("Password:", False), ("Token code:", True)], "Password / Token code"),
        ([("Password:", False), ("New password:", False)], "Password / New password"),
        ([("Token code:", True)], "Token code"),
    ],
)
async def test_a_second_factor_is_named_and_not_guessed(
    serve: Serve, dialer: Dialer, prompts: list[tuple[str, bool]], named: str
) -> None:
    answered: list[object] = []

    class Asks(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def kbdint_auth_supported(self) -> bool:
            return True

        def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> object:
            return "", "", "", prompts

        def validate_kbdint_response(self, username: str, responses: object) -> bool:
            answered.append(responses)
            return False

    _server, node = await serve()
    key = asyncssh.generate_private_key("ssh-ed25519")
    acceptor = await asyncssh.listen("127.0.0.1", 0, server_factory=Asks, server_host_keys=[key])
    way = replace(node.ssh, port=acceptor.get_port(), host_key=key.get_fingerprint())
    kind, said = told(await poll_node(replace(node, ssh=way), dialer))
    acceptor.close()
    assert kind is FailureKind.AUTHENTICATION
    assert f"asks at login for what this program does not answer: {named}" in said
    assert not [answer for answer in answered if answer], "the password was not given away"


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_nothing_in_common_names_the_opt_in(serve: Serve, dialer: Dialer) -> None:
    old = {"kex_algs": ["diffie-hellman-group1-sha1"]}
    _server, node = await serve(Gateway(POSTFIX), options=old)
    kind, said = told(await poll_node(node, dialer))
    assert kind is FailureKind.ALGORITHMS
    assert "no SSH algorithm in common" in said
    opted = replace(node, ssh=replace(node.ssh, algorithms=(("kex_algs", "+diffie-hellman-group1-sha1"),)))
    assert (await poll_node(opted, dialer)).failure is None


async def test_a_broken_node_delays_no_other(serve: Serve) -> None:
    """One place for handshakes, twelve nodes that hang in them, and a healthy one that comes last."""
    dialer = Dialer(
        Limits(handshakes=1, lease=0.05, login=3.0, connect=3.0, settle=0.02, greeting=0.1), {"PW": PASSWORD}
    )
    hanging = [(await serve(fault=Fault.NO_KEY_EXCHANGE))[1] for _ in range(12)]
    _server, healthy = await serve(Gateway(POSTFIX))
    polls = [asyncio.create_task(poll_node(node, dialer)) for node in hanging]
    await asyncio.sleep(0.05)
    began = monotonic()
    seen = await poll_node(healthy, dialer)
    took = monotonic() - began
    await asyncio.gather(*polls)
    await dialer.close()
    assert seen.failure is None
    assert took < 2.0
