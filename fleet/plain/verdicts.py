"""The documents of ``fleet check --jsonl`` read back: a check made anywhere can be judged, compared and forecast here.

May import ``fleet.model`` and the modules of this room.
"""

import json
from collections.abc import Iterable, Iterator

from fleet.model import Verdict
from fleet.plain.decoding import ShapeError, from_plain

CHECK_FORMAT = "fleet-check/1"
"""The ``format`` of such a document."""


def read_verdicts(lines: Iterable[str]) -> Iterator[Verdict]:
    """The verdict in each line; empty lines are passed over.

    ShapeError, with the number of the line, for a line that is no such document.  Documents older than the key
    ``unknown`` give all they said was incomplete.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _verdict(line)
            except ShapeError as error:
                raise error.under(f"line {number}") from None


def _verdict(line: str) -> Verdict:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise ShapeError("this is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != CHECK_FORMAT:
        raise ShapeError(f"this is not a document of the format {CHECK_FORMAT}")
    return from_plain(Verdict, {"unknown": document.get("incomplete", [])} | document)
