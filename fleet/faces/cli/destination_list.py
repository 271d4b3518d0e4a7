"""Lists of destinations with weights, made from what waits or from what logs show; ``--destinations`` reads them.

May import ``fleet.layout``, ``fleet.errors`` and ``fleet.text``.
"""

import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fleet.errors import UsageError
from fleet.layout import canonical
from fleet.text import show

WEIGHT = "recipients="
_LINE = re.compile(rf"\s*([^#\s]+)\s*#\s*{WEIGHT}(\d{{1,12}})\s*")


def weight_of(line: str) -> tuple[str, int] | None:
    """The destination of a line of such a list, and its weight; None where it has none."""
    found = _LINE.fullmatch(line)
    return (canonical(found[1]), int(found[2])) if found is not None else None


def read_weights(files: Iterable[str]) -> dict[str, int]:
    """The weights in ``files`` by destination; lines without one have none, and neither has standard input."""
    found: dict[str, int] = {}
    for name in files:
        with contextlib.suppress(OSError, UnicodeError):  # whoever reads the destinations themselves says so
            for line in Path(name).read_text(encoding="utf-8").splitlines() if name != "-" else ():
                if weighed := weight_of(line):
                    found[weighed[0]] = weighed[1]
    return found


def write_destinations(path: Path, weights: Mapping[str, int]) -> None:
    """One destination a line, its weight behind it as a comment that every reader of lists passes over."""
    text = (
        "# destinations by waiting or delivered recipients: for fleet check -f, forecast and rollout --destinations\n"
    )
    text += "".join(f"{name}  # {WEIGHT}{number}\n" for name, number in weights.items())
    try:
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise UsageError(f"{show(str(path))} cannot be written: {error.strerror}") from error
