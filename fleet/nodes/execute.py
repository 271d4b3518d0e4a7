"""One remote command without a terminal: bounded in time and bytes.

``SSHClientConnection.run`` would collect output without limit and can wait for ever for a channel; here the caller's
seconds cover everything and reading stops at the limit.  May import asyncssh and this package.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import asyncssh

from fleet.clock import monotonic
from fleet.errors import FailureKind
from fleet.nodes.commands import Line
from fleet.nodes.failures import failed, from_exception

_CHUNK = 16 * 1024
_MAX_COMPLAINT = 4096
_HEARD = 1024 * 1024
"""Bytes of stderr that are read, so that a chatty program comes to its end; the first of them are kept."""
_WINDOW = 128 * 1024


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed.  ``status`` None: the server did not say (killed by a signal, or it never does)."""

    command: str
    text: str
    complaint: str
    status: int | None
    sha256: str
    milliseconds: float

    @property
    def missing(self) -> bool:
        """Whether the shell says that there is no such command (``env`` and shells exit with 127).

        So does the loader for a program that lacks a library; that one is there.
        """
        return self.status == 127 and "shared libraries" not in self.complaint


async def execute(
    connection: asyncssh.SSHClientConnection,
    line: Line,
    peer: str,
    seconds: float,
    limit: int,
    take: Callable[[bytes], None] | None = None,
) -> Output:
    """Run ``line``.  Raises RemoteError (channel, timeout, limit, closed); the connection is then of no more use.

    ``take`` is told what is printed as it comes; then none of it is kept, and ``text`` is empty.
    """
    started = monotonic()
    words = f"'{line.command.rpartition('bin ')[2]}'"
    try:
        async with asyncio.timeout(seconds):
            return await _run(connection, line, words, peer, limit, started, take)
    except TimeoutError as error:
        raise failed(FailureKind.TIMEOUT, f"{peer}: {words} was not done within {seconds:g} s") from error
    except (OSError, asyncssh.Error) as error:
        raise from_exception(error, peer) from error


async def _run(
    connection: asyncssh.SSHClientConnection,
    line: Line,
    words: str,
    peer: str,
    limit: int,
    started: float,
    take: Callable[[bytes], None] | None,
) -> Output:
    process = await connection.create_process(line.text, encoding=None, window=_WINDOW)
    try:
        process.stdin.write_eof()
        complaint = bytearray()
        complaining = asyncio.create_task(_hear(process.stderr, complaint))
        output = bytearray()
        try:
            whole = await _drain(process.stdout, output, limit, take)
            if whole:
                await complaining
        finally:
            complaining.cancel()
            await asyncio.gather(complaining, return_exceptions=True)
        if not whole:
            raise failed(
                FailureKind.LIMIT, f"{peer}: {words} printed more than {limit // 1024} KiB, so it was cut off unread"
            )
        await process.wait_closed()
        return Output(
            line.command,
            decode(bytes(output)),
            decode(bytes(complaint)),
            process.exit_status,
            hashlib.sha256(output).hexdigest(),
            (monotonic() - started) * 1000,
        )
    finally:
        process.close()


async def _hear(stream: "asyncssh.SSHReader[bytes]", into: bytearray) -> None:
    heard = 0
    while heard < _HEARD and (chunk := await stream.read(_CHUNK)):
        heard += len(chunk)
        into += chunk[: _MAX_COMPLAINT - len(into)]
        await asyncio.sleep(0)


async def _drain(
    stream: "asyncssh.SSHReader[bytes]", into: bytearray, limit: int, take: Callable[[bytes], None] | None = None
) -> bool:
    """Read to the end and whether that was within ``limit``; beyond it nothing is kept, and stdout stops being read."""
    left = limit
    while chunk := await stream.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            return False
        if take is None:
            into += chunk
        else:
            take(chunk)
        await asyncio.sleep(0)  # a flood must not keep other nodes, and our own deadline, from running
    return True


def decode(data: bytes) -> str:
    """Text of a node: UTF-8, else Latin-1, which takes anything."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
