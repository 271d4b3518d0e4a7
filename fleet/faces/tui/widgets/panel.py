"""One panel of the wall: a destination with its verdict, its rungs, what becomes of mail, its past and what is next.

``draw_panel`` is pure: a panel and a size give lines of spans.  The widget keeps what it drew and sends only the parts
of lines that changed, so that it can be bound to another destination at any time.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from fleet.faces.tui.look import Look
from fleet.faces.tui.widgets.drawing import DIM, HEAD, PLAIN, STRONG, Drawn, LineWidget, Role, Span, changed_span
from fleet.views import GroupHead, Mark, Panel, curve

LEAST_HEIGHT = 8
LEAST_WIDTH = 38
MOST_HEIGHT = 16
"""Lines in which a panel has room for all it has to say."""
_LEAST_SENDER = 10
"""Cells in which a list of senders still says something."""


@dataclass(frozen=True, slots=True)
class HeadAbove:
    """The head of a group as one panel of its line draws it: the ``first`` its words, the others a rule.

    ``begins``: the group begins with this line; otherwise its beginning is scrolled away.
    """

    head: GroupHead
    first: bool
    begins: bool


def draw_head(above: HeadAbove, width: int, look: Look) -> Drawn:
    """One line of exactly ``width`` cells."""
    if not above.first:
        return ((look.across * width, DIM),)
    head = above.head
    problems = f", {head.problems:,} with problems" if head.problems else ""
    goes_on = "" if above.begins else ", from above"
    title = f" {head.title or '(empty)'} "
    wordy = f"{title}({head.count:,}{problems}{goes_on}) "
    brief = f"{title}({head.count:,}{goes_on}) "
    text = wordy if cell_len(wordy) <= width else brief if cell_len(brief) <= width else look.fit(brief, width)
    return ((text, HEAD), (look.across * (width - cell_len(text)), DIM))


def draw_panel(panel: Panel | None, width: int, height: int, look: Look, cursor: bool, marked: bool) -> list[Drawn]:
    """``height`` lines of exactly ``width`` cells; blank ones without a panel."""
    if panel is None:
        return [((" " * width, PLAIN),)] * height
    body = _body(panel, max(0, width - 4), height - 2, look)
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


def _body(panel: Panel, width: int, height: int, look: Look) -> list[tuple[Span, ...]]:
    """The lines inside; where they are too many, the least telling go first, and never a rung."""
    rungs = _flow(list(_rungs(panel, look)), width)
    weaker = f", weakest {panel.weakest}" if panel.weakest else ""
    paths = f"expected {panel.expected or 'unknown'}{weaker}" if panel.expected or panel.weakest else ""
    note = f"{look.sign(panel.note_mark)} {panel.note}" if panel.note and panel.note_mark else panel.note
    others = sum(map(bool, (note, panel.mode or panel.age, paths, panel.history)))
    head = _head(panel, width, look)
    most = height - len(rungs) - others
    if most < len(panel.outcomes):  # what becomes of mail is worth more than its past and its paths
        most = min(len(panel.outcomes), height - len(rungs) - len(head) - bool(note))
    outcomes = _outcomes(panel, width, max(1, most), look)
    past: Span = (curve(panel.history, width, look.ascii), DIM)
    # In the order of importance; each is put where it belongs below.
    wanted: tuple[tuple[str, list[tuple[Span, ...]]], ...] = (
        ("rungs", rungs),
        ("outcomes", outcomes),
        ("note", [((note, panel.note_mark or PLAIN),)] if note else []),
        ("head", head),
        ("paths", [((paths, PLAIN),)] if paths else []),
        ("past", [(past,)] if panel.history else []),
    )
    chosen: dict[str, list[tuple[Span, ...]]] = {}
    left = height
    for name, lines in wanted:
        chosen[name] = lines[: max(0, left)]
        left -= len(lines)
    return [line for name in ("head", "rungs", "outcomes", "paths", "past", "note") for line in chosen[name]]


def _rungs(panel: Panel, look: Look) -> Iterator[tuple[str, Role]]:
    """Each rung with its sign and word; rungs of which the same is not known stand together."""
    for (mark, word), steps in groupby(panel.steps, key=lambda step: (step.mark, step.word)):
        names = [step.name for step in steps]
        alike = [" ".join(names)] if mark in (Mark.NONE, Mark.UNKNOWN) else names
        yield from ((f"{name} {look.sign(mark)} {word}", mark) for name in alike)


def _head(panel: Panel, width: int, look: Look) -> list[tuple[Span, ...]]:
    """What the nodes are told to do and how old the verdict is: on two lines where they need them."""
    parts = [part for part in (panel.mode, panel.age) if part]
    joined = f" {look.dot} ".join(parts)
    fits = cell_len(joined) <= width
    return [((part, DIM),) for part in ([joined] if joined and fits else parts)]


def _outcomes(panel: Panel, width: int, most: int, look: Look) -> list[tuple[Span, ...]]:
    """What becomes of mail from whom; how many more there are is said on the last line."""
    lines: list[tuple[Span, ...]] = []
    spare = most - len(panel.outcomes)
    for at, outcome in enumerate(panel.outcomes[:most]):
        hidden = len(panel.outcomes) - most if at == most - 1 else 0
        more = f" +{hidden} more" if hidden > 0 else ""
        text = f"{look.sign(outcome.mark)} {outcome.text}"
        room = max(0, width - len(more))
        left = room - cell_len(text) - 2
        if cell_len(outcome.sender) <= left:
            lines.append(((f"{outcome.sender}: {text}", outcome.mark), (more, DIM)))
        elif spare > 0:
            spare -= 1
            lines.append(((_within(f"{outcome.sender}:", width, look), outcome.mark),))
            text = text if cell_len(text) + 2 <= room else f"{look.sign(outcome.mark)} {outcome.short or outcome.text}"
            lines.append(((_within(f"  {text}", room, look), outcome.mark), (more, DIM)))
        else:  # what becomes of mail is worth more than the whole list of nodes
            text = f"{look.sign(outcome.mark)} {outcome.short or outcome.text}"
            left = max(_LEAST_SENDER, room - cell_len(text) - 2)
            sender = _within(outcome.sender, left, look)
            lines.append(((_within(f"{sender}: {text}", room, look), outcome.mark), (more, DIM)))
    return lines


def _within(text: str, width: int, look: Look) -> str:
    return text if cell_len(text) <= width else look.fit(text, width)


def _flow(texts: list[tuple[str, Role]], width: int) -> list[tuple[Span, ...]]:
    """Texts side by side, on as many lines as they need."""
    lines: list[list[Span]] = []
    used = 0
    for text, role in texts:
        length = cell_len(text)
        if lines and used + 2 + length <= width:
            lines[-1] += [("  ", PLAIN), (text, role)]
            used += 2 + length
        else:
            lines.append([(text, role)])
            used = length
    return [tuple(line) for line in lines]


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
    DestinationPanel { width: 1fr; height: 1fr; background: $background; color: $foreground; }
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
        self._head: HeadAbove | None = None
        self._lines_drawn: list[Drawn] = []

    @property
    def bound(self) -> Panel | None:
        """What it shows."""
        return self._bound

    def bind_to(self, panel: Panel | None, cursor: bool, marked: bool, head: HeadAbove | None = None) -> None:
        """Show ``panel`` from now on, below its part of the ``head`` of a group."""
        if (panel, cursor, marked, head) == (self._bound, self._cursor, self._marked_too, self._head):
            return
        self._bound, self._cursor, self._marked_too, self._head = panel, cursor, marked, head
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
        width, height = self.size
        above = [draw_head(self._head, width, self.look)] if self._head is not None else []
        panel = draw_panel(
            self._bound, width, height - len(above), self.look, cursor=self._cursor, marked=self._marked_too
        )
        self._lines_drawn = [*above, *panel]
        return self._lines_drawn
