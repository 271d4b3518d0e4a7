"""Messages on their way: per target a bounded pile of notices, tries that grow rarer, and an account of all of it.

A target that hangs, refuses or does not exist costs a child process every now and then and nothing else: nobody waits
for it, not the monitor, not the other targets, not the end of the program.

May import ``fleet.model``, ``fleet.clock``, ``fleet.errors``, ``fleet.text`` and the modules beside.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from fleet import clock
from fleet.alerts.messages import Message, message_of
from fleet.alerts.watch import Notice, wanted
from fleet.errors import RemoteError
from fleet.model.alerts import AlertSettings, AlertTarget
from fleet.text import show

Find = Callable[[str], Awaitable[str]]
"""Gives the secret that a reference (``env:NAME``, ``keyring:NAME``) names; RemoteError where there is none."""
Send = Callable[[str, Message], Awaitable[str]]
"""Sends a message to a URL; the answer is empty, or says why it was not delivered."""

DELAYS = (5.0, 15.0, 60.0, 300.0, 900.0, 900.0)
"""Seconds before each further try; then what was to be said is given up, and counted."""
SECONDS = 30.0
"""What one delivery may take."""
MOST_WAITING = 500
"""Notices that wait for one target."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """How a target fares.  ``trouble`` says why the last try failed; empty after a good one."""

    target: AlertTarget
    delivered: int = 0
    failed: int = 0
    lost: int = 0
    """Notices given up."""
    waiting: int = 0
    trouble: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one try."""

    target: str
    trouble: str

    @property
    def delivered(self) -> bool:
        """Whether it arrived at the target's door."""
        return not self.trouble


async def send_by_apprise(url: str, message: Message) -> str:
    """Send ``message`` from a child process; it is killed when its time is over, or when nobody waits any more."""
    kind = "success" if message.good else "failure" if message.severe else "warning"
    order = json.dumps({"url": url, "title": message.title, "body": message.body, "kind": kind})
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fleet.alerts.deliver"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C at our terminal is for us
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await child.communicate(order.encode())
        answer = json.loads(said)
        return "" if answer["delivered"] else str(answer["sentence"])
    except TimeoutError:
        return f"it did not take the message within {SECONDS:g} seconds"
    except (ValueError, KeyError, TypeError):
        return "the process that sends messages died"
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            with contextlib.suppress(asyncio.CancelledError):
                await child.wait()


async def try_once(target: AlertTarget, message: Message, find: Find, send: Send = send_by_apprise) -> Delivery:
    """Send ``message`` to ``target`` once.  Never raises for what the world does."""
    try:
        url = await find(target.secret_url)
        return Delivery(target.name, await send(url, message))
    except RemoteError as error:
        return Delivery(target.name, error.failure.sentence)
    except OSError as error:  # no process, no descriptor
        return Delivery(target.name, f"nothing could be sent: {error.strerror or error}")


@dataclass(slots=True)
class _Pile:
    """What waits for one target."""

    state: TargetState
    notices: list[Notice] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Courier:
    """Carries notices to the targets of whatever profile there is.  ``told`` is called after each try."""

    def __init__(
        self,
        find: Find,
        told: Callable[[Delivery], None] = lambda _: None,
        *,
        send: Send = send_by_apprise,
        wall: clock.WallClock = clock.now,
        delays: tuple[float, ...] = DELAYS,
    ) -> None:
        self._find, self._send, self._told = find, send, told
        self._wall, self._delays = wall, delays
        self._piles: dict[str, _Pile] = {}
        self._settings = AlertSettings()
        self._fleet = ""

    @property
    def states(self) -> tuple[TargetState, ...]:
        """How the targets fare."""
        return tuple(replace(pile.state, waiting=len(pile.notices)) for pile in self._piles.values())

    def settle(self, fleet: str, settings: AlertSettings) -> None:
        """Serve the targets of ``settings`` from now on; what waits for one that is no more is dropped."""
        self._fleet, self._settings = fleet, settings
        named = {target.name: target for target in settings.targets}
        for name in [name for name in self._piles if name not in named]:
            pile = self._piles.pop(name)
            if pile.task is not None:
                pile.task.cancel()
        for name, target in named.items():
            pile = self._piles.setdefault(name, _Pile(TargetState(target)))
            pile.state = replace(pile.state, target=target)
            if pile.task is None or pile.task.done():
                pile.task = asyncio.get_running_loop().create_task(self._serve(pile))

    def carry(self, notices: Iterable[Notice]) -> None:
        """Have ``notices`` sent to whoever is told of them.  Returns at once."""
        for notice in notices:
            for name, pile in self._piles.items():
                if not wanted(self._settings, name, notice):
                    continue
                pile.notices.append(notice)
                lost = len(pile.notices) - MOST_WAITING
                if lost > 0:
                    del pile.notices[:lost]
                    pile.state = replace(pile.state, lost=pile.state.lost + lost)
                pile.more.set()

    async def close(self) -> None:
        """Stop carrying; what is on its way is given up."""
        tasks = [pile.task for pile in self._piles.values() if pile.task is not None]
        self._piles.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.3)

    async def _serve(self, pile: _Pile) -> None:
        while True:
            await pile.more.wait()
            await asyncio.sleep(self._settings.gather_seconds)
            await self._deliver(pile)
            pile.more.clear()
            if pile.notices:  # they came while the others were sent
                pile.more.set()

    async def _deliver(self, pile: _Pile) -> None:
        """Everything that waits as one message, tried again and again; what comes meanwhile goes with the next try."""
        notices: list[Notice] = []
        for delay in (*self._delays, None):
            notices, pile.notices = notices + pile.notices, []
            delivery = await try_once(pile.state.target, message_of(self._fleet, notices), self._find, self._send)
            state = pile.state
            if delivery.delivered:
                pile.state = replace(state, delivered=state.delivered + 1, trouble="", delivered_at=self._wall())
                self._told(delivery)
                return
            pile.state = replace(state, failed=state.failed + 1, trouble=show(delivery.trouble, 300))
            self._told(delivery)
            if delay is not None:
                await asyncio.sleep(delay)
        pile.state = replace(pile.state, lost=pile.state.lost + len(notices))
