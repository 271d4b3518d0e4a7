"""``--set key=value``: a fleet as it would be, without touching the file.

A setting is laid over the data of a profile and all of it is read again, so a supposed fleet is judged like a declared
one.  The file's lines stay where they are: what a setting says is located in the setting itself.

May import ``tomli``, ``fleet.model``, ``fleet.errors`` and modules of this room.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import tomli

from fleet.errors import UsageError
from fleet.model.finding import Source
from fleet.model.fleet import ObjectPath
from fleet.profile.change import NOTHING, changed, spelled
from fleet.profile.problem import shown
from fleet.profile.read import UNREADABLE, Diagnostic, Reading, read_data
from fleet.profile.scan import Form
from fleet.profile.source import Excerpt, SourceMap, Span
from fleet.profile.values import same_name
from fleet.profile.writing import string_text
from fleet.text import show

_SETTING = re.compile(
    r"""\s*(?P<key>(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|[ \t]*\.[ \t]*)++)[ \t]*=[ \t]*"""
    r"""(?P<value>[^\n]*)\s*"""
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One ``key=value``: the path it sets, as the profile spells it, and the text it was given as."""

    path: ObjectPath
    written: ObjectPath
    value: object
    source: SourceMap


class Overlaid(SourceMap):
    """The places of a profile with settings laid over it."""

    def __init__(self, below: SourceMap, settings: Sequence[Setting]) -> None:
        super().__init__(below.file, below.text, below.accepted)
        self.settings = tuple(settings)

    def _said(self, path: Sequence[str | int]) -> tuple[SourceMap, ObjectPath] | None:
        """The last setting that says what stands at ``path``, and the path within it."""
        for item in reversed(self.settings):
            begins = zip(path, item.path, strict=False)
            if len(path) >= len(item.path) and all(same_name(str(one), str(other)) for one, other in begins):
                return item.source, (*item.written, *path[len(item.path) :])
        return None

    def _made(self, path: Sequence[str | int]) -> tuple[SourceMap, ObjectPath] | None:
        """The last setting that makes a table on the way to ``path`` which the file does not have."""
        declared = len(self.nearest(path)[0])
        for item in reversed(self.settings):
            begins = zip(path, item.path, strict=False)
            shared = list(takewhile(lambda pair: same_name(str(pair[0]), str(pair[1])), begins))
            if item.value is not NOTHING and len(shared) > declared:
                return item.source, item.written
        return None

    def supposed(self, path: Sequence[str | int]) -> bool:
        """Whether what stands at ``path``, or a table on the way to it, is supposed rather than declared."""
        return (self._said(path) or self._made(path)) is not None

    def locate(self, path: Sequence[str | int]) -> Span:
        """See ``SourceMap``; in the setting where one says it, or makes the table where it would stand."""
        said = self._said(path) or self._made(path)
        return said[0].locate(said[1]) if said else super().locate(path)

    def locate_key(self, path: Sequence[str | int]) -> Span:
        """See ``SourceMap``; in the setting where one says it, or makes the table where it would stand."""
        said = self._said(path) or self._made(path)
        return said[0].locate_key(said[1]) if said else super().locate_key(path)

    def hide(self, path: Sequence[str | int]) -> None:
        """See ``SourceMap``; a value in a setting is hidden there."""
        said = self._said(path)
        if said:
            said[0].hide(said[1])
        else:
            super().hide(path)

    def excerpt(self, span: Span) -> Excerpt:
        """See ``SourceMap``; of a place in a setting: the setting."""
        source = next((item.source for item in reversed(self.settings) if item.source.file == span.file), None)
        return source.excerpt(span) if source else super().excerpt(span)


def overlay(reading: Reading, settings: Sequence[str]) -> Reading:
    """``reading`` as it would be with ``settings``, each ``key=value`` in TOML; ``key=`` takes the key away.

    A value that is no TOML is taken as text, so that ``dane=mandatory`` needs no quotes within quotes.  Names may be
    spelled in any case, elements of arrays by number (``resolvers.0.kind=strips``).  UsageError for a setting that
    cannot be understood; what it says is judged by the reading that comes back, which refers to it as ``--set key``.
    """
    source = reading.source
    if source.accepted is None:
        raise UsageError(f"{shown(source.file)} is no TOML, so nothing can be laid over it")
    if source.accepted != source.text:
        raise UsageError(f"{shown(source.file)} has syntax errors: mend them before supposing anything")
    data: Any = tomli.loads(source.accepted)
    laid: list[Setting] = []
    for text in settings:
        written, value, map_ = _parse(text)
        data, path = _lay(data, written, value)
        laid.append(Setting(path, written, value, map_))
    source = Overlaid(source, laid)
    read = read_data(data, source, ())
    unread = (item for item in reading.diagnostics if item.finding.code in UNREADABLE)
    return Reading(read.fleet, source, (*unread, *(_supposed(item, source) for item in read.diagnostics)))


def _supposed(item: Diagnostic, source: Overlaid) -> Diagnostic:
    if not source.supposed(item.finding.path):
        return item
    return Diagnostic(replace(item.finding, source=Source.SUPPOSED), item.span)


def _parse(text: str) -> tuple[ObjectPath, object, SourceMap]:
    """The path, the value and the place of one setting."""
    match = _SETTING.fullmatch(text)
    if match is None:
        given = shown(text.partition("=")[0])
        raise UsageError(f"{given} is no setting: write key=value, such as tiers.edge.version=15.0.0-104")
    key, written = match["key"], match["value"].rstrip()
    document = f"{key}={written or '{}'}"
    data = _loads(document)
    if data is None:
        document = f"{key}={string_text(written)}"
        data = _loads(document)
    if data is None:
        raise UsageError(f"{shown(key)} is no key: write names with dots between, quoted where they hold dots")
    source = SourceMap(f"--set {show(key, 200)}", document, document)
    path: list[str | int] = []
    value: Any = data
    entry = source.scan.root
    while entry.form is not Form.VALUE:
        ((part, entry),) = entry.items()
        path.append(part)
        value = value[part]
    return tuple(path), value if written else NOTHING, source


def _loads(document: str) -> dict[str, Any] | None:
    try:
        return tomli.loads(document)
    except (ValueError, RecursionError):
        return None


def _lay(data: Any, written: ObjectPath, value: object) -> tuple[Any, ObjectPath]:
    """``data`` with ``value`` at ``written``, and that path as the profile spells it."""
    path: list[str | int] = []
    place = data
    for step in written:
        key = spelled(place, step)
        path.append(key)
        if isinstance(place, dict):
            place = place.get(str(key), {})
        elif isinstance(place, list) and isinstance(key, int) and key < len(place):
            place = place[key]
        else:
            place = {}
    return changed(data, path, value), tuple(path)
