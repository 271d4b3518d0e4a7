"""What a change has done to mail, as JSON: one document, named ``fleet-compare/1``, for programs to act on.

Within one version keys are added but never renamed or removed.  May import ``fleet.forecast``, ``fleet.decision``,
``fleet.model`` and ``fleet.views.before_after``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.decision import Change
from fleet.forecast import DaneUse, Forecast, Why
from fleet.forecast.before_after import Compared, Direction
from fleet.layout import canonical
from fleet.model import Outcome
from fleet.views.before_after import Rung, Side, between, first_difference, reason

FORMAT = "fleet-compare/1"


@dataclass(frozen=True, slots=True)
class SideDocument:
    """One of the two; ``at`` null for a file."""

    name: str
    at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class WayDocument:
    """What happened to the mail by some nodes and one flow."""

    direction: Direction
    nodes: tuple[str, ...]
    listener: str
    sender_group: str
    before: Outcome
    dane_before: DaneUse
    after: Outcome
    dane_after: DaneUse
    why: Why
    sentence: str


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """One destination.

    ``first_difference``: where the two checks part, in words; ``changes``: what it published or presented otherwise.
    ``missing``: why nothing is known of it on one side.
    """

    domain: str
    direction: Direction
    recipients_per_day: int | None
    checked_before: datetime | None
    checked_after: datetime | None
    missing: str
    first_difference: Rung | None
    changes: tuple[Change, ...]
    ways: tuple[WayDocument, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Destinations of one direction; ``recipients`` are of those of which they are known."""

    direction: Direction
    destinations: int
    recipients: int
    unweighed: int


@dataclass(frozen=True, slots=True)
class BeforeAfterDocument:
    """All of it; ``exit_code`` is the command's."""

    before: SideDocument
    after: SideDocument
    exit_code: int
    counts: tuple[Count, ...]
    destinations: tuple[ComparedDocument, ...]
    format: str = FORMAT


def before_after_document(
    sides: tuple[Side, Side],
    before: Forecast,
    after: Forecast,
    found: Sequence[Compared],
    missing: Mapping[str, str],
    exit_code: int,
) -> BeforeAfterDocument:
    """The document of ``found``."""
    old, new = (SideDocument(side.name, side.at, side.note) for side in sides)
    return BeforeAfterDocument(
        old,
        new,
        exit_code,
        tuple(_count(direction, found) for direction in Direction),
        tuple(_destination(one, before, after, missing) for one in found),
    )


def _count(direction: Direction, found: Sequence[Compared]) -> Count:
    weights = [one.destination.recipients_per_day for one in found if one.direction is direction]
    known = [weight for weight in weights if weight is not None]
    return Count(direction, len(weights), sum(known), len(weights) - len(known))


def _destination(one: Compared, before: Forecast, after: Forecast, missing: Mapping[str, str]) -> ComparedDocument:
    domain = canonical(one.destination.domain)
    old, new = (side.verdicts.get(domain) for side in (before, after))
    ways = []
    for way in one.ways:
        told = reason(way, domain, after)
        ways.append(
            WayDocument(
                way.direction,
                way.nodes,
                *way.ingress.name,
                way.before.outcome,
                way.before.dane,
                way.after.outcome,
                way.after.dane,
                told.why,
                told.sentence,
            )
        )
    return ComparedDocument(
        domain,
        one.direction,
        one.destination.recipients_per_day,
        old.at if old else None,
        new.at if new else None,
        missing.get(domain, ""),
        first_difference(one, before, after),
        between(one, before, after),
        tuple(ways),
    )
