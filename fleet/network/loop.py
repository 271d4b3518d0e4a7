"""The event loop a crowd of checks runs on.

Most of what a check costs this process is Python's own event loop, not DNS or TLS; uvloop does the same work in C.  A
single check never waits for it to load.  May import the standard library and, where there is one, uvloop.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

WORTH_LOADING = 16
"""Checks from which on the faster loop has earned its loading."""


def run(main: Coroutine[Any, Any, T], checks: int) -> T:
    """Run ``main``, which makes about so many ``checks``, on the loop that suits.  Ctrl-C raises KeyboardInterrupt."""
    with asyncio.Runner(loop_factory=_fast_loop() if checks >= WORTH_LOADING else None) as runner:
        return runner.run(main)


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":  # uvloop knows no Windows
        return None
    import uvloop  # noqa: PLC0415  start-up stays light

    return uvloop.new_event_loop
