"""Prometheus' own tool reads what we export, and tries the example rules on fleets in trouble."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from watched import watched

from fleet.faces.export.metrics_seen import Exported
from fleet.faces.export.prometheus import exposition, metrics
from fleet.views.board import outlook

HERE = Path(__file__).parent
RULES = HERE.parents[1] / "profiles" / "fleet-alerts.yml"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        reason = "needs promtool: apt-get install --no-install-recommends prometheus"
        pytest.fail(reason) if os.environ.get("FLEET_PEERS") == "required" else pytest.skip(reason)
    return found


def run(*command: str, given: bytes = b"") -> str:
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def test_it_accepts_the_metrics_without_a_complaint(promtool: str) -> None:
    picture = watched()
    while outlook(picture).behind:
        pass
    body, _ = exposition(metrics(Exported(picture)))
    assert run(promtool, "check", "metrics", given=body) == ""


def test_it_accepts_the_example_rules(promtool: str) -> None:
    assert "SUCCESS" in run(promtool, "check", "rules", str(RULES))


def test_the_example_rules_say_what_happens_and_that_nobody_watches(promtool: str, tmp_path: Path) -> None:
    cases = tmp_path / "fleet-alerts.test.yml"
    cases.write_text((HERE / "fleet-alerts.test.yml").read_text().replace("RULES", str(RULES)))
    assert "SUCCESS" in run(promtool, "test", "rules", str(cases))


def test_the_example_rules_ask_only_for_metrics_that_there_are() -> None:
    import re

    from fleet.faces.export.metrics_table import FAMILIES, PREFIX

    asked = set(re.findall(r"fleet_[a-z_]+", re.sub(r"#.*", "", RULES.read_text())))
    assert asked <= {PREFIX + family.name for family in FAMILIES}
