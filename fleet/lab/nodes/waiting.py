"""Delivery queues of simulated nodes, as their platforms print them.

Postfix and Exim after real ones (3.7, 4.96).  Of an appliance the words are reported and the layouts **synthetic**:
``variant`` chooses one of several.  Recipients' addresses are made up, so that a reader which kept them would show it.
May import the standard library only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

TOP = 20


@dataclass(frozen=True, slots=True)
class Held:
    """Mail for one domain: how many recipients, since when, and whether its hosts were down at the last attempt."""

    domain: str
    recipients: int
    since: datetime
    down: bool = False

    @staticmethod
    def read(plain: Mapping[str, Any], now: datetime) -> "Held":
        """One entry of an order: ``{"domain": ..., "recipients": 3, "seconds": 7200, "down": false}``."""
        since = now - timedelta(seconds=float(plain.get("seconds", 0)))
        return Held(str(plain["domain"]), int(plain["recipients"]), since, bool(plain.get("down")))


def postqueue(queue: Sequence[Held]) -> str:
    """``postqueue -j``: two recipients a message."""
    lines = []
    for at, one in enumerate(queue):
        for first in range(0, one.recipients, 2):
            people = [
                {"address": f"person{n}@{one.domain}", "delay_reason": "TLSA lookup error for mx:25"}
                for n in range(first, min(first + 2, one.recipients))
            ]
            lines.append(
                json.dumps(
                    {
                        "queue_name": "deferred",
                        "queue_id": f"4X{at:04X}{first:04X}z",
                        "arrival_time": int(one.since.timestamp()) + first,
                        "message_size": 1234,
                        "forced_expire": False,
                        "sender": "boss@example.com",
                        "recipients": people,
                    }
                )
                + "\n"
            )
    return "".join(lines)


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def exim(queue: Sequence[Held], now: datetime) -> str:
    """``exim -bpru``: one message a domain."""
    text = []
    for at, one in enumerate(queue):
        if not one.recipients:
            continue
        minutes = int((now - one.since).total_seconds()) // 60
        age = f"{minutes:2d}m"
        if minutes > 90:
            hours = (minutes + 30) // 60
            age = f"{(hours + 12) // 24:2d}d" if hours > 72 else f"{hours:2d}h"
        number, name = int(one.since.timestamp()), ""
        for _ in range(6):
            number, digit = divmod(number, 62)
            name = _DIGITS[digit] + name
        people = "".join(f"          person{n}@{one.domain}\n" for n in range(one.recipients))
        text.append(f"{age} 1.2K {name}-{at:06d}-00 <boss@example.com>\n{people}\n")
    return "".join(text)


def tophosts(queue: Sequence[Held], clock: str, variant: int) -> str:
    """The table of ``tophosts``."""
    rows = sorted(queue, key=lambda one: (-one.recipients, one.domain))[:TOP]
    return f"\nStatus as of:                  {clock}\n" + TOPHOSTS[variant % len(TOPHOSTS)](rows) + "\n"


def _numbers(one: Held, at: int) -> tuple[str, ...]:
    return (f"{one.recipients:,}", str(at % 3), f"{1000 + at:,}", str(at), "0")


def _plain(rows: Sequence[Held]) -> str:
    head = f"{'#':>4} {'Recipient Host':<40} {'Active Recip.':>13} {'Conn. Out':>9} "
    head += f"{'Deliv. Recip.':>13} {'Soft Bounced':>12} {'Hard Bounced':>12}\n"
    return head + "".join(
        f"{f'{at}*' if one.down else str(at):>4} {one.domain:<40} "
        + " ".join(f"{n:>12}" for n in _numbers(one, at))
        + "\n"
        for at, one in enumerate(rows, 1)
    )


def _two_lines(rows: Sequence[Held]) -> str:
    head = "                                 Active  Conn.  Deliv.    Soft    Hard\n"
    head += "#   Recipient Host                Recip    Out  Recip. Bounced Bounced\n"
    return head + "".join(
        f"{f'{at}*' if one.down else str(at):<4}{one.domain:<28} "
        + " ".join(f"{n:>7}" for n in _numbers(one, at))
        + "\n"
        for at, one in enumerate(rows, 1)
    )


def _wrapped(rows: Sequence[Held]) -> str:
    head = "#  Recipient Host              Active Recip.  Conn. Out  Deliv. Recip.\n   Soft Bounced  Hard Bounced\n"
    text = []
    for at, one in enumerate(rows, 1):
        first = _numbers(one, at)
        text.append(f"{at}{'*' if one.down else ' '} {one.domain:<28} {first[0]} {first[1]} {first[2]}\n")
        text.append(f"     {first[3]} {first[4]}\n")
    return head + "".join(text)


def _ruled(rows: Sequence[Held]) -> str:
    head = "#    Recipient Host            Active Recip.  Conn. Out  Deliv. Recip.  Soft Bounced  Hard Bounced\n"
    head += "===  ========================  =============  =========  =============  ============  ============\n"
    return head + "".join(
        f"{f'{at}*' if one.down else str(at):<4} {one.domain:<24}  " + "  ".join(_numbers(one, at)) + "\n\n"
        for at, one in enumerate(rows, 1)
    )


def _with_own_queues(rows: Sequence[Held]) -> str:
    head, *lines = _plain(rows).splitlines(keepends=True)
    own = f"{len(rows) + 1:>4} {'the.encryption.queue':<40} 3 0 0 0 0\n"
    return head + "".join(lines) + own + f"{len(rows) + 2:>4} the.euq.release.queue 1 0 0 0 0\n"


def _delivered_first(rows: Sequence[Held]) -> str:
    head = "#  Recipient Host   Deliv. Recip.   Conn. Out   Active Recip.   Soft Bounced   Hard Bounced\n"
    text = []
    for at, one in enumerate(rows, 1):
        active, out, delivered, soft, hard = _numbers(one, at)
        text.append(f"{at}{'*' if one.down else ''} {one.domain}  {delivered}  {out}  {active}  {soft}  {hard}\n")
    return head + "".join(text)


TOPHOSTS: tuple[Callable[[Sequence[Held]], str], ...] = (
    _plain, _two_lines, _wrapped, _ruled, _with_own_queues, _delivered_first,
)  # fmt: skip


def hoststatus(queue: Sequence[Held], domain: str, now: datetime, clock: str, variant: int) -> str:
    """The block of ``hoststatus``."""
    one = next((one for one in queue if one.domain == domain), None)
    if one is None:
        return f"\nNo record of host: {domain}\n"
    name = (domain, f"'{domain}'", f'"{domain}"')[variant % 3]
    age = "No Messages" if not one.recipients else _age(now - one.since, variant)
    wide = 40 if variant % 2 else 30
    rows = [
        ("Host mail status for:", name),
        ("Status as of:", clock),
        ("Host up/down:", "down" if one.down else "up"),
        ("", ""),
        ("Counters:", ""),
        ("  Soft Bounced Events", "2"),
        ("  Completed Recipients", "1,000"),
        ("Gauges:", ""),
        ("  Active Recipients", f"{one.recipients:,}"),
        ("    Unattempted Recipients", "0"),
        ("    Attempted Recipients", f"{one.recipients:,}"),
        ("  Current Outbound Connections", "0"),
        ("  Oldest Message", age),
        ("  Last Activity", clock),
        ("Virtual Gateway(tm) information:", ""),
        ("=====================================", ""),
        ("  192.0.2.1 (Data1):", ""),
        ("  Host up/down:", "unknown"),
        ("  Active Recipients", "0"),
    ]
    return "\n" + "".join(f"{label:<{wide}} {value}".rstrip() + "\n" for label, value in rows)


def status_detail(queue: Sequence[Held], now: datetime, clock: str, variant: int) -> str:
    """``status detail``."""
    waiting = [one for one in queue if one.recipients]
    oldest = min((one.since for one in waiting), default=None)
    age = "No Messages" if oldest is None else _age(now - oldest, variant)
    total = sum(one.recipients for one in waiting)
    return (
        f"Status as of:                  {clock}\n"
        "Up since:                      Mon Jun  1 00:00:00 2026 GMT (3d 12h)\n"
        "Last counter reset:            Never\nSystem status:                 Online\n"
        f"Oldest Message:                {age}\n\n"
        "Counters:                          Reset          Uptime        Lifetime\n"
        "  Receiving\n    Messages Received                 12              12              12\n\n"
        "Gauges:                          Current\n"
        "  Connections\n    Current Inbound Conn.              0\n    Current Outbound Conn.             0\n"
        f"  Queue\n    Active Recipients        {total:>10,}\n      Unattempted Recipients           0\n"
        f"      Attempted Recipients             {total}\n"
    )


def _age(age: timedelta, variant: int) -> str:
    seconds = int(age.total_seconds())
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if variant % 2:
        return f"{days}d {hours}h {minutes}m {left}s"
    named = ((days, "day"), (hours, "hour"), (minutes, "min"), (left, "sec"))
    return " ".join(f"{n} {word}{'s' if n != 1 else ''}" for n, word in named if n) or "0 secs"


def now() -> datetime:
    """The clock of simulated nodes."""
    return datetime.now(UTC)
