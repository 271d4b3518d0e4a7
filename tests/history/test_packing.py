"""Rows: every event comes back as it was, a chain of trust is written once, and what is damaged is unknown."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from anything import anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from verdicts import destination

from fleet.history.packing import pack, pack_event, unpack, unpack_event
from fleet.model.event import CheckFinished, Event, Target
from fleet.plain import UnknownEvent, event_to_plain

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHECKED = CheckFinished(AT, Target("ietf.org"), destination("ietf.org", hosts=2).verdict)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_every_event_comes_back_from_its_row(kind: type, data: st.DataObject) -> None:
    event = data.draw(anything(kind))
    assert unpack_event(pack_event(event)) == event


def test_a_verdict_has_each_chain_of_trust_once() -> None:
    row = unpack(pack_event(CHECKED))
    assert isinstance(row, dict)
    assert isinstance(row["chains"], list)
    assert len(row["chains"]) == 1
    assert len(str(row)) < 0.8 * len(str(event_to_plain(CHECKED)))
    assert unpack_event(pack_event(CHECKED)) == CHECKED


def test_a_row_of_an_earlier_program_has_them_in_their_places() -> None:
    assert unpack_event(pack(event_to_plain(CHECKED))) == CHECKED


@pytest.mark.parametrize("chains", [None, {}, [], "all", [None], [3], [[{}]]])
def test_chains_that_are_none_make_an_unknown_event(chains: object) -> None:
    row = unpack(pack_event(CHECKED))
    assert isinstance(row, dict)
    assert isinstance(unpack_event(pack(row | {"chains": chains})), UnknownEvent)  # type: ignore[dict-item]


def test_what_a_newer_program_calls_chains_is_kept() -> None:
    data = {"event": "TeaMade", "v": 1, "at": AT.isoformat(), "chains": [1]}
    found = unpack_event(pack(data))  # type: ignore[arg-type]
    assert isinstance(found, UnknownEvent)
    assert found.data == data
