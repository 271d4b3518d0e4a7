"""``fleet poll``, ``hostkeys``, ``drift``, ``adopt``, and what ``--observed`` makes of it, on the nodes of the demo."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from asked_nodes import Failing, Run

from fleet.faces.live.demo import DemoFleet
from fleet.lab.nodes.faults import Fault
from fleet.model.finding import Edit
from fleet.profile import edit


def test_a_poll_says_where_each_node_differs_from_the_profile(run: Run, profile: Path) -> None:
    done = run("poll", str(profile), "--limit", "tier=delivery")
    assert done.returncode == 1, done.stderr
    assert "dlv2: differs from the profile in 2 of 10 fields" in done.stdout
    assert "version: declared 15.0.0-104, observed 11.1.2-023" in done.stdout
    assert "scan1" not in done.stdout


def test_a_poll_as_json_has_every_node_with_its_evidence(run: Run, profile: Path) -> None:
    done = run("poll", str(profile), "edge1", "dlv1", "--json")
    document = json.loads(done.stdout)
    assert document["format"] == "fleet-poll/1"
    assert document["exit_code"] == done.returncode
    assert [node["node"] for node in document["nodes"]] == ["dlv1", "edge1"]
    assert all(node["observed"] for node in document["nodes"])
    assert any(unit["evidence"] for unit in document["nodes"][0]["observation"]["units"])


def test_a_poll_asks_for_the_whole_configuration_only_when_told(run: Run, profile: Path) -> None:
    def asked(*words: str) -> bool:
        document = json.loads(run("poll", str(profile), "dlv1", "--json", *words).stdout)
        units = document["nodes"][0]["observation"]["units"]
        alone = {"bounce_profiles", "outbound_certificate"} & {*document["nodes"][0]["not_seen"]}
        found = "showconfig" in {unit["evidence"]["command"] for unit in units if unit["evidence"]}
        assert found is not bool(alone)
        return found

    assert asked("--showconfig")
    assert not asked()
    said = " ".join(run("poll", str(profile), "dlv1").stdout.split())
    assert "did not ask for that: fleet poll --showconfig does, and ssh.showconfig = true in the profile" in said
    profile.write_text(edit(profile.read_text(), [Edit(("tiers", "delivery", "ssh", "showconfig"), True)]))
    assert asked()


@pytest.mark.usefixtures("failing")
def test_a_node_that_fails_is_said_and_makes_the_poll_incomplete_without_delaying_others(
    run: Run, profile: Path
) -> None:
    done = run("poll", str(profile), "--limit", "node=dlv2")
    assert done.returncode == 3
    assert "closed the connection" in done.stdout
    both = json.loads(run("poll", str(profile), "--json").stdout)
    assert [node["node"] for node in both["nodes"] if not node["observed"]] == ["dlv2"]


def test_what_a_poll_saw_before_it_failed_is_kept_beside_what_was_seen_earlier(
    run: Run, breaks: Failing, profile: Path
) -> None:
    run("poll", str(profile), "dlv2")
    breaks(Fault.CUT)
    cut = run("poll", str(profile), "dlv2", "--json")
    (node,) = json.loads(cut.stdout)["nodes"]
    assert "ended the session before its answer was complete" in node["observation"]["failure"]["sentence"]
    assert node["observation"]["settings"]["version"] == "11.1.2-023"
    (kept,) = json.loads(run("drift", str(profile), "dlv2", "--json").stdout)["nodes"]
    states = {one["field"]: one["state"] for one in kept["drift"]}
    assert (states["version"], states["routes"], states["controls"]) == ("differs", "match", "differs")


def test_what_came_before_ctrl_c_is_written_down(run: Run, breaks: Failing, profile: Path, tmp_path: Path) -> None:
    breaks(Fault.SHELL_HANGS)
    home = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    words = [sys.executable, "-m", "fleet", "poll", str(profile), "--jsonl"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **home}
    ) as polling:
        assert polling.stdout is not None
        came = [json.loads(polling.stdout.readline())["node"] for _ in range(4)]
        polling.send_signal(signal.SIGINT)
        _out, narration = polling.communicate(timeout=30)
    assert polling.returncode == 130
    assert "4 of 5 nodes had answered, which is written down" in narration
    nodes = json.loads(run("drift", str(profile), "--json").stdout)["nodes"]
    assert {node["node"] for node in nodes if node["seen_at"]} == set(came)


def test_who_watches_a_poll_sees_how_far_it_is_and_stdout_stays_data(profile: Path, tmp_path: Path) -> None:
    terminal, its_end = pty.openpty()
    home = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path), "TERM": "xterm", "COLUMNS": "100"}
    words = [sys.executable, "-m", "fleet", "poll", str(profile), "dlv1", "edge1", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=its_end, env={**os.environ, **home}) as polling:
        os.close(its_end)
        out, _ = polling.communicate(timeout=60)
    shown = os.read(terminal, 65536)
    os.close(terminal)
    assert [node["node"] for node in json.loads(out)["nodes"]] == ["dlv1", "edge1"]
    assert b"polling" in shown
    assert b"2/2" in shown


def test_observations_of_a_poll_can_be_validated_elsewhere(run: Run, profile: Path, tmp_path: Path) -> None:
    lines = tmp_path / "seen.jsonl"
    lines.write_text(run("poll", str(profile), "--jsonl").stdout)
    done = run("validate", str(profile), "--observations", str(lines), "--format", "concise")
    assert "VER601" in done.stdout
    assert "TIER114 error node dlv2" in done.stdout


def test_observed_means_what_was_seen_last_and_before_any_poll_it_is_incomplete(run: Run, profile: Path) -> None:
    before = run("validate", str(profile), "--observed", "--select", "VER")
    assert before.returncode == 3
    assert "not observed" in before.stderr
    polled = run("validate", str(profile), "--observed", "--poll", "--format", "json")
    codes = {one["code"] for one in json.loads(polled.stdout)["findings"]}
    assert {"DRIFT801", "VER601", "TIER111", "TIER114"} <= codes
    again = run("validate", str(profile), "--observed", "--format", "json")
    assert {one["code"] for one in json.loads(again.stdout)["findings"]} == codes


def test_nodes_are_grouped_by_identical_facts_with_the_largest_group_as_reference(run: Run, profile: Path) -> None:
    nothing = run("drift", str(profile))
    assert nothing.returncode == 3
    assert "dlv1: never seen" in nothing.stdout
    run("poll", str(profile))
    document = json.loads(run("drift", str(profile), "--json").stdout)
    apart = {fact["field"]: fact["groups"] for fact in document["apart"]}
    assert apart == {"version": [["dlv1"], ["dlv2"]], "controls": [["dlv1"], ["dlv2"]]}
    done = run("drift", str(profile))
    assert done.returncode == 1
    assert "dlv2: destination control rollover.lab dane none, the others opportunistic" in done.stdout


def test_a_forecast_of_the_fleet_as_observed_knows_the_forgotten_node(run: Run, profile: Path) -> None:
    unknown = run("forecast", str(profile), "--observed")
    assert unknown.returncode == 2
    assert "fleet poll does that" in unknown.stderr
    run("poll", str(profile))
    document = run("forecast", str(profile), "--observed", "--node", "dlv2")
    assert "DANE needs AsyncOS 12.0" in document.stdout
    declared = run("forecast", str(profile), "--node", "dlv2")
    assert "DANE needs AsyncOS 12.0" not in declared.stdout


def test_host_keys_are_shown_ready_to_paste_and_nothing_is_trusted(run: Run, demo: DemoFleet, profile: Path) -> None:
    done = run("hostkeys", str(profile), "dlv1")
    assert done.returncode == 0
    assert done.stdout.startswith(f'nodes.dlv1.ssh.host_key = "{demo.nodes.doors["dlv1"].host_key}"')
    assert "# pinned" in done.stdout
    text = profile.read_text()
    profile.write_text(text.replace(demo.nodes.doors["dlv1"].host_key, demo.nodes.doors["dlv2"].host_key))
    other = run("hostkeys", str(profile), "dlv1")
    assert other.returncode == 1
    assert "ANOTHER key than the pinned" in other.stdout
    polled = run("poll", str(profile), "dlv1")
    assert polled.returncode == 3
    assert "shows another host key" in polled.stdout


@pytest.mark.usefixtures("failing")
def test_a_node_that_shows_no_key_is_said(run: Run, profile: Path) -> None:
    done = run("hostkeys", str(profile), "dlv1", "dlv2", "--json")
    assert done.returncode == 3
    shown = {node["node"]: node for node in json.loads(done.stdout)["nodes"]}
    assert shown["dlv2"]["keys"] == []
    assert shown["dlv2"]["failure"]["sentence"]
    assert shown["dlv1"]["keys"]


def test_what_would_be_adopted_as_a_document(run: Run, profile: Path) -> None:
    shown = run("adopt", str(profile), "dlv2", "--json")
    found = json.loads(shown.stdout)
    assert (shown.returncode, found["format"], found["written"], found["not_seen"]) == (1, "fleet-adopt/1", False, [])
    assert {"path": "/nodes/dlv2/version", "value": "11.1.2-023"} in found["edits"]
    assert any(line.startswith("+") and "11.1.2-023" in line for line in found["diff"])


def test_adopting_shows_a_diff_first_and_writes_only_when_told(run: Run, profile: Path) -> None:
    text = profile.read_text()
    shown = run("adopt", str(profile), "dlv2")
    assert shown.returncode == 1
    assert '+version = "11.1.2-023"' in shown.stdout
    assert profile.read_text() == text
    written = run("adopt", str(profile), "dlv2", "--write")
    assert written.returncode == 0, written.stderr
    after = profile.read_text()
    assert 'version = "11.1.2-023"' in after
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    again = run("adopt", str(profile), "dlv2")
    assert again.returncode == 0
    assert "nothing to change" in again.stderr


def test_of_a_node_whose_session_broke_off_nothing_is_adopted(run: Run, breaks: Failing, profile: Path) -> None:
    breaks(Fault.CUT)
    done = run("adopt", str(profile), "dlv2")
    assert (done.returncode, done.stdout) == (3, "")
    assert "dlv2 was not seen: " in done.stderr
    assert "ended the session before its answer was complete" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["poll", "PROFILE", "dlv11"], "did you mean dlv1?"),
        (["poll", "/nonexistent.toml"], "cannot be read"),
        (["hostkeys", "PROFILE", "--limit", "colour=red"], "a limit names a node"),
        (["adopt", "PROFILE", "nobody"], "there is no node nobody"),
        (["validate", "PROFILE", "--poll"], "--poll asks the nodes"),
        (["watch", "PROFILE"], "is for a terminal"),
    ],
)
def test_what_cannot_be_meant_is_said_and_is_exit_2(
    run: Run, profile: Path, arguments: list[str], sentence: str
) -> None:
    done = run(*(str(profile) if word == "PROFILE" else word for word in arguments))
    assert done.returncode == 2
    assert sentence in done.stderr
