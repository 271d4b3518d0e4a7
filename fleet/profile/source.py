"""From a path in a profile to file, line and column.

Rules and readers speak of *paths* (``("tiers", "edge", "dane")``); people want a place in a file.  The document is
scanned only when somebody asks for the first place, so a profile without problems costs nothing here.  May import
``fleet.layout.names``, ``fleet.model`` and modules of this room.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fleet.layout.names import canonical
from fleet.model.fleet import ObjectPath
from fleet.profile.scan import Entry, Form, Scan, scan
from fleet.profile.secrets import MASK, secret_spans


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a profile.  ``line`` and ``column`` count from 1, columns and ``length`` in characters.

    What goes over several lines ends, for its length, with its first line.
    """

    file: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line of a profile without its secrets; ``column`` and ``length``: the marked part.  Not yet safe to show."""

    text: str
    column: int
    length: int


class SourceMap:
    """The text of a profile, and where its keys and values stand in it.

    ``accepted`` is the text as tomli accepted it, with broken lines blanked; None: tomli accepted nothing, so only
    offsets can be placed.
    """

    def __init__(self, file: str, text: str, accepted: str | None) -> None:
        self.file = file
        self.text = text
        self.accepted = accepted
        self._hidden: list[tuple[int, int]] = []
        self._names: dict[int, dict[str, str]] = {}

    @cached_property
    def scan(self) -> Scan:
        """Keys, values and comments."""
        return scan(self.accepted or "")

    @cached_property
    def _lines(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def span(self, start: int, end: int) -> Span:
        """The place of two offsets."""
        line = bisect_right(self._lines, start)
        first = self._lines[line - 1]
        stop = self.text.find("\n", start)
        stop = len(self.text) if stop < 0 else stop
        if stop > start and self.text[stop - 1] == "\r":
            stop -= 1
        return Span(self.file, line, start - first + 1, max(0, min(end, stop) - start))

    def nearest(self, path: Sequence[str | int]) -> tuple[ObjectPath, Entry]:
        """The longest part of ``path`` that exists, spelled as in the text, and what stands there.

        Names that mean the same are found too (``Example.COM`` for ``example.com``), because findings speak in
        normal forms.
        """
        entry = self.scan.root
        found: list[str | int] = []
        for key in path:
            spelled: str | int = key
            child = entry.child(key)
            if child is None and isinstance(key, str):
                spelled = self._spelled(entry, key)
                child = entry.child(spelled)
            if child is None:
                break
            found.append(spelled)
            entry = child
        return tuple(found), entry

    def _spelled(self, entry: Entry, key: str) -> str:
        """The first key of a table that means ``key``; a table that is asked once is asked often."""
        found = self._names.get(id(entry))
        if found is None:
            names = entry.children if isinstance(entry.children, dict) else {}
            found = self._names[id(entry)] = {canonical(name): name for name in reversed(names)}
        return found.get(canonical(key), key)

    def locate(self, path: Sequence[str | int]) -> Span:
        """Where the value at ``path`` stands (a table: its header), or that of the nearest part of it that exists."""
        found, entry = self.nearest(path)
        return self.span(entry.start, entry.end) if found else Span(self.file, 1, 1, 0)

    def locate_key(self, path: Sequence[str | int]) -> Span:
        """Where the key at the end of ``path`` stands; as ``locate`` where it has none."""
        found, entry = self.nearest(path)
        if len(found) < len(path) or entry.key_end == entry.key_start:
            return self.locate(path)
        return self.span(entry.key_start, entry.key_end)

    def hide(self, path: Sequence[str | int]) -> None:
        """Keep the value at ``path``, and all below it, out of every excerpt."""
        waiting = [self.nearest(path)[1]]
        while waiting:
            entry = waiting.pop()
            if entry.form is Form.VALUE:
                self._hidden.append((entry.start, entry.end))
            else:
                waiting.extend(child for _, child in entry.items())

    @cached_property
    def _secrets(self) -> list[tuple[int, int]]:
        spans = sorted((*secret_spans(self.text, self.accepted == self.text), *self._hidden))
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return merged

    def excerpt(self, span: Span) -> Excerpt:
        """The line of ``span`` with secrets masked, and where in it the span is now."""
        first = self._lines[span.line - 1]
        stop = self._lines[span.line] if span.line < len(self._lines) else len(self.text)
        start = first + span.column - 1
        end = start + span.length
        parts: list[str] = []
        position = first
        for hidden, shown_again in self._secrets:
            if shown_again <= first or hidden >= stop:
                continue
            parts += self.text[position : max(hidden, first)], MASK
            position = min(shown_again, stop)
        parts.append(self.text[position:stop])
        before, after = self._masked_length(first, start), self._masked_length(first, end)
        return Excerpt("".join(parts).rstrip("\r\n"), before + 1, after - before)

    def _masked_length(self, first: int, offset: int) -> int:
        """How many characters of the excerpt stand before ``offset``; a place inside a secret: before or after it."""
        length = offset - first
        for hidden, shown_again in self._secrets:
            if hidden < offset and shown_again > first:
                length += len(MASK) - (min(shown_again, offset) - max(hidden, first))
        return length

    @property
    def comments(self) -> tuple[str, ...]:
        """Every comment, from its ``#``, in the order of the text."""
        return tuple(self.text[start:end] for start, end in self.scan.comments)
