"""A closer look: a document over its view, and beside it where there is room."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from board_engine import BoardEngine
from golden import assert_fits, screen_text
from rich.cells import cell_len
from textual.widgets import Input
from watched import NOW, verdict_for, watched

from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.engine import Deed
from fleet.faces.tui.look import ASCII, UNICODE
from fleet.faces.tui.screens import CloserScreen, ViewScreen
from fleet.faces.tui.widgets.document_view import DocumentView, draw_document, wrapped
from fleet.model.event import CheckFinished, CheckStarted, StepSeen, Target
from fleet.views import Detail, Mark
from fleet.views.board import Document, destination_document
from fleet.views.board.document import section


def app_of(**given: object) -> tuple[FleetApp, BoardEngine]:
    engine = BoardEngine(watched(**given))
    return FleetApp(engine), engine


async def opened(pilot: object, app: FleetApp, key: str, view: str = "destinations") -> CloserScreen:
    await app.do(f"view_{view}")
    await pilot.pause()
    assert isinstance(app.screen, ViewScreen)
    assert app.screen.go_to(key)
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(app.screen, CloserScreen)
    return app.screen


@pytest.mark.parametrize("view", ["fleet", "destinations", "resolvers", "findings", "drift", "events"])
async def test_enter_looks_closer_and_esc_comes_back_to_the_same_row(view: str) -> None:
    app, _ = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.do(f"view_{view}")
        await pilot.pause()
        await pilot.press("j", "enter")
        await pilot.pause()
        assert isinstance(app.screen, CloserScreen)
        key = app.screen.cursor_key
        assert app.screen.body.lines
        assert_fits(app)
        await pilot.press("escape")
        assert isinstance(app.screen, ViewScreen)
        assert app.screen.cursor_key == key


async def test_sections_are_gone_through_with_brackets_and_words_are_found() -> None:
    app, _ = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        body = (await opened(pilot, app, "bogus.example")).body
        await pilot.press("right_square_bracket")
        first = body.scroll_offset.y
        assert body.lines[first].startswith("── ")
        await pilot.press("right_square_bracket")
        assert body.scroll_offset.y > first
        await pilot.press("left_square_bracket")
        assert body.scroll_offset.y == first
        await pilot.press("left_square_bracket")
        await pilot.press("slash", *"trust anchor")
        await pilot.pause()
        assert "trust anchor" in screen_text(app)
        at = body.scroll_offset.y
        await pilot.press("enter", "n")
        assert body.has_focus
        await pilot.press("N")
        assert body.scroll_offset.y == at
        app.screen._command("search openssl")
        await pilot.pause()
        assert "openssl s_client" in screen_text(app)


async def test_deeds_are_for_the_object_that_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app, engine = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, "bogus.example")
        await pilot.press("c", "C", "x", "o", "d", "v", "p", "P")
        await app.workers.wait_for_complete()
        assert {request.targets for request in engine.requests} == {("bogus.example",)}
        assert [request.deed for request in engine.requests][:3] == [Deed.CHECK, Deed.CHECK, Deed.CANCEL]
        await pilot.press("y")
        assert app.clipboard.startswith("bogus.example\n\nMail\n")
        app.screen._command("copy name")
        await pilot.pause()
        assert app.clipboard == "bogus.example"
        for form in ("md", "json", "jsonl", "svg"):
            app.screen.prompt("export", f"{form} out.{form}")
            await pilot.pause()
            app.screen._command(f"export {form} out.{form}")
            await pilot.pause()
        assert "Runbook" in (tmp_path / "out.md").read_text(encoding="utf-8")
        assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[0] == "bogus.example"
        drawn = (tmp_path / "out.svg").read_text(encoding="utf-8")
        assert drawn.startswith("<svg")
        assert "out.svg" not in drawn, "the line on which it was asked for is no part of the view"


async def test_steps_appear_while_a_check_runs_and_the_reader_stays_where_they_read() -> None:
    app, engine = app_of()
    target, fresh = Target("good.example"), verdict_for("good.example", 0, NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        body = (await opened(pilot, app, "good.example")).body
        state = engine.picture.state
        state.apply(CheckStarted(NOW, target))
        for count, step in enumerate(fresh.steps, 1):
            state.apply(StepSeen(NOW, target, step))
            engine.tell()
            app.show_now()
            await pilot.pause()
            assert f"{count} step" in screen_text(app)
        await pilot.press("j", "j", "j")
        top = body.scroll_offset.y
        state.apply(CheckFinished(NOW, target, fresh))
        engine.at(NOW + timedelta(seconds=1))
        app.show_now()
        await pilot.pause()
        assert body.scroll_offset.y == top
        assert not any("A check runs" in line for line in body.lines)


async def test_a_supposed_setting_shows_which_mail_moves() -> None:
    app, _ = app_of()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        await pilot.press("w")
        app.screen.query_one(Input).value = 'what-if tiers.delivery.destination_controls.default.dane="mandatory"'
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, CloserScreen)
        text = screen_text(app)
        assert "Mail that moves" in text
        assert "no-tlsa.example" in text
        await pilot.press("q")
        assert isinstance(app.screen, ViewScreen)


async def test_a_view_key_leaves_the_closer_look_and_each_view_keeps_its_own() -> None:
    app, _ = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, "bogus.example")
        await pilot.press("1")
        await pilot.pause()
        assert isinstance(app.screen, ViewScreen)
        await pilot.press("2")
        await pilot.pause()
        assert isinstance(app.screen, CloserScreen)
        await pilot.press("2")
        await pilot.pause()
        assert isinstance(app.screen, ViewScreen)
        await app.do("go_node", "dlv2")
        await pilot.pause()
        assert (app.current_mode, app.screen.cursor_key) == ("fleet", "dlv2")


async def test_where_there_is_room_a_pane_follows_the_cursor() -> None:
    app, _ = app_of()
    async with app.run_test(size=(200, 40)) as pilot:
        await app.do("view_destinations")
        await pilot.pause()
        pane = app.screen.query_one(DocumentView)
        assert pane.display
        for _ in range(3):
            await pilot.press("l")
            await pilot.pause()
            assert pane.document is not None
            assert app.screen.cursor_key.startswith(pane.document.title.partition(" ")[0][:3].replace("büc", "xn-"))
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert not pane.display
        await pilot.press("tab")
        assert app.focused is app.screen.body


async def test_frozen_it_stands_still() -> None:
    app, engine = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        body = (await opened(pilot, app, "good.example")).body
        await pilot.press("f")
        before = list(body.lines)
        engine.picture.state.apply(CheckFinished(NOW, Target("good.example"), verdict_for("good.example", 1, NOW)))
        engine.tell()
        await asyncio.sleep(0.6)
        assert body.lines == before
        assert "FROZEN +1" in screen_text(app)
        await pilot.press("f")
        await pilot.pause()
        assert body.lines != before


async def test_what_is_gone_says_so() -> None:
    app, engine = app_of()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app, "good.example")
        engine.picture = replace(watched(("bogus.example",)))
        app.show_now()
        await pilot.pause()
        assert "Nothing is known of this any more." in screen_text(app)


def test_lines_are_wrapped_between_words_and_never_wider_than_asked_for() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("日本語のメール", 5) == ["日本", "語の", "メー", "ル"]
    assert wrapped("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert wrapped("", 4) == [""]


@pytest.mark.parametrize("width", [1, 2, 10, 40, 200])
def test_a_document_fits_every_width(width: int) -> None:
    deep = Document("t" * 300, Mark.FAIL, (section("s" * 90, [Detail(at, f"{at} " * 50, Mark.OK) for at in range(9)]),))
    found = destination_document(watched(), "bogus.example")
    assert found is not None
    for document in (deep, found):
        for look in (UNICODE, ASCII):
            assert all(cell_len(line.text) <= max(width, 19) for line in draw_document(document, width, look))
