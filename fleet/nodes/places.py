"""Limited places that a waiting holder gives back early: few handshakes at once, however many nodes hang.

A key exchange costs processor time, so few may run together; a server that stops answering in the middle of one costs
none.  Which is which shows only by time: after a short lease the place is free again while its holder goes on.
May import the standard library only.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class LeasedPlaces:
    """``places`` at a time, each held for at most ``lease`` seconds."""

    def __init__(self, places: int, lease: float) -> None:
        self._free = asyncio.Semaphore(places)
        self._lease = lease

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it inside the ``async with``, or until the lease is over."""
        await self._free.acquire()
        held = True

        def give_back() -> None:
            nonlocal held
            if held:
                held = False
                self._free.release()

        timer = asyncio.get_running_loop().call_later(self._lease, give_back)
        try:
            yield
        finally:
            timer.cancel()
            give_back()
