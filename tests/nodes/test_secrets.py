"""Every secret that is planted is looked for wherever this program writes: nowhere is it found."""

import io
import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_examples import APPLIANCE, EXIM, POSTFIX, QUICK, Serve
from random_settings import QUICK as FEW

from fleet.clock import now
from fleet.errors import RemoteError, UsageError
from fleet.lab.nodes import layouts
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.model.observation import Observation
from fleet.nodes import Dialer, poll_node
from fleet.nodes.asyncos.poll import poll_appliance
from fleet.nodes.asyncos.session import Session
from fleet.nodes.asyncos.walks import DESTCONFIG
from fleet.nodes.gathering import Gathering
from fleet.nodes.masking import mask
from fleet.nodes.recording import Recording, Replay, read_recording

PLANTED = {
    "PW": "Planted-Login-Secret-1",
    "PP": "Planted passphrase 2",
    "WRONG": "Planted-Wrong-Secret-3",
}
IN_CONFIGURATION = "Planted-Config-Secret-4"
OF_EXIM = "ExampleSecret99"
HEADER = '{"format": "fleet-recording/1", "platform": "asyncos", "at": "2026-06-04T12:00:00+00:00"}'
EVERY = (*PLANTED.values(), IN_CONFIGURATION, OF_EXIM)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any library logs, at its most talkative."""
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(1)
    asyncssh.set_log_level(1)
    asyncssh.set_debug_level(2)
    yield sink
    root.removeHandler(handler)
    root.setLevel(before)
    asyncssh.set_log_level(logging.WARNING)
    asyncssh.set_debug_level(1)


def assert_clean(*texts: str) -> None:
    for text in texts:
        for secret in EVERY:
            assert secret not in text


def export(observation: Observation) -> str:
    return json.dumps(asdict(observation), default=str)


async def test_no_secret_is_in_a_log_an_export_a_traceback_or_a_recording(
    serve: Serve, user_key: asyncssh.SSHKey, tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = layouts.xml
    leaky = f"<ldap><bind_password>{IN_CONFIGURATION}</bind_password></ldap></config>"
    monkeypatch.setattr(layouts, "xml", lambda *given: honest(*given).replace("</config>", leaky))
    dialer = Dialer(QUICK, PLANTED)
    path = tmp_path / "id"
    user_key.write_private_key(path, passphrase=PLANTED["PP"], rounds=50)
    texts: list[str] = []
    for behind, ssh in [
        (Appliance(APPLIANCE), {}),
        (Appliance(APPLIANCE, banner=f"your password is {PLANTED['PW']}\n"), {}),
        (Appliance(APPLIANCE, fault=Fault.ODD_QUESTION), {}),
        (Gateway(POSTFIX), {"key": str(path), "passphrase": "env:PP"}),
        (Gateway(POSTFIX), {"key": str(path), "passphrase": "env:WRONG"}),
        (Gateway(POSTFIX), {"password": "env:WRONG"}),
        (Gateway(POSTFIX), {"password": PLANTED["PW"]}),
        (Gateway(EXIM), {}),
    ]:
        _server, node = await serve(behind, ssh=ssh, password=PLANTED["PW"], public_keys=(user_key,))
        recording = Recording()
        observation = await poll_node(node, dialer, document=True, record=recording)
        texts += [export(observation), repr(observation)]
        texts += recording.lines("asyncos", dialer.credentials.secrets)
        try:
            await (await dialer.connect(replace(node, ssh=replace(node.ssh, port=1)))).wait_closed()
        except RemoteError as error:
            texts.append("".join(traceback.format_exception(error)))
    texts += [repr(dialer), repr(dialer.credentials), repr(await dialer.credentials.offer(node.ssh))]
    await dialer.close()
    assert len(log.getvalue()) > 10_000, "the log was really talkative"
    assert_clean(log.getvalue(), *texts)
    assert any("********" in text for text in texts)


async def test_a_recording_plays_back_and_is_read_the_same(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve()
    recording = Recording()
    seen = await poll_node(node, dialer, record=recording)
    gathering = Gathering("gw1", now, list)
    await poll_appliance(
        Session(Replay(read_recording(recording.lines("asyncos", []))), "gw1", QUICK), gathering, document=False
    )
    assert gathering.observation().settings == seen.settings


async def test_a_replay_refuses_what_was_not_sent_then() -> None:
    lines = [HEADER, '{"received": "gw1> "}', '{"sent": "version\\n"}']
    session = Session(Replay(read_recording(lines)), "gw1", QUICK)
    await session.start()
    with pytest.raises(RemoteError, match="'destconfig' was not sent there"):
        await session.walk(DESTCONFIG)


@pytest.mark.parametrize("text", ["", "{}", '{"format": "other"}', "[1]", HEADER + '\n{"a": 1}'])
def test_what_is_no_recording_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_recording(text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "smtp_sasl_password = hunter22",
        "password: hunter22",
        "  client_send = ^user^hunter22",
        "ldap://cn=admin:hunter22@ldap.example/",
        "<passphrase>hunter22</passphrase>",
        '<user_password type="x">hunter22</user_password>',
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter22\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter22",
        "hide mysql_servers = localhost/db/user/hunter22",
        "snmp community = hunter22",
        "api_key=hunter22",
        "{ password = hunter22 }",
    ],
)
def test_values_where_configuration_keeps_secrets_are_masked(text: str) -> None:
    assert "hunter22" not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "DANE: Mandatory",
        "smtp_tls_security_level = dane",
        "1. Priority: 0 10.1.1.1",
        "ALL -> USEDNS",
        "Bounce Profile: Default",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert mask(text) == text


@FEW
@given(before=st.text(max_size=30), secret=st.text(min_size=4, max_size=20), after=st.text(max_size=30))
def test_a_known_secret_is_masked_wherever_it_stands(before: str, secret: str, after: str) -> None:
    if secret not in "********" + before[-20:] + after[:20] and not set(secret) <= {"*"}:
        assert secret not in mask(before + secret + after, [secret]) or secret in mask(before + after)
