"""The file itself: its tables, how it is opened, and in which words it fails.

May import ``fleet.errors``, ``fleet.text``, ``fleet.clock`` and the standard library.
"""

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from fleet.clock import WallClock, now
from fleet.errors import FleetError
from fleet.text import show

APPLICATION = 0x464C5431
"""Marks a file as ours (PRAGMA application_id)."""
VERSION = 1
"""Of the tables (PRAGMA user_version)."""

# A subject is bytes (``packing.subject_bytes``): not every text that comes from outside is one to SQLite.
# AUTOINCREMENT: the number of a deleted event is never given again, so whoever follows misses none.
TABLES = """
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, name TEXT NOT NULL, subject BLOB NOT NULL, data BLOB NOT NULL
);
CREATE INDEX events_by_subject ON events (name, subject, id);
CREATE INDEX events_by_time ON events (at);
CREATE TABLE current (
  name TEXT NOT NULL, subject BLOB NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (name, subject)
) WITHOUT ROWID;
CREATE TABLE checkpoints (through INTEGER PRIMARY KEY, data BLOB NOT NULL);
"""

BY_NAME = "CREATE INDEX IF NOT EXISTS events_by_name ON events (name)"
"""For the last events of a type, whatever they are about.  Histories of the same version may be older than it."""


class Trouble(StrEnum):
    """Why a history cannot be used."""

    CORRUPT = "corrupt"
    NEWER = "newer"
    READ_ONLY = "read-only"
    FULL = "full"
    BUSY = "busy"
    UNUSABLE = "unusable"


_SENTENCES = {
    Trouble.CORRUPT: "the history {path} is damaged",
    Trouble.NEWER: "the history {path} was written by a newer version of this program",
    Trouble.READ_ONLY: "the history {path} cannot be written: the file or its folder is read-only",
    Trouble.FULL: "the history {path} cannot be written: the disk is full",
    Trouble.BUSY: "the history {path} is in use by another program",
    Trouble.UNUSABLE: "the history {path} cannot be used ({error})",
}
_CODES = {
    sqlite3.SQLITE_CORRUPT: Trouble.CORRUPT,
    sqlite3.SQLITE_NOTADB: Trouble.CORRUPT,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
}
_ERRORS = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
}


class HistoryError(FleetError):
    """The history cannot be used; the message is one sentence, ``trouble`` its kind."""

    def __init__(self, path: Path, trouble: Trouble, error: str = "") -> None:
        super().__init__(_SENTENCES[trouble].format(path=show(str(path), 200), error=show(error, 200)))
        self.path = path
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Notice:
    """What an operator must be told although the history can be used."""

    sentence: str


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system raise inside into HistoryError."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest is detail
        raise HistoryError(path, _CODES.get(code, Trouble.UNUSABLE), str(error)) from error
    except PermissionError as error:
        raise HistoryError(path, Trouble.READ_ONLY) from error
    except OSError as error:
        trouble = _ERRORS.get(error.errno or 0, Trouble.UNUSABLE)
        raise HistoryError(path, trouble, error.strerror or str(error)) from error


def connect(path: Path, *, busy_seconds: float = 0.25) -> sqlite3.Connection:
    """A connection that may write, its tables made if the file is new; HistoryError where that cannot be."""
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        try:
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                _make(connection)
            _examine(path, connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(BY_NAME)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_read(path: Path, *, busy_seconds: float = 0.25) -> sqlite3.Connection:
    """A connection that can only read, also where the folder cannot be written; HistoryError where that cannot be."""
    if not path.is_file():
        raise HistoryError(path, Trouble.UNUSABLE, "there is no such file")
    with told(path):
        try:
            connection = _open_to_read(path, "mode=ro", busy_seconds)
        except sqlite3.OperationalError:
            # A write-ahead log needs a file beside it.  Without leave to make it, only a file at rest can be read.
            connection = _open_to_read(path, "mode=ro&immutable=1", busy_seconds)
        try:
            _examine(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _open_to_read(path: Path, options: str, busy_seconds: float) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?{options}"
    connection = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:  # nobody was faster
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _examine(path: Path, connection: sqlite3.Connection) -> None:
    """HistoryError unless the file is ours, of a version we read, and has its tables."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise HistoryError(path, Trouble.CORRUPT)
    if version > VERSION:
        raise HistoryError(path, Trouble.NEWER)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"events", "current", "checkpoints"} <= tables:
        raise HistoryError(path, Trouble.CORRUPT)


def set_aside(error: HistoryError, *, clock: WallClock = now) -> Notice:
    """Renames a damaged or newer history, so that a new one can begin; says so.  Call it only while holding the lease.

    The files that belong to it move along: the last events may be in the write-ahead log only.
    """
    path = error.path
    stamp = clock().strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.stem}.{error.trouble}-{stamp}{path.suffix}")
    with told(path):
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return Notice(f"{error}: it was set aside as {show(aside.name, 200)}, and a new one begins")
