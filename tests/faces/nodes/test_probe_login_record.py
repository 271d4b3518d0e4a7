"""``fleet probe``, ``fleet login`` and ``fleet record`` on the nodes of the demo."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asked_nodes import Failing, Run

from fleet.errors import UsageError
from fleet.faces.cli.record_run import RecordAsked, file_name, named_in, write_record
from fleet.faces.live.capturing import units_apart
from fleet.faces.live.demo import DemoFleet
from fleet.lab.nodes.faults import Fault
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.peers import PostfixSettings
from fleet.nodes import replayed


@pytest.fixture
def exchanged(demo: DemoFleet, profile: Path) -> None:
    """The profile has another node's key on record for dlv1."""
    doors = demo.nodes.doors
    profile.write_text(profile.read_text().replace(doors["dlv1"].host_key, doors["dlv2"].host_key))


def test_a_probe_says_that_each_port_answers_with_the_key_on_record(run: Run, profile: Path) -> None:
    done = run("probe", str(profile), "--limit", "tier=delivery")
    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines() if line[0] != " "] == ["dlv1:", "dlv2:"]
    assert "with the pinned host key (ssh-ed25519 SHA256:" in " ".join(done.stdout.split())
    assert done.stderr == ""


@pytest.mark.usefixtures("exchanged")
def test_a_key_that_is_not_the_one_on_record_is_a_finding_and_nobody_logs_in(run: Run, profile: Path) -> None:
    probed = run("probe", str(profile), "dlv1")
    assert probed.returncode == 1
    assert "shows another host key" in probed.stdout
    assert "hint:" in probed.stdout
    refused = run("login", str(profile), "dlv1")
    assert refused.returncode == 1
    assert "shows another host key" in refused.stdout


@pytest.mark.usefixtures("failing")
def test_a_node_that_is_not_reached_is_incomplete_and_the_others_are_tried(run: Run, profile: Path) -> None:
    for command, reached in (("probe", "reached"), ("login", "logged_in")):
        done = run(command, str(profile), "--limit", "tier=delivery", "--json")
        assert done.returncode == 3, done.stdout
        document = json.loads(done.stdout)
        assert document["format"] == f"fleet-{command}/1"
        assert document["exit_code"] == 3
        assert {node["node"]: node[reached] for node in document["nodes"]} == {"dlv1": True, "dlv2": False}
        assert document["nodes"][1]["failure"]["kind"]


def test_a_login_says_as_whom(run: Run, profile: Path) -> None:
    done = run("login", str(profile), "scan2", "dlv1", "--json")
    assert done.returncode == 0, done.stdout
    users = {node["node"]: node["user"] for node in json.loads(done.stdout)["nodes"]}
    assert users == {"scan2": "admin", "dlv1": "fleet"}


def test_a_login_that_is_refused_is_a_finding(run: Run, profile: Path) -> None:
    profile.write_text(profile.read_text().replace('user = "admin"', 'user = "nobody"'))
    done = run("login", str(profile), "scan2")
    assert done.returncode == 1, done.stdout
    assert "refused the login of 'nobody'" in done.stdout


def test_a_recording_is_a_new_private_file_that_plays_back(run: Run, profile: Path, tmp_path: Path) -> None:
    done = run("record", str(profile), "dlv1")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "dlv1.recording.jsonl"
    assert done.stdout == f"{path.name}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "played back, it is read as the node was" in done.stderr
    assert "before it is sent, read it for others" in done.stderr
    assert " IP addresses: " in done.stderr
    seen = asyncio.run(replayed(path.read_text().splitlines(), "dlv1"))
    assert seen.failure is None
    assert seen.settings.controls
    text = path.read_text()
    again = run("record", str(profile), "dlv1")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert path.read_text() == text


def test_the_whole_configuration_is_recorded_masked_and_plays_back(run: Run, profile: Path, tmp_path: Path) -> None:
    done = run("record", str(profile), "dlv1", "--showconfig", "--output", "x.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["format"], document["file"], document["complete"]) == ("fleet-record/1", "x.jsonl", True)
    assert (document["failure"], document["not_understood"], document["masking_changed"]) == (None, [], [])
    assert document["named"]["IP addresses"]
    text = (tmp_path / "x.jsonl").read_text()
    assert '{"sent": "showconfig\\n"}' in text
    assert "<config>" in text
    assert "<passphrase>********</passphrase>" in text
    seen = asyncio.run(replayed(text.splitlines(), "dlv1"))
    assert seen.failure is None
    assert run("record", str(profile), "edge1", "--showconfig").returncode == 2


@pytest.mark.usefixtures("failing")
def test_no_session_as_a_document(run: Run, profile: Path) -> None:
    done = run("record", str(profile), "dlv2", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["exit_code"], document["file"]) == (3, 3, None)
    assert document["failure"]["kind"] == "closed"


@pytest.mark.usefixtures("failing")
def test_no_session_is_no_file(run: Run, profile: Path, tmp_path: Path) -> None:
    done = run("record", str(profile), "dlv2", "--output", "x.jsonl")
    assert done.returncode == 3
    assert "nothing was written" in done.stderr
    assert not (tmp_path / "x.jsonl").exists()


def test_a_session_that_ended_early_is_written_for_somebody_to_look_at(
    run: Run, breaks: Failing, profile: Path, tmp_path: Path
) -> None:
    breaks(Fault.FLOOD)
    done = run("record", str(profile), "dlv2", "--output", "x.jsonl")
    assert done.returncode == 3, done.stderr
    assert "printed more than a session may" in done.stderr
    seen = asyncio.run(replayed((tmp_path / "x.jsonl").read_text().splitlines(), "dlv2"))
    assert seen.failure is not None
    assert "printed more than a session may" in seen.failure.sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["probe", "PROFILE", "dlv11"], "did you mean dlv1?"),
        (["login", "PROFILE", "--limit", "tier=delivry"], "did you mean delivery?"),
        (["record", "PROFILE", "dvl1"], "did you mean dlv1?"),
        (["record", "PROFILE", "dlv1", "-o", "/nonexistent/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_exit_2(run: Run, profile: Path, arguments: list[str], sentence: str) -> None:
    done = run(*(str(profile) if word == "PROFILE" else word for word in arguments))
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_value_that_a_profile_may_not_hold_is_left_out_and_that_is_said(run: Run, profile: Path) -> None:
    lines = profile.read_text().splitlines()
    lines.insert(lines.index("[nodes.dlv1]") + 1, 'ssh.password = "hunter2hunter2"')
    profile.write_text("\n".join(lines))
    done = run("login", str(profile), "dlv1")
    assert done.returncode == 0
    assert "has 1 error, whose value was left out: fleet validate says where" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["../../etc/passwd", ".hidden", "--force", "a/b", "", "ü\x1b[2J"])
def test_a_nodes_name_cannot_choose_the_folder(name: str) -> None:
    made = file_name(name)
    assert "/" not in made
    assert made[0] not in ".-"
    assert made.isascii()
    assert made.isprintable()


def test_what_may_tell_who_somebody_is_is_counted_once() -> None:
    lines = [
        '{"format": "x"}',
        '{"received": "gw1.example.com> root@corp.example\\r\\n10.0.0.1 2001:db8::1:2:3 gw1.example.com 12:00:01"}',
        '{"received": "Serial #: 42AA-0"}',
    ]
    assert named_in(lines) == {
        "serial numbers": ("42AA-0",),
        "mail addresses": ("root@corp.example",),
        "IP addresses": ("10.0.0.1", "2001:db8::1:2:3"),
        "host and domain names": ("gw1.example.com",),
    }


def test_a_unit_is_read_otherwise_where_its_value_or_how_it_was_seen_differs() -> None:
    at = datetime(2026, 6, 4, tzinfo=UTC)
    units = tuple(Unit(name, Sight.SEEN) for name in ("version", "postfix.relayhost", "clock"))
    seen = Observation("gw1", at, Settings(version="3.7", postfix=PostfixSettings(relayhost="a")), units)
    assert units_apart(seen, replace(seen, clock_offset=5.0)) == ()
    assert units_apart(seen, replace(seen, settings=replace(seen.settings, version="3.8"))) == ("version",)
    masked = replace(seen.settings, postfix=PostfixSettings(relayhost="********"))
    assert units_apart(seen, replace(seen, settings=masked)) == ("postfix.relayhost",)
    assert units_apart(seen, replace(seen, units=units[:1])) == ("postfix.relayhost", "clock")


def test_a_profile_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_record(RecordAsked(str(tmp_path / "none.toml"), "gw1"))
