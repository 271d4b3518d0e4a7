"""What stdout is: how wide, which characters it takes, whether a person looks at it."""

import os
import shutil
import sys

from fleet.faces.export.look import Look


def look() -> Look:
    """How to write on this stdout: its width, its character set, colour only on a terminal and without NO_COLOR."""
    terminal = sys.stdout.isatty()
    encoding = (sys.stdout.encoding or "ascii").lower()
    return Look(
        width=shutil.get_terminal_size((100, 24)).columns if terminal else 100,
        ascii_only=not encoding.startswith("utf"),
        colour=terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
    )
