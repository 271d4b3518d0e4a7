"""The log: every event in one line of words, for people.  True values; views make them safe to show.

May import ``fleet.model`` and ``fleet.plain``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fleet.model import event as events
from fleet.model.observation import Sight


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event in words.  ``name`` is its type; ``milliseconds`` None where it took no time worth telling."""

    at: datetime
    name: str
    subject: str
    words: str
    failed: bool = False
    milliseconds: float | None = None


def _observed(event: events.NodeObserved) -> str:
    units = event.observation.asked
    seen = sum(unit.sight is Sight.SEEN for unit in units)
    if event.failure is not None:
        return f"{seen} of {len(units)} parts of its configuration read, then: {event.failure.sentence}"
    return f"read: {seen} of {len(units)} parts of its configuration"


def _queue(event: events.QueueSeen) -> str:
    queue = event.queue
    waiting = [one for one in queue.waiting if one.recipients]
    total = sum(one.recipients or 0 for one in waiting) if queue.recipients is None else queue.recipients
    beyond = "" if queue.complete else ", others not observed"
    return f"queue: {total} recipients wait, {len(waiting)} destinations shown{beyond}"


def _acted(event: events.OperatorActed) -> str:
    until = f" until {event.until.isoformat(timespec='minutes')}" if event.until else ""
    return (
        f"{event.act} by {event.who}{until}: {event.reason}" if event.reason else f"{event.act} by {event.who}{until}"
    )


WORDS: dict[type, Callable[[Any], str]] = {
    events.MonitorStarted: lambda event: f"monitor {event.by} started",
    events.MonitorStopped: lambda event: f"monitor {event.by} stopped",
    events.Paused: lambda event: "scheduled work paused",
    events.Resumed: lambda event: "scheduled work resumed",
    events.ProfileLoaded: lambda event: (
        f"profile {event.path} loaded: {len(event.fleet.nodes)} nodes, {len(event.fleet.destinations)} destinations"
    ),
    events.PollStarted: lambda event: "poll started",
    events.NodeObserved: _observed,
    events.PollFailed: lambda event: event.failure.sentence,
    events.PollCancelled: lambda event: "poll cancelled",
    events.CommandSent: lambda event: f"{event.command}: {event.failure.sentence if event.failure else event.outcome}",
    events.CheckStarted: lambda event: "check started",
    events.CheckFinished: lambda event: f"check done: {len(event.verdict.steps)} steps",
    events.CheckFailed: lambda event: event.failure.sentence,
    events.CheckCancelled: lambda event: "check cancelled",
    events.ResolverJudged: lambda event: f"{event.resolver} over {event.transport} {event.kind}",
    events.QueueSeen: _queue,
    events.QueueUnseen: lambda event: event.failure.sentence,
    events.LogsRead: lambda event: f"mail log read: it proves something of {len(event.proofs)} destinations",
    events.ReportRead: lambda event: f"TLS report read: it counts sessions with {len(event.testimonies)} destinations",
    events.OperatorActed: _acted,
    events.IntervalChanged: lambda event: f"every {event.seconds} s",
    events.HistoryFailed: lambda event: event.sentence,
    events.HistoryResumed: lambda event: (
        f"the history is written again; {event.lost} events are lost" if event.lost else "the history is written again"
    ),
}
"""The words of every type of event that has a line; a step has none: its check has."""


def log_line(event: events.Event) -> LogLine | None:
    """The line of ``event``, if it has one."""
    words = WORDS.get(type(event))
    if words is None:
        return None
    milliseconds = getattr(event, "milliseconds", None)
    if isinstance(event, events.CheckFinished):
        milliseconds = event.verdict.milliseconds
    failed = isinstance(event, events.HistoryFailed) or getattr(event, "failure", None) is not None
    return LogLine(event.at, type(event).__name__, event.subject, words(event), failed, milliseconds)
