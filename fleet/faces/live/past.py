"""Events read back from the history, for whoever looks at them: newest first, filtered, as far back as was asked for.

A month of events fits on no screen and in no memory.  So a look holds a page of rows that pass its filter, and goes on
reading backwards until the page is full or the history ends; the last line asked for, another page.  Meanwhile it takes
in what happens now.  All of it in slices between two turns of the loop, and only while somebody looks.

May import ``fleet.history``, ``fleet.views``, ``fleet.clock`` and the modules beside.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from fleet.clock import WallClock, monotonic
from fleet.history import HistoryError, HistoryReader, Stored
from fleet.model.event import CheckFinished, CheckStarted, StepSeen
from fleet.plain import UnknownEvent
from fleet.views import Filter
from fleet.views.board import EVENT_FIELDS, Past, moment, rows_of
from fleet.views.filtering import NO_FILTER
from fleet.views.rows import Row

PAGE = 1_000
"""Rows that one more page holds at least."""
MOST = 10_000
"""Rows held at most; a filter leads further back."""
_SLICE = 8
"""Events read in one turn of the loop: a check's may cost a millisecond each."""
_REST = 0.25
_PATIENCE = 5.0
"""Seconds after which nobody looks any more."""


@dataclass(slots=True)
class _Held:
    """One event that is listed."""

    number: int
    name: str
    subject: str
    rows: tuple[Row, ...]


class Look:
    """One look into the history at ``path``; ``end``: the number after which nothing has happened yet (a replay).

    ``changed`` is called when there is more to see.
    """

    def __init__(
        self,
        path: Path,
        wall: WallClock,
        changed: Callable[[], None],
        end: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._path, self._wall, self._changed, self._end = path, wall, changed, end
        self._filter, self._problems = NO_FILTER, False
        self._asked_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._begin()
        self._begun = False

    def _begin(self) -> None:
        """Nothing is read yet."""
        self._held: deque[_Held] = deque()
        self._count = 0
        self._limit = PAGE
        self._low = self._high = 0
        self._back_to: datetime | None = None
        self._whole = False
        self._day: date = self._wall().date()
        self._past: Past | None = None
        self._begun = False

    # For who looks

    def ask(self, filter_: Filter, problems_only: bool, deeper: bool = False) -> None:
        """Somebody looks, for rows that pass; ``deeper``: for another page of them."""
        self._asked_at = monotonic()
        if (filter_, problems_only) != (self._filter, self._problems):
            self._filter, self._problems = filter_, problems_only
            self._begin()
        if deeper and self._count >= self._limit:
            self._limit, self._past = min(MOST, self._limit + PAGE), None
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._work())

    @property
    def past(self) -> Past | None:
        """What was found so far; None before anything was, or where the history lets us down."""
        if not self._begun:
            return None
        if self._past is None:
            rows = tuple(row for held in self._held for row in held.rows)
            self._past = Past(rows, self._note(), self._searches)
        return self._past

    @property
    def _searches(self) -> bool:
        return not self._whole and self._count < self._limit

    def _note(self) -> str:
        if self._whole:
            return "all of the history"
        back = f"back to {moment(self._back_to, self._day)}" if self._back_to is not None else "from now"
        if self._searches:
            return f"{back}, looking further"
        return f"{back}; {'the last line leads further' if self._limit < MOST else 'a filter leads further'}"

    # The work

    async def _work(self) -> None:
        try:
            with HistoryReader.open(self._path) as reader:
                while monotonic() < self._asked_at + _PATIENCE:
                    if self._day != self._wall().date():
                        self._begin()
                    if not self._begun:
                        self._low = self._high = self._last(reader) + 1
                        self._begun = True
                    if self._newer(reader) | (self._searches and self._older(reader)):
                        self._past = None
                        self._changed()
                        await asyncio.sleep(0)
                    else:
                        await asyncio.sleep(_REST)
        except HistoryError:  # who writes it says so; what is in memory is shown, and the next look tries again
            self._begin()
            self._changed()

    def _last(self, reader: HistoryReader) -> int:
        end = self._end()
        return reader.last_number() if end is None else end

    def _newer(self, reader: HistoryReader) -> bool:
        end = self._end()
        found = [one for one in reader.after(self._high - 1, _SLICE) if end is None or one.number <= end]
        for stored in found:
            self._high = stored.number + 1
            held = self._rows(stored)
            if isinstance(stored.event, CheckFinished):
                self._forget_steps(stored.event.subject)  # the verdict has them
            if held is not None:
                self._held.appendleft(held)
                self._count += len(held.rows)
        while self._held and self._count - len(self._held[-1].rows) >= self._limit:
            dropped = self._held.pop()
            self._count -= len(dropped.rows)
            self._low, self._whole = dropped.number + 1, False
        return bool(found)

    def _older(self, reader: HistoryReader) -> bool:
        found = reader.before(self._low, _SLICE)
        for stored in found:
            self._low, self._back_to = stored.number, stored.event.at
            held = self._rows(stored)
            if held is not None:
                self._held.append(held)
                self._count += len(held.rows)
        self._whole = not found
        return True

    def _rows(self, stored: Stored) -> _Held | None:
        event = stored.event
        if isinstance(event, UnknownEvent):
            return None
        rows = [row for row in rows_of(stored.number, event, self._day) if row.problem or not self._problems]
        kept = tuple(self._filter.keep(rows, EVENT_FIELDS) if self._filter else rows)
        anchor = isinstance(event, CheckStarted)  # steps before it are of another check
        return _Held(stored.number, type(event).__name__, event.subject, kept) if kept or anchor else None

    def _forget_steps(self, subject: str) -> None:
        kept: deque[_Held] = deque()
        while self._held:
            held = self._held.popleft()
            if held.subject == subject and held.name == StepSeen.__name__:
                self._count -= len(held.rows)
                continue
            kept.append(held)
            if held.subject == subject and held.name == CheckStarted.__name__:
                break
        self._held.extendleft(reversed(kept))
