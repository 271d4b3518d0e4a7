"""Memory and shared calls on their own."""

import asyncio

import pytest

from fleet.dnssec.cache import SharedCalls, TimedCache, weight_of


def test_a_value_is_there_until_its_expiry():
    cache = TimedCache(10)
    cache.put("a", 1, expires=100)
    assert (cache.get("a", 99.9), cache.get("a", 100)) == (1, None)


def test_the_least_recently_used_value_leaves_first():
    cache = TimedCache(2)
    cache.put("a", 1, 100)
    cache.put("b", 2, 100)
    cache.get("a", 0)
    cache.put("c", 3, 100)
    assert [cache.get(key, 0) for key in "abc"] == [1, None, 3]


def test_a_heavy_value_takes_the_place_of_several():
    cache = TimedCache(4)
    for key in "abc":
        cache.put(key, key, 100)
    cache.put("d", "d", 100, weight=3)
    assert [cache.get(key, 0) for key in "abcd"] == [None, None, "c", "d"]
    cache.put("d", "d", 100)
    cache.forget("c")
    cache.put("e", "e", 1)
    cache.get("e", 2)
    for key in "xyz":
        cache.put(key, key, 100)
    assert [cache.get(key, 0) for key in "dxyz"] == ["d", "x", "y", "z"], "what has gone weighs nothing"


@pytest.mark.parametrize(("records", "octets", "weight"), [(0, 0, 1), (6, 1700, 1), (250, 4000, 17), (1, 40_000, 20)])
def test_only_what_is_unusual_is_heavy(records, octets, weight):
    assert weight_of(records, octets) == weight


async def test_callers_of_one_key_share_one_call():
    calls, shared = 0, SharedCalls()

    async def work():
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        return calls

    assert await asyncio.gather(*(shared.run("key", work) for _ in range(5))) == [1] * 5
    assert await shared.run("key", work) == 2


async def test_an_error_reaches_every_caller():
    shared = SharedCalls()

    async def work():
        await asyncio.sleep(0)
        raise KeyError("lost")

    results = await asyncio.gather(*(shared.run("key", work) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [KeyError] * 3


async def test_a_call_begun_ahead_of_need_is_joined():
    shared, release, calls = SharedCalls(), asyncio.Event(), []

    async def work():
        calls.append(1)
        await release.wait()
        return "done"

    shared.start("key", work)
    assert shared.running("key")
    waiter = asyncio.create_task(shared.run("key", work))
    await asyncio.sleep(0)
    release.set()
    assert (await waiter, calls) == ("done", [1])


async def test_the_call_ends_with_its_last_waiter_only():
    shared, ended = SharedCalls(), []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(True)
            raise

    waiters = [asyncio.create_task(shared.run("key", work)) for _ in range(2)]
    await asyncio.sleep(0)
    for waiter, expected in zip(waiters, ([], [True]), strict=True):
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        await asyncio.sleep(0)
        assert ended == expected
    assert not shared.running("key")
