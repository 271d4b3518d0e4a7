"""A network through a node: TCP as it sees the world, no UDP, refusals as plain failures."""

import asyncio
import socket

import pytest
from node_examples import POSTFIX, Serve

from fleet.errors import FailureKind, RemoteError
from fleet.lab.nodes.unix import Gateway
from fleet.nodes import Dialer, TunnelNetwork


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(100))
    await writer.drain()
    writer.close()


async def test_tcp_goes_through_the_node(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), forwarding=True)
    far = await asyncio.start_server(echo, "127.0.0.1", 0)
    connection = await dialer.connect(node)
    network = TunnelNetwork(connection, node.name)
    stream = await network.open_tcp("127.0.0.1", far.sockets[0].getsockname()[1], 2)
    await stream.write(b"hello")
    assert await stream.read(100) == b"hello"
    assert await stream.read(100) == b""
    await stream.close()
    connection.close()
    far.close()
    assert (network.name, network.has_udp) == ("through gw1", False)


async def test_writing_to_whoever_has_hung_up_is_told_as_closed(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), forwarding=True)
    far = await asyncio.start_server(echo, "127.0.0.1", 0)
    connection = await dialer.connect(node)
    stream = await TunnelNetwork(connection, node.name).open_tcp("127.0.0.1", far.sockets[0].getsockname()[1], 2)
    await stream.write(b"hello")
    assert await stream.read(100) + await stream.read(100) == b"hello"
    await asyncio.sleep(0.1)

    async def ask_again() -> None:
        while True:  # the first words still leave: nobody has heard of the end yet
            await stream.write(b"anybody there?")
            await asyncio.sleep(0.05)

    with pytest.raises(RemoteError) as closed:
        await asyncio.wait_for(ask_again(), 5)
    assert closed.value.failure.kind is FailureKind.CLOSED
    connection.close()
    far.close()


async def test_what_the_node_cannot_reach_is_refused_and_udp_there_is_none(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), forwarding=True)
    connection = await dialer.connect(node)
    network = TunnelNetwork(connection, node.name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RemoteError) as refused:
            await network.open_tcp("127.0.0.1", taken.getsockname()[1], 2)
    assert refused.value.failure.kind is FailureKind.CONNECTION_REFUSED
    with pytest.raises(RemoteError, match="carries no UDP"):
        await network.ask_udp("127.0.0.1", 53, b"", bytes, 1)
    connection.close()


async def test_a_node_that_forbids_forwarding_says_so(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), forwarding=False)
    connection = await dialer.connect(node)
    with pytest.raises(RemoteError) as refused:
        await TunnelNetwork(connection, node.name).open_tcp("127.0.0.1", 53, 2)
    assert refused.value.failure.kind in {FailureKind.CHANNEL, FailureKind.CONNECTION_REFUSED}
    connection.close()
