"""Findings, what could not be decided, and what an operator said about them.

May import ``fleet.model``, ``fleet.views.findings`` and its own package.
"""

from fleet.model.event import Act, OperatorActed
from fleet.model.finding import Severity
from fleet.text import show
from fleet.views.board.fleet_rows import findings_of
from fleet.views.board.picture import Picture
from fleet.views.findings import SEVERITIES, SEVERITY_MARKS, FindingRow, UnobservedRow, severity_words, unobserved_rows
from fleet.views.marks import Mark
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("code", "Code", 10, help="the rule; fleet explain CODE tells all of it"),
    Column("severity", "Severity", 13, help="how bad"),
    Column("object", "About", 18, help="what it is about", least=70),
    Column("sentence", "What is wrong, and what it does to mail", 24, flexible=True),
    Column("place", "Where", 22, help="file, line and column of the profile", least=110),
    Column("source", "Fleet", 9, help="declared, observed or supposed", optional=True),
    Column("family", "Family", 8, optional=True),
    Column("fix", "Fix", 4, help="whether fleet validate --fix can mend it", least=140),
    Column("act", "Noted", 14, help="acknowledged or silenced", least=120),
)


def finding_key(row: FindingRow) -> str:
    """A finding's identity in one line."""
    return f"{row.code} {row.finding.object}"


def findings_table(picture: Picture) -> Table:
    """What the rules found, then what they could not decide; silenced ones are at the end and say so."""
    validation = picture.validation
    if validation is None:
        return Table(COLUMNS)
    silenced = frozenset(name for name, act in picture.state.acts.items() if _in_force(act, picture))
    acts = tuple(picture.state.acts.values())

    def make() -> list[Row]:
        rows = [
            _row(row, at, picture.state.acts.get(finding_key(row)) if finding_key(row) in silenced else None)
            for at, row in enumerate(findings_of(picture))
        ]
        return rows + [_unobserved(row, at) for at, row in enumerate(unobserved_rows(validation))]

    return Table(COLUMNS, picture.memo.get("finding rows", (id(validation), acts, silenced), make))


def _in_force(act: OperatorActed, picture: Picture) -> bool:
    return act.until is None or act.until > picture.now


def _row(row: FindingRow, at: int, act: OperatorActed | None) -> Row:
    mark = SEVERITY_MARKS[row.severity]
    cells = (
        TableCell(row.code),
        TableCell(severity_words(row.severity), mark, sort=float(SEVERITIES.index(row.severity))),
        TableCell(row.object),
        TableCell(row.sentence),
        TableCell(row.place.shown, sort=f"{row.place.file}:{row.place.line:08}"),
        TableCell(str(row.finding.source)),
        TableCell(row.code.rstrip("0123456789")),
        TableCell("yes" if row.fixable else ""),
        _act(act),
    )
    silenced = act is not None and act.act is Act.SILENCED and row.severity is not Severity.LOSES_MAIL
    return Row(
        finding_key(row), cells, (float(silenced), float(SEVERITIES.index(row.severity)), float(at)), not silenced
    )


def _act(act: OperatorActed | None) -> TableCell:
    if act is None:
        return TableCell("")
    until = f" until {act.until:%m-%d %H:%M}" if act.until is not None else ""
    return TableCell(show(f"{act.act}{until}, {act.who}: {act.reason}", 200), Mark.NONE)


def _unobserved(row: UnobservedRow, at: int) -> Row:
    cells = (
        TableCell(show(row.rules[0] if len(row.rules) == 1 else f"{len(row.rules)} rules", 20)),
        TableCell("not decided", Mark.UNKNOWN, sort=float(len(SEVERITIES))),
        TableCell(row.object),
        TableCell(row.sentence),
        TableCell(row.place.shown, sort=f"{row.place.file}:{row.place.line:08}"),
        TableCell("declared"),
        TableCell(""),
        TableCell(""),
        TableCell(""),
    )
    # Below what loses mail and errors, above warnings: what nobody knows may be either.
    return Row(f"unknown {row.object} {row.what}", cells, (0.0, 1.5, float(at)), True)
