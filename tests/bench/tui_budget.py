"""What the dashboard costs: 1,000 rows, and 5,000 panels, at 200 changes a second, on a real terminal.

``python tests/bench/tui_budget.py`` prints, for tables, walls and views: the share of one core, bytes a second to the
terminal, the 99th percentile of how late the loop is, and the time from a key to what it paints.  Every change moves
its row, for the worst stand first.  The terminal is a pseudo-terminal of 140x45 that this script reads; nothing
interprets what is sent.

Wanted: at most 25 % of a core, 30 KiB/s, 50 ms, 100 ms.
"""

import argparse
import asyncio
import gc
import json
import os
import pty
import random
import select
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "faces" / "tui"), str(Path(__file__).parents[1])]

SECONDS = 8.0
WARM = 2.0
SCENES = {
    "table": (1_000, "view_fleet"),
    "wall": (5_000, "view_destinations"),
    "fleet": (0, "view_fleet"),
    "destinations": (0, "view_destinations"),
    "resolvers": (0, "view_resolvers"),
    "findings": (0, "view_findings"),
    "drift": (0, "view_drift"),
    "events": (0, "view_events"),
}
"""The first two show made-up rows, the others the views of a State of ``NODES`` and ``DESTINATIONS``."""
NODES, DESTINATIONS = 1_000, 5_000


def child(scene: str, report: Path) -> None:
    """The dashboard, changing by itself; writes what it measured of itself."""
    from fleet.faces.tui.app import FleetApp

    count, view = SCENES[scene]
    engine, happens = (_made_up if count else _watched)(count)
    # What is known of thousands of things lives for ever: the collector need not look at it again and again.
    gc.freeze()
    started = time.monotonic()

    class Measured(FleetApp):
        async def on_mount(self) -> None:
            self.run_worker(self.change(), exit_on_error=True)
            self.run_worker(self.watch(), exit_on_error=True)

        async def change(self) -> None:
            due = time.monotonic()
            while True:
                for _ in range(10):
                    happens()
                due += 0.05
                await asyncio.sleep(max(0.0, due - time.monotonic()))

        async def watch(self) -> None:
            painted = time.monotonic() - started
            await self.do(view)
            await asyncio.sleep(WARM)
            await asyncio.to_thread(Path(f"{report}.warm").touch)
            late: list[float] = []
            before, begun = time.process_time(), time.monotonic()
            while time.monotonic() - begun < SECONDS:
                due = time.monotonic() + 0.005
                await asyncio.sleep(0.005)
                late.append(time.monotonic() - due)
            cpu = (time.process_time() - before) / (time.monotonic() - begun)
            late.sort()
            figures = {"start": painted, "cpu": cpu, "gap99": late[int(len(late) * 0.99)], "gap_max": late[-1]}
            await asyncio.to_thread(report.write_text, json.dumps(figures), encoding="utf-8")
            self.exit(())

    Measured(engine).run()


def _made_up(count: int) -> tuple[Any, Callable[[], None]]:
    """Rows made of numbers: what the screen alone costs."""
    from made_up import STATES, MadeUpEngine

    engine, dice = MadeUpEngine(count), random.Random(1)

    def happens() -> None:
        mark, word = dice.choice(STATES)
        engine.change(dice.randrange(count), text=word, mark=mark)

    return engine, happens


def _watched(_: int) -> tuple[Any, Callable[[], None]]:
    """The views of a State in which polls and checks end; the folds of their events are counted too."""
    from board_engine import BoardEngine
    from watched import NOW, shaking, watched

    from fleet.views.board import outlook

    engine = BoardEngine(watched([f"dest{number:04}.example" for number in range(DESTINATIONS)], NODES - 6))
    while outlook(engine.picture).behind:
        pass
    begun = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - begun)

    step = shaking(engine.picture, random.Random(1))

    def happens() -> None:
        engine.at(clock())
        step(clock())
        engine.tell()

    return engine, happens


def measure(scene: str) -> dict[str, float]:
    """Run ``scene`` on a terminal of its own."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "figures.json"
        master, slave = pty.openpty()
        os.set_blocking(master, False)
        subprocess.run(["stty", "cols", "140", "rows", "45"], stdin=slave, check=True)
        process = subprocess.Popen(
            [sys.executable, __file__, "--child", scene, "--report", str(report)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)
        sent, waits = _drive(master, process, Path(f"{report}.warm"))
        if process.wait() != 0 or not report.exists():
            sys.exit(f"the dashboard ended badly:\n{sent[-2000:].decode('utf-8', 'replace')}")
        figures: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))
        waits.sort()
        keys = {"key": waits[len(waits) // 2], "key_max": waits[-1], "keys": len(waits)}
        return {**figures, **keys, "bytes": len(sent) / SECONDS}


def _drive(master: int, process: "subprocess.Popen[bytes]", warm: Path) -> tuple[bytes, list[float]]:
    """Everything sent once it is warm, and how long each press of ``f`` took until FROZEN was painted."""
    sent = bytearray()
    waits: list[float] = []
    pressed, next_press, frozen = 0.0, 0.0, False
    while process.poll() is None:
        ready, _, _ = select.select([master], [], [], 0.002)
        if ready:
            try:
                piece = os.read(master, 65_536)
            except OSError:
                break
            if warm.exists():
                sent += piece
            if pressed and b"FROZEN" in piece:
                waits.append(time.monotonic() - pressed)
                pressed, frozen = 0.0, True
        now = time.monotonic()
        if not next_press:
            next_press = now + 0.5 if warm.exists() else 0.0
        elif now >= next_press and not pressed:
            os.write(master, b"f")
            pressed = 0.0 if frozen else now
            frozen = False
            next_press = now + (1.2 if not pressed else 0.2)  # frozen for a moment only, so that the rest is measured
    return bytes(sent), waits


def main() -> None:
    """Every scene, or as the child one of them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--child", choices=SCENES)
    arguments.add_argument("--report", type=Path)
    given = arguments.parse_args()
    if given.child:
        child(given.child, given.report)
        return
    for scene, (count, _) in SCENES.items():
        found = measure(scene)
        objects = f"{count:,} rows" if count else f"{NODES:,} nodes, {DESTINATIONS:,} destinations"
        print(
            f"{scene:12} {objects}, 200 changes/s: {found['cpu']:5.1%} of a core, "
            f"{found['bytes'] / 1024:5.1f} KiB/s, loop late p99 {found['gap99'] * 1000:4.1f} ms "
            f"(most {found['gap_max'] * 1000:.0f}), key to paint {found['key'] * 1000:3.0f} ms "
            f"(most {found['key_max'] * 1000:.0f} of {found['keys']}), mounted after {found['start']:.2f} s"
        )


if __name__ == "__main__":
    main()
