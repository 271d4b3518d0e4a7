"""The event loop a crowd of checks runs on.

Most of what a check costs this process is Python's own event loop, not DNS or TLS; uvloop does the same work in C.  A
single check never waits for it to load.  May import the standard library and, where there is one, uvloop.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

WORTH_LOADING = 16
"""Checks from which on the faster loop has earned its loading."""
_ALLOCATIONS = 100_000
"""Objects made, less those gone, between two looks for cycles; Python's own 700 is for programs that make few."""


def run(main: Coroutine[Any, Any, T], checks: int) -> T:
    """Run ``main``, which makes about so many ``checks``, on the loop that suits.  Ctrl-C raises KeyboardInterrupt."""
    if checks < WORTH_LOADING:
        with asyncio.Runner() as runner:
            return runner.run(main)
    with _rare_collections(), asyncio.Runner(loop_factory=_fast_loop()) as runner:
        return runner.run(main)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cycles rarely: a check makes many small objects and leaves few cycles, and looking cost a twentieth."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":  # uvloop knows no Windows
        return None
    import uvloop  # noqa: PLC0415  start-up stays light

    return uvloop.new_event_loop
