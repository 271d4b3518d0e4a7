"""Delivery queues ready to show: a row for each node and destination that waits, the most serious first.

May import ``fleet.forecast``, ``fleet.rules``, ``fleet.model``, ``fleet.text`` and modules of this package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.errors import Failure
from fleet.forecast.waiting import AGED, Blame, Cause, Trend, first_bounce, is_news, trend
from fleet.model.fleet import Fleet, Node
from fleet.model.queue import Delivery, HostState, Queue, Waiting
from fleet.rules.queue import Seen
from fleet.text import show
from fleet.views.marks import Mark, badness
from fleet.views.names import both_names, duration

_LONG = 300


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What waits for one destination on one node.  ``left``: until the first bounce; ``history``: None is a gap."""

    destination: str
    node: str
    waiting: Waiting
    mark: Mark
    recipients: str
    oldest: str
    trend: Trend
    blame: Blame
    news: bool
    left: str
    passing: bool = False
    """Whether even the oldest message is so young that nothing keeps it."""
    bounces_in: float | None = None
    history: tuple[float | None, ...] = ()

    @property
    def serious(self) -> bool:
        """Whether DANE keeps it."""
        return bool(self.waiting.recipients) and self.blame.cause is Cause.DANE

    @property
    def unexplained(self) -> bool:
        """Whether it is not known what keeps it, or whether anything waits; mail on its way out needs no reason."""
        if self.waiting.recipients is None:
            return True
        return bool(self.waiting.recipients) and self.blame.cause is Cause.UNKNOWN and not self.passing

    @property
    def cause(self) -> str:
        """The cause in a few words."""
        if self.waiting.recipients is None:
            return show(self.waiting.why, _LONG)
        if not self.waiting.recipients:
            return "nothing waits"
        if self.blame.cause is Cause.DANE:
            flow = f" ({self.blame.flow})" if self.blame.flow else ""
            return show(f"DANE{flow}: {self.blame.sentence}", _LONG)
        return show(f"queued, cause unknown: {self.blame.sentence}", _LONG)


@dataclass(frozen=True, slots=True)
class NodeQueue:
    """One node in a line: what was seen, or why nothing was."""

    node: str
    mark: Mark
    words: str
    notes: tuple[str, ...] = ()


def queue_rows(fleet: Fleet, seen: Seen, now: datetime) -> tuple[QueueRow, ...]:
    """A row for each destination that waits, or that was asked for by name."""
    rows = [
        _row(one, delivery, node, fleet, seen, now)
        for delivery in seen.deliveries
        if (node := fleet.nodes.get(delivery.queue.node)) is not None
        for one in delivery.queue.waiting
    ]
    return tuple(sorted(rows, key=_order))


def _order(row: QueueRow) -> tuple[int, int, str, str]:
    return -badness(row.mark), -(row.waiting.recipients or 0), row.destination, row.node


def _row(one: Waiting, delivery: Delivery, node: Node, fleet: Fleet, seen: Seen, now: datetime) -> QueueRow:
    series, changed = delivery.series_of(one.domain), seen.changed_at(node, one.domain)
    why = seen.blame(fleet, node, one.domain, now)
    left = first_bounce(fleet, node, one, now)
    news = is_news(one, series, changed, now)
    return QueueRow(
        both_names(one.domain),
        show(node.name, 80),
        one,
        _mark(one, why, news),
        "unknown" if one.recipients is None else f"{one.recipients:,}",
        duration((now - one.oldest).total_seconds()) if one.oldest is not None else "unknown",
        trend(series, changed),
        why,
        news,
        _left(one, left),
        one.oldest is not None and now - one.oldest < AGED,
        left.total_seconds() if left is not None else None,
        tuple(None if level.recipients is None else float(level.recipients) for level in series.levels)
        if series is not None
        else (),
    )


def _mark(one: Waiting, why: Blame, news: bool) -> Mark:
    if one.recipients is None:
        return Mark.UNKNOWN
    if not one.recipients:
        return Mark.OK
    if why.cause is Cause.DANE:
        return Mark.FAIL
    return Mark.WARN if news or one.host is HostState.DOWN else Mark.UNKNOWN


def _left(one: Waiting, left: timedelta | None) -> str:
    if not one.recipients:
        return ""
    if left is None:
        return "first bounce: unknown"
    seconds = left.total_seconds()
    if seconds <= 0:
        return f"first bounce due {duration(-seconds)} ago"
    hours = f"{int(seconds // 3600)} h" if 3600 <= seconds < 4 * 86400 else duration(seconds)
    return f"first bounce in {hours}"


def node_line(node: str, found: Queue | Failure) -> NodeQueue:
    """One node's queue in a line."""
    name = show(node, 80)
    if isinstance(found, Failure):
        hint = (show(found.hint, _LONG),) if found.hint else ()
        return NodeQueue(name, Mark.UNKNOWN, f"not observed: {show(found.sentence, _LONG)}", hint)
    waiting = [one for one in found.waiting if one.recipients]
    total = found.recipients if found.recipients is not None else None
    words = f"{total:,} recipients wait" if total is not None else "how many wait in all is not known"
    words += f"; {len(waiting):,} destinations seen"
    if not found.complete:
        words += ", others not observed"
    if found.on_hold:
        words += f"; {found.on_hold:,} on hold, for an operator to release"
    mark = Mark.UNKNOWN if found.missing else Mark.OK
    return NodeQueue(name, mark, words, tuple(show(text, _LONG) for text in found.missing))


def weights(queues: Sequence[Queue]) -> dict[str, int]:
    """Waiting recipients by destination over all nodes, the most first: what a rollout should look at."""
    found: dict[str, int] = {}
    for queue in queues:
        for one in queue.waiting:
            if one.recipients:
                found[one.domain] = found.get(one.domain, 0) + one.recipients
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
