"""``fleet demo`` and ``fleet lab``."""

import json
import subprocess
import sys
import time
from pathlib import Path

CODE = "from fleet.faces.cli import main; main()"


def test_the_demo_prints_one_entry_per_destination_and_all_come_out_as_built(fleet) -> None:
    done = fleet("demo", "--once", "--json")
    document = json.loads(done.stdout)
    assert document["unexpected"] == [], done.stderr
    assert len(document["destinations"]) >= 40
    assert done.returncode == 0
    shown = document["fleet"]
    assert {row["key"] for row in shown["nodes"]} == {"scan1", "scan2", "edge1", "dlv1", "dlv2"}
    assert any(row["key"].startswith("VER601") for row in shown["findings"])
    assert any(row["key"] == "wrong-key.lab" for row in shown["destinations"])


def test_the_shipped_profile_of_the_demo_can_be_had_and_is_that_of_the_profiles_folder(fleet, tmp_path) -> None:
    file = tmp_path / "mine.toml"
    assert fleet("demo", "--write-profile", str(file)).returncode == 0
    assert file.read_bytes() == (Path(__file__).parents[2] / "profiles" / "demo.toml").read_bytes()
    again = fleet("demo", "--write-profile", str(file))
    assert again.returncode == 2
    assert "cannot be written" in again.stderr


def test_the_lab_says_how_to_point_a_check_at_it_and_leaves_nothing_behind(fleet) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE, "lab", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        offer = json.loads(process.stdout.readline())
        assert fleet("check", *offer["arguments"], "good.lab").returncode == 0
        process.send_signal(2)
        process.wait(15)
        assert process.returncode in (0, 130)
    time.sleep(0.2)
    assert fleet("check", *offer["arguments"], "good.lab").returncode == 2
