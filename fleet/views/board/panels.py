"""One panel of the wall: a destination with its rungs, and what becomes of mail by node and flow.

Made only for panels that are seen.  May import ``fleet.decision``, ``fleet.model`` and its own package.
"""

from collections.abc import Iterator
from dataclasses import replace

from fleet.decision import judge
from fleet.forecast import POLICIES, DaneUse
from fleet.layout import effective
from fleet.model import Mode, Outcome, Policy, TlsLevel, Verdict
from fleet.model.event import HERE
from fleet.model.fleet import Fleet, Platform
from fleet.monitor import CheckEntry, Freshness, freshness_of_check
from fleet.text import show
from fleet.views.board.destination_rows import (
    age_cell,
    fate_mark,
    fate_words,
    fortune,
    held,
    held_since,
    history_of,
    mode_words,
    next_warning,
    time_left,
    warning_words,
)
from fleet.views.board.known import known_fleet
from fleet.views.board.outlook import Fate, Way, is_watched, outlook_for, policy_and_mode, telling_check
from fleet.views.board.picture import Picture
from fleet.views.board.witnesses import panel_outcomes
from fleet.views.board.words import listed, minutes_since
from fleet.views.failures import FAILURE_WORDS
from fleet.views.ladder import Cell, ladder
from fleet.views.marks import OUTCOME_MARKS, OUTCOME_WORDS, Mark, badness
from fleet.views.names import both_names
from fleet.views.panels import Panel, PanelOutcome, StepMark

RUNGS = ("MX", "A", "TLSA", "TLS", "CERT")


def destination_panel(picture: Picture, domain: str) -> Panel | None:
    """The panel of ``domain``; None where nobody watches it."""
    state = picture.state
    if not is_watched(state, domain):
        return None
    fleet, seen = known_fleet(picture), outlook_for(picture, domain)
    fate = seen.fate(domain)
    entry = telling_check(state, domain, fate)
    age = minutes_since(entry.finished_at, picture.now) if entry is not None and entry.finished_at is not None else -1
    act = state.acts.get(f"destination {domain}")
    nodes = tuple(found for found in state.checks_of(domain) if found.target.vantage != HERE)
    witnesses = tuple(panel_outcomes(picture, domain))
    basis = (entry, fate, seen.generation, age, act, nodes, witnesses)

    def make() -> Panel:
        panel = _panel(picture, fleet, seen.ways, domain, entry, fate)
        more = (*_seen_from(fleet, nodes), *witnesses)
        return replace(panel, outcomes=(*panel.outcomes, *more)) if more else panel

    return picture.memo.get(("panel", domain), basis, make)


def _seen_from(fleet: Fleet | None, entries: tuple[CheckEntry, ...]) -> Iterator[PanelOutcome]:
    """What checks from the nodes themselves came to, each by its own rules; nodes that agree share a line."""
    alike: dict[Outcome, dict[str, None]] = {}
    for entry in entries:
        name = entry.target.vantage
        node = fleet.nodes.get(name) if fleet is not None else None
        platform = node.settings.platform if node is not None else None
        outcome = Outcome.UNKNOWN
        if entry.last is not None:
            outcome = entry.last.outcome(POLICIES[platform or Platform.ASYNCOS], Mode.OPPORTUNISTIC)
        alike.setdefault(outcome, {})[show(name, 64)] = None
    for outcome, names in sorted(alike.items(), key=lambda item: -badness(OUTCOME_MARKS[item[0]])):
        word = OUTCOME_WORDS[outcome]
        yield PanelOutcome(listed(tuple(names)), OUTCOME_MARKS[outcome], f"{word}, as seen from there", word)


def _panel(
    picture: Picture,
    fleet: Fleet | None,
    ways: tuple[Way, ...],
    domain: str,
    entry: CheckEntry | None,
    fate: Fate | None,
) -> Panel:
    now = picture.now
    found = fortune(entry, fate, ways)
    fresh = freshness_of_check(picture.state, entry.target, now) if entry is not None else Freshness.NEVER
    verdict = entry.verdict if entry is not None else None
    mark = Mark.STALE if fresh is Freshness.STALE and badness(found.mark) < badness(Mark.STALE) else found.mark
    expected, weakest = _paths(fleet, ways, domain, fate, verdict)
    note, note_mark = _note(picture, domain, entry)
    policy, mode = policy_and_mode(fleet, ways[0], domain) if fleet is not None and ways else (Policy.ASYNCOS, None)
    return Panel(
        key=domain,
        name=both_names(domain),
        mark=mark,
        verdict=found.words.partition(",")[0],
        mode=f"DANE {mode_words(fleet, ways, domain)}",
        steps=rungs(entry),
        outcomes=tuple(_outcomes(picture, fleet, ways, domain, entry, fate)),
        expected=expected,
        weakest=weakest,
        age=_age_words(entry, fresh, picture),
        history=history_of(entry, policy, mode),
        note=note,
        note_mark=note_mark,
    )


def rungs(entry: CheckEntry | None) -> tuple[StepMark, ...]:
    """The ladder: the worst of each rung over all hosts and addresses, with its word."""
    verdict = entry.verdict if entry is not None else None
    if verdict is None:
        return tuple(StepMark(name, Mark.UNKNOWN, "not seen") for name in RUNGS)
    rows = ladder(verdict)
    columns: tuple[list[Cell], ...] = (
        [row.mx for row in rows],
        [row.addresses for row in rows],
        [row.tlsa for row in rows],
        [row.tls for row in rows],
        [row.certificate for row in rows],
    )
    worst_of = (max(cells, key=lambda cell: badness(cell.mark)) for cells in columns)
    return tuple(StepMark(name, cell.mark, cell.word) for name, cell in zip(RUNGS, worst_of, strict=True))


def _age_words(entry: CheckEntry | None, fresh: Freshness, picture: Picture) -> str:
    if entry is None or entry.finished_at is None:
        return "never checked" if entry is None or entry.running_since is None else "first check runs"
    text = f"{age_cell(entry, fresh, picture.now).text} old"
    if entry.running_since is not None:
        return f"{text}, being checked"
    if entry.failure is not None:
        return f"~ {text}, check fails: {FAILURE_WORDS[entry.failure.kind]}"
    return f"~ {text}, stale" if fresh is Freshness.STALE else text


def _outcomes(
    picture: Picture,
    fleet: Fleet | None,
    ways: tuple[Way, ...],
    domain: str,
    entry: CheckEntry | None,
    fate: Fate | None,
) -> Iterator[PanelOutcome]:
    """What becomes of mail, by nodes and flow, the worst first; nodes and flows with one answer share a line."""
    if fate is None or fleet is None or not fate.cores:
        return
    alike: dict[tuple[str, str], tuple[Mark, dict[str, None], dict[str, None]]] = {}
    for way, core in zip(ways, fate.cores, strict=True):
        words = fate_words(core)
        text, short = words, words.replace(", at worst ", ", or ")
        if held(core):
            left = _left(picture, fleet, way, domain, entry)
            text, short = f"held until bounce, {left}", f"held, {left}"
        mark, names, flows = alike.setdefault((text, short), (fate_mark(core), {}, {}))
        names.update(dict.fromkeys(way.group.names))
        flows[str(way.action or "")] = None
    every = {str(way.action or "") for way in ways}
    for (text, short), (mark, names, flows) in sorted(alike.items(), key=lambda item: -badness(item[1][0])):
        by = f" {'/'.join(filter(None, flows))}" if set(flows) != every and any(flows) else ""
        yield PanelOutcome(f"{_who(fleet, tuple(names))}{by}", mark, text, short)


def _who(fleet: Fleet, names: tuple[str, ...]) -> str:
    """Nodes by name, or the tier where they are all of it and too many to name."""
    tiers = {fleet.nodes[name].tier for name in names if name in fleet.nodes}
    if len(names) > 3 and len(tiers) == 1:
        tier = next(iter(tiers))
        whole = sum(node.tier == tier for node in fleet.nodes.values())
        if whole == len(names):
            return listed((f"tier {tier}",))
    order = {name: at for at, name in enumerate(fleet.nodes)}
    return listed(sorted(names, key=lambda name: order.get(name, len(order))))


def _left(picture: Picture, fleet: Fleet, way: Way, domain: str, entry: CheckEntry | None) -> str:
    policy, mode = policy_and_mode(fleet, way, domain)
    seconds = effective(fleet, way.group.settings, way.action, domain).bounce_seconds.value
    since = held_since(entry, policy, mode or Mode.OPPORTUNISTIC) if entry is not None else None
    return time_left(seconds, since, picture.now)


def _paths(
    fleet: Fleet | None, ways: tuple[Way, ...], domain: str, fate: Fate | None, verdict: Verdict | None
) -> tuple[str, str]:
    """The expected and the weakest path of the worst way: what mail meets, and what who blocks better hosts obtains."""
    if fleet is None or fate is None or not fate.cores or verdict is None:
        return "", ""
    way, core = max(zip(ways, fate.cores, strict=True), key=lambda pair: badness(fate_mark(pair[1])))
    policy, mode = policy_and_mode(fleet, way, domain)
    if core.dane is not DaneUse.ATTEMPTED or mode is None or core.action is None:
        return OUTCOME_WORDS[core.outcome], OUTCOME_WORDS[core.worst]
    level = effective(fleet, way.group.settings, way.action, domain).tls.value or TlsLevel.PREFERRED
    judged = judge(verdict, policy, mode, level)
    return OUTCOME_WORDS[judged.expected_path.outcome], OUTCOME_WORDS[judged.weakest_path.worst]


def _note(picture: Picture, domain: str, entry: CheckEntry | None) -> tuple[str, Mark | None]:
    """What goes wrong next, and what an operator said of it."""
    verdict = entry.verdict if entry is not None else None
    ahead = next_warning(verdict, picture.now) if verdict is not None else None
    said = [warning_words(ahead, picture.now)] if ahead is not None else []
    act = picture.state.acts.get(f"destination {domain}")
    if act is not None and (act.until is None or act.until > picture.now):
        said.append(f"{act.act} until {act.until:%m-%d %H:%M}" if act.until is not None else str(act.act))
    return "; ".join(said), Mark.WARN if ahead is not None else Mark.NONE if said else None
