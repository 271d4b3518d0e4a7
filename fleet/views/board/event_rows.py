"""What we did: every command over SSH, and every DNS question and SMTP dialogue, with when, how long and what came.

Commands and the life of the monitor are lines of the log.  Questions and dialogues are recorded as steps of checks, so
they are read from the newest checks and from those that run (``CHECKS`` of them: the history has the others).

May import ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest

from fleet.model import AddressStep, ContactStep, Lookup, MxStep, Step, TlsaStep
from fleet.model.event import Target
from fleet.monitor import CheckEntry, LogLine
from fleet.text import show
from fleet.views.board.picture import Picture
from fleet.views.ladder import lookup_cell, tls_cell
from fleet.views.marks import Mark
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("time", "Time", 8, help="when (UTC)"),
    Column("kind", "Kind", 8, help="ssh, dns, smtp, or what the monitor did"),
    Column("subject", "About", 16, help="the node or destination"),
    Column("outcome", "Outcome", 12, help="ok, or how it failed", least=70),
    Column("words", "What was done", 24, flexible=True),
    Column("with", "With", 22, help="the host, resolver or server", least=110),
    Column("took", "Took", 9, right=True, help="milliseconds", least=90),
)
CHECKS = 40
"""Checks whose questions and dialogues are listed."""


class Remembered:
    """The rows of the last time, as far as their lines and checks are still listed; a line is known as itself."""

    def __init__(self) -> None:
        self.lines: dict[int, tuple[LogLine, Row]] = {}
        self.steps: dict[Target, tuple[tuple[object, ...], tuple[Row, ...]]] = {}
        self.count = 0

    def rows(self, log: Iterable[LogLine], newest: Iterable[CheckEntry]) -> list[Row]:
        """Rows of ``log`` and of the steps of ``newest``."""
        lines: dict[int, tuple[LogLine, Row]] = {}
        for line in log:
            known = self.lines.get(id(line))
            if known is None:
                self.count += 1
                known = (line, _line(line, f"line {self.count}"))
            lines[id(line)] = known
        steps: dict[Target, tuple[tuple[object, ...], tuple[Row, ...]]] = {}
        for entry in newest:
            basis = (entry.verdict, entry.steps, entry.running_since)
            before = self.steps.get(entry.target)
            steps[entry.target] = before if before is not None and before[0] == basis else (basis, tuple(_steps(entry)))
        self.lines, self.steps = lines, steps
        return [row for _, row in lines.values()] + [row for _, rows in steps.values() for row in rows]


def events_table(picture: Picture) -> Table:
    """The newest first."""
    state = picture.state
    tried = ((entry.tried_at, entry.target.key, entry) for entry in state.checks.values() if entry.tried_at is not None)
    newest = [entry for _, _, entry in nlargest(CHECKS, tried)]
    return Table(COLUMNS, picture.memo.keeper(Remembered).rows(state.log, newest))


_KINDS = {
    "CommandSent": "ssh",
    "PollStarted": "poll",
    "NodeObserved": "poll",
    "PollFailed": "poll",
    "PollCancelled": "poll",
    "CheckStarted": "check",
    "CheckFinished": "check",
    "CheckFailed": "check",
    "CheckCancelled": "check",
    "ResolverJudged": "audit",
    "QueueSeen": "queue",
    "QueueUnseen": "queue",
    "OperatorActed": "operator",
    "IntervalChanged": "operator",
    "Paused": "operator",
    "Resumed": "operator",
    "ProfileLoaded": "profile",
    "HistoryFailed": "history",
    "HistoryResumed": "history",
}
_BEGINS = frozenset({"PollStarted", "CheckStarted"})


def _line(line: LogLine, key: str) -> Row:
    mark = Mark.FAIL if line.failed else Mark.RUNNING if line.name in _BEGINS else Mark.OK
    word = "failed" if line.failed else "begun" if line.name in _BEGINS else "ok"
    return _made(
        key, line.at, _KINDS.get(line.name, "monitor"), line.subject, (mark, word), line.words, "", line.milliseconds
    )


def _made(
    key: str,
    at: datetime,
    kind: str,
    subject: str,
    outcome: tuple[Mark, str],
    words: str,
    using: str,
    milliseconds: float | None,
) -> Row:
    mark, word = outcome
    cells = (
        TableCell(at.strftime("%H:%M:%S"), sort=at.timestamp()),
        TableCell(kind),
        TableCell(show(subject, 80)),
        TableCell(word, mark),
        TableCell(show(words, 300)),
        TableCell(show(using, 80)),
        TableCell("") if milliseconds is None else TableCell(f"{milliseconds:,.0f} ms", sort=milliseconds / 1000),
    )
    return Row(key, cells, (-at.timestamp(),), mark not in (Mark.OK, Mark.NONE))


def _steps(entry: CheckEntry) -> Iterator[Row]:
    """What one check asked and said: of the one that runs, else of the last verdict."""
    running = entry.running_since is not None
    steps = entry.steps if running else entry.verdict.steps if entry.verdict is not None else ()
    at = entry.running_since if running else entry.verdict.at if entry.verdict is not None else None
    if at is None:
        return
    for number, step in enumerate(steps):
        key = f"{entry.target.key} {number}"
        if isinstance(step, ContactStep):
            contact, cell = step.contact, tls_cell(step)
            words = f"EHLO, STARTTLS, QUIT: {cell.word}{f' ({cell.detail})' if cell.detail else ''}"
            using = f"{contact.address}:{contact.port}"
            outcome = (cell.mark, cell.word)
            yield _made(key, at, "smtp", entry.target.domain, outcome, words, using, contact.milliseconds)
            continue
        for part, lookup in enumerate(_lookups(step)):
            found = lookup_cell(lookup)
            records = f": {', '.join(lookup.records[:4])}" if lookup.records else ""
            words = f"{lookup.rdtype} {lookup.name}{records}"
            outcome = (found.mark, found.word)
            about = entry.target.domain
            yield _made(f"{key}.{part}", at, "dns", about, outcome, words, lookup.resolver, lookup.milliseconds)


def _lookups(step: Step) -> tuple[Lookup, ...]:
    match step:
        case MxStep() | TlsaStep():
            return (step.lookup,)
        case AddressStep():
            return tuple(one for one in (step.a, step.aaaa, step.cname) if one is not None)
    return ()
