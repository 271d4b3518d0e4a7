"""However it ends, nothing is left running, and the terminal is given back where there still is one."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

PROGRAM = f"""
import os, sys
os.login_tty(os.dup(0))
sys.path.insert(0, {str(Path(__file__).parent)!r})
from made_up import MadeUpEngine
from fleet.faces.tui.app import FleetApp
lines = FleetApp(MadeUpEngine(300)).run()
print("LEFT", *(lines or ()))
"""


@pytest.mark.parametrize("way", ["ctrl+c", "Q", "SIGTERM", "the terminal is closed"])
def test_it_ends_and_gives_the_terminal_back(way: str) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(slave)
    try:
        sent = _read(master, 20, b"worst first")
        time.sleep(0.3)
        match way:
            case "ctrl+c" | "Q":
                os.write(master, b"\x03" if way == "ctrl+c" else b"Q")
            case "SIGTERM":
                process.send_signal(signal.SIGTERM)
            case _:
                os.close(master)
        sent = b"" if "closed" in way else _read(master, 60, b"LEFT")
        process.wait(60)
        if "closed" not in way:
            assert b"\x1b[?1049l" in sent, "the screen the shell had is back"
            assert sent.rstrip().endswith(b"LEFT 300 rows" if way == "Q" else b"LEFT")
    finally:
        process.kill()
        process.wait()


def _read(master: int, seconds: float, until: bytes) -> bytes:
    got = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end and until not in got:
        if select.select([master], [], [], 0.1)[0]:
            try:
                got += os.read(master, 65_536)
            except OSError:
                break
    time.sleep(0.1)
    if select.select([master], [], [], 0)[0]:
        with suppress(OSError):
            got += os.read(master, 65_536)
    return got
