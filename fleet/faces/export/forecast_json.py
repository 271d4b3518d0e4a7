"""A forecast as JSON: one document, named ``fleet-forecast/1``, for programs to act on.

Its shape is that of the dataclasses below (``document_schema(ForecastDocument)``), held by a golden copy in the tests.
Within one version keys are added, never renamed or removed.  Values are true, not made for the eye.

May import ``fleet.forecast``, ``fleet.views``, ``fleet.profile`` and ``fleet.model``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.forecast import NO_FLOW, NOT_MODELLED, DaneUse, Forecast, Foretold, Why
from fleet.forecast.facts import Fact
from fleet.forecast.moves import Move, Unmatched
from fleet.forecast.rows import Entry, Total
from fleet.layout import canonical
from fleet.model import Action, Outcome, TlsLevel
from fleet.model.control import DaneSupport
from fleet.model.fleet import ObjectPath, Platform
from fleet.profile import SourceMap
from fleet.views.forecast import told

FORECAST_FORMAT = "fleet-forecast/1"


@dataclass(frozen=True, slots=True)
class TotalDocument:
    """How many destinations come to one outcome somewhere; ``without_recipients`` of them have no known weight."""

    label: str
    outcome: Outcome
    dane: DaneUse
    destinations: int
    recipients_per_day: int
    without_recipients: int


@dataclass(frozen=True, slots=True)
class MovedDocument:
    """One destination that moves, with what decides afterwards."""

    domain: str
    recipients_per_day: int | None
    why: Why
    sentence: str


@dataclass(frozen=True, slots=True)
class MoveDocument:
    """All destinations that go from one outcome to another."""

    before: str
    after: str
    outcome: Outcome
    destinations: int
    recipients_per_day: int
    without_recipients: int
    nodes: tuple[str, ...]
    flows: tuple[str, ...]
    moved: tuple[MovedDocument, ...]


@dataclass(frozen=True, slots=True)
class UnmatchedDocument:
    """Mail with a before (``new`` false) or an after alone; ``flow`` empty: all mail of the nodes."""

    nodes: tuple[str, ...]
    flow: str
    new: bool


@dataclass(frozen=True, slots=True)
class PlaceDocument:
    """Where a value stands: ``path`` from the top of the profile; the file is ``--set KEY`` where it is supposed."""

    path: tuple[str | int, ...]
    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FactDocument:
    """One fact.  ``step`` is the index of the recorded step in the destination's check."""

    topic: str
    text: str
    place: PlaceDocument | None
    step: int | None


@dataclass(frozen=True, slots=True)
class FlowDocument:
    """One way mail comes in; all empty where the platform or the profile does not tell flows apart."""

    node: str
    listener: str
    group: str
    action: str | None


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """The effective policy; None is "not declared", never "off"."""

    platform: Platform | None
    dane: DaneSupport | None
    tls: TlsLevel | None
    route: str | None
    bounce_seconds: int | None


@dataclass(frozen=True, slots=True)
class RowDocument:
    """The row of the policy table that decided."""

    name: str
    source: str
    basis: str


@dataclass(frozen=True, slots=True)
class ReadingDocument:
    """One of two readings of a source."""

    name: str
    outcome: Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """One destination with one outcome, and the nodes and flows where it is so.

    Sentence, policy and facts are those of the first of ``flows``.
    """

    domain: str
    recipients_per_day: int | None
    label: str
    outcome: Outcome
    best: Outcome
    worst: Outcome
    dane: DaneUse
    action: Action | None
    why: Why
    sentence: str
    blockers: tuple[Why, ...]
    flows: tuple[FlowDocument, ...]
    policy: PolicyDocument
    row: RowDocument | None
    facts: tuple[FactDocument, ...]
    readings: tuple[ReadingDocument, ...]
    resolvers: tuple[str, ...]
    notes: tuple[str, ...]
    incomplete: tuple[str, ...]
    assumed: bool
    measured: bool
    checked_at: datetime | None
    """When the destination was checked."""


@dataclass(frozen=True, slots=True)
class ForecastDocument:
    """All of it.  ``moves`` is null where nothing was supposed; ``left_out`` counts entries that are not listed.

    ``unmatched``: mail that is forecast before or after what is supposed, not both, so that it is in no move.
    """

    profile: str
    supposed: tuple[str, ...]
    down: tuple[str, ...]
    exit_code: int
    nodes: int
    destinations: int
    totals: tuple[TotalDocument, ...]
    moves: tuple[MoveDocument, ...] | None
    forecasts: tuple[EntryDocument, ...]
    left_out: int
    no_flow: str
    not_modelled: tuple[str, ...]
    unmatched: tuple[UnmatchedDocument, ...] = ()
    format: str = FORECAST_FORMAT


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the command adds to the forecast."""

    supposed: tuple[str, ...]
    down: tuple[str, ...]
    exit_code: int


def forecast_document(
    forecast: Forecast,
    shown: Sequence[Entry],
    totals: Sequence[Total],
    moves: Sequence[Move] | None,
    source: SourceMap,
    run: Run,
    alone: Sequence[Unmatched] = (),
    left_out: int = 0,
) -> ForecastDocument:
    """``forecast`` as a document, with the entries ``shown``."""
    asyncos = any(group.settings.platform is Platform.ASYNCOS for group in forecast.classes)
    return ForecastDocument(
        source.file,
        run.supposed,
        run.down,
        run.exit_code,
        sum(len(group.names) for group in forecast.classes),
        len(forecast.destinations),
        tuple(_total(total) for total in totals),
        None if moves is None else tuple(_move(move, forecast) for move in moves),
        tuple(_entry(forecast, entry, source) for entry in shown),
        left_out,
        NO_FLOW if asyncos else "",
        NOT_MODELLED if asyncos else (),
        tuple(UnmatchedDocument(one.nodes, one.flow, one.new) for one in alone),
    )


def place(source: SourceMap, path: ObjectPath) -> PlaceDocument | None:
    """Where ``path`` stands."""
    if not path:
        return None
    span = source.locate(path)
    return PlaceDocument(path, span.file, span.line, span.column)


def fact_document(fact: Fact, source: SourceMap) -> FactDocument:
    """One fact with its place."""
    return FactDocument(str(fact.topic), fact.text, place(source, fact.path), fact.step)


def _total(total: Total) -> TotalDocument:
    core = total.core
    return TotalDocument(core.label, core.outcome, core.dane, total.destinations, total.recipients, total.unweighed)


def _move(move: Move, forecast: Forecast) -> MoveDocument:
    moved = []
    for one in move.moved:
        found = forecast.explain(one.after_group, one.after_ingress, one.destination.domain)
        moved.append(
            MovedDocument(one.destination.domain, one.destination.recipients_per_day, found.why, found.sentence)
        )
    return MoveDocument(
        move.before,
        move.after,
        move.core.outcome,
        len(move.moved),
        move.recipients,
        move.unweighed,
        move.nodes,
        move.flows,
        tuple(moved),
    )


def _entry(forecast: Forecast, entry: Entry, source: SourceMap) -> EntryDocument:
    found, behind = told(forecast, entry)
    flows = tuple(
        FlowDocument(name, *way.name, str(way.action) if way.action else None)
        for group, way in entry.places
        for name in group.names
    )
    judged = found.judgement
    checked = forecast.verdicts.get(canonical(entry.destination.domain))
    return EntryDocument(
        domain=entry.destination.domain,
        recipients_per_day=entry.destination.recipients_per_day,
        label=entry.core.label,
        outcome=found.outcome,
        best=found.best,
        worst=found.worst,
        dane=found.dane,
        action=entry.core.action,
        why=found.why,
        sentence=found.sentence,
        blockers=found.blockers,
        flows=flows,
        policy=_policy(found),
        row=_table_row(found),
        facts=tuple(fact_document(fact, source) for fact in behind),
        readings=tuple(ReadingDocument(one.name, one.outcome, one.sentence) for one in found.readings),
        resolvers=found.through,
        notes=found.notes,
        incomplete=judged.incomplete if judged is not None else (),
        assumed=found.assumed,
        measured=found.measured,
        checked_at=checked.at if checked is not None else None,
    )


def _policy(found: Foretold) -> PolicyDocument:
    policy = found.policy
    route = policy.route.value
    leads = None if route is None else str(route.kind) if not route.hosts else ", ".join(h.name for h in route.hosts)
    return PolicyDocument(policy.platform, policy.dane.value, policy.tls.value, leads, policy.bounce_seconds.value)


def _table_row(found: Foretold) -> RowDocument | None:
    if found.judgement is None or found.dane is not DaneUse.ATTEMPTED:
        return None
    row = found.judgement.expected_path.row
    return RowDocument(row.name, row.source, str(row.basis))
