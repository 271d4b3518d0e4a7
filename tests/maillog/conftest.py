"""Reading a few lines: what they prove, and what they count."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.clock import fixed
from fleet.maillog import DaneKnown, Evidence, LogReader, nothing_known
from fleet.maillog.context import Context

sys.path.insert(0, str(Path(__file__).parent))

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Read = Callable[..., tuple[list[Evidence], LogReader]]


@pytest.fixture
def read() -> Read:
    def read(text: str, dane: bool | None = None, known: DaneKnown | None = None) -> tuple[list[Evidence], LogReader]:
        does = known or (nothing_known if dane is None else lambda node, domain, at: dane)
        reader = LogReader(Context(node="esa1", clock=fixed(NOW), does_dane=does))
        found = list(reader.read(text.splitlines()))
        reader.finish()
        return found, reader

    return read
