"""Notices in words, for people who read them in a mail or a chat, away from any screen.

A message goes to places that make links, mentions and markup of what they are given, and some of its words come from
strangers (a domain's records, a server's refusal, a node's settings).  So every line passes ``defused``: what is no
plain character is escaped, and the few that start something in HTML, Markdown, Slack, Discord or Telegram are replaced
by others that look alike.  Lines are ours: no text can begin one.

May import ``fleet.model``, ``fleet.text`` and the modules beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.alerts.watch import Kind, Notice
from fleet.clock import minute
from fleet.text import show

MOST_LINES = 20
"""Lines of one message; nobody reads more, and a target may refuse them."""
_LONG = 400

_ALIKE = str.maketrans(
    {
        "<": "‹",
        ">": "›",
        "@": "＠",
        "[": "⁅",
        "]": "⁆",
        "`": "ˋ",
        "*": "∗",
        "~": "∼",
        "|": "∣",
        "&": "＆",
        "#": "＃",
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """What a target is sent.  ``good``: it only takes back; ``severe``: mail is stopped or lost."""

    title: str
    body: str
    severe: bool = False
    good: bool = False


def defused(text: str, limit: int = _LONG) -> str:
    """``text`` as one line that no reader's program makes anything of."""
    return show(text, limit).translate(_ALIKE).replace("://", ":⁄⁄").replace("__", "‗‗")


def message_of(fleet: str, notices: Sequence[Notice]) -> Message:
    """One message of all ``notices``: the worst first."""
    ordered = sorted(notices, key=lambda one: (_ORDER[one.kind], not one.alert.reading.severe))
    lines = [line_of(one) for one in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(f"and {len(ordered) - MOST_LINES:,} more: fleet watch shows them all")
    bad = [one for one in ordered if one.kind in (Kind.FIRING, Kind.STILL)]
    first = ordered[0]
    named = headline_of(first)
    rest = f", and {len(ordered) - 1:,} more" if len(ordered) > 1 else ""
    return Message(
        title=f"fleet {defused(fleet, 64)}: {named}{rest}",
        body="\n".join(lines) + "\n",
        severe=any(one.alert.reading.severe for one in bad),
        good=not bad,
    )


_ORDER = {Kind.FIRING: 0, Kind.STILL: 1, Kind.RESOLVED: 2, Kind.GONE: 3}


def line_of(notice: Notice) -> str:
    """One notice in one safe line."""
    reading = notice.alert.reading
    nodes = f" (nodes: {_listed(reading.nodes)})" if reading.nodes and reading.destination else ""
    said = defused(reading.sentence) + nodes
    if notice.kind is Kind.RESOLVED:
        return f"RESOLVED {reading.condition} at {minute(notice.at)}: it is over that {said}"
    if notice.kind is Kind.GONE:
        at = minute(notice.at)
        return f"NO LONGER WATCHED {reading.condition} at {at}: nobody knows whether it is over that {said}"
    return f"{notice.kind.upper()} {reading.condition} since {minute(notice.alert.since)}: {said}"


def headline_of(notice: Notice) -> str:
    """One notice in a few safe words."""
    reading = notice.alert.reading
    return f"{notice.kind}: {reading.condition} {defused(reading.object, 80)}"


def brief_of(notice: Notice) -> str:
    """One notice for a screen that shows the rest: ``mail stopped: destination ietf.org``."""
    reading = notice.alert.reading
    said = f"{reading.condition.replace('-', ' ')}: {defused(reading.object, 80)}"
    return said if notice.kind is Kind.FIRING else f"{notice.kind}: {said}"


def _listed(names: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(defused(name, 64) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
