"""A poll of an appliance whose far end is a function from what was sent to what comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fleet.clock import now
from fleet.errors import Failure
from fleet.model.observation import Observation
from fleet.nodes import Limits
from fleet.nodes.asyncos.poll import poll_appliance
from fleet.nodes.asyncos.session import Session
from fleet.nodes.commands import Line
from fleet.nodes.gathering import Gathering
from fleet.nodes.settling import settled

FAST = Limits(quiet=0.01, settle=0.001, greeting=0.001, command=2.0, errand=0.2, pages=20)


HANGS_UP = "\x04"
"""At the end of what comes: the far end ends the session."""


class Scripted:
    """A terminal whose far end is a function from what was sent to what comes."""

    def __init__(self, answer: Callable[[str], str], greeting: str) -> None:
        self._answer = answer
        self._coming = [greeting.encode("utf-8", "replace")]
        self.sent: list[str] = []

    async def read(self) -> bytes:
        if not self._coming:
            await asyncio.Event().wait()
        return self._coming.pop(0)

    def write(self, line: Line) -> None:
        assert isinstance(line, Line)
        self.sent.append(line.text)
        answer, end, _ = self._answer(line.text).partition(HANGS_UP)
        if answer:
            self._coming.append(answer.encode("utf-8", "replace"))
        if end:
            self._coming.append(b"")


@dataclass(frozen=True)
class FarEnd:
    """What was sent, and what the poll made of what came."""

    sent: list[str]
    observation: Observation

    @property
    def failure(self) -> Failure | None:
        return self.observation.failure


def converse(answer: Callable[[str], str], greeting: str, *, document: bool = True) -> FarEnd:
    """Poll that far end once."""
    terminal = Scripted(answer, greeting)
    gathering = Gathering("gw1", now, list)

    async def run() -> Observation:
        asking = poll_appliance(Session(terminal, "gw1", FAST), gathering, document=document)
        return await settled(gathering, "gw1", asking, 20)

    return FarEnd(terminal.sent, asyncio.run(run()))
