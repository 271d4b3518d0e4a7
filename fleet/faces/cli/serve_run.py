"""Running ``fleet serve``: options to a service, lines to stdout without waiting for who reads them, a quick end.

May import ``fleet.faces.live`` and what lies below.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from typing import TextIO

from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.heap import one_heap
from fleet.faces.cli.threads import Threads
from fleet.faces.cli.watch_run import WatchAsked, make_engine
from fleet.faces.live.live import LiveEngine
from fleet.faces.live.metrics_server import parse_listen
from fleet.faces.live.service import Outlets, Service
from fleet.history import HistoryError, Lease, LeaseHeld, take_lease
from fleet.text import show

_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LAST_WORDS = 0.9
"""Seconds the service has for closing what is open."""
_LINES = 10_000
"""Lines that wait for a slow reader; more are lost, and their number is said."""


@dataclass(frozen=True, slots=True)
class ServeAsked:
    """What was asked for."""

    watch: WatchAsked
    listen: str
    textfile: Path | None = None
    jsonl: bool = False


def serve_fleet(asked: ServeAsked) -> ExitCode:
    """Serve until told to end."""
    one_heap()
    for one in _ENDS:
        signal.signal(one, _leave)  # until the loop takes them: reading a large profile takes a while
    listen = None if asked.listen == "none" else parse_listen(asked.listen)
    if asked.textfile is not None and not asked.textfile.parent.is_dir():
        raise UsageError(f"{show(str(asked.textfile))} cannot be written: there is no such folder")
    engine = make_engine(asked.watch)
    assert isinstance(engine, LiveEngine)
    lines, said = _Lines(sys.stdout) if asked.jsonl else None, _Lines(sys.stderr)
    outlets = Outlets(listen, asked.textfile, lines.put if lines is not None else None)
    service = Service(engine, outlets, lambda sentence: said.put(f"fleet: {sentence}"))
    fleet = engine.profile.fleet
    narrate(
        f"watching {len(fleet.nodes):,} nodes and {len(fleet.destinations):,} destinations of "
        f"{show(str(asked.watch.profile))}; SIGTERM or Ctrl-C ends"
    )
    wrong = engine.profile.reading.diagnostics
    if wrong:
        narrate(f"mistakes in the profile: {len(wrong):,}; what they concern is left out (fleet validate tells them)")
    writer = _writer_of(asked.textfile) if asked.textfile is not None else None
    try:
        with asyncio.Runner() as runner:
            runner.run(_until_told(service))
    finally:
        for stream in (lines, said):
            if stream is not None:
                stream.close()
        if writer is not None:
            writer.end()
    narrate("ended")
    return ExitCode.CLEAN


def _writer_of(textfile: Path) -> Lease | None:
    """The right to write ``textfile``; None where no lock can be made there, which writing will then say.

    Raises UsageError where another process writes it: the two would put each other's numbers out in turn.
    """
    place = textfile.resolve()
    try:
        lease = take_lease(place.with_name(f".{place.name}"))
    except HistoryError:
        return None
    if isinstance(lease, LeaseHeld):
        raise UsageError(f"{show(str(textfile))} is written by another fleet serve: give each a file of its own")
    return lease


def _leave(_number: int, _frame: object) -> None:
    """Told to end before there was anything to close."""
    raise SystemExit(ExitCode.CLEAN)


def narrate(sentence: str) -> None:
    """One sentence for whoever reads along; nobody may."""
    with contextlib.suppress(OSError, ValueError):
        print(f"fleet: {sentence}", file=sys.stderr, flush=True)


async def _until_told(service: Service) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(Threads())
    told = asyncio.Event()
    for one in _ENDS:
        loop.add_signal_handler(one, told.set)
    working = asyncio.ensure_future(service.run())
    waiting = asyncio.ensure_future(told.wait())
    await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait([working], timeout=_LAST_WORDS)
    elif not working.cancelled():
        working.result()


class _Lines:
    """Lines for a stream, written by a thread: who reads slowly, or not at all, holds up nobody but himself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: Queue[str | None] = Queue(_LINES)
        self._lost = 0
        self._gone = False
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Have ``line`` written, if there is room and somebody reads."""
        if self._gone:
            return
        try:
            self._waiting.put_nowait(line)
        except Full:
            self._lost += 1

    def close(self) -> None:
        """Write what waits, for a moment."""
        with contextlib.suppress(Full):
            self._waiting.put_nowait(None)
        self._thread.join(0.2)
        if self._lost:
            narrate(f"{self._lost:,} lines of events were lost: nobody read them fast enough")

    def _write(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                self._gone = True
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())  # what is buffered must go
                os.close(nowhere)
                with contextlib.suppress(Empty):
                    while True:
                        self._waiting.get_nowait()
                narrate("whoever read the events has gone; the monitor goes on")
                return
