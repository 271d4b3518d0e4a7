"""A simulated node on the wire: asyncssh as server, a command line behind it, faults on every layer.

May import asyncssh, ``fleet.model``, ``fleet.network.endpoint`` and the lab's own modules.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import asyncssh

from fleet.lab.nodes import unix
from fleet.lab.nodes.commandline import PAGER, Appliance, CommandLine
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.network.endpoint import Endpoint

_MEGABYTES = 50
_VERSION = "OpenSSH_lab"


@dataclass(slots=True)
class NodeServer:
    """One node listening on loopback.  ``seen`` collects what clients did, for tests to read.

    ``password`` is asked by keyboard-interactive (``prompt``); ``public_keys`` are let in as any user; None asks for
    nothing at all.  ``delay`` seconds pass before each answer.  ``forwarding``: whether connections may be opened
    through it; they lead into ``world``, virtual sockets to real ones, or to this machine where there is none.  Ports
    that are ``blocked`` there swallow them; ``dies_after`` so many, the whole connection is lost.
    """

    behind: Appliance | Gateway
    host_key: asyncssh.SSHKey
    user: str = "monitor"
    password: str | None = None
    public_keys: tuple[asyncssh.SSHKey, ...] = ()
    prompt: str = "Password:"
    fault: Fault = Fault.NONE
    forwarding: bool = False
    world: Mapping[Endpoint, Endpoint] | None = None
    blocked: frozenset[int] = frozenset()
    dies_after: int | None = None
    delay: float = 0.0
    options: Mapping[str, object] = field(default_factory=dict)
    sessions: list[CommandLine] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    terminals: list[str | None] = field(default_factory=list)
    """The kind of terminal each session asked for; None: for none."""
    logins: list[str] = field(default_factory=list)
    """Each attempt: ``password``, ``key``."""
    forwarded: list[Endpoint] = field(default_factory=list)
    """Each connection that was asked for through it."""
    connections: int = 0
    port: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    open: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    _listener: asyncio.Server | asyncssh.SSHAcceptor | None = None

    async def start(self, port: int = 0) -> None:
        """Listen."""
        self.closed.clear()
        raw = _RAW.get(self.fault)
        if raw is not None:
            server = await asyncio.start_server(lambda _reader, writer: _raw(self, raw, writer), "127.0.0.1", port)
            self._listener, self.port = server, server.sockets[0].getsockname()[1]
            return
        options: dict[str, object] = {"login_timeout": 0 if self.fault is Fault.LOGIN_HANGS else 30, **self.options}
        acceptor = await asyncssh.listen(
            "127.0.0.1",
            port,
            server_factory=lambda: _Server(self),
            server_host_keys=[self.host_key],
            process_factory=None if self.fault is Fault.NO_SHELL else self._serve,
            encoding=None,
            line_editor=False,
            server_version=_VERSION,
            **options,
        )
        self._listener, self.port = acceptor, acceptor.get_port()

    async def close(self) -> None:
        """Stop listening and drop everybody."""
        self.closed.set()
        if self._listener is not None:
            self._listener.close()
            if isinstance(self._listener, asyncssh.SSHAcceptor):
                await self._listener.wait_closed()
            self._listener = None
        self.cut()

    def cut(self) -> None:
        """Lose every connection there is, as a firewall does that forgets them."""
        for connection in [*self.open]:
            connection.abort()

    async def _serve(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        self.terminals.append(process.term_type)
        if process.command is not None:
            self.commands.append(process.command)
        with contextlib.suppress(OSError, asyncssh.Error, asyncssh.BreakReceived, asyncssh.TerminalSizeChanged):
            if isinstance(self.behind, Gateway):
                await self._run_command(process, self.behind)
            else:
                await self._run_shell(process, self.behind)
        with contextlib.suppress(OSError, asyncssh.Error):
            process.exit(0)

    async def _run_command(self, process: "asyncssh.SSHServerProcess[bytes]", gateway: Gateway) -> None:
        if self.fault is Fault.SHELL_HANGS:
            await self.closed.wait()
        if self.fault is Fault.FLOOD:
            await _flood(process)
        await asyncio.sleep(self.delay)
        answer = unix.answer(gateway, process.command or "")
        process.stdout.write(answer.output.encode())
        process.stderr.write(answer.complaint.encode())
        process.exit(answer.status)

    async def _run_shell(self, process: "asyncssh.SSHServerProcess[bytes]", appliance: Appliance) -> None:
        rows = process.term_size[1] or 24
        line = CommandLine(appliance, rows)
        self.sessions.append(line)
        if self.fault is Fault.SHELL_HANGS:
            await self.closed.wait()
        if self.fault is Fault.BANNER_PROMPT:
            process.stdout.write(b"*** NOTICE ***\r\nevil.example.com> \r\n[]> \r\n(Machine evil)> \r\nevil> ")
            await asyncio.sleep(0.1)
            process.stdout.write(b"is what your prompt may look like\r\n")
        process.stdout.write(_decorated(line.greeting(), self.fault))
        while data := await process.stdin.read(1024):
            await asyncio.sleep(self.delay)
            if self.fault is Fault.FLOOD:
                await _flood(process)
            if self.fault is Fault.PAGER_FOREVER:
                process.stdout.write(b"one more page\r\n" + PAGER.encode())
                continue
            process.stdout.write(_decorated(line.feed(data.decode("latin-1")), self.fault))
            if line.over:
                return
            if line.errand is not None:
                await _run_errand(process, line, line.errand)


async def _run_errand(
    process: "asyncssh.SSHServerProcess[bytes]", line: CommandLine, errand: AsyncIterator[str]
) -> None:
    """Print what comes of ``errand``; whatever is typed meanwhile ends it, as Ctrl-C does."""

    async def work() -> None:
        async for text in errand:
            process.stdout.write(text.replace("\n", "\r\n").encode())

    working, typed = asyncio.ensure_future(work()), asyncio.ensure_future(process.stdin.read(1024))
    await asyncio.wait({working, typed}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, typed):
        task.cancel()
    await asyncio.gather(working, typed, return_exceptions=True)
    process.stdout.write(line.finish().encode())


def _decorated(text: str, fault: Fault) -> bytes:
    if fault is Fault.MARKUP:
        text = text.replace("\r\n", "\x1b[0m\r\n\x1b[1;31m").replace("Cisco", "[bold]\x1b]0;owned\x07Cisco[/bold]")
    return text.encode("latin-1", "replace")


async def _flood(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    block = b"0123456789abcdef" * 4096
    for _ in range(_MEGABYTES * 16):
        process.stdout.write(block)
        await process.stdout.drain()


class _Server(asyncssh.SSHServer):
    def __init__(self, node: NodeServer) -> None:
        self._node = node
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._node.connections += 1
        self._node.open.add(conn)
        self._connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._node.open.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        if self._node.fault is Fault.LOGIN_HANGS:
            await self._node.closed.wait()
        if self._node.fault is Fault.REBOOTING and self._connection is not None:
            self._connection.send_auth_banner("System is going down for reboot. Please try again later.\n")
            raise asyncssh.DisconnectError(asyncssh.DISC_BY_APPLICATION, "going down")
        return self._node.password is not None or bool(self._node.public_keys)

    def public_key_auth_supported(self) -> bool:
        return bool(self._node.public_keys)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        self._node.logins.append("key")
        return username == self._node.user and key.public_data in {
            known.public_data for known in self._node.public_keys
        }

    def kbdint_auth_supported(self) -> bool:
        return self._node.password is not None

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "", [(self._node.prompt, False)]

    def validate_kbdint_response(self, username: str, responses: "list[str]") -> bool:  # type: ignore[override]
        self._node.logins.append("password")
        return username == self._node.user and responses == [self._node.password]

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> "bool | Awaitable[asyncssh.SSHTCPSession[bytes]]":
        wanted = Endpoint(dest_host, dest_port)
        self._node.forwarded.append(wanted)
        if not self._node.forwarding:  # OpenSSH's words
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed")
        if self._node.dies_after is not None and len(self._node.forwarded) > self._node.dies_after:
            self._node.cut()
        if dest_port in self._node.blocked:
            return self._swallowed()
        if self._node.world is None or self._connection is None:
            return True
        target = self._node.world.get(wanted)
        if target is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")
        forwarder = self._connection.forward_connection(target.address, target.port)
        return cast("Awaitable[asyncssh.SSHTCPSession[bytes]]", forwarder)

    async def _swallowed(self) -> "asyncssh.SSHTCPSession[bytes]":
        """A firewall that drops: the connection is neither made nor refused while anybody waits for it."""
        await self._node.closed.wait()
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection timed out")


async def _silent(node: NodeServer, _writer: asyncio.StreamWriter) -> None:
    await node.closed.wait()


async def _reset(_node: NodeServer, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _babble(node: NodeServer, writer: asyncio.StreamWriter) -> None:
    while not node.closed.is_set():
        writer.write(b"welcome to the machine\r\n" * 64)
        await writer.drain()
        await asyncio.sleep(0.02)


async def _no_key_exchange(node: NodeServer, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-lab\r\n")
    await node.closed.wait()


_Raw = Callable[[NodeServer, asyncio.StreamWriter], Awaitable[None]]

_RAW: Mapping[Fault, _Raw] = {
    Fault.SILENT: _silent,
    Fault.RESET: _reset,
    Fault.BABBLE: _babble,
    Fault.NO_KEY_EXCHANGE: _no_key_exchange,
}


async def _raw(node: NodeServer, act: _Raw, writer: asyncio.StreamWriter) -> None:
    node.connections += 1
    with contextlib.suppress(OSError):
        await act(node, writer)
    writer.close()
