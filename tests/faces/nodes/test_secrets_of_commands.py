"""Every secret that is planted is looked for in all that any command prints, and in every file it leaves behind."""

import json
from pathlib import Path

import asyncssh
import pytest
from asked_nodes import Run

from fleet.faces.live.demo import DemoFleet
from fleet.lab.nodes.commandline import UNMASKED
from fleet.model.finding import Edit
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import EximSettings
from fleet.plain import to_plain
from fleet.profile import edit, read_profile

PASSPHRASE, WRONG, PASSWORD = "Planted passphrase 1", "Planted-Wrong-Secret-2", "Planted-Login-Secret-3"
OF_EXIM = "ExampleSecret99"
SECRETS = (PASSPHRASE, WRONG, PASSWORD, OF_EXIM, UNMASKED)
ENVIRONMENT = {"FLEET_PP": PASSPHRASE, "FLEET_WRONG": WRONG, "FLEET_PW": PASSWORD}


@pytest.fixture
def planted(demo: DemoFleet, profile: Path, tmp_path: Path) -> Path:
    """dlv1 and edge1 take our key, which is protected; dlv2 gets the wrong passphrase, scan1 a password it refuses."""
    key = asyncssh.read_private_key(demo.nodes.key)
    protected = tmp_path / "protected"
    protected.write_bytes(key.export_private_key("openssh", passphrase=PASSPHRASE, rounds=50))
    ways: dict[str, dict[str, object]] = {
        "dlv1": {"key": str(protected), "passphrase": "env:FLEET_PP"},
        "edge1": {"key": str(protected), "passphrase": "env:FLEET_PP"},
        "dlv2": {"key": str(protected), "passphrase": "env:FLEET_WRONG"},
        "scan1": {"key": None, "password": "env:FLEET_PW"},
    }
    edits = [
        Edit(("nodes", node, "ssh", name), value)
        for node, way in ways.items()
        for name, value in {**way, "agent": False}.items()
    ]
    profile.write_text(edit(profile.read_text(), edits))
    return profile


COMMANDS = (
    ("probe",),
    ("probe", "--json"),
    ("hostkeys", "--json"),
    ("login",),
    ("login", "--json"),
    ("poll",),
    ("poll", "--json", "--showconfig"),
    ("poll", "--jsonl"),
    ("drift", "--json"),
    ("drift",),
    ("adopt",),
    ("adopt", "--json"),
    ("validate", "--observed", "--format", "json"),
    ("forecast", "--observed", "--json"),
    ("queue", "dlv1", "dlv2", "edge1", "scan1"),
    ("queue", "dlv1", "dlv2", "edge1", "scan1", "--json"),
    ("resolvers", "dlv1", "dlv2", "scan1", "--network", "NETWORK", "--trust-anchor", "ANCHOR", "--json"),
    ("logs", "--node", "dlv1,dlv2,edge1,scan1", "--domain", "good.lab", "--remember"),
    ("check", "good.lab", "--from", "dlv1", "--from", "dlv2", "--no-smtp", "--trust-anchor", "ANCHOR", "--explain"),
    ("check", "good.lab", "--from", "dlv1", "--from", "scan1", "--daneverify", "--trust-anchor", "ANCHOR", "--json"),
)
RECORDED = (("dlv1", "--showconfig"), ("edge1",), ("dlv2",), ("scan1",))


def test_no_command_prints_or_leaves_a_secret(demo: DemoFleet, run: Run, planted: Path, tmp_path: Path) -> None:
    said: dict[str, str] = {}
    where = {"NETWORK": str(demo.lab.network), "ANCHOR": str(demo.lab.trust_anchor)}
    for words in COMMANDS:
        profile = ("--profile", str(planted)) if words[0] in {"check", "logs"} else (str(planted),)
        done = run(words[0], *profile, *(where.get(word, word) for word in words[1:]), **ENVIRONMENT)
        said[" ".join(words)] = done.stdout + done.stderr
        assert "Traceback" not in done.stderr, words
        assert done.returncode in {0, 1, 3}, (words, done.stderr)
    for number, (node, *more) in enumerate(RECORDED):
        output = f"{number}.jsonl"
        done = run("record", str(planted), node, *more, "--output", output, "--json", **ENVIRONMENT)
        said[f"record {node}"] = done.stdout + done.stderr

    logins = {one["node"]: one for one in json.loads(said["login --json"].partition("\n")[0])["nodes"]}
    assert logins["dlv1"]["logged_in"], "the passphrase was really used"
    assert "its passphrase is wrong" in logins["dlv2"]["failure"]["sentence"]
    assert "with the password it was offered" in logins["scan1"]["failure"]["sentence"]
    assert "<config>" in (tmp_path / "0.jsonl").read_text()
    for words in (" ".join(words) for words in COMMANDS if words[0] in {"queue", "resolvers", "check", "logs"}):
        refused = "with the password it was offered" if "scan1" in words else "its passphrase is wrong"
        assert refused in " ".join(said[words].split()), words

    left = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(path.name.startswith("history") or path.suffix == ".sqlite" for path in left), sorted(map(str, left))
    for secret in SECRETS:
        for what, text in said.items():
            assert secret not in text, (what, secret)
        for path, content in left.items():
            assert secret.encode() not in content, (path, secret)
            assert json.dumps(secret).encode() not in content


def test_a_database_password_in_an_exim_configuration_stays_there(
    demo: DemoFleet, run: Run, planted: Path, tmp_path: Path
) -> None:
    fleet = read_profile(planted.read_text(), "fleet.toml").fleet
    assert fleet is not None
    planted.write_text(edit(planted.read_text(), [Edit(("nodes", "edge1", "platform"), "exim")]))
    demo.nodes.change("edge1", to_plain(Settings(Platform.EXIM, "4.96", exim=EximSettings(dane_built_in=True))))
    try:
        polled = run("poll", str(planted), "edge1", "--json", **ENVIRONMENT)
        recorded = run("record", str(planted), "edge1", "--output", "exim.jsonl", **ENVIRONMENT)
    finally:
        demo.nodes.change("edge1", to_plain(fleet.nodes["edge1"].settings))
    recording = (tmp_path / "exim.jsonl").read_text()
    assert "mysql_servers" in polled.stdout, polled.stderr
    assert "mysql_servers" in recording, recorded.stderr
    for text in (polled.stdout, polled.stderr, recording, recorded.stdout, recorded.stderr):
        assert OF_EXIM not in text
