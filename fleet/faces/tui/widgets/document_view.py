"""A document to read: sections under headings, long lines wrapped, the failing link and the deciding row lit.

``draw_document`` is pure: a document and a width give lines of spans.  While what is shown changes (a check that runs),
the reader stays on the line they read, and only lines that differ are sent.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.look import Look
from fleet.faces.tui.widgets.drawing import DIM, HEAD, PLAIN, STRONG, Drawn, LineWidget, Role
from fleet.views import Detail
from fleet.views.board import Document

_LEAST_TEXT = 16
"""Cells a text keeps however deep it stands."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One drawn line; ``heading``: it opens a section; ``lit``: it is what the reader looks for."""

    spans: Drawn
    heading: bool = False
    lit: bool = False

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _ in self.spans)


def draw_document(document: Document, width: int, look: Look) -> list[DocumentLine]:
    """All lines of ``document``, none wider than ``width``."""
    lines = [
        DocumentLine(((f"{look.sign(document.mark)} ", document.mark), (_cut(document.title, width - 2, look), STRONG)))
    ]
    for section in document.sections:
        title = f"{look.across}{look.across} {section.title} "
        rule = look.across * max(0, width - cell_len(title))
        lines.append(DocumentLine(((" ", PLAIN),)))
        lines.append(DocumentLine(((_cut(title + rule, width, look), HEAD),), heading=True))
        for detail in section.lines:
            lines += _detail(detail, width, look)
    return lines


def _detail(detail: Detail, width: int, look: Look) -> Iterator[DocumentLine]:
    """One line of a section, on as many lines as it needs; what follows the first is indented."""
    indent = min(2 * detail.depth, max(0, width - _LEAST_TEXT))
    sign = f"{look.sign(detail.mark)} " if detail.mark is not None else ""
    room = max(1, width - indent - len(sign))
    role: Role = PLAIN if detail.mark is None else detail.mark
    text = f"{look.cursor} {detail.text}" if detail.here else detail.text
    for at, piece in enumerate(wrapped(text, room)):
        blank = " " * indent if at == 0 else " " * (indent + len(sign))
        signed = f"{sign}{piece}" if at == 0 else piece
        yield DocumentLine(((blank, PLAIN), (signed, role)), lit=detail.here)


def wrapped(text: str, width: int) -> list[str]:
    """``text`` cut into pieces of at most ``width`` cells: between words where there are any, else anywhere."""
    if cell_len(text) <= width:
        return [text]
    pieces: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            pieces.append(line)
        line = word
        if cell_len(word) > width:
            *whole, line = chop_cells(word, width)
            pieces += whole
    return [*pieces, line]


def _cut(text: str, width: int, look: Look) -> str:
    return text if cell_len(text) <= width else look.fit(text, width)


class DocumentView(LineWidget, ScrollView, can_focus=True):
    """The document.  ``empty`` is what it says without one."""

    ALLOW_MAXIMIZE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.MOVE, Scope.LOG, Scope.DOCUMENT)
    DEFAULT_CSS = """
    DocumentView { height: 1fr; width: 1fr; background: $background; color: $foreground; scrollbar-size-horizontal: 1;
                   scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """

    @dataclass
    class SearchWanted(Message):
        """A text to search for is to be asked for."""

        document: "DocumentView"

    def __init__(self, empty: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.empty = empty
        self._document: Document | None = None
        self._lines: list[DocumentLine] = []
        self._sought = ""
        self._match = -1

    @property
    def document(self) -> Document | None:
        """What it shows."""
        return self._document

    @property
    def lines(self) -> list[str]:
        """What it says, line by line as it is wrapped."""
        return [line.text for line in self._lines]

    def show(self, document: Document | None) -> None:
        """Show this from now on; another title begins at its top."""
        if document is self._document:
            return
        other = document is None or self._document is None or document.title != self._document.title
        self._document = document
        self._lay_out()
        if other:
            self._match = -1
            self.scroll_to(y=0, animate=False)

    def on_resize(self) -> None:
        """Lines are wrapped anew."""
        self._lay_out()

    def notify_style_update(self) -> None:
        """Glyphs may have changed with the theme."""
        super().notify_style_update()
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Line ``y`` of what is seen."""
        index, width = y + self.scroll_offset.y, self._width
        if index >= len(self._lines):
            text = f" {self.empty}" if y == 0 and not self._lines else ""
            return self.strip(((text, DIM),), width)
        line = self._lines[index]
        ground = "cursor" if index == self._match else "cursor-blurred" if line.lit else ""
        return self.strip(line.spans, width, ground)

    def _lay_out(self) -> None:
        if not self.is_attached:
            return
        old, first = self._lines, self.scroll_offset.y
        self._lines = draw_document(self._document, max(1, self._width), self.look) if self._document else []
        size = Size(max(1, self._width), len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size
        for y in range(self.size.height):
            at = first + y
            before = old[at] if at < len(old) else None
            if before != (self._lines[at] if at < len(self._lines) else None) or not self._lines:
                self.repaint(y)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    # Moving and searching

    def find(self, text: str) -> bool:
        """Go to the first line from here on that contains ``text``; whether there is one."""
        self._sought, self._match = text.casefold(), self.scroll_offset.y - 1
        return self._seek(1)

    def action_search(self, text: str = "") -> None:
        """Search for ``text``; without one, whoever shows the document asks what for."""
        if not text:
            self.post_message(self.SearchWanted(self))
        elif not self.find(text):
            self.app.bell()

    def action_next_match(self) -> None:
        """The next line that matches."""
        self._seek(1)

    def action_match_before(self) -> None:
        """The line before that matches."""
        self._seek(-1)

    def action_next_section(self) -> None:
        """The next section."""
        here = self.scroll_offset.y
        found = next((at for at, line in enumerate(self._lines) if line.heading and at > here), None)
        if found is not None:
            self._to(found)

    def action_section_before(self) -> None:
        """The section before; from the first one, the top."""
        here = self.scroll_offset.y
        found = [at for at, line in enumerate(self._lines) if line.heading and at < here]
        self._to(found[-1] if found else 0)

    def action_down(self) -> None:
        """One line down."""
        self._to(self.scroll_offset.y + 1)

    def action_up(self) -> None:
        """One line up."""
        self._to(self.scroll_offset.y - 1)

    def action_top(self) -> None:
        """The first line."""
        self._to(0)

    def action_bottom(self) -> None:
        """The last line."""
        self._to(len(self._lines))

    def action_half_down(self) -> None:
        """Half a page down."""
        self._to(self.scroll_offset.y + max(1, self.size.height // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._to(self.scroll_offset.y - max(1, self.size.height // 2))

    def action_next_page(self) -> None:
        """A page down."""
        self._to(self.scroll_offset.y + self.size.height)

    def action_page_before(self) -> None:
        """A page up."""
        self._to(self.scroll_offset.y - self.size.height)

    def action_left(self) -> None:
        """To the section before: lines are wrapped, so nothing stands to the left."""
        self.action_section_before()

    def action_right(self) -> None:
        """To the next section."""
        self.action_next_section()

    def _to(self, y: int) -> None:
        self.scroll_to(y=max(0, y), animate=False)

    def _seek(self, step: int) -> bool:
        count = len(self._lines)
        for walked in range(1, count + 1 if self._sought else 0):
            index = (self._match + step * walked) % count
            if self._sought in self._lines[index].text.casefold():
                self._match = index
                self._to(index - self.size.height // 2)
                self.refresh()
                return True
        return False
