"""A text to read: an excerpt, evidence, a transcript, what a command answered.  May import ``textual`` and ours."""

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.entry import SafeInput
from fleet.faces.tui.widgets.log_view import LogLine, LogView
from fleet.faces.tui.widgets.ring import Ring


class ReadingOverlay(Overlay[None]):
    """Lines under a title."""

    DEFAULT_CSS = """
    ReadingOverlay > .frame { height: 80%; }
    ReadingOverlay Input { display: none; height: 1; border: none; padding: 0; background: $surface; }
    ReadingOverlay.-searching Input { display: block; }
    ReadingOverlay.-searching .hint { display: none; }
    """

    def __init__(self, title: str, lines: Iterable[str | LogLine]) -> None:
        super().__init__()
        self._title = title
        given = [line if isinstance(line, LogLine) else LogLine(line) for line in lines]
        self._log_view = LogView(Ring(max(1, len(given)), given), follow=False)
        self._sought = SafeInput(lambda line: [])

    def compose(self) -> ComposeResult:
        """The title, the lines."""
        with Vertical(classes="frame"):
            yield Static(content(self._title), classes="title")
            yield self._log_view
            yield self._sought
            yield Static(content("/ searches, n N next and before, esc leaves"), classes="hint")

    def action_leave(self) -> None:
        """Leave the search, then the text."""
        if self.has_class("-searching"):
            self._end_search()
        else:
            super().action_leave()

    @on(LogView.SearchWanted)
    def _search(self) -> None:
        self.add_class("-searching")
        self._sought.begin("")
        self._sought.focus()

    @on(Input.Changed)
    def _seek(self, message: Input.Changed) -> None:
        if message.value:
            self._log_view.find(message.value)

    @on(Input.Submitted)
    def _end_search(self) -> None:
        self.remove_class("-searching")
        self._log_view.focus()
