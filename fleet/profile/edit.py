"""Changing a profile's text without touching the rest of it: comments, order and layout stay.

An edit becomes a few replacements of spans the scanner found.  The result is read again: it must mean exactly what the
edit says, and every comment must still be there; otherwise nothing is changed and UsageError says so.  Where the place
is, follows from how the table is written: a value is replaced where it stands; a new key goes below the last one of its
``[header]``, into its inline table, or beside its dotted siblings; a new table gets a header after its relatives.

May import ``tomli``, ``fleet.model``, ``fleet.errors`` and modules of this room.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import tomli

from fleet.errors import UsageError
from fleet.model.finding import Edit
from fleet.model.fleet import ObjectPath
from fleet.profile.change import NOTHING, changed, shown_path, value_at
from fleet.profile.scan import Entry, Form
from fleet.profile.source import SourceMap
from fleet.profile.writing import key_text, value_text

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """``text[start:end]`` becomes ``text``."""

    start: int
    end: int
    text: str


def edit(text: str, edits: Sequence[Edit]) -> str:
    """``text`` with ``edits`` made in their order.  UsageError where one cannot be made; then nothing is."""
    bom = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    try:
        data: object = tomli.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("the profile is no TOML, so it cannot be edited") from None
    document = _Document(text)
    comments = document.source.comments
    scalars: dict[int, Replacement] = {}  # these move nothing, so many of them need one scan only
    for item in edits:
        value = NOTHING if item.value is None else list(item.value) if isinstance(item.value, tuple) else item.value
        path = item.path
        if _same(value_at(data, path), value):
            continue
        found, entry = document.source.nearest(path)
        if len(found) == len(path) and entry.children is None and not isinstance(value, list) and value is not NOTHING:
            scalars[entry.start] = Replacement(entry.start, entry.end, value_text(value))
            data = changed(data, path, value)
            continue
        document, scalars = document.after(scalars.values()), {}
        if value is NOTHING and document.only_section(path):
            path = path[:-1]
        data = changed(data, path, value)
        document = document.after(document.remove(path) if value is NOTHING else document.set(path, value))
        if not document.readable():
            raise _refusal(edits)
    edited = document.after(scalars.values())
    if not edited.means(data) or Counter(edited.source.comments) != Counter(comments):
        raise _refusal(edits)
    return bom + edited.text


def _refusal(edits: Sequence[Edit]) -> UsageError:
    where = ", ".join(shown_path(item.path) for item in edits[:5])
    return UsageError(f"{where} cannot be edited without losing something: change it by hand")


def _same(one: object, other: object) -> bool:
    """Whether two values of TOML are one; true is not 1, and 1 is not 1.0."""
    return one is other or repr(one) == repr(other)


def _apply(text: str, replacements: Iterable[Replacement]) -> str:
    parts: list[str] = []
    position = 0
    for item in sorted(replacements):
        parts += text[position : item.start], item.text
        position = max(position, item.end)
    return "".join((*parts, text[position:]))


def _sorted(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_sorted(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_sorted, value)) + "]"
    return repr(value)


class _Document:
    """A scanned text, asked where a change goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.source = SourceMap("", text, text)
        self.line_end = "\r\n" if "\r\n" in text else "\n"

    def after(self, replacements: Collection[Replacement]) -> "_Document":
        """The document with ``replacements`` made; itself where there are none."""
        return _Document(_apply(self.text, replacements)) if replacements else self

    def readable(self) -> bool:
        """Whether the text is TOML: only then may it be scanned."""
        return self._data() is not None

    def means(self, data: object) -> bool:
        """Whether the text is TOML and says ``data``, in any order of keys."""
        return _sorted(self._data()) == _sorted(data)

    def _data(self) -> object:
        try:
            return tomli.loads(self.text)
        except (ValueError, RecursionError):
            return None

    def set(self, path: ObjectPath, value: object) -> list[Replacement]:
        """The replacements after which ``value`` stands at ``path``."""
        found, entry = self.source.nearest(path)
        if len(found) == len(path):
            return self._replace(found, entry, value)
        rest = [str(key) for key in path[len(found) :]]
        if entry.form is Form.VALUE:
            return self._into_inline(entry, rest, value)
        owner_path, owner = self._owner(found)
        inner = [str(key) for key in found[len(owner_path) :]]
        if owner.form is Form.VALUE:
            return self._into_inline(owner, [*inner, *rest], value, entry)
        in_array = any(isinstance(key, int) for key in found)
        if inner or (len(rest) == 1 and entry.form is Form.HEADER) or in_array:
            after = max(_leaf_ends(entry), default=owner.body) if inner else owner.body
            return [self._new_line(owner, after, key_text([*inner, *rest]), value)]
        header = key_text(str(key) for key in (*found, *rest[:-1]))
        return [self._new_section(entry, header, rest[-1], value)]

    def _owner(self, found: ObjectPath) -> tuple[ObjectPath, Entry]:
        """The nearest table at or above ``found`` that dotted keys below it are written in."""
        for length in range(len(found), -1, -1):
            entry = self.source.nearest(found[:length])[1]
            if entry.form is not Form.DOTTED:
                return found[:length], entry
        raise AssertionError("the document itself is no dotted table")

    def _replace(self, found: ObjectPath, entry: Entry, value: object) -> list[Replacement]:
        if entry.form is not Form.VALUE:
            raise UsageError(f"{shown_path(found)} is a table with its own lines: change it by hand")
        return [Replacement(entry.start, entry.end, value_text(value)), *self._saved_comments(entry.start, entry.end)]

    def _saved_comments(self, start: int, end: int) -> list[Replacement]:
        """The comments between two offsets, as lines of their own above the statement."""
        line = self._line_start(start)
        indent = self._indent(line)
        lines = [
            indent + self.text[first:last] + self.line_end
            for first, last in self.source.scan.comments
            if start <= first < end
        ]
        return [Replacement(line, line, "".join(lines))] if lines else []

    def _into_inline(
        self, table: Entry, keys: Sequence[str], value: object, beside: Entry | None = None
    ) -> list[Replacement]:
        """A new key in an inline table, or a new last element in an array."""
        if isinstance(table.children, list):
            if len(keys) > 1:
                value = _nested(keys[1:], value)
            new = value_text(value)
        elif isinstance(table.children, dict):
            new = f"{key_text(keys)} = {value_text(value)}"
        else:
            raise UsageError(f"{key_text(keys)} leads through something that is no table of the profile")
        ends = list(_leaf_ends(beside or table)) if table.children else []
        if ends:
            return [Replacement(max(ends), max(ends), ", " + new)]
        space = "" if isinstance(table.children, list) else " "
        return [Replacement(table.start + 1, table.start + 1, f"{space}{new}{space}")]

    def _new_line(self, owner: Entry, after: int, key: str, value: object) -> Replacement:
        statement = f"{key} = {value_text(value)}"
        if after == 0:  # the document has no key before its first header
            return Replacement(0, 0, statement + self.line_end)
        indent = self._indent(self._line_start(after) if owner.form is Form.HEADER and owner.end else 0)
        return self._below(after, indent + statement)

    def _new_section(self, entry: Entry, header: str, key: str, value: object) -> Replacement:
        after = max((item.body for item in _headers(entry)), default=0) or self._last()
        blank = self.line_end if after else ""
        return self._below(after, f"{blank}[{header}]{self.line_end}{key_text([key])} = {value_text(value)}")

    def _last(self) -> int:
        return max((item.body for item in _headers(self.source.scan.root)), default=0)

    def _below(self, after: int, lines: str) -> Replacement:
        """New lines below the line of ``after``."""
        end = self.text.find("\n", after)
        if after == 0 or end >= 0:
            place = 0 if after == 0 else end + 1
            return Replacement(place, place, lines + self.line_end)
        return Replacement(len(self.text), len(self.text), self.line_end + lines + self.line_end)

    def only_section(self, path: ObjectPath) -> bool:
        """Whether ``path`` is the only ``[[section]]`` of its name: without it the array is gone, not empty."""
        array = self.source.nearest(path[:-1])[1]
        return isinstance(array.children, list) and array.form is Form.IMPLIED and len(array.children) == 1

    def remove(self, path: ObjectPath) -> list[Replacement]:
        """The replacements after which nothing stands at ``path``."""
        found, entry = self.source.nearest(path)
        parent = self.source.nearest(found[:-1])[1]
        owner_path, owner = self._owner(found[:-1])
        if owner.form is Form.VALUE:
            return self._out_of_inline(owner, found[len(owner_path) :], entry)
        kept = ""
        if isinstance(parent.children, dict) and len(parent.children) == 1:
            # The table around it may exist only because of it, and must go on existing, empty.
            if parent.form is Form.DOTTED:
                kept = key_text([str(key) for key in found[len(owner_path) : -1]]) + " = {}"
            elif parent.form is Form.IMPLIED:
                kept = f"[{key_text([str(key) for key in found[:-1]])}]"
        replacements: list[Replacement] = []
        for start, end in sorted(_statements(entry)):
            replacements += self._out(start, end, kept)
            kept = ""
        return replacements

    def _out(self, start: int, end: int, kept: str) -> list[Replacement]:
        """Put ``kept`` in place of a statement; its comments stay, and a line that is left blank goes."""
        line = self._line_start(start)
        saved = self._saved_comments(start, end)
        if kept:
            return [Replacement(line + len(self._indent(line)), end, kept), *saved]
        rest = self.text.find("\n", end)
        rest = len(self.text) if rest < 0 else rest + 1
        comment = len(self.text[end:rest]) - len(self.text[end:rest].lstrip(" \t\r\n"))
        if end + comment >= rest:
            return [Replacement(line, rest, ""), *saved]
        return [Replacement(line + len(self._indent(line)), end + comment, ""), *saved]

    def _out_of_inline(self, container: Entry, inner: ObjectPath, entry: Entry) -> list[Replacement]:
        """Take an element out of an array with its comma, or write an inline table anew without the key."""
        if isinstance(container.children, dict):
            old = tomli.loads("x = " + self.text[container.start : container.end])["x"]
            return self._replace((), container, changed(old, inner, NOTHING))
        array = [child for _, child in container.items()]
        index = array.index(entry)
        if index + 1 < len(array):
            start, end = entry.start, array[index + 1].start
        elif index:
            start, end = array[index - 1].end, entry.end
        else:
            return self._replace((), container, [])
        return [Replacement(start, end, ""), *self._saved_comments(start, end)]

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _indent(self, line: int) -> str:
        end = line
        while end < len(self.text) and self.text[end] in " \t":
            end += 1
        return self.text[line:end]


def _statements(entry: Entry) -> Iterator[tuple[int, int]]:
    """Of all statements that make up an entry and what is below it: a place on their line, and their end."""
    if entry.form is Form.VALUE:
        yield entry.key_start, entry.end
        return
    if entry.form is Form.HEADER:
        yield entry.start, entry.end
    for _, child in entry.items():
        yield from _statements(child)


def _leaf_ends(entry: Entry) -> Iterator[int]:
    for _, child in entry.items():
        if child.form is Form.VALUE:
            yield child.end
        elif child.form is Form.DOTTED:
            yield from _leaf_ends(child)


def _headers(entry: Entry) -> Iterator[Entry]:
    if entry.form is Form.HEADER:
        yield entry
    for _, child in entry.items():
        if child.form is not Form.VALUE:
            yield from _headers(child)


def _nested(keys: Sequence[str], value: object) -> object:
    for key in reversed(keys):
        value = {key: value}
    return value
