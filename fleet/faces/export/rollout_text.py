"""A rollout and a runbook as plain text.  May import ``fleet.views``."""

from collections.abc import Iterator

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.marks import Mark
from fleet.views.rollout import AdviceRow, PrerequisiteRow, RolloutView, StepRow
from fleet.views.runbook import ChangeRow, PageRow, RunbookView


def rollout_text(view: RolloutView, look: Look) -> Iterator[str]:
    """The lines of a rollout."""
    width = max(look.width, NARROWEST)
    yield "PREREQUISITES"
    for one in view.prerequisites:
        yield from _prerequisite(one, look, width)
    yield ""
    yield "DESTINATIONS"
    for row in view.advice:
        yield from _advice(row, look, width)
    if view.more:
        yield f"  ... and {view.more:,} more (--limit 0 shows all)"
    yield from fold(view.counts, width)
    yield ""
    yield "STEPS"
    watched: tuple[str, ...] = ()
    for number, step in enumerate(view.steps, 1):
        yield from _step(number, step, watched, look, width)
        watched = step.watch or watched
    yield ""
    yield from fold(view.note, width)


def runbook_text(view: RunbookView, look: Look) -> Iterator[str]:
    """The lines of a runbook."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    for page in view.pages:
        yield ""
        yield from _page(page, look, width)
    if any(page.changes for page in view.pages):
        yield ""
        yield from fold(view.note, width)


def _marked(mark: Mark, text: str, look: Look, width: int) -> Iterator[str]:
    first, *rest = fold(text, width - 2)
    yield look.painted(f"{look.sign(mark)} {first}", mark)
    yield from (f"  {line}" for line in rest)


def _prerequisite(one: PrerequisiteRow, look: Look, width: int) -> Iterator[str]:
    yield from _marked(one.mark, f"{one.name}: {one.state}: {one.sentence}", look, width)
    place = f"  [{one.place}]" if one.place else ""
    yield from indented(f"on {one.nodes}{place}", 4, width, hang=2)


def _advice(row: AdviceRow, look: Look, width: int) -> Iterator[str]:
    weight = f" ({row.recipients} recipients a day)" if row.recipients else ""
    yield from _marked(row.mark, f"{row.domain}: {row.level}{weight}", look, width)
    yield from indented(f"opportunistic {row.opportunistic}, mandatory {row.mandatory}: {row.reason}", 4, width, hang=2)


def _step(number: int, step: StepRow, watched: tuple[str, ...], look: Look, width: int) -> Iterator[str]:
    yield from _marked(step.mark, f"{number}. {step.title}: {step.state}: {step.why}", look, width)
    for where, lines in step.lines:
        yield from indented(where, 4, width)
        for line in lines:
            yield from indented(line, 6, width, hang=2)
    for line in step.watch if step.watch != watched else ():
        yield from indented(f"watch: {line}", 4, width, hang=2)


def _page(page: PageRow, look: Look, width: int) -> Iterator[str]:
    yield from _marked(page.mark, f"{page.nodes}, by {page.flow}: {page.outcome}", look, width)
    yield from _labelled("cause", page.cause, width)
    if page.time_left:
        yield from _labelled("time left", page.time_left, width)
    for number, change in enumerate(page.changes):
        yield from _change("change" if number == 0 else "or", change, width)
    if page.no_change:
        yield from _labelled("change", page.no_change, width)
    for number, line in enumerate(page.verify):
        yield from _labelled("see it work" if number == 0 else "", line, width)


def _change(label: str, change: ChangeRow, width: int) -> Iterator[str]:
    yield from _labelled(label, f"{change.title}; mail is then: {change.after}", width)
    for line in change.lines:
        yield from _labelled("", line, width)
    yield from _labelled("cost", change.cost, width)
    for number, line in enumerate(change.back):
        yield from _labelled("take back" if number == 0 else "", line, width)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    first, *rest = fold(text, width - 16, hang=2)
    yield f"    {label:<12}{first}"
    yield from (f"{' ' * 16}{line}" for line in rest)
