"""Which of the files beside a log are its older parts, and in which order.

logrotate numbers them (``mail.log.1``, ``mail.log.2.gz``: the higher the older) or, with ``dateext``, dates them
(``mail.log-20261124``, ``mainlog-20261124-1795478400.gz``: the lower the older).  May import the standard library only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_END = r"(?:\.(?P<number>\d{1,5})|[-.](?P<date>\d{4}-?\d\d-?\d\d(?:[-_.]?\d{1,10})?))(?P<packed>\.[A-Za-z0-9]{1,5})?"
PACKED = ".gz"
"""What zgrep(1) is sure to read."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """``name``: of the file; ``packed``: its ending where it is packed."""

    name: str
    packed: str = ""


def rotated(names: Iterable[str], base: str, most: int) -> tuple[Rotated, ...]:
    """The ``most`` newest older parts of ``base`` among ``names``, oldest first.

    A part that stands there plain and packed, while it is being packed, is one part.
    """
    end = re.compile(re.escape(base) + _END)
    parts: dict[tuple[bool, int], Rotated] = {}
    for name in sorted(names):  # the plain name sorts before the packed one
        found = end.fullmatch(name)
        if found is None:
            continue
        dated = found["date"] is not None
        age = -int(re.sub(r"\D", "", found["date"]).ljust(18, "0")) if dated else int(found["number"])
        parts.setdefault((dated, age), Rotated(name, found["packed"] or ""))
    newest = [parts[key] for key in sorted(parts)][:most]
    return tuple(reversed(newest))
