"""Alerts: who must be told what, once, and told again when it is over.

A dashboard needs somebody who looks at it.  What must not wait for that is told: mail to a destination is stopped, mail
that left under DANE does so no more, a node answers nobody, the rules find what was not there before.  Four things make
the difference between being told and being pestered:

* **Patience** (``patience``).  A condition must be seen bad for some checks and some seconds before it is told, and
  good for some before that is taken back.  One lost packet tells nobody, and what goes up and down once a minute is
  told once.  What is *unknown* is neither: it never fires what was not seen bad, and never ends what was.
* **Gathering** (``courier``).  What comes within half a minute goes into one message; while a target does not answer,
  what comes waits for the next try.
* **Silence on purpose** (``watch``).  Maintenance windows of the profile, and what an operator acknowledged or
  silenced, are respected; what still lasts when they end is told then.
* **Words** (``messages``).  A message says what happens to mail.  No text of a stranger can become a link, a mention or
  markup in a chat or a mail.

``conditions`` reads State, the forecast and the findings; it and everything up to the message is pure.  ``courier`` is
the edge: bounded queues, bounded retries, each delivery in a child process (``deliver``), so that a library, a server
or a name lookup that hangs can be killed and takes nothing with it.  A target that fails is said and counted, never
fatal.

``memory`` keeps what was told beside the history, so that a monitor that is started again tells nobody twice.

May import ``fleet.monitor``, ``fleet.forecast``, ``fleet.plain``, ``fleet.model``, ``fleet.errors``, ``fleet.text``
and ``fleet.clock``.  Only ``deliver`` knows Apprise, and runs in a process of its own.
"""

from fleet.alerts.conditions import Mail, Reading, Situation, Standing, readings
from fleet.alerts.courier import Courier, Delivery, TargetState
from fleet.alerts.memory import Memory, load_memory, memory_of, memory_path, remind, save_memory
from fleet.alerts.messages import Message, message_of
from fleet.alerts.patience import Alert, Phase, advance, patience_for
from fleet.alerts.watch import Kind, Notice, Watch

__all__ = [
    "Alert",
    "Courier",
    "Delivery",
    "Kind",
    "Mail",
    "Memory",
    "Message",
    "Notice",
    "Phase",
    "Reading",
    "Situation",
    "Standing",
    "TargetState",
    "Watch",
    "advance",
    "load_memory",
    "memory_of",
    "memory_path",
    "message_of",
    "patience_for",
    "readings",
    "remind",
    "save_memory",
]
