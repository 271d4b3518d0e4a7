"""A rollout (``fleet-rollout/1``) and a runbook (``fleet-runbook/1``) as JSON documents.

Their shapes are those of the dataclasses below (``document_schema``), held by golden copies in the tests.  Within one
version keys are added, never renamed or removed.  Values are true, not made for the eye.

May import ``fleet.forecast``, ``fleet.views``, ``fleet.profile`` and ``fleet.model``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.faces.export.forecast_json import FlowDocument, PlaceDocument, place
from fleet.forecast import Why
from fleet.forecast.prerequisites import State
from fleet.forecast.rollout import Rollout, StepKind
from fleet.forecast.runbook import Page
from fleet.model import Outcome
from fleet.model.control import DaneSupport
from fleet.profile import SourceMap
from fleet.views.rollout import NEVER_APPLIED

ROLLOUT_FORMAT = "fleet-rollout/1"
RUNBOOK_FORMAT = "fleet-runbook/1"


@dataclass(frozen=True, slots=True)
class PrerequisiteDocument:
    """One prerequisite."""

    name: str
    state: State
    sentence: str
    nodes: tuple[str, ...]
    place: PlaceDocument | None


@dataclass(frozen=True, slots=True)
class AdviceDocument:
    """How far one destination may go; the outcomes are those at the worst external node."""

    domain: str
    recipients_per_day: int | None
    level: DaneSupport
    reason: str
    opportunistic: Outcome
    mandatory: Outcome


@dataclass(frozen=True, slots=True)
class InstructionDocument:
    """What a person enters on one tier."""

    where: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepDocument:
    """One step."""

    kind: StepKind
    title: str
    state: State
    why: str
    instructions: tuple[InstructionDocument, ...]
    watch: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RolloutDocument:
    """The whole plan."""

    profile: str
    exit_code: int
    prerequisites: tuple[PrerequisiteDocument, ...]
    destinations: tuple[AdviceDocument, ...]
    steps: tuple[StepDocument, ...]
    note: str = NEVER_APPLIED
    format: str = ROLLOUT_FORMAT


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    """One change a person may commit; ``label`` and ``outcome`` are what mail comes to after it."""

    title: str
    label: str
    outcome: Outcome
    worst: Outcome
    cost: str
    lines: tuple[str, ...]
    take_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageDocument:
    """What to do on some nodes.

    ``bounces_at`` is null where it is not known since when mail is held, or for how long it is kept.
    """

    nodes: tuple[str, ...]
    flow: FlowDocument
    held: bool
    label: str
    outcome: Outcome
    why: Why
    cause: str
    bounce_seconds: int | None
    bounces_at: datetime | None
    seconds_left: int | None
    changes: tuple[ChangeDocument, ...]
    rejected: tuple[str, ...]
    verify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunbookDocument:
    """The runbook of one destination."""

    profile: str
    domain: str
    exit_code: int
    pages: tuple[PageDocument, ...]
    format: str = RUNBOOK_FORMAT


def rollout_document(plan: Rollout, source: SourceMap, exit_code: int) -> RolloutDocument:
    """``plan`` as a document."""
    return RolloutDocument(
        source.file,
        exit_code,
        tuple(
            PrerequisiteDocument(one.name, one.state, one.sentence, one.nodes, place(source, one.path))
            for one in plan.prerequisites
        ),
        tuple(
            AdviceDocument(
                one.destination.domain,
                one.destination.recipients_per_day,
                one.level,
                one.reason,
                one.opportunistic.outcome,
                one.mandatory.outcome,
            )
            for one in plan.advice
        ),
        tuple(
            StepDocument(
                one.kind,
                one.title,
                one.state,
                one.why,
                tuple(InstructionDocument(where, lines) for where, lines in one.lines),
                one.watch,
            )
            for one in plan.steps
        ),
    )


def runbook_document(
    domain: str, pages: Sequence[Page], source: SourceMap, since: datetime | None, now: datetime, exit_code: int
) -> RunbookDocument:
    """``pages`` as a document."""
    return RunbookDocument(source.file, domain, exit_code, tuple(_page(page, since, now) for page in pages))


def _page(page: Page, since: datetime | None, now: datetime) -> PageDocument:
    found = page.found
    seconds = found.policy.bounce_seconds.value
    ends = since + timedelta(seconds=seconds) if since is not None and seconds is not None and page.held else None
    action = page.ingress.action
    return PageDocument(
        page.nodes,
        FlowDocument(page.nodes[0], *page.ingress.name, str(action) if action else None),
        page.held,
        found.core.label,
        found.outcome,
        found.why,
        found.sentence,
        seconds,
        ends,
        max(0, int((ends - now).total_seconds())) if ends is not None else None,
        tuple(
            ChangeDocument(
                change.title,
                change.after.core.label,
                change.after.outcome,
                change.after.worst,
                change.cost,
                change.lines,
                change.back,
            )
            for change in page.changes
        ),
        page.rejected,
        page.verify,
    )
