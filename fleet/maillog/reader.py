"""One stream of lines in any of the formats, in any mixture: which reader is asked, and what is counted.

The format of the line before is tried first.  May import modules of this room.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from fleet.maillog.asyncos import AsyncOsLines
from fleet.maillog.cef import CefLines
from fleet.maillog.context import Context
from fleet.maillog.evidence import Evidence
from fleet.maillog.exim import EximLines
from fleet.maillog.postfix import PostfixLines


class LogFormat(StrEnum):
    """The formats."""

    CEF = "cef"
    ASYNCOS = "asyncos"
    POSTFIX = "postfix"
    EXIM = "exim"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the lines.

    ``recognised``: of a known format, whatever they say.  ``unknown``: of none.  ``unparsed``: began like evidence and
    could not be read.  ``overlong``: cut because no line is that long.  ``evicted``: joins that left the window before
    they were finished.  ``unjoined``: evidence whose destination stands on lines that were not seen.
    """

    lines: int = 0
    recognised: int = 0
    unknown: int = 0
    unparsed: int = 0
    overlong: int = 0
    evicted: int = 0
    unjoined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.lines + other.lines,
            self.recognised + other.recognised,
            self.unknown + other.unknown,
            self.unparsed + other.unparsed,
            self.overlong + other.overlong,
            self.evicted + other.evicted,
            self.unjoined + other.unjoined,
        )


class _Lines(Protocol):
    def read(self, line: str, number: int) -> Sequence[Evidence] | None: ...


class LogReader:
    """Reads the lines of one stream in order."""

    def __init__(self, context: Context | None = None) -> None:
        context = context or Context()
        self._asyncos, self._cef = AsyncOsLines(context), CefLines(context)
        self._postfix, self._exim = PostfixLines(context), EximLines(context)
        by_format: dict[LogFormat, _Lines] = {
            LogFormat.CEF: self._cef,
            LogFormat.ASYNCOS: self._asyncos,
            LogFormat.POSTFIX: self._postfix,
            LogFormat.EXIM: self._exim,
        }
        self._readers = tuple(by_format.values())
        self._likely = self._readers[0]
        self._lines = self._unknown = self._empty = 0

    def read(self, lines: Iterable[str]) -> Iterator[Evidence]:
        """What ``lines`` prove, as it is found."""
        for line in lines:
            yield from self.line(line)

    def line(self, line: str) -> Sequence[Evidence]:
        """What the next line proves."""
        self._lines += 1
        if line.endswith("\r"):  # a log that came by way of Windows or a terminal
            line = line[:-1]
        found = self._likely.read(line, self._lines)
        if found is not None:
            return found
        for reader in self._readers:
            found = reader.read(line, self._lines) if reader is not self._likely else None
            if found is not None:
                self._likely = reader
                return found
        if line.strip():
            self._unknown += 1
        else:
            self._empty += 1
        return ()

    def finish(self) -> None:
        """No line follows."""
        self._asyncos.finish()

    @property
    def unfinished(self) -> Counter[str]:
        """Messages by destination whose end no line says; of formats that tell it elsewhere than the destination."""
        return self._asyncos.unfinished

    @property
    def counts(self) -> Counts:
        """What became of the lines so far; empty ones are of no format and not unknown."""
        return Counts(
            lines=self._lines,
            recognised=self._lines - self._unknown - self._empty,
            unknown=self._unknown,
            unparsed=self._asyncos.unparsed + self._cef.unparsed + self._postfix.unparsed + self._exim.unparsed,
            evicted=self._asyncos.evicted,
            unjoined=self._asyncos.unjoined,
        )
