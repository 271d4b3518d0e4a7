"""What is kept and for how long, and the housekeeping that a history needs beside its events.

Deleted is only what a later event of the same type about the same subject has replaced, both of them older than the
limit and both part of a checkpoint.  So the last known value of everything stays, and what is left still folds to
the right values at every moment within the limit.

A day without a single event is no day that passed: it does not count.  So a clock that jumps months ahead, or a
monitor that was off for so long, makes nothing old at once.

Everything here blocks: ``tend`` belongs in a thread.  It works in slices of a few milliseconds, because a commit of the
monitor waits for it.

May import ``fleet.clock`` and the modules of this room.
"""

import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fleet.history.database import connect, told

_DAY = 86_400.0
_SLICE = 250
"""Events looked at in one transaction."""
_PAGES = 64
"""Free pages given back to the file system in one step."""
_FOLDS = 30
"""Attempts to fold all of the write-ahead log while events are written."""
_FOLD_SECONDS = 0.02
"""What a monitor may be kept waiting for the last of them: less than it is ready to wait."""
_REPLACED = """DELETE FROM events WHERE id > :low AND id <= :high AND EXISTS (
  SELECT 1 FROM events AS later WHERE later.name = events.name AND later.subject = events.subject
  AND later.id > events.id AND later.id <= :limit)"""


@dataclass(frozen=True, slots=True)
class Retention:
    """How much is kept: events of the last ``days`` on which any came, and of those at most the last ``events``."""

    days: float = 30
    events: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Tended:
    """What a round of housekeeping did."""

    deleted: int
    seconds: float


def tend(path: Path, retention: Retention, now: datetime, *, pause: float = 0.01) -> Tended:
    """Delete what is too old, give space back, fold the write-ahead log into the file.  HistoryError where it cannot.

    ``pause``: seconds between two slices in which others may write.
    """
    started = time.monotonic()
    connection = connect(path, busy_seconds=5.0)
    try:
        with told(path):
            deleted = _delete(connection, _limit(connection, retention, now), pause)
            while deleted and connection.execute("PRAGMA freelist_count").fetchone()[0] > _PAGES:
                # Not ``execute``: it takes one step of this statement, which is one page.
                connection.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
                time.sleep(pause)
            _fold(connection)
    finally:
        connection.close()
    return Tended(deleted, time.monotonic() - started)


def _fold(connection: sqlite3.Connection) -> None:
    """Fold all of the write-ahead log into the file, for only then does the next event begin it anew.

    What is written meanwhile is left over, and where events never cease the log would grow for ever.  So it is tried
    again, each time with less to do, until nothing came since the last try; at last with events kept waiting.
    """
    before = -1
    for _ in range(_FOLDS):
        elsewhere, frames, folded = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if elsewhere or (before >= frames == folded):
            return
        before = frames
    connection.execute(f"PRAGMA busy_timeout = {int(_FOLD_SECONDS * 1000)}")
    connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()


def _limit(connection: sqlite3.Connection, retention: Retention, now: datetime) -> int:
    """The number of the last event that may be deleted."""
    oldest = _oldest(connection, retention.days, now.timestamp())
    (by_age,) = connection.execute(
        "SELECT coalesce((SELECT id FROM events WHERE at < ? ORDER BY at DESC LIMIT 1), 0)", (oldest,)
    ).fetchone()
    (by_count,) = connection.execute(
        "SELECT coalesce((SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?), 0)", (retention.events,)
    ).fetchone()
    (checkpointed,) = connection.execute("SELECT coalesce(min(through), 0) FROM checkpoints").fetchone()
    return int(min(max(by_age, by_count), checkpointed))


def _oldest(connection: sqlite3.Connection, days: float, now: float) -> float:
    """When the last ``days`` with events in them began, going back from ``now``."""
    edge = now
    while days > 0:
        (last,) = connection.execute("SELECT max(at) FROM events WHERE at <= ?", (edge,)).fetchone()
        if last is None:
            return float("-inf")
        step = min(days, 1.0)
        days -= step
        edge = (edge if edge - last <= step * _DAY else last) - step * _DAY
    return edge


def _delete(connection: sqlite3.Connection, limit: int, pause: float) -> int:
    deleted = 0
    low = connection.execute("SELECT coalesce(min(id), 1) FROM events").fetchone()[0] - 1
    while low < limit:
        # The next slice of events there are, however wide the gaps that earlier rounds have left.
        row = connection.execute(
            "SELECT max(id) FROM (SELECT id FROM events WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)",
            (low, limit, _SLICE),
        ).fetchone()
        high = row[0] if row[0] is not None else limit
        deleted += connection.execute(_REPLACED, {"low": low, "high": high, "limit": limit}).rowcount
        low = high
        time.sleep(pause)
    return deleted
