"""Running ``fleet rollout``."""

import sys
from dataclasses import dataclass
from datetime import date

from fleet.clock import now
from fleet.decision import ExitCode, worst_code
from fleet.errors import UsageError
from fleet.faces.cli.forecast_given import gather
from fleet.faces.cli.forecast_options import Asked
from fleet.faces.cli.terminal import look
from fleet.forecast.prerequisites import State
from fleet.forecast.rollout import Dates, Rollout, StepKind, rollout
from fleet.text import show


@dataclass(frozen=True, slots=True)
class Planned:
    """What the operator tells of the past, and what is shown."""

    baseline: date | None = None
    committed: tuple[str, ...] = ()
    days: int = 3
    limit: int = 0
    as_json: bool = False


_DATED = (StepKind.ENTRIES, StepKind.MANDATORY, StepKind.PROTECT, StepKind.DEFAULT)


def write_rollout(asked: Asked, planned: Planned) -> ExitCode:
    """Print the plan and return the exit code."""
    dates = Dates(now().date(), planned.baseline, _committed(planned.committed), planned.days)
    given = gather(asked)
    plan = rollout(given.after(), dates)
    code = worst_code([*_codes(plan), *([ExitCode.INTERRUPTED] if given.interrupted else [])])
    if planned.as_json:
        from fleet.faces.export.rollout_json import rollout_document
        from fleet.plain import dumps

        print(dumps(rollout_document(plan, given.source, int(code))))
    else:
        from fleet.faces.export.rollout_text import rollout_text
        from fleet.views.rollout import rollout_view

        for line in rollout_text(rollout_view(plan, given.source, planned.limit), look()):
            print(line)
    if given.interrupted:
        print("fleet: interrupted: destinations that were not reached count as not tested", file=sys.stderr)
    return code


def _committed(texts: tuple[str, ...]) -> dict[StepKind, date]:
    found: dict[StepKind, date] = {}
    for text in texts:
        step, _, when = text.partition("=")
        if step not in _DATED:
            raise UsageError(f"--committed {show(text)}: the steps are {', '.join(_DATED)}")
        try:
            found[StepKind(step)] = date.fromisoformat(when)
        except ValueError:
            raise UsageError(f"--committed {show(text)}: write the day as {step}=2026-11-20") from None
    return found


_CODES = {State.DONE: ExitCode.CLEAN, State.NOT_DONE: ExitCode.FINDINGS, State.UNKNOWN: ExitCode.INCOMPLETE}


def _codes(plan: Rollout) -> list[ExitCode]:
    return [_CODES[step.state] for step in plan.steps]
