"""A rollout ready to show: prerequisites, how far each destination may go, and the steps in their order.

May import ``fleet.forecast``, ``fleet.profile``, ``fleet.text`` and its own package.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.forecast.prerequisites import State
from fleet.forecast.rollout import Advice, Rollout, Step
from fleet.model.control import DaneSupport
from fleet.profile import SourceMap
from fleet.text import show
from fleet.views.forecast import counted, named, place_text
from fleet.views.marks import OUTCOME_WORDS, Mark
from fleet.views.names import both_names

_LONG = 700

STATE_MARKS = {State.DONE: Mark.OK, State.NOT_DONE: Mark.FAIL, State.UNKNOWN: Mark.UNKNOWN}
LEVEL_MARKS = {DaneSupport.MANDATORY: Mark.OK, DaneSupport.OPPORTUNISTIC: Mark.WARN, DaneSupport.NONE: Mark.FAIL}
NEVER_APPLIED = "Nothing here is applied by this program: a person enters it, checks it and commits it."


@dataclass(frozen=True, slots=True)
class PrerequisiteRow:
    """One prerequisite: how far it is, where that stands."""

    mark: Mark
    state: str
    name: str
    sentence: str
    nodes: str
    place: str


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """One destination: how far it may go and why, and what both modes come to."""

    domain: str
    mark: Mark
    level: str
    recipients: str
    opportunistic: str
    mandatory: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step: what a person enters on which tier, and how to watch it."""

    mark: Mark
    title: str
    state: str
    why: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    watch: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RolloutView:
    """All of it; ``more`` destinations were left out."""

    prerequisites: tuple[PrerequisiteRow, ...]
    advice: tuple[AdviceRow, ...]
    more: int
    counts: str
    steps: tuple[StepRow, ...]
    note: str = NEVER_APPLIED


def rollout_view(plan: Rollout, source: SourceMap, limit: int = 0) -> RolloutView:
    """``plan`` in words, with at most ``limit`` destinations (0: all)."""
    shown = plan.advice[:limit] if limit else plan.advice
    by_level = {level: sum(one.level is level for one in plan.advice) for level in LEVEL_MARKS}
    counts = ", ".join(f"{number:,} {level}" for level, number in by_level.items())
    return RolloutView(
        tuple(
            PrerequisiteRow(
                STATE_MARKS[one.state],
                str(one.state),
                one.name,
                show(one.sentence, _LONG),
                named(one.nodes),
                place_text(source, one.path),
            )
            for one in plan.prerequisites
        ),
        tuple(_advice(one) for one in shown),
        len(plan.advice) - len(shown),
        f"{counted(len(plan.advice), 'destination')}: {counts}",
        tuple(_step(one) for one in plan.steps),
    )


def _advice(one: Advice) -> AdviceRow:
    recipients = one.destination.recipients_per_day
    return AdviceRow(
        both_names(one.destination.domain),
        LEVEL_MARKS[one.level],
        str(one.level),
        "" if recipients is None else f"{recipients:,}",
        OUTCOME_WORDS[one.opportunistic.outcome],
        OUTCOME_WORDS[one.mandatory.outcome],
        show(one.reason, _LONG),
    )


def _step(one: Step) -> StepRow:
    lines = tuple((show(where), _shown(each)) for where, each in one.lines)
    return StepRow(STATE_MARKS[one.state], one.title, str(one.state), show(one.why), lines, _shown(one.watch))


def _shown(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(show(line) for line in lines)
