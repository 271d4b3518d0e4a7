"""Columns chosen on the screen, remembered across starts: one JSON object of view to column keys.

A file that cannot be read is as good as none, and one that cannot be written is told in a sentence: neither is worth
more than the picture it belongs to.

May import ``fleet.text``.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from fleet.text import show

_FILE = "columns.json"
_LARGEST = 1 << 20


def read_columns(folder: Path) -> dict[str, tuple[str, ...]]:
    """What was remembered in ``folder``; whatever does not look like it is passed over."""
    try:
        with (folder / _FILE).open("rb") as file:
            found = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        view: tuple(columns)
        for view, columns in found.items()
        if isinstance(columns, list) and all(isinstance(column, str) for column in columns)
    }


def write_columns(folder: Path, columns: Mapping[str, tuple[str, ...]]) -> str:
    """Remember ``columns``; an empty text, or a sentence that says why it could not be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = folder / f"{_FILE}.{os.getpid()}"
        scratch.write_text(json.dumps(columns, indent=1), encoding="utf-8")
        scratch.replace(folder / _FILE)
    except OSError as error:
        return f"The columns are not remembered: {show(error.strerror or str(error))}."
    return ""
