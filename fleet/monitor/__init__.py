"""The monitor: events become State, schedules become work, work becomes events.

``State`` is a pure fold over events: the same events in the same order give an equal State, whether they happen now,
come from the history, from a recording or from another process.  It holds what is *known*: last good values, what
runs, what failed and since when, short rings for sparklines.  It holds no ages (``freshness`` computes them from
``now``), no findings and no outcomes but those of past checks: these are marks of history, as are the changes that were
noticed on the way.

Its entries are frozen and replaced, never changed: whoever derives something from an entry may remember it under the
entry's identity.

``Engine`` decides *when*: one loop, a heap of deadlines with jitter, one poll per node and one check per target at a
time, limits, backoff.  What a poll or check *is*, is given to it as a function: it imports no transport.

``Monitor`` stands between: every event goes through ``Monitor.publish``, which masks secrets, writes it to the history,
folds it into State and tells whoever subscribed, in that order and on one loop.

May import ``fleet.history``, ``fleet.decision``, ``fleet.layout``, ``fleet.plain``, ``fleet.model``, ``fleet.clock``,
``fleet.text`` and ``fleet.errors``.
"""

from fleet.monitor.changes import KEPT as KEPT_CHANGES
from fleet.monitor.changes import Changed
from fleet.monitor.checks import RING as MARKS_KEPT
from fleet.monitor.checks import CheckEntry, CheckMark
from fleet.monitor.engine import Check, Engine, Limits, Poll
from fleet.monitor.freshness import (
    QUEUE_SECONDS,
    Freshness,
    age,
    freshness_of_check,
    freshness_of_node,
    freshness_of_queue,
)
from fleet.monitor.log import LogLine, log_line
from fleet.monitor.monitor import Listener, Monitor
from fleet.monitor.nodes import KeptUnit, NodeEntry, PollMark
from fleet.monitor.queues import QueueEntry
from fleet.monitor.restore import Restored, restore, restore_in_slices
from fleet.monitor.schedule import Backoff
from fleet.monitor.state import Part, State, Touched

__all__ = [
    "KEPT_CHANGES",
    "MARKS_KEPT",
    "QUEUE_SECONDS",
    "Backoff",
    "Changed",
    "Check",
    "CheckEntry",
    "CheckMark",
    "Engine",
    "Freshness",
    "KeptUnit",
    "Limits",
    "Listener",
    "LogLine",
    "Monitor",
    "NodeEntry",
    "Part",
    "Poll",
    "PollMark",
    "QueueEntry",
    "Restored",
    "State",
    "Touched",
    "age",
    "freshness_of_check",
    "freshness_of_node",
    "freshness_of_queue",
    "log_line",
    "restore",
    "restore_in_slices",
]
