"""``version`` and the clock.  Layout seen (SMA 15.0; the same fields on mail gateways).  May import this package."""

import re
from datetime import UTC, datetime, timedelta, timezone

from fleet.nodes.reading import Unparsed

PARSER = "asyncos.version/1"
CLOCK_PARSER = "asyncos.status/1"
_VERSION = re.compile(r"(?im)^[ \t]*version:\s*(\d+(?:\.\d+)+)-(\d+)\s*$")
_BANNER = re.compile(r"(?im)^AsyncOS (\d+(?:\.\d+)+) for .* build (\d+)\s*$")
_MOMENT = re.compile(
    r"(?i)(?:as of|current time):?\s*(?:[A-Z][a-z]{2},?\s+)?([A-Z][a-z]{2})\s+(\d{1,2})\s+(\d{2}:\d{2}:\d{2})\s+(\d{4})"
    r"\s+(GMT|UTC|[+-]\d{4}|\(?GMT\s?[+-]\d{2}:?\d{2}\)?)"
)


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
    """The appliance's own time; None where it names a zone by letters that mean several."""
    found = _MOMENT.search(text)
    if found is None:
        return None
    try:
        moment = datetime.strptime(f"{found[1].title()} {found[2]} {found[3]} {found[4]}", "%b %d %H:%M:%S %Y")
    except ValueError:
        return None
    return moment.replace(tzinfo=_zone(found[5])).astimezone(UTC)


def _zone(text: str) -> timezone:
    digits = re.search(r"([+-])(\d{2}):?(\d{2})", text)
    if digits is None:
        return UTC
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3]))
    return timezone(-offset if digits[1] == "-" else offset)
