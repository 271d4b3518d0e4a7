"""Running ``fleet logs --domain``: nodes search their own logs, and what they find is read as it comes.

A few nodes at a time, each with one destination after the other: a search is a pass over a busy node's log.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.domains import DomainError, domain
from fleet.errors import UsageError
from fleet.faces.cli.given_fleet import keep, readable_fleet
from fleet.faces.cli.log_lines import Splitter
from fleet.faces.cli.logs_known import dane_known
from fleet.faces.cli.logs_remember import read_event, weights
from fleet.faces.cli.logs_run import LogsAsked, exit_code, lacking, remembered_in, write_out, zone_named
from fleet.faces.cli.moments import point
from fleet.faces.cli.progress import progress
from fleet.layout import select
from fleet.maillog import Counts, DaneKnown, Form, LogReader, Tally
from fleet.maillog.context import Context
from fleet.model.event import LogsRead
from fleet.model.fleet import Fleet, Node, Platform
from fleet.nodes import Dialer, NodeClock, Searched, search_logs
from fleet.nodes.logs import Begin, Take
from fleet.text import show
from fleet.views.mail_log import Search

PLACES = 4
"""Nodes that search at the same time."""
_SAYS_ALL = frozenset({Form.CEF_SUCCESS, Form.CEF_FAILURE})
"""Forms of an appliance whose one line names the destination and how it went."""


@dataclass(frozen=True, slots=True)
class SearchAsked:
    """Options of the search, as given."""

    domains: str = ""
    log: str = ""
    older: int = 0


class _Reading:
    """What one node's lines about one destination prove; lines about others, which hold its name too, are passed by."""

    def __init__(self, name: str, context: Context, total: Tally) -> None:
        self.tally = Tally()
        self._name = name
        self._total = total
        self._reader, self._splitter = LogReader(context), Splitter()
        self.zone = str(context.zone)

    def take(self, block: bytes) -> None:
        """The next bytes."""
        self._read(self._splitter.feed(block))

    def finish(self) -> None:
        """Nothing more comes."""
        self._read(self._splitter.end())
        self._reader.finish()

    def _read(self, lines: list[str]) -> None:
        for line in lines:
            found = [one for one in self._reader.line(line) if one.domain in ("", self._name)]
            self.tally.add(found)
            self._total.add(found)

    @property
    def counts(self) -> Counts:
        """What became of the lines."""
        return self._reader.counts + Counts(overlong=self._splitter.overlong)

    @property
    def unfinished(self) -> int:
        """Messages for the destination whose end is not seen."""
        return self._reader.unfinished[self._name]

    @property
    def says_all(self) -> bool:
        """Whether its lines name the destination where they tell how mail went."""
        return any(one.form in _SAYS_ALL for one in self.tally.total.examples.values())


def write_searched(asked: LogsAsked, search: SearchAsked) -> ExitCode:
    """Ask, print, and return the exit code."""
    names = tuple(dict.fromkeys(map(_domain, filter(None, search.domains.split(",")))))
    if not names:
        raise UsageError("--log and --older are about nodes that are asked: name destinations with --domain")
    if asked.files or asked.follow:
        raise UsageError("--domain asks nodes and reads no FILE")
    if asked.profile is None or not asked.node:
        raise UsageError("--domain asks nodes of a profile over SSH: it needs --profile and --node NODE[,NODE]")
    fleet = readable_fleet(asked.profile)
    nodes = select(fleet, tuple(filter(None, (one.strip() for one in asked.node.split(",")))))
    zone, history = zone_named(asked.zone), remembered_in(asked)
    since = point("--since", asked.since, now(), zone or UTC) if asked.since else None
    known = dane_known(fleet, since)
    total, readings = Tally(), dict[tuple[str, str], _Reading]()

    def begin_on(node: Node) -> Begin:
        def begin(name: str, clock: NodeClock) -> Take:
            context = Context(node.name, zone or clock.zone or UTC, does_dane=_of(node, known))
            readings[node.name, name] = reading = _Reading(name, context, total)
            return reading.take

        return begin

    with progress(len(nodes), "searching mail logs") as advance:
        found = asyncio.run(_round(fleet, nodes, names, search, begin_on, advance))
    for reading in readings.values():
        reading.finish()
    searches = tuple(_search(one, readings.get((one.node, one.domain))) for one in found)
    counts = sum((one.counts for one in readings.values()), Counts())
    incomplete = (*_missing(fleet, searches, readings), *(lacking(total, counts) if counts.lines else ()))
    code = exit_code(total, incomplete)
    write_out(asked, total, counts, incomplete, code, searches)
    if asked.destinations_out is not None:
        from fleet.faces.cli.destination_list import write_destinations

        write_destinations(asked.destinations_out, weights(total))
    if history is not None:
        # A search that proves nothing takes nothing away from what an earlier one proved.
        keep(history, [event for event in _events(searches, readings) if event.proofs])
    return code


def _events(searches: Iterable[Search], readings: Mapping[tuple[str, str], _Reading]) -> Iterator[LogsRead]:
    """One of each node and destination, so that a search done again replaces itself."""
    for one in searches:
        reading = readings.get((one.node, one.domain))
        if reading is not None:
            whole = not one.failure and not one.unfinished
            yield read_event(f"{one.node} {one.log} {one.domain}"[:300], reading.tally, whole)


async def _round(
    fleet: Fleet,
    nodes: tuple[str, ...],
    names: tuple[str, ...],
    search: SearchAsked,
    begin_on: Callable[[Node], Begin],
    advance: Callable[[], None],
) -> tuple[Searched, ...]:
    dialer, places = Dialer(), asyncio.Semaphore(PLACES)

    async def one(node: Node) -> tuple[Searched, ...]:
        async with places:
            found = await search_logs(node, dialer, names, begin_on(node), log=search.log, older=search.older)
        advance()
        return found

    try:
        return sum(await asyncio.gather(*(one(fleet.nodes[name]) for name in nodes)), ())
    finally:
        await dialer.close()


def _of(node: Node, known: DaneKnown) -> DaneKnown:
    """Whoever a line says wrote it: it came from ``node``."""
    return lambda _host, name, at: known(node.name, name, at)


def _search(one: Searched, reading: _Reading | None) -> Search:
    failure = one.failure
    return Search(
        one.node,
        one.domain,
        one.log,
        reading.counts.lines if reading else 0,
        reading.unfinished if reading else 0,
        reading.zone if reading else "",
        one.clock.ahead,
        failure.sentence if failure else "",
        failure.hint if failure else "",
    )


def _missing(fleet: Fleet, searches: Iterable[Search], readings: Mapping[tuple[str, str], _Reading]) -> Iterator[str]:
    """Why it is not all, node by node: what a name does not find is unknown, never "no failure"."""
    for one in searches:
        about, reading = f"{one.node}, {one.domain}: ", readings.get((one.node, one.domain))
        if one.failure:
            yield about + one.failure
        elif reading is None or not (reading.tally.destinations or one.unfinished):
            yield about + f"no line of {one.log} tells of its mail, so nothing is known of it there"
        elif fleet.nodes[one.node].settings.platform is Platform.ASYNCOS and not reading.says_all:
            told = f"of {one.unfinished:,} messages these lines do not say what became; " if one.unfinished else ""
            yield about + told + "failures and fallbacks stand on lines that do not name it: unknown, not none"


def _domain(text: str) -> str:
    try:
        return domain(text.strip())
    except DomainError as error:
        raise UsageError(f"--domain: {show(text, 80)} {error}") from error
