"""What ``fleet probe`` and ``fleet login`` make of each way a door may answer: exit code and words."""

import json
from pathlib import Path

import pytest

from fleet.errors import Failure, FailureKind
from fleet.faces.cli.doors_run import write_login, write_probe
from fleet.faces.live import doors
from fleet.faces.live.doors import Probed, Tried
from fleet.model.fleet import Fleet
from fleet.nodes import Dialer, HostKey, KeyStanding, Presented

TEXT = """\
[tiers.edge]
platform = "postfix"
delivers_to = ["internet"]
[nodes.gw1]
tier = "edge"
addresses = ["10.0.0.1"]
"""
KEY = HostKey("ssh-ed25519", "SHA256:abc", "ssh-ed25519 AAAA")
NO = {
    FailureKind.HOST_KEY_CHANGED,
    FailureKind.HOST_KEY_UNKNOWN,
    FailureKind.AUTHENTICATION,
    FailureKind.ALGORITHMS,
}
"""The node has answered, and the answer is no: a finding.  Any other failure says nothing about its door."""


@pytest.fixture
def fleet_file(tmp_path: Path) -> str:
    path = tmp_path / "fleet.toml"
    path.write_text(TEXT)
    return str(path)


@pytest.mark.parametrize("kind", FailureKind)
def test_only_an_answer_that_says_no_is_a_finding(
    kind: FailureKind, fleet_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = Failure(kind, "it said so", "do this")

    def login(fleet: Fleet, names: object, _done: object) -> tuple[Tried[str], ...]:
        return (Tried(fleet.nodes["gw1"], None, failure, 1.0),)

    def probe(fleet: Fleet, names: object, _done: object) -> tuple[Tried[Probed], ...]:
        return (Tried(fleet.nodes["gw1"], Probed("10.0.0.1", 1.0, failure=failure), None, 1.0),)

    monkeypatch.setattr(doors, "log_in_to_each", login)
    monkeypatch.setattr(doors, "probe_each", probe)
    wanted = 1 if kind in NO else 3
    assert write_login(fleet_file, (), (), as_json=False) == wanted
    assert write_probe(fleet_file, (), (), as_json=False) == wanted
    said = capsys.readouterr().out
    assert said.count("it said so") == 2
    assert said.count("hint: do this") == 2


@pytest.mark.parametrize(
    ("standing", "problem", "code", "words"),
    [
        (KeyStanding.PINNED, None, 0, "with the pinned host key (ssh-ed25519 SHA256:abc)"),
        (KeyStanding.KNOWN, None, 0, "with a host key that known_hosts holds"),
        (KeyStanding.BY_AUTHORITY, None, 3, "fleet login must prove"),
        (KeyStanding.CHANGED, Failure(FailureKind.HOST_KEY_CHANGED, "another key"), 1, "; but another key"),
        (KeyStanding.UNKNOWN, Failure(FailureKind.HOST_KEY_UNKNOWN, "nobody vouches"), 1, "; but nobody vouches"),
    ],
)
def test_a_key_counts_as_it_stands(
    standing: KeyStanding,
    problem: Failure | None,
    code: int,
    words: str,
    fleet_file: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def probe(fleet: Fleet, names: object, _done: object) -> tuple[Tried[Probed], ...]:
        found = Probed("10.0.0.1", 12.0, Presented((KEY,), standing, problem))
        return (Tried(fleet.nodes["gw1"], found, None, 1.0),)

    monkeypatch.setattr(doors, "probe_each", probe)
    assert write_probe(fleet_file, (), (), as_json=False) == code
    said = " ".join(capsys.readouterr().out.split())
    assert "10.0.0.1 answers after 12 ms" in said
    assert words in said
    assert write_probe(fleet_file, (), (), as_json=True) == code
    (node,) = json.loads(capsys.readouterr().out)["nodes"]
    assert (node["reached"], node["host_key"], bool(node["failure"])) == (True, str(standing), problem is not None)


def test_each_login_is_hung_up(fleet_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        def get_extra_info(self, _name: str) -> str:
            return "monitor"

    made, gone = Connection(), []

    async def connect(_self: object, _node: object) -> Connection:
        return made

    async def hang_up(connection: object) -> None:
        gone.append(connection)

    monkeypatch.setattr(Dialer, "connect", connect)
    monkeypatch.setattr(doors, "hang_up", hang_up)
    assert write_login(fleet_file, (), (), as_json=True) == 0
    assert gone == [made]
