"""Lines out of log files: plain, compressed, standard input, or a file that grows; in bounded memory.

Compression is told by the first octets, not by the name.  A line longer than any log's is cut and counted.  What breaks
off (a damaged archive) ends with a sentence, after all that could be read.  May import ``fleet.errors`` and
``fleet.text``.
"""

import errno
import gzip
import io
import os
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from fleet.errors import UsageError, file_trouble
from fleet.faces.cli.given import STDIN
from fleet.text import show

_BLOCK = 1 << 20
LONGEST = 1 << 16
"""Octets of a line that are read; Postfix and AsyncOS write far shorter ones."""
_GZIP = b"\x1f\x8b"
_POLL_SECONDS = 0.5


class Splitter:
    """Octets in, whole lines out.  ``overlong`` counts lines that were cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False
        self.overlong = 0

    def feed(self, block: bytes) -> list[str]:
        """The lines that ``block`` completes."""
        if self._skipping:
            _, end, block = block.partition(b"\n")
            if not end:
                return []
            self._skipping = False
        whole, end, rest = (self._rest + block).rpartition(b"\n")
        lines = whole.decode("utf-8", "replace").split("\n") if end else []
        if len(rest) > LONGEST:
            lines.append(rest[:LONGEST].decode("utf-8", "replace"))
            self.overlong += 1
            rest, self._skipping = b"", True
        self._rest = rest
        if len(whole) > LONGEST:
            lines = [self._short(line) for line in lines]
        return lines

    def end(self) -> list[str]:
        """The last line, which no line feed ends."""
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", "replace")] if rest else []

    def _short(self, line: str) -> str:
        if len(line) <= LONGEST:
            return line
        self.overlong += 1
        return line[:LONGEST]


def refuse_unreadable(name: str, *, follow: bool) -> None:
    """UsageError where ``name`` cannot be read at all, before anything is."""
    if name == STDIN:
        if follow:
            raise UsageError("--follow needs a file: standard input ends when its writer does")
        return
    try:
        found = os.stat(name)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "")
        if not os.access(name, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error


def blocks(name: str, damaged: Callable[[str], None]) -> Iterator[bytes]:
    """The octets of the file ``name``, uncompressed; ``damaged`` is told where it breaks off."""
    with _opened(name) as file:
        buffered = cast("io.BufferedReader", file)
        packed = buffered.peek(2)[:2] == _GZIP
        reading: BinaryIO = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
        read = getattr(reading, "read1", reading.read)  # what is there now, without waiting for more
        try:
            while block := read(_BLOCK):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            damaged(f"{show(name)} breaks off: {show(str(error))}")
        except OSError as error:
            damaged(f"{show(name)} could not be read to its end: {file_trouble(error)}")


def _opened(name: str) -> BinaryIO:
    if name == STDIN:
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer), _BLOCK))
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError | ValueError) -> UsageError:
    return UsageError(f"{show(name)} cannot be read: {file_trouble(error)}")


def growing(name: str, told: Callable[[str], None], wait: Callable[[float], None] = time.sleep) -> Iterator[bytes]:
    """The octets of ``name`` as they come; an empty block: nothing new.  Never ends by itself.

    A file that was replaced (rotation) is read to its end, then the new one from its beginning; one that became
    shorter (truncation) from its beginning; a line that either broke off ends there.  ``told`` hears of both.
    """
    file, last = _opened(name), b"\n"
    try:
        while True:
            if block := file.read(_BLOCK):
                last = block[-1:]
                yield block
                continue
            now = _stat(name)
            mine = os.fstat(file.fileno())
            if now is not None and (now.st_dev, now.st_ino) != (mine.st_dev, mine.st_ino):
                while block := file.read(_BLOCK):  # written between our last look and the rotation
                    last = block[-1:]
                    yield block
                if last != b"\n":
                    yield b"\n"
                file.close()
                file, last = _opened(name), b"\n"
                told(f"{show(name)} was replaced; reading the new one")
            elif mine.st_size < file.tell():
                file.seek(0)
                if last != b"\n":
                    yield b"\n"
                told(f"{show(name)} became shorter; reading it from its beginning")
            else:
                yield b""
                wait(_POLL_SECONDS)
    finally:
        file.close()


def _stat(name: str) -> os.stat_result | None:
    """None while a rotation has moved the old file and not made the new one."""
    try:
        return os.stat(name)
    except OSError:
        return None
