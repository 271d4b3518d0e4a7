"""State: everything known, folded from events.

May import ``fleet.model``, ``fleet.plain`` and the modules of this room that hold entries.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from fleet.model import event as events
from fleet.model.event import Activity, Event, LogsRead, OperatorActed, ReportRead, ResolverJudged, Target
from fleet.model.fleet import Fleet
from fleet.monitor import changes, checks, nodes, queues
from fleet.monitor.changes import Changed
from fleet.monitor.checks import CheckEntry
from fleet.monitor.log import LogLine, log_line
from fleet.monitor.nodes import NodeEntry
from fleet.monitor.queues import QueueEntry
from fleet.plain import UnknownEvent

POLL_SECONDS = 300
CHECK_SECONDS = 1800
LOG_LINES = 500
"""Lines of the log that State holds; the history has them all."""

LOGS_KEPT = 1000
PROOFS_KEPT = 500_000
"""Mail logs of which State holds what they proved, those read last: so many, and so many proofs of them together.

A search makes one of each node and destination, a file that is read one of all its destinations.
"""

REPORTS_KEPT = 500
"""TLS reports of which State holds what they counted, those read last."""

Cell = tuple[str, str, str]
"""A resolver, a transport and a vantage."""


class Part(StrEnum):
    """What a change touches."""

    NOTHING = "nothing"
    NODE = "node"
    CHECK = "check"
    RESOLVER = "resolver"
    QUEUE = "queue"
    LOGS = "logs"
    REPORTS = "reports"
    ACT = "act"
    FLEET = "fleet"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Touched:
    """What an event changed: a part, and which entry of it (a node's name, a ``Target``, a cell, an object)."""

    part: Part
    key: object = None


@dataclass(slots=True)
class State:
    """What is known.  Change it with ``apply`` only; read it freely on the same loop.

    Entries of nodes and targets that the profile no longer names stay: what was known of them is not forgotten, and
    ``fleet`` tells which are declared.
    """

    fleet: Fleet | None = None
    profile: str = ""
    profile_sha256: str = ""
    nodes: dict[str, NodeEntry] = field(default_factory=dict)
    checks: dict[Target, CheckEntry] = field(default_factory=dict)
    targets: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    """The targets in ``checks``, by domain."""
    resolvers: dict[Cell, ResolverJudged] = field(default_factory=dict)
    queues: dict[str, QueueEntry] = field(default_factory=dict)
    """By node; a node whose queue was never asked for has none."""
    logs: dict[str, LogsRead] = field(default_factory=dict)
    """What mail logs proved, by log."""
    reports: dict[str, ReportRead] = field(default_factory=dict)
    """What TLS reports counted, by report."""
    acts: dict[str, OperatorActed] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    """Intervals that an operator changed, by ``IntervalChanged.subject``."""
    paused: bool = False
    monitor: str = ""
    """Who schedules; empty where nobody does."""
    monitor_since: datetime | None = None
    history_trouble: str = ""
    """Why events are not written down; empty where they are."""
    history_lost: int = 0
    events: int = field(default=0, compare=False)
    unknown_events: int = field(default=0, compare=False)
    late: int = 0
    """Polls and checks that ended more than their interval after they were due."""
    log: deque[LogLine] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    changes: deque[Changed] = field(default_factory=lambda: deque(maxlen=changes.KEPT))
    """What became another than it was, the last one last."""
    changes_since: datetime | None = None
    """What changed before was not noted: a checkpoint of an older program held no changes.  None: all were."""

    def apply(self, event: Event | UnknownEvent) -> Touched:
        """Fold ``event`` into what is known: at once, for every event there can be, with no effect elsewhere."""
        self.events += 1
        fold = _FOLDS.get(type(event))
        if fold is None or isinstance(event, UnknownEvent):
            self.unknown_events += 1
            return Touched(Part.NOTHING)
        line = log_line(event)
        if line is not None:
            self.log.append(line)
        return fold(self, event)

    def snapshot(self) -> "State":
        """A State that stands still while this one goes on; cheap, because entries are shared."""
        return replace(
            self,
            nodes=self.nodes.copy(),
            checks=self.checks.copy(),
            targets=self.targets.copy(),
            resolvers=self.resolvers.copy(),
            queues=self.queues.copy(),
            logs=self.logs.copy(),
            reports=self.reports.copy(),
            acts=self.acts.copy(),
            seconds=self.seconds.copy(),
            log=self.log.copy(),
            changes=self.changes.copy(),
        )

    def poll_seconds(self, node: str) -> int:
        """The interval between polls of ``node``."""
        return self.seconds.get(f"{Activity.POLL} {node}", self.seconds.get(Activity.POLL, POLL_SECONDS))

    def check_seconds(self, target: Target) -> int:
        """The interval between checks of ``target``: an operator's word, else the profile's."""
        declared = self.fleet.destinations.get(target.domain) if self.fleet else None
        otherwise = self.seconds.get(Activity.CHECK, declared.seconds if declared else CHECK_SECONDS)
        return self.seconds.get(f"{Activity.CHECK} {target.domain}", otherwise)

    def checks_of(self, domain: str) -> tuple[CheckEntry, ...]:
        """The entries of every target of ``domain``."""
        return tuple(self.checks[target] for target in self.targets.get(domain, ()))

    @property
    def running(self) -> int:
        """How many polls and checks run."""
        of_nodes = sum(entry.running_since is not None for entry in self.nodes.values())
        return of_nodes + sum(entry.running_since is not None for entry in self.checks.values())


def _node(state: State, name: str, change: Callable[[NodeEntry], NodeEntry]) -> Touched:
    old = state.nodes.get(name) or NodeEntry(name)
    new = state.nodes[name] = change(old)
    state.late += new.late - old.late
    return Touched(Part.NODE, name)


def _check(state: State, target: Target, change: Callable[[CheckEntry], CheckEntry]) -> Touched:
    old = state.checks.get(target)
    if old is None:
        old = CheckEntry(target)
        state.targets[target.domain] = (*state.targets.get(target.domain, ()), target)
    new = state.checks[target] = change(old)
    state.late += new.late - old.late
    return Touched(Part.CHECK, target)


def _observed(state: State, event: events.NodeObserved) -> Touched:
    before = state.nodes.get(event.node)
    state.changes.extend(changes.of_node(before.known if before is not None else None, event.observation))
    return _node(state, event.node, lambda entry: nodes.observed(entry, event, state.poll_seconds(event.node)))


def _finished(state: State, event: events.CheckFinished) -> Touched:
    before = state.checks.get(event.target)
    seconds = state.check_seconds(event.target)
    touched = _check(state, event.target, lambda entry: checks.finished(entry, event, seconds))
    known, after = before.published if before is not None else None, state.checks[event.target].published
    if after is not None:
        state.changes.extend(changes.of_check(known, after, event.at, event.target))
    return touched


def _step(state: State, event: events.StepSeen) -> Touched:
    """A step makes no target known: the history forgets steps, and must come to the same without them."""
    if event.target not in state.checks:
        return Touched(Part.NOTHING)
    return _check(state, event.target, lambda entry: checks.step_seen(entry, event))


def _started(state: State, event: events.MonitorStarted) -> Touched:
    """What ran in a monitor that was killed will never end: it runs no more."""
    state.monitor, state.monitor_since, state.paused = event.by, event.at, False
    _nothing_runs(state)
    return Touched(Part.FLEET)


def _stopped(state: State, event: events.MonitorStopped) -> Touched:
    state.monitor, state.monitor_since = "", None
    _nothing_runs(state)
    return Touched(Part.FLEET)


def _nothing_runs(state: State) -> None:
    # A run that did not end was no try: what it was about is due at once, not an interval later.
    for name, node in state.nodes.items():
        if node.running_since is not None:
            state.nodes[name] = replace(node, running_since=None, due=None, tried_at=None)
    for target, check in state.checks.items():
        if check.running_since is not None:
            state.checks[target] = replace(check, running_since=None, due=None, steps=(), tried_at=None)


def _paused(state: State, event: events.Paused | events.Resumed) -> Touched:
    state.paused = isinstance(event, events.Paused)
    return Touched(Part.MONITOR)


def _profile(state: State, event: events.ProfileLoaded) -> Touched:
    """Its nodes are known of from now on, if only as never seen.  (It does not say whence destinations are checked.)"""
    state.changes.extend(changes.of_profile(state.fleet, event.fleet, event.at))
    state.fleet, state.profile, state.profile_sha256 = event.fleet, event.path, event.sha256
    for name in event.fleet.nodes:
        state.nodes.setdefault(name, NodeEntry(name))
    return Touched(Part.FLEET)


def _judged(state: State, event: ResolverJudged) -> Touched:
    """What could not be asked takes nothing away from what was found before: that stays, with its age."""
    cell = (event.resolver, event.transport, event.vantage)
    held = state.resolvers.get(cell)
    if event.asked or held is None or not held.asked:
        state.changes.extend(changes.of_resolver(held, event))
        state.resolvers[cell] = event
    return Touched(Part.RESOLVER, cell)


def _queue(state: State, event: events.QueueSeen | events.QueueUnseen) -> Touched:
    old = state.queues.get(event.subject) or QueueEntry(event.subject)
    state.queues[event.subject] = (
        queues.seen(old, event) if isinstance(event, events.QueueSeen) else queues.unseen(old, event)
    )
    return Touched(Part.QUEUE, event.subject)


def _read(state: State, event: LogsRead) -> Touched:
    state.logs.pop(event.log, None)
    state.logs[event.log] = event
    proofs = sum(len(read.proofs) for read in state.logs.values())
    while len(state.logs) > LOGS_KEPT or (proofs > PROOFS_KEPT and len(state.logs) > 1):
        proofs -= len(state.logs.pop(next(iter(state.logs))).proofs)
    return Touched(Part.LOGS, event.log)


def _reported(state: State, event: ReportRead) -> Touched:
    state.reports.pop(event.report, None)
    state.reports[event.report] = event
    while len(state.reports) > REPORTS_KEPT:
        del state.reports[next(iter(state.reports))]
    return Touched(Part.REPORTS, event.report)


def _acted(state: State, event: OperatorActed) -> Touched:
    if event.act is events.Act.RELEASED:
        state.acts.pop(event.object, None)
    else:
        state.acts[event.object] = event
    return Touched(Part.ACT, event.object)


def _interval(state: State, event: events.IntervalChanged) -> Touched:
    state.seconds[event.subject] = event.seconds
    return Touched(Part.MONITOR)


def _history_failed(state: State, event: events.HistoryFailed) -> Touched:
    state.history_trouble = event.sentence
    return Touched(Part.MONITOR)


def _history_resumed(state: State, event: events.HistoryResumed) -> Touched:
    state.history_trouble = ""
    state.history_lost += event.lost
    return Touched(Part.MONITOR)


_FOLDS: dict[type, Callable[[State, Any], Touched]] = {
    events.MonitorStarted: _started,
    events.MonitorStopped: _stopped,
    events.Paused: _paused,
    events.Resumed: _paused,
    events.ProfileLoaded: _profile,
    events.PollStarted: lambda s, e: _node(s, e.node, lambda entry: nodes.started(entry, e)),
    events.NodeObserved: _observed,
    events.PollFailed: lambda s, e: _node(s, e.node, lambda entry: nodes.failed(entry, e, s.poll_seconds(e.node))),
    events.PollCancelled: lambda s, e: _node(s, e.node, lambda entry: nodes.cancelled(entry, e)),
    events.CommandSent: lambda s, e: Touched(Part.MONITOR),
    events.CheckStarted: lambda s, e: _check(s, e.target, lambda entry: checks.started(entry, e)),
    events.StepSeen: _step,
    events.CheckFinished: _finished,
    events.CheckFailed: lambda s, e: _check(
        s, e.target, lambda entry: checks.failed(entry, e, s.check_seconds(e.target))
    ),
    events.CheckCancelled: lambda s, e: _check(s, e.target, lambda entry: checks.cancelled(entry, e)),
    events.ResolverJudged: _judged,
    events.QueueSeen: _queue,
    events.QueueUnseen: _queue,
    events.LogsRead: _read,
    events.ReportRead: _reported,
    events.OperatorActed: _acted,
    events.IntervalChanged: _interval,
    events.HistoryFailed: _history_failed,
    events.HistoryResumed: _history_resumed,
}
