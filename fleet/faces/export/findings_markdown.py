"""Findings as Markdown (GitHub's), for a change request or a ticket.

What comes from a profile must stay text: characters that Markdown or HTML act on are escaped, excerpts stand in fences
longer than any run of backticks in them.

May import ``fleet.views`` and ``fleet.faces.export``.
"""

import re
from collections.abc import Iterator, Sequence

from fleet.faces.export.findings_text import excerpt_lines
from fleet.faces.export.look import Look
from fleet.views.findings import FindingRow, finding_rows, unobserved_rows
from fleet.views.validation import Validation
from fleet.views.validation_summary import summarize

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~!@&]|:(?=\S))")
"""A colon acts only where something follows at once: an address of the web, a picture (``:100:``)."""


def markdown(validations: Sequence[Validation]) -> Iterator[str]:
    """A heading, the summary, a table, each finding with its excerpt, what was not known: one line at a time."""
    yield "# Profile validation"
    yield ""
    yield escaped(summarize(validations).sentence) + "."
    rows = [row for one in validations for row in finding_rows(one, excerpts=True)]
    if rows:
        yield ""
        yield "| Code | Severity | Object | Place |"
        yield "|---|---|---|---|"
        for row in rows:
            yield f"| {row.code} | {row.severity} | {escaped(row.object)} | {escaped(row.place.shown)} |"
    for row in rows:
        yield from _finding(row)
    gaps = [row for one in validations for row in unobserved_rows(one)]
    if gaps:
        yield ""
        yield "## Not known"
        yield ""
        for gap in gaps:
            yield f"- {escaped(gap.place.shown)}: {escaped(gap.sentence)}"


def escaped(text: str) -> str:
    """Text that is safe to show, so that Markdown shows it as it is."""
    return _ACTIVE.sub(r"\\\1", text).replace("\\<", "&lt;").replace("\\&", "&amp;").replace("\\@", "&#64;")


def fenced(lines: Sequence[str], language: str = "") -> Iterator[str]:
    """``lines`` in a fence that none of them can close."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield fence + language
    yield from lines
    yield fence


def _finding(row: FindingRow) -> Iterator[str]:
    yield ""
    yield f"## {row.code} {row.severity}: {escaped(row.object)}"
    yield ""
    yield f"{escaped(row.sentence)}"
    yield ""
    gutter = len(str(max((line.number for line in row.excerpt), default=0)))
    lines = [f"{' ' * gutter}--> {row.place.shown}", *excerpt_lines(row.excerpt, Look(), gutter)]
    yield from fenced(lines, "text")
    yield ""
    if row.hint:
        yield f"**Help:** {escaped(row.hint)}"
        yield ""
    yield f"**Mail:** {escaped(row.why)}"
