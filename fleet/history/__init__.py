"""The history: every event written down once, so that a monitor that is started again knows what it knew.

One SQLite file per profile.  It holds *events* (facts with their time, as plain data), the *last known value* of every
subject (a pointer to its event), and *checkpoints* (what the monitor had made of the events so far), so that opening a
month of it reads one checkpoint and the few events after it.

* **One commit per event**, write-ahead log, ``synchronous=NORMAL``: a process killed at any moment loses at most the
  event it was writing; a power cut may cost the last seconds.  The log is folded into the file off the event loop.
* **Retention** deletes what a later event of the same kind and subject has replaced, never a last known value.
* **One monitor schedules**: whoever holds the lease (a lock the kernel drops when its process dies).  Commands that run
  once append their own events; others follow, read-only.
* **No history is no reason to stop.**  A file that is corrupt or of a newer program is set aside under another name;
  one that cannot be written (read-only, disk full) is a sentence, and the monitor goes on without.
* **No secrets**: what looks like one is masked before it is known to anybody (``without_secrets``).

The room knows events and plain data, not what the monitor makes of them.  May import ``fleet.plain``, ``fleet.model``,
``fleet.clock``, ``fleet.text`` and ``fleet.errors``.
"""

from fleet.history.database import HistoryError, Notice, set_aside
from fleet.history.following import follow, replay
from fleet.history.lease import Lease, LeaseHeld, take_lease
from fleet.history.place import history_path
from fleet.history.reading import HistoryReader, Stored
from fleet.history.recorder import Recorder
from fleet.history.retention import Retention, tend
from fleet.history.secrets import MASK, without_secrets
from fleet.history.writing import History, open_history

__all__ = [
    "MASK",
    "History",
    "HistoryError",
    "HistoryReader",
    "Lease",
    "LeaseHeld",
    "Notice",
    "Recorder",
    "Retention",
    "Stored",
    "follow",
    "history_path",
    "open_history",
    "replay",
    "set_aside",
    "take_lease",
    "tend",
    "without_secrets",
]
