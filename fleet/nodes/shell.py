"""The shell channel of an appliance: a terminal large enough that no pager is needed.

May import asyncssh and this package.
"""

import asyncio

import asyncssh

from fleet.nodes.commands import Line
from fleet.nodes.failures import from_exception
from fleet.nodes.recording import Recorder, Turn

COLUMNS = ROWS = 0xFFFFFF
"""Seen to be accepted by appliances, and to keep tables on one line and the pager away."""
_CHUNK = 32 * 1024
_WINDOW = 256 * 1024


class Shell:
    """A ``Terminal`` over one SSH connection.  Close it."""

    def __init__(self, process: "asyncssh.SSHClientProcess[bytes]", peer: str, record: Recorder | None) -> None:
        self._process = process
        self._peer = peer
        self._record = record

    @classmethod
    async def open(
        cls, connection: asyncssh.SSHClientConnection, peer: str, seconds: float, record: Recorder | None = None
    ) -> "Shell":
        """Ask for a terminal and a shell.  Raises RemoteError (channel, timeout, closed)."""
        try:
            async with asyncio.timeout(seconds):
                process = await connection.create_process(
                    term_type="vt100", term_size=(COLUMNS, ROWS), encoding=None, window=_WINDOW, stderr=asyncssh.STDOUT
                )
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, peer) from error
        return cls(process, peer, record)

    async def read(self) -> bytes:
        """See ``Terminal``."""
        await asyncio.sleep(0)  # a flood must not keep other nodes from running
        try:
            data: bytes = await self._process.stdout.read(_CHUNK)
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, self._peer) from error
        if self._record is not None:
            self._record(Turn.RECEIVED, data)
        return data

    def write(self, line: Line) -> None:
        """See ``Terminal``."""
        data = line.text.encode("ascii")
        if self._record is not None:
            self._record(Turn.SENT, data)
        try:
            self._process.stdin.write(data)
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, self._peer) from error

    def close(self) -> None:
        """Give up the channel."""
        self._process.close()
