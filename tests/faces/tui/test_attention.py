"""Alerts on the screen: a toast, and the call for attention that the terminal says it knows."""

import pytest
from made_up import MadeUpEngine

from fleet.clock import monotonic
from fleet.faces.tui import delivery
from fleet.faces.tui.app import FleetApp
from fleet.faces.tui.attention import BELL, attention
from fleet.faces.tui.engine import Reply
from fleet.views import Mark


@pytest.mark.parametrize(
    ("environment", "written"),
    [
        ({}, BELL),
        ({"TERM": "xterm-256color"}, BELL),
        ({"TERM_PROGRAM": "WezTerm"}, "\x1b]9;fleet: mail is held, see\a"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;fleet: mail is held, see\a"),
        ({"TERM": "foot-extra"}, "\x1b]777;notify;fleet;mail is held, see\a"),
        ({"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x"}, BELL),
        ({"TERM": "foot", "STY": "1"}, BELL),
    ],
)
def test_only_what_the_terminal_says_it_knows_is_tried(environment: dict[str, str], written: str) -> None:
    assert attention("mail is held; see", environment) == written


def test_no_text_ends_the_sequence_or_begins_another() -> None:
    said = attention("a\a\x1b]52;c;ZXZpbA==\a\x9c;4;1", {"TERM": "foot"})
    assert said.count("\x1b") == 1
    assert said.count("\a") == 1
    assert said.count(";") == 3


async def test_alerts_are_one_short_toast_now_and_then_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = MadeUpEngine()
    engine.told = [Reply(f"firing: [red]{number}", Mark.FAIL) for number in range(9)]
    app = FleetApp(engine)
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause(0.6)
        told = [(one.message, one.severity) for one in app._notifications if "firing" in one.message]
        assert told == [("firing: [red]0; 8 more: fleet alerts", "error")]
        count = len(list(app._notifications))
        engine.told = [Reply("resolved: one", Mark.OK), Reply("firing: two", Mark.FAIL)]
        await pilot.pause(0.6)
        assert len(list(app._notifications)) == count, "the next ones wait until the screen was quiet for a while"
        monkeypatch.setattr(delivery, "monotonic", lambda: monotonic() + 20)
        await pilot.pause(0.6)
        assert [one.message for one in app._notifications][-1] == "firing: two; 1 more: fleet alerts"
