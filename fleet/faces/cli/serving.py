"""The dashboard in a browser: textual-serve starts one follower per visitor, on loopback only.

Whoever reaches the port sees the fleet, so nothing but this machine may; nobody acts from there, and no editor opens.
"""

import importlib
import importlib.util
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from fleet.decision import ExitCode
from fleet.errors import UsageError

LOOPBACK = "127.0.0.1"
NO_EDITOR = "FLEET_NO_EDITOR"
"""Set for a dashboard in a browser: it must start no program."""


def serve(profile: Path, history: Path | None, port: int, environment: Mapping[str, str]) -> ExitCode:
    """Serve until Ctrl-C."""
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("--serve needs textual-serve: pip install 'fleet-monitor[serve]'")
    server = importlib.import_module("textual_serve.server")
    command = follower_command(profile, history)
    print(f"fleet: http://{LOOPBACK}:{port}/ shows what a running fleet watch sees; Ctrl-C ends", file=sys.stderr)
    server.Server(command, host=LOOPBACK, port=port, title="fleet").serve()
    return ExitCode.CLEAN


def follower_command(profile: Path, history: Path | None) -> str:
    """What runs behind each visitor's page."""
    words = [sys.executable, "-m", "fleet", "watch", str(profile), "--follow"]
    words += ["--history", str(history)] if history is not None else []
    return f"{NO_EDITOR}=1 {shlex.join(words)}"
