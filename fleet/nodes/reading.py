"""What parsers share: the one way to say "this text does not say what I looked for", and tables by header words.

A parser returns a value only if it understood everything that could change it; otherwise it raises ``Unparsed`` with a
sentence, and the raw text stands beside it as evidence.  It never drops a line it does not know.
May import ``fleet.errors`` and ``fleet.text``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fleet.errors import FleetError
from fleet.text import show

_RULE_CHARACTERS = frozenset(" \t=+|-")
_MENU = re.compile(r"(?i)choose the operation")
_RUN = re.compile(r"[=-]{2,}")


class Unparsed(FleetError):  # noqa: N818 (it is a state, not a mistake)
    """The text is not what the parser knows; the message says what is missing."""


def quoted(text: str) -> str:
    """A piece of a node's text inside a sentence."""
    return f"'{show(text.strip(), 80)}'"


def above_menu(text: str) -> str:
    """``text`` up to the line that announces a menu of operations."""
    found = _MENU.search(text)
    return text if found is None else text[: text.rfind("\n", 0, found.start()) + 1]


def is_rule(line: str) -> bool:
    """Whether ``line`` is a line drawn under a header."""
    return set(line) <= _RULE_CHARACTERS and ("===" in line or "---" in line)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header: each row maps the header's own words to its cell."""

    headers: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def read_table(text: str) -> Table | None:
    """The first table of ``text`` that has a rule (``====``) under its header; None: there is none.

    Columns are the rule's runs, or the header's words where the rule is one long run.  A row whose cells do not fit is
    Unparsed: a value in the wrong column would be worse than none.
    """
    lines = [line.rstrip() for line in above_menu(text).split("\n")]
    for at, line in enumerate(lines):
        if not is_rule(line) or at == 0 or not lines[at - 1].strip():
            continue
        header = list(_header_lines(lines, at))
        spans = [(run.start(), run.end()) for run in _RUN.finditer(line)]
        if len(spans) == 1:
            spans = _spans_of_words(header[-1])
        if len(spans) > 1:
            names = tuple(" ".join(_cell(part, spans, index) for part in header).strip() for index in range(len(spans)))
            return Table(names, tuple(_rows(lines[at + 1 :], names, spans)))
    return None


def _header_lines(lines: Sequence[str], rule: int) -> Iterator[str]:
    """The lines right above the rule that belong to its header: as many as are set in columns."""
    first = rule - 1
    while first > 0 and rule - first < 3 and re.search(r"\S\s{2,}\S|^\s{4,}\S", lines[first - 1]):
        first -= 1
    return iter(lines[first:rule])


def _spans_of_words(header: str) -> list[tuple[int, int]]:
    return [(found.start(), found.end()) for found in re.finditer(r"\S+(?: \S+)*", header)]


def _cell(line: str, spans: Sequence[tuple[int, int]], index: int) -> str:
    start = 0 if index == 0 else spans[index][0]
    end = spans[index + 1][0] if index + 1 < len(spans) else len(line)
    return line[start:end].strip()


def _rows(
    lines: Sequence[str], names: tuple[str, ...], spans: Sequence[tuple[int, int]]
) -> Iterator[Mapping[str, str]]:
    for line in lines:
        if not line.strip():
            return
        if is_rule(line):
            continue
        cells = re.split(r"\s{2,}|\t", line.strip())
        fits = all(start == 0 or start > len(line) or line[start - 1] in " \t" for start, _end in spans)
        if len(cells) == len(names):
            yield dict(zip(names, cells, strict=True))
        elif fits:
            yield {name: _cell(line, spans, index) for index, name in enumerate(names)}
        else:
            raise Unparsed(f"the row {quoted(line)} does not fit the columns of its table")
