"""What ``tophosts``, ``hoststatus`` and ``status detail`` print.

Columns, labels and their order are reported, not seen: so they are found by their words, a row may be wrapped over
several lines, and what cannot be read is said.  May import ``fleet.model``, ``fleet.domains`` and this package.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.domains import DomainError, domain
from fleet.model.queue import HostState, Waiting
from fleet.nodes.reading import Unparsed, quoted

TOPHOSTS = "tophosts"
_COLUMNS = (
    ("active", r"active"),
    ("connections", r"conn(?:ections)?\b"),
    ("delivered", r"deliv"),
    ("soft", r"soft"),
    ("hard", r"hard"),
)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_ROW = re.compile(r"\s*(\d{1,4})(\*?)\s+(\S+)(.*)")
_INTERNAL = re.compile(r"the\.[a-z.]+\.(?:queue|host)")
"""Queues of the appliance itself (quarantine, encryption): no destinations."""
_NOTHING = re.compile(r"(?i)no (?:hosts|records|recipients|data)\b")


@dataclass(frozen=True, slots=True)
class TopHosts:
    """The destinations an appliance shows, and how many rows were not understood."""

    waiting: tuple[Waiting, ...]
    unread: int = 0


def parse_tophosts(text: str) -> TopHosts:
    """The table.  Raises Unparsed where there is none, or where it does not say which column counts what waits."""
    lines = [line.rstrip() for line in text.split("\n")]
    start = next((at for at, line in enumerate(lines) if re.search(r"(?i)recipient\s+host", line)), None)
    if start is None:
        if _NOTHING.search(text):
            return TopHosts(())
        raise Unparsed("no table of recipient hosts was found")
    # The words of a column may stand on two lines, the first of them above "Recipient Host".
    above = start - 1 if start and re.search(r"(?i)active|soft|deliv", lines[start - 1]) else start
    end = next((at for at in range(start + 1, len(lines)) if _ROW.fullmatch(lines[at])), len(lines))
    order = _order("\n".join(lines[above:end]))
    waiting, unread = [], 0
    for number, (mark, host, numbers) in enumerate(_rows(lines[end:]), 1):
        if number > MOST_ROWS:
            unread += 1
        elif _INTERNAL.fullmatch(host.lower()):
            continue
        elif len(numbers) != len(order) or (name := _name(host)) is None:
            unread += 1
        else:
            state = HostState.DOWN if mark else HostState.UNKNOWN
            waiting.append(Waiting(name, numbers[order.index("active")], None, state, TOPHOSTS))
    return TopHosts(tuple(waiting), unread)


MOST_ROWS = 200
"""An appliance shows twenty."""


def _order(header: str) -> list[str]:
    """The columns in the order of their first words."""
    found = {name: re.search(rf"(?i)\b{words}", header) for name, words in _COLUMNS}
    places = {name: match.start() for name, match in found.items() if match is not None}
    if "active" not in places:
        raise Unparsed(f"no column of active recipients in {quoted(header)}")
    return sorted(places, key=places.__getitem__)


def _rows(lines: list[str]) -> list[tuple[str, str, list[int]]]:
    """Rows with the numbers of the lines they are wrapped over."""
    rows: list[tuple[str, str, list[int]]] = []
    for line in lines:
        found = _ROW.fullmatch(line)
        if found is not None and not _NUMBER.fullmatch(found[3]):
            rows.append((found[2], found[3], _numbers(found[4])))
        elif rows and line.strip() and re.fullmatch(r"[\d,\s]+", line):
            rows[-1][2].extend(_numbers(line))
        elif line.strip() and not re.fullmatch(r"[\s=-]+", line):
            rows.append(("", "", []))  # not understood
    return rows


def _numbers(text: str) -> list[int]:
    words = text.split()
    return [int(word.replace(",", "")) for word in words] if all(map(_NUMBER.fullmatch, words)) else []


def _name(host: str) -> str | None:
    try:
        return domain(host)
    except DomainError:
        return None


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What ``hoststatus`` says of one destination; ``oldest`` is an age, None where nothing waits or none is told."""

    recipients: int
    oldest: timedelta | None
    host: HostState


def parse_hoststatus(text: str, asked: str) -> HostStatus | None:
    """The gauges; None: the appliance has no record of the destination.  Raises Unparsed."""
    if re.search(r"(?im)^\s*no record of host\b", text):
        return None
    if re.search(r"(?i)couldn't obtain mail stats", text):
        raise Unparsed("the appliance could not obtain its own statistics")
    named = re.search(r"(?im)^\s*host mail status for:?\s*['\"]?([^\s'\"]+)", text)
    if named is not None and _name(named[1]) != asked:
        raise Unparsed(f"it speaks of {quoted(named[1])}")
    body = re.split(r"(?i)virtual gateway", text, maxsplit=1)[0]
    active = _label(body, r"active recipients")
    if active is None or not _NUMBER.fullmatch(active):
        raise Unparsed("no number of active recipients was found")
    state = (_label(body, r"host up/down") or "").lower()
    host = next((one for one in (HostState.UP, HostState.DOWN) if state.startswith(one.value)), HostState.UNKNOWN)
    return HostStatus(int(active.replace(",", "")), _age(_label(body, r"oldest message")), host)


@dataclass(frozen=True, slots=True)
class StatusDetail:
    """What ``status detail`` says of the whole queue; None: not told."""

    recipients: int | None
    oldest: timedelta | None


def parse_status_detail(text: str) -> StatusDetail:
    """The gauges.  Raises Unparsed where neither of them is found."""
    gauges = re.split(r"(?im)^\s*gauges\b", text, maxsplit=1)
    active = _label(gauges[-1], r"active recipients")
    age = _label(text, r"oldest message")
    if active is None and age is None:
        raise Unparsed("neither active recipients nor the oldest message was found")
    number = int(active.replace(",", "")) if active is not None and _NUMBER.fullmatch(active) else None
    return StatusDetail(number, _age(age))


def _label(text: str, words: str) -> str | None:
    """What stands behind a label, on its line, up to a wide gap."""
    found = re.search(rf"(?im)^\s*{words}\s*:?[ \t]+(\S.*?)(?:[ \t]{{3,}}.*)?$", text)
    return found[1].strip() if found else None


_PARTS = re.compile(r"(\d+)\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b", re.IGNORECASE)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def _age(text: str | None) -> timedelta | None:
    """``4 weeks 46 mins 53 secs``, ``22h 45m 29s``; None for "No Messages" and for what is not understood."""
    parts = _PARTS.findall(text or "")
    if not parts or _PARTS.sub("", text or "").strip(" ,\t"):
        return None
    return timedelta(seconds=min(sum(int(n) * _SECONDS[unit[0].lower()] for n, unit in parts), 10 * 365 * 86400))


def arrived(age: timedelta | None, at: datetime) -> datetime | None:
    """When a message of that age arrived."""
    return None if age is None else at - age
