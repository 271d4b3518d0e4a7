"""What the history of a profile knows last, for commands that look and ask nobody.

May import ``fleet.history``, ``fleet.monitor``, ``fleet.model``, ``fleet.settings`` and ``fleet.errors``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fleet.errors import UsageError
from fleet.faces.live.judging import verdicts_of
from fleet.history import HistoryError, HistoryReader, history_path
from fleet.model import Verdict
from fleet.model.event import OperatorActed, ResolverJudged
from fleet.model.observation import Observation
from fleet.monitor import Changed, State, restore
from fleet.settings import state_folder
from fleet.text import show


@dataclass(frozen=True, slots=True)
class LastKnown:
    """The last observation of each node, the last verdict of each destination, the last audit of each resolver.

    ``acts``: what operators have acknowledged or silenced; ``changes``: what became another than it was, oldest first;
    ``changes_since``: from when on that was noted, where it was not from the start.
    """

    observations: dict[str, Observation] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    judged: tuple[ResolverJudged, ...] = ()
    acts: tuple[OperatorActed, ...] = ()
    changes: tuple[Changed, ...] = ()
    changes_since: datetime | None = None
    begins: datetime | None = None
    """The first event there is; None: there is no history."""


def last_known(history: Path) -> LastKnown:
    """What ``history`` knows; nothing where there is none yet.  UsageError where it cannot be read."""
    state, begins = _read(history)
    return LastKnown(
        observations_of(state),
        verdicts_of(state),
        tuple(state.resolvers.values()),
        tuple(state.acts.values()),
        tuple(state.changes),
        state.changes_since,
        begins,
    )


def state_of(history: Path | None) -> State:
    """All that ``history`` tells; a State that knows nothing where there is none yet."""
    return _read(history)[0]


def _read(history: Path | None) -> tuple[State, datetime | None]:
    if history is None or not history.exists():
        return State(), None
    try:
        with HistoryReader.open(history) as reader:
            first = next(iter(reader.after(0, 1)), None)
            return restore(reader).state, first.event.at if first is not None else None
    except HistoryError as error:
        raise UsageError(show(str(error), 300)) from error


def observations_of(state: State) -> dict[str, Observation]:
    """What is known of nodes."""
    return {name: entry.known for name, entry in state.nodes.items() if entry.known is not None}


def last_known_of(profile: str) -> LastKnown:
    """The same for the usual history of the profile called ``profile``; standard input has none."""
    return LastKnown() if profile == "-" else last_known(history_path(Path(profile), state_folder()))
