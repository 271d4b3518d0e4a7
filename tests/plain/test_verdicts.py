"""``fleet check --jsonl`` read back."""

import json
from datetime import UTC, datetime

import pytest
from anything import anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.decision import judge_all
from fleet.faces.export.json import check_document, dumps
from fleet.model import Verdict
from fleet.plain import ShapeError, read_verdicts

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def line(verdict: Verdict) -> str:
    return dumps(check_document(verdict, judge_all(verdict)))


@given(st.lists(anything(Verdict), max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_verdicts_of_a_run_come_back(verdicts: list[Verdict]) -> None:
    assert list(read_verdicts([line(verdict) + "\n" for verdict in verdicts] + ["\n"])) == verdicts


def test_a_document_from_before_the_key_unknown_is_not_taken_for_whole() -> None:
    document = json.loads(line(Verdict("example.org", AT, (), (), unknown=("resolvers",))))
    del document["unknown"]
    (verdict,) = read_verdicts([json.dumps(document)])
    assert "resolvers" in verdict.unknown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "line 2: this is not JSON"),
        ("[" * 100_000, "line 2: this is not JSON"),
        ("[]", "line 2: this is not a document of the format fleet-check/1"),
        ('{"format": "fleet-check/9"}', "line 2: this is not a document of the format fleet-check/1"),
        ('{"format": "fleet-check/1"}', "line 2.domain: is missing"),
    ],
)
def test_a_line_that_is_no_document_is_named(text: str, sentence: str) -> None:
    with pytest.raises(ShapeError) as caught:
        list(read_verdicts(["", text]))
    assert str(caught.value) == sentence
