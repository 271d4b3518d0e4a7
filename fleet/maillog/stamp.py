"""When and where a line was written: the stamps in front of it.

``Tue Feb  5 13:20:03 2019`` (AsyncOS), ``<94>Nov 24 14:22:57 host mail_logs:`` (syslog, RFC 3164: no year),
``2026-11-25T09:10:04.123456+01:00 host`` (RFC 3339), ``2026-11-25 09:10:04`` (Exim).  Most lines share their stamp with
the line before, so one stamp is remembered.  May import modules of this room.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.maillog.context import Context

_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_WEEKDAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_CLASSIC = re.compile(
    rf"(?:<\d{{1,3}}>)?(?:(?:{_WEEKDAYS}) )?(?P<month>{'|'.join(_MONTHS)}) +(?P<day>\d{{1,2}}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?: (?P<year>\d{4}))?(?: (?P<rest>\S.*))?"
)
_ISO = re.compile(
    r"(?:<\d{1,3}>)?(?:1 )?(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,]\d+)?"
    r"(?P<zone>Z| ?[+-]\d\d:?\d\d)?(?: (?P<rest>\S.*))?"
)
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """``at`` aware; ``host`` who wrote the line, as it is called there; both may be missing."""

    at: datetime | None
    host: str


class Stamps:
    """Reads stamps, remembering the last one."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._text: str | None = None
        self._stamp: Stamp | None = None

    def read(self, text: str) -> Stamp | None:
        """The stamp ``text``, all that stands before a line's own words; None where it is none."""
        if text != self._text:
            self._text, self._stamp = text, self._read(text)
        return self._stamp

    def _read(self, text: str) -> Stamp | None:
        if found := _CLASSIC.fullmatch(text):
            at = self._classic(found)
        elif found := _ISO.fullmatch(text):
            at = self._iso(found)
        else:
            return None
        words = [word for word in (found["rest"] or "").split(" ") if word]
        host = words[0] if words and not words[0].endswith(":") and _HOST.fullmatch(words[0]) else ""
        return Stamp(at, host or self._context.node)

    def _classic(self, found: re.Match[str]) -> datetime | None:
        month, day = _MONTHS[found["month"]], int(found["day"])
        clock = int(found["hour"]), int(found["minute"]), int(found["second"])
        now = self._context.clock().astimezone(self._context.zone)
        year = int(found["year"]) if found["year"] else now.year
        at = _moment(year, month, day, clock)
        if at is None and not found["year"]:  # 29 February, read in the year after
            return None if (past := _moment(year - 1, month, day, clock)) is None else self._placed(past)
        if at is None:
            return None
        placed = self._placed(at)
        if not found["year"] and placed > now + timedelta(days=1):
            earlier = _moment(year - 1, month, day, clock)
            return None if earlier is None else self._placed(earlier)
        return placed

    def _placed(self, at: datetime) -> datetime:
        return at.replace(tzinfo=self._context.zone)

    def _iso(self, found: re.Match[str]) -> datetime | None:
        zone = (found["zone"] or "").strip()
        try:
            at = datetime.fromisoformat(f"{found['date']}T{found['time']}{zone}")
        except ValueError:
            return None
        return at if at.tzinfo else self._placed(at)


def _moment(year: int, month: int, day: int, clock: tuple[int, int, int]) -> datetime | None:
    try:
        return datetime(year, month, day, *clock)
    except ValueError:
        return None
