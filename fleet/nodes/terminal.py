r"""What a terminal would show of the bytes a menu session prints: pure, so that every odd capture can be a test.

Escape sequences go, ``\r`` returns to the start of the line and later characters overwrite earlier ones (that is how
a pager removes its own prompt), other controls go.  May import the standard library only.
"""

import re

PAGER = re.compile(r"-+ ?press any key for more ?-*[ \r]*\Z", re.IGNORECASE)
"""At the end of what has come: the session waits for a key."""

_ESCAPE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: cursor, colours
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC and other strings: titles, clipboard
    r"|\x1b[ -/]*[0-~]"  # two-character escapes
    r"|\x1b\Z|[\x80-\x9f]",
    re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def rendered(raw: str) -> str:
    r"""``raw`` as lines of plain text, joined by ``\n``."""
    text = _CONTROL.sub("", _ESCAPE.sub("", _backspaced(raw)))
    return "\n".join(_overwritten(line) for line in re.sub(r"\r+\n", "\n", text).split("\n"))


def last_line(raw: str) -> str:
    """The unfinished last line: where a prompt stands."""
    return rendered(raw[-2048:]).rpartition("\n")[2]


def without_echo(text: str, sent: str) -> str:
    """``text`` without its first line if that is the echo of what was ``sent``."""
    first, newline, rest = text.partition("\n")
    return rest if newline and first.strip() == sent.strip() else text


def _overwritten(line: str) -> str:
    if "\r" not in line:
        return line
    shown: list[str] = []
    for piece in line.split("\r"):
        shown[: len(piece)] = piece
    return "".join(shown).rstrip()


def _backspaced(raw: str) -> str:
    if "\b" not in raw:
        return raw
    shown: list[str] = []
    for character in raw:
        if character != "\b":
            shown.append(character)
        elif shown and shown[-1] not in "\r\n":
            shown.pop()
    return "".join(shown)
