"""A network namespace of its own: loopback only, ports 25 and 53, its own resolv.conf, all stopped by pid.

``ip netns exec`` replaces itself with the command, so the pid we hold is the daemon's.  The name carries our pid, so
two runs never meet.  Imports the standard library only.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType


class Namespace:
    """A namespace named ``name`` whose libc asks ``resolver``; a context manager that leaves nothing behind.

    ``files`` replace files of /etc inside.
    """

    def __init__(self, name: str, resolver: str, files: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._files = files or {}
        self._resolver = resolver
        self._etc = Path("/etc/netns") / name
        self._daemons: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Namespace":
        subprocess.run(["ip", "netns", "add", self.name], check=True, capture_output=True)
        try:
            self.run(["ip", "link", "set", "lo", "up"])
            self._etc.mkdir(parents=True)
            (self._etc / "resolv.conf").write_text(f"nameserver {self._resolver}\noptions edns0 trust-ad timeout:5\n")
            for file, text in self._files.items():
                (self._etc / file).write_text(text)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def inside(self, command: Sequence[str]) -> list[str]:
        """The command line that runs ``command`` inside."""
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, command: Sequence[str], *, text: str = "", timeout: float = 120, **environment: str) -> str:
        """Run to the end inside and return stdout; raises CalledProcessError with stderr in its notes."""
        done = subprocess.run(
            self.inside(command),
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, **environment},
            check=False,
        )
        if done.returncode:
            error = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
            error.add_note(done.stderr)
            raise error
        return done.stdout

    def start(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a daemon inside, in the foreground of a session of its own (Postfix signals its process group)."""
        with log.open("ab") as sink:
            daemon = subprocess.Popen(
                self.inside(command), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
            )
        self._daemons.append(daemon)
        return daemon

    def wait_for_ports(self, sockets: Sequence[tuple[str, int]], seconds: float = 20) -> None:
        """Return once every (address, TCP port) accepts; raises TimeoutError naming those that do not."""
        deadline = time.monotonic() + seconds
        while missing := [wanted for wanted in sockets if wanted not in self._listening()]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on {missing}")
            time.sleep(0.05)

    def _listening(self) -> set[tuple[str, int]]:
        rows = (line.split() for line in self.run(["ss", "-Htln"]).splitlines())
        ends = (row[3].rpartition(":") for row in rows)
        return {(address, int(port)) for address, _, port in ends}

    def close(self) -> None:
        """Stop what was started, last first, then whatever it left inside, then the namespace."""
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in reversed(self._daemons):
            try:
                daemon.wait(timeout=10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        left = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False)
        for pid in left.stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        subprocess.run(["ip", "netns", "delete", self.name], capture_output=True, check=False)
        shutil.rmtree(self._etc, ignore_errors=True)
