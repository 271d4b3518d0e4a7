"""What is going to end, by day: signatures, certificates, rollovers of destinations, and what a profile itself dates.

A day is as good as the verdict it was read from, so each row says how old that is; of a destination that was never
checked no day is known, which is said and counted.

May import ``fleet.decision``, ``fleet.layout``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from fleet.decision import DateKind, Due, dates
from fleet.layout import canonical
from fleet.model import ContactStep, Security, TlsaStep, Verdict
from fleet.model.event import Act, OperatorActed
from fleet.model.fleet import Fleet, LogSubscription
from fleet.text import show
from fleet.views.forecast import counted, named
from fleet.views.marks import Mark
from fleet.views.names import both_names, duration, moment

STALE_AFTER = 3
"""Intervals after which a verdict no longer speaks for now, as the dashboard has it."""
_LONG = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """One day: true values.  ``destinations`` it concerns (none: what the profile dates), ``seen`` the oldest verdict.

    ``stale``: that verdict is too old to speak for now, so it may have been dealt with since.
    """

    due: Due
    destinations: tuple[str, ...] = ()
    seen: datetime | None = None
    stale: bool = False

    @property
    def pressing(self) -> bool:
        """Whether somebody has to act, as far as is known of now."""
        return self.due.concern and not self.stale


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every day from before ``now`` until ``until``, in order; days nobody can name come last.

    ``unknown``: destinations that were never checked, or whose last check did not see all it asked for; ``stale``:
    those whose last verdict is too old to speak for now.
    """

    now: datetime
    until: datetime
    entries: tuple[Entry, ...]
    unknown: tuple[str, ...]
    stale: tuple[str, ...]

    @property
    def concerns(self) -> bool:
        """Whether somebody has to act."""
        return any(entry.pressing for entry in self.entries)

    @property
    def incomplete(self) -> bool:
        """Whether something is not known for now."""
        return bool(self.unknown or self.stale)


def calendar(
    fleet: Fleet, verdicts: Mapping[str, Verdict], acts: Iterable[OperatorActed], now: datetime, days: int
) -> Calendar:
    """The days of the next ``days``, and those that have passed; ``verdicts`` by canonical domain."""
    until = now + timedelta(days=days)
    watched = {canonical(name): one.seconds for name, one in fleet.destinations.items()}
    merged: dict[Due, Entry] = {}
    unknown, old_ones = [], []
    for domain in watched or verdicts:
        verdict = verdicts.get(domain)
        if verdict is None or not _whole(verdict):
            unknown.append(domain)
        if verdict is None:
            continue
        stale = now - verdict.at > timedelta(seconds=STALE_AFTER * watched.get(domain, 1800))
        old_ones += [domain] if stale else []
        for due in dates(verdict, now):
            old = merged.get(due, Entry(due, (), verdict.at))
            seen = min(old.seen or verdict.at, verdict.at)
            merged[due] = replace(old, destinations=(*old.destinations, domain), seen=seen, stale=old.stale or stale)
    own = (Entry(due) for due in (*_logs(fleet, now), *_suppressions(fleet, now), *_silences(acts, now)))
    found = [entry for entry in (*merged.values(), *own) if entry.due.at is None or entry.due.at <= until]
    return Calendar(now, until, tuple(sorted(found, key=_order)), tuple(unknown), tuple(old_ones))


def _whole(verdict: Verdict) -> bool:
    """Whether every day that DANE depends on was seen: all records, and a certificate of each host that has some."""
    if verdict.mx is None or verdict.mx.lookup.failed or verdict.unknown:
        return False
    answers = [step for step in verdict.steps if isinstance(step, TlsaStep)]
    presented = {one.contact.host for one in verdict.steps if isinstance(one, ContactStep) and one.certificates}
    named = {one.host for one in answers if one.records and one.lookup.security is Security.SECURE}
    return named <= presented and not any(one.lookup.failed for one in answers)


def _order(entry: Entry) -> tuple[datetime, str, str]:
    return entry.due.at or datetime.max.replace(tzinfo=UTC), entry.due.kind, entry.due.subject


def _logs(fleet: Fleet, now: datetime) -> Iterator[Due]:
    ending: dict[LogSubscription, list[str]] = {}
    for node in fleet.nodes.values():
        for log in node.settings.logs or ():
            if log.until is not None:
                ending.setdefault(log, []).append(node.name)
    for log, nodes in ending.items():
        assert log.until is not None
        text = (
            f"nothing at once: the {log.level} log on {', '.join(nodes[:4])}{' and others' if len(nodes) > 4 else ''} "
            "is to be removed; left on, it slows delivery down and fills the disk the queue lives on"
        )
        yield Due(DateKind.LOG, _day(log.until), log.name, text, _day(log.until) <= now)


def _suppressions(fleet: Fleet, now: datetime) -> Iterator[Due]:
    for one in fleet.suppressions:
        if one.until is not None:
            text = f"nothing to mail: the finding is shown again, and what it says of mail holds ({one.reason})"
            yield Due(DateKind.SUPPRESSION, _day(one.until), f"{one.code} {one.object}", text, _day(one.until) <= now)


def _silences(acts: Iterable[OperatorActed], now: datetime) -> Iterator[Due]:
    for act in acts:
        if act.act is not Act.RELEASED and act.until is not None and act.until > now:
            text = f"nothing to mail: {act.act} by {act.who} ends, it is shown again and alerts ({act.reason})"
            yield Due(DateKind.SILENCE, act.until, act.object, text, False)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One day in words; every text is safe."""

    mark: Mark
    day: str
    what: str
    consequence: str
    where: str


@dataclass(frozen=True, slots=True)
class CalendarView:
    """All of it; ``more`` days were left out; ``notes``: what is not known."""

    heading: str
    rows: tuple[CalendarRow, ...]
    more: int
    notes: tuple[str, ...]


def calendar_view(found: Calendar, limit: int, *, everything: bool) -> CalendarView:
    """``found`` in words, at most ``limit`` rows (0: all).

    Unless ``everything`` is asked for, signatures that their signers renew by themselves are counted, not listed.
    """
    listed = [one for one in found.entries if everything or not _by_itself(one.due)]
    quiet = len(found.entries) - len(listed)
    shown = listed[:limit] if limit else listed
    notes = []
    if quiet:
        notes.append(f"{counted(quiet, 'signature')} that signers renew by themselves: --all lists them")
    if found.unknown:
        names = named(tuple(map(both_names, found.unknown)), 6)
        notes.append(f"never checked, or not all of it answered, so days are missing: {names}")
    if found.stale:
        names = named(tuple(map(both_names, found.stale)), 6)
        notes.append(f"not checked lately, so days may have moved since: {names}")
    return CalendarView(
        f"until {moment(found.until)}: {counted(len(found.entries), 'day')}, "
        f"{sum(entry.pressing for entry in found.entries):,} of concern",
        tuple(_row(entry, found.now) for entry in shown),
        len(listed) - len(shown),
        tuple(notes),
    )


def _by_itself(due: Due) -> bool:
    return due.kind is DateKind.SIGNATURE and not due.concern


def _row(entry: Entry, now: datetime) -> CalendarRow:
    due = entry.due
    past = due.at is not None and due.at <= now
    mark = Mark.NONE if not due.concern else Mark.FAIL if past else Mark.WARN
    where = f"of {named(tuple(map(both_names, entry.destinations)))}" if entry.destinations else "of the profile"
    if entry.seen is not None:
        where += f", as seen {duration((now - entry.seen).total_seconds())} ago{', stale' if entry.stale else ''}"
    return CalendarRow(
        Mark.STALE if entry.stale else mark,
        _when(due.at, now),
        f"{due.kind} {show(due.subject, 300)}",
        show(due.consequence, _LONG),
        where,
    )


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "no day"
    away = duration(abs((at - now).total_seconds()))
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} ({f'{away} ago' if at <= now else f'in {away}'})"
