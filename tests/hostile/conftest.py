"""Worlds that mean harm, for every test of this folder; what they are made of is in ``adversary``."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

for folder in (Path(__file__).parent, Path(__file__).parent.parent / "dane"):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from adversary import World  # noqa: E402  found by the lines above


@pytest.fixture
def world() -> Iterator[World]:
    """An Internet on loopback, its servers in a thread of their own."""
    made = World()
    try:
        yield made
    finally:
        made.close()
