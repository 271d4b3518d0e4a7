"""When nodes are asked: backoff, breaker, places, the round and the endless run."""

import asyncio
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_examples import PASSWORD, POSTFIX, QUICK, Serve
from random_settings import QUICK as FEW

from fleet.clock import monotonic
from fleet.errors import Failure, FailureKind
from fleet.lab.nodes.unix import Gateway
from fleet.model.observation import Observation
from fleet.nodes import Backoff, Poller
from fleet.nodes.backoff import STUBBORN
from fleet.nodes.breaker import Breaker
from fleet.nodes.places import LeasedPlaces

TIMEOUT = Failure(FailureKind.TIMEOUT, "late")


@FEW
@given(seed=st.integers(), failures=st.integers(1, 30))
def test_waits_after_failures_grow_and_stay_between_their_bounds(seed: int, failures: int) -> None:
    backoff, chance, wait = Backoff(), random.Random(seed), 0.0
    for _ in range(failures):
        before, wait = wait, backoff.after_failure(TIMEOUT, wait, chance)
        assert backoff.shortest <= wait <= min(backoff.longest, max(backoff.shortest, before * 3))


@pytest.mark.parametrize("kind", sorted(STUBBORN))
def test_what_only_a_person_mends_waits_longest_at_once(kind: FailureKind) -> None:
    backoff = Backoff()
    assert backoff.after_failure(Failure(kind, ""), 0.0, random.Random(1)) >= backoff.longest


def test_intervals_are_drawn_apart() -> None:
    backoff, chance = Backoff(interval=100), random.Random(3)
    waits = [backoff.after_success(chance) for _ in range(200)]
    assert min(waits) >= 90
    assert max(waits) <= 110
    assert max(waits) - min(waits) > 15


def test_a_breaker_refuses_for_longer_each_time_and_forgets_when_it_works() -> None:
    breaker = Breaker(shortest=10, longest=30)
    assert breaker.refuses(0) is None
    breaker.failed(TIMEOUT, 0)
    assert breaker.refuses(9.9) is TIMEOUT
    assert breaker.refuses(10.1) is None
    breaker.failed(TIMEOUT, 10)
    assert breaker.refuses(29) is TIMEOUT
    breaker.failed(TIMEOUT, 30)
    assert breaker.refuses(59) is TIMEOUT
    assert breaker.refuses(61) is None, "never longer than the longest"
    breaker.worked()
    assert breaker.refuses(0) is None


async def test_a_place_is_given_back_after_its_lease_and_only_once() -> None:
    places = LeasedPlaces(1, lease=0.05)
    inside: list[int] = []

    async def hold(number: int, seconds: float) -> None:
        async with places.place():
            inside.append(number)
            await asyncio.sleep(seconds)

    hanging = asyncio.create_task(hold(0, 5))
    began = monotonic()
    await asyncio.sleep(0)
    await asyncio.gather(hold(1, 0.01), hold(2, 0.01))
    assert inside == [0, 1, 2]
    assert monotonic() - began < 1
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    async with places.place():
        blocked = asyncio.create_task(hold(3, 0))
        await asyncio.sleep(0.01)
        assert inside == [0, 1, 2], "still one place, not two"
    await blocked


async def test_a_round_gives_every_node_an_observation_and_keeps_the_last_good_facts(serve: Serve) -> None:
    server, node = await serve(Gateway(POSTFIX))
    nodes = [replace(node, name=name) for name in ("b", "a", "c")]
    told: list[Observation] = []
    async with Poller(nodes, limits=QUICK, environment={"PW": PASSWORD}) as poller:
        seen = await poller.round(report=told.append)
        assert [each.node for each in seen] == ["b", "a", "c"]
        assert {each.node for each in told} == {"a", "b", "c"}
        good = poller.standings["a"].good
        port = server.port
        await server.close()
        (failed,) = await poller.round(["a"])
        assert failed.failure is not None
        standing = poller.standings["a"]
        assert standing.good is good
        assert standing.last is failed
        assert standing.failures == 1
        await server.start(port)
        (again,) = await poller.round(["a"])
        assert again.failure is None
        assert poller.standings["a"].failures == 0
        assert poller.standings["a"].good is again


async def test_the_endless_run_asks_in_rhythm_and_ends_clean(serve: Serve) -> None:
    server, node = await serve(Gateway(POSTFIX))
    told: list[Observation] = []
    backoff = Backoff(interval=0.3, jitter=0.1)
    async with Poller([node], limits=QUICK, backoff=backoff, environment={"PW": PASSWORD}) as poller:
        running = asyncio.create_task(poller.run(told.append))
        await asyncio.sleep(1.6)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert 3 <= len(told) <= 6
    assert server.connections == 1, "one connection, kept between polls"
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_after_a_refused_login_the_run_does_not_try_again_soon(serve: Serve) -> None:
    server, node = await serve(Gateway(POSTFIX))
    backoff = Backoff(interval=0.1, shortest=0.05)
    async with Poller([node], limits=QUICK, backoff=backoff, environment={"PW": "wrong-password"}) as poller:
        running = asyncio.create_task(poller.run())
        await asyncio.sleep(1.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert poller.standings["gw1"].wait >= backoff.longest
    assert server.logins == ["password"]


async def test_the_same_node_is_never_asked_twice_at_a_time(serve: Serve) -> None:
    server, node = await serve(Gateway(POSTFIX), delay=0.02)
    async with Poller([node], limits=QUICK, environment={"PW": PASSWORD}) as poller:
        first, second = await asyncio.gather(poller.round(), poller.round())
    assert first == second
    assert server.connections == 1
