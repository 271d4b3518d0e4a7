"""``version`` and the clock.

The layout of ``version`` is seen (SMA 15.0; the same fields on mail gateways).  That ``status`` has a line with the
time is reported, how it reads is not known: a few ways to write a moment are understood, any other is unparsed.
May import ``fleet.nodes.reading``.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from fleet.nodes.reading import Unparsed, quoted

PARSER = "asyncos.version/1"
CLOCK_PARSER = "asyncos.status/1"
_VERSION = re.compile(r"(?im)^[ \t]*version:\s*(\d+(?:\.\d+)+)-(\d+)\s*$")
_BANNER = re.compile(r"(?im)^AsyncOS (\d+(?:\.\d+)+) for .* build (\d+)\s*$")
_LABEL = r"\b(?:as of|current time|system time)\s*:?\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+)?"
_MONTH, _DAY, _YEAR = r"(?P<month>[a-z]{3})", r"(?P<day>\d{1,2})", r"(?P<year>\d{4})"
_TIME = r"(?P<time>\d\d:\d\d:\d\d)"
_ZONE = r"\(?(?P<zone>(?:(?:GMT|UTC)\s?)?[+-]\d{2}:?\d{2}|[a-z]{1,5}\b)\)?"
_MOMENTS = tuple(
    re.compile(_LABEL + form, re.IGNORECASE)
    for form in (
        rf"{_MONTH}\s+{_DAY}\s+{_TIME}\s+{_YEAR}(?:[ \t]+{_ZONE})?",
        rf"{_MONTH}\s+{_DAY}\s+{_TIME}\s+{_ZONE}\s+{_YEAR}",
        rf"{_DAY}\s+{_MONTH}\s+{_YEAR}\s+{_TIME}(?:[ \t]+{_ZONE})?",
        rf"{_YEAR}-(?P<month>\d\d)-{_DAY}[t ]{_TIME}(?:[ \t]?{_ZONE})?",
    )
)
_UTC = frozenset({"gmt", "utc", "z"})


def parse_version(text: str) -> str:
    """``15.0.0-416`` from the command's answer.  Raises Unparsed."""
    found = _VERSION.search(text)
    if found is None:
        raise Unparsed("no line 'Version: number-build' in the answer to 'version'")
    return f"{found[1]}-{found[2]}"


def version_of_banner(text: str) -> str | None:
    """The same from the greeting (seen), if it is there."""
    found = _BANNER.search(text)
    return f"{found[1]}-{found[2]}" if found else None


def parse_clock(text: str) -> datetime | None:
    """The appliance's own time; None where its zone is not given, or by letters that mean several.  Raises Unparsed."""
    found = next((found for form in _MOMENTS if (found := form.search(text)) is not None), None)
    if found is None:
        raise Unparsed("no line 'Status as of' or 'Current time' with a moment that is understood")
    month = "%m" if found["month"].isdecimal() else "%b"
    told = f"{found['month'].title()} {found['day']} {found['time']} {found['year']}"
    try:
        moment = datetime.strptime(told, f"{month} %d %H:%M:%S %Y")
        zone = _zone(found["zone"] or "")
        return None if zone is None else moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unparsed(f"{quoted(found[0])} is no moment") from error


def zone_of(text: str) -> timezone | None:
    """The zone in which it shows that time, and writes its logs; None where it is not given."""
    found = next((found for form in _MOMENTS if (found := form.search(text)) is not None), None)
    return None if found is None else _zone(found["zone"] or "")


def _zone(text: str) -> timezone | None:
    digits = re.search(r"([+-])(\d{2}):?(\d{2})", text)
    if digits is None:
        return UTC if text.lower() in _UTC else None
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3]))
    return timezone(-offset if digits[1] == "-" else offset)
