"""A table as shown, written to a file."""

import csv
import io
import json

import pytest

from fleet.faces.export.table import table_text
from fleet.views import Column, Mark, Row, TableCell

COLUMNS = (Column("name", "Name", 9), Column("age", "Age", 5, right=True))
ROWS = (
    Row("a", (TableCell("3 min", sort=180.0), TableCell("hidden"), TableCell("=cmd|'x'!A1", Mark.FAIL))),
    Row("b", (TableCell("", history=(1.0, None)), TableCell(""), TableCell('pipe | "quote"\\n <b>'))),
)
PLACES = (2, 0)


def test_markdown() -> None:
    assert table_text("md", COLUMNS, PLACES, ROWS).splitlines() == [
        "| Name | Age |",
        "| --- | ---: |",
        "| =cmd\\|'x'!A1 | 3 min |",
        '| pipe \\| "quote"\\\\n \\<b\\> |  |',
    ]


def test_csv_reads_back_and_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(table_text("csv", COLUMNS, PLACES, ROWS))))
    assert rows == [["name", "age"], ["'=cmd|'x'!A1", "3 min"], ['pipe | "quote"\\n <b>', ""]]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_holds_text_mark_and_value(form: str) -> None:
    text = table_text(form, COLUMNS, PLACES, ROWS)
    found = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert found == [
        {"name": {"text": "=cmd|'x'!A1", "mark": "FAIL"}, "age": {"text": "3 min", "value": 180.0}},
        {"name": {"text": 'pipe | "quote"\\n <b>'}, "age": {"text": "", "history": [1.0, None]}},
    ]
