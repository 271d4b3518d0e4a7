"""One heap for all threads of a program that runs for months.

The C library of Linux gives threads heaps of their own, up to eight for each core, and a heap keeps what its worst
moment took.  Names are looked up, histories tended and metrics written in threads here, so one heap after another grows
to that size: megabytes an hour while nothing of the program grows.  Python runs one thread at a time; one heap will do.

May import the standard library.
"""

import contextlib
import ctypes
import os
import sys

_M_ARENA_MAX = -8
"""See mallopt(3)."""


def one_heap() -> None:
    """Call it before the first thread.  Whoever set ``MALLOC_ARENA_MAX`` knows better."""
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
