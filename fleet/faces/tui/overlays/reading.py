"""A text to read: an excerpt, evidence, a transcript, what a command answered.  May import ``textual`` and ours."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.log_view import LogLine, LogView
from fleet.faces.tui.widgets.ring import Ring


class ReadingOverlay(Overlay[None]):
    """Lines under a title."""

    DEFAULT_CSS = "ReadingOverlay > .frame { height: 80%; }"

    def __init__(self, title: str, lines: Iterable[str | LogLine]) -> None:
        super().__init__()
        self._title = title
        given = [line if isinstance(line, LogLine) else LogLine(line) for line in lines]
        self._ring = Ring(max(1, len(given)), given)

    def compose(self) -> ComposeResult:
        """The title, the lines."""
        with Vertical(classes="frame"):
            yield Static(content(self._title), classes="title")
            yield LogView(self._ring, follow=False)
            yield Static(content("esc leaves"), classes="hint")
