"""A text to read: an excerpt, evidence, a transcript, what a command answered.  May import ``textual`` and ours."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content
from fleet.faces.tui.widgets.document_view import wrapped
from fleet.faces.tui.widgets.entry import SafeInput
from fleet.faces.tui.widgets.log_view import LogLine, LogView
from fleet.faces.tui.widgets.ring import Ring


class ReadingOverlay(Overlay[None]):
    """Lines under a title; prose is to ``wrap``, an excerpt keeps its lines."""

    DEFAULT_CSS = """
    ReadingOverlay > .frame { height: 80%; }
    ReadingOverlay Input { display: none; height: 1; border: none; padding: 0; background: $surface; }
    ReadingOverlay.-searching Input { display: block; }
    ReadingOverlay.-searching .hint { display: none; }
    """

    def __init__(self, title: str, lines: Iterable[str | LogLine], *, wrap: bool = False) -> None:
        super().__init__()
        self._title = title
        self._wrap = wrap
        self._given = [line if isinstance(line, LogLine) else LogLine(line) for line in lines]
        self._log_view = LogView(_ring(self._given), follow=False)
        self._sought = SafeInput(lambda line: [])

    def compose(self) -> ComposeResult:
        """The title, the lines."""
        with Vertical(classes="frame"):
            yield Static(content(self._title), classes="title")
            yield self._log_view
            yield self._sought
            sideways = "" if self._wrap else ", h l sideways"
            yield Static(content(f"esc leaves, j k move{sideways}, / searches, n N next and before"), classes="hint")

    def on_resize(self) -> None:
        """Lines are wrapped anew, once it is known how wide they may be."""
        if self._wrap:
            self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        width = self._log_view.scrollable_content_region.width
        if width > 0:
            self._log_view.replace(_ring([part for line in self._given for part in _parts(line, width)]))

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


def _ring(lines: list[LogLine]) -> Ring[LogLine]:
    return Ring(max(1, len(lines)), lines)


_LAST_GAP = re.compile(r"^.*\s{2,}(?=\S)")
_LEAST_TEXT = 20
"""Cells a text keeps behind what hangs at its left."""


def _parts(line: LogLine, width: int) -> Iterator[LogLine]:
    """``line`` on as many lines as it needs; what follows the first hangs below the text behind the last wide gap."""
    room = max(1, width - 2 * (line.mark is not None))
    if cell_len(line.text) <= room:
        yield line
        return
    gap = _LAST_GAP.match(line.text)
    hang = len(gap[0]) if gap is not None else 0
    if hang > room - _LEAST_TEXT:
        hang = 0
    head, text = line.text[:hang], line.text[hang:]
    signed = 2 * (line.mark is not None)
    for at, piece in enumerate(wrapped(text, max(1, room - hang))):
        yield replace(line, text=head + piece) if at == 0 else LogLine(" " * (hang + signed) + piece)
