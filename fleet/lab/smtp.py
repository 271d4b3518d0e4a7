"""Mail servers that do one thing each: deliver STARTTLS as it should be, or go wrong in one well-known way.

It exists because a DANE check has to tell a server without TLS from a server that cannot be reached, and a refusal
from silence.  A behaviour is one small coroutine in a table.  Nothing is ever accepted: the servers know EHLO,
STARTTLS, NOOP and QUIT. May import the standard library and the lab's own nouns.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fleet.lab.faults import Faults
from fleet.lab.scenario import Behaviour

HOST = "127.0.0.1"
IDLE_SECONDS = 120.0
FATAL_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
"""A TLS alert record: fatal, handshake_failure (RFC 8446 6)."""


@dataclass(slots=True)
class MailServer:
    """One virtual address with its behaviour; ``port`` is where it listens on loopback once started."""

    address: str
    name: str
    behaviour: Behaviour
    context: ssl.SSLContext
    faults: Faults
    port: int = 0
    _server: asyncio.Server | None = None
    _closed_port: socket.socket | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen, or for a refusing server occupy a port without listening on it."""
        if self.behaviour is Behaviour.REFUSED:
            self._closed_port = socket.socket()
            self._closed_port.bind((HOST, 0))
            self.port = self._closed_port.getsockname()[1]
            return
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening and cut every open session."""
        if self._server:
            self._server.close()
        if self._closed_port:
            self._closed_port.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        behaviour = self.faults.smtp.get(self.address, self.behaviour)
        act = _BEHAVIOURS.get(behaviour, _converse)
        # A client that leaves in the middle of anything is the usual case here, not an error.
        with contextlib.suppress(OSError, EOFError, ValueError, TimeoutError, ssl.SSLError):
            await act(_Session(self, behaviour, reader, writer))
        self._open.discard(writer)
        writer.close()


@dataclass(slots=True)
class _Session:
    """One connection."""

    server: MailServer
    behaviour: Behaviour
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    encrypted: bool = False

    async def say(self, text: str) -> None:
        """Send one line or several."""
        self.writer.write(f"{text}\r\n".encode("ascii"))
        await self.writer.drain()

    async def command(self) -> str:
        """The next command's verb in upper case; empty at the end."""
        line = await asyncio.wait_for(self.reader.readline(), IDLE_SECONDS)
        return line[:512].decode("ascii", "replace").partition(" ")[0].strip().upper()


async def _converse(session: _Session) -> None:
    name = session.server.name
    await session.say(f"220 {name} ESMTP lab")
    while verb := await session.command():
        if verb == "STARTTLS" and _offers_tls(session):
            await _start_tls(session)
            continue
        await session.say(_reply(session, verb))
        if verb == "QUIT":
            return


def _offers_tls(session: _Session) -> bool:
    return not session.encrypted and session.behaviour not in (Behaviour.NO_STARTTLS, Behaviour.NO_EHLO)


def _reply(session: _Session, verb: str) -> str:
    name = session.server.name
    if verb == "EHLO" and session.behaviour is Behaviour.NO_EHLO:
        return "502 5.5.1 Command not implemented"
    if verb == "EHLO":
        extensions = ["SIZE 10485760", *(["STARTTLS"] if _offers_tls(session) else []), "8BITMIME"]
        return "\r\n".join([f"250-{name}", *(f"250-{word}" for word in extensions[:-1]), f"250 {extensions[-1]}"])
    return _REPLIES.get(verb, "502 5.5.1 Command not implemented").format(name=name)


_REPLIES = {
    "HELO": "250 {name}",
    "NOOP": "250 2.0.0 Ok",
    "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
    "MAIL": "550 5.7.1 This lab takes no mail",
}


async def _start_tls(session: _Session) -> None:
    if session.behaviour is Behaviour.STARTTLS_454:
        await session.say("454 4.7.0 TLS not available due to local problem")
        return
    await session.say("220 2.0.0 Ready to start TLS")
    if session.behaviour is Behaviour.HANDSHAKE_FAILURE:
        await session.reader.read(1)
        session.writer.write(FATAL_ALERT)
        await session.writer.drain()
        raise EOFError
    await session.writer.start_tls(session.server.context)
    session.encrypted = True


def _greet(reply: str) -> Callable[[_Session], Awaitable[None]]:
    async def act(session: _Session) -> None:
        await session.say(reply.format(name=session.server.name))
        while await session.command() not in ("", "QUIT"):
            await session.say("503 5.5.1 Bad sequence of commands")
        await session.say("221 2.0.0 Bye")

    return act


async def _be_silent(session: _Session) -> None:
    await asyncio.wait_for(session.reader.read(), IDLE_SECONDS)


async def _reset(session: _Session) -> None:
    # Lingering for zero seconds makes close send RST instead of FIN; Windows wants shorts.
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    session.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    session.writer.transport.abort()


async def _drip(session: _Session) -> None:
    await session.say("220-patience")
    for octet in b"220-" + b"." * 400:
        session.writer.write(bytes([octet]))
        await session.writer.drain()
        await asyncio.sleep(1)


async def _never_end(session: _Session) -> None:
    await session.say(f"220 {session.server.name} ESMTP lab")
    await session.command()
    for number in range(1_000_000):
        await session.say(f"250-X-EXTENSION-{number}")


_BEHAVIOURS: Mapping[Behaviour, Callable[[_Session], Awaitable[None]]] = {
    Behaviour.GREETING_554: _greet("554 5.7.1 {name} no service for you"),
    Behaviour.GREETING_421: _greet("421 4.3.2 {name} too busy"),
    Behaviour.TIMEOUT: _be_silent,
    Behaviour.RESET: _reset,
    Behaviour.DRIP: _drip,
    Behaviour.ENDLESS: _never_end,
}
"""Behaviours that are no conversation at all; the others differ in a reply and share ``_converse``."""
