"""``fleet demo`` and ``fleet lab``."""

import json
import subprocess
import sys
import time

CODE = "from fleet.faces.cli import main; main()"


def test_the_demo_prints_one_entry_per_destination_and_all_come_out_as_built(fleet) -> None:
    done = fleet("demo", "--once", "--json")
    document = json.loads(done.stdout)
    assert document["unexpected"] == [], done.stderr
    assert len(document["destinations"]) >= 40
    assert done.returncode == 0


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
