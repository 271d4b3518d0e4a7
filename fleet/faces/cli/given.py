"""Files named on the command line: profiles, and what is known beside them.  What cannot be read is a usage error.

May import ``fleet.plain``, ``fleet.model``, ``fleet.text`` and ``fleet.errors``; what reads JSON is loaded only for it.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.errors import UsageError
from fleet.text import show

if TYPE_CHECKING:
    from fleet.model import Verdict
    from fleet.model.observation import Observation

STDIN = "-"
_MOST = 64_000_000
"""Octets read of one file: more is no profile, and a device may never end."""


@dataclass(frozen=True, slots=True)
class Given:
    """A profile as given: what it is called in messages, its octets, and where it can be written back."""

    name: str
    content: bytes
    path: Path | None


def read_profile_file(name: str) -> Given:
    """The profile called ``name`` on the command line."""
    if name == STDIN:
        return Given("<stdin>", sys.stdin.buffer.read(_MOST), None)
    path = Path(name)
    return Given(name, read_file(path), path)


def read_file(path: Path) -> bytes:
    """The octets of ``path``."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a name with a NUL
        raise UsageError(f"{show(str(path))} cannot be read: this is no name of a file") from error


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
        raise UsageError(f"{show(str(path))} cannot be written: {error.strerror or error}") from error


def read_text(path: Path) -> str:
    """The text of ``path``."""
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{show(str(path))} cannot be read: it is not UTF-8") from error


def read_verdict_file(path: Path) -> "dict[str, Verdict]":
    """The last verdict of each destination in what ``fleet check --jsonl`` wrote."""
    from fleet.plain import ShapeError, read_verdicts

    found: dict[str, Verdict] = {}
    try:
        for verdict in read_verdicts(read_text(path).splitlines()):
            known = found.get(verdict.domain)
            if known is None or known.at <= verdict.at:
                found[verdict.domain] = verdict
    except ShapeError as error:
        raise UsageError(f"{show(str(path))}: {show(str(error))}") from error
    return found


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
