"""Who schedules: one monitor per history, whoever holds the lock of the file beside it.

The kernel drops the lock when the process that holds it ends, however it ends, so a killed monitor never
blocks the next one.

May import ``fleet.errors``, ``fleet.text``, ``fleet.clock`` and the modules of this room.
"""

import contextlib
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from fleet.clock import WallClock, now
from fleet.history.database import told
from fleet.text import show

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True)
class LeaseHeld:
    """Another process schedules; ``sentence`` says which."""

    sentence: str


class Lease:
    """The right to schedule, until ``release`` or the end of the process."""

    def __init__(self, descriptor: int, holder: str, path: Path) -> None:
        self._descriptor: int | None = descriptor
        self._path = path
        self.holder = holder

    def release(self) -> None:
        """Let another process schedule."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def end(self) -> None:
        """``release``, and leave no file behind."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        self.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def take_lease(path: Path, *, clock: WallClock = now) -> Lease | LeaseHeld:
    """The lease of the history at ``path``, or who holds it; HistoryError where no lock can be made at all."""
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".lease")
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError:
            try:
                holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace") if hasattr(os, "pread") else ""
            finally:
                os.close(descriptor)
            return LeaseHeld(f"another monitor schedules ({show(holder) or 'it has not said which'}): this one follows")
        holder = f"{socket.gethostname()} {os.getpid()}"
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{holder} since {clock().isoformat(timespec='seconds')}".encode())
        return Lease(descriptor, holder, beside)
