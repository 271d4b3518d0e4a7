"""Politeness towards shared mail servers, on a clock that the tests move."""

import asyncio
import heapq

import pytest

from fleet.dane.pacing import Pacer, SessionCache


class Time:
    """A clock whose sleepers wake when the test lets time pass."""

    def __init__(self):
        self.now = 100.0
        self.sleepers = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        woken = asyncio.Event()
        heapq.heappush(self.sleepers, (self.now + seconds, id(woken), woken))
        await woken.wait()

    async def settle(self):
        for _ in range(20):
            await asyncio.sleep(0)

    async def pass_by(self, seconds):
        end = self.now + seconds
        await self.settle()
        while self.sleepers and self.sleepers[0][0] <= end:
            self.now, _, woken = heapq.heappop(self.sleepers)
            woken.set()
            await self.settle()
        self.now = end


@pytest.fixture
def time():
    return Time()


class Sessions:
    """Sessions of a pacer: when each began, how many ran at once, ended by the test."""

    def __init__(self, pacer, time):
        self.pacer, self.time = pacer, time
        self.begun, self.running, self.most = [], 0, 0
        self.tasks = []

    def start(self, address="192.0.2.1", lasting=0.0):
        task = asyncio.create_task(self._hold(address, lasting))
        self.tasks.append(task)
        return task

    async def _hold(self, address, lasting):
        async with self.pacer.slot(address):
            self.begun.append((self.time() - 100.0, address))
            self.running += 1
            self.most = max(self.most, self.running)
            await self.time.sleep(lasting)
            self.running -= 1

    @property
    def moments(self):
        return [moment for moment, _ in self.begun]


@pytest.fixture
async def sessions(time):
    found = Sessions(Pacer(clock=time, sleep=time.sleep), time)
    yield found
    for task in found.tasks:
        task.cancel()
    await asyncio.gather(*found.tasks, return_exceptions=True)


async def test_one_new_connection_a_second_to_one_address(sessions, time):
    for _ in range(4):
        sessions.start()
    await time.pass_by(10)
    assert sessions.moments == [0, 1, 2, 3]


async def test_addresses_do_not_wait_for_each_other(sessions, time):
    for number in range(4):
        sessions.start(f"192.0.2.{number}")
    await time.pass_by(0)
    assert sessions.moments == [0, 0, 0, 0]


async def test_two_long_sessions_are_the_most_at_a_time(sessions, time):
    for _ in range(4):
        sessions.start(lasting=10)
    await time.pass_by(9)
    assert (sessions.moments, sessions.running) == ([0, 1], 2)
    await time.pass_by(30)
    assert sessions.moments == [0, 1, 10, 11]
    assert sessions.most == 2


async def test_an_address_that_rested_is_free_at_once(sessions, time):
    sessions.start()
    await time.pass_by(60)
    sessions.start()
    await time.pass_by(0)
    assert sessions.moments == [0, 60]


async def test_a_session_cancelled_while_waiting_gives_its_place_back(sessions, time):
    first, second = sessions.start(lasting=10), sessions.start(lasting=10)
    third, fourth = sessions.start(), sessions.start()
    await time.settle()
    second.cancel()
    third.cancel()
    await time.pass_by(5)
    assert not first.done()
    assert fourth.done()
    assert len(sessions.begun) == 2


async def test_a_session_that_fails_gives_its_place_back(time):
    pacer = Pacer(per_address=1, clock=time, sleep=time.sleep)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with pacer.slot("192.0.2.1"):
                raise RuntimeError
        await time.pass_by(2)


async def test_addresses_are_forgotten_once_they_are_idle(sessions, time):
    for number in range(100):
        sessions.start(f"192.0.2.{number}")
    await time.pass_by(5)
    sessions.start("198.51.100.1")
    await time.settle()
    assert list(sessions.pacer._lanes) == ["198.51.100.1"]


@pytest.mark.parametrize(("places", "rate"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_a_pacer_that_lets_nothing_pass_is_refused(places, rate):
    with pytest.raises(ValueError, match="let something pass"):
        Pacer(places, rate)


class Work:
    """Something that takes until the test says so, and counts how often it was begun and broken off."""

    def __init__(self):
        self.begun = self.broken_off = 0
        self.finish = asyncio.Event()
        self.error = None

    async def __call__(self):
        self.begun += 1
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.error:
            raise self.error
        return f"result {self.begun}"


@pytest.fixture
def cache(time):
    return SessionCache(freshness=300, clock=time)


@pytest.fixture
async def work():
    return Work()


async def test_those_who_ask_at_once_share_one_session(cache, work, time):
    asked = [asyncio.create_task(cache.get("key", work)) for _ in range(5)]
    await time.settle()
    work.finish.set()
    assert await asyncio.gather(*asked) == ["result 1"] * 5
    assert work.begun == 1


async def test_a_result_speaks_until_it_is_stale(cache, work, time):
    work.finish.set()
    assert await cache.get("key", work) == "result 1"
    await time.pass_by(299)
    assert await cache.get("key", work) == "result 1"
    await time.pass_by(1)
    assert await cache.get("key", work) == "result 2"


async def test_other_keys_have_sessions_of_their_own(cache, work):
    work.finish.set()
    assert await cache.get(("192.0.2.1", 25, "a"), work) == "result 1"
    assert await cache.get(("192.0.2.1", 25, "b"), work) == "result 2"


async def test_without_freshness_only_sessions_under_way_are_shared(work, time):
    cache = SessionCache(freshness=0, clock=time)
    both = [asyncio.create_task(cache.get("key", work)) for _ in range(2)]
    await time.settle()
    work.finish.set()
    assert await asyncio.gather(*both) == ["result 1"] * 2
    assert await cache.get("key", work) == "result 2"


async def test_one_who_gives_up_does_not_take_the_session_from_the_others(cache, work, time):
    first, second = (asyncio.create_task(cache.get("key", work)) for _ in range(2))
    await time.settle()
    first.cancel()
    await time.settle()
    work.finish.set()
    assert await second == "result 1"
    assert first.cancelled()
    assert work.broken_off == 0


async def test_a_session_nobody_waits_for_any_more_is_broken_off(cache, work, time):
    asked = [asyncio.create_task(cache.get("key", work)) for _ in range(2)]
    await time.settle()
    for task in asked:
        task.cancel()
    await time.settle()
    assert work.broken_off == 1
    work.finish.set()
    assert await cache.get("key", work) == "result 2"


async def test_an_exception_reaches_all_who_waited_and_is_not_kept(cache, work, time):
    work.error = OSError("broken")
    asked = [asyncio.create_task(cache.get("key", work)) for _ in range(2)]
    await time.settle()
    work.finish.set()
    assert [str(error) for error in await asyncio.gather(*asked, return_exceptions=True)] == ["broken"] * 2
    work.error = None
    assert await cache.get("key", work) == "result 2"


async def test_stale_results_do_not_pile_up(cache, work, time):
    work.finish.set()
    for number in range(50):
        await cache.get(number, work)
        await time.pass_by(10)
    assert len(cache._known) == 30
