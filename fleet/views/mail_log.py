"""What mail logs prove, ready to show: a row per destination, the worst first, and what the lines do not tell.

May import ``fleet.maillog`` and modules of this room.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fleet.maillog import Counts, Evidence, Kind, Tally, Witnessed
from fleet.text import show
from fleet.views.marks import Mark
from fleet.views.names import both_names, moment

COLUMNS: Mapping[str, tuple[Kind, ...]] = {
    "DANE": (Kind.DANE_SUCCESS,),
    "FAILED": (Kind.DANE_FAILURE,),
    "HELD": (Kind.HELD,),
    "FALLBACK": (Kind.FALLBACK,),
    "OTHER": (Kind.TLS, Kind.CLEAR, Kind.DELIVERED),
}
"""Columns of numbers; ``OTHER`` is mail delivered where nothing says that DANE was meant."""

WORDS: Mapping[Kind, str] = {
    Kind.DANE_SUCCESS: "delivered under DANE",
    Kind.DANE_FAILURE: "not delivered, DANE failed",
    Kind.FALLBACK: "delivered without DANE, by a node that does DANE for it",
    Kind.TLS: "delivered over TLS, nothing says DANE",
    Kind.CLEAR: "delivered in clear",
    Kind.DELIVERED: "delivered, TLS not said",
    Kind.TLS_FAILED: "TLS could not be negotiated",
    Kind.HELD: "waits in the queue",
    Kind.BOUNCED: "went back to its sender",
    Kind.DNSSEC: "DNSSEC state",
    Kind.RESOLVER_BAD: "a resolver answered badly",
}
"""What each kind means for mail."""

UNSAID = "(not in these lines)"
"""Mail of which the lines do not say where it went."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One destination, mail host or resolver.  ``numbers`` in the order of ``COLUMNS``; every text is safe."""

    mark: Mark
    name: str
    numbers: tuple[int, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogView:
    """Everything; ``incomplete`` says why it may not be all."""

    heading: str
    destinations: tuple[LogRow, ...]
    more: int
    hosts: tuple[LogRow, ...]
    more_hosts: int
    resolvers: tuple[LogRow, ...]
    totals: tuple[tuple[Mark, str], ...]
    incomplete: tuple[str, ...]
    searches: tuple[LogRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """A node that searched its log for one destination.  Texts as they came, not safe.

    ``lines`` it gave; ``unfinished``: messages for the destination whose end stands on lines that do not name it.
    ``zone``: in which its times were taken; ``clock_ahead``: seconds its clock is before ours, None where not known.
    """

    node: str
    domain: str
    log: str
    lines: int = 0
    unfinished: int = 0
    zone: str = ""
    clock_ahead: float | None = None
    failure: str = ""
    hint: str = ""


_OFF = 30.0
"""Seconds a clock may be off before it is told."""


def _search_row(one: Search) -> LogRow:
    head = f"{show(one.node, 80)}, {show(one.log, 120) or 'mail log'}, {both_names(one.domain)}: "
    notes = []
    if one.failure:
        notes = [show(one.failure, 300), *([show(one.hint, 200)] if one.hint else [])]
    if one.unfinished:
        notes.append(f"{one.unfinished:,} messages of which these lines do not say what became of them: unknown")
    if one.zone:
        notes.append(f"times without a zone were taken as {show(one.zone, 40)}")
    if one.clock_ahead is not None and abs(one.clock_ahead) > _OFF:
        way = "ahead of" if one.clock_ahead > 0 else "behind"
        notes.append(f"its clock is {abs(one.clock_ahead):,.0f} s {way} ours; times are as it wrote them")
    mark = Mark.UNKNOWN if one.failure or one.unfinished or not one.lines else Mark.NONE
    return LogRow(mark, head + ("not all seen" if one.failure else f"{one.lines:,} lines read"), (), tuple(notes))


def log_view(
    tally: Tally, counts: Counts, incomplete: tuple[str, ...], limit: int, searches: Sequence[Search] = ()
) -> LogView:
    """``tally`` with at most ``limit`` rows of destinations and of hosts (0: all)."""
    destinations = sorted(tally.destinations.items(), key=_worst_first)
    hosts = sorted(tally.hosts.items(), key=_worst_first)
    room = limit or None
    return LogView(
        heading=(
            f"{counts.lines:,} lines: {counts.recognised:,} of a known format, {counts.unknown:,} of none; "
            f"{sum(tally.total.proven.values()) + sum(tally.total.weak.values()):,} prove something"
        ),
        destinations=tuple(_row(name, seen) for name, seen in destinations[:room]),
        more=len(destinations[room:]) if room else 0,
        hosts=tuple(_row(name, seen) for name, seen in hosts[:room]),
        more_hosts=len(hosts[room:]) if room else 0,
        resolvers=tuple(_row(name, seen) for name, seen in sorted(tally.resolvers.items())),
        totals=tuple(_totals(tally.total)),
        incomplete=tuple(show(reason) for reason in incomplete),
        searches=tuple(map(_search_row, searches)),
    )


def evidence_line(one: Evidence) -> tuple[Mark, str]:
    """One proof as a line, for those who follow a log."""
    when = moment(one.at) if one.at is not None else "time unknown"
    name = both_names(one.domain) if one.domain else UNSAID
    node = f" [{show(one.node)}]" if one.node else ""
    detail = f" ({show(one.detail)})" if one.detail else ""
    return _MARKS.get(one.kind, Mark.UNKNOWN), f"{when}{node} {name}: {WORDS[one.kind]}{detail} - {one.sure}"


_MARKS = {
    Kind.DANE_SUCCESS: Mark.OK,
    Kind.DANE_FAILURE: Mark.FAIL,
    Kind.FALLBACK: Mark.WARN,
    Kind.HELD: Mark.WARN,
    Kind.BOUNCED: Mark.WARN,
    Kind.TLS_FAILED: Mark.WARN,
    Kind.RESOLVER_BAD: Mark.WARN,
}


def _mark(seen: Witnessed) -> Mark:
    """The worst that was proven; what is only weak, or says nothing of DANE, is unknown."""
    found = {_MARKS[kind] for kind in seen.proven if kind in _MARKS}
    return next((mark for mark in (Mark.FAIL, Mark.WARN, Mark.OK) if mark in found), Mark.UNKNOWN)


def _numbers(seen: Witnessed) -> tuple[int, ...]:
    return tuple(sum(seen.proven[kind] for kind in kinds) for kinds in COLUMNS.values())


def _worst_first(item: tuple[str, Witnessed]) -> tuple[int, int, int, int, str]:
    seen = item[1].proven
    return (-seen[Kind.DANE_FAILURE], -seen[Kind.HELD], -seen[Kind.FALLBACK], -sum(seen.values()), item[0])


def _row(name: str, seen: Witnessed) -> LogRow:
    return LogRow(_mark(seen), both_names(name) if name else UNSAID, _numbers(seen), tuple(_notes(seen)))


def _notes(seen: Witnessed) -> Iterator[str]:
    for kind, number in sorted(seen.weak.items()):
        yield f"{number:,} weak: {WORDS[kind]}? {seen.examples[kind].why}"
    for kind in (Kind.DANE_FAILURE, Kind.FALLBACK, Kind.HELD, Kind.TLS_FAILED, Kind.BOUNCED, Kind.RESOLVER_BAD):
        if number := seen.proven[kind]:
            last = seen.examples[kind]
            yield f"{number:,} x {WORDS[kind]}: {last.why} (last in line {last.line:,}{_moment(last)})"
    if states := seen.states:
        yield "DNSSEC: " + ", ".join(f"{qtype or '?'} {state} x {count:,}" for (qtype, state), count in states.items())
    if seen.resolvers:
        yield "answered badly: " + ", ".join(f"{show(one)} x {seen.resolvers[one]:,}" for one in sorted(seen.resolvers))
    if seen.details:
        yield "codes and words: " + ", ".join(f"{show(one)} x {seen.details[one]:,}" for one in sorted(seen.details))


def _moment(one: Evidence) -> str:
    return f", {moment(one.at)}" if one.at is not None else ""


def _totals(total: Witnessed) -> Iterator[tuple[Mark, str]]:
    for kind in Kind:
        if number := total.proven[kind]:
            yield _MARKS.get(kind, Mark.UNKNOWN), f"{number:,} x {WORDS[kind]}"
        if number := total.weak[kind]:
            yield Mark.UNKNOWN, f"{number:,} x {WORDS[kind]}, weakly: not counted as proof"
