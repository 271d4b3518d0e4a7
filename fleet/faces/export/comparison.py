"""Two profiles compared, as text for people and as a ``fleet-diff/1`` document for programs.

May import ``fleet.views``, ``fleet.text`` and ``fleet.faces.export``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fleet.faces.export.findings_json import finding
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.text import show
from fleet.views.comparison import Comparison
from fleet.views.findings import FindingRow

FORMAT = "fleet-diff/1"


def comparison_text(comparison: Comparison, look: Look) -> Iterator[str]:
    """One line at a time."""
    width = max(look.width, NARROWEST)
    yield from fold(f"{show(comparison.before)} -> {show(comparison.after)}", width)
    if comparison.changes:
        yield ""
        yield "What changes:"
        for change in comparison.changes:
            yield from (f"  {line}" for line in fold(change.sentence, width - 2, hang=2))
    yield from _findings("Findings introduced:", comparison.introduced, look, width)
    yield from _findings("Findings fixed:", comparison.fixed, look, width)
    yield ""
    yield from fold(comparison.sentence, width)


def _findings(title: str, rows: Sequence[FindingRow], look: Look, width: int) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    for row in rows:
        heading = f"{row.code} {row.severity} {row.object}: {row.sentence} ({row.place.shown})"
        first, *rest = fold(f"{look.sign(row.mark)} {heading}", width - 2, hang=2)
        yield f"  {look.painted(first, row.mark)}"
        yield from (f"  {line}" for line in rest)


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The document; findings are as in ``fleet-findings/1``, changes are words for people."""
    return {
        "format": FORMAT,
        "before": comparison.before,
        "after": comparison.after,
        "changes": [
            {
                "object": change.object,
                "nodes": list(change.nodes),
                "what": change.what,
                "before": change.before,
                "after": change.after,
            }
            for change in comparison.changes
        ],
        "introduced": [finding(row) for row in comparison.introduced],
        "fixed": [finding(row) for row in comparison.fixed],
        "remaining": [finding(row) for row in comparison.remaining],
    }
