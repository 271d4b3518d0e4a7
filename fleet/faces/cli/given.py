"""Files named on the command line: profiles, and what is known beside them.  What cannot be read is a usage error.

May import ``fleet.plain``, ``fleet.layout.names``, ``fleet.model``, ``fleet.text`` and ``fleet.errors``; what
reads JSON is loaded only for it.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from fleet.errors import UsageError, file_trouble
from fleet.layout.names import canonical
from fleet.text import show

if TYPE_CHECKING:
    from fleet.model import Verdict
    from fleet.model.observation import Observation

STDIN = "-"
MOST = 64_000_000
"""Octets of one file that is read as a whole: more is no profile, and a device may never end."""


@dataclass(frozen=True, slots=True)
class Given:
    """A profile as given: what it is called in messages, its octets, and where it can be written back."""

    name: str
    content: bytes
    path: Path | None


def read_profile_file(name: str) -> Given:
    """The profile called ``name`` on the command line."""
    if name == STDIN:
        return Given("<stdin>", whole(sys.stdin.buffer, "stdin"), None)
    path = Path(name)
    return Given(name, read_file(path), path)


def read_file(path: Path) -> bytes:
    """The octets of ``path``."""
    try:
        with path.open("rb") as file:
            return whole(file, show(str(path)))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def whole(file: BinaryIO, name: str) -> bytes:
    """All of ``file``; the first part of one would be another profile, so more than ``MOST`` octets is an error."""
    content = file.read(MOST + 1)
    if len(content) > MOST:
        raise UsageError(f"{name} cannot be read: it has more than {MOST // 1_000_000} MB")
    return content


def _unreadable(path: Path, error: OSError | ValueError) -> UsageError:
    """What is said of a file that cannot be opened or read."""
    return UsageError(f"{show(str(path))} cannot be read: {file_trouble(error)}")


def replace_file(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``: all of it, or nothing changes."""
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            beside.write_bytes(content)
            shutil.copymode(target, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be written: {file_trouble(error)}") from error


def read_text(path: Path) -> str:
    """The text of ``path``."""
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error


def read_verdict_file(path: Path) -> "dict[str, Verdict]":
    """The last verdict of each destination in what ``fleet check --jsonl`` wrote, by canonical domain.

    Read line by line: checks of a large fleet make a large file.
    """
    from fleet.plain import ShapeError, read_verdicts

    found: dict[str, Verdict] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for verdict in read_verdicts(_bounded(lines, path)):
                name = canonical(verdict.domain)
                known = found.get(name)
                if known is None or known.at <= verdict.at:
                    found[name] = verdict
    except ShapeError as error:
        raise UsageError(f"{show(str(path))}: {show(str(error))}") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    return found


def _bounded(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of ``file``, none of them without an end."""
    while line := file.readline(MOST + 1):
        if len(line) > MOST:
            raise UsageError(f"{show(str(path))} cannot be read: it has a line of more than {MOST // 1_000_000} MB")
        yield line


def read_observation_file(path: Path) -> "dict[str, Observation]":
    """The last observation of each node, one in JSON a line."""
    from fleet.model.observation import Observation
    from fleet.plain import ShapeError, from_plain

    found: dict[str, Observation] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            one = from_plain(Observation, json.loads(line))
        except (ShapeError, ValueError, RecursionError) as error:
            raise UsageError(f"{show(str(path))}: line {number} is no observation: {show(str(error))}") from error
        known = found.get(one.node)
        if known is None or known.at <= one.at:
            found[one.node] = one
    return found
