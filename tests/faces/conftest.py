"""Modules beside these tests can be imported by name; and the command line in this process, for the many short runs."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.faces.cli import main

sys.path.insert(0, str(Path(__file__).parent))

Here = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """As the fixture ``fleet``, without a process of its own: streams are bytes with a UTF-8 face, as in a pipe."""

    def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        streams = {
            "stdin": io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"),
            "stdout": io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
            "stderr": io.TextIOWrapper(io.BytesIO(), encoding="utf-8"),
        }
        code: object = 0
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["fleet", *arguments])
            for name, stream in streams.items():
                patch.setattr(sys, name, stream)
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
            said = []
            for name in ("stdout", "stderr"):
                streams[name].flush()
                said.append(streams[name].buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
        assert isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code, *said)

    return run
