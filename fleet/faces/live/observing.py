"""One round of polls for a command, written down beside whatever monitor runs.

May import ``fleet.nodes``, ``fleet.history``, ``fleet.model`` and the modules beside.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from fleet.faces.live.polling import commands_of
from fleet.history import HistoryError, open_history
from fleet.model.event import Event, NodeObserved, PollFailed
from fleet.model.fleet import Fleet, Node
from fleet.model.observation import Observation
from fleet.nodes import Poller

OnSeen = Callable[[Observation], None]


def poll_once(
    fleet: Fleet, names: Sequence[str], on_seen: OnSeen, *, document: bool = False
) -> tuple[Observation, ...]:
    """Poll the nodes called ``names``, each once; ``on_seen`` is told as they come.

    ``document``: ask appliances for their whole configuration as well.
    """

    async def run() -> tuple[Observation, ...]:
        async with Poller([fleet.nodes[name] for name in names], document=document) as poller:
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
    if seen.failure is not None and not seen.saw_something:
        yield PollFailed(seen.at, seen.node, seen.failure)
    else:
        yield NodeObserved(seen.at, seen)
