"""The schemas of documents that are written from one dataclass are those that were published."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from fleet.faces.export.before_after_json import BeforeAfterDocument
from fleet.faces.export.calendar_json import CalendarDocument
from fleet.faces.export.logs_json import LogsDocument
from fleet.faces.export.schema import document_schema
from fleet.faces.export.tls_reports_json import TlsReportsDocument

HERE = Path(__file__).parent
DOCUMENTS = (BeforeAfterDocument, CalendarDocument, LogsDocument, TlsReportsDocument)


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_change_here_is_a_change_of_the_contract(kind: type) -> None:
    """Additions only, or a new number in ``format``; then write the file anew: ``FLEET_WRITE_GOLDEN=1``."""
    schema = document_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    path = HERE / f"{schema['title'].replace('/', '-')}.schema.json"
    if os.environ.get("FLEET_WRITE_GOLDEN"):
        path.write_text(json.dumps(schema, indent=1) + "\n", encoding="ascii")
    assert schema == json.loads(path.read_text(encoding="ascii"))
