"""Views that are a table: what a row is comes from ``fleet.views``, so they differ in name and empty words only."""

from typing import ClassVar

from fleet.faces.tui.screens.view import ViewScreen


class NodesScreen(ViewScreen):
    """Tiers and nodes from inside to the Internet."""

    VIEW: ClassVar[str] = "fleet"
    EMPTY: ClassVar[str] = "The profile declares no node."


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
    """What we did: commands, questions, dialogues."""

    VIEW: ClassVar[str] = "events"
    PACE: ClassVar[float] = 1.6
    EMPTY: ClassVar[str] = "Nothing was done yet."
