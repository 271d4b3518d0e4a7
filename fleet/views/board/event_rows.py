"""What we did: every command over SSH, and every DNS question and SMTP dialogue, with when, how long and what came.

What became another than it was stands among them, wherever that was noticed: a rollover, or mail that breaks.

Commands and the life of the monitor are lines of the log; questions and dialogues are recorded as steps of checks.
Where there is a history, whoever has it reads events back one by one (``rows_of``) and gives what it found
(``Picture.past``): then every event can be listed.  Where there is none, the newest lines and checks are all there is.

May import ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import nlargest
from itertools import islice

from fleet.model import AddressStep, ContactStep, Lookup, MxStep, Step, TlsaStep
from fleet.model.event import CheckFinished, CommandSent, Event, StepSeen, Target
from fleet.monitor import Changed, CheckEntry, LogLine, log_line
from fleet.text import show
from fleet.views.board.picture import Picture
from fleet.views.changes import EFFECT_MARKS, EFFECT_WORDS, change_words
from fleet.views.ladder import lookup_cell, tls_cell
from fleet.views.marks import Mark
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("time", "Time", 8, help="when (UTC); -1d10:22 was yesterday at 10:22"),
    Column("kind", "Kind", 8, help="ssh, dns, smtp, changed, or what the monitor did"),
    Column("subject", "About", 16, help="the node or destination"),
    Column("outcome", "Outcome", 16, help="ok, or how it failed", least=76),
    Column("words", "What was done", 22, flexible=True),
    Column("with", "With", 22, help="the host, resolver or server", least=110),
    Column("took", "Took", 9, right=True, help="milliseconds", least=90),
)
FIELDS = tuple(column.key for column in COLUMNS)
ORDER = "newest first"
CHECKS = 40
"""Checks whose questions and dialogues are listed where no history has them all."""

CHANGES = 200
"""Changes that are listed, the last ones."""


class Remembered:
    """The rows of the last time, as far as their lines and checks are still listed; a line is known as itself."""

    def __init__(self) -> None:
        self.lines: dict[int, tuple[LogLine | Changed, Row]] = {}
        self.steps: dict[Target, tuple[tuple[object, ...], tuple[Row, ...]]] = {}
        self.count = 0
        self.today: date | None = None

    def rows(self, log: Iterable[LogLine | Changed], newest: Iterable[CheckEntry], today: date) -> list[Row]:
        """Rows of ``log`` and of the steps of ``newest``."""
        if today != self.today:  # what was today is yesterday now
            self.lines, self.steps, self.today = {}, {}, today
        lines: dict[int, tuple[LogLine | Changed, Row]] = {}
        for line in log:
            known = self.lines.get(id(line))
            if known is None:
                self.count += 1
                key = f"line {self.count}"
                row = _changed(line, key, today) if isinstance(line, Changed) else _line(line, key, today)
                known = (line, row)
            lines[id(line)] = known
        steps: dict[Target, tuple[tuple[object, ...], tuple[Row, ...]]] = {}
        for entry in newest:
            basis = (entry.verdict, entry.steps, entry.running_since)
            before = self.steps.get(entry.target)
            steps[entry.target] = (
                before if before is not None and before[0] == basis else (basis, tuple(_steps(entry, today)))
            )
        self.lines, self.steps = lines, steps
        return [row for _, row in lines.values()] + [row for _, rows in steps.values() for row in rows]


def events_table(picture: Picture) -> Table:
    """The newest first."""
    state, past, today = picture.state, picture.past, picture.now.date()
    changed = tuple(islice(reversed(state.changes), CHANGES))
    if past is not None:
        rows = [*past.rows, *picture.memo.keeper(Remembered).rows(changed, (), today)]
        return Table(COLUMNS, rows, partial=past.searches, note=past.note, order=ORDER)
    tried = ((entry.tried_at, entry.target.key, entry) for entry in state.checks.values() if entry.tried_at is not None)
    newest = [entry for _, _, entry in nlargest(CHECKS, tried)]
    rows = picture.memo.keeper(Remembered).rows((*state.log, *changed), newest, today)
    return Table(COLUMNS, rows, order=ORDER)


def rows_of(number: int, event: Event, today: date) -> tuple[Row, ...]:
    """The rows of one event of a history, its number in their keys: the steps of a check that ended come before it."""
    line = log_line(event)
    host = event.host if isinstance(event, CommandSent) else ""
    rows = [_line(line, f"event {number}", today, host)] if line is not None else []
    if isinstance(event, StepSeen):
        rows += _step(f"event {number}", event.at, event.target.domain, event.step, today)
    elif isinstance(event, CheckFinished):
        for at, step in enumerate(event.verdict.steps):
            rows += _step(f"event {number} {at}", event.verdict.at, event.target.domain, step, today)
    return tuple(rows)


def moment(at: datetime, today: date) -> str:
    """The time of day; of another day than today in as many cells, with how many days before."""
    days = (today - at.date()).days
    if days == 0:
        return at.strftime("%H:%M:%S")
    return f"-{days}d{at:%H:%M}" if 0 < days < 10 else f"-{days}d" if days > 0 else at.strftime("%m-%d")


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
    "LogsRead": "logs",
    "ReportRead": "logs",
    "OperatorActed": "operator",
    "IntervalChanged": "operator",
    "Paused": "operator",
    "Resumed": "operator",
    "ProfileLoaded": "profile",
    "HistoryFailed": "history",
    "HistoryResumed": "history",
}
_BEGINS = frozenset({"PollStarted", "CheckStarted"})
_ENDS = frozenset({"CheckFinished"})
"""What came to its end, whatever it found: that is told of the destination."""


def _line(line: LogLine, key: str, today: date, using: str = "") -> Row:
    mark = Mark.FAIL if line.failed else Mark.RUNNING if line.name in _BEGINS else Mark.OK
    word = "failed" if line.failed else "begun" if line.name in _BEGINS else "done" if line.name in _ENDS else "ok"
    kind, subject = _KINDS.get(line.name, "monitor"), line.subject
    if kind == "check":  # a target is a domain as seen from somewhere
        subject, resolvers, vantage = (*subject.split(" ", 2), "", "")[:3]
        using = vantage if resolvers == "-" else f"{resolvers} from {vantage}"
    return _made(key, line.at, today, kind, subject, (mark, word), line.words, using, line.milliseconds)


def _changed(changed: Changed, key: str, today: date) -> Row:
    change = changed.change
    about = changed.about.partition(" ")[2]
    outcome = EFFECT_MARKS[change.effect], EFFECT_WORDS[change.effect]
    return _made(key, changed.at, today, "changed", about, outcome, change_words(change), changed.seen_from, None)


def _made(
    key: str,
    at: datetime,
    today: date,
    kind: str,
    subject: str,
    outcome: tuple[Mark, str],
    words: str,
    using: str,
    milliseconds: float | None,
) -> Row:
    mark, word = outcome
    cells = (
        TableCell(moment(at, today), sort=at.timestamp()),
        TableCell(kind),
        TableCell(show(subject, 80)),
        TableCell(word, mark),
        TableCell(show(words, 300)),
        TableCell(show(using, 80)),
        TableCell("") if milliseconds is None else TableCell(f"{milliseconds:,.0f} ms", sort=milliseconds / 1000),
    )
    return Row(key, cells, (-at.timestamp(),), mark not in (Mark.OK, Mark.NONE))


def _steps(entry: CheckEntry, today: date) -> Iterator[Row]:
    """What one check asked and said: of the one that runs, else of the last verdict."""
    running = entry.running_since is not None
    steps = entry.steps if running else entry.verdict.steps if entry.verdict is not None else ()
    at = entry.running_since if running else entry.verdict.at if entry.verdict is not None else None
    if at is not None:
        for number, step in enumerate(steps):
            yield from _step(f"{entry.target.key} {number}", at, entry.target.domain, step, today)


def _step(key: str, at: datetime, domain: str, step: Step, today: date) -> Iterator[Row]:
    """A dialogue, or each question of a step."""
    if isinstance(step, ContactStep):
        contact, cell = step.contact, tls_cell(step)
        words = f"EHLO, STARTTLS, QUIT: {cell.word}{f' ({cell.detail})' if cell.detail else ''}"
        using = f"{contact.address}:{contact.port}"
        yield _made(key, at, today, "smtp", domain, (cell.mark, cell.word), words, using, contact.milliseconds)
        return
    for part, lookup in enumerate(_lookups(step)):
        found = lookup_cell(lookup)
        texts = [one.text for one in step.records] if isinstance(step, TlsaStep) else lookup.records
        records = f": {', '.join(texts[:4])}" if texts else ""
        words = f"{lookup.rdtype} {lookup.name}{records}"
        outcome = (found.mark, found.word)
        yield _made(f"{key}.{part}", at, today, "dns", domain, outcome, words, lookup.resolver, lookup.milliseconds)


def _lookups(step: Step) -> tuple[Lookup, ...]:
    match step:
        case MxStep() | TlsaStep():
            return (step.lookup,)
        case AddressStep():
            return tuple(one for one in (step.a, step.aaaa, step.cname) if one is not None)
    return ()
