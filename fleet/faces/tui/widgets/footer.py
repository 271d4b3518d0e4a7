"""The last line: the keys that matter here, clickable, as they are bound now.

One widget that draws a line, not a widget per key: focus changes all day and a stock footer mounts itself anew each
time.  May import ``textual`` and the modules beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from fleet.faces.tui.actions import ACTIONS, Action, Scope
from fleet.faces.tui.actions.keymap import shown_key
from fleet.faces.tui.widgets.drawing import KEY, PLAIN, LineWidget


def footer_actions(scopes: frozenset[Scope]) -> list[Action]:
    """The actions worth a place in the footer, the most useful first.

    One step back is for a closer look, which is left by it; on a view it undoes, and leaving is another key.
    """
    without = "back" if Scope.VIEW in scopes else "leave"
    found = (one for one in ACTIONS if one.footer and one.scope in scopes and one.id != without)
    return sorted(found, key=lambda one: one.footer)


class Footer(LineWidget):
    """The footer of a screen."""

    DEFAULT_CSS = """
    Footer { dock: bottom; height: 1; width: 1fr; background: $panel; color: $foreground; }
    """

    @dataclass
    class Chosen(Message):
        """A key of the footer was clicked."""

        action: str

    def __init__(self, scopes: frozenset[Scope], keys: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._actions = footer_actions(scopes)
        self._keys = keys

    def render_line(self, y: int) -> Strip:
        """The keys that fit."""
        spans = []
        for action, text in self._fitting():
            key = text.split(" ", 1)[0]
            spans += [(f" {key}", KEY), (f" {action.title} ", PLAIN)]
        return self.strip(tuple(spans), self.size.width)

    def on_click(self, event: events.Click) -> None:
        """A click is the key."""
        event.stop()
        edge = 0
        for action, text in self._fitting():
            edge += cell_len(text) + 2
            if event.x < edge:
                self.post_message(self.Chosen(action.id))
                return

    def _fitting(self) -> list[tuple[Action, str]]:
        fitting: list[tuple[Action, str]] = []
        left = self.size.width
        for action in self._actions:
            text = f"{shown_key(self._keys[action.id][0])} {action.title}"
            length = cell_len(text) + 2
            if length <= left:  # a shorter one behind it may still have room
                left -= length
                fitting.append((action, text))
        return fitting
