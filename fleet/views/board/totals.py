"""The state of the fleet in a few lines, for the shell and for scripts that ask once.

May import its own package.
"""

from collections import Counter
from collections.abc import Iterator

from fleet.monitor import Freshness, freshness_of_node
from fleet.text import show
from fleet.views.board.destination_rows import destinations_table
from fleet.views.board.fleet_rows import findings_of, fleet_table
from fleet.views.board.picture import Picture
from fleet.views.board.words import counted
from fleet.views.marks import Mark, badness


def summary_lines(picture: Picture) -> tuple[str, ...]:
    """Nodes, destinations, findings, and what is wrong with the watching itself."""
    return tuple(_lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    state = picture.state
    if state.fleet is None:
        yield "no profile was read: nothing is known"
        return
    yield f"fleet {show(state.fleet.name, 64)} at {picture.now:%Y-%m-%d %H:%M} UTC"
    fresh = Counter(freshness_of_node(state, name, picture.now) for name in state.fleet.nodes)
    failing = sum(entry.failure is not None for name, entry in state.nodes.items() if name in state.fleet.nodes)
    yield (
        f"{counted(len(state.fleet.nodes), 'node')}: {fresh[Freshness.FRESH]} fresh, {fresh[Freshness.STALE]} stale, "
        f"{fresh[Freshness.NEVER]} never seen, {failing} failing"
    )
    rows = destinations_table(picture).rows
    counts = Counter((row.cells[1].mark or Mark.UNKNOWN, row.cells[1].text.partition(",")[0]) for row in rows)
    yield counted(len(rows), "destination")
    for (mark, words), count in sorted(counts.items(), key=lambda item: (-badness(item[0][0]), -item[1])):
        yield f"  {mark.plain} {count:,} {words}"
    for head_name, head in fleet_table(picture).heads.items():
        if head.mark is Mark.FAIL:
            yield f"  {Mark.FAIL.plain} tier {head_name}: {head.text}"
    if picture.validation is None:
        yield "findings: not looked for yet"
    else:
        severities = Counter(row.severity for row in findings_of(picture))
        listed = ", ".join(f"{count} {severity}" for severity, count in sorted(severities.items()))
        yield f"findings: {listed or 'none'}"
    if state.history_trouble:
        yield f"the history is not written: {show(state.history_trouble, 200)}"
    if state.paused:
        yield "scheduled polls and checks are paused"
