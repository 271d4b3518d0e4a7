"""Hostile text through every widget, overlay and message: no effect, no control byte, no crash."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from golden import assert_fits, screen_text
from hostile import HOSTILE, OURS_ON_A_PTY
from made_up import MadeUpEngine

from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.engine import Reply
from fleet.faces.tui.overlays.choice import ChoiceOverlay, QuestionOverlay
from fleet.faces.tui.overlays.columns import ColumnsOverlay
from fleet.faces.tui.overlays.reading import ReadingOverlay
from fleet.faces.tui.safe import content, segment
from fleet.views import Column, Mark


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_two_ways_to_the_terminal_give_printable_text_without_markup(text: str) -> None:
    made = content(text, ("x", "bold"), (text, "$mark-fail"))
    assert made.plain.isprintable()
    assert not any("@click" in str(span.style) for span in made.spans)
    assert segment(text).text.isprintable()


async def test_rows_panels_and_tabs_survive_all_of_it() -> None:
    """Names of rows, cells, panels, the fleet and problems of the settings: everything is hostile, nothing escaped."""
    engine = MadeUpEngine(60, names=HOSTILE)
    app = FleetApp(engine, Surroundings(problems=HOSTILE[:3]))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.do("group", "name")
        for view in ("destinations", "events"):
            await app.do(f"view_{view}")
            for text in HOSTILE:
                engine.text = text
                app.show_now()
                await pilot.pause()
                assert_fits(app)
        for key in ("ctrl+p", "a", "escape", "question_mark", "escape", "comma", "escape"):
            await pilot.press(key)
            assert_fits(app)
        assert "\x1b" not in app.export_screenshot()


async def test_replies_commands_filters_and_overlays_survive_all_of_it() -> None:
    engine = MadeUpEngine(4)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for text in HOSTILE:
            app.say(Reply(text, Mark.WARN))
            for line in (text, f"theme {text}", f"sort {text}", f"node {text}", f"interval {text}"):
                app.screen._command(line)
            await pilot.pause()
            assert_fits(app)
            app.clear_notifications()
            while len(app.screen_stack) > 1:
                await app.pop_screen()
            app.screen.entry.open("filter", text, text)
            await pilot.pause()
            assert_fits(app)
            app.screen.close_entry()
            for overlay in (
                ChoiceOverlay(text, [(text, text), ("b", f"b{text}")], text),
                QuestionOverlay(text),
                ColumnsOverlay((Column("a", text, 5, help=text), Column("b", "b", 5)), ()),
                ReadingOverlay(text, [text]),
            ):
                await app.push_screen(overlay)
                await pilot.pause()
                assert_fits(app)
                await app.pop_screen()
        assert app.is_running


async def test_a_name_cannot_become_a_target_for_clicks() -> None:
    app = FleetApp(MadeUpEngine(3, names=("[@click=app.quit_now]250 mx[/]",)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        lines = screen_text(app).splitlines()
        y = next(y for y, line in enumerate(lines) if "click" in line)
        for x in range(2, 40, 3):
            await pilot.click(offset=(x, y))
        assert app.is_running


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from hostile import HOSTILE
from made_up import MadeUpEngine
from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.engine import Reply
from fleet.views import Mark

class Walk(FleetApp):
    async def on_mount(self):
        self.run_worker(self.walk())

    async def walk(self):
        import asyncio
        for text in HOSTILE:
            engine.text = text
            engine.reply = Reply(text, Mark.FAIL, (text,))
            engine.tell()
            await self.do("view_destinations" if self.current_mode == "fleet" else "view_fleet")
            self.say(Reply(text))
            self._told_at = -100.0
            self.announce((Reply(text, Mark.FAIL),))
            await self.do("excerpt")
            await asyncio.sleep(0.05)
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            for mode, line in (("command", text), ("filter", text)):
                self.screen.entry.open(mode, ":", line)
                await asyncio.sleep(0.02)
                self.screen.close_entry()
        await self.do("view_fleet")
        await asyncio.sleep(0.3)
        self.exit(())

engine = MadeUpEngine(60, names=HOSTILE)
app = Walk(engine, Surroundings(problems=HOSTILE[:9], ascii={plain}))
app.run()
sys.exit(app.return_code or 0)
"""


def on_a_pty(program: str, seconds: float = 180, **environment: str) -> tuple[int, bytes]:
    """Run ``program`` on a terminal of its own; its exit code and every byte it sent."""
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    subprocess.run(["stty", "cols", "100", "rows", "30"], stdin=slave, check=True)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm", "TMUX": "", "STY": "", **environment},
    )
    os.close(slave)
    sent = bytearray()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.1)
        if ready:
            try:
                sent += os.read(master, 65_536)
            except OSError:
                break
        elif process.poll() is not None:
            break
    process.kill()
    code = process.wait()
    os.close(master)
    return code, bytes(sent)


@pytest.mark.parametrize("plain", [False, True], ids=["colours", "ascii and no colour"])
def test_no_byte_that_is_not_ours_reaches_a_terminal(plain: bool) -> None:
    program = PROGRAM.format(folder=str(Path(__file__).parent), plain=plain)
    code, sent = on_a_pty(program, COLORTERM="truecolor", **({"NO_COLOR": "1"} if plain else {}))
    assert code == 0, sent[-3000:].decode("utf-8", "replace")
    assert len(sent) > 20_000
    assert b"52;c;" in sent, "the corpus was shown, escaped"
    rest = re.compile(OURS_ON_A_PTY, re.VERBOSE).sub(b"", sent).decode("utf-8", "strict")
    odd = {sign for sign in rest if not sign.isprintable() and sign not in "\r\n"}
    assert not odd, sorted(map(ascii, odd))
    assert b"]52;" not in sent.replace(b"\\x1b]52;", b"").replace(b"\\x9d52;", b"")
    if plain:
        colours = [
            code
            for code in re.findall(rb"\x1b\[([0-9;]*)m", sent)
            if re.search(rb"(^|;)(3[0-7]|4[0-7]|[34]8)(;|$)", code)
        ]
        assert not colours, colours[:5]
