"""One page for Prometheus: GET /metrics, and nothing else, however it is asked.

Whoever can reach the port may be slow, hostile or both, and the monitor beside it must not notice: a request has so
many octets and so many seconds, there are so many connections at a time, an answer is made once a second at most and
belongs to all who ask within it, and whoever does not read it is hung up on.  One request, one answer, one connection.

Knows no metrics: it is given a function that makes the answer.  May import ``fleet.errors`` and ``fleet.text``.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from fleet.errors import UsageError
from fleet.text import show

Answer = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Gives a body and its content type for what an Accept header says."""

PATH = "/metrics"
_ACCEPTS = 4
"""Different answers kept for a second."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may cost."""

    request_octets: int = 8_192
    request_seconds: float = 5.0
    answer_seconds: float = 10.0
    connections: int = 16
    fresh_seconds: float = 1.0


def parse_listen(text: str) -> tuple[str, int]:
    """``127.0.0.1:9801``, ``[::1]:9801``, ``:9801`` (loopback).  Raises UsageError."""
    host, colon, port = text.rpartition(":")
    host = (host[1:-1] if host.startswith("[") and host.endswith("]") else host) if host else "127.0.0.1"
    try:
        ip_address(host)
    except ValueError:
        host = ""
    if not (host and colon and port.isascii() and port.isdigit() and 0 <= int(port[:6]) <= 65_535):
        raise UsageError(f"{show(text, 80)} is nothing to listen on: write an address and a port, as 127.0.0.1:9801")
    return host, int(port[:6])


class MetricsServer:
    """Answers at ``address`` once it was opened."""

    def __init__(self, answer: Answer, bounds: Bounds = Bounds()) -> None:
        self._answer = answer
        self._bounds = bounds
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._made: dict[str, tuple[float, asyncio.Future[tuple[bytes, str]]]] = {}
        self._loopback = True
        self.refused = 0
        """Connections beyond the bound so far."""
        self.faults = 0
        """Exceptions of the given function so far."""

    async def open(self, host: str, port: int) -> int:
        """Listen; the port that was given.  Raises UsageError where that cannot be done."""
        self._loopback = ip_address(host).is_loopback
        try:
            self._server = await asyncio.start_server(
                self._accepted, host, port, limit=self._bounds.request_octets, backlog=64
            )
        except OSError as error:
            raise UsageError(f"{show(host)} port {port} cannot be listened on: {error.strerror or error}") from error
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=0.3)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= self._bounds.connections:
            self.refused += 1
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            try:
                head = await self._head(reader)
                if head is not None:
                    response = await self._response(head)
                    writer.transport.set_write_buffer_limits(0)  # drained means: all of it is on its way
                    async with asyncio.timeout(self._bounds.answer_seconds):
                        writer.write(response)
                        await writer.drain()
                        if writer.can_write_eof():
                            writer.write_eof()
                        await reader.read(1)  # the peer closes when it has read; a close of ours could cut the answer
            finally:
                writer.transport.abort()

    async def _head(self, reader: asyncio.StreamReader) -> bytes | None:
        try:
            async with asyncio.timeout(self._bounds.request_seconds):
                return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, TimeoutError):
            return None
        except asyncio.LimitOverrunError:
            return b""

    async def _response(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            return _plain("400 Bad Request", "This is no request of HTTP/1.1.")
        method, target = words[0], words[1].partition("?")[0]
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if method not in ("GET", "HEAD"):
            return _plain("405 Method Not Allowed", "Metrics are read, nothing more.", "Allow: GET, HEAD\r\n")
        if self._loopback and not _names_loopback(fields.get("host", "")):
            return _plain("403 Forbidden", "This page answers to its address only.")
        if target == "/":
            return _plain("200 OK", f"fleet: metrics are at {PATH}.")
        if target != PATH:
            return _plain("404 Not Found", f"Metrics are at {PATH}.")
        try:
            body, content_type = await self._metrics(fields.get("accept", ""))
        except Exception:  # a fault of ours is no reason to stop answering
            self.faults += 1
            return _plain("500 Internal Server Error", "The metrics could not be made; this is a fault of fleet.")
        return _response("200 OK", content_type, body if method == "GET" else b"", len(body))

    async def _metrics(self, accept: str) -> tuple[bytes, str]:
        """The answer, made once for all who ask within a second."""
        loop = asyncio.get_running_loop()
        made_at, made = self._made.get(accept, (float("-inf"), None))
        if made is None or loop.time() - made_at > self._bounds.fresh_seconds:
            if len(self._made) >= _ACCEPTS:
                self._made.clear()
            made = asyncio.ensure_future(self._answer(accept))
            self._made[accept] = loop.time(), made
        return await asyncio.shield(made)


def _names_loopback(host: str) -> bool:
    """Whether a Host field names an address or this machine: a page in a browser may have any other name lead here."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name in ("", "localhost")
    return True


def _plain(status: str, sentence: str, more: str = "") -> bytes:
    body = f"{sentence}\n".encode()
    return _response(status, "text/plain; charset=utf-8", body, len(body), more)


def _response(status: str, content_type: str, body: bytes, length: int, more: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n"
        f"X-Content-Type-Options: nosniff\r\nConnection: close\r\n{more}\r\n"
    )
    return head.encode("latin-1") + body
