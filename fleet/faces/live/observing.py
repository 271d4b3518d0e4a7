"""One round of polls for a command, and what it comes to in the history.

May import ``fleet.nodes``, ``fleet.network``, ``fleet.model`` and the modules beside.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from fleet.faces.live.polling import commands_of
from fleet.model.event import Event, NodeObserved, PollFailed
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.network import loop
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

    return loop.run(run(), len(names))


def events_of(fleet: Fleet, seen: Iterable[Observation]) -> Iterator[Event]:
    """What a round of polls comes to in the history."""
    for one in seen:
        yield from commands_of(fleet.nodes[one.node], one)
        if one.failure is not None and not one.saw_something:
            yield PollFailed(one.at, one.node, one.failure)
        else:
            yield NodeObserved(one.at, one)
