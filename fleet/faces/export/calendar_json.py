"""A calendar as JSON: one document, named ``fleet-calendar/1``, for programs to act on.

Within one version keys are added but never renamed or removed.  May import ``fleet.decision`` and ``fleet.views``.
"""

from dataclasses import dataclass
from datetime import datetime

from fleet.decision import DateKind
from fleet.views.calendar import Calendar

FORMAT = "fleet-calendar/1"


@dataclass(frozen=True, slots=True)
class DayDocument:
    """One day; ``at`` null where a state has none.  ``concern``: somebody has to act.

    ``seen_at`` is when the oldest verdict it was read from was made, null for what the profile dates; ``stale``: that
    is too long ago to speak for now.
    """

    kind: DateKind
    at: datetime | None
    subject: str
    consequence: str
    concern: bool
    destinations: tuple[str, ...]
    seen_at: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class CalendarDocument:
    """All of it; of ``unknown`` days are missing, those of ``stale`` may have moved; ``exit_code`` is the command's."""

    at: datetime
    until: datetime
    exit_code: int
    days: tuple[DayDocument, ...]
    unknown: tuple[str, ...]
    stale: tuple[str, ...]
    format: str = FORMAT


def calendar_document(found: Calendar, exit_code: int) -> CalendarDocument:
    """The document of ``found``."""
    days = tuple(
        DayDocument(
            entry.due.kind,
            entry.due.at,
            entry.due.subject,
            entry.due.consequence,
            entry.due.concern,
            entry.destinations,
            entry.seen,
            entry.stale,
        )
        for entry in found.entries
    )
    return CalendarDocument(found.now, found.until, exit_code, days, found.unknown, found.stale)
