"""The poll that the monitor schedules: one node asked over SSH, every command of it an event.

asyncssh takes a quarter of a second to load: it does so in a thread, when the first poll is due.

May import ``fleet.nodes`` (when needed), ``fleet.model``, ``fleet.clock`` and ``fleet.errors``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from fleet.clock import monotonic
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.event import CommandSent, Event
from fleet.model.fleet import Fleet, Node
from fleet.model.observation import Observation
from fleet.model.queue import Queue
from fleet.text import show

if TYPE_CHECKING:
    from fleet.network import Network
    from fleet.nodes import Dialer, Kept, Vantages

_DOCUMENT_SECONDS = 3600.0
"""Between two looks at an appliance's whole configuration: it is long, and its facts change seldom."""
_GOODBYE_SECONDS = 0.3
"""For closing what is open when the program ends: nobody waits for a node that does not answer."""


class Polls:
    """Polls nodes of whatever fleet there is at the moment; keeps connections where that is kind."""

    def __init__(self, fleet: Callable[[], Fleet | None]) -> None:
        self._fleet = fleet
        self._dialer: Dialer | None = None
        self._kept: Kept | None = None
        self._vantages: Vantages | None = None
        self._known: Fleet | None = None
        self._documents: dict[str, float] = {}
        self._opening = asyncio.Lock()

    async def __call__(self, node: str, publish: Callable[[Event], None], /) -> Observation:
        """See ``monitor.Poll``."""
        fleet = self._fleet()
        declared = fleet.nodes.get(node) if fleet else None
        if declared is None:
            raise RemoteError(Failure(FailureKind.COMMAND, f"{show(node, 80)} is in the profile no more"))
        dialer, kept = await self._open()
        from fleet.nodes import poll_node  # noqa: PLC0415  start-up stays light

        if fleet is not None and fleet is not self._known:
            self._known = fleet
            await kept.only(fleet.nodes.values())
        document = self._wants_document(declared)
        seen = await poll_node(declared, dialer, kept=kept, document=document)
        if document and seen.failure is None:
            self._documents[node] = monotonic()
        for event in commands_of(declared, seen):
            publish(event)
        return seen

    def _wants_document(self, node: Node) -> bool:
        last = self._documents.get(node.name)
        return node.ssh.showconfig and (last is None or monotonic() - last > _DOCUMENT_SECONDS)

    async def queue(self, node: str, watched: Sequence[str]) -> Queue | Failure:
        """What waits on ``node``, over the connections that polls keep."""
        fleet = self._fleet()
        declared = fleet.nodes.get(node) if fleet else None
        if declared is None:
            return Failure(FailureKind.COMMAND, f"{show(node, 80)} is in the profile no more")
        dialer, kept = await self._open()
        from fleet.nodes import look_at_queue  # noqa: PLC0415

        return await look_at_queue(declared, dialer, watched, kept=kept)

    @asynccontextmanager
    async def through(self, node: Node) -> "AsyncIterator[Network | Failure]":
        """The network as ``node`` sees it (``fleet.nodes.Vantages``), over the connections that polls keep."""
        dialer, kept = await self._open()
        from fleet.nodes import Vantages  # noqa: PLC0415

        if self._vantages is None:
            self._vantages = Vantages(dialer, kept)
        async with self._vantages.through(node) as way:
            yield way

    async def _open(self) -> "tuple[Dialer, Kept]":
        async with self._opening:
            if self._dialer is None or self._kept is None:
                nodes = await asyncio.to_thread(import_module, "fleet.nodes")
                self._dialer, self._kept = nodes.Dialer(), nodes.Kept()
            return self._dialer, self._kept

    async def close(self) -> None:
        """Hang up, without waiting for whoever does not."""
        if self._dialer is not None and self._kept is not None:
            goodbyes = [asyncio.ensure_future(self._kept.close()), asyncio.ensure_future(self._dialer.close())]
            _, late = await asyncio.wait(goodbyes, timeout=_GOODBYE_SECONDS)
            for one in late:
                one.cancel()


def commands_of(node: Node, seen: Observation) -> tuple[CommandSent, ...]:
    """The commands whose answers ``seen`` rests on, each once, in their order."""
    host = node.ssh.host or (node.addresses[0] if node.addresses else node.name)
    found = {(unit.evidence.at, unit.evidence.command): unit for unit in seen.units if unit.evidence is not None}
    return tuple(
        CommandSent(at, node.name, host, command, unit.evidence.milliseconds if unit.evidence else 0.0, "answered")
        for (at, command), unit in sorted(found.items(), key=lambda item: item[0])
    )
