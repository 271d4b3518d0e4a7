"""From the bytes of a file to TOML data: encodings, syntax errors, and what is too large to mean anything.

Every way in which a file can fail to be TOML ends as a problem with an offset.  A syntax error does not hide the rest:
the broken line (a broken header: with all that belongs to it) is blanked and the text is read again, so offsets stay
true and the next error is found too.  May import ``tomli`` and modules of this room.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tomli

from fleet.profile.problem import Code, Problem
from fleet.profile.scan import LimitError, scan

LARGEST = 4_000_000
"""Characters of the largest profile that is read: ten thousand nodes are half of it."""
_ERRORS = 20
"""How many broken places of one kind are reported."""
_REREAD = 4_000_000
"""How many characters are read again in all, after errors."""
_BOM = "\ufeff"
_LONG_KEY = re.compile(
    r"""(?:^|[{,\[])[ \t]*+(?:(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""",
    re.MULTILINE,
)
"""A key of so many parts means nothing here, and a few thousand of them keep the parser busy for minutes."""


@dataclass(slots=True)
class Opened:
    """What a file came to.  ``text``: as read; ``accepted``: the same text with what tomli refused blanked.

    ``data`` is None where nothing could be saved.
    """

    text: str
    accepted: str
    data: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)


def open_profile(content: str | bytes) -> Opened:
    """Text and data of ``content``, with every problem that kept a part of it from being read."""
    text, problems = _text(content)
    opened = Opened(text, text, problems=problems)
    if len(text) > LARGEST:
        sentence = f"the profile has {len(text):,} characters, and more than {LARGEST:,} are not read"
        opened.problems.append(_problem(Code.LIMIT, sentence, 0, 0))
        return opened
    long_key = _LONG_KEY.search(text)
    if long_key is not None:
        start = long_key.end() - len(long_key[0].lstrip("[{, \t"))
        sentence = "the key has more than 64 parts"
        opened.problems.append(_problem(Code.LIMIT, sentence, start, long_key.end()))
        return opened
    if text or not problems:
        _parse(opened)
    return opened


def _problem(code: Code, sentence: str, start: int, end: int, hint: str = "") -> Problem:
    return Problem(code, (), sentence, hint, offset=(start, end))


def _text(content: str | bytes) -> tuple[str, list[Problem]]:
    """The text without its byte order mark."""
    problems: list[Problem] = []
    if isinstance(content, bytes):
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[:64].count(0) > len(content[:64]) // 4:
            sentence = "the file is not UTF-8, the encoding of TOML: it looks like UTF-16 or UTF-32"
            return "", [_problem(Code.TEXT, sentence, 0, 0, "save it again as UTF-8")]
        if len(content) > 4 * LARGEST:
            sentence = f"the profile has {len(content):,} octets, and more than {LARGEST:,} characters are not read"
            return "", [_problem(Code.LIMIT, sentence, 0, 0)]
        text = content.decode("utf-8", "surrogateescape")
    else:
        text = content
    if text.startswith(_BOM):
        text = text[1:]
        sentence = "the file begins with a byte order mark, which TOML does not allow"
        problems.append(_problem(Code.TEXT, sentence, 0, 0, "save it again as UTF-8 without byte order mark"))
    if not text.isascii():
        bad = [match.start() for match in re.finditer("[\ud800-\udfff]", text)]
        for position in bad[:_ERRORS]:
            code = ord(text[position])
            what = f"the octet 0x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"the surrogate U+{code:04X}"
            sentence = f"{what} is not UTF-8, the encoding of TOML"
            problems.append(_problem(Code.TEXT, sentence, position, position + 1, "save it again as UTF-8"))
        if bad:
            text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text, problems


def _parse(opened: Opened) -> None:
    text = opened.text
    for _ in range(max(1, min(_ERRORS, _REREAD // (len(text) + 1)))):
        try:
            opened.data = tomli.loads(opened.accepted)
        except tomli.TOMLDecodeError as error:
            position = _offset(opened.accepted, error.lineno, error.colno)
            opened.problems.append(_syntax(error, text, position))
        except (ValueError, RecursionError, OverflowError) as error:
            problem = _limit(opened.accepted, error)
            opened.problems.append(problem)
            position = problem.offset[0] if problem.offset else 0
        else:
            return
        blanked = _without(opened.accepted, position)
        if blanked == opened.accepted:
            return
        opened.accepted = blanked


def _offset(text: str, line: int, column: int) -> int:
    """Where tomli's line and column are: its offsets are of a text whose line ends it has changed."""
    position = 0
    for _ in range(line - 1):
        position = text.index("\n", position) + 1
    return min(position + column - 1, len(text))


_SENTENCES = (
    ("Cannot overwrite", "the key has a value already, or is a table", True),
    ("Cannot declare", "the table is declared twice", True),
    ("Cannot redefine", "the table is declared already; a dotted key cannot add to it", True),
    ("Cannot mutate", "an inline table or array cannot be added to", True),
    ("Duplicate inline", "the inline table has this key twice", True),
    ("Invalid value", "this is no value", False),
    ("Invalid statement", "neither a key with a value nor a [table] begins like this", False),
    ("Invalid initial character for a key", "no key begins like this", False),
    ("Expected newline", "nothing may follow the value on its line", False),
    ("Unterminated string", "a string is never closed", False),
    ("Unclosed array", "a comma or a closing ] is missing", False),
    ("Unclosed inline table", "a comma or a closing } is missing", False),
    ("Illegal character '\\n'", "a string is not closed on its line", False),
    ("Illegal character", "a control character may not stand in a string: write it as \\uXXXX", False),
    ("Found invalid character", "a control character may not stand in a comment", False),
    ("Unescaped '\\'", "a backslash in double quotes begins an escape that TOML does not have", False),
)
"""How tomli's messages begin, what they mean, and whether they speak of the whole line."""
_HINTS = {
    "Invalid value": "text goes in quotes; true and false are written in lower case",
    "Unescaped": "write \\\\ for a backslash, or the text in single quotes",
}


def _syntax(error: tomli.TOMLDecodeError, text: str, position: int) -> Problem:
    start, end = position, min(position + 1, len(text))
    sentence = error.msg[:200]
    for beginning, words, whole in _SENTENCES:
        if error.msg.startswith(beginning):
            sentence = words
            if whole:
                start, end = _line(text, max(0, position - 1))
                start += len(text[start:end]) - len(text[start:end].lstrip())
            break
    if position >= len(text):
        sentence += ", up to the end of the file"
    hint = next((hint for beginning, hint in _HINTS.items() if error.msg.startswith(beginning)), "")
    return _problem(Code.SYNTAX, sentence, start, end, hint)


def _limit(text: str, error: Exception) -> Problem:
    """What tomli could not read though its syntax is right; our scanner finds the same place."""
    try:
        scan(text, strict=True)
    except LimitError as limit:
        return _problem(Code.LIMIT, limit.sentence, limit.start, limit.end)
    except (AssertionError, IndexError, ValueError):
        pass  # what follows the place is not TOML: then the place itself was not found
    return _problem(Code.LIMIT, f"the profile cannot be read: {str(error)[:200]}", 0, 0)


def _line(text: str, position: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return start, len(text) if end < 0 else end


_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


def _without(text: str, position: int) -> str:
    """``text`` with the line of ``position`` blanked; if that line is a header, up to the next header."""
    start, end = _line(text, min(position, max(0, len(text) - 1)))
    if text[start:end].lstrip().startswith("["):
        following = _HEADER.search(text, end)
        end = following.start() if following else len(text)
    return text[:start] + "".join(_blank(text[start:end])) + text[end:]


def _blank(text: str) -> Iterator[str]:
    return (character if character in "\r\n" else " " for character in text)
