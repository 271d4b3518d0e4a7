"""A program in a real terminal: a tmux server of our own, keys sent to it, its screen read as text."""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

TMUX = shutil.which("tmux")


class Terminal:
    """One pane of a tmux server that nobody else uses."""

    def __init__(self, folder: Path, command: str, environment: Mapping[str, str], size: tuple[int, int] = (140, 45)):
        assert TMUX is not None
        self._socket = str(folder / "tmux")
        width, height = size
        set_ = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        script = f"env {set_} {command}; echo ENDED $?; exec cat"
        self._run("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), script)

    def keys(self, *keys: str) -> None:
        """Press keys, by their tmux names."""
        self._run("send-keys", *keys)

    def write(self, text: str) -> None:
        """Type text as it is."""
        self._run("send-keys", "-l", text)

    def screen(self) -> str:
        """What is seen."""
        return self._run("capture-pane", "-p")

    def see(self, text: str, seconds: float = 25.0) -> str:
        """Wait until ``text`` is seen; the screen it is on."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.screen()
            if text in screen:
                return screen
            time.sleep(0.1)
        raise AssertionError(f"never seen: {text}\n{self.screen()}")

    def press(self, key: str, until_gone: str) -> None:
        """Press a key and wait until ``until_gone`` is not seen: the next key is for what is below."""
        self.keys(key)
        end = time.monotonic() + 20
        while until_gone in self.screen():
            assert time.monotonic() < end, f"still there: {until_gone}\n{self.screen()}"
            time.sleep(0.1)

    @property
    def pid(self) -> int:
        """The process of the pane: the shell."""
        return int(self._run("display-message", "-p", "#{pane_pid}"))

    def close(self) -> None:
        """Close the terminal, as who shuts a window does."""
        with suppress(subprocess.CalledProcessError):
            self._run("kill-server")

    def _run(self, *words: str) -> str:
        command = [TMUX or "tmux", "-S", self._socket, *words]
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=True)
        return done.stdout


def children(pid: int) -> list[int]:
    """Every process below ``pid``."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def alive(pid: int) -> bool:
    """Whether the process runs, and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
