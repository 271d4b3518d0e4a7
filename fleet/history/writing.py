"""Writing events, one commit each.

May import ``fleet.plain``, ``fleet.model``, ``fleet.clock`` and the modules of this room.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from fleet.clock import WallClock, now
from fleet.history.database import HistoryError, Notice, Trouble, connect, set_aside, told
from fleet.history.packing import pack_event, pack_large, subject_bytes
from fleet.history.reading import HistoryReader
from fleet.history.secrets import without_secrets
from fleet.model.event import CheckFinished, Event, StepSeen
from fleet.plain import Json

_INSERT = "INSERT INTO events (at, name, subject, data) VALUES (?, ?, ?, ?)"
_POINT = """INSERT INTO current (name, subject, event) VALUES (?, ?, ?)
ON CONFLICT (name, subject) DO UPDATE SET event = excluded.event"""
_FORGET_STEPS = """DELETE FROM events WHERE name = 'StepSeen' AND subject = :subject AND id > coalesce(
  (SELECT event FROM current WHERE name = 'CheckStarted' AND subject = :subject), 0)"""
_KEPT_CHECKPOINTS = 2
_BUSY_SECONDS_OF_A_LOOP = 0.04
"""A monitor shows a screen meanwhile: it would rather write later (``Recorder``) than wait for another program."""
_BUSY_SECONDS_OF_A_COMMAND = 5.0
_LOG_OCTETS = 16 * 1024 * 1024
"""What the write-ahead log keeps of the disk when it begins anew."""


class History(HistoryReader):
    """A history that is written: an open file.  All its methods block for well under a millisecond, save ``close``."""

    def __init__(self, path: Path, connection: sqlite3.Connection, notice: Notice | None = None) -> None:
        super().__init__(path, connection)
        self.notice = notice
        self._file = _identity(path)

    def in_place(self) -> bool:
        """Whether ``path`` still names the file that is written; else nobody will find what is written from now on."""
        return self._file is not None and _identity(self.path) == self._file

    def append(self, *events: Event) -> int:
        """Write ``events`` in one commit, in order; the number of the last.  HistoryError, and nothing is written.

        The steps of a check go when it ends with a verdict, which contains them; one that came to nothing keeps them,
        for every question that was asked is to be found.
        """
        number = 0
        events = tuple(without_secrets(event) for event in events)
        rows = [
            (event.at.timestamp(), type(event).__name__, subject_bytes(event.subject), pack_event(event))
            for event in events
        ]
        with self._transaction():
            for event, row in zip(events, rows, strict=True):
                number = self._connection.execute(_INSERT, row).lastrowid or 0
                if not isinstance(event, StepSeen):
                    self._connection.execute(_POINT, (row[1], row[2], number))
                if isinstance(event, CheckFinished):
                    self._connection.execute(_FORGET_STEPS, {"subject": row[2]})
        return number

    def save_checkpoint(self, through: int, data: Mapping[str, Json]) -> None:
        """Write what the events up to number ``through`` come to; older checkpoints but one go."""
        row = pack_large(data)
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?)", (through, row))
            self._connection.execute(
                "DELETE FROM checkpoints WHERE through NOT IN "
                "(SELECT through FROM checkpoints ORDER BY through DESC LIMIT ?)",
                (_KEPT_CHECKPOINTS,),
            )

    def tended_elsewhere(self) -> None:
        """From now on somebody else (``tend``) folds the write-ahead log into the file: no commit here waits for it."""
        with told(self.path):
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            self._connection.execute(f"PRAGMA journal_size_limit = {_LOG_OCTETS}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with told(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back already
                    self._connection.execute("ROLLBACK")
                raise


def _identity(path: Path) -> tuple[int, int] | None:
    """The file that ``path`` names."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_history(path: Path, *, leased: bool, clock: WallClock = now) -> History:
    """The history at ``path``, a new one where there is none; HistoryError where it cannot be used.

    ``leased``: the caller holds the lease.  Only then is a damaged or newer file set aside (``History.notice`` says
    so): a command that runs once must not take the file from under a monitor.
    """
    busy_seconds = _BUSY_SECONDS_OF_A_LOOP if leased else _BUSY_SECONDS_OF_A_COMMAND
    try:
        return History(path, connect(path, busy_seconds=busy_seconds))
    except HistoryError as error:
        if not leased or error.trouble not in (Trouble.CORRUPT, Trouble.NEWER):
            raise
        notice = set_aside(error, clock=clock)
    return History(path, connect(path, busy_seconds=busy_seconds), notice)
