"""One round of polls for a command, written down beside whatever monitor runs.

May import ``fleet.nodes``, ``fleet.history``, ``fleet.model`` and the modules beside.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet.errors import RemoteError
from fleet.faces.live.polling import commands_of
from fleet.history import HistoryError, open_history
from fleet.model.event import Event, NodeObserved, PollFailed
from fleet.model.fleet import Fleet, Node
from fleet.model.observation import Observation
from fleet.nodes import Dialer, HostKey, Poller

OnSeen = Callable[[Observation], None]


def poll_once(fleet: Fleet, names: Sequence[str], on_seen: OnSeen) -> tuple[Observation, ...]:
    """Poll the nodes called ``names``, each once; ``on_seen`` is told as they come."""

    async def run() -> tuple[Observation, ...]:
        async with Poller([fleet.nodes[name] for name in names]) as poller:
            return await poller.round(names, on_seen)

    return asyncio.run(run())


def write_down(history: Path, fleet: Fleet, seen: Sequence[Observation]) -> str:
    """Append what was seen to the history; a sentence where that cannot be done, which is no reason to fail."""
    try:
        with open_history(history, leased=False) as opened:
            for observation in seen:
                opened.append(*_events(fleet.nodes[observation.node], observation))
    except (HistoryError, OSError) as error:
        return f"not written down: {error}"
    return ""


def _events(node: Node, seen: Observation) -> Iterator[Event]:
    yield from commands_of(node, seen)
    if seen.failure is not None:
        yield PollFailed(seen.at, seen.node, seen.failure)
    else:
        yield NodeObserved(seen.at, seen)


@dataclass(frozen=True, slots=True)
class ShownKeys:
    """The host keys a node shows, or why it shows none."""

    node: Node
    keys: tuple[HostKey, ...] = ()
    error: RemoteError | None = None

    @property
    def pinned(self) -> str:
        """The fingerprint the profile has on record."""
        return self.node.ssh.host_key

    @property
    def differs(self) -> bool:
        """Whether it shows keys, and the one on record is not among them."""
        return bool(self.pinned and self.keys) and self.pinned not in {key.fingerprint for key in self.keys}


def host_keys(fleet: Fleet, names: Sequence[str]) -> tuple[ShownKeys, ...]:
    """What each node shows; nothing but key exchanges is sent, and nothing is trusted for it."""

    async def ask(dialer: Dialer, node: Node) -> ShownKeys:
        try:
            return ShownKeys(node, await dialer.host_keys(node))
        except RemoteError as error:
            return ShownKeys(node, error=error)

    async def run() -> tuple[ShownKeys, ...]:
        dialer = Dialer()
        try:
            return tuple(await asyncio.gather(*(ask(dialer, fleet.nodes[name]) for name in names)))
        finally:
            await dialer.close()

    return asyncio.run(run())
