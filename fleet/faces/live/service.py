"""The monitor without a screen: what a dashboard shows, as metrics, as a textfile, as lines of events.

Runs beside a ``LiveEngine`` and only looks: the engine neither waits for it nor notices whether anybody scrapes.
What cannot be written (a disk that is full, a reader that has gone) is said once and tried again or given up, and the
monitor goes on.

May import ``fleet.faces.export``, ``fleet.views``, ``fleet.alerts``, ``fleet.monitor`` and the modules beside.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.alerts import Delivery, Notice
from fleet.alerts.messages import line_of
from fleet.faces.export.event_lines import alert_line, event_line
from fleet.faces.export.metrics_seen import Exported, Told
from fleet.faces.export.prometheus import exposition, metrics
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.metrics_server import PATH, MetricsServer
from fleet.model.event import Event
from fleet.monitor import Touched
from fleet.plain import UnknownEvent
from fleet.text import show
from fleet.views.board import outlook

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

TEXTFILE_SECONDS = 15.0
_FORECAST_SECONDS = 0.25
"""Between two batches of forecasts."""
_LOOK_SECONDS = 1.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where to: ``listen`` an address and a port, ``textfile`` a path; ``events`` takes a line of JSON an event."""

    listen: tuple[str, int] | None = None
    textfile: Path | None = None
    events: Callable[[str], None] | None = None


class Service:
    """Serves what ``engine`` knows.  ``say`` takes sentences for whoever reads along."""

    def __init__(self, engine: LiveEngine, outlets: Outlets, say: Say) -> None:
        self._engine = engine
        self._outlets = outlets
        self._say = say
        self.port = 0
        self._wrote = False
        engine.alerting.listeners.append(self._alerted)
        engine.alerting.sent.append(self._sent)
        if outlets.events is not None:
            engine.listen(self._heard)

    async def run(self) -> None:
        """Until cancelled; then nothing of it is left.  Raises UsageError where nothing can be listened on."""
        server = MetricsServer(self.answer)
        try:
            if self._outlets.listen is not None:
                host = self._outlets.listen[0]
                self.port = await server.open(*self._outlets.listen)
                self._say(f"metrics at http://{f'[{host}]' if ':' in host else host}:{self.port}{PATH}")
            async with asyncio.TaskGroup() as group:
                group.create_task(self._engine.run())
                group.create_task(self._go_on(self._look, _LOOK_SECONDS))
                if self._outlets.textfile is not None:
                    group.create_task(self._go_on(self._write, TEXTFILE_SECONDS))
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await server.close()
            if self._outlets.textfile is not None and self._wrote:  # else it is of another monitor
                with contextlib.suppress(OSError):
                    self._outlets.textfile.unlink()

    async def answer(self, accept: str) -> tuple[bytes, str]:
        """The metrics as of now: taken on the loop, where State stands still, and written in a thread."""
        return await asyncio.to_thread(exposition, await self._taken(), accept)

    async def _taken(self) -> "list[Metric]":
        """Every metric, family by family, with a turn of the loop for others between them."""
        found = []
        for family in self.metrics():
            found.append(family)
            await asyncio.sleep(0)
        return found

    def metrics(self) -> "Iterator[Metric]":
        """Every metric as of now."""
        alerting = self._engine.alerting
        firing = [(*key, count) for key, count in sorted(alerting.counts().items())]
        sent: list[tuple[str, str, int]] = []
        for state in alerting.courier.states:
            name = state.target.name
            sent += [(name, "delivered", state.delivered), (name, "failed", state.failed)]
            sent.append((name, "lost", state.lost))
        return metrics(Exported(self._engine.picture(), told=Told(tuple(firing), tuple(sent))))

    async def _go_on(self, part: Callable[[], Awaitable[str]], seconds: float) -> None:
        """Do ``part`` again and again, and say its trouble when that becomes another; a fault of ours ends nothing."""
        said = ""
        while True:
            try:
                trouble = await part()
            except Exception as error:
                trouble = f"internal error: {type(error).__name__}: {show(str(error), 200)}"
            if trouble != said:
                self._say(trouble or f"that is over: {said}")
                said = trouble
            await asyncio.sleep(seconds)

    async def _look(self) -> str:
        """Keep the forecast up to date; what is wrong with the program itself."""
        while outlook(self._engine.picture()).behind:  # noqa: ASYNC110 - each look works out a batch
            await asyncio.sleep(_FORECAST_SECONDS)
        engine = self._engine
        if engine.trouble or engine.state.history_trouble:
            return engine.trouble or engine.state.history_trouble
        if not engine.profile.reading.readable:
            return "the profile cannot be read as it is now (fleet validate says where): the last one still holds"
        return engine.refusal if engine.kind == "follower" else ""

    async def _write(self) -> str:
        """Write the textfile; why that cannot be done."""
        assert self._outlets.textfile is not None
        families = await self._taken()
        self._wrote = True
        writing = asyncio.ensure_future(asyncio.to_thread(_write, self._outlets.textfile, families))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing], timeout=0.3)  # else the file would come back behind whoever removes it
            raise
        except OSError as error:
            return f"{show(str(self._outlets.textfile))} cannot be written: {error.strerror or error}"
        return ""

    def _alerted(self, notice: Notice) -> None:
        self._say(f"alert: {line_of(notice)}")
        if self._outlets.events is not None:
            self._outlets.events(alert_line(notice))

    def _sent(self, delivery: Delivery) -> None:
        name = show(delivery.target, 64)
        self._say(f"target {name}: {'delivered' if delivery.delivered else show(delivery.trouble, 300)}")

    def _heard(self, event: Event | UnknownEvent, _touched: Touched) -> None:
        line = event_line(event, self._engine.state)
        if line is not None and self._outlets.events is not None:
            self._outlets.events(line)


def _write(path: Path, families: "list[Metric]") -> None:
    """Whole or not at all: a collector may read at any moment."""
    body, _ = exposition(families)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(body)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
