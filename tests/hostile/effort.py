"""What a check may cost the process it runs in: time of the event loop, time in all, memory."""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import fleet.dane.certificate
import fleet.dane.path
import fleet.dane.pkix
import fleet.dane.signature

R = TypeVar("R")

HELD_CPU_SECONDS = 0.05
"""The event loop of a check is never held for longer."""


@dataclass(frozen=True)
class Effort:
    """What something cost the thread it ran in."""

    held: float
    """Most seconds of processor time between two beats of the event loop."""
    seconds: float
    """Processor time in all."""
    octets: int = 0
    """Most memory held at once, where it was measured."""


def endure(make: Callable[[], Awaitable[R]], *, within: float = 20.0, octets: int | None = None) -> R:
    """The result of ``make``, which may neither hold the event loop nor, where given, more than ``octets`` of memory.

    ``within`` seconds of wall time it must have ended.  Processor time is taken thrice at most: what other programs
    do to the caches of this machine is not ours.
    """
    for _ in range(3):
        result, effort = measured(make, within)
        if effort.held < HELD_CPU_SECONDS:
            break
    assert effort.held < HELD_CPU_SECONDS, f"the event loop was held for {effort.held * 1000:.0f} ms"
    if octets is not None:
        peak = memory_peak(make, within)
        assert peak < octets, f"{peak} octets of memory were held"
    return result


def measured(make: Callable[[], Awaitable[R]], within: float = 20.0) -> tuple[R, Effort]:
    """The result of ``make`` and its cost.  What earlier runs left in our caches is dropped first."""
    forget()
    gc.freeze()  # a collection of what pytest holds is no work of ours
    try:
        return asyncio.run(_watched(make, within))
    finally:
        gc.unfreeze()


async def _watched(make: Callable[[], Awaitable[R]], within: float) -> tuple[R, Effort]:
    held = 0.0

    async def beat() -> None:
        nonlocal held
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.002)
            moment = time.thread_time()
            held = max(held, moment - last)
            last = moment

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0)
    begun = time.thread_time()
    result = await asyncio.wait_for(_of(make()), within)
    seconds = time.thread_time() - begun
    await asyncio.sleep(0.01)  # one more beat sees the last step
    heart.cancel()
    return result, Effort(held, seconds)


async def _of(made: Awaitable[R]) -> R:
    return await made


def memory_peak(make: Callable[[], Awaitable[R]], within: float = 20.0) -> int:
    """Most octets held at once during ``make``, those of the servers in this process included."""
    forget()
    tracemalloc.start()
    try:
        asyncio.run(_watched(make, 5 * within))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def kept(work: Callable[[], object]) -> int:
    """Octets that are still held when ``work`` is over."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def forget() -> None:
    """Empty the caches that make the second look at a certificate cheap."""
    for module in (fleet.dane.certificate, fleet.dane.path, fleet.dane.pkix, fleet.dane.signature):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear") and getattr(thing, "__name__", "") != "public_roots":
                thing.cache_clear()
