"""What the monitor's polls ask for and how long they keep what they opened."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import fleet.nodes
from fleet.errors import Failure, FailureKind
from fleet.faces.live import polling
from fleet.model.fleet import Fleet, Node, Platform, Settings, SshSettings
from fleet.model.observation import Observation

APPLIANCE = Settings(platform=Platform.ASYNCOS)
AT = datetime(2026, 6, 4, 12, tzinfo=UTC)
Asked = Callable[[Observation], list[bool]]


def fleet_of(*nodes: Node) -> Fleet:
    return Fleet("x", {}, {node.name: node for node in nodes})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds = [1000.0]
    monkeypatch.setattr(polling, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[list[bool], list[Failure | None]]:
    """Whether each poll asked for the whole configuration; and how the next ones end."""
    documents: list[bool] = []
    ends: list[Failure | None] = []

    async def poll(node: Node, _dialer: object, *, document: bool, **_more: Any) -> Observation:
        documents.append(document)
        return Observation(node.name, AT, failure=ends.pop(0) if ends else None)

    monkeypatch.setattr(fleet.nodes, "poll_node", poll)
    return documents, ends


async def test_an_appliance_shows_its_whole_configuration_once_an_hour_where_the_profile_asks_for_it(
    clock: list[float], asked: tuple[list[bool], list[Failure | None]]
) -> None:
    documents, ends = asked
    told = fleet_of(
        Node("esa", "edge", (), APPLIANCE, SshSettings(showconfig=True)), Node("other", "edge", (), APPLIANCE)
    )
    polls = polling.Polls(lambda: told)
    ends.append(Failure(FailureKind.TIMEOUT, "late"))
    for later in (0, 300, 300, 3400):
        clock[0] += later
        await polls("esa", lambda _event: None)
    assert documents == [True, True, False, True], "a failed poll has shown nothing"
    await polls("other", lambda _event: None)
    assert documents[-1] is False
    await polls.close()


async def test_connections_of_nodes_that_have_left_the_profile_are_hung_up(
    asked: tuple[list[bool], list[Failure | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Node("one", "edge", (), APPLIANCE, SshSettings(host="10.0.0.1"))
    moved = replace(first, ssh=SshSettings(host="10.0.0.2"))
    kept: list[list[Node]] = []

    async def only(_self: object, nodes: Any) -> None:
        kept.append([*nodes])

    monkeypatch.setattr(fleet.nodes.Kept, "only", only)
    told = [fleet_of(first)]
    polls = polling.Polls(lambda: told[0])
    await polls("one", lambda _event: None)
    await polls("one", lambda _event: None)
    told[0] = fleet_of(moved)
    await polls("one", lambda _event: None)
    assert kept == [[first], [moved]]
    await polls.close()


async def test_who_does_not_hang_up_in_time_is_left_and_nothing_goes_on_waiting(
    asked: tuple[list[bool], list[Failure | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    async def close(_self: object) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            left.append("kept")

    monkeypatch.setattr(fleet.nodes.Kept, "close", close)
    monkeypatch.setattr(polling, "_GOODBYE_SECONDS", 0.01)
    polls = polling.Polls(lambda: fleet_of(Node("one", "edge", (), APPLIANCE)))
    await polls("one", lambda _event: None)
    await polls.close()
    await asyncio.sleep(0)
    assert left == ["kept"]
