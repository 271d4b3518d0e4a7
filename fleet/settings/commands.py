"""Lines written on the ``:`` line, remembered across starts: a text file, the newest last.

A file that cannot be read is as good as none, and one that cannot be written is no loss worth a word.

May import nothing of the project.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

_FILE = "commands"
_LARGEST = 1 << 18
MOST = 100
"""Lines remembered."""


def read_commands(folder: Path) -> list[str]:
    """What was remembered in ``folder``; a line that is not printable is passed over."""
    try:
        with (folder / _FILE).open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip() and line.isprintable()][-MOST:]


def write_commands(folder: Path, lines: Sequence[str]) -> None:
    """Remember ``lines``."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = folder / f"{_FILE}.{os.getpid()}"
        scratch.touch(mode=0o600)
        scratch.write_text("".join(f"{line}\n" for line in lines[-MOST:]), encoding="utf-8")
        scratch.replace(folder / _FILE)
