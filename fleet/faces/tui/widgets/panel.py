"""One panel of the wall: a destination with its verdict, its rungs, what becomes of mail, its past and what is next.

``draw_panel`` is pure: a panel and a size give lines of spans.  The widget keeps what it drew and sends only the parts
of lines that changed, so that it can be bound to another destination at any time.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from fleet.faces.tui.look import Look
from fleet.faces.tui.widgets.drawing import DIM, PLAIN, STRONG, Drawn, LineWidget, Role, Span, changed_span
from fleet.views import Panel, curve

HEIGHT = 8
LEAST_WIDTH = 38


def draw_panel(panel: Panel | None, width: int, height: int, look: Look, cursor: bool, marked: bool) -> list[Drawn]:
    """``height`` lines of exactly ``width`` cells; blank ones without a panel."""
    if panel is None:
        return [((" " * width, PLAIN),)] * height
    body = _body(panel, max(0, width - 4), look)
    down = look.thick_down if cursor else look.down
    frame = STRONG if cursor else DIM
    lines = [_edge(panel, width, look, cursor, marked)]
    for spans in (*body, *[()] * height)[: height - 2]:
        lines.append(((f"{down} ", frame), *_filled(spans, width - 4, look), (f" {down}", frame)))
    corners, across = (look.double, look.thick_across) if cursor else (look.corners, look.across)
    lines.append(((corners[2] + across * (width - 2) + corners[3], frame),))
    return lines


def _edge(panel: Panel, width: int, look: Look, cursor: bool, marked: bool) -> Drawn:
    corners, across = (look.double, look.thick_across) if cursor else (look.corners, look.across)
    frame = STRONG if cursor else DIM
    verdict = f" {look.sign(panel.mark)} {panel.verdict} "
    verdict = verdict if cell_len(verdict) <= width // 2 else look.fit(verdict, width // 2)
    room = width - 4 - cell_len(verdict)
    name = f" {look.marked} {panel.name} " if marked else f" {panel.name} "
    name = name if cell_len(name) <= room else look.fit(name, room)
    line = across * (room - cell_len(name))
    return (
        (corners[0] + across, frame),
        (name, STRONG),
        (line, frame),
        (verdict, panel.mark),
        (across + corners[1], frame),
    )


def _body(panel: Panel, width: int, look: Look) -> list[tuple[Span, ...]]:
    steps: list[tuple[str, Role]] = [
        (f"{step.name} {look.sign(step.mark)} {step.word}", step.mark) for step in panel.steps
    ]
    outcomes = panel.outcomes
    more = f" +{len(outcomes) - 1} more" if len(outcomes) > 1 else ""
    lines: list[tuple[Span, ...]] = [
        ((" ".join(text for text in (panel.mode, look.dot, panel.age) if text) if panel.mode else panel.age, DIM),),
        *_flow(steps, width, 2),
    ]
    if outcomes:
        first = outcomes[0]
        said = f"{first.sender}: {look.sign(first.mark)} {first.text}"
        lines.append(((look.fit(said, max(0, min(cell_len(said), width - len(more)))), first.mark), (more, DIM)))
    if panel.expected or panel.weakest:
        weaker = f", weakest {panel.weakest}" if panel.weakest else ""
        lines.append(((f"expected {panel.expected or 'unknown'}{weaker}", PLAIN),))
    note = f" {look.sign(panel.note_mark)} {panel.note}" if panel.note and panel.note_mark else panel.note
    past = min(16, width // 3)
    lines.append(((curve(panel.history, past, look.ascii), DIM), (note, panel.note_mark or PLAIN)))
    return lines


def _flow(texts: list[tuple[str, Role]], width: int, most: int) -> list[tuple[Span, ...]]:
    """Texts side by side, on at most ``most`` lines; the last line takes what is left, and is cut."""
    lines: list[list[Span]] = [[]]
    used = 0
    for text, role in texts:
        length = cell_len(text) + (2 if lines[-1] else 0)
        if used + length > width and lines[-1] and len(lines) < most:
            lines.append([])
            used, length = 0, cell_len(text)
        if lines[-1]:
            lines[-1].append(("  ", PLAIN))
        lines[-1].append((text, role))
        used += length
    return [tuple(line) for line in lines] + [()] * (most - len(lines))


def _filled(spans: tuple[Span, ...], width: int, look: Look) -> Drawn:
    """``spans`` in exactly ``width`` cells."""
    filled: list[Span] = []
    left = width
    for text, role in spans:
        length = cell_len(text)
        if length > left:
            filled.append((look.fit(text, left), role))
            left = 0
            break
        filled.append((text, role))
        left -= length
    return (*filled, (" " * left, PLAIN))


class DestinationPanel(LineWidget):
    """A panel that can be bound to any destination."""

    DEFAULT_CSS = """
    DestinationPanel { width: 1fr; height: 8; background: $background; color: $foreground; }
    """

    @dataclass
    class Clicked(Message):
        """The panel of ``key`` was clicked, ``twice`` to open it."""

        key: str
        twice: bool

    def __init__(self) -> None:
        super().__init__()
        self._bound: Panel | None = None
        self._cursor = False
        self._marked_too = False
        self._lines_drawn: list[Drawn] = []

    @property
    def bound(self) -> Panel | None:
        """What it shows."""
        return self._bound

    def bind_to(self, panel: Panel | None, cursor: bool, marked: bool) -> None:
        """Show ``panel`` from now on."""
        if (panel, cursor, marked) == (self._bound, self._cursor, self._marked_too):
            return
        self._bound, self._cursor, self._marked_too = panel, cursor, marked
        old, new = self._lines_drawn, self._draw()
        if len(old) != len(new):
            self.refresh()
            return
        for y, (before, after) in enumerate(zip(old, new, strict=True)):
            part = changed_span(before, after, cell_len)
            if part is not None:
                self.repaint(y, *part)

    def render_line(self, y: int) -> Strip:
        """One line of the panel."""
        lines = self._lines_drawn or self._draw()
        return self.strip(lines[y] if y < len(lines) else (), self.size.width)

    def on_resize(self) -> None:
        """Everything is drawn anew."""
        self._draw()
        self.refresh()

    def notify_style_update(self) -> None:
        """Glyphs may have changed with the theme."""
        self._lines_drawn = []
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        """Tell the wall."""
        event.stop()
        if self._bound is not None:
            self.post_message(self.Clicked(self._bound.key, event.chain == 2))

    def _draw(self) -> list[Drawn]:
        size = self.size
        self._lines_drawn = draw_panel(self._bound, size.width, size.height, self.look, self._cursor, self._marked_too)
        return self._lines_drawn
