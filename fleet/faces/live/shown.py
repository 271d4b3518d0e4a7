"""What every engine shows, whoever fills State: tables, panels, names, places, a summary; and deeds that only look.

May import ``fleet.views``, ``fleet.monitor``, ``fleet.faces.tui.engine`` and the modules beside.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fleet import clock
from fleet.faces.live import looking
from fleet.faces.live.judging import Judging, known
from fleet.faces.live.past import Look
from fleet.faces.live.profile_file import ProfileFile
from fleet.faces.live.transcript import transcript
from fleet.faces.tui.actions import Kind
from fleet.faces.tui.engine import Deed, Place, Reply, Request
from fleet.model.finding import Finding
from fleet.monitor import State
from fleet.text import show
from fleet.views import Filter, Mark, Panel, Table
from fleet.views.board import DOCUMENTS, TABLES, Document, Memo, Picture, destination_panel, summary_lines

Changed = Callable[[], None]


class Shown:
    """An engine that only shows.  ``kind`` says what picture it is: live, replay, follower.

    ``refusal``: why it does nothing, as a sentence.
    """

    def __init__(self, profile: ProfileFile, kind: str, refusal: str, *, wall: clock.WallClock = clock.now) -> None:
        self.profile = profile
        self.state = State(fleet=profile.fleet, profile=str(profile.path))
        self.kind = kind
        self.refusal = refusal
        self.wall = wall
        self.judging = Judging(lambda: known(self.state, self.profile.reading, wall()), self.redraw, wall)
        self.trouble = ""
        """What is wrong with the program itself, for the title; empty where nothing is."""
        self.through = 0
        """The number of the last event of the history that State contains; 0 while State is still being read."""
        self._listeners: list[Changed] = []
        self._memo = Memo()
        self._look: Look | None = None

    # What the dashboard asks for: see ``fleet.faces.tui.engine.Engine``.

    @property
    def name(self) -> str:
        """The fleet, what kind of picture it is, and what is wrong with it."""
        fleet = self.state.fleet
        said = f"{show(fleet.name or 'fleet', 60) if fleet else 'fleet'} ({self.kind})"
        return f"{said}: {show(self.problem, 160)}" if self.problem else said

    @property
    def problem(self) -> str:
        """What is wrong with the program itself, for a toast."""
        return show(self.trouble or self.state.history_trouble, 500)

    def table(self, view: str) -> Table:
        """The rows of a view."""
        return TABLES[view](self.picture())

    def panel(self, key: str) -> Panel | None:
        """The panel of a destination."""
        return destination_panel(self.picture(), key)

    def document(self, view: str, key: str) -> Document | None:
        """All that is known of one object of a view."""
        return DOCUMENTS[view](self.picture(), key)

    def picture(self) -> Picture:
        """Everything known now, for the views; what did not change since the last one is the same object."""
        past = self._look.past if self._look is not None else None
        return Picture(self.state, self.wall(), self.judging.validation, transcript, self._memo, past)

    def look_back(self, wanted: Filter, problems_only: bool, deeper: bool = False) -> None:
        """Read the events that pass back from the history, if there is one."""
        if self._look is None:
            self._look = self.history_look()
        if self._look is not None:
            self._look.ask(wanted, problems_only, deeper)

    def history_look(self) -> Look | None:
        """A look into the history of this picture; None while it has none."""
        return None

    def names(self, kind: Kind) -> Sequence[str]:
        """What there is of a kind."""
        fleet = self.state.fleet
        if fleet is None:
            return ()
        found: Mapping[Kind, Sequence[str]] = {
            Kind.NODE: tuple(fleet.nodes),
            Kind.TIER: tuple(fleet.tiers),
            Kind.DESTINATION: tuple(dict.fromkeys((*fleet.destinations, *self.state.targets))),
        }
        return found.get(kind, ())

    def news(self) -> Sequence[Reply]:
        """Nothing is told by who only shows: the monitor tells."""
        return ()

    def running(self) -> int:
        """How many polls and checks run."""
        return self.state.running

    def subscribe(self, changed: Changed) -> Callable[[], None]:
        """Have ``changed`` called after each change."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    async def submit(self, request: Request) -> Reply:
        """Do what is asked for, or say why not."""
        handler = self.deeds().get(request.deed)
        return await handler(request) if handler is not None else Reply(self.refusal, Mark.WARN)

    def deeds(self) -> Mapping[Deed, Callable[[Request], Awaitable[Reply]]]:
        """What this engine does."""
        return looking.deeds(self)

    def place(self, view: str, key: str) -> Place | None:
        """Where the profile declares an object, if it is a file on this disk."""
        path = looking.path_of(self, key)
        if path is None or not self.profile.path.exists():
            return None
        span = self.profile.reading.source.locate(path)
        return Place(self.profile.path, span.line)

    def summary(self) -> Sequence[str]:
        """The state of the fleet in a few lines."""
        return summary_lines(self.picture())

    # What a row stands for

    def finding(self, key: str) -> Finding | None:
        """The finding that a row of the findings stands for."""
        validation = self.judging.validation
        if validation is None:
            return None
        found = [one.finding for one in validation.reading.diagnostics]
        found += validation.report.findings if validation.report is not None else ()
        return next((one for one in found if f"{one.code} {one.object}" == key), None)

    def object_of(self, key: str) -> str:
        """What a row is about, in the words of ``Finding.object``; a finding is itself."""
        fleet = self.state.fleet
        if fleet is not None and key in fleet.nodes:
            return f"node {key}"
        known_domain = key in self.state.targets or (fleet is not None and key in fleet.destinations)
        return f"destination {key}" if known_domain else key

    # For those who fill State

    def tell(self) -> None:
        """State changed."""
        self.judging.touch()
        self.redraw()

    def redraw(self) -> None:
        """There is something else to see, though State is as it was."""
        for changed in tuple(self._listeners):
            changed()
