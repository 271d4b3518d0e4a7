"""The queues of Postfix and Exim, counted line by line while they arrive: addresses are read and forgotten.

``postqueue -j`` (postqueue(1)) prints one JSON object a message.  ``exim -bpru`` prints a line with age, size and
message id, then a line for each recipient that has not got its copy (Exim specification, 5.1).  What waits is counted
by the domain of the recipient.  May import ``fleet.model``, ``fleet.domains`` and this package; knows no network.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fleet.domains import DomainError, domain
from fleet.model.queue import Queue, Waiting

MOST_DOMAINS = 100_000
"""Destinations told apart while counting; what is beyond is counted as not read."""
MOST_KEPT = 2000
"""Destinations of one look that are kept, the fullest."""
LONGEST_LINE = 4 * 1024 * 1024
"""A message of ten thousand recipients is one line of JSON."""
LOCAL = ""
"""Recipients without a domain: the node's own mailboxes, no destination."""


@dataclass(slots=True)
class Count:
    """How much waits, by domain."""

    domains: dict[str, tuple[int, float | None]] = field(default_factory=dict)
    on_hold: int = 0
    unread: int = 0

    def add(self, address: str, arrived: float | None) -> None:
        """One recipient of a message that arrived then (seconds since 1970)."""
        name = _domain_of(address)
        if name is None or (name not in self.domains and len(self.domains) >= MOST_DOMAINS):
            self.unread += 1
            return
        number, oldest = self.domains.get(name, (0, None))
        if oldest is None or (arrived is not None and arrived < oldest):
            oldest = arrived
        self.domains[name] = (number + 1, oldest)

    def queue(self, node: str, at: datetime, source: str) -> Queue:
        """What was counted.  A time that no clock has is none."""
        found = [
            Waiting(name, number, moment(oldest, at), source=source)
            for name, (number, oldest) in self.domains.items()
            if name != LOCAL
        ]
        found.sort(key=lambda one: (-(one.recipients or 0), one.domain))
        times = [one.oldest for one in found if one.oldest is not None]
        missing = []
        if len(found) > MOST_KEPT:
            missing.append(f"{len(found) - MOST_KEPT} destinations with less waiting mail are not kept")
        if self.unread:
            missing.append(f"{self.unread} lines or recipients of '{source}' were not understood")
        return Queue(
            node,
            at,
            tuple(found[:MOST_KEPT]),
            complete=not missing,
            recipients=sum(number for number, _oldest in self.domains.values()),
            oldest=min(times, default=None),
            on_hold=self.on_hold,
            unread=self.unread,
            missing=tuple(missing),
        )


class Counter(Protocol):
    """Reads the lines of one listing."""

    @property
    def count(self) -> Count:
        """What was counted so far."""
        ...

    def line(self, text: str) -> None:
        """The next line, without its end."""
        ...


def moment(seconds: float | None, now: datetime) -> datetime | None:
    """The time, unless it is none that mail can have arrived at."""
    if seconds is None or not 0 < seconds <= now.timestamp() + 86400:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _domain_of(address: str) -> str | None:
    """The domain of ``address`` in A-labels; empty where it has none, None where it is no domain."""
    _local, at, name = address.strip().strip("<>").rpartition("@")
    if not at:
        return LOCAL if name else None
    try:
        return domain(name)
    except DomainError:
        return LOCAL if name.startswith("[") and name.endswith("]") else None


@dataclass(slots=True)
class PostfixCounter:
    """Reads ``postqueue -j``."""

    count: Count = field(default_factory=Count)

    def line(self, text: str) -> None:
        """See ``Counter``."""
        if not text.strip():
            return
        try:
            found: Any = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        recipients = found.get("recipients") if isinstance(found, dict) else None
        if not isinstance(recipients, list):
            self.count.unread += 1
            return
        arrived = found.get("arrival_time")
        if isinstance(arrived, bool) or not isinstance(arrived, int | float):
            arrived = None
        for one in recipients:
            address = one.get("address") if isinstance(one, dict) else None
            if not isinstance(address, str):
                self.count.unread += 1
            elif found.get("queue_name") == "hold":
                self.count.on_hold += 1
            else:
                self.count.add(address, arrived)


_MESSAGE = re.compile(
    r"\s*(?P<age>\d{1,6})(?P<unit>[mhd])\s+(?P<size>[\d.]+[KMG]?)?\s*"
    r"(?P<id>[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}) (?P<rest>.*)"
)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class EximCounter:
    """Reads ``exim -bpru``; ``now`` is when it was printed.  A frozen message waits for an operator."""

    now: datetime
    count: Count = field(default_factory=Count)
    _arrived: float | None = None
    _frozen: bool = False
    _inside: bool = False

    def line(self, text: str) -> None:
        """See ``Counter``."""
        if not text.strip():
            self._inside = False
            return
        found = _MESSAGE.fullmatch(text)
        if found is not None:
            self._inside = True
            self._frozen = found["rest"].endswith("*** frozen ***")
            self._arrived = self._arrival(found["id"], int(found["age"]) * _UNITS[found["unit"]])
            return
        if not (self._inside and text.startswith("        ")):
            self._inside = False
            self.count.unread += 1
            return
        mark, address = text[:10].strip(), text[10:]
        if mark == "D":
            return  # delivered: only -bp shows these
        if mark not in ("", "+D"):
            self.count.unread += 1
        elif self._frozen:
            self.count.on_hold += 1
        else:
            self.count.add(address, self._arrived)

    def _arrival(self, name: str, age: timedelta) -> float | None:
        """The first part of a message's id is its time in seconds to the base of 62; the age printed is rounded."""
        listed = self.now.timestamp() - age.total_seconds()
        exact = 0
        for digit in name[:6]:
            exact = exact * 62 + _DIGITS.index(digit)
        slack = 60 if age < timedelta(hours=2) else 3600 if age < timedelta(days=4) else 86400
        return float(exact) if abs(exact - listed) <= slack + 60 else listed


def count_lines(counter: Counter, lines: Iterable[str]) -> Count:
    """All of ``lines``."""
    for one in lines:
        counter.line(one)
    return counter.count


@dataclass(slots=True)
class Feed:
    """Cuts what arrives into lines for a counter.  A line beyond the limit is counted as not read."""

    counter: Counter
    _rest: bytearray = field(default_factory=bytearray)
    _skips: bool = False

    def take(self, chunk: bytes) -> None:
        """The next bytes."""
        self._rest += chunk
        *whole, rest = bytes(self._rest).split(b"\n")
        for one in whole:
            if self._skips:
                self._skips = False
            else:
                self.counter.line(one.rstrip(b"\r").decode("utf-8", "replace"))
        self._rest = bytearray(rest)
        if len(rest) > LONGEST_LINE:
            self.counter.count.unread += not self._skips
            self._skips = True
            self._rest.clear()

    def end(self) -> None:
        """Nothing more comes; a last line without an end is one that was cut off."""
        if self._rest and not self._skips:
            self.counter.line(bytes(self._rest).decode("utf-8", "replace"))
        self._rest.clear()
