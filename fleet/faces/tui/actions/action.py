"""What one row of the action table says.  May import nothing of the project."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action works: the class whose bindings hold its keys."""

    APP = "app"
    """Everywhere but in a dialogue."""
    VIEW = "view"
    """On a screen with rows: the six views."""
    ACT = "act"
    """On a screen that is about something: the six views, and a closer look at one object."""
    MOVE = "move"
    """In whatever scrolls: a table, the wall, a log."""
    ROWS = "rows"
    """In a table or the wall."""
    LOG = "log"
    """In a log, a transcript, an excerpt."""
    DOCUMENT = "document"
    """In a closer look at one object."""


class Group(StrEnum):
    """Under which heading the help lists it."""

    MOVE = "Move"
    SHOW = "Filter, sort, mark"
    DO = "Act on the marked rows, else on the one under the cursor"
    LOOK = "Look closer"
    APP = "Everywhere"


class Kind(StrEnum):
    """What an argument of a command is; what completes it."""

    NODE = "node"
    DESTINATION = "destination"
    TIER = "tier"
    VIEW = "view"
    COLUMN = "column"
    THEME = "theme"
    FORMAT = "format"
    PART = "part"
    PATH = "path"
    SECONDS = "seconds"
    UNTIL = "until"
    TEXT = "text"
    """The rest of the line; so are the next two."""
    REASON = "reason"
    SETTING = "setting"


_LINES = (Kind.TEXT, Kind.REASON, Kind.SETTING)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command.  ``rest`` takes the remaining words too; ``choices`` are all it may be."""

    kind: Kind
    required: bool = False
    rest: bool = False
    choices: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """As the command's usage shows it."""
        name = "|".join(self.choices) if self.choices else self.kind.upper()
        name += "..." if self.rest and self.kind not in _LINES else ""
        return name if self.required else f"[{name}]"


@dataclass(frozen=True, slots=True)
class Action:
    """One action.

    ``keys`` are spelled as in the settings (``?``, ``ctrl+p``); the first is the one shown.  ``title`` is a word or two
    for the footer and the palette, ``help`` a sentence.  ``command`` is its name on the ``:`` line, ``aliases`` further
    ones.  A key of a ``prompts`` action opens the command line with its name written, for its arguments cannot be
    guessed.  ``footer`` is its rank in the footer; 0 keeps it out.  ``anywhere`` keys work in dialogues too.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: Group
    scope: Scope
    command: str
    arguments: tuple[Argument, ...] = ()
    aliases: tuple[str, ...] = ()
    prompts: bool = False
    footer: int = 0
    anywhere: bool = False
    example: str = ""
    """Arguments as somebody might write them."""

    @property
    def usage(self) -> str:
        """How the command is written."""
        return " ".join((f":{self.command}", *(argument.usage for argument in self.arguments)))
