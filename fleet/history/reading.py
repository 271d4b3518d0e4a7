"""Questions to a history.  Every one goes by an index and gives at most as many rows as asked for.

May import ``fleet.plain``, ``fleet.model`` and the modules of this room.
"""

import contextlib
import gc
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fleet.history.database import connect_to_read, told
from fleet.history.packing import subject_bytes, unpack, unpack_event
from fleet.model.event import Event
from fleet.plain import Json, UnknownEvent


@dataclass(frozen=True, slots=True)
class Stored:
    """An event and its number: later events have greater ones."""

    number: int
    event: Event | UnknownEvent


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the events up to number ``through`` come to."""

    through: int
    data: Json


class HistoryReader:
    """An open history.  Its methods raise HistoryError, and only that, where the file lets them down."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> "HistoryReader":
        """The history at ``path``, read-only."""
        return HistoryReader(path, connect_to_read(path))

    def last_number(self) -> int:
        """The number of the last event; 0 where there is none."""
        return self._one("SELECT coalesce(max(id), 0) FROM events")

    def count(self) -> int:
        """How many events there are."""
        return self._one("SELECT count(*) FROM events")

    def changes(self) -> int:
        """A number that is another one after another connection has committed."""
        return self._one("PRAGMA data_version")

    def checkpoints(self) -> Iterator[Checkpoint]:
        """Newest first; one that cannot be read is passed over."""
        for through, row in self._rows("SELECT through, data FROM checkpoints ORDER BY through DESC"):
            try:
                yield Checkpoint(through, unpack(row))
            except (ValueError, RecursionError):
                continue

    def after(self, number: int, limit: int = 100) -> list[Stored]:
        """The first ``limit`` events after ``number``, in order."""
        with _no_search_for_cycles():
            return list(self._events("SELECT id, data FROM events WHERE id > ? ORDER BY id LIMIT ?", (number, limit)))

    def before(self, number: int, limit: int) -> list[Stored]:
        """The last ``limit`` events before ``number``, newest first."""
        query = "SELECT id, data FROM events WHERE id < ? ORDER BY id DESC LIMIT ?"
        with _no_search_for_cycles():
            return list(self._events(query, (number, limit)))

    def latest(
        self, names: Sequence[str], *, subject: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[Stored]:
        """The last ``limit`` events of these types, newest first; of one subject, before a number, where asked."""
        numbers: list[int] = []
        for name in names:
            condition = "name = ?"
            values: list[object] = [name]
            if subject is not None:
                condition, values = f"{condition} AND subject = ?", [name, subject_bytes(subject)]
            query = f"SELECT id FROM events WHERE {condition} AND id < ? ORDER BY id DESC LIMIT ?"
            rows = self._rows(query, (*values, before if before is not None else _NO_END, limit))
            numbers += [number for number, *_ in rows]
        wanted = sorted(numbers, reverse=True)[:limit]  # the numbers first: only what is wanted is worth unpacking
        query = "SELECT id, data FROM events WHERE id = ?"
        with _no_search_for_cycles():
            return [stored for number in wanted for stored in self._events(query, (number,))]

    def number_at(self, at: datetime) -> int:
        """The number of the last event that had happened ``at`` a moment; 0 where none had."""
        query = "SELECT id FROM events WHERE at <= ? ORDER BY at DESC, id DESC LIMIT 1"
        return next((number for (number,) in self._rows(query, (at.timestamp(),))), 0)

    def as_of(self, name: str, number: int) -> Iterator[Stored]:
        """The last event of the type ``name`` about each subject up to event ``number``: what was known then."""
        query = """SELECT current.subject, event, data FROM current LEFT JOIN events ON id = event AND event <= ?
            WHERE current.name = ?"""
        for subject, last, row in self._rows(query, (number, name)):
            if row is not None:
                yield Stored(last, unpack_event(row))
            else:
                yield from self._last(name, subject, number)

    def copy_to(self, path: Path) -> None:
        """A copy in one file at rest, for ``replay`` elsewhere: a history that is written cannot simply be copied."""
        with told(path):
            self._connection.execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Close the file; never raises."""
        with contextlib.suppress(sqlite3.Error):  # what was committed is in the file or its log all the same
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _last(self, name: str, subject: bytes, number: int) -> Iterator[Stored]:
        query = "SELECT id, data FROM events WHERE name = ? AND subject = ? AND id <= ? ORDER BY id DESC LIMIT 1"
        return self._events(query, (name, subject, number))

    def _one(self, query: str) -> int:
        with told(self.path):
            return int(self._connection.execute(query).fetchone()[0])

    def _events(self, query: str, values: Sequence[object]) -> Iterator[Stored]:
        for number, row in self._rows(query, values):
            yield Stored(number, unpack_event(row))

    def _rows(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with told(self.path):
            yield from self._connection.execute(query, values)


_NO_END = 2**63 - 1


@contextlib.contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """While events are made: they hold none, and Python would go through all that is known of a large fleet to see it,
    which takes longer than many a question."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
