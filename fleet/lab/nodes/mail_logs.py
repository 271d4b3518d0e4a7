"""Mail logs of simulated nodes, and their ``grep``.

What an appliance says to a search (its command line is reported, its words for a log it has not got are **synthetic**),
and what grep(1) and zgrep(1) say on a Unix system.  Lines are
whatever an order gives.  May import the standard library only.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Logs = Mapping[str, str]
"""Text by the name of a subscription or a file."""


def appliance(logs: Logs, arguments: str) -> str:
    """``grep -e REGEX [-i] LOG``."""
    words = arguments.split()
    if len(words) < 3 or words[0] != "-e" or words[-1].startswith("-"):
        return "Invalid arguments when processing: grep\n"
    if words[-1] not in logs:
        return f"Unable to grep {words[-1]}: no such log\n"
    found = _matching([words[1]], logs[words[-1]], ignore_case="-i" in words[2:])
    return found or "No results were found.\n"


@dataclass(frozen=True, slots=True)
class Found:
    """What grep(1) gives."""

    output: str
    complaint: str
    status: int


def unix(logs: Logs, words: Sequence[str], unreadable: Sequence[str] = ()) -> Found:
    """``grep -i -e REGEX ... FILE``."""
    patterns = [word for before, word in itertools.pairwise(words) if before == "-e"]
    path = words[-1]
    if path not in logs:
        return Found("", f"grep: {path}: No such file or directory\n", 2)
    if path in unreadable:
        return Found("", f"grep: {path}: Permission denied\n", 2)
    found = _matching(patterns, logs[path], ignore_case="-i" in words)
    return Found(found, "", 0 if found else 1)


def _matching(patterns: Sequence[str], text: str, *, ignore_case: bool) -> str:
    flags = re.IGNORECASE if ignore_case else 0
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if any(re.search(one, line, flags) for one in patterns))
