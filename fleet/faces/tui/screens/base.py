"""The frame of every screen: header, body, line for filters and commands, footer, notice where all is too small.

May import ``textual`` and the modules beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from fleet.faces.tui.actions import Scope, action
from fleet.faces.tui.actions.commands import Command, CommandProblem, complete, hint_for, parse_command
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.entry import Entry
from fleet.faces.tui.widgets.footer import Footer
from fleet.faces.tui.widgets.header import Header
from fleet.faces.tui.widgets.log_view import LogView

if TYPE_CHECKING:
    from fleet.faces.tui.app import FleetApp

LEAST = (60, 16)
"""The smallest screen that shows anything useful."""


class FleetScreen(Screen[None]):
    """A screen of the dashboard.  ``VIEW`` is its row in ``actions.table.VIEWS``, ``SCOPES`` what works on it."""

    VIEW: ClassVar[str] = ""
    SCOPES: ClassVar[frozenset[Scope]] = frozenset({Scope.APP})
    DEFAULT_CSS = """
    FleetScreen { layers: base notice; background: $background; }
    FleetScreen > .too-small { layer: notice; display: none; width: 100%; height: 100%; background: $background;
                               content-align: center middle; text-align: center; }
    FleetScreen.-too-small > .too-small { display: block; }
    """

    def __init__(self, view: str = "") -> None:
        super().__init__()
        self.view = view or self.VIEW
        self.header = Header(self.view)
        self.entry = Entry(self._completions, self._written)
        self._notice = Static(content(""), classes="too-small")
        self._searched: LogView | None = None

    @property
    def fleet_app(self) -> FleetApp:
        """The application, by its own type."""
        return cast("FleetApp", self.app)

    @property
    def body(self) -> Widget:
        """The widget that takes the keys."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Header, body, entry, footer."""
        yield self.header
        yield from self.compose_body()
        yield Footer(self.SCOPES, self.fleet_app.keys)
        yield self.entry
        yield self._notice

    def compose_body(self) -> ComposeResult:
        """What stands between header and footer."""
        yield self.body

    def on_mount(self) -> None:
        """The body takes the keys: at once, for whoever types ahead may be writing a line already when a call comes."""
        if not self.entry.is_open:
            self.set_focus(self.body, scroll_visible=False)

    def on_resize(self) -> None:
        """Say so where nothing useful fits."""
        width, height = self.size
        self.set_class(width < LEAST[0] or height < LEAST[1], "-too-small")
        said = f"{width}x{height} is too small.\nThe dashboard needs {LEAST[0]}x{LEAST[1]}; q leaves."
        self._notice.update(content(*_lines(said)))

    def show_view(self) -> None:
        """Show what is true now; called a few times a second at most, and only while the screen is seen."""

    def is_due(self) -> bool:
        """Whether it wants to be shown again although nothing changed."""
        return False

    # The line at the bottom

    @property
    def is_writing(self) -> bool:
        """Whether keys go to the line."""
        return self.is_current and self.focused is not None and self.entry in self.focused.ancestors

    def prompt(self, identity: str, text: str = "") -> None:
        """Open the command line on the action ``identity``."""
        line = f"{action(identity).command} {text}"
        self.entry.open("command", ":", line)
        self.entry.say("", hint_for(line))

    def action_write_command(self) -> None:
        """Open an empty command line."""
        self.entry.open("command", ":", "")

    @on(LogView.SearchWanted)
    def _search_wanted(self, message: LogView.SearchWanted) -> None:
        self._searched = message.log
        self.entry.open("search", "/", "")

    def close_entry(self) -> None:
        """The keys go back to the body."""
        self.entry.close()
        self.set_focus(self.body, scroll_visible=False)

    @on(Entry.Done)
    def _entered(self, message: Entry.Done) -> None:
        if message.mode == "command" and self._command(message.text):
            return
        if message.mode == "search":
            self.close_entry()
        self.app.call_later(self.fleet_app.line_done)

    @on(Entry.Written)
    def _line_changed(self, message: Entry.Written) -> None:
        if message.mode == "command":
            self.entry.say("", hint_for(message.text))
        elif message.mode == "search" and self._searched is not None:
            found = not message.text or self._searched.find(message.text)
            self.entry.say("" if found else "No line contains this.")

    @on(Entry.Dropped)
    def _dropped(self, message: Entry.Dropped) -> None:
        self.close_entry()

    @on(Header.ViewWanted)
    async def _tab(self, message: Header.ViewWanted) -> None:
        await self.fleet_app.do(f"view_{message.view}")

    @on(Footer.Chosen)
    async def _key(self, message: Footer.Chosen) -> None:
        if action(message.action).prompts:
            self.prompt(message.action)
        else:
            await self.fleet_app.do(message.action)

    def _command(self, text: str) -> bool:
        """Begin what ``text`` says; whether there is anything to do."""
        if not text.strip():
            self.close_entry()
            return False
        match parse_command(text):
            case CommandProblem(_, sentence):
                self.entry.say(sentence)
            case Command(action=wanted, arguments=arguments):
                self.fleet_app.remember_command(text)
                self.close_entry()
                # After this message: the action may wait for an answer from the user.
                self.app.call_later(self.fleet_app.do_written, wanted.id, *arguments)
                return True
        return False

    def _written(self, mode: str) -> list[str]:
        return self.fleet_app.commands if mode == "command" else []

    def _completions(self, mode: str, line: str) -> list[str]:
        return complete(line, self.fleet_app.names) if mode == "command" else []


def _lines(text: str) -> list[str]:
    parts: list[str] = []
    for line in text.split("\n"):
        parts += [line, "\n"]
    return parts[:-1]
