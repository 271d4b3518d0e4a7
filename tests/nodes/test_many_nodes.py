"""A thousand nodes, of which a tenth hangs, some reset and some babble: one round, everybody accounted for."""

import json
import subprocess
import sys
from pathlib import Path

from node_examples import PASSWORD

NODES = 1000
SECONDS = 12.0
"""The deadline of each step: what one hanging node costs."""
COUNTS = {
    "silent": NODES * 5 // 100,
    "no-key-exchange": NODES * 2 // 100,
    "shell-hangs": NODES * 2 // 100,
    "login-hangs": NODES // 100,
    "reset": NODES * 5 // 100,
    "babble": NODES * 5 // 100,
}
HEALTHY = NODES - sum(COUNTS.values())


def test_a_round_over_a_thousand_nodes_takes_the_healthy_part_and_one_timeout() -> None:
    here = Path(__file__).parent
    with subprocess.Popen(
        [sys.executable, "-m", "fleet.lab.nodes.farm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as farm:
        assert farm.stdin is not None
        assert farm.stdout is not None
        farm.stdin.write(json.dumps({"nodes": {"none": HEALTHY, **COUNTS}, "password": PASSWORD}) + "\n")
        farm.stdin.flush()
        done = subprocess.run(
            [sys.executable, str(here / "round_of_many.py"), farm.stdout.readline(), PASSWORD, str(SECONDS)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        farm.stdin.close()
    assert done.returncode == 0, done.stderr
    healthy, everything = (json.loads(done.stdout)[part] for part in ("healthy", "all"))
    print(done.stdout)
    assert healthy["complete"] == everything["complete"] == HEALTHY
    assert everything["observations"] == NODES
    assert everything["failures"] == {
        "silent: timeout": COUNTS["silent"],
        "no-key-exchange: timeout": COUNTS["no-key-exchange"],
        "shell-hangs: timeout": COUNTS["shell-hangs"],
        "login-hangs: timeout": COUNTS["login-hangs"],
        "reset: closed": COUNTS["reset"],
        "babble: malformed": COUNTS["babble"],
    }
    noise = 2 + healthy["seconds"] / 2  # two rounds on a busy machine, clients and servers on the same cores
    assert everything["seconds"] < healthy["seconds"] + SECONDS + noise
    assert everything["tasks left"] == everything["connections left"] == 0
    assert everything["MB"] < 250
