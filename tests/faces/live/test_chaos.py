"""`fleet serve` while everything around it fails at random, and fast: the script that runs for an hour."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bench" / "serve_chaos.py"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads its own figures from /proc")
def test_chaos_leaves_no_task_no_descriptor_no_objects_and_metrics_that_agree_with_state() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--seconds", "45", "--pace", "4"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert figures["disagreements"] == []
    assert figures["settled after"]
    assert figures["internal errors"] == 0
    assert figures["left"] == []
    assert figures["faults"] > 20
    assert figures["scrapes"] > 20
    assert figures["webhook"]["posted"] > figures["webhook"]["refused"]
    assert figures["growth of the last quarter"]["blocks"] < 20_000
    assert figures["ended after"] < 1.0
