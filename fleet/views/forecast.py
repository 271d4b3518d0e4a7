"""A forecast ready to show: what moves, then destinations with what happens to their mail, and why.

Only what is shown is put into words: a forecast of thousands of destinations is told for a few dozen of them.

May import ``fleet.forecast``, ``fleet.profile``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fleet.forecast import NO_FLOW, NOT_MODELLED, Core, DaneUse, Forecast, Foretold, Why
from fleet.forecast.facts import Fact, facts
from fleet.forecast.moves import Move, Moved, Unmatched, flow_name
from fleet.forecast.rows import Entry, Total
from fleet.model import AddressStep, ContactStep, MxStep, Outcome, Step, TlsaStep, Verdict
from fleet.model.fleet import Destination, ObjectPath, Platform
from fleet.profile import SourceMap
from fleet.text import show
from fleet.views.marks import OUTCOME_MARKS, OUTCOME_WORDS, Mark
from fleet.views.names import both_names, duration

_LONG = 700
_NODES = 4
"""So many nodes are named; of the others it is said how many there are."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact: what it is about, what it says, and where that stands."""

    topic: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """One destination and outcome; ``recipients`` empty where they are not known."""

    domain: str
    mark: Mark
    outcome: str
    recipients: str
    nodes: str
    flows: str
    why: str
    notes: tuple[str, ...] = ()
    facts: tuple[FactRow, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Everything that goes from one outcome to another: one sentence, then the destinations with their reason."""

    mark: Mark
    sentence: str
    where: str
    destinations: tuple[tuple[str, str], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ForecastView:
    """A whole forecast.  ``moves`` None: nothing was supposed, so there is no before and after.

    ``alone``: sentences on mail that has only one of the two.
    """

    heading: str
    moves: tuple[MoveRow, ...] | None
    rows: tuple[ForecastRow, ...]
    more: int
    totals: tuple[tuple[Mark, str], ...]
    notes: tuple[str, ...]
    alone: tuple[str, ...] = ()


WHY_WORDS: dict[Why, str] = {
    Why.PLATFORM: "platform",
    Why.VERSION: "version",
    Why.CONTROL: "DANE Support",
    Why.TLS: "TLS Support",
    Why.FLOW: "flow",
    Why.ROUTE: "SMTP route",
    Why.RESOLVERS: "resolvers",
    Why.DESTINATION: "destination",
    Why.NO_VERDICT: "not checked",
}


def forecast_view(
    forecast: Forecast,
    shown: Sequence[Entry],
    totals: Sequence[Total],
    source: SourceMap,
    *,
    moves: Sequence[Move] | None = None,
    alone: Sequence[Unmatched] = (),
    supposed: Sequence[str] = (),
    more: int = 0,
    in_full: bool = False,
    each: int = 10,
) -> ForecastView:
    """``shown`` entries in words; ``more`` were left out.  ``in_full``: with every fact; ``each``: moves named."""
    nodes = sum(len(group.names) for group in forecast.classes)
    said = f"{counted(len(forecast.destinations), 'destination')} from {counted(nodes, 'external node')}"
    supposing = f", supposing {'; '.join(map(show, supposed))}" if supposed else ""
    return ForecastView(
        f"{said}{supposing}",
        None if moves is None else tuple(_move_row(move, forecast, each) for move in moves),
        tuple(_row(forecast, entry, source, in_full) for entry in shown),
        more,
        tuple((OUTCOME_MARKS[total.core.outcome], _total(total)) for total in totals),
        tuple(_notes(forecast)),
        tuple(map(alone_words, alone)),
    )


def outcome_words(core: Core) -> str:
    """An outcome with what qualifies it."""
    word = OUTCOME_WORDS[core.outcome]
    text = f"DANE off, {word}" if core.dane is DaneUse.OFF else word
    if core.best is not core.outcome:
        text += f", at best {OUTCOME_WORDS[core.best]}"
    if core.worst is not core.outcome and core.outcome is not Outcome.UNKNOWN:
        text += f", at worst {OUTCOME_WORDS[core.worst]}"
    return text


def short_words(core: Core) -> str:
    """An outcome in a word or two, for sentences that count."""
    word = OUTCOME_WORDS[core.outcome]
    return f"{word} without DANE" if core.dane is DaneUse.OFF else word


def told(forecast: Forecast, entry: Entry) -> tuple[Foretold, tuple[Fact, ...]]:
    """The forecast behind ``entry`` in full, at the first node where it is so, with its facts."""
    group, ingress = entry.places[0]
    found = forecast.explain(group, ingress, entry.destination.domain)
    verdict = forecast.verdicts.get(entry.destination.domain)
    return found, facts(forecast.fleet, group.holder, ingress.flow, found, verdict, forecast.resolving)


def place_text(source: SourceMap, path: ObjectPath) -> str:
    """Where ``path`` stands, as file and line; empty where there is no such place."""
    if not path:
        return ""
    span = source.locate(path)
    return show(span.file) if span.file.startswith("--set") else f"{show(span.file)}:{span.line}"


def counted(number: int, noun: str) -> str:
    """``12 destinations``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def named(names: Sequence[str], most: int = _NODES) -> str:
    """Some names, and how many more there are."""
    listed = ", ".join(map(show, names[:most]))
    return f"{listed} and {len(names) - most:,} more" if len(names) > most else listed


def step_text(verdict: Verdict, index: int) -> str:
    """A recorded step: its number and the question it answered."""
    return f"step {index + 1}: {_asked(verdict.steps[index])}"


def _asked(step: Step) -> str:
    match step:
        case MxStep():
            return show(f"MX {step.lookup.name}")
        case AddressStep():
            return show(f"A {step.host}")
        case TlsaStep():
            return show(f"TLSA {step.lookup.name}")
        case ContactStep():
            return show(f"SMTP {step.contact.address}")


def _row(forecast: Forecast, entry: Entry, source: SourceMap, in_full: bool) -> ForecastRow:
    found, behind = told(forecast, entry)
    recipients = entry.destination.recipients_per_day
    verdict = forecast.verdicts.get(entry.destination.domain)
    return ForecastRow(
        both_names(entry.destination.domain),
        OUTCOME_MARKS[entry.core.outcome],
        outcome_words(entry.core),
        "" if recipients is None else f"{recipients:,}",
        named(entry.nodes),
        named(tuple(dict.fromkeys(flow_name(way) for _, way in entry.places)), 2),
        f"{WHY_WORDS[found.why]}: {show(found.sentence, _LONG)}",
        tuple(_qualified(found)),
        tuple(_fact(fact, source, verdict) for fact in behind) if in_full else (),
    )


def _fact(fact: Fact, source: SourceMap, verdict: Verdict | None) -> FactRow:
    place = place_text(source, fact.path)
    if fact.step is not None and verdict is not None:
        place = step_text(verdict, fact.step)
    return FactRow(str(fact.topic), show(fact.text), place)


def _qualified(found: Foretold) -> Iterator[str]:
    """What is to be said beside the reason: readings, assumptions, the timer, the table row, gaps."""
    if found.outcome is Outcome.HELD or (found.worst is Outcome.HELD and found.readings):
        yield timer_words(found.policy.bounce_seconds.value)
    if found.judgement is not None and found.dane is DaneUse.ATTEMPTED:
        row = found.judgement.expected_path.row
        yield f"decided by row {show(row.name)}: {show(row.source)}"
    for reading in found.readings:
        yield f"{reading.name}: {OUTCOME_WORDS[reading.outcome]} ({reading.sentence})"
    if found.assumed:
        yield "assumed: no source says for certain that it does so"
    yield from (show(note) for note in found.notes)
    if found.judgement is not None:
        yield from (f"gap: {show(gap, _LONG)}" for gap in found.judgement.incomplete)


def timer_words(seconds: int | None) -> str:
    """How long held mail waits."""
    if seconds is None:
        return "stays in the queue until the bounce timer ends, which is not declared"
    return f"stays in the queue for {duration(seconds)}, then goes back to its sender"


def _move_row(move: Move, forecast: Forecast, each: int) -> MoveRow:
    first = move.moved[0]
    one = len(move.moved) == 1
    weighed = _weighed(len(move.moved), move.recipients, move.unweighed)
    was, becomes = short_words(first.before), short_words(move.core)
    if move.stays:
        done = "is tried now" if move.core.dane is DaneUse.ATTEMPTED else "is off now"
        sentence = f"{weighed}, {'stays' if one else 'stay'} {OUTCOME_WORDS[move.core.outcome]}: DANE {done}"
        return MoveRow(OUTCOME_MARKS[move.core.outcome], sentence, "", ())
    sentence = f"{weighed}, {'moves' if one else 'move'} from {was} to {becomes}"
    return MoveRow(
        OUTCOME_MARKS[move.core.outcome],
        sentence,
        f"on {named(move.nodes)}, by {named(move.flows, 2)}",
        tuple(_moved(one, forecast) for one in move.moved[:each]),
        max(0, len(move.moved) - each),
    )


def alone_words(one: Unmatched) -> str:
    """Mail that has only one side, in a sentence."""
    where = named(one.nodes)
    if one.flow:
        said = "takes mail in only now: it has no before" if one.new else "takes no mail in any more: it has no after"
        return f"on {where}: {show(one.flow)} {said}"
    if one.new:
        return f"on {where}: mail leaves for the Internet only now: it has no before"
    return f"on {where}: no mail leaves for the Internet any more: it has no after"


def _moved(one: Moved, forecast: Forecast) -> tuple[str, str]:
    found = forecast.explain(one.after_group, one.after_ingress, one.destination.domain)
    return destination_words(one.destination), f"{WHY_WORDS[found.why]}: {show(found.sentence, _LONG)}"


def destination_words(destination: Destination) -> str:
    """A destination with its recipients a day, where they are known."""
    recipients = destination.recipients_per_day
    name = both_names(destination.domain)
    return name if recipients is None else f"{name} ({recipients:,} a day)"


def weighed_words(destinations: Sequence[Destination]) -> str:
    """Destinations counted and weighed."""
    known = [one.recipients_per_day for one in destinations if one.recipients_per_day is not None]
    return _weighed(len(destinations), sum(known), len(destinations) - len(known))


def _weighed(number: int, recipients: int, unweighed: int) -> str:
    text = counted(number, "destination")
    if unweighed == number:
        return f"{text} of unknown size"
    rest = f" ({unweighed:,} of unknown size)" if unweighed else ""
    return f"{text}, {recipients:,} recipients a day{rest}"


def _total(total: Total) -> str:
    return f"{outcome_total(total.core)}: {_weighed(total.destinations, total.recipients, total.unweighed)}"


def outcome_total(core: Core) -> str:
    """An outcome as a heading of a count."""
    word = OUTCOME_WORDS[core.outcome]
    return f"DANE off, {word}" if core.dane is DaneUse.OFF else word


def _notes(forecast: Forecast) -> Iterator[str]:
    if not forecast.classes:
        yield "no tier of this profile delivers to the Internet, so there is nothing to forecast"
    if any(group.settings.platform is Platform.ASYNCOS for group in forecast.classes):
        yield f"unknown for every destination: {NO_FLOW}"
        yield f"not modelled on AsyncOS: {', '.join(NOT_MODELLED)}"
    for group in forecast.classes:
        if not group.ingresses:
            yield f"no flow of {named(group.names)} accepts mail, so nothing is forecast for it"
