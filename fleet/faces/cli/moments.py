"""Moments as people name them on a command line: ``2h ago``, ``now``, an ISO 8601 time.

May import ``fleet.errors`` and ``fleet.text``.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from fleet.errors import UsageError
from fleet.text import show

_AGO = re.compile(r"(\d{1,6}) ?(s|min|m|h|d|w)(?: ?ago)?")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_EXAMPLE = "2026-11-23T08:00"
MOMENTS = "a moment is `now`, `2h ago` (s, min, h, d, w) or an ISO 8601 time, in UTC unless it names a zone"


def point(option: str, text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """The time that ``text``, given with ``option``, names, in ``zone`` unless it says another one.

    UsageError where it names none, or one that is yet to come.
    """
    at = _iso(text, zone)
    if at is None:
        raise UsageError(f"{option} {show(text, 80)}: write a time such as {_EXAMPLE} or {_EXAMPLE}+01:00")
    if at > now:
        raise UsageError(f"{option} {show(text, 80)}: this is yet to come")
    return at


def moment(text: str, now: datetime) -> datetime:
    """The moment that ``text`` names; UsageError where it names none, or one that is yet to come."""
    said = text.strip().lower()
    if said == "now":
        return now
    if found := _AGO.fullmatch(said):
        return now - timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    at = _iso(text, UTC)
    if at is None:
        raise UsageError(f"{show(text, 80)} is no moment: {MOMENTS}")
    if at > now:
        raise UsageError(f"{show(text, 80)} is yet to come")
    return at


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
