"""An engine that shows the views of a real State, without polls or checks: what was asked for is noted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from fleet.faces.tui.actions import Kind
from fleet.faces.tui.engine import Deed, Place, Reply, Request
from fleet.views import Filter, Panel, Table
from fleet.views.board import DOCUMENTS, TABLES, Document, Picture, destination_panel, summary_lines, what_if_document


class BoardEngine:
    """Shows ``picture``; ``now`` may be moved on."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.requests: list[Request] = []
        self.problem = ""
        self.looks: list[tuple[str, bool, bool]] = []
        self.listeners: list[Callable[[], None]] = []

    def at(self, now: datetime) -> None:
        """The clock goes on."""
        self.picture = replace(self.picture, now=now)

    @property
    def name(self) -> str:
        fleet = self.picture.state.fleet
        return f"{fleet.name if fleet else 'fleet'} (live)"

    def table(self, view: str) -> Table:
        return TABLES[view](self.picture)

    def look_back(self, wanted: Filter, problems_only: bool, deeper: bool = False) -> None:
        self.looks.append((str(wanted), problems_only, deeper))

    def panel(self, key: str) -> Panel | None:
        return destination_panel(self.picture, key)

    def document(self, view: str, key: str) -> Document | None:
        return DOCUMENTS[view](self.picture, key)

    def news(self) -> Sequence[Reply]:
        return ()

    def names(self, kind: Kind) -> Sequence[str]:
        fleet = self.picture.state.fleet
        if fleet is None:
            return ()
        found = {
            Kind.NODE: tuple(fleet.nodes),
            Kind.DESTINATION: tuple(fleet.destinations),
            Kind.TIER: tuple(fleet.tiers),
        }
        return found.get(kind, ())

    def running(self) -> int:
        return self.picture.state.running

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(changed)
        return lambda: self.listeners.remove(changed)

    async def submit(self, request: Request) -> Reply:
        self.requests.append(request)
        validation = self.picture.validation
        if request.deed is Deed.WHAT_IF and validation is not None:
            found = what_if_document(self.picture, validation.reading, request.arguments)
            return Reply(found.title, found.mark, document=found)
        return Reply(f"{request.deed} is on its way")

    def place(self, view: str, key: str) -> Place | None:
        return None

    def summary(self) -> Sequence[str]:
        return summary_lines(self.picture)

    def tell(self) -> None:
        for changed in tuple(self.listeners):
            changed()
