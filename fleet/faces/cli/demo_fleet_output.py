"""The fleet of the demo after one round, as text and as JSON: what the dashboard shows, without one."""

import asyncio
from collections.abc import Iterator

from fleet.faces.cli.terminal import look
from fleet.faces.export.look import Look, fold
from fleet.faces.live.demo import DemoFleet
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.one_round import one_round
from fleet.faces.live.profile_file import ProfileFile
from fleet.plain import Json
from fleet.views import Mark, Row, Table
from fleet.views.board import Picture, destinations_table, findings_table, fleet_table, summary_lines

_SECONDS = 60.0


def look_once(demo: DemoFleet) -> Picture:
    """Poll every node of the demo and check every destination, once."""
    engine = LiveEngine(ProfileFile(demo.profile, demo.profile.name), demo.reach, None)
    return asyncio.run(one_round(engine, _SECONDS))


def fleet_lines(picture: Picture) -> Iterator[str]:
    """Nodes, destinations and findings, a line each."""
    style = look()
    for title, table in _tables(picture):
        yield title
        for row in sorted(table.rows, key=lambda row: row.rank):
            yield from _line(table, row, style)
        yield ""
    yield from summary_lines(picture)


def fleet_document(picture: Picture) -> dict[str, Json]:
    """The same as plain data."""
    return {
        "summary": list(summary_lines(picture)),
        **{title.lower(): [_object(table, row) for row in table.rows] for title, table in _tables(picture)},
    }


def _tables(picture: Picture) -> tuple[tuple[str, Table], ...]:
    return (
        ("Nodes", fleet_table(picture)),
        ("Destinations", destinations_table(picture)),
        ("Findings", findings_table(picture)),
    )


def _line(table: Table, row: Row, style: Look) -> Iterator[str]:
    """What a row says, without its columns: the cells that say something, each with its sign."""
    shown = [
        f"{style.sign(cell.mark)} {cell.text}" if cell.mark is not None else cell.text
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.text and not column.optional
    ]
    yield from (f"  {line}" for line in fold("; ".join(shown), style.width - 2, hang=4))


def _object(table: Table, row: Row) -> Json:
    cells: dict[str, Json] = {"key": row.key}
    for column, cell in zip(table.columns, row.cells, strict=True):
        if cell.text:
            cells[column.key] = cell.text
            if cell.mark not in (None, Mark.NONE):
                cells[f"{column.key}_mark"] = str(cell.mark)
    return cells
