"""Running ``fleet queue``: a look at each queue, what it means by what is known already, and the exit code."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode, worst_code
from fleet.domains import DomainError, domain
from fleet.errors import UsageError
from fleet.faces.cli.given_fleet import default_history, keep, readable_fleet
from fleet.faces.cli.progress import progress
from fleet.faces.cli.terminal import look
from fleet.layout import overlay_observed, select
from fleet.model.event import QueueSeen, QueueUnseen
from fleet.model.fleet import Fleet
from fleet.text import show
from fleet.views.queue import NodeQueue, QueueRow, node_line, queue_rows, weights


@dataclass(frozen=True, slots=True)
class QueueAsked:
    """Options, as given."""

    profile: str
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    as_json: bool = False
    destinations_out: Path | None = None
    history: Path | None = None


def write_queue(asked: QueueAsked) -> ExitCode:
    """Look, print, write down; returns the exit code."""
    from fleet.faces.live.judging import seen_of
    from fleet.faces.live.last_known import observations_of, state_of
    from fleet.faces.live.queueing import look_once

    declared = readable_fleet(asked.profile)
    names = _names(declared, asked)
    watched = tuple(dict.fromkeys(map(_domain, asked.hosts))) or tuple(declared.destinations)
    history = asked.history or default_history(asked.profile)
    state = state_of(history)
    state.fleet = declared
    with progress(len(names), "looking at queues") as advance:
        seen = look_once(declared, names, watched, advance)
    keep(history, seen)
    for event in seen:
        state.apply(event)
    fleet = overlay_observed(declared, observations_of(state))
    looked = {event.node for event in seen if isinstance(event, QueueSeen)}
    deliveries = [entry.known for name, entry in state.queues.items() if name in looked and entry.known is not None]
    at = now()
    rows = queue_rows(fleet, replace(seen_of(state, at), deliveries=deliveries), at)
    lines = tuple(
        node_line(event.node, event.queue if isinstance(event, QueueSeen) else event.failure) for event in seen
    )
    code = worst_code([_code(rows, seen)])
    if asked.destinations_out is not None:
        from fleet.faces.cli.destination_list import write_destinations

        write_destinations(asked.destinations_out, weights([one.queue for one in deliveries]))
    if asked.as_json:
        from fleet.faces.export.queue_json import queue_document
        from fleet.plain import dumps

        print(dumps(queue_document(seen, rows, int(code))))
    else:
        _print(rows, lines)
    return code


def _print(rows: Sequence[QueueRow], lines: Sequence[NodeQueue]) -> None:
    from fleet.faces.export.queue_text import queue_text

    for line in queue_text(rows, lines, look()):
        print(line)


def _names(fleet: Fleet, asked: QueueAsked) -> tuple[str, ...]:
    """The nodes to look at: the named ones, else those that deliver to the outside."""
    chosen = select(fleet, asked.nodes, asked.limits)
    if asked.nodes or asked.limits:
        return tuple(chosen)
    external = tuple(name for name in chosen if fleet.tiers[fleet.nodes[name].tier].external)
    if not external:
        raise UsageError("no node of this profile delivers to the Internet: name the nodes to look at")
    return external


def _domain(text: str) -> str:
    try:
        return domain(text)
    except DomainError as error:
        raise UsageError(f"--hosts: {show(text, 80)} {error}") from error


def _code(rows: Sequence[QueueRow], seen: Sequence[QueueSeen | QueueUnseen]) -> ExitCode:
    if any(row.news or row.serious for row in rows):
        return ExitCode.FINDINGS
    unseen = any(isinstance(event, QueueUnseen) or event.queue.missing for event in seen)
    return ExitCode.INCOMPLETE if unseen or any(row.unexplained for row in rows) else ExitCode.CLEAN
