"""The wall of destinations.  May import ``textual``, ``fleet.views`` and the modules beside."""

from typing import ClassVar

from textual import on
from textual.widget import Widget

from fleet.faces.tui.screens.view import ViewScreen
from fleet.faces.tui.widgets.wall import PanelWall
from fleet.views import GroupHead


class DestinationsScreen(ViewScreen):
    """A panel per destination."""

    VIEW: ClassVar[str] = "destinations"
    EMPTY: ClassVar[str] = "No destination is declared."

    def make_body(self) -> Widget:
        """The wall."""
        return PanelWall()

    def show_body(self) -> None:
        """The wall shows the same rows as a table would, in the same order."""
        if isinstance(self.body, PanelWall):
            keys = tuple(row.key for row in self.shown.rows)
            heads: dict[int, GroupHead] = {}
            at = 0
            for line in self.shown.lines:
                if isinstance(line, GroupHead):
                    heads[at] = line
                else:
                    at += 1
            self.body.show(keys, self.fleet_app.engine.panel, self.marked, self._why_empty(), heads)

    @on(PanelWall.Opened)
    def _panel_opened(self, message: PanelWall.Opened) -> None:
        self.open(message.key)
