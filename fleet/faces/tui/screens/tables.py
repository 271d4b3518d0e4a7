"""Views that are a table: what a row is comes from ``fleet.views``, so they differ in name and empty words only."""

from typing import ClassVar

from textual import on

from fleet.faces.tui.screens.view import ViewScreen
from fleet.faces.tui.widgets.line_table import LineTable
from fleet.views import Filter

TIER = "tier "
"""What the key of a tier begins with, where a node is one of its nodes."""


class NodesScreen(ViewScreen):
    """Tiers and nodes from inside to the Internet."""

    VIEW: ClassVar[str] = "fleet"
    EMPTY: ClassVar[str] = "The profile declares no node."

    @property
    def cursor_key(self) -> str:
        """The node under the cursor, or the tier: ``tier edge``."""
        body = self.body
        lane = body.cursor_head if isinstance(body, LineTable) and self.arrangement.group == "tier" else ""
        return f"{TIER}{lane}" if lane else super().cursor_key

    @property
    def targets(self) -> tuple[str, ...]:
        """The marked nodes, else what is under the cursor."""
        return super().targets or ((self.cursor_key,) if self.cursor_key.startswith(TIER) else ())

    def open_head(self, title: str) -> None:
        """Look closer at a tier."""
        if self.cursor_key.startswith(TIER):
            self.open(self.cursor_key)
        else:
            super().open_head(title)


class ResolversScreen(ViewScreen):
    """Nodes and their resolvers."""

    VIEW: ClassVar[str] = "resolvers"
    EMPTY: ClassVar[str] = "No resolver is known yet: p polls the nodes."


class FindingsScreen(ViewScreen):
    """What the rules found."""

    VIEW: ClassVar[str] = "findings"
    EMPTY: ClassVar[str] = "The rules found nothing in what is known; what is not known is on the other views."


class DriftScreen(ViewScreen):
    """What nodes do against what the profile declares."""

    VIEW: ClassVar[str] = "drift"
    EMPTY: ClassVar[str] = "No node was observed yet: p polls the nodes."


class EventsScreen(ViewScreen):
    """What we did: commands, questions, dialogues.  The history is searched for what passes."""

    VIEW: ClassVar[str] = "events"
    PACE: ClassVar[float] = 1.6
    EMPTY: ClassVar[str] = "Nothing was done yet."

    def __init__(self) -> None:
        super().__init__()
        self._sought = self._wanted()

    def show_view(self) -> None:
        """Somebody looks: what happens is read as it is written."""
        self.look_back()
        super().show_view()

    def rearrange(self) -> None:
        """Another filter is another search."""
        if (wanted := self._wanted()) != self._sought:
            self._sought, self._shown_at = wanted, 0.0  # who has just written a filter waits for what it finds
        self.look_back()
        super().rearrange()

    def look_back(self, deeper: bool = False) -> None:
        """Have the engine read what passes."""
        self.fleet_app.engine.look_back(*self._wanted(), deeper)

    def _wanted(self) -> tuple[Filter, bool]:
        return self.arrangement.filter, self.arrangement.problems_only

    @on(LineTable.CursorMoved)
    def _at_the_end(self, message: LineTable.CursorMoved) -> None:
        if self.shown.rows and message.key == self.shown.lines[-1].key:
            self.look_back(deeper=True)
