"""Domains and times as people read them.  May import ``fleet.clock`` and ``fleet.text``."""

from datetime import datetime

import idna

from fleet.clock import minute
from fleet.text import show


def unicode_name(domain: str) -> str:
    """``domain`` in Unicode, safe to show; its A-label form where it has no valid Unicode form (RFC 5891)."""
    if "xn--" not in domain:
        return show(domain, 255)
    try:
        return show(idna.decode(domain), 255)
    except (idna.IDNAError, UnicodeError):
        return show(domain, 255)


def both_names(domain: str) -> str:
    """The Unicode form followed by the A-label where they differ: a look-alike must not pass for the real one."""
    written, label = unicode_name(domain), show(domain, 255)
    return label if written == label else f"{written} ({label})"


def duration(seconds: float) -> str:
    """A length of time in its two largest units: ``3 d 4 h``, ``12 s``."""
    rest = max(0, int(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def age(at: datetime, now: datetime) -> str:
    """How long ago ``at`` was, seen from ``now``."""
    return f"{duration((now - at).total_seconds())} ago"


def moment(at: datetime) -> str:
    """``at`` to the minute, in UTC if that is its zone."""
    return minute(at)
