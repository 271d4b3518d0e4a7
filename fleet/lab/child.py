"""A child process that speaks JSON lines: one when it is ready, one in answer to each order; it ends with its input.

May import the standard library and ``fleet.errors``.
"""

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any

from fleet.errors import FleetError, UsageError

ACKNOWLEDGE_SECONDS = 20.0
EXIT_SECONDS = 10.0


class LabError(FleetError):
    """The lab did not start, or died; the message says what it last said on stderr."""


class Child:
    """A running child."""

    def __init__(self, process: subprocess.Popen[str], complaints: IO[str]) -> None:
        self._process = process
        self._complaints = complaints
        self._lines: queue.Queue[str] = queue.Queue()
        # A thread, because a pipe cannot be read with a deadline on every system.
        threading.Thread(target=_pump, args=(_pipe(process.stdout), self._lines), daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def read(self, seconds: float) -> dict[str, Any]:
        """The next object it says; LabError if it says none."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise LabError(f"the lab said nothing for {seconds:.0f} seconds") from None
        if not line:
            self._complaints.seek(0)
            last = self._complaints.read().strip().splitlines()[-1:]
            raise LabError(f"the lab ended: {last[0] if last else 'without a word'}")
        answer = json.loads(line)
        assert isinstance(answer, dict), "the lab speaks in JSON objects"
        return answer

    def say(self, order: object) -> None:
        """Send one object; LabError if the child is gone."""
        try:
            _pipe(self._process.stdin).write(json.dumps(order) + "\n")
            _pipe(self._process.stdin).flush()
        except (OSError, ValueError) as error:
            raise LabError("the lab is gone") from error

    def order(self, order: object) -> dict[str, Any]:
        """Send an order, wait until it is in force, return the answer; UsageError if the child does not know it."""
        self.say(order)
        answer = self.read(ACKNOWLEDGE_SECONDS)
        if not answer.get("ok"):
            raise UsageError(str(answer.get("error", "the lab refused the order")))
        return answer

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends by itself and return its exit code; raises ``subprocess.TimeoutExpired``."""
        return self._process.wait(timeout)

    def stop(self) -> None:
        """Close its input and wait for it; harmless when it is already gone."""
        with contextlib.suppress(OSError, ValueError):
            _pipe(self._process.stdin).close()
        try:
            self._process.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()


@contextlib.contextmanager
def run_module(module: str, arguments: Sequence[str] = ()) -> Iterator[Child]:
    """``python -m module`` as a child for the length of a ``with`` block; it is stopped by closing its input."""
    # Complaints go into a file: nobody reads them while the child runs, and a full pipe would stop it.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for whoever has the terminal; the end of input tells the child
        )
        child = Child(process, complaints)
        try:
            yield child
        finally:
            child.stop()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "the lab is started with pipes"
    return pipe


def _pump(stdout: IO[str], lines: "queue.Queue[str]") -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stdout:
            lines.put(line)
    lines.put("")
