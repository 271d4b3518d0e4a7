"""What a forecast says of one piece of mail: what happens to it, what decided, and what no source decides.

May import ``fleet.decision``, ``fleet.layout`` and ``fleet.model``.
"""

from dataclasses import dataclass
from enum import StrEnum

from fleet.decision import Judgement
from fleet.layout import EffectivePolicy
from fleet.model import Action, Outcome


class DaneUse(StrEnum):
    """Whether the gateway does DANE for this mail."""

    ATTEMPTED = "attempted"
    OFF = "off"
    """DANE is not done: the TLS level alone decides ("dane-off")."""
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What decided: the one thing an operator would have to change, or to find out."""

    PLATFORM = "platform"
    VERSION = "version"
    CONTROL = "dane-support"
    """DANE Support of the destination control, or the security level of Postfix, or the host lists of Exim."""
    TLS = "tls-support"
    FLOW = "flow"
    """The policy of the ingress flow: RELAY, ACCEPT, or mail without one."""
    ROUTE = "route"
    RESOLVERS = "resolvers"
    DESTINATION = "destination"
    """What the destination publishes and how its servers behave."""
    NO_VERDICT = "not-checked"
    """Nobody looked at the destination."""


BADNESS: tuple[Outcome, ...] = (
    Outcome.DANE,
    Outcome.TLS_VERIFIED,
    Outcome.TLS,
    Outcome.CLEAR,
    Outcome.DNS_READY,
    Outcome.NOT_TESTED,
    Outcome.UNKNOWN,
    Outcome.UNDELIVERABLE,
    Outcome.DISCARDED,
    Outcome.HELD,
)
"""From good to bad, as a list of forecasts is read: unknown stands above everything that is known to be delivered."""

OPEN = (Outcome.UNKNOWN, Outcome.NOT_TESTED, Outcome.DNS_READY)
"""The outcomes under which it is not known whether it does."""


def worse(*outcomes: Outcome) -> Outcome:
    """The worst of ``outcomes``."""
    return max(outcomes, key=BADNESS.index)


def better(*outcomes: Outcome) -> Outcome:
    """The best of ``outcomes``."""
    return min(outcomes, key=BADNESS.index)


@dataclass(frozen=True, slots=True)
class Core:
    """What is the same for every node, flow and destination of one class."""

    outcome: Outcome
    worst: Outcome
    best: Outcome
    dane: DaneUse
    why: Why
    action: Action | None = None
    """What the policy table does; None where the settings decided alone."""
    gaps: bool = False
    """Whether the check behind it lacks something, so that not all of it is known."""

    @property
    def stopped(self) -> bool:
        """Whether mail is held, or returned because DANE is required and is not there."""
        return self.outcome is Outcome.HELD or self.action is Action.BOUNCE

    @property
    def open(self) -> bool:
        """Whether anything is unknown or was not tested."""
        return self.gaps or self.outcome in OPEN

    @property
    def label(self) -> str:
        """The outcome in a word, with what qualifies it: ``dane-off: tls``."""
        return f"dane-off: {self.outcome}" if self.dane is DaneUse.OFF else str(self.outcome)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source other than the one that was followed says, where two are left."""

    name: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """One forecast.

    ``outcome`` is expected; ``best`` and ``worst`` bound it (which resolver happens to be asked, what the peer permits,
    what no source decides).  ``blockers``: everything that keeps DANE off, or that is not declared, the first one is
    ``why``.  ``through``: the resolvers whose answers decide.  ``judgement`` is None where the settings decided alone.
    ``measured``: the check behind it asked one of the node's own resolvers.
    """

    outcome: Outcome
    worst: Outcome
    best: Outcome
    dane: DaneUse
    why: Why
    sentence: str
    policy: EffectivePolicy
    blockers: tuple[Why, ...] = ()
    judgement: Judgement | None = None
    through: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: bool = False
    measured: bool = False

    @property
    def core(self) -> Core:
        """What the members of a class have in common."""
        judged = self.judgement
        action, gaps = (judged.action, bool(judged.incomplete)) if judged is not None else (None, False)
        return Core(self.outcome, self.worst, self.best, self.dane, self.why, action, gaps)
