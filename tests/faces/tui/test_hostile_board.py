"""The hostile corpus through every view of the board: tables, panels, documents, titles, exports and pictures."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from board_engine import BoardEngine
from golden import assert_fits
from hostile import HOSTILE, OURS_ON_A_PTY
from hostile_board import hostile_picture
from test_hostile import on_a_pty
from watched import NOW

from fleet.alerts import Notice, Watch
from fleet.alerts.messages import brief_of
from fleet.faces.live.alerting import situation_of
from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.screens import CloserScreen
from fleet.views.board import DOCUMENTS, TABLES, Picture, destination_panel, summary_lines, what_if_document
from fleet.views.panels import Panel

BY_TEXT = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


def notices_of(picture: Picture) -> tuple[Notice, ...]:
    """What alerts tell of it, once they have seen that it stays."""
    watch = Watch()
    found = [watch.look(situation_of(replace(picture, now=NOW + timedelta(hours=hours)))) for hours in (0, 2)]
    return tuple(notice for notices in found for notice in notices)


def texts_of(panel: Panel) -> list[str]:
    outcomes = [text for one in panel.outcomes for text in (one.sender, one.text, one.short)]
    steps = [text for one in panel.steps for text in (one.name, one.word)]
    head = [panel.name, panel.verdict, panel.mode, panel.expected, panel.weakest, panel.age, panel.note]
    return [*head, *outcomes, *steps]


@BY_TEXT
def test_every_text_of_every_view_is_safe_and_bounded(text: str) -> None:
    picture = hostile_picture(text)
    for view, table_of in TABLES.items():
        table = table_of(picture)
        assert table.rows
        assert all(head.text.isprintable() for head in table.heads.values())
        assert all(title.isprintable() for title in table.heads)
        for row in table.rows:
            for cell in row.cells:
                assert cell.text.isprintable(), (view, ascii(cell.text[:200]))
                assert len(cell.text) < 6_000
        for row in table.rows[:60]:
            document = DOCUMENTS[view](picture, row.key)
            assert document is not None, (view, ascii(row.key[:100]))
            for line in document.lines:
                assert line.isprintable(), (view, ascii(line[:200]))
                assert len(line) < 12_000
    for domain in picture.state.targets:
        panel = destination_panel(picture, domain)
        assert panel is not None
        assert all(one.isprintable() for one in texts_of(panel)), panel
    for tier in picture.state.fleet.tiers if picture.state.fleet is not None else ():
        document = DOCUMENTS["fleet"](picture, f"tier {tier}")
        assert document is not None
        assert all(line.isprintable() for line in document.lines)
    notices = notices_of(picture)
    assert all(brief_of(notice).isprintable() for notice in notices)
    assert all(line.isprintable() for line in summary_lines(picture))
    assert picture.validation is not None
    assert all(line.isprintable() for line in what_if_document(picture, picture.validation.reading, [text]).lines)


def test_the_corpus_reaches_every_section_that_others_write() -> None:
    text = HOSTILE[7]
    picture = hostile_picture(text)
    documents = [DOCUMENTS["destinations"](picture, domain) for domain in picture.state.targets]
    seen = {one.title for document in documents if document is not None for one in document.sections}
    assert {"Queues", "Mail logs", "Changes", "A check runs", "Runbook", "daneverify", "Other views", "History"} <= seen
    assert picture.state.changes
    assert notices_of(picture)
    kinds = {row.cells[1].text for row in TABLES["events"](picture).rows}
    assert {"queue", "logs", "ssh", "dns", "smtp", "audit", "operator", "changed"} <= kinds


@pytest.mark.parametrize("part", range(4))
async def test_every_screen_survives_all_of_it(part: int, tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE[part::4]):
        app = FleetApp(BoardEngine(hostile_picture(text)))
        size = ((80, 24), (200, 50), (60, 16))[number % 3]
        async with app.run_test(size=size, notifications=True) as pilot:
            # Which texts meet which views moves on with each; that every text of every view is safe is tested above.
            for view in tuple(TABLES)[(number + part) % 3 :: 3]:
                await app.do(f"view_{view}")
                await pilot.pause()
                assert_fits(app)
                await pilot.press("j", "enter")
                await pilot.pause()
                assert_fits(app)
                assert isinstance(app.screen, CloserScreen), (view, ascii(text[:60]))
                await pilot.press("right_square_bracket", "G")
                assert_fits(app)
                assert_a_sound_picture(app.export_screenshot())
                await app.do("export", "md", str(tmp_path / f"{number}{view}.md"))
                await pilot.press("escape")
                await app.do("export", "csv", str(tmp_path / f"{number}{view}.csv"))
                await pilot.pause()
                assert_fits(app)
            assert app.is_running
        assert_written_safely(tmp_path)


def assert_a_sound_picture(drawn: str) -> None:
    ElementTree.fromstring(drawn)
    assert all(sign.isprintable() or sign == "\n" for sign in drawn)


def assert_written_safely(folder: Path) -> None:
    for path in folder.iterdir():
        written = path.read_text(encoding="utf-8")
        assert all(sign.isprintable() or sign in "\r\n" for sign in written), path


PROGRAM = """
import asyncio, sys
sys.path[:0] = [{folder!r}, {above!r}]
from hostile import HOSTILE, OURS_ON_A_PTY
from hostile_board import hostile_picture
from board_engine import BoardEngine
from fleet.faces.tui.app import FleetApp
from fleet.views.board import TABLES

class Walk(FleetApp):
    async def on_mount(self):
        self.run_worker(self.walk())

    async def walk(self):
        for text in HOSTILE[::2]:
            engine.picture = hostile_picture(text)
            for view in TABLES:
                await self.do("view_" + view)
                await asyncio.sleep(0.03)
                await self.do("down")
                await self.do("open")
                await asyncio.sleep(0.03)
                while len(self.screen_stack) > 1:
                    await self.pop_screen()
        self.exit(())

engine = BoardEngine(hostile_picture("x"))
app = Walk(engine)
app.run()
sys.exit(app.return_code or 0)
"""


def test_no_byte_that_is_not_ours_reaches_a_terminal() -> None:

    here = Path(__file__).parent
    code, sent = on_a_pty(
        PROGRAM.format(folder=str(here), above=str(here.parents[1])), COLORTERM="truecolor", seconds=120
    )
    assert code == 0, sent[-3000:].decode("utf-8", "replace")
    assert len(sent) > 20_000
    rest = re.compile(OURS_ON_A_PTY, re.VERBOSE).sub(b"", sent).decode("utf-8", "strict")
    odd = {sign for sign in rest if not sign.isprintable() and sign not in "\r\n"}
    assert not odd, sorted(map(ascii, odd))
