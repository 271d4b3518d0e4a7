"""Keys that are typed right after enter on the line at the bottom: they are for what the line leads to.

Between enter and the moment when what was written is done, the line still has the focus.  Keys of that moment would be
written on it, or lost with it.  So they wait, in order, until it is done; never longer than ``LONGEST`` seconds, and up
to the next enter on a line, which makes those behind it wait again.

May import ``textual`` and the modules beside.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.timer import Timer

LONGEST = 0.5
"""Seconds that a key waits at most: whatever went wrong with the line, the keyboard works again."""


class TypedAhead:
    """The keys that wait for a line of ``app``; ``send`` treats one as if it had come just now."""

    def __init__(self, app: App[Any], send: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._send = send
        self._waiting: list[events.Event] = []
        self._guard: Timer | None = None

    def takes(self, event: events.Event) -> bool:
        """Whether ``event`` is a key, or a paste, that has to wait; then it is kept."""
        waits = self._guard is not None and isinstance(event, events.Key | events.Paste)
        if waits:
            self._waiting.append(event)
        return waits

    def begin(self) -> None:
        """Enter was pressed on a line: what is typed from now on waits."""
        if self._guard is None:
            self._guard = self._app.set_timer(LONGEST, self.release)

    async def release(self) -> None:
        """What was written is done: the keys go their way."""
        if self._guard is not None:
            self._guard.stop()
            self._guard = None
        waited, self._waiting = self._waiting, []
        for event in waited:
            await self._send(event)
