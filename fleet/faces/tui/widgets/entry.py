"""The line at the bottom where a filter, a search or a command is written; above it its problem, else how to write it.

A filter works while it is written.  Enter keeps it, esc drops it.  A command completes with tab and recalls with up.
Whatever is pasted is made printable first: the line is sent to the terminal like everything else.

May import ``textual``, ``fleet.text`` and the modules beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from fleet.faces.tui.safe import content
from fleet.text import show

Completions = Callable[[str], list[str]]
"""Whole lines that a line may become."""

_LONGEST = 1000


class SafeInput(Input):
    """An input whose value is always printable."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
    ]

    def __init__(self, completions: Completions, written: Callable[[], Sequence[str]] = tuple) -> None:
        super().__init__(suggester=_Suggester(completions), select_on_focus=False, compact=True)
        self._completions = completions
        self._written = written
        self._recalled = 0

    def validate_value(self, value: str) -> str:
        """``value`` with everything unprintable shown."""
        return value[:_LONGEST] if value.isprintable() else show(value, _LONGEST)

    def begin(self, text: str) -> None:
        """Start anew with ``text``."""
        self.value = text
        self.cursor_position = len(self.value)
        self._recalled = len(self._written())

    def action_complete(self) -> None:
        """The longest start that all completions share; the first of them where that is nothing new."""
        found = self._completions(self.value)
        if not found:
            self.app.bell()
            return
        shared = _shared_start(found)
        self.value = shared if len(shared) > len(self.value) else found[0]
        self.cursor_position = len(self.value)

    def action_recall(self, step: int) -> None:
        """A line written before."""
        lines = self._written()
        if lines:
            self._recalled = max(0, min(len(lines), self._recalled + step))
            self.value = lines[self._recalled] if self._recalled < len(lines) else ""
            self.cursor_position = len(self.value)


class _Suggester(Suggester):
    def __init__(self, completions: Completions) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._completions = completions

    async def get_suggestion(self, value: str) -> str | None:
        """The first completion."""
        return next(iter(self._completions(value)), None) if value else None


class Entry(Vertical):
    """The line, hidden until it is opened; ``mode`` is what it is for: ``filter`` or ``command``."""

    DEFAULT_CSS = """
    Entry { dock: bottom; height: 1; display: none; background: $panel; }
    Entry.-open { display: block; }
    Entry.-problem { height: 2; }
    Entry > .problem { height: 1; display: none; color: $mark-fail; padding: 0 1; text-wrap: nowrap;
                       text-overflow: clip; }
    Entry.-problem > .problem { display: block; }
    Entry.-hint > .problem { color: $foreground-muted; }
    Entry .label { width: auto; height: 1; color: $footer-key-foreground; text-style: bold; padding: 0 0 0 1; }
    Entry Horizontal { height: 1; }
    Entry Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    """

    @dataclass
    class Written(Message):
        """The line changed."""

        mode: str
        text: str

    @dataclass
    class Done(Message):
        """Enter was pressed."""

        mode: str
        text: str

    @dataclass
    class Dropped(Message):
        """Esc was pressed."""

        mode: str

    def __init__(self, completions: Callable[[str, str], list[str]], written: Callable[[str], Sequence[str]]) -> None:
        super().__init__()
        self.mode = ""
        self._label = Static(content(":"), classes="label")
        self._problem = Static(content(""), classes="problem")
        self._input = SafeInput(lambda line: completions(self.mode, line), lambda: written(self.mode))
        self.problem = ""
        self._hint = ""

    def compose(self) -> ComposeResult:
        """The problem above, the label and the line below."""
        yield self._problem
        with Horizontal():
            yield self._label
            yield self._input

    @property
    def is_open(self) -> bool:
        """Whether something is being written."""
        return self.has_class("-open")

    def open(self, mode: str, label: str, text: str) -> None:
        """Write ``text`` on, for ``mode``."""
        self.mode = mode
        self._label.update(content(label))
        self.say("")
        self.add_class("-open")
        self._input.begin(text)
        # At once: keys that were typed ahead are for the line, and some of them would do something elsewhere.
        self.screen.set_focus(self._input, scroll_visible=False)

    def close(self) -> None:
        """Hide it; the screen takes the focus back."""
        self.remove_class("-open", "-problem")

    def say(self, problem: str, hint: str = "") -> None:
        """Say what is wrong with the line, else how it is written; nothing if both are empty."""
        if (problem, hint) != (self.problem, self._hint):
            self.problem, self._hint = problem, hint
            self._problem.update(content(problem or hint))
            self.set_class(bool(problem or hint), "-problem")
            self.set_class(not problem, "-hint")

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        if self.is_open:
            self.post_message(self.Written(self.mode, message.value))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.post_message(self.Done(self.mode, message.value))

    def on_key(self, event: events.Key) -> None:
        """Esc drops what was written."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Dropped(self.mode))


def _shared_start(lines: list[str]) -> str:
    first, last = min(lines), max(lines)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first[: len(first) if same is None else same]
