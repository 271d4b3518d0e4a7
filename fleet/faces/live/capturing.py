"""One session with one node written down, masked, and proved to be what the poll itself read.

May import ``fleet.nodes``, ``fleet.model`` and the modules beside.
"""

import asyncio
from dataclasses import dataclass

from fleet.model.fleet import Node
from fleet.model.observation import Observation
from fleet.nodes import Dialer, Recording, poll_node, replayed


@dataclass(frozen=True, slots=True)
class Captured:
    """``lines``: the masked recording, empty where no session began.

    ``complete``: all that passed is in it.  ``apart``: the units that are read otherwise from it than from the node.
    """

    seen: Observation
    lines: tuple[str, ...] = ()
    complete: bool = True
    apart: tuple[str, ...] = ()


def capture(node: Node, *, document: bool = False) -> Captured:
    """Poll ``node`` once with everything written down; ``document``: an appliance's whole configuration as well."""
    return asyncio.run(_capture(node, document))


async def _capture(node: Node, document: bool) -> Captured:
    dialer = Dialer()
    recording = Recording()
    try:
        seen = await poll_node(node, dialer, document=document, record=recording)
    finally:
        await dialer.close()
    if not recording:
        return Captured(seen)
    lines = tuple(recording.lines(str(node.settings.platform), dialer.credentials.secrets))
    return Captured(seen, lines, recording.complete, units_apart(seen, await replayed(lines, node.name)))


def units_apart(one: Observation, other: Observation) -> tuple[str, ...]:
    """The units that two observations see differently, in value or in how they were seen."""
    sights, others = ({unit.name: unit.sight for unit in seen.units} for seen in (one, other))
    found = [name for name in {**sights, **others} if sights.get(name) != others.get(name)]
    found += [name for name in sights if _value(one, name) != _value(other, name)]
    return tuple(dict.fromkeys(found))


def _value(seen: Observation, unit: str) -> object:
    """What the setting that ``unit`` is, or is a part of, was seen as; a clock is no setting."""
    return getattr(seen.settings, unit.partition(".")[0], None)
