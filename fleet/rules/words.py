"""Phrases that several families use, so that the same thing is always said the same way.

May import ``fleet.model``.
"""

from collections.abc import Sequence

QUEUE = "stays in the queue until the bounce timer ends and then goes back to its sender"
"""What happens to mail that DANE holds."""


def queued(seconds: int | None) -> str:
    """The same, with how long the timer runs where that is known."""
    return QUEUE.replace("ends", f"ends after {duration(seconds)}") if seconds else QUEUE


def named(names: Sequence[str], most: int = 5) -> str:
    """``names`` as a phrase: the first few, and how many more."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def duration(seconds: int) -> str:
    """Seconds in the largest whole unit."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def count(number: int, noun: str) -> str:
    """ "1 node", "2 nodes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
