"""State out of a history, and into a checkpoint.

A checkpoint holds State without its heavy values.  The profile, the observations and the verdicts are read from their
own events, the last known values; then the events after the checkpoint are folded.  Both together give the same State
as folding all events (a test says so for random histories).

May import ``fleet.history``, ``fleet.model``, ``fleet.plain`` and the modules of this room.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fleet.history import HistoryReader
from fleet.model.event import (
    CheckFinished,
    LogsRead,
    NodeObserved,
    OperatorActed,
    ProfileLoaded,
    QueueSeen,
    ReportRead,
    ResolverJudged,
    Target,
)
from fleet.monitor.changes import KEPT, Changed
from fleet.monitor.checks import CheckEntry
from fleet.monitor.log import LogLine
from fleet.monitor.nodes import NodeEntry
from fleet.monitor.queues import QueueEntry
from fleet.monitor.state import LOG_LINES, State
from fleet.plain import Json, ShapeError, from_plain, to_plain

FORMAT = 1
"""Of a checkpoint; one of another format is passed over, and more events are folded instead."""
_SLICE = 20
"""Values read between two yields: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Restored:
    """State as of the event ``through``.  ``whole``: nothing is left to be read."""

    state: State
    through: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Frozen:
    """State without its heavy values, as a value that other threads may read."""

    format: int
    profile: str
    profile_sha256: str
    nodes: tuple[NodeEntry, ...]
    checks: tuple[CheckEntry, ...]
    resolvers: tuple[ResolverJudged, ...]
    acts: tuple[OperatorActed, ...]
    seconds: tuple[tuple[str, int], ...]
    paused: bool
    monitor: str
    monitor_since: datetime | None
    history_trouble: str
    history_lost: int
    events: int
    unknown_events: int
    late: int
    log: tuple[LogLine, ...]
    queues: tuple[QueueEntry, ...] = ()
    logs: tuple[LogsRead, ...] = ()
    reports: tuple[ReportRead, ...] = ()
    changes: tuple[Changed, ...] = ()
    changes_since: datetime | None = None


def freeze(state: State) -> Frozen:
    """``state`` as it is now: only references are copied."""
    return Frozen(
        format=FORMAT,
        nodes=tuple(state.nodes.values()),
        checks=tuple(state.checks.values()),
        resolvers=tuple(state.resolvers.values()),
        acts=tuple(state.acts.values()),
        seconds=tuple(state.seconds.items()),
        log=tuple(state.log),
        queues=tuple(state.queues.values()),
        logs=tuple(state.logs.values()),
        reports=tuple(state.reports.values()),
        changes=tuple(state.changes),
        **{name: getattr(state, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = (
    "profile",
    "profile_sha256",
    "paused",
    "monitor",
    "monitor_since",
    "history_trouble",
    "history_lost",
    "events",
    "unknown_events",
    "late",
    "changes_since",
)


def checkpoint(frozen: Frozen) -> dict[str, Json]:
    """The plain data of a checkpoint; takes its time with thousands of entries, so call it off the loop."""
    light = replace(
        frozen,
        nodes=tuple(replace(entry, observation=None) for entry in frozen.nodes),
        checks=tuple(replace(entry, verdict=None) for entry in frozen.checks),
        queues=tuple(replace(entry, queue=None) for entry in frozen.queues),
    )
    plain: Any = to_plain(light)
    return dict(plain)


def restore(reader: HistoryReader) -> Restored:
    """State as the whole history tells it; HistoryError where the file lets us down."""
    restored = Restored(State(), 0, False)
    for restored in restore_in_slices(reader):  # noqa: B007 - the last one is wanted
        pass
    return restored


def restore_in_slices(reader: HistoryReader) -> Iterator[Restored]:
    """The same State again and again, with more in it each time, so that a screen can live meanwhile.

    At first it has what a list shows (outcomes, ages, what failed); the profile, observations and verdicts follow, then
    what happened since the last checkpoint.
    """
    state, through = _from_checkpoint(reader)
    yield Restored(state, through, False)
    for count, _ in enumerate(_attach(reader, state, through), 1):
        if count % _SLICE == 0:
            yield Restored(state, through, False)
    while batch := reader.after(through, _SLICE):
        for stored in batch:
            state.apply(stored.event)
        through = batch[-1].number
        yield Restored(state, through, False)
    yield Restored(state, through, True)


def _from_checkpoint(reader: HistoryReader) -> tuple[State, int]:
    for saved in reader.checkpoints():
        data: Any = saved.data
        try:
            if isinstance(data, dict) and data.get("format") == FORMAT:
                state = _thaw(from_plain(Frozen, data))
                if "changes" not in data:
                    state.changes_since = _time_of(reader, saved.through)
                return state, saved.through
        except ShapeError:
            continue  # an older one, or all events, will do
    return State(), 0


def _time_of(reader: HistoryReader, number: int) -> datetime | None:
    """When event ``number`` happened; where it is deleted, the one beside it."""
    near = reader.before(number + 1, 1) or reader.after(number, 1)
    return near[0].event.at if near else None


def _thaw(frozen: Frozen) -> State:
    targets: dict[str, tuple[Target, ...]] = {}
    for entry in frozen.checks:
        targets[entry.target.domain] = (*targets.get(entry.target.domain, ()), entry.target)
    return State(
        nodes={entry.name: entry for entry in frozen.nodes},
        checks={entry.target: entry for entry in frozen.checks},
        targets=targets,
        resolvers={(judged.resolver, judged.transport, judged.vantage): judged for judged in frozen.resolvers},
        acts={act.object: act for act in frozen.acts},
        seconds=dict(frozen.seconds),
        log=deque(frozen.log, maxlen=LOG_LINES),
        queues={entry.node: entry for entry in frozen.queues},
        logs={read.log: read for read in frozen.logs},
        reports={read.report: read for read in frozen.reports},
        changes=deque(frozen.changes, maxlen=KEPT),
        **{name: getattr(frozen, name) for name in _AS_THEY_ARE},
    )


def _attach(reader: HistoryReader, state: State, through: int) -> Iterator[None]:
    """Give ``state`` the heavy values it had at ``through``; those of later events come with these events."""
    for kind in (ProfileLoaded, NodeObserved, CheckFinished, QueueSeen):
        for stored in reader.as_of(kind.__name__, through):
            match stored.event:
                case ProfileLoaded(fleet=fleet):
                    state.fleet = fleet
                case NodeObserved(observation=observation) if observation.node in state.nodes:
                    entry = state.nodes[observation.node]
                    state.nodes[observation.node] = replace(entry, observation=observation)
                case CheckFinished(target=target, verdict=verdict) if target in state.checks:
                    state.checks[target] = replace(state.checks[target], verdict=verdict)
                case QueueSeen(node=node, queue=queue) if node in state.queues:
                    state.queues[node] = replace(state.queues[node], queue=queue)
                case _:
                    pass  # an event of a newer program: its value is unknown here
            yield
