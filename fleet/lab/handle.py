"""Start the lab as a child process and hold on to it, with the standard library alone, so that importing is cheap.

It exists for tests, demos and commands that need an Internet for a while.  May import the standard library and
``fleet.errors``.
"""

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fleet.errors import FleetError, UsageError

READY_SECONDS = 60.0
ACKNOWLEDGE_SECONDS = 20.0
EXIT_SECONDS = 10.0


class LabError(FleetError):
    """The lab did not start, or died; the message says what it last said on stderr."""


@dataclass(frozen=True, slots=True)
class LabDestination:
    """One mail domain of the lab: its story, expected outcomes (policy -> mode -> outcome), its hosts' addresses."""

    name: str
    summary: str
    expect: Mapping[str, Mapping[str, str]]
    addresses: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class LabHandle:
    """A running lab: the files it wrote, and its ``resolvers``, kind -> virtual address (port 53)."""

    network: Path
    trust_anchor: Path
    roots: Path
    destination_list: Path
    resolvers: Mapping[str, str]
    references: Mapping[str, tuple[str, ...]]
    destinations: tuple[LabDestination, ...]
    _process: subprocess.Popen[str] = field(repr=False)
    _lines: "queue.Queue[str]" = field(repr=False)
    _complaints: IO[str] = field(repr=False)

    @property
    def pid(self) -> int:
        """Process id of the lab."""
        return self._process.pid

    def destination(self, name: str) -> LabDestination:
        """The destination called ``name``; raises KeyError."""
        for found in self.destinations:
            if found.name == name:
                return found
        raise KeyError(name)

    def fault(self, **order: object) -> None:
        """Order a fault and wait until it is in force, as in ``fault(fault="drop", resolver="192.0.2.53")``.

        The faults are ``delay``, ``drop`` and ``servfail`` of a ``resolver``, ``smtp`` of an ``address`` with a
        ``kind`` (``timeout``, ``reset``, ``drip``, ``none``), and ``clear``.  Raises UsageError if the lab does not
        know the order, LabError if it is gone.
        """
        try:
            _pipe(self._process.stdin).write(json.dumps(order) + "\n")
            _pipe(self._process.stdin).flush()
        except (OSError, ValueError) as error:
            raise LabError("the lab is gone") from error
        answer = _next_line(self._lines, self._complaints, ACKNOWLEDGE_SECONDS)
        if not answer.get("ok"):
            raise UsageError(str(answer.get("error", "the lab refused the order")))

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the lab ends by itself and return its exit code; raises ``subprocess.TimeoutExpired``."""
        return self._process.wait(timeout)

    def close(self) -> None:
        """Stop the lab and wait for it; harmless when it is already gone."""
        _stop(self._process)


@contextlib.contextmanager
def spawn(directory: str | Path | None = None) -> Iterator[LabHandle]:
    """Run a lab in a child process for the length of a ``with`` block; it is stopped by closing its standard input.

    ``directory`` is where its files go (made if missing); None: a temporary one that goes with the lab.  Raises
    LabError if it is not ready within a minute.
    """
    command = [sys.executable, "-m", "fleet.lab", *(["--directory", str(directory)] if directory else [])]
    # Complaints go into a file: nobody reads them while the lab runs, and a full pipe would stop it.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True, encoding="utf-8"
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pump, args=(_pipe(process.stdout), lines), daemon=True).start()
        try:
            yield _handle(_next_line(lines, complaints, READY_SECONDS), process, lines, complaints)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError, ValueError):
        _pipe(process.stdin).close()
    try:
        process.wait(EXIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _pipe(process.stdout).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "the lab is started with pipes"
    return pipe


def _pump(stdout: IO[str], lines: "queue.Queue[str]") -> None:
    # A thread, because a pipe cannot be read with a deadline on every system.
    with contextlib.suppress(OSError, ValueError):
        for line in stdout:
            lines.put(line)
    lines.put("")


def _next_line(lines: "queue.Queue[str]", complaints: IO[str], seconds: float) -> dict[str, Any]:
    try:
        line = lines.get(timeout=seconds)
    except queue.Empty:
        raise LabError(f"the lab said nothing for {seconds:.0f} seconds") from None
    if not line:
        complaints.seek(0)
        last = complaints.read().strip().splitlines()[-1:]
        raise LabError(f"the lab ended: {last[0] if last else 'without a word'}")
    answer = json.loads(line)
    assert isinstance(answer, dict), "the lab speaks in JSON objects"
    return answer


def _handle(
    ready: dict[str, Any], process: subprocess.Popen[str], lines: "queue.Queue[str]", complaints: IO[str]
) -> LabHandle:
    return LabHandle(
        network=Path(ready["network"]),
        trust_anchor=Path(ready["trust_anchor"]),
        roots=Path(ready["roots"]),
        destination_list=Path(ready["destination_list"]),
        resolvers=ready["resolvers"],
        references={kind: tuple(names) for kind, names in ready["references"].items()},
        destinations=tuple(
            LabDestination(
                row["name"],
                row["summary"],
                row["expect"],
                {host: tuple(addresses) for host, addresses in row["addresses"].items()},
            )
            for row in ready["destinations"]
        ),
        _process=process,
        _lines=lines,
        _complaints=complaints,
    )
