"""What is known of one target, and how a check's events change it.  Pure: an entry and an event give an entry.

May import ``fleet.decision``, ``fleet.model`` and ``fleet.errors``.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from fleet.decision import Published, judge_all, published
from fleet.errors import Failure
from fleet.model import Mode, Outcome, Policy, Step, Verdict
from fleet.model.event import CheckCancelled, CheckFailed, CheckFinished, CheckStarted, StepSeen, Target

RING = 32
"""Checks remembered for a sparkline."""
MOST_STEPS = 500
"""Steps shown of a check that runs; the verdict has them all."""

_PLACES = {pair: place for place, pair in enumerate(product(Policy, Mode))}
_LETTERS: dict[Outcome, str] = {
    Outcome.DANE: "d",
    Outcome.TLS_VERIFIED: "v",
    Outcome.TLS: "t",
    Outcome.CLEAR: "c",
    Outcome.HELD: "h",
    Outcome.DISCARDED: "x",
    Outcome.UNDELIVERABLE: "u",
    Outcome.DNS_READY: "r",
    Outcome.NOT_TESTED: "n",
    Outcome.UNKNOWN: "?",
}
_OUTCOMES = {letter: outcome for outcome, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class CheckMark:
    """One past check: what every policy and mode made of it at the time, one letter each (there are many marks)."""

    at: datetime
    milliseconds: float
    letters: str

    def outcome(self, policy: Policy, mode: Mode) -> Outcome:
        """What that check came to; unknown where it was not judged."""
        place = _PLACES[policy, mode]
        return _OUTCOMES.get(self.letters[place : place + 1], Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One target.  ``verdict`` None: it was never checked; while it is checked again, the last verdict stays.

    ``finished_at``: when a check last ended with a verdict; ``changed_at``: when its outcomes last became others, with
    ``before`` as the mark before that.  ``failure``: the last check ended without a verdict.  ``running_since``: a
    check runs, and ``steps`` are those it has shown so far.  ``published``: what all verdicts so far have shown of what
    the destination publishes, by last known value.  ``late`` as in ``NodeEntry``.
    """

    target: Target
    verdict: Verdict | None = None
    published: Published | None = None
    finished_at: datetime | None = None
    changed_at: datetime | None = None
    before: CheckMark | None = None
    tried_at: datetime | None = None
    running_since: datetime | None = None
    due: datetime | None = None
    steps: tuple[Step, ...] = ()
    failure: Failure | None = None
    failing_since: datetime | None = None
    checks: int = 0
    late: int = 0
    marks: tuple[CheckMark, ...] = ()

    @property
    def last(self) -> CheckMark | None:
        """The mark of the last verdict: its outcomes without judging it again."""
        return self.marks[-1] if self.marks else None


def started(entry: CheckEntry, event: CheckStarted) -> CheckEntry:
    """A check runs."""
    return replace(entry, running_since=event.at, due=event.due, steps=(), tried_at=event.at)


def step_seen(entry: CheckEntry, event: StepSeen) -> CheckEntry:
    """A check that runs has come one step further."""
    if entry.running_since is None or len(entry.steps) >= MOST_STEPS:
        return entry
    return replace(entry, steps=(*entry.steps, event.step))


def finished(entry: CheckEntry, event: CheckFinished, interval: float) -> CheckEntry:
    """There is a verdict."""
    mark = CheckMark(event.at, event.verdict.milliseconds, _letters(event.verdict))
    last = entry.last
    changed = last is not None and last.letters != mark.letters
    return replace(
        _ended(entry, event.at, interval),
        verdict=event.verdict,
        published=published(event.verdict, entry.published),
        finished_at=event.at,
        changed_at=event.at if changed else entry.changed_at,
        before=last if changed else entry.before,
        failure=None,
        failing_since=None,
        marks=(*entry.marks, mark)[-RING:],
    )


def failed(entry: CheckEntry, event: CheckFailed, interval: float) -> CheckEntry:
    """There is no new verdict: the last one stays, and grows older."""
    ended = _ended(entry, event.at, interval)
    return replace(ended, failure=event.failure, failing_since=entry.failing_since or event.at)


def cancelled(entry: CheckEntry, event: CheckCancelled) -> CheckEntry:
    """No check runs any more; whoever goes on where this monitor ended checks at once."""
    return replace(entry, running_since=None, due=None, steps=(), tried_at=None)


def _ended(entry: CheckEntry, at: datetime, interval: float) -> CheckEntry:
    since = entry.running_since or at
    late = (at - (entry.due or since)).total_seconds() > interval
    return replace(
        entry,
        running_since=None,
        due=None,
        steps=(),
        tried_at=since,
        checks=entry.checks + 1,
        late=entry.late + late,
    )


def _letters(verdict: Verdict) -> str:
    try:
        judged = judge_all(verdict)
    except Exception:  # a fold is total: what no policy can judge is unknown, and the next event counts again
        return ""
    return "".join(_LETTERS[judged[pair].outcome] if pair in judged else "?" for pair in _PLACES)
