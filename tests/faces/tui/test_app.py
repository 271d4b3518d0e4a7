"""The shell: freezing, leaving, stepping back, surviving, following."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from golden import screen_lines, screen_text
from made_up import MadeUpEngine
from textual import events
from textual.widgets import Input

from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.engine import Reply
from fleet.faces.tui.overlays.choice import QuestionOverlay
from fleet.faces.tui.typed_ahead import LONGEST
from fleet.faces.tui.widgets.document_view import DocumentView
from fleet.settings import Settings, ThemeName, read_columns, read_commands
from fleet.views import Mark
from fleet.views.board import Document

FAST = Surroundings(Settings(updates_per_second=10))


def said(app: FleetApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_the_picture_follows_the_engine_but_not_while_it_is_frozen() -> None:
    engine = MadeUpEngine(12)
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24)) as pilot:
        engine.change(2, text="bogus")
        await pilot.pause(0.3)
        assert "bogus" in screen_text(app)
        await pilot.press("f")
        for _ in range(37):
            engine.change(2, text="held again")
        await pilot.pause(0.3)
        assert "FROZEN +37 changes" in screen_lines(app)[1]
        assert "held again" not in screen_text(app)
        await pilot.press("f")
        await pilot.pause()
        assert "held again" in screen_text(app)
        assert "FROZEN" not in screen_text(app)


async def test_rows_do_not_jump_while_their_values_change_but_are_sorted_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fleet.faces.tui.screens.view.CALM", 0.6)
    engine = MadeUpEngine(12)
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "escape", "I", "I")  # arranged just now
        before = [row.key for row in app.screen.shown.rows]
        engine.change(2, text="DANE", mark=Mark.OK)
        await pilot.pause(0.2)
        assert [row.key for row in app.screen.shown.rows] == before
        assert "dest0002.example" in next(line for line in screen_lines(app) if "✓ DANE" in line)
        await pilot.pause(1.0)
        assert [row.key for row in app.screen.shown.rows] != before  # though nothing changed since


async def test_a_frozen_picture_can_still_be_walked_filtered_and_left_for_another_view() -> None:
    engine = MadeUpEngine(12)
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "z", "2")
        await pilot.pause()
        assert "dest0002" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert app.screen.shown.matched == 9


async def test_only_the_screen_that_is_seen_asks_for_rows() -> None:
    engine = MadeUpEngine(12)
    asked: list[str] = []
    table = engine.table
    engine.table = lambda view: (asked.append(view), table(view))[1]
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        asked.clear()
        engine.tell()
        await pilot.pause(0.3)
        assert set(asked) == {"findings"}
        asked.clear()
        await pilot.pause(0.3)
        assert asked == []  # nothing changed


async def test_esc_takes_one_step_back_at_a_time_and_does_nothing_at_the_root() -> None:
    app = FleetApp(MadeUpEngine(12))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "slash", *"dest", "enter", "question_mark")
        for expected in (
            lambda: len(app.screen_stack) == 1 and app.screen.arrangement.filter,
            lambda: not app.screen.arrangement.filter and app.screen.marked,
            lambda: not app.screen.marked,
            lambda: app.is_running,
        ):
            await pilot.press("escape")
            await pilot.pause()
            assert expected()


async def test_a_filter_works_while_it_is_written_says_what_is_wrong_and_esc_brings_the_old_one_back() -> None:
    app = FleetApp(MadeUpEngine(40))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"state", "colon", *"held")
        await pilot.pause()
        assert app.screen.shown.matched == 10
        assert "10 of 40 shown  filter state:held" in screen_lines(app)[1]
        await pilot.press("enter", "slash", *"stat", "colon", "x")
        await pilot.pause()
        assert 'No column "stat": did you mean state?' in screen_text(app)
        await pilot.press("enter")
        assert app.screen.entry.is_open  # an unusable filter is not kept
        await pilot.press("escape")
        await pilot.pause()
        assert str(app.screen.arrangement.filter) == "state:held"
        assert not app.screen.entry.is_open


async def test_the_command_line_says_errors_in_place_completes_and_recalls() -> None:
    app = FleetApp(MadeUpEngine(12))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"chek", "enter")
        await pilot.pause()
        assert 'No command "chek". Did you mean check?' in screen_text(app)
        line = app.screen.query_one(Input)
        line.value = "themx"
        line.value = "prob"
        await pilot.press("tab")
        assert line.value == "problems"
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.shown.matched == 9
        await pilot.press("colon", "up")
        assert line.value == "problems"


async def test_quitting_asks_only_while_something_runs() -> None:
    engine = MadeUpEngine(3)
    engine.busy = 4
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark", "q")
        assert len(app.screen_stack) == 1  # back, not out
        await pilot.press("q")
        await pilot.pause()
        assert isinstance(app.screen, QuestionOverlay)
        assert "4 polls and checks are running" in screen_text(app)
        await pilot.press("n")
        assert app.is_running
        await pilot.press("q", "y")
    assert app.return_value == ()
    assert engine.listeners == []


async def test_quit_now_works_in_a_dialogue_and_while_writing() -> None:
    for keys in (("question_mark",), ("ctrl+p",), ("colon", "x"), ("C",)):
        app = FleetApp(MadeUpEngine(3))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(*keys, "ctrl+q")
        assert app.return_value == (), keys


async def test_no_exception_ends_the_program() -> None:
    engine = MadeUpEngine(5)
    engine.reply = RuntimeError("the engine [/] is gone \x1b[31m")
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("c")
        await asyncio.sleep(0.1)
        await pilot.pause()
        engine.broken = True
        engine.tell()
        await pilot.pause(0.3)
        await pilot.press("2")
        await pilot.pause()
        assert app.is_running
        assert any("the engine [/] is gone \\x1b[31m" in message for message in said(app))
        assert any("showing this view failed: ValueError" in message for message in said(app))


async def test_checking_all_shown_says_how_many_first() -> None:
    engine = MadeUpEngine(40)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z", "C")
        await pilot.pause()
        assert "Check all 30 shown?" in screen_text(app)
        await pilot.press("y")
        await app.workers.wait_for_complete()
        assert len(engine.requests[0].targets) == 30


async def test_an_action_is_for_the_marked_rows() -> None:
    engine = MadeUpEngine(40)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        keys = [row.key for row in app.screen.shown.rows]
        await pilot.press("space", "j", "space", "c")
        await app.workers.wait_for_complete()
        assert engine.requests[0].targets == (keys[0], keys[2])
        assert "2 marked" in screen_lines(app)[1]


async def test_tabs_footer_and_titles_are_clickable() -> None:
    app = FleetApp(MadeUpEngine(40))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(offset=(screen_lines(app)[0].index("4 Find"), 0))
        await pilot.pause()
        assert app.current_mode == "findings"
        await pilot.click(offset=(screen_lines(app)[2].index("State"), 2))
        await pilot.pause()
        assert app.screen.arrangement.sort == "state"
        await pilot.click(offset=(screen_lines(app)[23].index("Filter"), 23))
        await pilot.pause()
        assert app.screen.entry.is_open


async def test_an_export_is_what_is_shown_and_overwrites_nothing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = FleetApp(MadeUpEngine(8))
    async with app.run_test(size=(80, 24)) as pilot:
        for line in ("columns state name", "sort name", "filter state:held", "export md", "export md"):
            await app.do(line.split()[0], *line.split()[1:])
        await pilot.pause()
        assert (tmp_path / "fleet-fleet.md").read_text().splitlines() == [
            "| State | Name |",
            "| --- | --- |",
            "| held | dest0002.example |",
            "| held | dest0006.example |",
        ]
        assert any("exists already" in message for message in said(app))
        await app.do("export", "svg", "picture.svg")
        await pilot.pause()
        assert "<svg" in (tmp_path / "picture.svg").read_text()
        await app.do("export", "csv", "/nonexistent/x.csv")
        await pilot.pause()
        assert any("cannot be written" in message for message in said(app))


async def test_chosen_columns_are_remembered(tmp_path) -> None:
    app = FleetApp(MadeUpEngine(8), Surroundings(state=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("comma", "space", "J", "enter")
        await pilot.pause()
        assert read_columns(tmp_path) == {"fleet": ("state", "tier", "age", "past")}
        assert "dest0002" not in screen_text(app)


async def test_problems_of_the_settings_are_said_and_hinder_nothing() -> None:
    settings = replace(Settings(), keys={"check": ("p",)})
    app = FleetApp(MadeUpEngine(3), Surroundings(settings, problems=("settings.toml:3: [/] no",)))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        assert said(app) == ["settings.toml:3: [/] no", 'keys.check: "p" belongs to poll; unchanged']


@pytest.mark.parametrize(
    ("environment", "wanted", "theme"),
    [
        ({"COLORTERM": "truecolor"}, ThemeName.AUTO, "fleet-dark"),
        ({"COLORTERM": "truecolor"}, ThemeName.LIGHT, "fleet-light"),
        ({"COLORTERM": "", "TERM": "xterm"}, ThemeName.DARK, "fleet-basic"),
        ({"NO_COLOR": "1"}, ThemeName.DARK, "fleet-basic"),
    ],
)
async def test_the_theme_suits_the_terminal(
    environment: dict[str, str], wanted: ThemeName, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = FleetApp(MadeUpEngine(3), Surroundings(Settings(theme=wanted)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j")
        await app.do("theme", "nord")  # a theme that is not ours has no colours for marks: they fall back
        await pilot.pause()
        assert app.is_running
    assert FleetApp(MadeUpEngine(3), Surroundings(Settings(theme=wanted))).theme == theme


async def test_a_reply_is_said_with_its_weight() -> None:
    app = FleetApp(MadeUpEngine(3))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say(Reply("checked", Mark.OK))
        app.say(Reply("refused", Mark.FAIL))
        await pilot.pause()
        assert [(note.message, note.severity) for note in app._notifications] == [
            ("checked", "information"),
            ("refused", "error"),
        ]


@pytest.mark.parametrize(
    ("typed", "mode", "written"),
    [
        (":q", "command", "q"),
        ("/qz", "filter", "qz"),
        (":check x", "command", "check x"),
        ("w", "command", "what-if "),
        ("6/qz", "filter", "qz"),
        ("2:cz", "command", "cz"),
    ],
)
async def test_keys_typed_faster_than_they_are_handled_go_where_they_were_meant_to(
    typed: str, mode: str, written: str
) -> None:
    engine = MadeUpEngine(12)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        for character in typed:
            app.post_message(events.Key(NAMES.get(character, character), character))
        await pilot.pause()
        await pilot.pause()
        assert app.is_running
        assert (app.screen.entry.mode, app.screen.entry.is_open) == (mode, True)
        assert app.screen.query_one(Input).value == written
        assert app.focused is app.screen.query_one(Input), "what is typed next goes there too"
        assert not app.screen.arrangement.problems_only
        assert engine.requests == []


NAMES = {":": "colon", "/": "slash", " ": "space", "\n": "enter"}


def type_at_once(app: FleetApp, typed: str) -> None:
    for character in typed:
        app.post_message(events.Key(NAMES.get(character, character), character))


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        (":resolvers\njj", "resolvers"),
        (":\n3j", "resolvers"),
        ("/gw\njj", "fleet"),
        ("1/gw\n:resolvers\nj", "resolvers"),
        (":resolvers\n:fleet\njj z", "fleet"),
    ],
)
async def test_what_is_typed_right_after_enter_does_what_it_does_typed_slowly(typed: str, at: str) -> None:
    found = []
    for slowly in (True, False):
        app = FleetApp(MadeUpEngine(12))
        async with app.run_test(size=(80, 24)) as pilot:
            if slowly:
                for character in typed:
                    await pilot.press(NAMES.get(character, character))
                    await pilot.pause()
            else:
                type_at_once(app, typed)
            await pilot.pause()
            await pilot.pause()
            screen = app.screen
            chosen = screen.arrangement.filter, screen.arrangement.problems_only, frozenset(screen.marked)
            found.append((app.current_mode, screen.entry.is_open, screen.cursor_key, chosen))
    assert found[0] == found[1]
    assert (found[0][0], found[0][1]) == (at, False)


async def test_keys_behind_a_line_that_is_wrong_are_written_on_it() -> None:
    app = FleetApp(MadeUpEngine(12))
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, ":nonsense\nx")
        await pilot.pause()
        await pilot.pause()
        assert (app.screen.entry.is_open, app.screen.query_one(Input).value) == (True, "nonsensex")


async def test_keys_wait_for_a_line_no_longer_than_half_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever keeps the line from ending, the keyboard works again."""
    monkeypatch.setattr(FleetApp, "line_done", lambda self: None)
    app = FleetApp(MadeUpEngine(12))
    async with app.run_test(size=(80, 24)) as pilot:
        type_at_once(app, ":\n2")
        await pilot.pause()
        assert app.current_mode == "fleet"
        await pilot.pause(LONGEST + 0.2)
        assert app.current_mode == "destinations"


async def test_what_was_written_on_the_command_line_is_recalled_on_every_screen_and_after_the_next_start(
    tmp_path: Path,
) -> None:
    app = FleetApp(MadeUpEngine(12), Surroundings(state=tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"problems", "enter")
        await pilot.press("colon", *"problems", "enter")
        await pilot.press("2")
        await pilot.press("colon", "up")
        assert app.screen.query_one(Input).value == "problems"
        await pilot.press("escape")
        await pilot.press("colon", *"unmark", "enter")
        await pilot.press("slash", "up")
        assert app.screen.query_one(Input).value == "", "a filter recalls no command"
    assert read_commands(tmp_path) == ["problems", "unmark"]
    (tmp_path / "commands").write_bytes(b"\x1b]52;c;AA\x07\nsort age\n\xff\xfe\n" + b"x" * 5000)
    again = FleetApp(MadeUpEngine(12), Surroundings(commands=tuple(read_commands(tmp_path)), state=tmp_path))
    async with again.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "up")
        await pilot.press("up")
        assert "\x1b" not in again.screen.query_one(Input).value
        assert "sort age" in again.commands


async def test_the_pane_beside_the_rows_takes_more_or_less_room_or_none() -> None:
    engine = MadeUpEngine(12)
    engine.documents = {row.key: Document(f"about {row.key}", Mark.OK, ()) for row in engine.rows}
    app = FleetApp(engine)
    async with app.run_test(size=(200, 40)) as pilot:
        pane = app.screen.query_one(DocumentView)
        widths = [pane.size.width]
        for key in ("+", "+", "+", "_", "_", "_", "_", "_"):
            await pilot.press("plus" if key == "+" else "underscore")
            await pilot.pause()
            widths.append(pane.size.width if pane.display else 0)
        assert widths[0] < widths[1] < widths[2] == widths[3] > widths[4] > widths[5] > widths[6] > widths[7] == 0
        assert app.screen.body.size.width > 195
        await pilot.press("plus")
        await pilot.pause()
        assert pane.display
        await pilot.resize_terminal(100, 30)
        await pilot.press("plus")
        await pilot.pause()
        assert not pane.is_on_screen or pane.size.width == 0


async def test_what_is_wrong_with_the_program_itself_is_told_once_and_in_full() -> None:
    engine = MadeUpEngine(12)
    app = FleetApp(engine, FAST)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        engine.problem = "the history was written by a newer version: it was set aside as history.newer-1.sqlite"
        for _ in range(3):
            engine.tell()
            await pilot.pause(0.2)
        assert said(app) == [engine.problem]
        assert "set aside as" in screen_text(app)
