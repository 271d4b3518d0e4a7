"""A table as shown, for people and programs: markdown, CSV, JSON, JSON lines.

The rows and columns are those on the screen, in its order.  A cell that a spreadsheet would take for a formula is
quoted with an apostrophe: the text may have come from a stranger's server.

May import ``fleet.views``.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence

from fleet.views import Column, Row, TableCell


def table_text(form: str, columns: Sequence[Column], positions: Sequence[int], rows: Sequence[Row]) -> str:
    """``rows`` as ``form`` (``md``, ``csv``, ``json``, ``jsonl``); a column's cell stands at its position in a row."""
    return _FORMS[form](columns, [[row.cells[at] for at in positions] for row in rows])


Cells = Sequence[Sequence[TableCell]]


def _markdown(columns: Sequence[Column], rows: Cells) -> str:
    lines = [[_bar(column.title) for column in columns], ["---:" if column.right else "---" for column in columns]]
    lines += [[_bar(cell.text) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _csv(columns: Sequence[Column], rows: Cells) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    writer.writerows([[_no_formula(cell.text) for cell in row] for row in rows])
    return text.getvalue()


def _json(columns: Sequence[Column], rows: Cells) -> str:
    return json.dumps([_object(columns, row) for row in rows], indent=2) + "\n"


def _lines(columns: Sequence[Column], rows: Cells) -> str:
    return "".join(json.dumps(_object(columns, row)) + "\n" for row in rows)


_FORMS: Mapping[str, Callable[[Sequence[Column], Cells], str]] = {
    "md": _markdown,
    "csv": _csv,
    "json": _json,
    "jsonl": _lines,
}


def _object(columns: Sequence[Column], row: Sequence[TableCell]) -> dict[str, object]:
    return {
        column.key: {
            "text": cell.text,
            **({"mark": str(cell.mark)} if cell.mark is not None else {}),
            **({"value": cell.sort} if cell.sort is not None else {}),
            **({"history": list(cell.history)} if cell.history else {}),
        }
        for column, cell in zip(columns, row, strict=True)
    }


def _no_formula(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _bar(text: str) -> str:
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return text
