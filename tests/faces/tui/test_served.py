"""In a browser nobody starts an editor, and nothing is written to this machine's disk."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from golden import screen_text
from made_up import MadeUpEngine

from fleet.faces.cli import watch_run
from fleet.faces.cli.serving import SERVED
from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.delivery import Surroundings
from fleet.views import Mark
from fleet.views.board import Document


class Started(Exception):  # noqa: N818 - no error: the application was about to run
    pass


def surroundings_of_watch(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Surroundings:
    """What ``fleet watch`` gives the application, in the environment there is."""
    given: list[Surroundings] = []

    def app(engine: object, surroundings: Surroundings) -> None:
        given.append(surroundings)
        raise Started

    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    monkeypatch.setattr("fleet.faces.tui.app.FleetApp", app)
    with pytest.raises(Started):
        watch_run.run_app(MadeUpEngine(3), watch_run.WatchAsked(folder / "p.toml", follow=True))  # type: ignore[arg-type]
    return given[0]


def everything(folder: Path) -> Sequence[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_a_visitor_starts_no_editor_and_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVED, "1")
    monkeypatch.setenv("EDITOR", f"touch {tmp_path / 'edited'}")
    monkeypatch.chdir(tmp_path)
    surroundings = surroundings_of_watch(monkeypatch, tmp_path)
    monkeypatch.undo()
    monkeypatch.setenv("EDITOR", f"touch {tmp_path / 'edited'}")
    monkeypatch.chdir(tmp_path)
    engine = MadeUpEngine(3)
    app = FleetApp(engine, surroundings)
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await pilot.press("O")
        await pilot.pause()
        assert "No editor can be started here." in screen_text(app)
        for form in ("csv", "md", "json", "jsonl", "svg"):
            await app.do("export", form, str(tmp_path / f"out.{form}"))
            await app.do("export", form)
        await pilot.pause()
        assert "No file can be written from here." in screen_text(app)
        await app.do("columns", "state", "name")
        await pilot.press("colon", *"problems", "enter")
        engine.documents[app.screen.cursor_key] = Document("one", Mark.OK, ())  # type: ignore[attr-defined]
        await pilot.press("enter")
        await pilot.pause()
        await app.do("export", "json", str(tmp_path / "document.json"))
        await pilot.pause()
    assert everything(tmp_path) == []


def test_at_a_terminal_both_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERVED, raising=False)
    given = surroundings_of_watch(monkeypatch, tmp_path)
    assert given.editor
    assert given.state is not None
