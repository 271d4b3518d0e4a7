"""``settings.toml`` read: every mistake located and said, everything sound used.

::

    theme = "light"            # auto, dark, light, basic
    ascii = true               # glyphs in ASCII
    updates_per_second = 4     # how often the screen follows the engine, 1 to 10

    [keys]                     # action = its keys
    check = ["c", "f5"]

    [columns]                  # view = its columns, in order
    destinations = ["name", "state", "age"]

May import ``fleet.settings.keymap``, ``fleet.settings.themes`` and ``fleet.text``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tomli

from fleet.settings.keymap import is_key
from fleet.settings.themes import ThemeName
from fleet.text import show

_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose."""

    theme: ThemeName = ThemeName.AUTO
    ascii: bool = False
    updates_per_second: int = 4
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One mistake: where it stands (line 0: the file as a whole) and one safe sentence."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        where = f"{show(self.file)}:{self.line}" if self.line else show(self.file)
        return f"{where}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be used, and what could not."""

    settings: Settings = field(default_factory=Settings)
    problems: tuple[SettingProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The names the faces know: actions, and the columns of each view."""

    actions: frozenset[str] = frozenset()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(path: Path, known: Known) -> Reading:
    """The settings at ``path``; a file that does not exist is the usual case."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return Reading()
    except OSError as error:
        return _unusable(str(path), 0, f"cannot be read ({show(error.strerror or str(error))}); defaults are used")
    if len(raw) > _LARGEST:
        return _unusable(str(path), 0, "is larger than 1 MiB; defaults are used")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _unusable(str(path), raw.count(b"\n", 0, error.start) + 1, "is not UTF-8; defaults are used")
    return read_settings(text, str(path), known)


def read_settings(text: str, file: str, known: Known) -> Reading:
    """Read ``text``."""
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        return _unusable(file, error.lineno, f"{show(error.msg)}; defaults are used")
    except (RecursionError, ValueError) as error:
        return _unusable(file, 0, f"{show(str(error))}; defaults are used")
    return _Reader(text, file, known).read(document)


class _Reader:
    """Collects problems while it reads, so that one mistake hides no other."""

    def __init__(self, text: str, file: str, known: Known) -> None:
        self._lines = text.splitlines()
        self._file = file
        self._known = known
        self._problems: list[SettingProblem] = []

    def read(self, document: dict[str, Any]) -> Reading:
        """The whole document."""
        defaults = Settings()
        values: dict[str, Any] = {}
        for name, value in document.items():
            reader = _SETTINGS.get(name)
            if reader is None:
                self._say("", name, _no_such("setting", name, _SETTINGS))
                continue
            read = reader(self, value)
            if read is not None:
                values[name] = read
        settings = Settings(**{name: values.get(name, getattr(defaults, name)) for name in _SETTINGS})
        return Reading(settings, tuple(sorted(self._problems, key=lambda problem: problem.line)))

    def theme(self, value: Any) -> ThemeName | None:
        """``theme``."""
        if isinstance(value, str) and value in list(ThemeName):
            return ThemeName(value)
        self._say("", "theme", f"theme is one of {', '.join(ThemeName)}")
        return None

    def ascii(self, value: Any) -> bool | None:
        """``ascii``."""
        if isinstance(value, bool):
            return value
        self._say("", "ascii", "ascii is true or false")
        return None

    def updates(self, value: Any) -> int | None:
        """``updates_per_second``."""
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10:
            return value
        self._say("", "updates_per_second", "updates_per_second is a whole number from 1 to 10")
        return None

    def keys(self, value: Any) -> dict[str, tuple[str, ...]] | None:
        """``[keys]``."""

        def sound(action: str, names: tuple[str, ...]) -> bool:
            if action not in self._known.actions:
                self._say("keys", action, _no_such("action", action, self._known.actions))
                return False
            bad = [name for name in names if not is_key(name)]
            if bad:
                self._say(
                    "keys", action, f'"{show(bad[0], 40)}" is no key (c, C, ?, ctrl+p, f5); default keys are used'
                )
            return not bad

        return self._lists("keys", value, "its keys", sound)

    def columns(self, value: Any) -> dict[str, tuple[str, ...]] | None:
        """``[columns]``."""

        def sound(view: str, names: tuple[str, ...]) -> bool:
            if view not in self._known.columns:
                self._say("columns", view, _no_such("view", view, self._known.columns))
                return False
            there = self._known.columns[view]
            bad = [name for name in names if there and name not in there]
            if bad:
                self._say("columns", view, _no_such("column", bad[0], there))
            return not bad

        return self._lists("columns", value, "its columns", sound)

    def _lists(
        self, table: str, value: Any, what: str, sound: Callable[[str, tuple[str, ...]], bool]
    ) -> dict[str, tuple[str, ...]] | None:
        if not isinstance(value, dict):
            self._say("", table, f'{table} is a table: name = ["...", "..."]')
            return None
        kept: dict[str, tuple[str, ...]] = {}
        for name, items in value.items():
            texts = [items] if isinstance(items, str) else items
            if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
                self._say(table, name, f'"{show(name, 40)}" takes {what} as a list of texts')
            elif sound(name, tuple(texts)):
                kept[name] = tuple(texts)
        return kept

    def _say(self, table: str, key: str, sentence: str) -> None:
        self._problems.append(SettingProblem(self._file, _line_of(self._lines, table, key), sentence))


_SETTINGS: Mapping[str, Callable[[_Reader, Any], Any]] = {
    "theme": _Reader.theme,
    "ascii": _Reader.ascii,
    "updates_per_second": _Reader.updates,
    "keys": _Reader.keys,
    "columns": _Reader.columns,
}


def _line_of(lines: list[str], table: str, key: str) -> int:
    """The line that sets ``key`` of ``table``; the line of the table, or 0, where it is written in another way."""
    heading, current = 0, ""
    wanted = re.compile(rf"""\s*(?:{re.escape(table)}\s*\.\s*)?["']?{re.escape(key)}["']?\s*[=.]""")
    for number, line in enumerate(lines, 1):
        head = _HEADING.match(line)
        if head:
            current = head[1]
            if current == (table or key):
                heading = number
        elif wanted.match(line) and current in (table, ""):
            return number
    return heading


_HEADING = re.compile(r"""\s*\[\s*["']?([\w-]+)["']?\s*\]""")


def _no_such(kind: str, name: str, there: Mapping[str, Any] | frozenset[str] | tuple[str, ...]) -> str:
    near = get_close_matches(name, list(there), 1)
    return f'there is no {kind} "{show(name, 40)}"' + (f"; did you mean {near[0]}?" if near else "")


def _unusable(file: str, line: int, sentence: str) -> Reading:
    return Reading(problems=(SettingProblem(file, line, sentence),))
