"""Events as JSON lines, one object a line, for programs that read along: ``fleet-event/1``.

What happened, to what, in words, and for a check what every policy and mode made of it.  The whole of an event
(every step, every fact) is in the history.  True values; the encoding escapes everything that is not ASCII.

May import ``fleet.alerts``, ``fleet.monitor``, ``fleet.plain`` and ``fleet.model``.
"""

from typing import Any

from fleet.alerts import Kind, Notice
from fleet.model import Mode, Policy
from fleet.model.event import CheckFinished, Event, Target
from fleet.monitor import State
from fleet.monitor.log import log_line
from fleet.plain import Json, UnknownEvent, dumps

EVENT_FORMAT = "fleet-event/1"


def event_line(event: Event | UnknownEvent, state: State) -> str | None:
    """``event``, which ``state`` contains already, as one line; None for a single step of a check that runs."""
    line = log_line(event) if not isinstance(event, UnknownEvent) else None
    if line is None:
        return None
    document: dict[str, Json] = {
        "format": EVENT_FORMAT,
        "at": line.at.isoformat(),
        "event": line.name,
        "subject": line.subject,
        "words": line.words,
        "failed": line.failed,
    }
    if line.milliseconds is not None:
        document["milliseconds"] = line.milliseconds
    failure = getattr(event, "failure", None)
    if failure is not None:
        document["failure"] = str(failure.kind)
    node: Any = getattr(event, "node", None)
    target: Any = getattr(event, "target", None)
    if isinstance(node, str):
        document["node"] = node
    if isinstance(target, Target):
        document |= {"destination": target.domain, "vantage": target.vantage, "resolvers": list(target.resolvers)}
    if isinstance(event, CheckFinished):
        document["outcomes"] = _outcomes(event, state)
    return dumps(document)


def alert_line(notice: Notice) -> str:
    """What was told, or would have been if anybody were told, as one line."""
    reading = notice.alert.reading
    return dumps(
        {
            "format": EVENT_FORMAT,
            "at": notice.at.isoformat(),
            "event": "Alert",
            "subject": reading.object,
            "words": reading.sentence,
            "failed": notice.kind in (Kind.FIRING, Kind.STILL),
            "kind": str(notice.kind),
            "condition": str(reading.condition),
            "since": notice.alert.since.isoformat(),
            "nodes": list(reading.nodes),
        }
    )


def _outcomes(event: CheckFinished, state: State) -> dict[str, Json]:
    entry = state.checks.get(event.target)
    mark = entry.last if entry is not None else None
    if mark is None:
        return {}
    return {str(policy): {str(mode): str(mark.outcome(policy, mode)) for mode in Mode} for policy in Policy}
