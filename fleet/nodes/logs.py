"""A search of one node's mail log for destinations, read-only and only where somebody asked for it.

It costs the node a pass over its log for each destination, so they come one after the other with a pause between.  What
is found is handed on as it comes and not kept: mail logs are full of people's addresses.  A name finds only the lines
that hold it, and what became of mail often stands on others:

* an **appliance**'s ``grep`` (documented; its flags reported, its wording about failure reported) returns who mail was
  for (``To:``) and the TLS lines ``for DOMAIN``, not ``Delivery start``, ``Delayed`` or ``TLS failed``, which name
  numbers only: messages whose end is not seen are counted as that, never as delivered;
* **Postfix**'s TLS lines name the host, so every one of them is asked for beside the lines of the destination;
* **Exim** says all about one recipient on one line.

``search_logs`` never raises for anything remote.  May import asyncssh, ``fleet.model``, ``fleet.errors``,
``fleet.clock``, ``fleet.text`` and this package.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import asyncssh

from fleet.clock import WallClock, now
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node, Platform
from fleet.nodes.asyncos import version, walks
from fleet.nodes.asyncos.grammar import Level
from fleet.nodes.asyncos.session import Declined, Session
from fleet.nodes.commands import (
    GREP_EXIM,
    GREP_POSTFIX,
    LIST_LOGS,
    LIST_LOGS_BELOW,
    LOCAL_CLOCK,
    ZGREP_EXIM,
    ZGREP_POSTFIX,
    Entry,
    encode,
)
from fleet.nodes.dial import Dialer
from fleet.nodes.execute import Output, execute
from fleet.nodes.failures import failed, from_exception
from fleet.nodes.poll import connected
from fleet.nodes.reading import Unparsed
from fleet.nodes.rotated import PACKED, Rotated, rotated
from fleet.nodes.shell import Shell
from fleet.nodes.slots import Refused, Subscription
from fleet.text import show

PAUSE = 1.0
"""Seconds between two searches of one node."""
MAIL_LOGS = "mail_logs"
"""The subscription that every appliance has from the factory."""
FILES = {
    Platform.POSTFIX: ("/var/log/mail.log", "/var/log/maillog", "/var/log/mail", "/var/log/postfix.log"),
    Platform.EXIM: ("/var/log/exim4/mainlog", "/var/log/exim/mainlog", "/var/log/exim/main.log", "/var/log/mail.log"),
}
"""Where systems keep the log, tried in this order; the first that is there is the one."""
_ENTRIES = {Platform.POSTFIX: (GREP_POSTFIX, ZGREP_POSTFIX), Platform.EXIM: (GREP_EXIM, ZGREP_EXIM)}
_ADDRESS = re.compile(r"\S+@\S+")
_ABSENT = re.compile(r"(?i)no such file|can't open")
_LOGS = "/var/log"
_NOTHING = re.compile(r"(?im)^[ \t]*no results were found")
_UNABLE = re.compile(r"(?im)^[ \t]*(?:unable to (?:grep|tail)\b.*|no such log\b.*|invalid log\b.*)$")

Take = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class NodeClock:
    """``zone``: in which the node writes its lines, None where it does not say; ``ahead``: seconds before our clock."""

    zone: tzinfo | None = None
    ahead: float | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """What came of the search for one destination; ``log``: where.  ``failure``: why not all, or nothing, was seen."""

    node: str
    domain: str
    log: str = ""
    clock: NodeClock = NodeClock()
    failure: Failure | None = None


Begin = Callable[[str, NodeClock], Take]
"""Given a destination and the node's clock, who takes the bytes that are found."""


async def search_logs(
    node: Node,
    dialer: Dialer,
    domains: Sequence[str],
    begin: Begin,
    *,
    log: str = "",
    older: int = 0,
    pause: float = PAUSE,
    clock: WallClock = now,
) -> tuple[Searched, ...]:
    """Search the mail log of ``node`` for each of ``domains``.

    ``log``: the subscription, or the file below /var/log, that is meant; empty: the usual one.  ``older``: how many
    rotated files are searched too, before the current one (an appliance searches all it keeps).
    """
    search = _Search(node, dialer, begin, log, older, clock)
    found: list[Searched] = []
    failure: Failure | None = None
    try:
        async with connected(node, dialer, None) as connection:
            if node.settings.platform is Platform.ASYNCOS:
                await search.appliance(connection, domains, found, pause)
            else:
                await search.unix(connection, domains, found, pause)
    except RemoteError as error:
        failure = error.failure
    except Refused as refused:
        failure = Failure(FailureKind.COMMAND, f"{show(node.name, 80)}: {refused}")
    done = {one.domain for one in found}
    left = (Searched(node.name, name, log, search.clock, failure) for name in domains if name not in done)
    return (*found, *left)


@dataclass(slots=True)
class _Search:
    node: Node
    dialer: Dialer
    begin: Begin
    log: str
    older: int
    wall: WallClock
    clock: NodeClock = NodeClock()
    listed: dict[str, Output] = field(default_factory=dict)

    @property
    def peer(self) -> str:
        return show(self.node.name, 80)

    # --------------------------------------------------------------------------------------------------- appliances
    async def appliance(
        self,
        connection: asyncssh.SSHClientConnection,
        domains: Sequence[str],
        found: list[Searched],
        pause: float,
    ) -> None:
        limits = self.dialer.limits
        shell = await Shell.open(connection, self.peer, limits.command)
        try:
            session = Session(shell, self.peer, limits)
            await session.start()
            if session.level in (Level.CLUSTER, Level.GROUP):
                raise failed(
                    FailureKind.CLUSTER_MODE,
                    f"{self.peer}: the session is at {session.level} level, where no log is searched",
                    "let the monitor's user log in at machine level",
                )
            self.clock = await self._appliance_clock(session)
            for at, name in enumerate(domains):
                if at:
                    await asyncio.sleep(pause)
                failure = await self._grep(session, name)
                found.append(Searched(self.node.name, name, self._subscription, self.clock, failure))
            await session.end()
        except (OSError, asyncssh.Error) as error:
            raise from_exception(error, self.peer) from error
        finally:
            shell.close()

    @property
    def _subscription(self) -> str:
        """The log named; else the factory's, unless the node is declared to keep its mail log under another name."""
        kept = [one.name for one in self.node.settings.logs or () if one.kind == "mail"]
        return self.log or (kept[0] if kept and MAIL_LOGS not in kept else MAIL_LOGS)

    async def _appliance_clock(self, session: Session) -> NodeClock:
        try:
            asked = self.wall()
            text = (await session.walk(walks.STATUS)).replies["text"]
            told, zone = version.parse_clock(text), version.zone_of(text)
        except (Declined, Unparsed):
            return NodeClock()
        return NodeClock(zone, None if told is None else (told - asked).total_seconds())

    async def _grep(self, session: Session, name: str) -> Failure | None:
        take = self.begin(name, self.clock)
        walk = walks.grep(name, Subscription(self._subscription))
        try:
            text = (await session.walk(walk, lambda part: take(part.encode("utf-8", "replace")))).replies["text"]
        except Declined as declined:
            return declined.failure
        head = text[:400]
        if unable := _UNABLE.search(head):
            said = show(unable[0].strip(), 120)
            hint = "logconfig lists the logs; name one with --log"
            return Failure(FailureKind.COMMAND, f"{self.peer}: {self._subscription} was not searched ({said})", hint)
        if not _NOTHING.search(head):
            take(text.encode("utf-8", "replace"))
        return None

    # -------------------------------------------------------------------------------------------------------- Unix
    async def unix(
        self,
        connection: asyncssh.SSHClientConnection,
        domains: Sequence[str],
        found: list[Searched],
        pause: float,
    ) -> None:
        platform = self.node.settings.platform
        if platform is None:
            raise failed(FailureKind.COMMAND, f"{self.peer}: no platform is declared, so nothing was asked")
        limits = self.dialer.limits
        asked = self.wall()
        told = await execute(connection, encode(LOCAL_CLOCK), self.peer, limits.command, limits.output)
        self.clock = _unix_clock(told.text, asked)
        for at, name in enumerate(domains):
            if at:
                await asyncio.sleep(pause)
            found.append(await self._file(connection, platform, name))

    async def _file(self, connection: asyncssh.SSHClientConnection, platform: Platform, name: str) -> Searched:
        """Search the first log that is there, its rotated files before it."""
        plain, packed = _ENTRIES[platform]
        take = self.begin(name, self.clock)
        for path in (self.log,) if self.log else FILES[platform]:
            older, failures = await self._older(connection, path)
            for one in older:
                failures.append(await self._rotated(connection, plain, packed, name, one, take))
            done = await self._run(connection, plain, name, path, take)
            unread = done.status not in (0, 1)
            if unread and not older and _ABSENT.search(done.complaint):
                continue
            if unread:
                failures.insert(0, _why(done, self.peer, path))
            failure = next((one for one in failures if one is not None), None)
            return Searched(self.node.name, name, path, self.clock, failure)
        tried = self.log or ", ".join(FILES[platform])
        hint = "name its file with --log; what the journal alone keeps: journalctl on the node, piped into fleet logs -"
        why = Failure(FailureKind.COMMAND, f"{self.peer}: there is no mail log ({tried})", hint)
        return Searched(self.node.name, name, tried, self.clock, why)

    async def _older(
        self, connection: asyncssh.SSHClientConnection, path: str
    ) -> tuple[tuple[Rotated, ...], list[Failure | None]]:
        """The rotated files of ``path``, with their folder; why they are not known."""
        if not self.older:
            return (), []
        folder, _, base = path.rpartition("/")
        if folder not in self.listed:
            line = encode(LIST_LOGS) if folder == _LOGS else encode(LIST_LOGS_BELOW, folder)
            limits = self.dialer.limits
            self.listed[folder] = await execute(connection, line, self.peer, limits.command, limits.output)
        done = self.listed[folder]
        if done.status != 0:
            return (), [_why(done, self.peer, f"the rotated files in {folder}")]
        found = rotated(done.text.splitlines(), base, self.older)
        return tuple(Rotated(f"{folder}/{one.name}", one.packed) for one in found), []

    async def _rotated(
        self,
        connection: asyncssh.SSHClientConnection,
        plain: Entry,
        packed: Entry,
        name: str,
        file: Rotated,
        take: Take,
    ) -> Failure | None:
        if file.packed not in ("", PACKED):
            hint = f"only {PACKED} is read there: copy the file and unpack it into fleet logs -"
            return Failure(FailureKind.COMMAND, f"{self.peer}: {file.name} was not searched, it is packed", hint)
        done = await self._run(connection, packed if file.packed else plain, name, file.name, take)
        return None if done.status in (0, 1) else _why(done, self.peer, file.name)

    async def _run(
        self, connection: asyncssh.SSHClientConnection, entry: Entry, name: str, path: str, take: Take
    ) -> Output:
        limits = self.dialer.limits
        return await execute(connection, encode(entry, name, path), self.peer, limits.errand, limits.log, take)


def _unix_clock(text: str, asked: datetime) -> NodeClock:
    """``2026-11-25T16:00:00+0100``: the offset of now, which older lines may not share."""
    try:
        told = datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return NodeClock()
    offset = told.utcoffset() or timedelta()
    return NodeClock(timezone(offset) if offset else UTC, (told - asked).total_seconds())


def _why(done: Output, peer: str, path: str) -> Failure:
    """Why the file was not searched.  What the node said may name people: addresses go."""
    said = show(_ADDRESS.sub("<address>", done.complaint.strip().rpartition("\n")[2]), 160)
    if done.missing:
        return Failure(FailureKind.COMMAND, f"{peer}: there is no grep on the node")
    if re.search(r"(?i)denied|not permitted", done.complaint):
        return Failure(
            FailureKind.ROLE, f"{peer}: the user may not read {path} ({said})", "Debian: group adm may read it"
        )
    return Failure(FailureKind.COMMAND, f"{peer}: {path} was not searched ({said or 'grep said nothing'})")
