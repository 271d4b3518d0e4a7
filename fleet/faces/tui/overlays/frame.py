"""The frame all overlays share: esc and q leave.  May import ``textual``."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Overlay(ModalScreen[Answer]):
    """A screen over a screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("question_mark,f1", "leave", show=False),
    ]
    DEFAULT_CSS = """
    Overlay { align: center middle; background: $background 60%; }
    Overlay > .frame { width: 90%; max-width: 110; height: auto; max-height: 90%; background: $surface;
                       border: round $primary; padding: 0 1; }
    Overlay .title { height: 1; text-style: bold; color: $primary; }
    Overlay .hint { height: 1; color: $foreground-muted; }
    Overlay LogView { height: 1fr; background: $surface; }
    Overlay OptionList:focus { border: none; }
    Overlay OptionList { height: auto; max-height: 20; border: none; background: $surface; padding: 0; }
    Overlay.-plain > .frame { border: ascii $primary; }
    """

    def on_mount(self) -> None:
        """A border in ASCII where the terminal has no other."""
        look = getattr(self.app, "look", None)
        self.set_class(bool(look and look.ascii), "-plain")

    def action_leave(self) -> None:
        """Back, with no answer."""
        self.dismiss(None)
