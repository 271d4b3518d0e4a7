"""Running the dashboard: options to an engine, an engine and the application on one loop, and a quick end.

May import ``fleet.faces.live``, ``fleet.faces.tui`` and what lies below; textual loads when the terminal is known to be
one.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.serving import SERVED, serve
from fleet.faces.cli.threads import Threads
from fleet.text import show

if TYPE_CHECKING:
    from fleet.faces.live.live import LiveEngine
    from fleet.faces.live.recorded import FollowEngine, ReplayEngine
    from fleet.faces.tui.app import FleetApp

_LAST_WORDS = 0.9
"""Seconds the engine has for closing what is open."""


@dataclass(frozen=True, slots=True)
class WatchAsked:
    """What was asked for."""

    profile: Path
    replay: Path | None = None
    speed: float = 1.0
    follow: bool = False
    ascii_only: bool = False
    resolvers: tuple[str, ...] = ()
    anchors: tuple[Path, ...] = ()
    network: Path | None = None
    smtp: bool = True
    history: Path | None = None
    roots: Path | None = None


def watch_fleet(asked: WatchAsked) -> ExitCode:
    """Show the dashboard until it is left."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) and not (SERVED in os.environ and asked.follow):
        raise UsageError("fleet watch is for a terminal; in a pipe use fleet validate, fleet check or fleet poll")
    engine = make_engine(asked)
    for line in run_app(engine, asked):
        print(line)
    return ExitCode.CLEAN


def make_engine(asked: WatchAsked) -> "LiveEngine | FollowEngine | ReplayEngine":
    """The engine asked for; everything wrong with an option is said here."""
    from fleet.faces.live.profile_file import ProfileFile

    if asked.replay is not None and asked.follow:
        raise UsageError("--replay shows what was, --follow what is: name one")
    profile = ProfileFile(asked.profile)
    history = asked.history if asked.history is not None else default_history(asked.profile)
    if asked.replay is not None:
        from fleet.faces.live.recorded import ReplayEngine

        if not asked.replay.is_file():
            raise UsageError(f"{show(str(asked.replay))} cannot be replayed: there is no such file")
        return ReplayEngine(profile, asked.replay, asked.speed)
    if asked.follow:
        from fleet.faces.live.recorded import FollowEngine

        return FollowEngine(profile, history)
    from fleet.faces.live.live import LiveEngine
    from fleet.faces.live.reach import Reach

    reach = Reach(asked.network, asked.resolvers, asked.anchors, asked.roots, asked.smtp)
    _check(reach.network, reach.resolvers, reach.anchors)
    return LiveEngine(profile, reach, history)


def default_history(profile: Path) -> Path:
    """Where the history of ``profile`` is kept."""
    from fleet.history import history_path
    from fleet.settings import state_folder

    return history_path(profile, state_folder())


def _check(network: Path | None, resolvers: Sequence[str], anchors: Sequence[Path]) -> None:
    """Read what the options name, before the screen is taken; only what was named is loaded."""
    if network is not None:
        from fleet.network.mapped import open_network

        open_network(network)
    if resolvers:
        from fleet.network.endpoint import parse_endpoint

        for text in resolvers:
            parse_endpoint(text, 53)
    if anchors:
        from fleet.dnssec.anchors import load_trust_anchors

        for path in anchors:
            load_trust_anchors(path)


def run_app(
    engine: "LiveEngine | FollowEngine | ReplayEngine", asked: WatchAsked, tour: Sequence[str] = ()
) -> Sequence[str]:
    """Run the application over ``engine``, with a ``tour`` to read first; the lines it leaves for the shell."""
    from fleet.faces.tui.actions import ACTIONS
    from fleet.faces.tui.app import FleetApp
    from fleet.faces.tui.delivery import Surroundings
    from fleet.settings import Known, config_folder, load, read_columns, read_commands, state_folder

    served = SERVED in os.environ
    reading = load(config_folder() / "settings.toml", Known(frozenset(action.id for action in ACTIONS)))
    surroundings = Surroundings(
        settings=reading.settings,
        problems=tuple(map(str, reading.problems)),
        columns=read_columns(state_folder()),
        commands=() if served else tuple(read_commands(state_folder())),
        state=None if served else state_folder(),
        ascii=asked.ascii_only or not (sys.stdout.encoding or "").lower().startswith("utf"),
        editor=not served,
    )
    app = FleetApp(engine, surroundings)
    with asyncio.Runner() as runner:
        return runner.run(_together(app, engine.run, tour))


async def _together(app: "FleetApp", work: Callable[[], Any], tour: Sequence[str]) -> Sequence[str]:
    asyncio.get_running_loop().set_default_executor(Threads())
    working = asyncio.ensure_future(work())
    if tour:
        from fleet.faces.tui.overlays.reading import ReadingOverlay

        title = "A short tour; esc closes it, fleet demo --tour opens it"
        app.call_later(app.push_screen, ReadingOverlay(title, tour, wrap=True))
    try:
        return await app.run_async() or ()
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([working], timeout=_LAST_WORDS)


def serve_watch(asked: WatchAsked, port: int) -> ExitCode:
    """Offer the follow-only view in a browser, on this machine only."""
    make_engine(asked)  # what is wrong with the options is said here, not in the browser
    return serve(asked.profile, asked.history, port)
