"""What queues, mail logs and TLS reports showed of one destination, beside its verdict.

May import ``fleet.forecast``, ``fleet.model``, ``fleet.tlsrpt``, ``fleet.monitor``, ``fleet.views`` and its own
package.
"""

from collections.abc import Iterator

from fleet.forecast.waiting import trend
from fleet.model.event import LogsRead, ReportRead
from fleet.model.proof import Proof
from fleet.model.testimony import Counted
from fleet.monitor import Freshness, QueueEntry, State, freshness_of_queue
from fleet.text import show
from fleet.tlsrpt import MEANINGS, PolicyType
from fleet.views.board.picture import Picture
from fleet.views.board.words import listed, rough_age
from fleet.views.explanation import Detail
from fleet.views.marks import Mark
from fleet.views.names import moment
from fleet.views.panels import PanelOutcome
from fleet.views.tls_reports import WITNESS_WORDS


def queued(state: State, domain: str) -> tuple[tuple[QueueEntry, int], ...]:
    """The nodes where mail of ``domain`` waits, and how many recipients."""
    found = ((entry, entry.queue.of(domain)) for entry in state.queues.values() if entry.queue is not None)
    return tuple((entry, one.recipients) for entry, one in found if one is not None and one.recipients)


def proofs_of(state: State, domain: str) -> tuple[tuple[LogsRead, Proof], ...]:
    """What logs proved of ``domain``."""
    return tuple((read, one) for read in state.logs.values() for one in read.proofs if one.domain == domain)


def _stale(entry: QueueEntry, picture: Picture) -> bool:
    """Whether the last look no longer speaks for now."""
    return freshness_of_queue(entry, picture.now) is not Freshness.FRESH


def queue_lines(picture: Picture, domain: str) -> Iterator[Detail]:
    """Every node whose queue was looked at: what waits, or that it was not observed."""
    for entry in picture.state.queues.values():
        node = show(entry.node, 80)
        if entry.queue is None:
            why = show(entry.failure.sentence, 300) if entry.failure is not None else "not looked at yet"
            yield Detail(0, f"{node}: not observed: {why}", Mark.UNKNOWN)
            continue
        one = entry.queue.of(domain)
        stale = _stale(entry, picture)
        age = f"{rough_age(entry.queue.at, picture.now)} ago"
        if one is None:
            yield Detail(0, f"{node}: not observed, it is not among the destinations shown, {age}", Mark.UNKNOWN)
        elif one.recipients is None:
            yield Detail(0, f"{node}: not known: {show(one.why, 200)}, {age}", Mark.UNKNOWN)
        elif not one.recipients:
            yield Detail(
                0, f"{node}: nothing {'waited' if stale else 'waits'}, {age}", Mark.STALE if stale else Mark.OK
            )
        else:
            oldest = f", the oldest since {moment(one.oldest)}" if one.oldest is not None else ""
            series = entry.known.series_of(domain) if entry.known is not None else None
            wait = "waited" if stale else "wait"
            text = f"{node}: {one.recipients:,} recipients {wait}, {trend(series)}{oldest}, {age}"
            yield Detail(0, text, Mark.STALE if stale else Mark.WARN)
        if entry.failure is not None:
            yield Detail(1, f"not seen since: {show(entry.failure.sentence, 300)}", Mark.STALE)


def log_lines(picture: Picture, domain: str) -> Iterator[Detail]:
    """What each log that was read proves, and how sure that is."""
    for read, one in proofs_of(picture.state, domain):
        mark = Mark.FAIL if one.failures else Mark.WARN if one.fallbacks or one.held else Mark.OK
        if not (one.successes or one.failures or one.fallbacks or one.held):
            mark = Mark.UNKNOWN
        yield Detail(0, f"{show(read.log, 120)}, read {rough_age(read.at, picture.now)} ago: {proof_words(one)}", mark)
        if one.first is not None and one.last is not None:
            yield Detail(1, f"lines from {moment(one.first)} to {moment(one.last)}")
        if one.weak:
            yield Detail(1, f"{one.weak:,} more lines look like DANE and prove nothing by themselves", Mark.UNKNOWN)
        if not read.complete:
            yield Detail(1, "not all of that log could be read", Mark.UNKNOWN)


def testimonies_of(state: State, domain: str) -> tuple[tuple[ReportRead, Counted], ...]:
    """What TLS reports counted for ``domain``."""
    return tuple((read, one) for read in state.reports.values() for one in read.testimonies if one.domain == domain)


def report_lines(picture: Picture, domain: str) -> Iterator[Detail]:
    """What each report that was read counts, the newest first: under which policy, and of whose mail."""
    for read, one in reversed(testimonies_of(picture.state, domain)):
        mark = Mark.FAIL if one.failed else Mark.OK if one.policy in _AUTHENTICATED else Mark.UNKNOWN
        yield Detail(0, f"{show(read.report, 160)}, policy {show(one.policy, 20)}: {session_words(one)}", mark)
        yield Detail(1, WITNESS_WORDS[one.witness])
        if one.start is not None and one.end is not None:
            yield Detail(1, f"sessions from {moment(one.start)} to {moment(one.end)}")
        for result, number in one.results:
            yield Detail(1, f"{number:,} x {show(result, 80)}: {MEANINGS.get(result, 'not a word of RFC 8460')}")
        if not read.complete:
            yield Detail(1, "not all of that report could be read, or its sums do not agree", Mark.UNKNOWN)


_AUTHENTICATED = frozenset({str(PolicyType.TLSA), str(PolicyType.STS)})


def session_words(one: Counted) -> str:
    """The numbers in words."""
    return f"{one.successful:,} good, {one.failed:,} failed"


def proof_words(one: Proof) -> str:
    """The numbers in words."""
    counts = ((one.successes, "DANE"), (one.failures, "DANE failed"), (one.fallbacks, "fallback"), (one.held, "held"))
    said = [f"{number:,} {word}" for number, word in counts if number]
    return ", ".join(said) or "nothing about DANE is proven"


def panel_outcomes(picture: Picture, domain: str) -> Iterator[PanelOutcome]:
    """A line for the queues, the reports and the logs, where they have something to say."""
    state = picture.state
    for stale, mark in ((False, Mark.WARN), (True, Mark.STALE)):
        waiting = [found for found in queued(state, domain) if _stale(found[0], picture) is stale]
        if waiting:
            total = sum(number for _entry, number in waiting)
            names = listed(tuple(show(entry.node, 64) for entry, _number in waiting), 2)
            wait = "waited, stale" if stale else "wait"
            yield PanelOutcome(f"queue {names}", mark, f"{total:,} recipients {wait}", f"{total:,} {wait}")
    counted = [one for _read, one in testimonies_of(state, domain)]
    if counted:
        both = Counted(domain, "", sum(one.successful for one in counted), sum(one.failed for one in counted))
        words = session_words(both)
        bare = all(one.policy not in _AUTHENTICATED for one in counted)
        mark = Mark.FAIL if both.failed else Mark.UNKNOWN if bare else Mark.OK
        yield PanelOutcome("TLS reports", mark, words, words)
    found = [one for _read, one in proofs_of(state, domain)]
    if found:
        whole = Proof(
            domain,
            sum(one.successes for one in found),
            sum(one.failures for one in found),
            sum(one.fallbacks for one in found),
            sum(one.held for one in found),
        )
        mark = Mark.FAIL if whole.failures else Mark.WARN if whole.fallbacks or whole.held else Mark.OK
        words = proof_words(whole)
        yield PanelOutcome("mail logs", mark if words[0].isdigit() else Mark.UNKNOWN, words, words)
