"""A session written down, masked, so that an operator can send in a format that nobody has seen, and played back.

A recording is JSON lines: a header, then turns.  An appliance's session is what was *sent* and *received* in turn; a
Unix gateway's is a command *sent*, what it *received* on stdout, *complained* on stderr and how it *ended*.  Secrets
are masked over whole answers, not over the pieces they happened to arrive in.  ``Replay`` and ``ReplayedCommands`` are
the far end of a recorded session: whoever walks it must send what was sent then.
May import ``fleet.clock``, ``fleet.errors`` and this package.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.clock import WallClock, now
from fleet.errors import FailureKind, UsageError
from fleet.nodes.commands import Line
from fleet.nodes.execute import Output, decode
from fleet.nodes.failures import failed
from fleet.nodes.masking import mask

FORMAT = "fleet-recording/1"
MAX_BYTES = 32 * 1024 * 1024

Recorder = Callable[[str, bytes], None]
"""Told everything that passes: a ``Turn`` and its bytes."""


class Turn(StrEnum):
    """What a turn of a recording holds."""

    SENT = "sent"
    RECEIVED = "received"
    COMPLAINED = "complained"
    """A command's stderr."""
    ENDED = "ended"
    """A command's exit status, or that the server said none."""


def note(record: Recorder, done: Output) -> None:
    """Record what a command that was sent gave."""
    record(Turn.RECEIVED, done.text.encode("utf-8", "surrogateescape"))
    record(Turn.COMPLAINED, done.complaint.encode("utf-8", "surrogateescape"))
    record(Turn.ENDED, b"no status" if done.status is None else str(done.status).encode())


class Recording:
    """A ``Recorder`` that keeps everything up to a limit; ``complete`` says whether that was all."""

    def __init__(self, clock: WallClock = now) -> None:
        self._turns: list[tuple[str, bytearray]] = []
        self._bytes = 0
        self._at = clock()
        self.complete = True

    def __bool__(self) -> bool:
        """Whether anything passed."""
        return bool(self._turns)

    def __call__(self, direction: str, data: bytes) -> None:
        """Note ``data``."""
        if not data:
            return
        self._bytes += len(data)
        if self._bytes > MAX_BYTES:
            self.complete = False
        elif self._turns and self._turns[-1][0] == direction:
            self._turns[-1][1].extend(data)
        else:
            self._turns.append((direction, bytearray(data)))

    def lines(self, platform: str, secrets: Iterable[str]) -> Iterator[str]:
        """The recording as JSON lines, masked; characters outside ASCII are escaped."""
        known = tuple(secrets)
        header = {"format": FORMAT, "platform": platform, "at": self._at.isoformat(), "complete": self.complete}
        yield json.dumps(header)
        for direction, data in self._turns:
            yield json.dumps({direction: mask(decode(bytes(data)), known)})


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording as it was read."""

    platform: str
    at: datetime
    turns: tuple[tuple[Turn, str], ...]


def read_recording(lines: Iterable[str]) -> Recorded:
    """Read what ``Recording.lines`` wrote.  Raises UsageError."""
    turns: list[tuple[Turn, str]] = []
    try:
        header, *rest = (json.loads(line) for line in lines if line.strip())
        if header["format"] != FORMAT:
            raise UsageError(f"that is no recording of the form {FORMAT}")
        for turn in rest:
            ((direction, text),) = turn.items()
            if not isinstance(text, str):
                raise UsageError("the recording holds a turn that is no text")
            turns.append((Turn(direction), text))
        at = datetime.fromisoformat(header["at"])
        if at.tzinfo is None:
            raise UsageError("the recording does not say in which time zone it was made")
        return Recorded(str(header["platform"]), at, tuple(turns))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("that is no recording of a session") from error


class Replay:
    """A ``Terminal`` that answers as recorded."""

    def __init__(self, recorded: Recorded) -> None:
        self._turns: list[tuple[str, str]] = [*recorded.turns]

    async def read(self) -> bytes:
        """See ``Terminal``; silence until the next line is sent, and the recording's end is the session's."""
        if not self._turns:
            return b""
        if self._turns[0][0] == Turn.SENT:
            await asyncio.Event().wait()
        return self._turns.pop(0)[1].encode("utf-8", "surrogateescape")

    def write(self, line: Line) -> None:
        """See ``Terminal``."""
        expected = self._turns[0] if self._turns else ("", "")
        if expected[0] == Turn.SENT and expected[1].startswith(line.text):
            rest = expected[1][len(line.text) :]
            self._turns[0:1] = [(Turn.SENT, rest)] if rest else []
            return
        raise _elsewhere(line)


class ReplayedCommands:
    """Runs commands as they were recorded: see ``unix.poll.Run``."""

    def __init__(self, recorded: Recorded) -> None:
        self._turns = [*recorded.turns]

    async def __call__(self, line: Line, /) -> Output:
        """The recorded answer.  Raises RemoteError where another command was sent, or the connection was lost."""
        if not self._turns or self._turns.pop(0) != (Turn.SENT, line.text):
            raise _elsewhere(line)
        answer: dict[Turn, str] = {}
        while self._turns and self._turns[0][0] is not Turn.SENT:
            turn, text = self._turns.pop(0)
            answer[turn] = text
        if Turn.ENDED not in answer:
            raise failed(FailureKind.CLOSED, f"the recording ends within '{line.command}'")
        text, status = answer.get(Turn.RECEIVED, ""), answer[Turn.ENDED]
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        number = int(status) if status.isdecimal() else None
        return Output(line.command, text, answer.get(Turn.COMPLAINED, ""), number, digest, 0.0)


def _elsewhere(line: Line) -> Exception:
    return failed(FailureKind.PROMPT, f"the recording goes on differently: '{line.command}' was not sent there")
