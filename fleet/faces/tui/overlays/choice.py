"""A choice among a few, and a question answered with yes or no.  May import ``textual`` and the modules beside."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fleet.faces.tui.overlays.frame import Overlay
from fleet.faces.tui.safe import content


class _List(OptionList):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("g", "first", show=False),
        Binding("G", "last", show=False),
    ]


class ChoiceOverlay(Overlay[str]):
    """One of ``options`` (key and text), the cursor on ``current``."""

    def __init__(self, title: str, options: Sequence[tuple[str, str]], current: str = "") -> None:
        super().__init__()
        self._title = title
        self._options = options
        self._current = current

    def compose(self) -> ComposeResult:
        """The title, the options."""
        with Vertical(classes="frame"):
            yield Static(content(self._title), classes="title")
            yield _List(*(Option(content(text)) for _, text in self._options), markup=False)
            yield Static(content("enter chooses, esc leaves"), classes="hint")

    def on_mount(self) -> None:
        """The cursor stands on what holds now."""
        keys = [key for key, _ in self._options]
        self.query_one(_List).highlighted = keys.index(self._current) if self._current in keys else 0

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[message.option_index][0])


class QuestionOverlay(Overlay[bool]):
    """A question: y or enter is yes; n, esc and q are no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", show=False),
        Binding("n", "answer(False)", show=False),
    ]
    DEFAULT_CSS = "QuestionOverlay > .frame { max-width: 72; }"

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Vertical(classes="frame"):
            yield Static(content(self._question))
            yield Static(content("y yes, n no"), classes="hint")

    def action_answer(self, yes: bool) -> None:
        """Leave with the answer."""
        self.dismiss(yes)
