"""What an AsyncOS session prints between our lines: prompts, menus, questions, refusals.

Marks say how sure the wording is: seen (a real capture), documented, reported (second hand), assumed.  A prompt is
always the unfinished last line.  May import ``fleet.errors`` and the standard library.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from fleet.errors import FailureKind


class Level(StrEnum):
    """The cluster level a session speaks for, as its prompt says."""

    STANDALONE = "standalone"
    MACHINE = "machine"
    GROUP = "group"
    CLUSTER = "cluster"


_MAIN = re.compile(
    r"(?:(?P<host>[A-Za-z0-9][\w.-]*)|\((?P<level>Machine|Group|Cluster) [^()\r\n]{1,200}\)) ?> ?"
)  # seen
_SUB = re.compile(r".*\[[^\[\]]*\] ?> ?")  # seen
_OPERATION = re.compile(r"^[ \t]*-[ \t]+([A-Z]+)[ \t]+-[ \t]", re.MULTILINE)  # documented
_MENU_END = re.compile(r"choose the operation", re.IGNORECASE)  # documented
_EMPTY_DEFAULT = re.compile(r".*\[\] ?> ?")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})\.[ \t]+(\S.*)$", re.MULTILINE)
_UNCOMMITTED = re.compile(r"(?im)^.*\b(?:there are|you have|has|have) uncommitted\b.*$")  # seen that it warns, not how
_PENDING = re.compile(
    r"(?im)^.*(?:\b\d+ uncommitted\b|\buncommitted\b.*\b(?:pending|exist|present|found|outstanding)\b"
    r"|\bnot (?:yet )?(?:been )?committed\b|\bnot (?:yet )?commit\b"
    r"|\bpending commit\b|\bchanges are pending\b).*$"
)  # assumed


def main_level(line: str) -> Level | None:
    """The level of the main prompt ``line``; None: it is none."""
    found = _MAIN.fullmatch(line)
    if found is None:
        return None
    return Level((found["level"] or "standalone").lower())


def is_question(line: str) -> bool:
    """Whether ``line`` is a prompt inside a command: ``[default]> ``."""
    return _SUB.fullmatch(line) is not None


def is_menu(text: str, line: str) -> bool:
    """Whether ``text`` ends in a menu of operations with an empty default, which an empty line leaves."""
    return _EMPTY_DEFAULT.fullmatch(line) is not None and _MENU_END.search(text) is not None


def operations(text: str) -> frozenset[str]:
    """The operations a menu offers."""
    start = [found.start() for found in _MENU_END.finditer(text)]
    return frozenset(_OPERATION.findall(text[start[-1] :])) if start else frozenset()


def numbered(text: str) -> tuple[tuple[int, str], ...]:
    """``1. text`` lines."""
    return tuple((int(number), rest.rstrip()) for number, rest in _NUMBERED.findall(text))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way the appliance says no: the words, what kind of failure, and the sentence around them."""

    words: re.Pattern[str]
    kind: FailureKind
    sentence: str
    hint: str = ""


def _says(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?im)^.*{words}.*$")


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        _says("not in the correct access group"),  # reported
        FailureKind.ROLE,
        "the user's role on the node may not run '{command}'",
        "give the monitor's user a role that may read this; nothing else is affected",
    ),
    Refusal(
        _says("not yet resynchronized with the cluster"),  # reported
        FailureKind.CLUSTER_MODE,
        "the node is not yet back in step with its cluster after an upgrade, so '{command}' was not answered",
    ),
    Refusal(
        _says("only available on (?:a )?cluster system"),  # reported
        FailureKind.CLUSTER_MODE,
        "'{command}' exists on clustered nodes only",
    ),
    Refusal(
        _says(
            r"(?:can only be (?:run|used)|is restricted|only available|not available|must be run)\b.*\bmode"
        ),  # assumed
        FailureKind.CLUSTER_MODE,
        "'{command}' cannot be run in the cluster mode this session is in",
        "let the monitor's user log in at machine level",
    ),
    Refusal(
        _says("requires a feature key"),  # reported
        FailureKind.COMMAND,
        "'{command}' needs a feature key that the node has not got",
    ),
    Refusal(
        _says("unknown command(?: or missing feature key)?:"),  # seen
        FailureKind.COMMAND,
        "the node does not know '{command}'",
        "another platform or release than declared?",
    ),
    Refusal(_says("invalid arguments when processing"), FailureKind.COMMAND, "the node did not accept '{command}'"),
    Refusal(_says("unknown option"), FailureKind.COMMAND, "the node did not accept an answer to '{command}'"),
    Refusal(re.compile(r"(?m)^[ \t]*Traceback \(most recent"), FailureKind.COMMAND, "'{command}' crashed on the node"),
)
"""Tried in order."""

ELSEWHERE = Refusal(
    re.compile(r"(?is)(?=.*\b(?:switch|change|choose|mode|level)\b)(?=.*\b(?:machine|group|cluster)\b)"),
    FailureKind.CLUSTER_MODE,
    "'{command}' offers to leave the cluster mode this session is in, which this program never does",
    "let the monitor's user log in at the level the command is for",
)
"""Tried where a question is one that no step expects; documented: that the wrong mode brings an offer to switch."""

_LINES_OF_A_WARNING = 6


def refusal(text: str) -> Refusal | None:
    """How the first lines of an answer say no; deeper down the same words are somebody's comment."""
    return next((row for row in REFUSALS if row.words.search(_first_lines(text))), None)


def offers_elsewhere(text: str, prompt: str) -> Refusal | None:
    """Whether a question that no step expects is the offer to switch the cluster mode."""
    asked = _last_lines(text) + "\n" + prompt
    return ELSEWHERE if is_question(prompt) and not operations(text) and ELSEWHERE.words.match(asked) else None


def uncommitted(text: str) -> str:
    """The line that says that changes are not in force; a wording we only guess counts where warnings stand: at the
    beginning and the end."""
    found = _UNCOMMITTED.search(text)
    if found is None:
        found = _PENDING.search(_first_lines(text)) or _PENDING.search(_last_lines(text))
    return "" if found is None else found[0].strip()


def _first_lines(text: str) -> str:
    return "\n".join(text.strip().split("\n")[:_LINES_OF_A_WARNING])


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().split("\n")[-_LINES_OF_A_WARNING:])
