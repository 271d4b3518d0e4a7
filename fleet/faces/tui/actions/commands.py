"""The ``:`` line: a text becomes an action with its arguments, or a problem at a position; and its completions.

Names of nodes, destinations and tiers come from whoever asks, so this stays pure.

May import ``fleet.text``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from fleet.faces.tui.actions.action import Action, Argument, Kind
from fleet.faces.tui.actions.table import ACTIONS
from fleet.text import show

Names = Callable[[Kind], Sequence[str]]
"""What there is of a kind, for completion; an empty answer means anything goes."""


@dataclass(frozen=True, slots=True)
class Command:
    """An action to do with these arguments."""

    action: Action
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandProblem:
    """Why a line is no command, and at which character."""

    position: int
    sentence: str


def parse_command(line: str) -> Command | CommandProblem:
    """Read ``line`` (without its colon)."""
    found = _named(line)
    if found is None:
        word = line.split(maxsplit=1)[0] if line.split() else ""
        near = get_close_matches(word, [name for name, _ in COMMANDS], 1)
        instead = f" Did you mean {near[0]}?" if near else ""
        return CommandProblem(len(line) - len(line.lstrip()), f'No command "{show(word, 40)}".{instead}')
    action, rest, at = found
    values: list[str] = []
    for argument in action.arguments:
        if not rest:
            if argument.required:
                return CommandProblem(len(line), f"Usage: {action.usage}")
            break
        text, remaining = (rest, "") if argument.rest else _first(rest)
        problem = _refused(argument, text)
        if problem:
            return CommandProblem(at, problem)
        values.extend(text.split() if argument.kind in _LISTS else [text])
        at += len(rest) - len(remaining)
        rest = remaining
    if rest:
        return CommandProblem(at, f"Too much. Usage: {action.usage}")
    return Command(action, tuple(values))


def hint_for(line: str) -> str:
    """How the command that ``line`` begins with is written; empty where it begins with none, or it takes nothing."""
    found = _named(line)
    if found is None or not found[0].arguments:
        return ""
    action = found[0]
    return f"{action.usage}, such as {action.example}" if action.example else action.usage


def complete(line: str, names: Names) -> list[str]:
    """Whole lines that ``line`` may become, best first."""
    found = _named(line)
    if found is None or not (found[1] or line.endswith(" ")):
        return [name for name, _ in sorted(COMMANDS) if name.startswith(line.lstrip()) and name != line.strip()]
    action, rest, _ = found
    words = rest.split(" ")
    *before, word = [*[part for part in words[:-1] if part], words[-1]]
    arguments = action.arguments
    at = min(len(before), len(arguments) - 1)
    if at < 0 or (at < len(before) and not arguments[at].rest):
        return []
    there = arguments[at].choices or names(arguments[at].kind)
    stem = line[: len(line) - len(word)]
    return [stem + name for name in there if name.startswith(word) and name != word]


COMMANDS: tuple[tuple[str, Action], ...] = tuple(
    (name, action) for action in ACTIONS for name in (action.command, *action.aliases)
)


_LISTS = (Kind.NODE, Kind.DESTINATION, Kind.COLUMN)


def _named(line: str) -> tuple[Action, str, int] | None:
    """The action whose name begins ``line`` (the longest such name), the rest, and where the rest begins."""
    text = line.strip()
    best: tuple[str, Action] | None = None
    for name, action in COMMANDS:
        if (text == name or text.startswith(f"{name} ")) and (best is None or len(name) > len(best[0])):
            best = (name, action)
    if best is None:
        return None
    rest = text[len(best[0]) :].lstrip()
    return best[1], rest, len(line.rstrip()) - len(rest)


def _first(text: str) -> tuple[str, str]:
    word, _, rest = text.partition(" ")
    return word, rest.lstrip()


def _refused(argument: Argument, text: str) -> str:
    if argument.choices and text not in argument.choices:
        return f'"{show(text, 40)}" is none of {", ".join(argument.choices)}'
    if argument.kind is Kind.SECONDS and not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 86_400):
        return f'"{show(text, 40)}" is no number of seconds from 1 to 86400'
    return ""
