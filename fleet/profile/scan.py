"""Where everything in a TOML document stands: one pass over text that tomli has already accepted.

tomli decides what a document means and says nothing about positions, so this scanner is held to it: same paths, and
every value's span parses to tomli's value (a property test).  Because the text is known to be valid, nothing is
checked here; because a hostile document may nest four hundred levels deep, nothing recurses.  May import the standard
library only.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

# Possessive quantifiers: a string of megabytes must not cost memory for ways back that are never taken.
_GAP = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_COMMENT = re.compile(r"#[^\r\n]*+")
_KEY = re.compile(r"""[ \t]*+(?:([A-Za-z0-9_-]++)|"((?:[^"\\\n]++|\\.)*+)"|'([^'\n]*+)')[ \t]*+""")
_BASIC = re.compile(r'"(?:[^"\\]++|\\.)*+"')
_LONG_BASIC = re.compile(r'"""(?:[^"\\]++|\\.|""?(?!"))*+"""(?:"{0,2})', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL)
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[^\s,\]}#]*+|[^\s,\]}#]++")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Form(Enum):
    """How a value is written, which decides how it can be edited."""

    VALUE = auto()
    """After an equals sign or as an element of an array: a scalar, an array, an inline table."""
    HEADER = auto()
    """A table with a ``[header]`` of its own, an element of ``[[headers]]``, or the document."""
    IMPLIED = auto()
    """A table that exists because a longer header or a dotted key names it; also an array of ``[[headers]]``."""
    DOTTED = auto()
    """As IMPLIED, by a dotted key: no header may name it any more."""


@dataclass(slots=True, eq=False)
class Entry:
    """One value and its key.  Offsets into the text; ``body``: end of the last statement below a header."""

    key_start: int
    key_end: int
    start: int
    end: int
    form: Form = Form.VALUE
    children: "dict[str, Entry] | list[Entry] | None" = None
    body: int = 0

    def child(self, key: str | int) -> "Entry | None":
        """The value at ``key`` of a table or at the index ``key`` of an array."""
        if isinstance(self.children, dict):
            return self.children.get(key) if isinstance(key, str) else None
        if isinstance(self.children, list) and isinstance(key, int) and 0 <= key < len(self.children):
            return self.children[key]
        return None

    def items(self) -> "Iterator[tuple[str | int, Entry]]":
        """Keys or indices with their entries, in the order of the document."""
        if self.children is not None:
            yield from self.children.items() if isinstance(self.children, dict) else enumerate(self.children)


@dataclass(slots=True)
class Scan:
    """A scanned document: its root table, and its comments as (start, end)."""

    root: Entry
    comments: list[tuple[int, int]] = field(default_factory=list)


class LimitError(ValueError):
    """A place where a text is valid TOML, and too deep or too long for the parser."""

    def __init__(self, sentence: str, start: int, end: int) -> None:
        super().__init__(sentence)
        self.sentence, self.start, self.end = sentence, start, end


def scan(text: str, strict: bool = False) -> Scan:
    """Every key and value of ``text``, which tomli must have accepted.

    With ``strict`` tomli gave up on ``text``: LimitError at the place, which what stands before it cannot hide.
    """
    return _Scanner(text, strict).run()


_DEEPEST = 400  # tomli's own limit


class _Scanner:
    def __init__(self, text: str, strict: bool) -> None:
        self.text = text
        self.strict = strict
        self.found = Scan(Entry(0, 0, 0, 0, Form.HEADER, {}))

    def run(self) -> Scan:
        text, root = self.text, self.found.root
        table = root
        position = self.gap(0)
        while position < len(text):
            if text[position] == "[":
                table, position = self.header(position)
            else:
                entry, position = self.key(table, position)
                position = self.value(position, entry)
            table.body = position
            position = self.gap(position)
        root.end = len(text)
        return self.found

    def gap(self, position: int) -> int:
        """The next place that is no white space, line end or comment."""
        text = self.text
        match = _GAP.match(text, position)
        assert match is not None
        end = match.end()
        if text.find("#", position, end) >= 0:
            self.found.comments.extend(item.span() for item in _COMMENT.finditer(text, position, end))
        return end

    def parts(self, position: int) -> tuple[list[tuple[str, int, int]], int]:
        """A dotted key as (part, start, end), and where it ends."""
        text = self.text
        parts: list[tuple[str, int, int]] = []
        while True:
            match = _KEY.match(text, position)
            assert match is not None
            kind = match.lastindex or 1
            start, end = match.span(kind)
            part = text[start:end]
            if kind == 2 and "\\" in part:
                part = unescape(part)
            quote = kind > 1
            parts.append((part, start - quote, end + quote))
            position = match.end()
            if text[position] != ".":
                return parts, position
            position += 1

    def header(self, position: int) -> tuple[Entry, int]:
        doubled = self.text.startswith("[[", position)
        parts, end = self.parts(position + 1 + doubled)
        end += 1 + doubled
        table = self.found.root
        for part, start, stop in parts[:-1]:
            table = _step(table, part, start, stop, Form.IMPLIED)
        part, start, stop = parts[-1]
        children = table.children
        assert isinstance(children, dict)
        entry = children.get(part)
        if not doubled:
            if entry is None:
                entry = children[part] = Entry(start, stop, position, end, Form.HEADER, {})
            else:  # named before by a longer header
                entry.key_start, entry.key_end, entry.start, entry.end = start, stop, position, end
                entry.form = Form.HEADER
            return entry, end
        if entry is None:
            entry = children[part] = Entry(start, stop, position, end, Form.IMPLIED, [])
        element = Entry(start, stop, position, end, Form.HEADER, {})
        assert isinstance(entry.children, list)
        entry.children.append(element)
        return element, end

    def key(self, table: Entry, position: int) -> tuple[Entry, int]:
        """The new entry of a ``key =`` at ``position``, and where its value begins."""
        parts, position = self.parts(position)
        for part, start, stop in parts[:-1]:
            table = _step(table, part, start, stop, Form.DOTTED)
        part, start, stop = parts[-1]
        assert isinstance(table.children, dict)
        entry = table.children[part] = Entry(start, stop, 0, 0)
        position += 1
        while self.text[position] in " \t":
            position += 1
        return entry, position

    def value(self, position: int, entry: Entry) -> int:
        """Fill ``entry`` with the value at ``position``; where the value ends."""
        text = self.text
        opened: list[Entry] = []
        while True:
            entry.start = position
            character = text[position]
            if character in "[{":
                entry.children = [] if character == "[" else {}
                opened.append(entry)
                if self.strict and len(opened) > _DEEPEST:
                    sentence = f"arrays and inline tables are nested more than {_DEEPEST} deep"
                    raise LimitError(sentence, position, position + 1)
                position = self.gap(position + 1)
            else:
                position = entry.end = self.scalar(position)
                if not opened:
                    return position
                position = self.gap(position)
            while True:
                if text[position] == ",":
                    position = self.gap(position + 1)
                if text[position] not in "]}":
                    break
                position += 1
                opened.pop().end = position
                if not opened:
                    return position
                position = self.gap(position)
            top = opened[-1]
            if isinstance(top.children, list):
                entry = Entry(position, position, position, position)
                top.children.append(entry)
            else:
                entry, position = self.key(top, position)

    def scalar(self, position: int) -> int:
        text = self.text
        if text.startswith('"""', position):
            pattern = _LONG_BASIC
        elif text.startswith("'''", position):
            pattern = _LONG_LITERAL
        elif text[position] == '"':
            pattern = _BASIC
        elif text[position] == "'":
            return text.index("'", position + 1) + 1
        else:
            pattern = _PLAIN
        match = pattern.match(text, position)
        assert match is not None
        if self.strict and pattern is _PLAIN and 0 < (most := sys.get_int_max_str_digits()) < match.end() - position:
            digits = match[0].lstrip("+-").replace("_", "")
            if digits.isdecimal() and len(digits) > most:
                raise LimitError(f"the number has {len(digits):,} digits", position, match.end())
        return match.end()


def _step(table: Entry, part: str, start: int, stop: int, form: Form) -> Entry:
    children = table.children
    assert isinstance(children, dict)
    entry = children.get(part)
    if entry is None:
        entry = children[part] = Entry(start, stop, start, stop, form, {})
    return entry.children[-1] if isinstance(entry.children, list) else entry


def unescape(text: str) -> str:
    """The inside of a basic string of one line, with its escapes replaced."""
    return _ESCAPE.sub(_plain, text)


def _plain(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    return chr(int(digits, 16)) if digits else _SHORT.get(match[4], match[4])
