"""Nodes as places to send from: one login shared by all who look through a node, refusals as values, waits kept."""

import asyncio
from dataclasses import replace

import pytest
from node_examples import APPLIANCE, PASSWORD, POSTFIX, Serve

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.unix import Gateway
from fleet.network.endpoint import Endpoint
from fleet.nodes import Dialer, Kept, TunnelNetwork, Vantages, poll_node


async def say(network: TunnelNetwork | Failure, port: int, address: str = "127.0.0.1") -> bytes:
    assert isinstance(network, TunnelNetwork), network
    stream = await network.open_tcp(address, port, 2)
    await stream.write(b"hello")
    heard = await stream.read(100)
    await stream.close()
    return heard


@pytest.fixture
async def echo() -> int:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return port


async def test_all_who_look_through_a_node_share_one_login_and_the_last_one_hangs_up(
    serve: Serve, dialer: Dialer, echo: int
) -> None:
    server, node = await serve(Gateway(POSTFIX), forwarding=True)
    vantages = Vantages(dialer)

    async def look() -> bytes:
        async with vantages.through(node) as network:
            return await say(network, echo)

    assert await asyncio.gather(*(look() for _ in range(20))) == [b"hello"] * 20
    assert server.connections == 1
    await asyncio.sleep(0.1)
    assert not server.open


async def test_what_the_node_sees_may_be_another_world(serve: Serve, dialer: Dialer, echo: int) -> None:
    world = {Endpoint("192.0.2.53", 53): Endpoint("127.0.0.1", echo)}
    server, node = await serve(Gateway(POSTFIX), forwarding=True, world=world)
    async with Vantages(dialer).through(node) as network:
        assert await say(network, 53, "192.0.2.53") == b"hello"
        with pytest.raises(RemoteError) as refused:
            await say(network, 53, "192.0.2.54")
    assert refused.value.failure.kind is FailureKind.CONNECTION_REFUSED
    assert server.forwarded == [Endpoint("192.0.2.53", 53), Endpoint("192.0.2.54", 53)]


async def test_a_refused_login_is_a_value_and_is_not_tried_again_while_the_wait_lasts(
    serve: Serve, dialer: Dialer
) -> None:
    server, node = await serve(Gateway(POSTFIX), password="another")
    now = [1000.0]
    vantages = Vantages(dialer, monotonic=lambda: now[0])
    said = []
    for _ in range(3):
        async with vantages.through(node) as refusal:
            said.append(refusal)
    assert isinstance(said[0], Failure)
    assert said[0].kind is FailureKind.AUTHENTICATION
    assert said == [said[0]] * 3
    assert server.logins == ["password"], "one attempt: more could lock the account"
    now[0] += 700
    async with vantages.through(node) as refusal:
        assert isinstance(refusal, Failure)
    assert len(server.logins) == 2


async def test_a_connection_that_broke_is_dialled_anew_by_the_next_one(serve: Serve, dialer: Dialer, echo: int) -> None:
    server, node = await serve(Gateway(POSTFIX), forwarding=True)
    vantages = Vantages(dialer)
    async with vantages.through(node) as first:
        for connection in [*server.open]:
            connection.abort()
        await asyncio.sleep(0.1)
        with pytest.raises(RemoteError) as gone:
            await say(first, echo)
        assert gone.value.failure.kind is FailureKind.CLOSED
        async with vantages.through(node) as second:
            assert await say(second, echo) == b"hello"
    assert server.connections == 2


async def test_a_connection_kept_between_polls_is_used_and_given_back(serve: Serve, dialer: Dialer, echo: int) -> None:
    server, node = await serve(Gateway(POSTFIX), forwarding=True)
    kept = Kept()
    await poll_node(node, dialer, kept=kept)
    async with Vantages(dialer, kept).through(node) as network:
        assert await say(network, echo) == b"hello"
        await poll_node(node, dialer, kept=kept)
    assert server.connections == 2, "a poll meanwhile has one of its own"
    await poll_node(node, dialer, kept=kept)
    await asyncio.sleep(0.1)
    assert (server.connections, len(server.open)) == (2, 1), "one is kept, the other was hung up"
    await kept.close()


async def test_nothing_is_kept_open_on_an_appliance(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Appliance(APPLIANCE), forwarding=True)
    kept = Kept()
    async with Vantages(dialer, kept).through(node):
        pass
    await asyncio.sleep(0.1)
    assert kept.take(node) is None
    assert not server.open


async def test_a_node_the_profile_forbids_to_look_through_is_left_alone(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Gateway(POSTFIX), forwarding=True)
    barred = replace(node, ssh=replace(node.ssh, forward=False))
    async with Vantages(dialer).through(barred) as refusal:
        assert isinstance(refusal, Failure)
    assert "ssh.forward = false" in refusal.sentence
    assert (server.connections, PASSWORD in str(refusal)) == (0, False)


async def test_leaving_early_hangs_up_too(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Gateway(POSTFIX), forwarding=True)
    vantages = Vantages(dialer)

    inside = asyncio.Event()

    async def linger() -> None:
        async with vantages.through(node):
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(linger())
    await inside.wait()
    assert server.open
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.1)
    assert not server.open
