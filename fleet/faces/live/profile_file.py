"""The profile on disk, followed: who saves it sees what that does.

May import ``fleet.profile``, ``fleet.errors`` and ``fleet.text``.
"""

import hashlib
import os
from pathlib import Path

from fleet.errors import UsageError, file_trouble
from fleet.model.fleet import Fleet
from fleet.profile import Reading, read_profile
from fleet.text import show

_MOST = 64_000_000
"""Octets: more is no profile, and a device may never end."""


class ProfileFile:
    """A profile as it was last read.  Raises UsageError where nothing can be made of it to begin with.

    ``fleet`` is the last one that could be read: an editor may be between two steps of saving, and a slip of its user
    must not make the monitor forget what it watches.  ``reading`` always is the text as it is now.  ``name``: what the
    file is called in messages; its path, unless said otherwise.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self.path = path
        self._name = name or str(path)
        self._stamp = _stamp(path)
        try:
            self.content = _read(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"{show(str(path))} cannot be read: {file_trouble(error)}") from error
        self.reading: Reading = read_profile(self.content, self._name)
        if self.reading.fleet is None:
            first = self.reading.diagnostics[0] if self.reading.diagnostics else None
            where = f":{first.span.line}:{first.span.column}: {show(first.finding.sentence)}" if first else ""
            raise UsageError(f"{show(str(path))}{where or ' says nothing'}")
        self.fleet: Fleet = self.reading.fleet

    @property
    def sha256(self) -> str:
        """Of the octets that were read."""
        return hashlib.sha256(self.content).hexdigest()

    def read_again(self) -> bool:
        """Read the file if it changed; whether it says something else now."""
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            content = _read(self.path)
        except OSError:
            return False  # it is being replaced, or gone: what was read stays true until there is something else
        if content == self.content:
            return False
        self.content = content
        self.reading = read_profile(content, self._name)
        if self.reading.fleet is not None and self.reading.readable:
            self.fleet = self.reading.fleet
        return True


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino
