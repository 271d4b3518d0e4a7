"""Events: facts in the past tense, the only thing the monitor writes down.

Whatever happened (a poll that ended, a step that was seen, an operator who acted) is one frozen value with the time
``at`` which it happened.  What follows from it (findings, outcomes, ages) is derived and never an event.
``subject`` is what it is about in stable words: with the type of the event it is the key of a last known value.

May import ``fleet.model`` and ``fleet.errors`` only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.errors import Failure
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.model.proof import Proof
from fleet.model.queue import Queue
from fleet.model.resolver import ResolverKind
from fleet.model.testimony import Counted
from fleet.model.verdict import Step, Verdict

HERE = "this host"
"""The vantage of whoever runs this program."""


_OWN_CHECK = "daneverify on "


def own_check_of(node: str) -> str:
    """The vantage of what the appliance ``node`` says itself."""
    return _OWN_CHECK + node


def says_itself(vantage: str) -> str | None:
    """The node whose own words are recorded under ``vantage``; None for what we saw ourselves."""
    return vantage.removeprefix(_OWN_CHECK) if vantage.startswith(_OWN_CHECK) else None


@dataclass(frozen=True, slots=True)
class Target:
    """What one check is of: a destination, seen from somewhere, over some resolvers.

    Several targets may be of one domain: each vantage and set of resolvers gives a verdict of its own.  ``resolvers``
    is empty where the check asks those its vantage has by default.
    """

    domain: str
    vantage: str = HERE
    resolvers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The target in one line that no other target has; the domain stands first."""
        return f"{self.domain} {','.join(self.resolvers) or '-'} {self.vantage}"


class Activity(StrEnum):
    """The two things that are done again and again."""

    POLL = "poll"
    CHECK = "check"


class Act(StrEnum):
    """What an operator may do about a finding, a node or a destination."""

    ACKNOWLEDGED = "acknowledged"
    """Seen, still shown; until it changes or until ``until``."""
    SILENCED = "silenced"
    """Not shown and no alert, until ``until``."""
    RELEASED = "released"
    """Neither any more."""


@dataclass(frozen=True, slots=True)
class MonitorStarted:
    """A monitor began to schedule.  What ran in an earlier one that never said it stopped, runs no more."""

    at: datetime
    by: str
    """Host and process, such as ``bastion 4711``."""
    version: str = ""

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


@dataclass(frozen=True, slots=True)
class MonitorStopped:
    """A monitor ended in order."""

    at: datetime
    by: str

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


@dataclass(frozen=True, slots=True)
class Paused:
    """Scheduled work was stopped by an operator; what is asked for by hand still runs."""

    at: datetime

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Scheduled work goes on."""

    at: datetime

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


@dataclass(frozen=True, slots=True)
class ProfileLoaded:
    """A profile was read: from here on this is the declared fleet.  ``sha256`` is of the profile's bytes."""

    at: datetime
    fleet: Fleet
    path: str
    sha256: str

    @property
    def subject(self) -> str:
        """The whole monitor: there is one profile at a time."""
        return ""


@dataclass(frozen=True, slots=True)
class PollStarted:
    """A node is being asked.  ``due``: when it was to be asked; earlier than ``at`` where the monitor is behind."""

    at: datetime
    node: str
    due: datetime | None = None

    @property
    def subject(self) -> str:
        """The node."""
        return self.node


@dataclass(frozen=True, slots=True)
class NodeObserved:
    """A poll ended with something seen of the node.

    One that ended early says so (``failure``), and when the node is asked again (``retry_at``).
    """

    at: datetime
    observation: Observation
    retry_at: datetime | None = None

    @property
    def failure(self) -> Failure | None:
        """What ended the poll before it had asked for everything."""
        return self.observation.failure

    @property
    def node(self) -> str:
        """The node."""
        return self.observation.node

    @property
    def subject(self) -> str:
        """The node."""
        return self.observation.node


@dataclass(frozen=True, slots=True)
class PollFailed:
    """A poll ended without anything seen; ``retry_at``: when it is tried again."""

    at: datetime
    node: str
    failure: Failure
    retry_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The node."""
        return self.node


@dataclass(frozen=True, slots=True)
class PollCancelled:
    """An operator ended a poll."""

    at: datetime
    node: str

    @property
    def subject(self) -> str:
        """The node."""
        return self.node


@dataclass(frozen=True, slots=True)
class CommandSent:
    """One command of a poll, for the log of everything we did.  ``outcome``: such as ``ok`` or a plain sentence."""

    at: datetime
    node: str
    host: str
    command: str
    milliseconds: float
    outcome: str
    failure: Failure | None = None

    @property
    def subject(self) -> str:
        """The node."""
        return self.node


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """A destination is being checked.  ``due`` as in ``PollStarted``."""

    at: datetime
    target: Target
    due: datetime | None = None

    @property
    def subject(self) -> str:
        """The target."""
        return self.target.key


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One step of a check that runs; the ``CheckFinished`` that follows contains it."""

    at: datetime
    target: Target
    step: Step

    @property
    def subject(self) -> str:
        """The target."""
        return self.target.key


@dataclass(frozen=True, slots=True)
class CheckFinished:
    """A check ended with a verdict, good or bad."""

    at: datetime
    target: Target
    verdict: Verdict

    @property
    def subject(self) -> str:
        """The target."""
        return self.target.key


@dataclass(frozen=True, slots=True)
class CheckFailed:
    """A check ended without a verdict: a fault of ours or of the vantage, never one of the destination."""

    at: datetime
    target: Target
    failure: Failure

    @property
    def subject(self) -> str:
        """The target."""
        return self.target.key


@dataclass(frozen=True, slots=True)
class CheckCancelled:
    """An operator ended a check."""

    at: datetime
    target: Target

    @property
    def subject(self) -> str:
        """The target."""
        return self.target.key


@dataclass(frozen=True, slots=True)
class ResolverJudged:
    """An audit said of which kind one resolver is, as asked from ``vantage`` over ``transport`` (``udp``, ``tcp``).

    ``vantage`` is ``HERE`` or the name of a node: then it was asked through that node's connection.  Where it could not
    be, or where the transport cannot be seen from there, the kind is unknown, ``asked`` False, and ``evidence`` says
    why.
    """

    at: datetime
    vantage: str
    resolver: str
    transport: str
    kind: ResolverKind
    evidence: tuple[str, ...] = ()
    ad: bool = False
    asked: bool = True

    @property
    def subject(self) -> str:
        """The cell of the matrix."""
        return f"{self.resolver} {self.transport} {self.vantage}"


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """The delivery queue of a node was looked at."""

    at: datetime
    queue: Queue

    @property
    def node(self) -> str:
        """The node."""
        return self.queue.node

    @property
    def subject(self) -> str:
        """The node."""
        return self.queue.node


@dataclass(frozen=True, slots=True)
class QueueUnseen:
    """A look at the delivery queue of a node ended without any of it seen."""

    at: datetime
    node: str
    failure: Failure

    @property
    def subject(self) -> str:
        """The node."""
        return self.node


@dataclass(frozen=True, slots=True)
class LogsRead:
    """A mail log was read: what it proved, added up by destination.  Read again, a log replaces what it said before."""

    at: datetime
    log: str
    proofs: tuple[Proof, ...] = ()
    complete: bool = True

    @property
    def subject(self) -> str:
        """The log."""
        return self.log


@dataclass(frozen=True, slots=True)
class ReportRead:
    """A TLS report was read: what it counted, by destination.  Read again, it replaces what it said before."""

    at: datetime
    report: str
    testimonies: tuple[Counted, ...] = ()
    complete: bool = True

    @property
    def subject(self) -> str:
        """The report, by who wrote it and its number there."""
        return self.report


@dataclass(frozen=True, slots=True)
class OperatorActed:
    """An operator acknowledged or silenced something, or took that back.

    ``object`` is a finding (code and object), a node or a destination in the words of ``Finding.object``; ``until``
    None: without an end.
    """

    at: datetime
    who: str
    act: Act
    object: str
    reason: str = ""
    until: datetime | None = None

    @property
    def subject(self) -> str:
        """What the act is about."""
        return self.object


@dataclass(frozen=True, slots=True)
class IntervalChanged:
    """From now on this is done every ``seconds``: for one subject, or for all where ``object`` is empty."""

    at: datetime
    activity: Activity
    seconds: int
    object: str = ""

    @property
    def subject(self) -> str:
        """Which interval."""
        return f"{self.activity} {self.object}".rstrip()


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """Events can no longer be written down; ``sentence`` says why.  The monitor goes on without."""

    at: datetime
    sentence: str

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


@dataclass(frozen=True, slots=True)
class HistoryResumed:
    """Events are written down again; ``lost`` of them never will be."""

    at: datetime
    lost: int = 0

    @property
    def subject(self) -> str:
        """The whole monitor."""
        return ""


Event = (
    MonitorStarted
    | MonitorStopped
    | Paused
    | Resumed
    | ProfileLoaded
    | PollStarted
    | NodeObserved
    | PollFailed
    | PollCancelled
    | CommandSent
    | CheckStarted
    | StepSeen
    | CheckFinished
    | CheckFailed
    | CheckCancelled
    | ResolverJudged
    | QueueSeen
    | QueueUnseen
    | LogsRead
    | ReportRead
    | OperatorActed
    | IntervalChanged
    | HistoryFailed
    | HistoryResumed
)
