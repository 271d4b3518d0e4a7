"""The six views.  ``base`` is the frame every screen has, ``view`` what a screen with rows can do.

A screen is added by a row in ``actions.table.VIEWS`` and its class here.
"""

from fleet.faces.tui.screens.base import FleetScreen
from fleet.faces.tui.screens.closer import CloserScreen
from fleet.faces.tui.screens.destinations import DestinationsScreen
from fleet.faces.tui.screens.tables import DriftScreen, EventsScreen, FindingsScreen, NodesScreen, ResolversScreen
from fleet.faces.tui.screens.view import ViewScreen

SCREENS: dict[str, type[ViewScreen]] = {
    "fleet": NodesScreen,
    "destinations": DestinationsScreen,
    "resolvers": ResolversScreen,
    "findings": FindingsScreen,
    "drift": DriftScreen,
    "events": EventsScreen,
}
"""The class of each row of ``actions.table.VIEWS``."""

__all__ = ["SCREENS", "CloserScreen", "FleetScreen", "ViewScreen"]
