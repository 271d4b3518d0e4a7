"""The JSON document: one shape for every verdict there can be, and nothing in it that a terminal would act on."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.dane.transcript import parse
from fleet.decision import judge_all
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.schema import check_schema
from fleet.model import Policy, Security, Verdict

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the test extra")

HERE = Path(__file__).parent
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TRANSCRIPT = """
SECURE MX record(mx1.example.org) found for example.org
SECURE A record (192.0.2.1) found for MX(mx1.example.org) in example.org
Connecting to 192.0.2.1 on port 25.
Connected to 192.0.2.1 from interface 198.51.100.7.
SECURE TLSA record found for MX(mx1.example.org) in example.org
Checking TLS connection.
TLS connection established: protocol TLSv1.3, cipher TLS_AES_256_GCM_SHA384.
Certificate verification failed (certificate-expired)
TLS connection failed example.org.
DANE FAILED for example.org
DANE verification completed.
"""


def document(verdict: Verdict) -> dict[str, object]:
    return check_document(verdict, judge_all(verdict))


def validator() -> "jsonschema.protocols.Validator":
    schema = check_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_document_of_a_wrong_certificate() -> None:
    found = document(parse(TRANSCRIPT, AT))
    assert (found["format"], found["domain"], found["at"]) == (
        "fleet-check/1",
        "example.org",
        "2026-11-23T12:00:00+00:00",
    )
    outcomes = found["outcomes"]
    assert isinstance(outcomes, dict)
    assert set(outcomes) == set(Policy)
    held = outcomes["asyncos"]["opportunistic"]
    assert (held["outcome"], held["action"], held["report"]) == ("held", "dane-fail", "certificate-expired")
    assert held["expected_path"]["host"] == "mx1.example.org"
    assert {"text": "DANE FAILED for example.org", "synthetic": False} in found["transcript"]
    assert [step["kind"] for step in found["steps"]] == ["mx", "address", "tlsa", "contact"]
    assert "resolvers" in found["incomplete"]


def test_both_names_of_an_international_domain_are_there() -> None:
    found = document(parse(TRANSCRIPT.replace("example.org", "xn--bcher-kva.example"), AT))
    assert (found["domain"], found["name"]) == ("xn--bcher-kva.example", "bücher.example")
    assert "b\\u00fccher.example" in dumps(found)


def test_the_text_is_one_line_of_ascii_without_controls() -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07\u202e\ud800é"
    text = dumps({"banner": hostile})
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == {"banner": hostile}


def test_the_schema_is_the_one_that_was_published() -> None:
    """A change here is a change of the contract: additions only, or a new number in ``format``."""
    published = json.loads((HERE / "fleet-check-1.schema.json").read_text(encoding="ascii"))
    assert check_schema() == published


@pytest.mark.parametrize("key", ["domain", "outcomes", "steps", "incomplete"])
def test_a_document_without_a_promised_key_is_none(key: str) -> None:
    found = document(parse(TRANSCRIPT, AT))
    del found[key]
    assert not validator().is_valid(found)


def test_a_document_with_an_unknown_word_is_none() -> None:
    found = json.loads(dumps(document(parse(TRANSCRIPT, AT))))
    assert validator().is_valid(found)
    found["steps"][0]["lookup"]["security"] = "fine"
    assert "fine" not in list(Security)
    assert not validator().is_valid(found)
