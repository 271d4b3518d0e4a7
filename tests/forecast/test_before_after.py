"""Better, worse, the same, unknown: every pair of outcomes has one direction, and ignorance is never "the same"."""

from itertools import product

import pytest

from fleet.forecast import Core, DaneUse, Why
from fleet.forecast.before_after import Direction, direction
from fleet.forecast.outcome import OPEN
from fleet.model import Outcome

DELIVERED = (Outcome.DANE, Outcome.TLS_VERIFIED, Outcome.TLS, Outcome.CLEAR)
NOT_DELIVERED = (Outcome.HELD, Outcome.DISCARDED, Outcome.UNDELIVERABLE)


def core(outcome: Outcome, worst: Outcome | None = None, *, gaps: bool = False) -> Core:
    return Core(outcome, worst or outcome, outcome, DaneUse.ATTEMPTED, Why.DESTINATION, gaps=gaps)


@pytest.mark.parametrize(("before", "after"), list(product(Outcome, Outcome)))
def test_every_pair_has_its_direction(before: Outcome, after: Outcome) -> None:
    found = direction(core(before), core(after))
    if before in OPEN or after in OPEN:
        assert found is Direction.UNKNOWN
    elif before is after or {before, after} <= set(NOT_DELIVERED):
        assert found is Direction.SAME
    elif after in NOT_DELIVERED:
        assert found is Direction.WORSE
    elif before in NOT_DELIVERED:
        assert found is Direction.BETTER
    else:
        worse = DELIVERED.index(after) > DELIVERED.index(before)
        assert found is (Direction.WORSE if worse else Direction.BETTER)


def test_dane_at_fewer_hosts_than_before_is_worse() -> None:
    assert direction(core(Outcome.DANE), core(Outcome.DANE, Outcome.CLEAR)) is Direction.WORSE
    assert direction(core(Outcome.DANE, Outcome.TLS), core(Outcome.DANE)) is Direction.BETTER


def test_a_delivery_that_rests_on_gaps_is_unknown_and_held_mail_is_held_all_the_same() -> None:
    assert direction(core(Outcome.DANE), core(Outcome.DANE, gaps=True)) is Direction.UNKNOWN
    held = Core(Outcome.HELD, Outcome.HELD, Outcome.HELD, DaneUse.ATTEMPTED, Why.DESTINATION, gaps=True)
    assert direction(core(Outcome.DANE), held) is Direction.WORSE
