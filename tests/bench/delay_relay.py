"""A relay on loopback that holds every byte for a while, in front of a network file's sockets: distance for benchmarks.

Both directions are held equally long and nothing overtakes.  A TCP connection is accepted at once, so its handshake
costs no delay of its own: what is measured through the relay is what is said, not the SYN.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

Address = tuple[str, int]


class DelayRelay:
    """Relays for every entry of a network file; ``write`` saves a network file that leads through them."""

    def __init__(self, network: Path, seconds: float) -> None:
        self._document = json.loads(network.read_text())
        self._seconds = seconds

    async def start(self) -> None:
        """Open one relay for each mapped socket."""
        for protocol, open_relay in (("udp", self._udp), ("tcp", self._tcp)):
            for row in self._document[protocol]:
                row[2:] = ["127.0.0.1", await open_relay((row[2], row[3]))]

    def write(self, path: Path) -> None:
        """Save the network file of the delayed world."""
        path.write_text(json.dumps(self._document))

    async def _udp(self, target: Address) -> int:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Outside(target, self._seconds), local_addr=("127.0.0.1", 0)
        )
        return int(transport.get_extra_info("sockname")[1])

    async def _tcp(self, target: Address) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                other_reader, other_writer = await asyncio.open_connection(*target)
            except OSError:
                writer.close()
                return
            await asyncio.gather(self._pump(reader, other_writer), self._pump(other_reader, writer))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(65536):
                loop.call_later(self._seconds, writer.write, data)
        except OSError:
            pass
        loop.call_later(self._seconds, writer.close)


class _Outside(asyncio.DatagramProtocol):
    """The side that clients talk to; each question gets a socket of its own towards the target."""

    def __init__(self, target: Address, seconds: float) -> None:
        self._target, self._seconds = target, seconds
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, source: Address) -> None:
        task = asyncio.ensure_future(self._forward(data, source))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, data: bytes, source: Address) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._seconds)
        answered: asyncio.Future[bytes] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Inside(answered), remote_addr=self._target)
        transport.sendto(data)
        try:
            answer = await asyncio.wait_for(answered, 5)
        except TimeoutError:
            return
        finally:
            transport.close()
        await asyncio.sleep(self._seconds)
        self._transport.sendto(answer, source)  # type: ignore[attr-defined]


class _Inside(asyncio.DatagramProtocol):
    def __init__(self, answered: "asyncio.Future[bytes]") -> None:
        self._answered = answered

    def datagram_received(self, data: bytes, source: Address) -> None:
        if not self._answered.done():
            self._answered.set_result(data)


def run_through(network: Path, seconds: float, folder: Path, work: Callable[[Path], Awaitable[None]]) -> None:
    """Run ``work`` with the network file of the delayed world; the relays live in the same loop."""

    async def both() -> None:
        relay = DelayRelay(network, seconds)
        await relay.start()
        delayed = folder / "delayed.json"
        relay.write(delayed)
        await work(delayed)

    asyncio.run(both())
