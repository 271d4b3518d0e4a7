"""Alerts of the running program: what is known becomes a situation, and what that calls for is told.

Only whoever schedules tells: a second monitor of the same profile follows and says nothing.

May import ``fleet.alerts``, ``fleet.views``, ``fleet.nodes`` (when needed) and the modules beside.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fleet.alerts import (
    Courier,
    Delivery,
    Mail,
    Memory,
    Notice,
    Situation,
    Watch,
    load_memory,
    memory_of,
    remind,
    save_memory,
)
from fleet.model import Mode
from fleet.model.fleet import Fleet
from fleet.monitor import CheckEntry, State
from fleet.views.board import Outlook, Picture, known_fleet, outlook
from fleet.views.board.outlook import Fate, domains_of, newest_check, policy_and_mode

LOOK_SECONDS = 1.0
_BEHIND_SECONDS = 0.1
"""Between two looks while forecasts are still being made."""


def situation_of(picture: Picture) -> Situation:
    """What alerts look at, of ``picture``."""
    seen, fleet = outlook(picture), known_fleet(picture)
    if fleet is None:
        return Situation(picture.state, picture.now, {})
    domains = domains_of(picture.state)
    mail = {domain: ways for domain in domains if (ways := _mail_to(picture, seen, fleet, domain))}
    validation = picture.validation
    if validation is None or validation.report is None:
        return Situation(picture.state, picture.now, mail)
    diagnostics = (one.finding for one in validation.reading.diagnostics)
    return Situation(picture.state, picture.now, mail, (*diagnostics, *validation.report.findings))


def _mail_to(picture: Picture, seen: Outlook, fleet: Fleet, domain: str) -> tuple[Mail, ...]:
    """The ways of mail to ``domain``, made anew only where its checks or its forecast became others."""
    fate = None if seen.pending(domain) else seen.fate(domain)
    entries = picture.state.checks_of(domain)

    def make() -> tuple[Mail, ...]:
        return tuple(_mail(picture, seen, fleet, at, domain, fate) for at in range(len(seen.ways)))

    return picture.memo.get(("mail", domain), (fate, seen.generation, entries), make)


def _mail(picture: Picture, seen: Outlook, fleet: Fleet, at: int, domain: str, fate: Fate | None) -> Mail:
    way = seen.ways[at]
    core = fate.cores[at] if fate is not None else None
    entry = _entry(picture.state, domain, fate, at)
    policy, mode = policy_and_mode(fleet, way, domain)
    foretold = seen.foretold(picture, way, domain) if core is not None and core.stopped else None
    sentence = foretold.sentence if foretold is not None else ""
    return Mail(way.group.names, core, entry, policy, mode or Mode.OPPORTUNISTIC, sentence)


def _entry(state: State, domain: str, fate: Fate | None, at: int) -> CheckEntry | None:
    """The check that the forecast of a way rests on."""
    verdict = fate.verdicts[at] if fate is not None else None
    found = (entry for entry in state.checks_of(domain) if verdict is not None and entry.verdict is verdict)
    return next(found, None) or newest_check(state, domain)


async def find_secret(reference: str) -> str:
    """The secret that ``reference`` names, from the environment or the keyring."""
    from fleet.nodes.secrets import find_secret as find  # noqa: PLC0415  start-up stays light

    return await find(reference)


class Alerting:
    """Looks at the picture once a second, tells what is to be told, and keeps account of it.

    ``picture`` gives everything known now; ``listeners`` are told each notice, ``sent`` each try to send one.
    """

    def __init__(self, picture: Callable[[], Picture]) -> None:
        self._picture = picture
        self._memory: Memory | None = None
        self.watch = Watch()
        self.courier = Courier(find_secret, self._tried)
        self.told = 0
        """How many notices there were."""
        self.listeners: list[Callable[[Notice], None]] = []
        self.sent: list[Callable[[Delivery], None]] = []

    async def run(self, memory: Path | None) -> None:
        """Until cancelled.  ``memory``: where what was told is kept; None: nowhere."""
        if memory is not None:
            remind(self.watch, await asyncio.to_thread(load_memory, memory))
        try:
            while True:
                picture = self._picture()
                self.look(situation_of(picture))
                if memory is not None:
                    await self._keep(memory)
                await asyncio.sleep(_BEHIND_SECONDS if outlook(picture).behind else LOOK_SECONDS)
        finally:
            await self.courier.close()

    def look(self, situation: Situation) -> None:
        """Take in ``situation``, and have what it calls for carried."""
        fleet = situation.state.fleet
        self.courier.settle(fleet.name if fleet is not None else "", situation.settings)
        notices = self.watch.look(situation)
        self.told += len(notices)
        self.courier.carry(notices)
        for notice in notices:
            for listener in self.listeners:
                listener(notice)

    def counts(self) -> Counter[tuple[str, str]]:
        """How many alerts there are, by condition and phase."""
        return Counter((str(alert.reading.condition), str(alert.phase)) for alert in self.watch.alerts.values())

    async def _keep(self, path: Path) -> None:
        memory = memory_of(self.watch, self.courier.states)
        if memory != self._memory:
            self._memory = memory
            with contextlib.suppress(OSError):  # the history beside it says that nothing can be written
                await asyncio.to_thread(save_memory, path, memory)

    def _tried(self, delivery: Delivery) -> None:
        for listener in self.sent:
            listener(delivery)
