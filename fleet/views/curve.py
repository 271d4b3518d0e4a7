"""A small curve on one line: eight heights a cell, and a gap stays a gap.

A value that was not observed is neither zero nor like its neighbours: it is drawn as a blank (a dot in ASCII), so that
a quiet line cannot pass for a healthy one.

May import nothing of the project.
"""

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN = "_.-~=+*#"


def curve(values: Sequence[float | None], width: int, ascii_only: bool = False) -> str:
    """The newest values in exactly ``width`` cells, newest at the right; NaN and infinities are gaps too."""
    gap, bars = ("·", _BARS) if not ascii_only else (" ", _PLAIN)
    if width <= 0:
        return ""
    buckets = _buckets([_known(value) for value in values], width)
    known = [value for value in buckets if value is not None]
    if not known:
        return gap * width
    low, high = min(known), max(known)
    return "".join(gap if value is None else bars[_level(value, low, high)] for value in buckets).rjust(width, gap)


def _buckets(values: list[float | None], width: int) -> list[float | None]:
    """Where there are more values than cells, the largest of each bucket: a peak must not vanish."""
    if len(values) <= width:
        return values
    count = len(values)
    return [_largest(values[cell * count // width : (cell + 1) * count // width]) for cell in range(width)]


def _largest(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _level(value: float, low: float, high: float) -> int:
    if high == low:
        return 0 if high <= 0 else len(_BARS) // 2
    span = high / 2 - low / 2  # halves: the difference of two finite floats may be infinite
    return min(len(_BARS) - 1, int((value / 2 - low / 2) / span * len(_BARS)))
