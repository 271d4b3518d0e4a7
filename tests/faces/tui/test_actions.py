"""The table of actions: nothing exists in only one place, no key means two things, and every row does what it says."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from board_engine import BoardEngine
from golden import screen_text
from made_up import MadeUpEngine
from textual.widgets import Input
from watched import watched

from fleet.faces.tui.actions import ACTIONS, VIEWS, Action, Kind, Scope
from fleet.faces.tui.actions.commands import COMMANDS, Command, parse_command
from fleet.faces.tui.actions.keymap import clashes, effective_keys, shown_key, textual_key
from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.faces.tui.engine import Deed, Reply
from fleet.faces.tui.look import UNICODE
from fleet.faces.tui.overlays.choice import ChoiceOverlay, QuestionOverlay
from fleet.faces.tui.overlays.columns import ColumnsOverlay
from fleet.faces.tui.overlays.help import HelpOverlay, help_lines
from fleet.faces.tui.overlays.palette import FleetPalette, best, candidates
from fleet.faces.tui.overlays.reading import ReadingOverlay
from fleet.faces.tui.screens import SCREENS, CloserScreen, ViewScreen
from fleet.faces.tui.widgets.document_view import DocumentView
from fleet.faces.tui.widgets.line_table import LineTable
from fleet.faces.tui.widgets.log_view import LogView
from fleet.faces.tui.widgets.wall import PanelWall
from fleet.settings.keymap import is_key
from fleet.views import Mark

OWNERS: dict[Scope, tuple[type, ...]] = {
    Scope.APP: (FleetApp,),
    Scope.VIEW: tuple(SCREENS.values()),
    Scope.ACT: (*SCREENS.values(), CloserScreen),
    Scope.MOVE: (LineTable, PanelWall, LogView, DocumentView),
    Scope.ROWS: (LineTable, PanelWall),
    Scope.LOG: (LogView, DocumentView),
    Scope.DOCUMENT: (DocumentView,),
}
BY_ID = pytest.mark.parametrize("row", ACTIONS, ids=[row.id for row in ACTIONS])


@BY_ID
def test_an_action_has_keys_words_and_a_command(row: Action) -> None:
    assert row.keys
    assert all(map(is_key, row.keys))
    assert row.title
    assert row.help.endswith((".", "?"))
    assert row.command
    needed = " ".join("60" if one.kind is Kind.SECONDS else (one.choices or ("x",))[0] for one in row.arguments)
    for name in (row.command, *row.aliases):
        found = parse_command(f"{name} {needed}")
        assert isinstance(found, Command)
        assert found.action is row
    assert row.prompts == any(one.required for one in row.arguments)


@BY_ID
def test_an_action_has_a_handler_wherever_its_scope_is(row: Action) -> None:
    for owner in OWNERS[row.scope]:
        assert callable(getattr(owner, f"action_{row.id}", None)), f"{owner.__name__}.action_{row.id}"


@BY_ID
def test_an_action_is_bound_where_its_scope_is(row: Action) -> None:
    for owner in OWNERS[row.scope]:
        bound = {key for binding in owner.BINDINGS if binding.id == row.id for key in binding.key.split(",")}
        assert bound == set(map(textual_key, row.keys)), owner.__name__


@BY_ID
def test_an_action_is_in_the_help_and_in_the_palette(row: Action) -> None:
    app = FleetApp(MadeUpEngine(3))
    texts = [line.text for line in help_lines(frozenset(Scope), app.keys, UNICODE)]
    assert any(text.startswith(shown_key(row.keys[0])) and row.help in text and row.usage in text for text in texts)
    assert row.id in {one.action for one in best(candidates(app), row.title)}


def test_identities_and_commands_are_unique() -> None:
    assert len({row.id for row in ACTIONS}) == len(ACTIONS)
    assert len({name for name, _ in COMMANDS}) == len(COMMANDS)


def test_no_key_means_two_things() -> None:
    assert list(clashes(ACTIONS, {row.id: row.keys for row in ACTIONS})) == []


def test_a_clash_would_be_found() -> None:
    keys = {row.id: row.keys for row in ACTIONS}
    assert [str(one) for one in clashes(ACTIONS, {**keys, "poll": ("c",)})] == ['"c" is both check and poll']
    assert list(clashes(ACTIONS, {**keys, "poll": ("j",)}))  # a view is around a table
    assert list(clashes(ACTIONS, {**keys, "match_before": ("c",)}))  # a closer look searches and checks
    assert not list(clashes(ACTIONS, {**keys, "match_before": ("space",)}))  # a log is no view


def test_views_have_screens_and_actions() -> None:
    assert list(SCREENS) == [view.id for view in VIEWS]
    assert all(view.id == SCREENS[view.id].VIEW for view in VIEWS)
    assert {f"view_{view.id}" for view in VIEWS} <= {row.id for row in ACTIONS}


def test_a_choice_of_keys_moves_them_and_a_clashing_one_is_told() -> None:
    keys, problems = effective_keys(ACTIONS, {"check": ("K",), "poll": ("f",), "nothing": ("x",)})
    assert keys["check"] == ("K",)
    assert keys["poll"] == ("p",)
    assert problems == ['keys.poll: "f" belongs to freeze; unchanged']


def test_two_actions_may_swap_their_keys() -> None:
    keys, problems = effective_keys(ACTIONS, {"check": ("p",), "poll": ("c",)})
    assert (keys["check"], keys["poll"], problems) == (("p",), ("c",), [])


# What every action does, by its key and by its command


@dataclass
class Scene:
    """The application after the action; ``rows`` are the keys in the order shown before it."""

    app: FleetApp
    engine: MadeUpEngine
    rows: list[str]
    tmp: Path

    @property
    def view(self) -> ViewScreen:
        return next(one for one in reversed(self.app.screen_stack) if isinstance(one, ViewScreen))

    @property
    def cursor(self) -> int:
        return self.rows.index(self.view.cursor_key)

    def asked(self, deed: Deed, *targets: str, arguments: tuple[str, ...] = ()) -> bool:
        (request,) = self.engine.requests
        return (request.deed, request.targets, request.arguments) == (deed, targets or (self.rows[3],), arguments)


@dataclass(frozen=True)
class Effect:
    """What shows that an action worked; ``first`` keys are pressed before, ``then`` after (for the key only)."""

    check: Callable[[Scene], bool]
    first: tuple[str, ...] = ()
    arguments: str = ""
    command_only: Callable[[Scene], bool] | None = None
    ends: bool = False


def entry_says(text: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.view.entry.is_open and scene.view.entry.query_one(Input).value == text


def overlay(kind: type) -> Callable[[Scene], bool]:
    return lambda scene: isinstance(scene.app.screen, kind)


def pane_of(scene: Scene) -> DocumentView:
    return scene.view.query_one(DocumentView)


WIDTH = 160
START = 3
"""Where the cursor stands before the action, among 40 rows."""

EFFECTS: dict[str, Effect] = {
    "down": Effect(lambda s: s.cursor == START + 1),
    "up": Effect(lambda s: s.cursor == START - 1),
    "top": Effect(lambda s: s.cursor == 0),
    "bottom": Effect(lambda s: s.cursor == 39),
    "half_down": Effect(lambda s: s.cursor == START + 10),
    "half_up": Effect(lambda s: s.cursor == 0),
    "next_page": Effect(lambda s: s.cursor == START + 20),
    "page_before": Effect(lambda s: s.cursor == 0),
    "left": Effect(lambda s: s.view.body.scroll_offset.x == 0, first=("resize", "l")),
    "right": Effect(lambda s: s.view.body.scroll_offset.x > 0, first=("resize",)),
    **{
        f"view_{view.id}": Effect(lambda s, view=view: s.app.current_mode == view.id, first=("4",) if not at else ())
        for at, view in enumerate(VIEWS)
    },
    "previous_view": Effect(lambda s: s.app.current_mode == "fleet", first=("4",)),
    "next_pane": Effect(lambda s: s.app.focused is pane_of(s), first=("wide",)),
    "previous_pane": Effect(lambda s: s.app.focused is pane_of(s), first=("wide",)),
    "go_node": Effect(entry_says("node "), (), "dest0004.example", lambda s: s.view.cursor_key == "dest0004.example"),
    "go_destination": Effect(
        entry_says("dest "),
        *((), "dest0004.example"),
        lambda s: (s.app.current_mode, s.view.cursor_key) == ("destinations", "dest0004.example"),
    ),
    "go_tier": Effect(entry_says("tier "), (), "scan", lambda s: s.view.shown.matched == 14),
    "filter": Effect(
        lambda s: s.view.entry.is_open and s.view.entry.mode == "filter",
        arguments="state:held",
        command_only=lambda s: s.view.shown.matched == 10,
    ),
    "problems": Effect(lambda s: s.view.shown.matched == 30),
    "sort": Effect(overlay(ChoiceOverlay), (), "name", lambda s: s.view.arrangement.sort == "name"),
    "sort_left": Effect(lambda s: s.view.arrangement.sort == "past"),
    "sort_right": Effect(lambda s: s.view.arrangement.sort == "name"),
    "invert": Effect(lambda s: [row.key for row in s.view.shown.rows] == s.rows[::-1]),
    "group": Effect(overlay(ChoiceOverlay), (), "state", lambda s: len(s.view.shown.lines) == 44),
    "columns": Effect(
        overlay(ColumnsOverlay), (), "state name", lambda s: s.app.columns == {"fleet": ("state", "name")}
    ),
    "mark": Effect(lambda s: s.view.marked == {s.rows[START]} and s.cursor == START + 1),
    "mark_all": Effect(lambda s: len(s.view.marked) == 40),
    "unmark": Effect(lambda s: not s.view.marked, first=("space",)),
    "check": Effect(lambda s: s.asked(Deed.CHECK), (), "a.example", lambda s: s.asked(Deed.CHECK, "a.example")),
    "check_all": Effect(overlay(QuestionOverlay)),
    "poll": Effect(lambda s: s.asked(Deed.POLL), (), "n1 n2", lambda s: s.asked(Deed.POLL, "n1", "n2")),
    "poll_all": Effect(overlay(QuestionOverlay)),
    "cancel": Effect(lambda s: s.asked(Deed.CANCEL)),
    "acknowledge": Effect(
        *(entry_says("ack "), (), "7d moving house"),
        lambda s: s.asked(Deed.ACKNOWLEDGE, arguments=("7d", "moving house")),
    ),
    "silence": Effect(
        *(entry_says("silence "), (), "7d moving house"),
        lambda s: s.asked(Deed.SILENCE, arguments=("7d", "moving house")),
    ),
    "validate": Effect(lambda s: s.asked(Deed.VALIDATE)),
    "what_if": Effect(
        *(entry_says("what-if "), (), "tiers.edge.x = 1"),
        lambda s: s.asked(Deed.WHAT_IF, arguments=("tiers.edge.x = 1",)),
    ),
    "open": Effect(lambda s: s.asked(Deed.OPEN)),
    "differences": Effect(lambda s: s.asked(Deed.DIFFERENCES)),
    "excerpt": Effect(lambda s: s.asked(Deed.EXCERPT)),
    "edit": Effect(lambda s: (s.tmp / "+7").exists() and (s.tmp / "profile.toml").exists()),
    "copy": Effect(
        lambda s: s.app.clipboard.startswith(f"{s.rows[START]}\t"),
        (),
        "name",
        lambda s: s.app.clipboard == s.rows[START],
    ),
    "export": Effect(
        *(entry_says("export "), (), "csv out.csv"),
        lambda s: len((s.tmp / "out.csv").read_text().splitlines()) == 41,
    ),
    "maximise": Effect(lambda s: s.app.screen.maximized is s.view.body),
    "wider": Effect(lambda s: pane_of(s).size.width > WIDTH * 0.5, first=("wide",)),
    "narrower": Effect(lambda s: 0 < pane_of(s).size.width < WIDTH * 0.3, first=("wide",)),
    "help": Effect(overlay(HelpOverlay)),
    "command": Effect(entry_says("")),
    "palette": Effect(overlay(FleetPalette)),
    "freeze": Effect(lambda s: s.app.frozen and "FROZEN +0 changes" in screen_text(s.app)),
    "faster": Effect(lambda s: s.engine.requests[0].deed is Deed.FASTER),
    "slower": Effect(lambda s: s.engine.requests[0].deed is Deed.SLOWER),
    "interval": Effect(entry_says("interval "), (), "30", lambda s: s.engine.requests[0].arguments == ("30",)),
    "theme": Effect(entry_says("theme "), (), "light", lambda s: s.app.theme == "fleet-light"),
    "back": Effect(lambda s: s.view.shown.matched == 40, first=("z",)),
    "leave": Effect(lambda s: s.app.return_value == (), ends=True),
    "quit_summary": Effect(lambda s: s.app.return_value == ("40 rows",), ends=True),
    "quit_now": Effect(lambda s: s.app.return_value == (), ends=True),
    "interrupt": Effect(lambda s: s.app.return_value == (), ends=True),
    "suspend_process": Effect(lambda s: (s.tmp / "stopped").exists()),
}


@dataclass(frozen=True)
class InText:
    """What shows that an action of a text worked: what must hold of the places before and after."""

    check: Callable[["Spot", "Spot"], bool]
    first: tuple[str, ...] = ()
    arguments: str = ""
    command_only: Callable[["Spot", "Spot"], bool] | None = None


@dataclass(frozen=True)
class Spot:
    """Where the reader is: the first line seen, the line a search is on, whether a line is being written."""

    top: int
    match: int
    heading: bool
    writing: bool


SEARCHED = ("slash", *"bogus", "enter")
IN_TEXT: dict[str, InText] = {
    "search": InText(lambda old, new: new.writing, (), "openssl", lambda old, new: new.match > old.match),
    "next_match": InText(lambda old, new: new.match > old.match >= 0, SEARCHED),
    "match_before": InText(lambda old, new: 0 <= new.match < old.match, (*SEARCHED, "n", "n")),
    "next_section": InText(lambda old, new: new.heading and new.top > old.top),
    "section_before": InText(
        lambda old, new: new.heading and 0 < new.top < old.top, ("right_square_bracket", "right_square_bracket")
    ),
}


def test_every_action_has_a_test_of_its_effect() -> None:
    assert set(EFFECTS) | set(IN_TEXT) == {row.id for row in ACTIONS}


@pytest.mark.parametrize("way", ["key", "command"])
@pytest.mark.parametrize("identity", IN_TEXT)
async def test_an_action_of_a_text_does_what_it_says(identity: str, way: str) -> None:
    row, effect = next(row for row in ACTIONS if row.id == identity), IN_TEXT[identity]
    app = FleetApp(BoardEngine(watched()))
    async with app.run_test(size=(80, 24)) as pilot:
        await app.do("view_destinations")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, CloserScreen)

        def spot() -> Spot:
            body = screen.body
            top = body.scroll_offset.y
            return Spot(top, body._match, body._lines[top].heading, screen.entry.is_open)

        await pilot.press(*effect.first)
        await pilot.pause()
        before = spot()
        if way == "key":
            await pilot.press(textual_key(row.keys[0]))
        else:
            await pilot.press("colon")
            screen.query_one(Input).value = f"{row.command} {effect.arguments}".rstrip()
            await pilot.press("enter")
        await pilot.pause()
        check = effect.command_only if way == "command" and effect.command_only else effect.check
        assert check(before, spot()), (before, spot())


@pytest.mark.parametrize("way", ["key", "command"])
@pytest.mark.parametrize("identity", EFFECTS)
async def test_an_action_does_what_it_says(
    identity: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VISUAL", "touch")
    monkeypatch.setattr(FleetApp, "suspend", lambda self: nullcontext())  # a terminal of tests cannot be left
    monkeypatch.setattr(FleetApp, "action_suspend_process", lambda self: (tmp_path / "stopped").touch())
    row, effect = next(row for row in ACTIONS if row.id == identity), EFFECTS[identity]
    engine = MadeUpEngine(40)
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = [one.key for one in app.screen.shown.rows]
        await pilot.press(*["j"] * START)
        for key in effect.first:
            size = {"resize": 60, "wide": WIDTH}.get(key)
            await (pilot.resize_terminal(size, 24) if size else pilot.press(key))
        await pilot.pause()
        engine.requests.clear()
        if way == "key":
            await pilot.press(textual_key(row.keys[0]))
        else:
            await pilot.press("colon")
            app.screen.query_one(Input).value = f"{row.command} {effect.arguments}".rstrip()
            await pilot.press("enter")
        scene = Scene(app, engine, rows, tmp_path)
        check = effect.command_only if way == "command" and effect.command_only else effect.check
        if effect.ends:
            await asyncio.sleep(0)
        else:
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
        assert check(scene)


async def test_a_reply_with_lines_is_read_in_an_overlay_and_copied_where_asked_for() -> None:
    engine = MadeUpEngine(4)
    engine.reply = Reply("dig", Mark.OK, ("dig ietf.org", "second"))
    app = FleetApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, ReadingOverlay)
        assert "dig ietf.org" in screen_text(app)
        await pilot.press("escape")
        await app.do("copy", "command")
        await app.workers.wait_for_complete()
        assert app.clipboard == "dig ietf.org\nsecond"


async def test_a_moved_key_works_and_is_shown_where_it_went() -> None:
    settings = replace(Surroundings().settings, keys={"problems": ("Z",), "check": ("f5",)})
    app = FleetApp(MadeUpEngine(40), Surroundings(settings))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z")
        assert app.screen.shown.matched == 40
        await pilot.press("Z")
        assert app.screen.shown.matched == 30
        assert "f5 Check" in screen_text(app)
        await pilot.press("question_mark")
        assert any(line.text.startswith("Z ") for line in app.screen._log_view._ring)
