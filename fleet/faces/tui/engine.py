"""What the dashboard asks of whoever runs polls and checks.

The dashboard neither polls nor checks.  It asks for deeds, is told *that* something changed (never what: it then asks
for the rows it shows), and shows what the views made of State.  A replay or a follower of another process is an engine
too; it refuses deeds with a sentence.

May import ``fleet.views``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from fleet.faces.tui.actions import Kind
from fleet.views import Filter, Mark, Panel, Table
from fleet.views.board import Document


class Deed(StrEnum):
    """What may be asked for."""

    CHECK = "check"
    POLL = "poll"
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    """``argument``: until when (``7d``, a date); ``reason`` in the second."""
    SILENCE = "silence"
    """With the arguments of ``ACKNOWLEDGE``."""
    VALIDATE = "validate"
    WHAT_IF = "what-if"
    """``arguments``: the setting to suppose, as ``--set`` takes it."""
    OPEN = "open"
    DIFFERENCES = "differences"
    EXCERPT = "excerpt"
    EVIDENCE = "evidence"
    COMMAND = "command"
    """The command that reproduces what is shown."""
    FASTER = "faster"
    SLOWER = "slower"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True)
class Request:
    """A deed, for these objects of a view."""

    deed: Deed
    view: str
    targets: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: a safe sentence, and lines to read where it asked for a text."""

    sentence: str
    mark: Mark = Mark.OK
    lines: tuple[str, ...] = ()
    document: Document | None = None
    """A longer answer, with sections and marks; shown instead of ``lines``."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, for an editor."""

    path: Path
    line: int


class Engine(Protocol):
    """Whoever runs polls and checks, keeps State and makes views of it."""

    @property
    def name(self) -> str:
        """The name of the fleet (safe text), with what kind of picture it is: live, replay, follower."""

    @property
    def problem(self) -> str:
        """What is wrong with the program itself (a safe sentence), not with the fleet; empty where nothing is."""

    def table(self, view: str) -> Table:
        """The rows of a view.  A row that did not change is the same object as before."""

    def look_back(self, wanted: Filter, problems_only: bool, deeper: bool = False) -> None:
        """The events are looked at: have those that pass ready, from the history too; ``deeper``: more of them."""

    def panel(self, key: str) -> Panel | None:
        """The panel of a destination."""

    def document(self, view: str, key: str) -> Document | None:
        """All that is known of one object of a view; None where there is no such object."""

    def names(self, kind: Kind) -> Sequence[str]:
        """What there is of a kind, for completion and the palette."""

    def news(self) -> Sequence[Reply]:
        """What alerts told since this was last asked, as safe sentences, the oldest first."""

    def running(self) -> int:
        """How many polls and checks run now."""

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have ``changed`` called, on the loop, after each change; the answer ends that."""

    async def submit(self, request: Request) -> Reply:
        """Start what is asked for; answers when it has started, or when the text asked for is there."""

    def place(self, view: str, key: str) -> Place | None:
        """Where the profile declares an object."""

    def summary(self) -> Sequence[str]:
        """The state of the fleet in a few lines, for the shell."""
