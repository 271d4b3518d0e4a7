"""What tests of several rooms share: one running lab, and the command line as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for ``anything`` and ``virtual``

from fleet.lab import LabHandle, spawn

Fleet = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def lab() -> Iterator[LabHandle]:
    with spawn() as handle:
        yield handle


@pytest.fixture(scope="session")
def lab_options(lab: LabHandle) -> list[str]:
    return [
        *("--network", str(lab.network)),
        *("--resolver", lab.resolvers["validating"]),
        *("--trust-anchor", str(lab.trust_anchor)),
    ]


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    """``fleet("check", "good.lab")``: the command in a process of its own."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from fleet.faces.cli import main; main()", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        )

    return run
