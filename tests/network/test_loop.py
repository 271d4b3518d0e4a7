"""What a crowd of checks changes about Python while it runs, and only then."""

import gc

import pytest

from fleet.network import loop


async def _threshold() -> int:
    return gc.get_threshold()[0]


async def _fails() -> int:
    raise KeyError


def test_a_crowd_of_checks_looks_rarely_for_cycles_and_leaves_python_as_it_was() -> None:
    before = gc.get_threshold()
    assert loop.run(_threshold(), loop.WORTH_LOADING) > before[0]
    with pytest.raises(KeyError):
        loop.run(_fails(), loop.WORTH_LOADING)
    assert gc.get_threshold() == before


def test_a_few_checks_change_nothing() -> None:
    assert loop.run(_threshold(), loop.WORTH_LOADING - 1) == gc.get_threshold()[0]
