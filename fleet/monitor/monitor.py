"""The one door for events: secrets masked, written to the history, folded into State, told to whoever listens.

May import ``fleet.history``, ``fleet.model``, ``fleet.clock``, ``fleet.text`` and the modules of this room.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from fleet import __version__, clock
from fleet.history import History, HistoryError, Recorder, Retention, open_history, tend, without_secrets
from fleet.model.event import Event, HistoryFailed, MonitorStarted, MonitorStopped
from fleet.monitor.restore import Frozen, checkpoint, freeze
from fleet.monitor.state import State, Touched
from fleet.plain import UnknownEvent
from fleet.text import show

Listener = Callable[[Event | UnknownEvent, Touched], None]
CHECKPOINT_EVENTS = 250
"""Events after which a checkpoint is worth writing."""
TEND_SECONDS = 60.0
"""Between two rounds of housekeeping."""


class Monitor:
    """State, its history and its listeners.

    ``history`` None: nothing is written down, and ``trouble`` says why (State shows it).  ``through``: the number of
    the last event in the file that ``state`` contains.
    """

    def __init__(
        self,
        state: State,
        history: History | None,
        *,
        through: int = 0,
        trouble: str = "",
        retention: Retention = Retention(),  # noqa: B008 - frozen
        wall: clock.WallClock = clock.now,
    ) -> None:
        self.state = state
        self._history = history
        self._recorder = Recorder(history, clock=wall) if history else None
        self._retention = retention
        self._wall = wall
        self._listeners: list[Listener] = []
        self._through = through
        self._checkpointed = through
        self.faults = 0
        """Exceptions of listeners so far."""
        if history:
            history.tended_elsewhere()
        self.by = f"{socket.gethostname()} {os.getpid()}"
        self.publish(MonitorStarted(wall(), self.by, __version__))
        if trouble:
            self.publish(HistoryFailed(wall(), trouble))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each event, with what it touched; the result takes that back."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """It happened.  Never raises for reasons of the history or of a listener."""
        event = without_secrets(event)
        told = self._recorder.record(event) if self._recorder else None
        if self._recorder and not self._recorder.troubled:
            self._follow_written(self._recorder)
        self._fold(event)
        if told is not None:
            self.publish(told)

    def take_foreign(self) -> None:
        """Fold what commands that ran beside us have written into the history; write what had to wait for them."""
        if self._recorder is None:
            return
        if self._recorder.troubled and (resumed := self._recorder.try_again()) is not None:
            self._follow_written(self._recorder)
            self.publish(resumed)
        if not self._recorder.troubled:
            self._take_foreign(before=None)

    def _follow_written(self, recorder: Recorder) -> None:
        self._take_foreign(before=recorder.written.start)
        self._through = recorder.written.stop - 1

    def _take_foreign(self, before: int | None) -> None:
        # The file's order is the order of State, ours and foreign ones alike.
        if self._history is None or before == self._through + 1:
            return
        try:
            while batch := self._history.after(self._through):
                for stored in batch:
                    if before is not None and stored.number >= before:
                        return
                    self._through = stored.number
                    self._fold(stored.event)
        except HistoryError:
            return  # the next event that is written finds the same trouble, and says it

    def _fold(self, event: Event | UnknownEvent) -> None:
        touched = self.state.apply(event)
        for listener in tuple(self._listeners):
            try:
                listener(event, touched)
            except Exception:  # one listener's fault is not the others'
                self.faults += 1

    async def keep_house(self, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled: checkpoints, retention, the log folded into the file, all off the loop."""
        while True:
            await sleep(TEND_SECONDS)
            await self.tend()

    async def tend(self) -> None:
        """One round of housekeeping."""
        if self._history is None or self._recorder is None:
            return
        if not self._history.in_place():  # a new file would be made there, and nobody writes to it
            self._say_it_is_gone(self._history.path)
            return
        self.take_foreign()
        frozen = None
        # In trouble, too: of a full disk, folding the log is what helps.
        if not self._recorder.troubled and self._through - self._checkpointed >= CHECKPOINT_EVENTS:
            frozen, self._checkpointed = freeze(self.state), self._through
        path, through, now = self._history.path, self._through, self._wall()
        try:
            await asyncio.to_thread(_tend, path, frozen, through, self._retention, now)
        except HistoryError:
            return  # housekeeping waits; events that cannot be written are told when they come

    def _say_it_is_gone(self, path: Path) -> None:
        sentence = (
            f"the history {show(str(path), 200)} was moved or deleted while it was written: "
            "what the monitor sees is not kept there until the monitor is started again"
        )
        if self.state.history_trouble != sentence:
            self.publish(HistoryFailed(self._wall(), sentence))

    def close(self) -> None:
        """Say goodbye and close the file."""
        self.publish(MonitorStopped(self._wall(), self.by))
        if self._recorder:
            self._recorder.close()


def _tend(path: Path, frozen: Frozen | None, through: int, retention: Retention, now: datetime) -> None:
    if frozen is not None:
        with open_history(path, leased=False) as history:
            history.save_checkpoint(through, checkpoint(frozen))
    tend(path, retention, now)
