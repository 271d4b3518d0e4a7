"""One look at the delivery queue of one node: what waits, by destination.

An appliance shows its twenty fullest destinations, and is asked for the watched ones one by one; Postfix and Exim list
every message, which is counted while it arrives.  None of what they print is kept: it is full of people's addresses.
``look_at_queue`` never raises for anything remote.  May import ``fleet.model``, ``fleet.errors``, ``fleet.clock``,
``fleet.text`` and this package.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import asyncssh

from fleet.clock import WallClock, now
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node, Platform
from fleet.model.queue import HostState, Queue, Waiting
from fleet.nodes.asyncos import queue as appliance
from fleet.nodes.asyncos import walks
from fleet.nodes.asyncos.grammar import Level
from fleet.nodes.asyncos.session import Declined, Session
from fleet.nodes.commands import EXIM4_QUEUE, EXIM_QUEUE, POSTQUEUE, Entry, encode
from fleet.nodes.dial import Dialer
from fleet.nodes.execute import Output, execute
from fleet.nodes.failures import failed, from_exception
from fleet.nodes.poll import Kept, connected
from fleet.nodes.reading import Unparsed
from fleet.nodes.shell import Shell
from fleet.nodes.unix.queue import Counter, EximCounter, Feed, PostfixCounter
from fleet.text import show

_ADDRESS = re.compile(r"\S+@\S+")


async def look_at_queue(
    node: Node, dialer: Dialer, watched: Iterable[str] = (), *, kept: Kept | None = None, clock: WallClock = now
) -> Queue | Failure:
    """What waits on ``node``; ``watched``: destinations to know of even where others are fuller."""
    peer = show(node.name, 80)
    try:
        async with asyncio.timeout(dialer.limits.poll):
            async with connected(node, dialer, kept) as connection:
                if node.settings.platform is Platform.ASYNCOS:
                    return await _appliance(connection, node, dialer, tuple(watched), clock)
                return await _unix(connection, node, dialer, clock)
    except RemoteError as error:
        return error.failure
    except TimeoutError:
        return Failure(FailureKind.TIMEOUT, f"{peer}: its queue was not read within {dialer.limits.poll:g} s")


async def _appliance(
    connection: asyncssh.SSHClientConnection, node: Node, dialer: Dialer, watched: tuple[str, ...], clock: WallClock
) -> Queue:
    limits, peer = dialer.limits, show(node.name, 80)
    shell = await Shell.open(connection, peer, limits.command)
    try:
        session = Session(shell, peer, limits)
        await session.start()
        if session.level in (Level.CLUSTER, Level.GROUP):
            raise failed(
                FailureKind.CLUSTER_MODE,
                f"{peer}: the session is at {session.level} level, where no queue is shown",
                "let the monitor's user log in at machine level",
            )
        found = await _shown(session, node.name, watched, limits.watched, clock)
        await session.end()
    except (OSError, asyncssh.Error) as error:
        raise from_exception(error, peer) from error
    finally:
        shell.close()
    return found


async def _shown(session: Session, node: str, watched: tuple[str, ...], most: int, clock: WallClock) -> Queue:
    at = clock()
    missing: list[str] = []
    waiting: dict[str, Waiting] = {}
    unread = 0
    try:
        top = appliance.parse_tophosts((await session.walk(walks.TOPHOSTS)).replies["text"])
        waiting = {one.domain: one for one in top.waiting}
        unread = top.unread
    except (Declined, Unparsed) as problem:
        missing.append(f"tophosts: {problem}")
    if unread:
        missing.append(f"{unread} rows of 'tophosts' were not understood")
    total: appliance.StatusDetail | None = None
    try:
        total = appliance.parse_status_detail((await session.walk(walks.STATUS_DETAIL)).replies["text"])
    except (Declined, Unparsed) as problem:
        missing.append(f"status detail: {problem}")
    for name in watched[:most]:
        waiting[name] = await _one(session, name, waiting.get(name), at)
    if len(watched) > most:
        missing.append(f"{len(watched) - most} watched destinations were not asked for: {most} are asked in one look")
    return Queue(
        node,
        at,
        tuple(sorted(waiting.values(), key=lambda one: (-(one.recipients or 0), one.domain))),
        recipients=total.recipients if total else None,
        oldest=appliance.arrived(total.oldest, at) if total else None,
        unread=unread,
        missing=tuple(missing),
    )


async def _one(session: Session, name: str, listed: Waiting | None, at: datetime) -> Waiting:
    """What the appliance says of one destination; where it says nothing, the list's row stands."""
    walk = walks.hoststatus(name)
    source = f"hoststatus {name}"
    try:
        said = appliance.parse_hoststatus((await session.walk(walk)).replies["text"], name)
        why = "the appliance has no record of it"
    except (Declined, Unparsed) as problem:
        said, why = None, str(problem)
    if said is not None:
        return Waiting(name, said.recipients, appliance.arrived(said.oldest, at), said.host, source)
    return replace(listed, why=why) if listed else Waiting(name, None, None, HostState.UNKNOWN, source, why)


async def _unix(connection: asyncssh.SSHClientConnection, node: Node, dialer: Dialer, clock: WallClock) -> Queue:
    if node.settings.platform is None:
        raise failed(FailureKind.COMMAND, f"{show(node.name, 80)}: no platform is declared, so nothing was asked")
    at = clock()
    counter: Counter = PostfixCounter() if node.settings.platform is Platform.POSTFIX else EximCounter(at)
    entries = (POSTQUEUE,) if node.settings.platform is Platform.POSTFIX else (EXIM_QUEUE, EXIM4_QUEUE)
    for entry in entries:
        done = await _counted(connection, node, dialer, entry, counter)
        if not done.missing:
            break
    if done.status != 0:
        raise failed(FailureKind.COMMAND, *_why(done, show(node.name, 80)))
    return counter.count.queue(node.name, at, " ".join(word for word in entry.words[3:] if isinstance(word, str)))


async def _counted(
    connection: asyncssh.SSHClientConnection, node: Node, dialer: Dialer, entry: Entry, counter: Counter
) -> Output:
    feed, limits = Feed(counter), dialer.limits
    done = await execute(connection, encode(entry), show(node.name, 80), limits.errand, limits.queue, feed.take)
    feed.end()
    return done


def _why(done: Output, peer: str) -> tuple[str, str]:
    """Why there is no listing, and what may help.  What the node said may name people: addresses go."""
    said = show(_ADDRESS.sub("<address>", done.complaint.strip().rpartition("\n")[2]), 160)
    if done.missing:
        return f"{peer}: there is no such program on the node: another platform than declared?", ""
    if re.search(r"(?i)denied|not permitted|not allowed|not authori[sz]ed|admin", done.complaint) or not said:
        return (
            f"{peer}: the user may not list the queue ({said or 'the program said nothing'})",
            "Postfix: authorized_mailq_users; Exim: queue_list_requires_admin = false, or an admin group",
        )
    return f"{peer}: the queue was not listed ({said})", ""
