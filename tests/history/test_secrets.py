"""No secret reaches the history, whatever it was hidden in."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from anything import anything
from hypothesis import HealthCheck, given, settings

from fleet.errors import Failure, FailureKind
from fleet.history import MASK, open_history, without_secrets
from fleet.history.secrets import masked
from fleet.model import Verdict
from fleet.model import event as events
from fleet.model.event import Act, CommandSent, Event, NodeObserved, OperatorActed, PollFailed, ProfileLoaded, Target
from fleet.model.fleet import Fleet, Node, Settings, SshSettings
from fleet.model.observation import Evidence, Observation, Sight, Unit

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECRET = "hunter2-Tr0ub4dor"
KEY = f"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r{SECRET}\nZXktdjE=\n-----END OPENSSH PRIVATE KEY-----"
CORPUS = [
    f"password={SECRET}",
    f"Password: {SECRET}",
    f'password = "{SECRET}"',
    f"passphrase '{SECRET}'"[:0] + f"passphrase: '{SECRET}'",
    f"PASSWD := {SECRET}",
    f"smtp_sasl_password_maps = static:{SECRET}",
    f"<ldap_bind_password>{SECRET}</ldap_bind_password>",
    f'<password encrypted="no">{SECRET}</password>',
    f"<hash>$6$rounds${SECRET}abcdefgh</hash>",
    f"user = admin, hash = $5$saltsalt${SECRET}",
    f"https://admin:{SECRET}@esa1.example.com/login",
    f"Authorization: Bearer {SECRET}",
    f"Authorization: Basic {SECRET}",
    f"api_key={SECRET}; region=eu",
    f'{{"client_secret": "{SECRET}", "x": 1}}',
    f"snmp community: {SECRET}",
    f"shared-key = {SECRET}",
    f"sshpass -p {SECRET} ssh admin@esa1",
    f"mysql --password={SECRET}",
    f"--password {SECRET}",
    f"export DB_PASSWORD={SECRET}",
    f"Password for user admin: {SECRET}",
    KEY,
    KEY[:60] + SECRET,  # cut off by a limit of bytes
    f"line one\nline two\n  token: {SECRET}\nline four",
]
HARMLESS = [
    "password required",
    "the password of dlv1 comes from env:FLEET_DLV1",
    "password = env:FLEET_DLV1",
    "password = keyring:dlv1",
    "permission denied (publickey,password)",
    "RRSIG of MX example.org expired 2 days ago",
    "destconfig",
    "price: 3$ and 4$",
    "see https://example.org/path",
]


def carriers(text: str) -> list[Event]:
    """Every event in which text of a node, a profile or an operator travels, with ``text`` in all of its places."""
    failure = Failure(FailureKind.CLOSED, text, text)
    evidence = Evidence("showconfig", AT, text, "00", "asyncos 15")
    unit = Unit("version", Sight.UNPARSED, text, evidence)
    fleet = Fleet(
        text, {}, {"n": Node("n", "t", (), Settings(version=text), SshSettings(key=text, jump=text))}, ehlo=text
    )
    return [
        CommandSent(AT, "dlv1", "esa1", text, 1.0, text, failure),
        PollFailed(AT, "dlv1", failure),
        NodeObserved(AT, Observation("dlv1", AT, Settings(version=text, outbound_certificate=text), (unit,), failure)),
        OperatorActed(AT, text, Act.SILENCED, "node dlv1", text),
        ProfileLoaded(AT, fleet, text, ""),
        events.CheckFailed(AT, Target("ietf.org"), failure),
    ]


@pytest.mark.parametrize("text", CORPUS)
def test_no_byte_of_a_secret_is_in_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "h.sqlite"
    with open_history(path, leased=True) as history:
        history.tended_elsewhere()
        for event in carriers(text):
            history.append(event)
            assert SECRET not in repr(without_secrets(event))
            assert MASK in repr(without_secrets(event))
        assert SECRET not in repr([stored.event for stored in history.after(0)])
        assert len(history.after(0)) == 6


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text
    for event in carriers(text):
        assert without_secrets(event) is event


@pytest.mark.parametrize("text", CORPUS)
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


def test_a_password_in_a_profile_is_masked_unless_it_says_where_it_is() -> None:
    def loaded(password: str) -> str:
        fleet = Fleet("x", {}, {"n": Node("n", "t", (), Settings(), SshSettings(password=password))})
        event = without_secrets(ProfileLoaded(AT, fleet, "x.toml", ""))
        assert isinstance(event, ProfileLoaded)
        return event.fleet.nodes["n"].ssh.password

    assert loaded(SECRET) == MASK
    assert loaded("env:FLEET_DLV1") == "env:FLEET_DLV1"
    assert loaded("keyring:dlv1") == "keyring:dlv1"
    assert loaded("") == ""


def test_nodes_go_on_sharing_their_settings() -> None:
    shared = Settings(version="15")
    nodes = {f"n{number}": Node(f"n{number}", "t", (), shared, SshSettings(password=SECRET)) for number in range(3)}
    event = without_secrets(ProfileLoaded(AT, Fleet("x", {}, nodes), "x.toml", ""))
    assert isinstance(event, ProfileLoaded)
    assert all(node.settings is shared for node in event.fleet.nodes.values())


@given(anything(Event))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_masking_stands_any_event(event: Event) -> None:
    assert without_secrets(without_secrets(event)) == without_secrets(event)
    assert type(without_secrets(event)) is type(event)


WORDS = ["password", "<password", "a://", "$6$", "password for ", 'password="', "://a:", "passphrase : ", "-----BEGIN "]


@pytest.mark.parametrize(
    "text", [*(word * 30_000 for word in WORDS), "password" + " " * 200_000, "a" * 200_000 + "://"]
)
def test_long_text_is_masked_in_linear_time(text: str) -> None:
    started = time.monotonic()
    masked(text)
    assert time.monotonic() - started < 2


def test_what_the_internet_said_is_left_as_it_is() -> None:
    event = events.CheckFinished(AT, Target("a.example"), Verdict("a.example", AT, (), (), unknown=("password: x",)))
    assert without_secrets(event) is event
