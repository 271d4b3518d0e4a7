"""The palette: every action and every object by a few letters of its name.

Textual's own palette reads candidates, prompts and help as markup, so a destination's name could end the program; this
one is a list of ours over Textual's fuzzy matcher.

May import ``textual`` and the modules beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.widgets import Input, Static

from fleet.faces.tui.actions import ACTIONS, Group, Kind
from fleet.faces.tui.actions.keymap import shown_key
from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.entry import SafeInput
from fleet.faces.tui.widgets.line_table import LineTable
from fleet.views import Column, Row, TableCell

if TYPE_CHECKING:
    from fleet.faces.tui.app import FleetApp

_COLUMNS = (Column("name", "Name", 28), Column("help", "What it does", 20, flexible=True), Column("key", "Key", 8))
_MOST = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entry: what it is called, what it does, and the action with its arguments."""

    name: str
    help: str
    key: str
    action: str
    arguments: tuple[str, ...] = ()


def candidates(app: FleetApp) -> list[Candidate]:
    """Every action, then every node, destination and tier."""
    order = (Group.DO, Group.LOOK, Group.SHOW, Group.APP, Group.MOVE)  # who opens it knows how to move
    actions = sorted(ACTIONS, key=lambda one: order.index(one.group))
    found = [Candidate(one.title, one.help, shown_key(app.keys[one.id][0]), one.id) for one in actions]
    for kind, action, said in (
        (Kind.NODE, "go_node", "Node"),
        (Kind.DESTINATION, "go_destination", "Destination"),
        (Kind.TIER, "go_tier", "Tier"),
    ):
        found += [Candidate(name, said, "", action, (name,)) for name in app.names(kind)]
    return found


def best(found: list[Candidate], text: str) -> list[Candidate]:
    """The candidates that match ``text``, the best first; all of them for an empty text."""
    if not text.strip():
        return found[:_MOST]
    search = FuzzySearch()
    # Only names that contain the letters at all are worth a score: five thousand destinations are matched per key.
    letters = text.casefold().replace(" ", "")
    likely = [one for one in found if _contains(one.name.casefold(), letters)]
    close = [one for one in likely if letters in one.name.casefold()]
    pool = close if len(close) >= _MOST else likely[:500]
    scored = [(search.match(text, one.name)[0], -at, one) for at, one in enumerate(pool)]
    return [one for score, _, one in sorted(scored, key=lambda item: item[:2], reverse=True) if score > 0][:_MOST]


class FleetPalette(Overlay[None]):
    """The palette."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("down", "step('down')", show=False, priority=True),
        Binding("up", "step('up')", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    FleetPalette LineTable { height: 16; background: $surface; }
    FleetPalette Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Candidate] = []
        self._shown: dict[str, Candidate] = {}
        self._table = LineTable(empty="Nothing is called so.")
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """What is sought, and what was found."""
        with Vertical(classes="frame"):
            yield Static(content("Find an action or an object"), classes="title")
            yield SafeInput(lambda line: [])
            yield self._table
            yield Static(content("enter does it, esc leaves"), classes="hint")

    def on_mount(self) -> None:
        """Everything there is."""
        self._found = candidates(cast("FleetApp", self.app))
        self._show("")

    def action_step(self, way: str) -> None:
        """Another entry."""
        if way == "down":
            self._table.action_down()
        else:
            self._table.action_up()

    @on(Input.Changed)
    def _sought(self, message: Input.Changed) -> None:
        self._show(message.value)

    @on(Input.Submitted)
    def _chosen(self) -> None:
        self._do(self._table.cursor_key)

    @on(LineTable.Opened)
    def _opened(self, message: LineTable.Opened) -> None:
        self._do(message.key)

    def _do(self, key: str) -> None:
        one = self._shown.get(key)
        if one is None:
            self.app.bell()
            return
        app = cast("FleetApp", self.app)
        self.dismiss(None)
        if one.arguments or not any(action.id == one.action and action.prompts for action in ACTIONS):
            app.call_later(app.do, one.action, *one.arguments)
        else:
            app.call_later(app.action_prompt, one.action)

    def _show(self, text: str) -> None:
        self._shown = {str(at): one for at, one in enumerate(best(self._found, text))}
        rows = tuple(
            Row(key, (TableCell(one.name), TableCell(one.help), TableCell(one.key))) for key, one in self._shown.items()
        )
        self._table.show(_COLUMNS, rows)
        self._table.action_top()


def _contains(name: str, letters: str) -> bool:
    at = 0
    for letter in letters:
        at = name.find(letter, at) + 1
        if not at:
            return False
    return True
