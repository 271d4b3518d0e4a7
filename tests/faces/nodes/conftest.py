"""What the tests of the commands that ask nodes share: the demo's nodes, a copy of its profile, and the program."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_nodes import Failing, Run

from fleet.faces.live.demo import DemoFleet, demo_fleet
from fleet.lab.nodes.faults import Fault


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoFleet]:
    with demo_fleet() as running:
        yield running


@pytest.fixture
def profile(demo: DemoFleet, tmp_path: Path) -> Path:
    copy = tmp_path / "fleet.toml"
    copy.write_bytes(demo.profile.read_bytes())
    return copy


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        home = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "fleet", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={**os.environ, **home, **environment},
            cwd=tmp_path,
        )

    return command


@pytest.fixture
def breaks(demo: DemoFleet) -> Iterator[Failing]:
    yield lambda fault: demo.nodes.fault("dlv2", fault)
    demo.nodes.fault("dlv2", Fault.NONE)


@pytest.fixture
def failing(breaks: Failing) -> None:
    breaks(Fault.RESET)
