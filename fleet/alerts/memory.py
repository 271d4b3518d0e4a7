"""What was told, kept beside the history: a monitor started again tells nobody twice, and takes back what ended.

A small file, replaced whole.  It holds no secret: targets are named by where their URL is kept.  One that cannot be
read is no memory, which at worst tells something again.

May import ``fleet.plain`` and the modules beside.
"""

import contextlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fleet.alerts.courier import TargetState
from fleet.alerts.patience import Alert
from fleet.alerts.watch import Watch
from fleet.plain import ShapeError, dumps, from_plain, to_plain

FORMAT = "fleet-alerts/1"


@dataclass(frozen=True, slots=True)
class Remembered:
    """An alert, and when it was last told; None: it never was."""

    alert: Alert
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """All there was."""

    alerts: tuple[Remembered, ...] = ()
    targets: tuple[TargetState, ...] = ()
    format: str = FORMAT


def memory_path(history: Path) -> Path:
    """Where it is kept: beside the history."""
    return history.with_name(history.name + ".alerts")


def memory_of(watch: Watch, targets: tuple[TargetState, ...] = ()) -> Memory:
    """What there is to remember."""
    return Memory(tuple(Remembered(alert, watch.told.get(key)) for key, alert in watch.alerts.items()), targets)


def remind(watch: Watch, memory: Memory) -> None:
    """Let ``watch`` go on where another ended."""
    for one in memory.alerts:
        key = one.alert.reading.key
        watch.alerts[key] = one.alert
        if one.told_at is not None:
            watch.told[key] = one.told_at


def load_memory(path: Path) -> Memory:
    """What is kept at ``path``; nothing where there is nothing that can be read."""
    try:
        found = from_plain(Memory, json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError, ShapeError):
        return Memory()
    return found if found.format == FORMAT else Memory()


def save_memory(path: Path, memory: Memory) -> None:
    """Keep ``memory`` at ``path``, whole or not at all.  OSError where it cannot be written."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(dumps(to_plain(memory)))
        os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
