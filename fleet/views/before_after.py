"""What a change has done to mail, ready to show: worse first, then better, then what cannot be told.

May import ``fleet.forecast``, ``fleet.decision``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.decision import Change, changes, published
from fleet.forecast import Forecast, Foretold
from fleet.forecast.before_after import Compared, Direction, Way
from fleet.forecast.moves import flow_name, unmatched
from fleet.layout import canonical
from fleet.model import Outcome
from fleet.text import show
from fleet.views.changes import change_words
from fleet.views.forecast import (
    WHY_WORDS,
    alone_words,
    destination_words,
    named,
    outcome_words,
    timer_words,
    weighed_words,
)
from fleet.views.ladder import Cell, ladder
from fleet.views.marks import OUTCOME_MARKS, Mark

_LONG = 500
_CHANGES = 3
"""So many changes of what a destination publishes are told; of the others it is said how many there are."""
NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its name, its moment where it is one, and what must be said of it.  Safe text."""

    name: str
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One destination: what happened to its mail before and after, and what lies between."""

    mark: Mark
    name: str
    change: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """All destinations of one direction; ``more`` of them are left out."""

    title: str
    rows: tuple[ComparedRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class BeforeAfterView:
    """All of it.  ``totals``: each direction counted and weighed."""

    heading: str
    sections: tuple[ComparedSection, ...]
    totals: tuple[tuple[Mark, str], ...]
    notes: tuple[str, ...]


MARKS = {
    Direction.WORSE: Mark.FAIL,
    Direction.BETTER: Mark.OK,
    Direction.UNKNOWN: Mark.UNKNOWN,
    Direction.SAME: Mark.NONE,
}
_TITLES = {Direction.WORSE: "Worse:", Direction.BETTER: "Better:", Direction.UNKNOWN: "Not known:"}


def before_after_view(
    sides: tuple[Side, Side],
    before: Forecast,
    after: Forecast,
    found: Sequence[Compared],
    missing: Mapping[str, str],
    limit: int,
) -> BeforeAfterView:
    """``found`` in words, with at most ``limit`` destinations a section (0: all).

    ``missing``: why nothing is known of some destinations on one side.
    """
    sections = []
    for direction, title in _TITLES.items():
        those = [one for one in found if one.direction is direction]
        shown = those[:limit] if limit else those
        if those:
            rows = tuple(_row(one, before, after, missing) for one in shown)
            sections.append(ComparedSection(title, rows, len(those) - len(shown)))
    notes = [f"{side.name}: {side.note}" for side in sides if side.note]
    notes += [alone_words(one) for one in unmatched(before, after)]
    return BeforeAfterView(f"{sides[0].name} -> {sides[1].name}", tuple(sections), tuple(_totals(found)), tuple(notes))


def between(one: Compared, before: Forecast, after: Forecast) -> tuple[Change, ...]:
    """What the destination itself changed between its two checks, in the order of the walk."""
    old, new = (side.verdicts.get(canonical(one.destination.domain)) for side in (before, after))
    if old is None or new is None:
        return ()
    known = published(old)
    return changes(known, published(new, known))


@dataclass(frozen=True, slots=True)
class Rung:
    """The first step of the walk that came to something else, in the words of the ladder.  Safe text."""

    step: str
    place: str
    before: str
    after: str


def first_difference(one: Compared, before: Forecast, after: Forecast) -> Rung | None:
    """Where the two checks part; None where they do not, or where one is missing."""
    old, new = (side.verdicts.get(canonical(one.destination.domain)) for side in (before, after))
    if old is None or new is None:
        return None
    was, becomes = ladder(old), ladder(new)
    if was[0].mx != becomes[0].mx:
        return Rung("MX", "", _cell(was[0].mx), _cell(becomes[0].mx))
    known = {(row.host, row.address): row for row in was}
    for row in becomes:
        place = " ".join(filter(None, (row.host, row.address)))
        there = known.get((row.host, row.address))
        if there is None:
            return Rung("MX or address", place, "not there", "new")
        for step, field in _RUNGS:
            cells: tuple[Cell, Cell] = (getattr(there, field), getattr(row, field))
            if cells[0] != cells[1]:
                return Rung(step, place, *map(_cell, cells))
    gone = next((key for key in known if key not in {(row.host, row.address) for row in becomes}), None)
    return Rung("MX or address", " ".join(filter(None, gone)), "there", "gone") if gone is not None else None


_RUNGS = (("address", "addresses"), ("TLSA", "tlsa"), ("STARTTLS", "tls"), ("certificate", "certificate"))


def _cell(cell: Cell) -> str:
    return f"{cell.word} ({cell.detail})" if cell.detail else cell.word


def reason(way: Way, domain: str, after: Forecast) -> Foretold:
    """What decides about the mail afterwards."""
    return after.explain(way.group, way.ingress, domain)


def _row(one: Compared, before: Forecast, after: Forecast, missing: Mapping[str, str]) -> ComparedRow:
    domain = canonical(one.destination.domain)
    name = destination_words(one.destination)
    if not one.ways:
        return ComparedRow(Mark.UNKNOWN, name, "no external node sends this mail on both sides", ())
    first = one.ways[0]
    mark = MARKS[one.direction] if one.direction is not Direction.UNKNOWN else OUTCOME_MARKS[first.after.outcome]
    sides = [
        outcome_words(core) if domain in side.verdicts else f"{outcome_words(core)} ({NOT_CHECKED})"
        for core, side in ((first.before, before), (first.after, after))
    ]
    return ComparedRow(mark, name, " -> ".join(sides), tuple(_notes(one, first, before, after, missing)))


def _notes(one: Compared, first: Way, before: Forecast, after: Forecast, missing: Mapping[str, str]) -> Iterator[str]:
    domain = canonical(one.destination.domain)
    if why := missing.get(domain):
        yield show(why, _LONG)
    told = reason(first, domain, after)
    yield f"{WHY_WORDS[told.why]}: {show(told.sentence, _LONG)}"
    if told.outcome is Outcome.HELD:
        yield timer_words(told.policy.bounce_seconds.value)
    if rung := first_difference(one, before, after):
        place = f" of {rung.place}" if rung.place else ""
        yield f"first step that differs: {rung.step}{place}: {rung.before} -> {rung.after}"
    elif first.before != first.after and domain in before.verdicts and domain in after.verdicts:
        yield "every step came to the same: what differs is on the gateway"
    differing = between(one, before, after)
    yield from (f"changed: {change_words(change)}" for change in differing[:_CHANGES])
    if len(differing) > _CHANGES:
        yield f"and {len(differing) - _CHANGES:,} more changes"
    yield f"on {named(first.nodes)}, by {flow_name(first.ingress)}"
    others = [way for way in one.ways[1:] if way.direction is not first.direction]
    for way in others[:3]:
        yield (
            f"{way.direction} on {named(way.nodes)}, by {show(flow_name(way.ingress), 200)}: "
            f"{outcome_words(way.before)} -> {outcome_words(way.after)}"
        )


def _totals(found: Sequence[Compared]) -> Iterator[tuple[Mark, str]]:
    for direction in Direction:
        those = [one.destination for one in found if one.direction is direction]
        if those:
            yield MARKS[direction], f"{direction}: {weighed_words(those)}"
