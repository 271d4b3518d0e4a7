"""Many questions to one resolver over one TCP connection, answered in any order (RFC 7766 6.2.1.1, 7).

Where there is TCP only (an SSH tunnel), a connection for each question would cost the node a channel and the resolver
a place among the few connections it allows (Unbound: ten).  Resolvers may close a connection whenever they like: the
questions that wait then are asked again, each over a connection of its own, and so is everything after them.

May import dnspython, ``fleet.network``, this package's ``client`` and everything below.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import dns.flags
import dns.message

from fleet.dnssec.client import LARGE, MAX_STRAY_MESSAGES, Client, Exchange, wire_of
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import Network, Stream
from fleet.network.endpoint import Endpoint

T = TypeVar("T")


class Conversation:
    """A transport like ``Client``, for the resolver at ``endpoint``: ``timeout`` seconds for one question.

    ``at_once``: questions under way at a time.  Close it.
    """

    def __init__(self, network: Network, endpoint: Endpoint, *, timeout: float = 5.0, at_once: int = 16) -> None:
        self.resolver = str(endpoint)
        self._network = network
        self._endpoint = endpoint
        self._timeout = timeout
        self._places = asyncio.Semaphore(at_once)
        self._alone = Client(network, endpoint.address, endpoint.port, timeout=timeout, tcp_only=True, at_once=4)
        self._opening: asyncio.Task[Stream] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._waiting: dict[bytes, tuple[Exchange, asyncio.Future[dns.message.Message]]] = {}
        self._holds = True

    async def open(self) -> None:
        """Connect, if that is still to be done.  Raises RemoteError."""
        await self._stream()

    async def close(self) -> None:
        """Hang up; whoever waits for an answer gets none."""
        tasks = [task for task in (self._opening, self._reading) if task is not None]
        self._opening = self._reading = None
        for task in tasks:
            task.cancel()
        for one in await asyncio.gather(*tasks, return_exceptions=True):
            if one is not None and not isinstance(one, BaseException):
                await one.close()
        self._end(self._failure(FailureKind.CLOSED, "was asked no more"))

    async def __call__(self, query: dns.message.Message) -> dns.message.Message:
        """The resolver's answer to ``query``; see ``Client``."""
        async with self._places:
            if self._holds:
                try:
                    return await self._together(query)
                except RemoteError as error:
                    if error.failure.kind is not FailureKind.CLOSED or not self._was_open:
                        raise
                    self._holds = False
            return await self._alone(query)

    @property
    def _was_open(self) -> bool:
        return self._reading is not None

    async def _together(self, query: dns.message.Message) -> dns.message.Message:
        wire = wire_of(query)
        exchange = Exchange.of(query, wire, self.resolver)
        while exchange.payload[:2] in self._waiting:
            exchange = Exchange.of(query, wire, self.resolver)
        answer: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()
        self._waiting[exchange.payload[:2]] = exchange, answer
        try:
            return await self._in_time(lambda: self._ask(exchange, answer))
        finally:
            self._waiting.pop(exchange.payload[:2], None)
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # it came too late to be raised

    async def _ask(self, exchange: Exchange, answer: "asyncio.Future[dns.message.Message]") -> dns.message.Message:
        stream = await self._stream()
        if self._reading is None or self._reading.done():
            raise RemoteError(self._failure(FailureKind.CLOSED, "has closed the connection"))
        async with self._writing:
            await stream.write(len(exchange.payload).to_bytes(2, "big") + exchange.payload)
        return await answer

    async def _in_time(self, act: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await act()
        except TimeoutError as error:
            late = self._failure(FailureKind.TIMEOUT, f"gave no answer over TCP within {self._timeout:g} s")
            raise RemoteError(late) from error

    async def _stream(self) -> Stream:
        """The connection, opened by whoever comes first; a failure is told to all who wait, the next one tries anew."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(
                self._network.open_tcp(self._endpoint.address, self._endpoint.port, self._timeout)
            )
        opening = self._opening
        try:
            stream = await asyncio.shield(opening)
        except RemoteError:
            if self._opening is opening:
                self._opening = None
            raise
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._listen(stream))
        return stream

    async def _listen(self, stream: Stream) -> None:
        """Give each answer to whoever asked, until the connection ends."""
        strays = 0
        why = self._failure(FailureKind.CLOSED, "closed the connection before it had answered")
        try:
            while strays < MAX_STRAY_MESSAGES:
                length = int.from_bytes(await _exactly(stream, 2), "big")
                strays += not await self._take(await _exactly(stream, length))
            why = self._failure(FailureKind.LIMIT, f"sent {MAX_STRAY_MESSAGES} messages that answer something else")
        except EOFError:
            pass
        except RemoteError as error:
            why = Failure(FailureKind.CLOSED, error.failure.sentence, error.failure.hint)
        finally:
            await stream.close()
            self._end(why)

    async def _take(self, data: bytes) -> bool:
        """Whether ``data`` answers anything; what answers and cannot be read is told to whoever asked."""
        exchange, answer = self._waiting.get(data[:2], (None, None))
        if exchange is None or answer is None or answer.done():
            return False
        try:
            read = await asyncio.to_thread(exchange.accept, data) if len(data) > LARGE else exchange.accept(data)
        except RemoteError as error:
            if not answer.done():
                answer.set_exception(error)
            return True
        if read is None:
            return False
        if answer.done():
            return True
        if read.flags & dns.flags.TC:
            sentence = "truncated an answer that was asked for over TCP"
            answer.set_exception(RemoteError(self._failure(FailureKind.MALFORMED, sentence)))
        else:
            answer.set_result(read)
        return True

    def _end(self, why: Failure) -> None:
        for _, answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(RemoteError(why))

    def _failure(self, kind: FailureKind, sentence: str) -> Failure:
        return Failure(kind, f"{self.resolver} {sentence}")


async def _exactly(stream: Stream, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = await stream.read(length - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
