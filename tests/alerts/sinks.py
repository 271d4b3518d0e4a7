"""Servers on loopback that take what they are sent: a mail server and a web server, or one that misbehaves."""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[int]:
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def mail_sink() -> AsyncIterator[tuple[int, list[EmailMessage]]]:
    """An SMTP server that accepts every message and keeps it."""
    taken: list[EmailMessage] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink ESMTP\r\n")
        while line := await reader.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                text = body[:-5].replace(b"\r\n..", b"\r\n.")
                taken.append(email.message_from_bytes(text, policy=email.policy.default))
            writer.write({b"QUIT": b"221 bye\r\n", b"EHLO": b"250 sink\r\n"}.get(verb, b"250 ok\r\n"))
            await writer.drain()
            if verb == b"QUIT":
                break
        writer.close()

    async with listening(serve) as port:
        yield port, taken


@asynccontextmanager
async def web_sink(status: int = 200) -> AsyncIterator[tuple[int, list[dict[str, Any]]]]:
    """An HTTP server that keeps the JSON it is posted and answers with ``status``."""
    taken: list[dict[str, Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (length,) = [
            int(one.split(b":")[1]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length")
        ]
        taken.append(json.loads(await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with listening(serve) as port:
        yield port, taken


@asynccontextmanager
async def silent_sink() -> AsyncIterator[int]:
    """A server that accepts and never says anything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with listening(serve) as port:
        yield port
