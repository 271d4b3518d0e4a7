"""The engine that polls and checks, and writes down what it sees.

It comes to life in three steps, each after the screen had its turn: an empty picture at once, the history in slices,
then schedules.  Whoever already schedules for this profile is left to it: this one follows then, and takes over when
that one is gone, however it went.

Every part runs as a task of its own, under somebody who survives it: an exception in one is said and the part is
started again, the others go on.  May import every room below faces and the modules beside.
"""

import asyncio
import contextlib
import getpass
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fleet import clock
from fleet.alerts import Kind, Notice, memory_path
from fleet.alerts.messages import brief_of
from fleet.faces.live import acting
from fleet.faces.live.alerting import Alerting
from fleet.faces.live.auditing import Known, keep_auditing
from fleet.faces.live.checking import Checks
from fleet.faces.live.past import Look
from fleet.faces.live.polling import Polls
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.queueing import keep_looking
from fleet.faces.live.reach import Reach
from fleet.faces.live.recorded import follow_into, restore_into
from fleet.faces.live.shown import Shown
from fleet.faces.live.targets import Watched, watched
from fleet.faces.tui.engine import Deed, Reply, Request
from fleet.history import History, HistoryError, Lease, LeaseHeld, open_history, take_lease
from fleet.model.event import Activity, Event, NodeObserved, ProfileLoaded
from fleet.model.observation import Observation
from fleet.monitor import Backoff, Engine, Limits, Listener, Monitor, Touched
from fleet.network.own_name import own_name
from fleet.nodes.backoff import STUBBORN
from fleet.plain import UnknownEvent
from fleet.text import show
from fleet.views import Mark

_FIRST_PAINT = 0.05
"""Seconds that the screen has to itself at the start."""
_PROFILE_SECONDS = 0.5
_FOREIGN_SECONDS = 1.0
_LEASE_SECONDS = 1.0
"""Between two attempts of a follower to take over: one lock asked for."""
_AGAIN_SECONDS = 1.0
"""Before a part that failed is started again."""
_LONGEST_BACKOFF = 600.0
_NEWS = 100
"""Alerts kept for a screen that does not look."""
_OVER = (Kind.RESOLVED, Kind.GONE)


class LiveEngine(Shown):
    """Polls the nodes of ``profile`` and checks its destinations over ``reach``.

    ``history``: where events are written; None: nowhere.  ``poll_seconds``: the interval between polls to begin with,
    in place of the usual one.
    """

    def __init__(
        self,
        profile: ProfileFile,
        reach: Reach,
        history: Path | None,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        poll_seconds: int = 0,
        wall: clock.WallClock = clock.now,
    ) -> None:
        super().__init__(profile, "starting", "This has not started yet.", wall=wall)
        self._history_path = history
        self._limits = limits
        self._first_poll_seconds = poll_seconds
        self._lease: Lease | None = None
        self.polls = Polls(lambda: self.state.fleet)
        self.checks = Checks(reach, lambda: (self.state.fleet.ehlo if self.state.fleet else "") or own_name())
        self.watched = Watched()
        self._scheduled: set[str] = set()
        self._seen_anew = False
        self._written = False
        self.monitor: Monitor | None = None
        self.engine: Engine | None = None
        self.who = _who()
        self._hearers: list[Listener] = []
        self.alerting = Alerting(self.picture)
        self.alerting.listeners.append(self._alerted)
        self._news: deque[Notice] = deque(maxlen=_NEWS)

    def listen(self, hearer: Listener) -> None:
        """Call ``hearer`` with every event, when State contains it."""
        self._hearers.append(hearer)

    def deeds(self) -> Mapping[Deed, Callable[[Request], Awaitable[Reply]]]:
        """What it does: all of it, unless another monitor does it."""
        looks = super().deeds()
        return looks if self.engine is None else {**looks, **acting.deeds(self, self.engine)}

    def history_look(self) -> Look | None:
        """Into what this monitor writes, or the one it follows."""
        ready = self._written or (self.kind == "follower" and self.through)
        return Look(self._history_path, self.wall, self.redraw) if ready and self._history_path is not None else None

    async def run(self) -> None:
        """Until cancelled; then everything ends within a second."""
        await asyncio.sleep(_FIRST_PAINT)
        try:
            if (held := self._take_lease()) is not None:
                await self._follow_until_leased(held)
            await self._work(await self._open_history())
        finally:
            if self._lease is not None:
                self._lease.release()

    # Coming to life

    def _take_lease(self) -> str | None:
        """Take the right to schedule; a sentence where another monitor has it."""
        if self._history_path is None:
            return None
        try:
            lease = take_lease(self._history_path)
        except HistoryError as error:
            if self.kind == "follower":
                return str(error)  # the other may well be there: two of us must never poll
            self.trouble = f"nothing is written down: {show(str(error), 200)}"
            self._history_path = None
            return None
        if isinstance(lease, LeaseHeld):
            return lease.sentence
        self._lease = lease
        return None

    async def _open_history(self) -> History | None:
        """The history, with all it knows restored; None where nothing can be written down."""
        if self._history_path is None:
            return None
        try:
            history = open_history(self._history_path, leased=True)
        except HistoryError as error:
            self.trouble = f"nothing is written down: {show(str(error), 200)}"
            return None
        try:
            if not 0 < self.through <= history.last_number():  # what a follower knows already stays on the screen
                await restore_into(self, history)
        except HistoryError as error:
            history.close()
            self.trouble = f"nothing is written down: {show(str(error), 200)}"
            return None
        return history

    async def _follow_until_leased(self, sentence: str) -> None:
        """Show what the other monitor writes until it is gone."""
        assert self._history_path is not None
        self.kind, self.refusal = (
            "follower",
            f"{show(sentence[:1].upper() + sentence[1:], 300)}, and takes over when that one ends.",
        )
        path = self._history_path
        parts = [
            asyncio.ensure_future(self._survive("following", lambda: follow_into(self, path))),
            asyncio.ensure_future(self._survive("judging", self.judging.run)),
        ]
        try:
            while self._take_lease() is not None:  # noqa: ASYNC110 - a lock of another process wakes nobody
                await asyncio.sleep(_LEASE_SECONDS)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)

    async def _work(self, history: History | None) -> None:
        notice = history.notice if history is not None else None
        self._written = history is not None
        monitor = self.monitor = Monitor(
            self.state, history, through=self.through, trouble=self.trouble, wall=self.wall
        )
        monitor.listen(self._heard)
        if notice is not None:
            self.trouble = show(notice.sentence, 500)
        self.engine = Engine(
            monitor.publish,
            self.state,
            poll=self.polls,
            check=self.checks,
            limits=self._limits,
            backoff=Backoff(
                longest=max(self._first_poll_seconds, 5.0) if self._first_poll_seconds else _LONGEST_BACKOFF,
                locks_out=lambda failure: failure.kind in STUBBORN,
            ),
            wall=self.wall,
        )
        self.kind, self.refusal = "live", "That cannot be done here."
        if self._first_poll_seconds:
            self.engine.set_interval(Activity.POLL, self._first_poll_seconds)
        self._load_profile()
        engine = self.engine
        memory = memory_path(self._history_path) if self._history_path is not None and history is not None else None
        try:
            await asyncio.gather(
                self._survive("the schedule", engine.run),
                self._survive("judging", self.judging.run),
                self._survive("housekeeping", monitor.keep_house),
                self._survive("reading the profile", self._follow_profile),
                self._survive("reading the history", self._take_foreign),
                self._survive("auditing resolvers", self._audit),
                self._survive("looking at queues", self._look_at_queues),
                self._survive("alerting", lambda: self.alerting.run(memory)),
            )
        finally:
            with contextlib.suppress(asyncio.CancelledError):
                await self.polls.close()
            monitor.close()

    async def _survive(self, what: str, part: Callable[[], Awaitable[Any]]) -> None:
        """Run ``part`` for ever: what it raises is said, then it starts again."""
        while True:
            try:
                await part()
                return
            except Exception as error:
                self.trouble = f"{what} failed ({type(error).__name__}: {show(str(error), 120)}); it starts again"
                self.tell()
                await asyncio.sleep(_AGAIN_SECONDS)

    # Parts

    def publish(self, event: Event) -> None:
        """Something happened."""
        if self.monitor is not None:
            self.monitor.publish(event)

    def reschedule(self) -> None:
        """Poll and check what the fleet, as it is known now, asks for."""
        fleet = self.state.fleet
        if fleet is None or self.engine is None:
            return
        found = watched(fleet, self.observations())
        if found != self.watched or set(fleet.nodes) != self._scheduled:
            self.watched, self._scheduled = found, set(fleet.nodes)
            self.engine.schedule(fleet.nodes, found.targets)

    def observations(self) -> dict[str, Observation]:
        """What is known of nodes."""
        known = ((name, entry.known) for name, entry in self.state.nodes.items())
        return {name: seen for name, seen in known if seen is not None}

    def _load_profile(self) -> None:
        self.publish(ProfileLoaded(self.wall(), self.profile.fleet, str(self.profile.path), self.profile.sha256))
        self.reschedule()

    async def _follow_profile(self) -> None:
        while True:
            await asyncio.sleep(_PROFILE_SECONDS)
            if self.profile.read_again():
                self._load_profile()
                self.tell()

    async def _take_foreign(self) -> None:
        while True:
            await asyncio.sleep(_FOREIGN_SECONDS)
            if self.monitor is not None:
                self.monitor.take_foreign()
            if self._seen_anew:  # not with every poll of a thousand nodes
                self._seen_anew = False
                self.reschedule()

    async def _audit(self) -> None:
        await keep_auditing(
            self.checks, lambda: self.profile.fleet.references, self._auditable, self.polls.through, self.publish
        )

    async def _look_at_queues(self) -> None:
        await keep_looking(self.queueing, self.polls.queue, self.publish)

    def queueing(self) -> list[tuple[str, tuple[str, ...]]]:
        """External nodes whose last poll was good, and the destinations to ask them for; nobody while paused."""
        fleet = self.state.fleet
        if fleet is None or self.state.paused:
            return []
        names = [node.name for node in fleet.nodes.values() if fleet.tiers[node.tier].external]
        entries = ((name, self.state.nodes.get(name)) for name in names)
        good = [name for name, entry in entries if entry is not None and entry.seen_at and entry.failure is None]
        watched = tuple(fleet.destinations)
        return [(name, watched) for name in good]

    def _auditable(self) -> list[Known]:
        """Nodes that a poll was made of; the others wait for theirs."""
        fleet, nodes = self.state.fleet, self.state.nodes
        tried = ((node, nodes.get(node.name)) for node in (fleet.nodes.values() if fleet is not None else ()))
        return [Known.of(node, entry) for node, entry in tried if entry is not None and (entry.known or entry.failure)]

    def news(self) -> Sequence[Reply]:
        """What alerts told since this was last asked."""
        found = [Reply(brief_of(one), Mark.OK if one.kind in _OVER else Mark.FAIL) for one in self._news]
        self._news.clear()
        return found

    def _alerted(self, notice: Notice) -> None:
        self._news.append(notice)
        self.redraw()

    def _heard(self, event: Event | UnknownEvent, touched: Touched) -> None:
        if isinstance(event, NodeObserved):
            self._seen_anew = True
        for hearer in self._hearers:
            hearer(event, touched)
        self.tell()


def _who() -> str:
    """Who acts on this screen, for those who read it later."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no such user, as in a container
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
