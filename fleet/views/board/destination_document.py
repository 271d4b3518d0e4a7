"""One destination at length: what becomes of its mail, the walk of the check with the failing link, and what to do.

While a check runs, its steps stand at the top as they come; the last verdict stays below until there is a new one.

May import ``fleet.decision``, ``fleet.forecast``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fleet.decision import TABLES, Judgement, advice, judge_all, warnings
from fleet.forecast import DaneUse
from fleet.forecast.classed import forecast
from fleet.forecast.moves import flow_name
from fleet.forecast.runbook import pages
from fleet.layout import canonical, effective
from fleet.model import Mode, Policy, Verdict
from fleet.model.fleet import Destination, Fleet
from fleet.monitor import MARKS_KEPT, CheckEntry, Freshness, freshness_of_check
from fleet.text import show
from fleet.views.board.audits import met_fleet
from fleet.views.board.commands import check_command, reproducing
from fleet.views.board.destination_rows import fate_mark, fate_words, fortune, held, held_since, time_left
from fleet.views.board.document import Document, Section, section
from fleet.views.board.outlook import Fate, Outlook, Way, is_watched, outlook_for, policy_and_mode, telling_check
from fleet.views.board.picture import Picture
from fleet.views.board.witnesses import log_lines, queue_lines, report_lines
from fleet.views.board.words import counted, listed, rough_age
from fleet.views.changes import EFFECT_MARKS, effect_words, subject_words, values
from fleet.views.explanation import Detail, explanation
from fleet.views.forecast import WHY_WORDS
from fleet.views.ladder import Cell, ladder
from fleet.views.marks import ACTION_WORDS, OUTCOME_MARKS, OUTCOME_WORDS, Mark, worst
from fleet.views.names import both_names, moment
from fleet.views.runbook import PageRow, runbook_view

_LONG = 400
CHANGES = 8
"""Changes that are told at length."""


def destination_document(picture: Picture, domain: str) -> Document | None:
    """All that is known of ``domain``; None where nobody watches it."""
    state = picture.state
    if not is_watched(state, domain):
        return None
    fleet, seen = met_fleet(picture), outlook_for(picture, domain)
    fate = seen.fate(domain)
    entry = telling_check(state, domain, fate)
    found = fortune(entry, fate, seen.ways)
    verdict = entry.verdict if entry is not None else None
    sections = [
        *_running(entry),
        section("Mail", _mail(picture, fleet, seen, domain, entry, fate)),
        *_held(picture, fleet, seen, domain, entry, fate),
        section("State", _state(picture, domain, entry)),
        section("Queues", queue_lines(picture, domain)),
        section("Mail logs", log_lines(picture, domain)),
        section("TLS reports", report_lines(picture, domain)),
    ]
    if verdict is None:
        again = section("Do it by hand", [check_command(domain)], verbatim=True)
        return Document(both_names(domain), found.mark, (*(one for one in sections if one.lines), again))
    sections += picture.memo.get(
        ("walk", domain), (verdict, picture.transcript), lambda: list(_of_verdict(verdict, picture.transcript))
    )
    sections.append(section("Changes", _changes(picture, domain)))
    sections.append(section("Look ahead", _ahead(picture, verdict)))
    sections.append(section("History", _history(entry)))
    sections.append(section("Other views", _other_targets(picture, domain, entry)))
    return Document(both_names(domain), found.mark, tuple(one for one in sections if one.lines))


def _running(entry: CheckEntry | None) -> Iterator[Section]:
    """The check that runs, step by step."""
    if entry is None or entry.running_since is None:
        return
    so_far = Verdict(
        entry.target.domain, entry.running_since, entry.target.resolvers, entry.steps, vantage=entry.target.vantage
    )
    begun = Detail(0, f"begun {moment(entry.running_since)}, {counted(len(entry.steps), 'step')} so far", Mark.RUNNING)
    lines = explanation(so_far)[1:] if entry.steps else []
    yield section("A check runs", [begun, *lines])


def _mail(
    picture: Picture, fleet: Fleet | None, seen: Outlook, domain: str, entry: CheckEntry | None, fate: Fate | None
) -> Iterator[Detail]:
    """What becomes of mail by each class of nodes and flow, with the reason."""
    if fleet is None or fate is None:
        yield Detail(0, "not worked out yet" if fleet is not None else "no profile was read", Mark.RUNNING)
        return
    if not seen.ways:
        yield Detail(0, "no node of this profile delivers to the Internet", Mark.UNKNOWN)
    for way, core in zip(seen.ways, fate.cores, strict=True):
        told = seen.foretold(picture, way, domain)
        flow = f" by {show(flow_name(way.ingress), 120)}" if way.ingress.flow is not None else ""
        yield Detail(0, f"{listed(sorted(way.group.names), 6)}{flow}: {fate_words(core)}", fate_mark(core))
        if told is None:
            continue
        yield Detail(1, f"{WHY_WORDS[told.why]}: {show(told.sentence, _LONG)}")
        if held(core):
            yield Detail(1, _waits(picture, fleet, way, domain, entry), Mark.FAIL)
        for reading in told.readings:
            yield Detail(1, show(f"{reading.name}: {OUTCOME_WORDS[reading.outcome]} ({reading.sentence})", _LONG))
        if told.assumed:
            yield Detail(1, "assumed: no source says for certain that it does so", Mark.WARN)
        for note in told.notes:
            yield Detail(1, show(note, _LONG))
        asks = core.dane is DaneUse.ATTEMPTED and fate_mark(core) is not Mark.OK
        if told.judgement is not None and asks and (hint := advice(told.judgement)):
            yield Detail(1, f"what helps: {show(hint, _LONG)}")


def _waits(picture: Picture, fleet: Fleet, way: Way, domain: str, entry: CheckEntry | None) -> str:
    policy, mode = policy_and_mode(fleet, way, domain)
    since = held_since(entry, policy, mode or Mode.OPPORTUNISTIC) if entry is not None else None
    seconds = effective(fleet, way.group.settings, way.action, domain).bounce_seconds.value
    text = f"stays in the queue until it bounces: {time_left(seconds, since, picture.now)}"
    if since is None:
        return text
    began, watched = since
    return f"{text}; held since {'' if watched else 'before '}{moment(began)}"


def _held(
    picture: Picture, fleet: Fleet | None, seen: Outlook, domain: str, entry: CheckEntry | None, fate: Fate | None
) -> Iterator[Section]:
    """What to do where mail is held now: the smallest change first, tried on paper."""
    if fleet is None or fate is None or not any(core.stopped for core in fate.cores):
        return
    since = None
    for way, core in zip(seen.ways, fate.cores, strict=True):
        if entry is not None and core.stopped:
            policy, mode = policy_and_mode(fleet, way, domain)
            since = since or held_since(entry, policy, mode or Mode.OPPORTUNISTIC)

    def make() -> list[Detail]:
        verdicts = {canonical(domain): fate.telling} if fate.telling is not None else {}
        destination = fleet.destinations.get(domain) or Destination(domain)
        found = pages(forecast(fleet, (destination,), verdicts), canonical(domain))
        view = runbook_view(domain, found, since[0] if since else None, picture.now)
        lines = [Detail(0, view.heading, Mark.FAIL)]
        for page in view.pages:
            lines += _page(page)
        return [*lines, Detail(0, view.note)]

    yield section("Runbook", picture.memo.get(("runbook", domain), (fleet, fate, since), make))


def _page(page: PageRow) -> Iterator[Detail]:
    if not page.held:
        return
    yield Detail(0, f"{page.nodes}, {page.flow}: {page.outcome}", page.mark)
    yield Detail(1, page.cause)
    if page.no_change:
        yield Detail(1, page.no_change, Mark.UNKNOWN)
    for number, change in enumerate(page.changes, 1):
        yield Detail(1, f"{number}. {change.title}; mail then: {change.after}")
        if change.cost:
            yield Detail(2, f"costs: {change.cost}", Mark.WARN)
        yield from (Detail(3, line) for line in change.lines)
        if change.back:
            yield Detail(2, "the way back:")
            yield from (Detail(3, line) for line in change.back)
    if page.verify:
        yield Detail(1, "see it work:")
        yield from (Detail(2, line) for line in page.verify)


def _state(picture: Picture, domain: str, entry: CheckEntry | None) -> Iterator[Detail]:
    state, now = picture.state, picture.now
    if entry is None or entry.finished_at is None:
        yield Detail(0, "never checked: nothing is known of what it publishes", Mark.UNKNOWN)
    else:
        fresh = freshness_of_check(state, entry.target, now)
        stale = fresh is Freshness.STALE
        text = f"last verdict {rough_age(entry.finished_at, now)} old{', stale' if stale else ''}"
        yield Detail(0, text, Mark.STALE if stale else Mark.OK)
        if entry.changed_at is not None:
            yield Detail(0, f"its outcome changed {rough_age(entry.changed_at, now)} ago")
    if entry is not None and entry.failure is not None:
        since = f" for {rough_age(entry.failing_since, now)}" if entry.failing_since is not None else ""
        yield Detail(
            0, f"checks fail{since}, so the last verdict stays: {show(entry.failure.sentence, _LONG)}", Mark.STALE
        )
        if entry.failure.hint:
            yield Detail(1, show(entry.failure.hint, _LONG))
    declared = state.fleet.destinations.get(domain) if state.fleet is not None else None
    if declared is None:
        yield Detail(0, "not declared in the profile: checked by hand", Mark.NONE)
    elif declared.recipients_per_day is None:
        yield Detail(0, "recipients a day: not declared", Mark.UNKNOWN)
    else:
        yield Detail(0, f"{declared.recipients_per_day:,} recipients a day")
    act = state.acts.get(f"destination {domain}")
    if act is not None:
        until = f" until {moment(act.until)}" if act.until is not None else ""
        yield Detail(0, show(f"{act.act} by {act.who}{until}: {act.reason}", _LONG))


def _of_verdict(verdict: Verdict, transcript: object) -> Iterator[Section]:
    judgements = judge_all(verdict)
    yield section("Ladder", _ladder(verdict))
    told = explanation(verdict)
    yield section("Chain of trust, TLSA and certificates", told)
    yield from _decision(judgements)
    if callable(transcript):
        lines: Sequence[str] = transcript(verdict)
        yield section("daneverify", [show(line, _LONG) for line in lines], verbatim=True)
    yield section("Do it by hand", list(reproducing(verdict)), verbatim=True)


def _ladder(verdict: Verdict) -> Iterator[Detail]:
    for row in ladder(verdict):
        where = " ".join(filter(None, (row.preference, row.host, row.address))) or "no host"
        cells = (("MX", row.mx), ("A", row.addresses), ("TLSA", row.tlsa), ("TLS", row.tls), ("CERT", row.certificate))
        mark = worst(*(cell.mark for _, cell in cells))
        yield Detail(0, where, mark)
        for name, cell in cells:
            yield Detail(1, _rung(name, cell), cell.mark)


def _rung(name: str, cell: Cell) -> str:
    return f"{name:4} {cell.word}{f': {cell.detail}' if cell.detail else ''}"


def _decision(judgements: dict[tuple[Policy, Mode], Judgement]) -> Iterator[Section]:
    """Every table in both modes, all its rows, the deciding one lit."""
    summary = []
    for (policy, mode), judged in judgements.items():
        summary.append(Detail(0, f"{policy}, {mode}: {judged.headline}", OUTCOME_MARKS[judged.outcome]))
        summary.append(Detail(1, show(judged.reason, _LONG)))
    yield section("Decision", summary)
    for policy in Policy:
        lines: list[Detail] = []
        for mode in Mode:
            found = judgements.get((policy, mode))
            if found is None:
                continue
            lines.append(Detail(0, f"{mode}: {found.headline}", OUTCOME_MARKS[found.outcome]))
            deciding = {row.name for row in found.rows}
            for row in (one for one in TABLES[policy].rows if one.mode is mode):
                lit = row.name in deciding
                states = ", ".join(
                    f"{column} {state.replace('-', ' ')}"
                    for column, state in zip(_COLUMNS, row.cells, strict=True)
                    if state is not None
                )
                then = f"{ACTION_WORDS[row.action]}{', assumed' if row.assumed else ''} ({row.action})"
                text = f"{row.name}: {states or 'any state'} -> {then}"
                lines.append(Detail(1, text, OUTCOME_MARKS[found.outcome] if lit else None, here=lit))
        if lines:
            yield section(f"Table {policy}", lines)


_COLUMNS = ("MX", "address", "TLSA", "certificate")


def _changes(picture: Picture, domain: str) -> Iterator[Detail]:
    """What it published or presented otherwise before, the newest first."""
    about = f"destination {domain}"
    found = [one for one in reversed(picture.state.changes) if one.about == about]
    for one in found[:CHANGES]:
        before, after = values(one.change)
        text = f"{subject_words(one.change)} changed {rough_age(one.at, picture.now)} ago: {effect_words(one.change)}"
        yield Detail(0, text, EFFECT_MARKS[one.change.effect])
        yield Detail(1, f"before: {before}")
        yield Detail(1, f"after:  {after}")
        yield Detail(1, f"seen from {show(one.seen_from, 200)}")
    if len(found) > CHANGES:
        yield Detail(0, f"and {counted(len(found) - CHANGES, 'older change')}: fleet changes lists them")
    since = _watched_since(picture, domain)
    if since is not None:
        age = rough_age(since, picture.now)
        no = "no change" if not found else "no other change"
        yield Detail(0, f"{no} in the {age} it was watched: what changed before {moment(since)} nobody saw", Mark.NONE)


def _watched_since(picture: Picture, domain: str) -> datetime | None:
    """From when on its changes are noted; None where that is longer ago than is remembered, or was never."""
    rings = [entry.marks for entry in picture.state.checks_of(domain) if entry.marks]
    if not rings or any(len(marks) >= MARKS_KEPT for marks in rings):
        return picture.state.changes_since
    first = min(marks[0].at for marks in rings)
    return max(first, picture.state.changes_since or first)


def _ahead(picture: Picture, verdict: Verdict) -> list[Detail]:
    found = warnings(verdict, picture.now)
    lines = [Detail(0, show(one.sentence, _LONG), Mark.WARN) for one in found]
    return lines or [Detail(0, "nothing about to go wrong was seen", Mark.NONE)]


def _history(entry: CheckEntry | None) -> Iterator[Detail]:
    """The last checks, the newest first; checks that came to the same stand on one line."""
    if entry is None:
        return
    marks = list(reversed(entry.marks))
    at = 0
    while at < len(marks):
        end = at
        while end + 1 < len(marks) and marks[end + 1].letters == marks[at].letters:
            end += 1
        outcome = marks[at].outcome(Policy.ASYNCOS, Mode.OPPORTUNISTIC)
        strict = marks[at].outcome(Policy.ASYNCOS, Mode.MANDATORY)
        times = moment(marks[end].at) if end == at else f"{moment(marks[end].at)} to {moment(marks[at].at)}"
        count = f", {end - at + 1} checks" if end > at else ""
        words = f"opportunistic {OUTCOME_WORDS[outcome]}, mandatory {OUTCOME_WORDS[strict]}"
        yield Detail(0, f"{times}{count}: {words}", OUTCOME_MARKS[outcome])
        at = end + 1


def _other_targets(picture: Picture, domain: str, entry: CheckEntry | None) -> Iterator[Detail]:
    """What other vantages and resolvers made of it."""
    for other in picture.state.checks_of(domain):
        if other is entry:
            continue
        through = f" through {show(', '.join(other.target.resolvers), 120)}" if other.target.resolvers else ""
        where = f"{show(other.target.vantage, 64)}{through}"
        if other.last is None:
            yield Detail(0, f"{where}: never checked", Mark.UNKNOWN)
            continue
        outcome = other.last.outcome(Policy.ASYNCOS, Mode.OPPORTUNISTIC)
        age = rough_age(other.last.at, picture.now)
        yield Detail(0, f"{where}: opportunistic {OUTCOME_WORDS[outcome]}, {age} ago", OUTCOME_MARKS[outcome])
