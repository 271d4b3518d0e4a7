"""When the rules are asked again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fleet.faces.live.judging import Known
from fleet.model import Verdict
from fleet.model.observation import Observation
from fleet.model.resolver import ResolverKind
from fleet.profile import Reading, SourceMap
from fleet.rules.queue import Seen

AT = datetime(2026, 11, 25, tzinfo=UTC)
READING = Reading(None, SourceMap("fleet.toml", "", None), ())
VERDICT = Verdict("a.example", AT, (), ())


@pytest.mark.parametrize(
    "change",
    [
        {"observations": {"dlv1": Observation("dlv1", AT)}},
        {"verdicts": {"a.example": VERDICT}},
        {"kinds": {"192.0.2.1": ResolverKind.VALIDATES}},
        {"node_verdicts": {("dlv1", "a.example"): VERDICT}},
        {"seen": Seen(proofs={"a.example": []})},
        {"seen": Seen(testimonies={"a.example": []})},
    ],
    ids="-".join,
)
def test_whatever_is_news_is_judged(change: dict[str, Any]) -> None:
    before = Known(READING, {}, {}, {})
    assert before.same_as(replace(before))
    assert not replace(before, **change).same_as(before)
