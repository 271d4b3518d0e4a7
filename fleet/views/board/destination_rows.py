"""Destinations as a table: what happens to their mail at worst, from where, how old that is, and what comes next.

May import ``fleet.decision``, ``fleet.forecast``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import islice

from fleet.decision import Warning, WarningCode, warnings
from fleet.forecast import Core, DaneUse
from fleet.forecast.outcome import BADNESS
from fleet.layout import effective
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model.event import Target
from fleet.model.fleet import Fleet
from fleet.monitor import CheckEntry, CheckMark, Freshness, freshness_of_check
from fleet.views.board.known import known_fleet
from fleet.views.board.outlook import Fate, Outlook, Way, domains_of, outlook, telling_check
from fleet.views.board.picture import Picture
from fleet.views.board.words import left, listed, minutes_since, rough, rough_age
from fleet.views.forecast import outcome_words
from fleet.views.marks import OUTCOME_MARKS, OUTCOME_WORDS, Mark, badness
from fleet.views.names import both_names, duration
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("name", "Destination", 20, flexible=True, help="the recipient domain"),
    Column("state", "Worst mail", 22, help="what happens to mail at worst"),
    Column("nodes", "From", 18, help="the nodes of which mail comes to that", least=100),
    Column("mode", "DANE", 14, help="what the nodes are told to do for it", least=90),
    Column("age", "Age", 8, right=True, help="how old the last verdict is"),
    Column("recipients", "Rcpt/day", 9, right=True, help="recipients a day, as declared", least=110),
    Column("history", "History", 16, help="the last checks: higher is worse, gaps are unknown", least=140),
    Column("next", "Next trouble", 24, flexible=True, help="what is about to go wrong", least=123),
    Column("every", "Every", 7, right=True, optional=True, help="interval between checks"),
    Column("took", "Took", 8, right=True, optional=True, help="how long the last check took"),
    Column("seen", "Seen from", 12, optional=True, help="whence it is checked"),
)


def destinations_table(picture: Picture) -> Table:
    """Every destination, declared or checked."""
    seen = outlook(picture)
    return picture.memo.keeper(DestinationRows).table(picture, known_fleet(picture), seen)


class DestinationRows:
    """The rows of the last time; only those are made anew of which something changed, or whose age is told anew.

    Where very many changed at once (a profile was read), they are made a batch at a time: the worst that may be said
    meanwhile is that a destination is still being worked out.
    """

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._basis: tuple[object, ...] = ()
        self._due: list[tuple[float, str]] = []
        self._late: dict[str, None] = {}

    def table(self, picture: Picture, fleet: Fleet | None, seen: Outlook) -> Table:
        """The table as of now."""
        state, now = picture.state, picture.now
        basis = (id(state.fleet), len(state.targets), tuple(state.seconds.items()))
        if basis != self._basis:
            self._basis = basis
            domains = domains_of(state)
            self._rows = {domain: self._rows.get(domain) or _waiting(domain) for domain in domains}
            self._late.update(dict.fromkeys(domains))
        moment = now.timestamp()
        while self._due and self._due[0][0] <= moment:
            self._late[heappop(self._due)[1]] = None
        self._late.update(dict.fromkeys(seen.touched))
        seen.touched.clear()
        for domain in list(islice(self._late, MOST_ROWS)):
            del self._late[domain]
            if domain in self._rows:
                self._make(picture, fleet, seen, domain)
        return Table(COLUMNS, list(self._rows.values()), partial=bool(self._late or seen.behind))

    def _make(self, picture: Picture, fleet: Fleet | None, seen: Outlook, domain: str) -> None:
        state, now = picture.state, picture.now
        entry = telling_check(state, domain, seen.fate(domain))
        seconds = state.check_seconds(entry.target if entry is not None else Target(domain))
        made = _made(picture, fleet, seen, domain, seconds)
        if made != self._rows[domain]:
            self._rows[domain] = made
        if entry is not None and entry.finished_at is not None:
            whole = (minutes_since(entry.finished_at, now) + 1) * 60
            heappush(self._due, (entry.finished_at.timestamp() + whole, domain))


MOST_ROWS = 150
"""Rows made at one drawing."""


def _waiting(domain: str) -> Row:
    """A row nobody has looked at yet."""
    cells = [TableCell("") for _ in COLUMNS]
    cells[0], cells[1] = TableCell(both_names(domain), sort=domain), TableCell("being worked out", Mark.RUNNING)
    return Row(domain, tuple(cells), (-badness(Mark.RUNNING), 0.0), True)


@dataclass(frozen=True, slots=True)
class Fortune:
    """What is said of a destination in one word: mark, words, and where mail comes to that."""

    mark: Mark
    words: str
    senders: str = ""


def fate_mark(core: Core) -> Mark:
    """The mark of an outcome: DANE is good without qualification only where nothing worse may come."""
    if core.outcome is Outcome.DANE and core.worst is not Outcome.DANE:
        return Mark.WARN
    return OUTCOME_MARKS[core.outcome]


def fate_words(core: Core) -> str:
    """What becomes of mail, the outcome first: whoever cuts the text keeps that."""
    text = outcome_words(core)
    if core.dane is not DaneUse.OFF:
        return text
    outcome, comma, rest = text.removeprefix("DANE off, ").partition(",")
    if core.outcome in _GAPS:
        return f"{outcome}, DANE off{comma}{rest}"
    return f"{outcome} without DANE{comma}{rest}"


def fortune(entry: CheckEntry | None, fate: Fate | None, ways: tuple[Way, ...], pending: bool = False) -> Fortune:
    """The worst that happens to mail of a destination, as far as anybody knows."""
    if entry is None or entry.verdict is None:
        if fate is not None and (core := fate.worst) is not None and core.outcome in _WITHOUT_A_CHECK:
            return Fortune(fate_mark(core), fate_words(core), senders(fate, ways, core))
        if entry is not None and entry.running_since is not None:
            return Fortune(Mark.RUNNING, "first check runs")
        if entry is not None and entry.failure is not None:
            return Fortune(Mark.UNKNOWN, "check failed")
        return Fortune(Mark.UNKNOWN, "never checked")
    if fate is None or pending:
        return Fortune(Mark.RUNNING, "being worked out")
    core = fate.worst
    if core is None:
        outcome = _marked(entry, Policy.ASYNCOS, Mode.OPPORTUNISTIC)
        return Fortune(OUTCOME_MARKS[outcome], OUTCOME_WORDS[outcome], "no external node")
    return Fortune(fate_mark(core), fate_words(core), senders(fate, ways, core))


_WITHOUT_A_CHECK = (Outcome.HELD, Outcome.DISCARDED)
"""What settings alone decide, whatever a destination publishes."""


def senders(fate: Fate, ways: tuple[Way, ...], core: Core) -> str:
    """The nodes whose mail comes to ``core``."""
    names: dict[str, None] = {}
    for way, found in zip(ways, fate.cores, strict=True):
        if found == core:
            names.update(dict.fromkeys(way.group.names))
    return listed(sorted(names))


def mode_words(fleet: Fleet | None, ways: tuple[Way, ...], domain: str) -> str:
    """What the nodes are told to do for a destination: one word where they agree."""
    if fleet is None:
        return "unknown"
    words = {_mode_word(fleet, way, domain): None for way in ways}
    return "/".join(words) or "no external node"


def _mode_word(fleet: Fleet, way: Way, domain: str) -> str:
    policy = effective(fleet, way.group.settings, way.action, domain)
    if policy.attempted is None:
        return "unknown"
    return str(policy.dane.value) if policy.attempted else "off"


def next_warning(verdict: Verdict, now: datetime) -> Warning | None:
    """What goes wrong next: the warning that is due first, else the first that is not about how it was looked up."""
    found = warnings(verdict, now)
    dated = [one for one in found if one.due is not None]
    return min(dated, key=lambda one: one.due or now) if dated else next(iter(found), None)


def warning_words(found: Warning, now: datetime) -> str:
    """A warning in a few words, with the time that is left."""
    when = f", {left(found.due, now)}" if found.due is not None else ""
    return f"{WARNING_WORDS[found.code]}{when}"


WARNING_WORDS: dict[WarningCode, str] = {
    WarningCode.SIGNATURE_EXPIRES: "a signature ends",
    WarningCode.CERTIFICATE_EXPIRES: "a certificate ends",
    WarningCode.SINGLE_RECORD: "one TLSA record: renewal is risky",
    WarningCode.CERTIFICATE_DIFFERS: "addresses show other certificates",
    WarningCode.UNUSABLE_RECORD: "a TLSA record cannot be used",
    WarningCode.AD_WITHOUT_PROOF: "resolver vouches without proof",
    WarningCode.PROOF_WITHOUT_AD: "resolver does not vouch: no AD",
    WarningCode.RESOLVER_FAILS_VALID: "resolver fails what is valid",
    WarningCode.RESOLVER_PASSES_BOGUS: "resolver hands out bogus answers",
    WarningCode.RESOLVER_FAILED: "a resolver did not answer",
    WarningCode.CNAME_FAILED: "a CNAME lookup fails",
    WarningCode.AAAA_ERROR: "an IPv6 lookup fails",
    WarningCode.EQUAL_PREFERENCE: "any of several hosts is taken",
}
"""A warning in the cells of a panel; its sentence stands in the closer look."""


def history_of(
    entry: CheckEntry | None, policy: Policy = Policy.ASYNCOS, mode: Mode | None = None
) -> tuple[float | None, ...]:
    """The last checks as a curve: 0 is DANE, higher is worse, unknown is a gap."""
    if entry is None:
        return ()
    outcomes = (mark.outcome(policy, mode or Mode.OPPORTUNISTIC) for mark in entry.marks)
    return tuple(None if one in _GAPS else float(BADNESS.index(one)) for one in outcomes)


_GAPS = (Outcome.UNKNOWN, Outcome.NOT_TESTED)


def held_since(entry: CheckEntry, policy: Policy, mode: Mode) -> tuple[datetime, bool] | None:
    """Since when every check has found mail held, and whether an earlier one had not; None: the last one has not."""
    first: CheckMark | None = None
    for mark in reversed(entry.marks):
        if mark.outcome(policy, mode) is not Outcome.HELD:
            return (first.at, True) if first is not None else None
        first = mark
    return (first.at, False) if first is not None else None


def age_cell(entry: CheckEntry | None, fresh: Freshness, now: datetime) -> TableCell:
    """How old the last verdict is, and whether a check runs or failed since."""
    if entry is None or entry.finished_at is None:
        if entry is not None and entry.running_since is not None:
            return TableCell("runs", Mark.RUNNING)
        return TableCell("never", Mark.UNKNOWN, sort=float("inf"))
    sort = float(minutes_since(entry.finished_at, now) * 60)
    text = rough_age(entry.finished_at, now)
    if entry.running_since is not None:
        return TableCell(text, Mark.RUNNING, sort=sort)
    return TableCell(text, Mark.STALE if fresh is Freshness.STALE or entry.failure is not None else None, sort=sort)


def _marked(entry: CheckEntry, policy: Policy, mode: Mode) -> Outcome:
    return entry.last.outcome(policy, mode) if entry.last is not None else Outcome.UNKNOWN


def _made(picture: Picture, fleet: Fleet | None, seen: Outlook, domain: str, seconds: int) -> Row:
    state, now = picture.state, picture.now
    fate = seen.fate(domain)
    entry = telling_check(state, domain, fate)
    found = fortune(entry, fate, seen.ways, seen.pending(domain))
    fresh = freshness_of_check(state, entry.target, now) if entry is not None else Freshness.NEVER
    declared = state.fleet.destinations.get(domain) if state.fleet is not None else None
    recipients = declared.recipients_per_day if declared is not None else None
    # Warnings are dear to find; the hour is as exact as their words are.
    hour = now.replace(minute=0, second=0, microsecond=0)
    verdict = entry.verdict if entry is not None else None
    ahead = None
    if verdict is not None:
        ahead = picture.memo.get(("ahead", domain), (verdict, hour), lambda: next_warning(verdict, hour))
    mode = picture.memo.get(("mode", domain), (seen.generation,), lambda: mode_words(fleet, seen.ways, domain))
    mark = found.mark
    if fresh is Freshness.STALE and badness(mark) < badness(Mark.STALE):
        mark = Mark.STALE
    age = age_cell(entry, fresh, now)
    cells = (
        TableCell(both_names(domain), sort=domain),
        TableCell(found.words if mark is not Mark.STALE else f"{found.words}, stale", mark),
        TableCell(found.senders),
        TableCell(mode),
        age,
        TableCell(
            "unknown" if recipients is None else f"{recipients:,}",
            sort=None if recipients is None else float(recipients),
        ),
        TableCell("", history=history_of(entry)),
        TableCell(warning_words(ahead, now), Mark.WARN, sort=ahead.due.timestamp() if ahead.due else None)
        if ahead is not None
        else TableCell(""),
        TableCell(duration(seconds), sort=float(seconds)),
        _took(entry),
        TableCell(_seen_from(state.targets.get(domain, ()))),
    )
    weight = -float(recipients or 0)
    return Row(domain, cells, (-badness(mark), weight), mark is not Mark.OK)


def _took(entry: CheckEntry | None) -> TableCell:
    if entry is None or entry.last is None:
        return TableCell("")
    return TableCell(f"{entry.last.milliseconds:,.0f} ms", sort=entry.last.milliseconds / 1000)


def _seen_from(targets: Iterable[Target]) -> str:
    return listed(tuple(dict.fromkeys(target.vantage for target in targets)), 2)


def time_left(seconds: int | None, since: tuple[datetime, bool] | None, now: datetime) -> str:
    """How long held mail has: from when it was first found held, as far as that was watched."""
    if seconds is None:
        return "bounce timer unknown"
    if since is None:
        return f"{rough(seconds)} at most"
    began, watched = since
    rest = seconds - (now - began).total_seconds()
    if rest <= 0:
        return f"first mail bounced {rough(-rest)} ago"
    hours = f"{int(rest // 3_600)} h left" if 3_600 <= rest < 4 * 86_400 else f"{rough(rest)} left"
    return hours if watched else f"at most {hours}"


def held(core: Core) -> bool:
    """Whether mail waits in a queue."""
    return core.outcome is Outcome.HELD
