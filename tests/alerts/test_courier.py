"""Notices on their way: gathered, tried again, given up, and never in anybody's way."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from virtual import virtually

from fleet.alerts import Alert, Courier, Delivery, Kind, Message, Notice, Phase, Reading, Standing
from fleet.alerts.courier import DELAYS, MOST_WAITING
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.alerts import AlertSettings, AlertTarget, Condition

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
OPS, NODES = AlertTarget("ops", "env:OPS"), AlertTarget("nodes", "env:NODES", (Condition.NODE_SILENT,))


def notice(number: int = 0, condition: Condition = Condition.NODE_SILENT) -> Notice:
    reading = Reading(condition, f"node n{number}", Standing.BAD, f"node n{number} is silent")
    return Notice(Kind.FIRING, AT, Alert(reading, AT, AT, Phase.FIRING))


class World:
    """Targets that do what they are told."""

    def __init__(self, behaviour: Callable[[str], str] = lambda _: "") -> None:
        self.behaviour = behaviour
        self.sent: list[tuple[float, str, Message]] = []
        self.told: list[Delivery] = []
        self.hang = asyncio.Event()
        self.courier = Courier(self.find, self.told.append, send=self.send, delays=DELAYS)

    async def find(self, reference: str) -> str:
        if reference == "env:GONE":
            raise RemoteError(Failure(FailureKind.KEY_LOCKED, "the environment variable GONE is not set"))
        return f"json://{reference}"

    async def send(self, url: str, message: Message) -> str:
        self.sent.append((asyncio.get_running_loop().time(), url, message))
        said = self.behaviour(url)
        if said == "hang":
            await self.hang.wait()
        return said


def settings(*targets: AlertTarget, gather: int = 30) -> AlertSettings:
    return AlertSettings(targets=targets or (OPS,), gather_seconds=gather)


def test_what_comes_within_the_gathering_time_is_one_message() -> None:
    async def main(_: object) -> None:
        world = World()
        world.courier.settle("f", settings())
        world.courier.carry([notice(0)])
        await asyncio.sleep(20)
        world.courier.carry([notice(1), notice(2)])
        await asyncio.sleep(20)
        world.courier.carry([notice(3)])
        await asyncio.sleep(60)
        assert [round(at) for at, _, _ in world.sent] == [30, 70]
        assert world.sent[0][2].body.count("FIRING") == 3
        assert world.courier.states[0].delivered == 2
        await world.courier.close()

    virtually(main)


def test_each_target_is_told_of_its_conditions() -> None:
    async def main(_: object) -> None:
        world = World()
        world.courier.settle("f", settings(OPS, NODES))
        world.courier.carry([notice(0, Condition.MAIL_STOPPED)])
        await asyncio.sleep(40)
        assert [url for _, url, _ in world.sent] == ["json://env:OPS"]
        await world.courier.close()

    virtually(main)


def test_a_target_that_fails_is_tried_again_more_and_more_rarely_and_then_given_up() -> None:
    async def main(_: object) -> None:
        world = World(lambda _: "connection refused")
        world.courier.settle("f", settings())
        world.courier.carry([notice()])
        await asyncio.sleep(100_000)
        gaps = [round(b[0] - a[0]) for a, b in zip(world.sent, world.sent[1:], strict=False)]
        assert gaps == [round(delay) for delay in DELAYS]
        (state,) = world.courier.states
        assert (state.failed, state.lost, state.waiting) == (len(DELAYS) + 1, 1, 0)
        assert state.trouble == "connection refused"
        assert len(world.told) == len(DELAYS) + 1
        await world.courier.close()

    virtually(main)


def test_what_comes_while_a_target_fails_goes_with_the_next_try_and_good_news_follow() -> None:
    async def main(_: object) -> None:
        broken = [True, True]
        world = World(lambda _: "refused" if broken and broken.pop() else "")
        world.courier.settle("f", settings(gather=0))
        world.courier.carry([notice(0)])
        await asyncio.sleep(7)
        world.courier.carry([notice(1)])
        await asyncio.sleep(100)
        assert world.sent[-1][2].body.count("FIRING") == 2
        (state,) = world.courier.states
        assert (state.delivered, state.failed, state.lost, state.trouble) == (1, 2, 0, "")
        await world.courier.close()

    virtually(main)


def test_a_target_that_hangs_holds_up_nobody_else_and_not_the_end() -> None:
    async def main(_: object) -> None:
        world = World(lambda url: "hang" if "OPS" in url else "")
        world.courier.settle("f", settings(OPS, NODES, gather=0))
        world.courier.carry([notice()])
        await asyncio.sleep(10)
        assert {state.target.name: state.delivered for state in world.courier.states} == {"ops": 0, "nodes": 1}
        before = asyncio.get_running_loop().time()
        await world.courier.close()
        assert asyncio.get_running_loop().time() - before < 0.5
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    virtually(main)


def test_what_waits_for_a_target_is_bounded_and_the_rest_is_counted() -> None:
    async def main(_: object) -> None:
        world = World(lambda _: "hang")
        world.courier.settle("f", settings(gather=0))
        world.courier.carry([notice()])
        await asyncio.sleep(1)
        world.courier.carry(notice(at) for at in range(MOST_WAITING + 7))
        (state,) = world.courier.states
        assert (state.waiting, state.lost) == (MOST_WAITING, 7)
        await world.courier.close()

    virtually(main)


def test_a_secret_that_is_not_there_is_a_trouble_of_that_target() -> None:
    async def main(_: object) -> None:
        world = World()
        world.courier.settle("f", settings(AlertTarget("x", "env:GONE"), gather=0))
        world.courier.carry([notice()])
        await asyncio.sleep(1)
        assert world.courier.states[0].trouble == "the environment variable GONE is not set"
        await world.courier.close()

    virtually(main)


def test_targets_follow_the_profile() -> None:
    async def main(_: object) -> None:
        world = World()
        world.courier.settle("f", settings(OPS))
        world.courier.carry([notice()])
        world.courier.settle("f", settings(NODES, gather=0))
        world.courier.carry([notice(1)])
        await asyncio.sleep(100)
        assert [url for _, url, _ in world.sent] == ["json://env:NODES"]
        await world.courier.close()

    virtually(main)
