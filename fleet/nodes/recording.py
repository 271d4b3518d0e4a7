"""A session written down, masked, so that an operator can send in a format that nobody has seen, and played back.

A recording is JSON lines: a header, then what was sent and received in turn.  Secrets are masked over whole answers,
not over the pieces they happened to arrive in.  ``Replay`` is the far end of a recorded session: whoever walks it must
send what was sent then.  May import ``fleet.errors`` and this package.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator

from fleet.errors import FailureKind, UsageError
from fleet.nodes.commands import Line
from fleet.nodes.execute import decode
from fleet.nodes.failures import failed
from fleet.nodes.masking import mask

FORMAT = "fleet-recording/1"
MAX_BYTES = 32 * 1024 * 1024
_SENT, _RECEIVED = "sent", "received"


class Recording:
    """A ``Recorder`` that keeps everything up to a limit; ``complete`` says whether that was all."""

    def __init__(self) -> None:
        self._turns: list[tuple[str, bytearray]] = []
        self._bytes = 0
        self.complete = True

    def __call__(self, direction: str, data: bytes) -> None:
        """Note ``data``."""
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
        yield json.dumps({"format": FORMAT, "platform": platform, "complete": self.complete})
        for direction, data in self._turns:
            yield json.dumps({direction: mask(decode(bytes(data)), known)})


class Replay:
    """A ``Terminal`` that answers as recorded."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._turns: list[tuple[str, str]] = []
        try:
            header, *rest = (json.loads(line) for line in lines if line.strip())
            if header["format"] != FORMAT:
                raise UsageError(f"that is no recording of the form {FORMAT}")
            for turn in rest:
                ((direction, text),) = turn.items()
                if direction not in (_SENT, _RECEIVED) or not isinstance(text, str):
                    raise UsageError("the recording holds a turn that was neither sent nor received")
                self._turns.append((direction, text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError("that is no recording of a session") from error

    async def read(self) -> bytes:
        """See ``Terminal``; silence until the next line is sent, and the recording's end is the session's."""
        if not self._turns:
            return b""
        if self._turns[0][0] == _SENT:
            await asyncio.Event().wait()
        return self._turns.pop(0)[1].encode("utf-8", "surrogateescape")

    def write(self, line: Line) -> None:
        """See ``Terminal``."""
        expected = self._turns[0] if self._turns else ("", "")
        if expected[0] == _SENT and expected[1].startswith(line.text):
            rest = expected[1][len(line.text) :]
            self._turns[0:1] = [(_SENT, rest)] if rest else []
            return
        raise failed(FailureKind.PROMPT, f"the recording goes on differently: '{line.command}' was not sent there")
