"""The two lines at the top: the views as tabs, and what is shown of how much.

Nothing moves that did not change: there is no clock, and a line is sent only when its text differs.

May import ``textual`` and the modules beside.
"""

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from fleet.faces.tui.actions import VIEWS
from fleet.faces.tui.look import Look
from fleet.faces.tui.widgets.drawing import DIM, HEAD, PLAIN, STRONG, Drawn, LineWidget, Span
from fleet.views import Mark


@dataclass(frozen=True, slots=True)
class Status:
    """What the second line says."""

    matched: int = 0
    total: int = 0
    filter: str = ""
    problems_only: bool = False
    sort: str = ""
    inverted: bool = False
    group: str = ""
    marked: int = 0
    hidden_marks: int = 0
    running: int = 0
    frozen: bool = False
    changes: int = 0
    note: str = ""
    """What else must be known of the rows."""
    order: str = "worst first"
    """The order that is natural to them."""
    about: str = ""
    """The one object that is looked at; the counts are then of its sections."""


def draw_status(status: Status) -> Drawn:
    """The second line: the badge first, for it changes what the rest means."""
    spans: list[Span] = []
    if status.frozen:
        spans.append((f" FROZEN +{status.changes:,} changes ", Mark.WARN))
    shown = f"{status.matched:,} of {status.total:,}" if status.matched != status.total else f"{status.total:,}"
    if status.about:
        spans.append((f" {status.about}  {status.total} sections", PLAIN))
    else:
        spans.append((f" {shown} shown", PLAIN))
    for said, role in (
        (f"filter {status.filter}" if status.filter else "", Mark.RUNNING),
        ("problems only" if status.problems_only else "", Mark.RUNNING),
        (f"by {status.sort}" if status.sort else "" if status.about else status.order, DIM),
        ("inverted" if status.inverted else "", DIM),
        (f"grouped by {status.group}" if status.group else "", DIM),
        (status.note, DIM),
        (f"{status.marked} marked" if status.marked else "", STRONG),
        (f"{status.hidden_marks} of them hidden" if status.hidden_marks else "", STRONG),
        (f"{status.running:,} running" if status.running else "", Mark.RUNNING),
    ):
        if said:
            spans.append((f"  {said}", role))
    return tuple(spans)


_ROOMY = 70
"""Columns from which tabs have a blank on both sides."""


def _named(name: str, room: int, look: Look) -> str:
    """``name`` in at most ``room`` cells; what kind of picture it is stays, whatever the fleet is called."""
    length = cell_len(name)
    if length <= room:
        return name
    fleet, blank, kind = name.partition(" (")
    tail = f" ({kind}" if blank else ""
    left = room - cell_len(tail)
    if blank and left > 1:
        return look.fit(fleet, left) + tail
    return look.fit(kind.rstrip(")") if blank else name, room)


class Header(LineWidget):
    """The header of a view."""

    DEFAULT_CSS = """
    Header { dock: top; height: 2; width: 1fr; background: $panel; color: $foreground; }
    """

    @dataclass
    class ViewWanted(Message):
        """The tab of a view was clicked."""

        view: str

    def __init__(self, view: str) -> None:
        super().__init__()
        self._view = view
        self._fleet = ""
        self._status = Status()

    @property
    def status(self) -> Status:
        """What it says."""
        return self._status

    def show(self, name: str, status: Status) -> None:
        """Say this from now on."""
        if name != self._fleet:
            self._fleet = name
            self.repaint(0)
        if status != self._status:
            self._status = status
            self.repaint(1)

    def render_line(self, y: int) -> Strip:
        """The tabs, or the status."""
        width = self.size.width
        if y:
            return self.strip(draw_status(self._status), width)
        tabs = self._tabs()
        room = width - sum(cell_len(text) for text, _ in tabs) - 1
        name = _named(self._fleet, room - 1, self.look)
        blank = " " * (room - cell_len(name))
        return self.strip((*tabs, (blank, PLAIN), (name, HEAD)), width)

    def on_click(self, event: events.Click) -> None:
        """A tab leads to its view."""
        event.stop()
        edge = 0
        for view, (text, _) in zip(VIEWS, self._tabs(), strict=True):
            edge += cell_len(text)
            if event.y == 0 and event.x < edge:
                self.post_message(self.ViewWanted(view.id))
                return

    def _tabs(self) -> list[Span]:
        wide = self.size.width >= 90
        end = " " if self.size.width >= _ROOMY else ""  # what kind of picture it is must be read beside them
        tabs: list[Span] = []
        for number, view in enumerate(VIEWS, 1):
            title = view.title if wide else view.short
            here = view.id == self._view
            tabs.append((f"[{number} {title}]" if here else f" {number} {title}{end}", HEAD if here else PLAIN))
        return tabs
