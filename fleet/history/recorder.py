"""A history that never lets its monitor down: what cannot be written waits, and the trouble is an event.

May import ``fleet.model``, ``fleet.clock`` and the modules of this room.
"""

import contextlib
from collections import deque

from fleet.clock import WallClock, now
from fleet.history.database import HistoryError, Trouble
from fleet.history.writing import History
from fleet.model.event import Event, HistoryFailed, HistoryResumed

BACKLOG = 10_000
"""Events that wait at most; then the oldest are lost, and counted."""
RETRY_SECONDS = 10.0
"""Between two attempts to write what waits; one second where another program only was in the way."""
_HOPELESS = (Trouble.CORRUPT, Trouble.NEWER)


class Recorder:
    """Writes events to a ``History``; never raises.

    ``record`` gives the event that says the trouble began or is over; whoever asked tells it to State and records it
    like any other.
    """

    def __init__(self, history: History, *, clock: WallClock = now) -> None:
        self._history = history
        self._clock = clock
        self._waiting: deque[Event] = deque()
        self._lost = 0
        self._retry_at = 0.0
        self._trouble: Trouble | None = None
        self.written = range(history.last_number(), history.last_number() + 1)
        """The numbers of the events that were written last."""

    @property
    def troubled(self) -> bool:
        """Whether events wait instead of being written."""
        return self._trouble is not None

    def record(self, event: Event) -> HistoryFailed | HistoryResumed | None:
        """Write ``event`` now, or as soon as that is possible again."""
        if self._trouble is not None:
            self._wait(event)
            return self.try_again()
        try:
            self._append(event)
        except HistoryError as error:
            self._wait(event)
            return self._in_trouble(error)
        return None

    def close(self) -> None:
        """One last attempt to write what waits, then close the file."""
        if self._waiting and self._trouble not in _HOPELESS:
            with contextlib.suppress(HistoryError):  # the trouble was told when it began
                self._history.append(*self._waiting)
        self._history.close()

    def try_again(self) -> HistoryResumed | None:
        """Write what waits, if there is any and its time has come: also where no event follows for long."""
        if not self._waiting or self._trouble in _HOPELESS:
            return None
        if 0 < self._retry_at - self._clock().timestamp() <= RETRY_SECONDS:
            return None  # longer than it was to wait: the clock was set back
        self._retry_later()
        try:
            self._append(*self._waiting)
        except HistoryError as error:
            self._trouble = error.trouble
            return None
        resumed = HistoryResumed(self._clock(), self._lost)
        self._waiting.clear()
        self._trouble, self._lost = None, 0
        return resumed

    def _append(self, *events: Event) -> None:
        last = self._history.append(*events)
        self.written = range(last - len(events) + 1, last + 1)

    def _in_trouble(self, error: HistoryError) -> HistoryFailed:
        self._trouble = error.trouble
        self._retry_later()
        return HistoryFailed(self._clock(), f"{error}; the monitor goes on, what it sees is not kept")

    def _retry_later(self) -> None:
        self._retry_at = self._clock().timestamp() + (1.0 if self._trouble is Trouble.BUSY else RETRY_SECONDS)

    def _wait(self, event: Event) -> None:
        if self._trouble in _HOPELESS:
            return
        if len(self._waiting) >= BACKLOG:
            self._waiting.popleft()
            self._lost += 1
        self._waiting.append(event)
