"""The filter language: what ``/`` in the dashboard and a selection on the command line understand.

========================  ==========================================================
``ietf``                  any cell contains the text (case does not matter)
``state:held``            the cell of that column contains the text
``age>3d`` ``mx<=2``      the cell's value compares so (units s, min, h, d, w); a cell without a number never does
``~^mx[0-9]~``            any cell matches the regular expression
``state:~held|bogus~``    the cell of that column does
``!term``                 not
``"two words" "a:b"``     quoted: taken as text, blanks and signs included (``\\"`` and ``\\\\`` inside)
========================  ==========================================================

Terms stand side by side and all must hold.  An unusable filter is a ``FilterProblem`` with a position, never an
exception.

May import ``fleet.views.rows``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cached_property
from operator import ge, gt, le, lt

from fleet.views.rows import Row, TableCell


class Sign(StrEnum):
    """How a term asks; the value is how it is written."""

    CONTAINS = ":"
    MATCHES = "~"
    AT_LEAST = ">="
    AT_MOST = "<="
    MORE = ">"
    LESS = "<"


@dataclass(frozen=True)
class Term:
    """One term: ``field`` empty means any cell; ``value`` is the text, the expression or the number as written."""

    sign: Sign
    value: str
    field: str = ""
    negated: bool = False

    def holds(self, row: Row, positions: dict[str, int]) -> bool:
        """Whether the row satisfies the term."""
        cells = row.cells if not self.field else _cell(row, positions.get(self.field))
        return any(map(self._ask, cells)) is not self.negated

    @cached_property
    def _ask(self) -> Callable[[TableCell], bool]:
        if self.sign is Sign.CONTAINS:
            wanted = self.value.casefold()
            return lambda cell: wanted in cell.text.casefold()
        if self.sign is Sign.MATCHES:
            search = re.compile(self.value, re.IGNORECASE).search
            return lambda cell: search(cell.text) is not None
        compare, limit = _COMPARE[self.sign], quantity(self.value)
        return lambda cell: _is_number(cell.sort) and limit is not None and compare(cell.sort, limit)

    def __str__(self) -> str:
        """The term as it is written."""
        prefix = "!" if self.negated else ""
        if self.sign is Sign.MATCHES:
            field = f"{self.field}:" if self.field else ""
            return f"{prefix}{field}~{self.value}~"
        if not self.field:
            return prefix + _quoted(self.value)
        value = self.value if self.sign is not Sign.CONTAINS else _quoted(self.value)
        return f"{prefix}{self.field}{self.sign}{value}"


@dataclass(frozen=True, slots=True)
class Filter:
    """Terms that must all hold; the empty filter keeps everything."""

    terms: tuple[Term, ...] = ()

    def keep(self, rows: Iterable[Row], fields: Sequence[str]) -> list[Row]:
        """The rows that satisfy every term, in their order."""
        positions = {field: at for at, field in enumerate(fields)}
        return [row for row in rows if all(term.holds(row, positions) for term in self.terms)]

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))


NO_FILTER = Filter()


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """Why a filter cannot be used, and at which character of it."""

    position: int
    sentence: str


def parse_filter(text: str, fields: Sequence[str]) -> Filter | FilterProblem:
    """Read ``text`` as a filter over columns named ``fields``."""
    terms: list[Term] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _TERM.match(text, at)
        if found is None:
            return FilterProblem(at, _unfinished(text[at:]))
        term = _term(found, fields)
        if isinstance(term, FilterProblem):
            return term
        terms.append(term)
        at = found.end()
    return Filter(tuple(terms))


def quantity(text: str) -> float | None:
    """``3d`` in seconds, ``12`` as it is; None for what is no number."""
    found = _QUANTITY.fullmatch(text)
    return float(found[1]) * _UNITS[found[2].lower()] if found else None


_COMPARE: dict[Sign, Callable[..., bool]] = {Sign.AT_LEAST: ge, Sign.AT_MOST: le, Sign.MORE: gt, Sign.LESS: lt}
_UNITS = {"": 1, "%": 1, "s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_QUANTITY = re.compile(r"(-?\d{1,15}(?:\.\d{1,9})?)\s*(%|s|min|m|h|d|w|)", re.IGNORECASE | re.ASCII)
_TERM = re.compile(
    r"""(?P<not>!?)
    (?: (?:(?P<field>[A-Za-z][\w-]*)(?P<test>(?>:|>=|<=|>|<)))?
        (?: ~(?P<regex>[^~]+)~ | "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<bare>[^\s"~!][^\s"]*) )
    )(?=\s|$)""",
    re.VERBOSE,
)
_OPEN = re.compile(r"[A-Za-z][\w-]*(?::|>=?|<=?)")
"""A term that is still being written: a column and a sign, and nothing after it."""


def _term(found: re.Match[str], fields: Sequence[str]) -> Term | FilterProblem:
    field, negated = (found["field"] or "").lower(), bool(found["not"])
    if field and field not in fields:
        near = get_close_matches(field, fields, 1)
        instead = f"did you mean {near[0]}?" if near else f"there are {', '.join(fields)}."
        return FilterProblem(
            found.start("field"), f'No column "{field}": {instead} Quote the term to search for it as text.'
        )
    test = Sign(found["test"]) if field else Sign.CONTAINS
    if found["regex"] is not None:
        if test is not Sign.CONTAINS:
            return FilterProblem(found.start("test"), f"{test} compares numbers, not expressions.")
        try:
            re.compile(found["regex"])
        except (re.error, OverflowError, RecursionError) as error:
            return FilterProblem(found.start("regex"), f"Not a regular expression: {error}.")
        return Term(Sign.MATCHES, found["regex"], field, negated)
    quoted = found["quoted"]
    value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else found["bare"]
    if quoted is None and not field and _OPEN.fullmatch(value):
        return FilterProblem(found.end(), f"Nothing follows {value}")
    if test is not Sign.CONTAINS and quantity(value) is None:
        return FilterProblem(found.start("test") + len(test), f'"{value}" is no number (12, 3d, 90min).')
    return Term(test, value, field, negated)


def _unfinished(rest: str) -> str:
    if "~" in rest and rest.count("~") % 2:
        return "The expression has no closing ~."
    if rest.count('"') % 2:
        return 'The text has no closing ".'
    if rest.startswith("!"):
        return "Nothing follows the !."
    return "Something is missing here."


def _quoted(value: str) -> str:
    plain = _TERM.fullmatch(value)
    if plain and plain["bare"] == value and not plain["field"] and not _OPEN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _cell(row: Row, position: int | None) -> tuple[TableCell, ...]:
    return row.cells[position : position + 1] if position is not None else ()


def _is_number(value: float | str | None) -> bool:
    return isinstance(value, int | float)
