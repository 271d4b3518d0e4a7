"""Whatever the model's types allow, hostile text included, is exported safely: as JSON and as text."""

import dataclasses
import json
import typing
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from anything import TEXTS, anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from fleet.dane.transcript import render
from fleet.decision import judge_all
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.look import Look
from fleet.faces.export.schema import check_schema
from fleet.faces.export.text import check_block, check_table
from fleet.model import AddressStep, ContactStep, MailHost, MxStep, TlsaStep, Verdict
from fleet.views import check_row, explanation, ladder

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Verdicts with one step of each kind, all of one host, which MX lists."""
    verdict, mx = draw(anything(Verdict)), draw(anything(MxStep))
    host = draw(st.sampled_from(TEXTS))
    contact = draw(anything(ContactStep))
    steps = (
        dataclasses.replace(mx, hosts=(MailHost(10, host), *mx.hosts[:1])),
        dataclasses.replace(draw(anything(AddressStep)), host=host),
        dataclasses.replace(draw(anything(TlsaStep)), host=host),
        dataclasses.replace(contact, contact=dataclasses.replace(contact.contact, host=host)),
    )
    kept = [step for step in steps if draw(st.integers(0, 4))]
    return dataclasses.replace(verdict, steps=tuple(kept))


quick: Callable[..., typing.Any] = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(verdicts())
@quick
def test_every_document_fits_the_schema(verdict: Verdict) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the test extra")
    text = dumps(check_document(verdict, judge_all(verdict)))
    assert text.isascii()
    assert text.isprintable()
    errors = jsonschema.Draft202012Validator(check_schema()).iter_errors(json.loads(text))
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


@given(verdicts(), st.integers(60, 160), st.booleans())
@quick
def test_every_text_is_printable_and_within_its_width(verdict: Verdict, width: int, ascii_only: bool) -> None:
    judgements = judge_all(verdict)
    look = Look(width, ascii_only=ascii_only)
    row = check_row(verdict, judgements, now=AT)
    shown = check_table([row], look) + check_block(row, ladder(verdict), explanation(verdict, judgements), look)
    for line in shown.splitlines():
        assert line.isprintable()
        assert cell_len(line) <= width


@given(verdicts())
@quick
def test_every_transcript_line_is_printable(verdict: Verdict) -> None:
    assert all(line.text.isprintable() for line in render(verdict))
