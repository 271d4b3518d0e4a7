"""What is wrong now, as far as anybody knows: one reading for every object of every condition.

Pure in a ``Situation``: State, and what follows from it and was worked out elsewhere (the forecast of each destination,
the findings of the rules).  True values; ``messages`` makes them safe.

May import ``fleet.monitor``, ``fleet.forecast``, ``fleet.model`` and ``fleet.clock``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from fleet.clock import minute
from fleet.forecast import Core, DaneUse
from fleet.forecast.outcome import BADNESS
from fleet.forecast.waiting import Trend, is_news, trend
from fleet.model import Mode, Outcome, Policy
from fleet.model.alerts import AlertSettings, Condition
from fleet.model.finding import Finding, Severity
from fleet.model.fleet import Fleet
from fleet.model.queue import Series
from fleet.monitor import (
    CheckEntry,
    Freshness,
    NodeEntry,
    QueueEntry,
    State,
    freshness_of_check,
    freshness_of_node,
    freshness_of_queue,
)


class Standing(StrEnum):
    """How it stands."""

    BAD = "bad"
    GOOD = "good"
    UNKNOWN = "unknown"
    """Neither was seen: it fires nothing and ends nothing."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What becomes of mail to one destination on one way: from nodes that are told the same, with one flow policy.

    ``core`` None: still being worked out.  ``entry``: the check behind it, None where there is none.  ``sentence`` says
    what happens, where mail is stopped.
    """

    nodes: tuple[str, ...]
    core: Core | None
    entry: CheckEntry | None
    policy: Policy = Policy.ASYNCOS
    mode: Mode = Mode.OPPORTUNISTIC
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known at ``now``.

    ``mail``: the ways of each destination.  ``findings`` None: nobody has judged yet.
    """

    state: State
    now: datetime
    mail: Mapping[str, Sequence[Mail]]
    findings: Sequence[Finding] | None = None

    @property
    def settings(self) -> AlertSettings:
        """What the profile says about alerts."""
        return self.state.fleet.alerts if self.state.fleet is not None else AlertSettings()


@dataclass(frozen=True, slots=True)
class Reading:
    """One condition of one object.

    ``looks``: how many polls or checks have looked so far; None: nobody needs to look, only time counts.  ``nodes`` and
    ``destination``: whom it concerns, for maintenance windows.  ``severe``: mail is stopped or lost.
    """

    condition: Condition
    object: str
    standing: Standing
    sentence: str = ""
    looks: int | None = None
    nodes: tuple[str, ...] = ()
    destination: str = ""
    severe: bool = False
    about: str = ""
    """A further object whose silencing silences this: what a finding is about."""

    @property
    def key(self) -> tuple[Condition, str]:
        """What it is a reading of."""
        return self.condition, self.object


STOPPED = (Outcome.HELD, Outcome.DISCARDED, Outcome.UNDELIVERABLE)
_WITHOUT_DANE = (Outcome.TLS_VERIFIED, Outcome.TLS, Outcome.CLEAR)
_DELIVERED = (Outcome.DANE, *_WITHOUT_DANE)
_STOPPED_WORDS = {
    Outcome.HELD: "is held in the queue until its bounce timer ends",
    Outcome.DISCARDED: "is discarded",
    Outcome.UNDELIVERABLE: "is returned to its senders",
}
_SEVERITIES = tuple(Severity)


def readings(situation: Situation) -> Iterator[Reading]:
    """Every condition of every object there is."""
    fleet = situation.state.fleet
    for domain, ways in situation.mail.items():
        yield _mail_stopped(situation, domain, ways)
        yield _dane_lost(situation, domain, ways)
        yield _outcome_unknown(situation, domain, ways)
    for name in fleet.nodes if fleet is not None else ():
        yield _node_silent(situation, situation.state.nodes.get(name) or NodeEntry(name))
        if name in situation.state.queues:
            yield from _queue_rising(situation, situation.state.queues[name])
    yield from _findings(situation)
    yield _not_written(situation)


def _mail_stopped(situation: Situation, domain: str, ways: Sequence[Mail]) -> Reading:
    bad = [way for way in ways if way.core is not None and (way.core.stopped or way.core.outcome in STOPPED)]
    worst = max(bad, key=lambda way: BADNESS.index(way.core.outcome) if way.core else 0, default=None)
    if worst is None or worst.core is None:
        known = bool(ways) and all(_known(situation, way) for way in ways)
        return _of(Condition.MAIL_STOPPED, domain, ways, Standing.GOOD if known else Standing.UNKNOWN)
    nodes = tuple(dict.fromkeys(node for way in bad for node in way.nodes))
    what = _STOPPED_WORDS.get(worst.core.outcome, "is returned to its senders for want of DANE")
    sentence = f"mail to {domain} {what}"
    if worst.sentence:
        sentence = f"{sentence}: {worst.sentence}"
    return _of(Condition.MAIL_STOPPED, domain, bad, Standing.BAD, sentence, nodes, severe=True)


def _dane_lost(situation: Situation, domain: str, ways: Sequence[Mail]) -> Reading:
    """A way that attempts DANE, was seen to deliver under it, and does so no more."""
    tried = [way for way in ways if way.core is not None and way.core.dane is DaneUse.ATTEMPTED]
    lost = [way for way in tried if way.core and way.core.outcome in _WITHOUT_DANE and _had_dane(way)]
    if lost:
        nodes = tuple(dict.fromkeys(node for way in lost for node in way.nodes))
        outcome = max((way.core.outcome for way in lost if way.core), key=BADNESS.index)
        how = "in clear text" if outcome is Outcome.CLEAR else "over TLS without DANE"
        sentence = f"mail to {domain} left under DANE, and leaves {how} now: whoever is in between can divert it"
        return _of(Condition.DANE_LOST, domain, lost, Standing.BAD, sentence, nodes)
    good = bool(ways) and all(
        _known(situation, way) and (way not in tried or (way.core and way.core.outcome is Outcome.DANE)) for way in ways
    )
    return _of(Condition.DANE_LOST, domain, ways, Standing.GOOD if good else Standing.UNKNOWN)


def _outcome_unknown(situation: Situation, domain: str, ways: Sequence[Mail]) -> Reading:
    if any(way.core is None for way in ways):
        return _of(Condition.OUTCOME_UNKNOWN, domain, ways, Standing.UNKNOWN)
    unknown = [way for way in ways if not _known(situation, way) and way.core and way.core.outcome not in STOPPED]
    if not unknown:
        return _of(Condition.OUTCOME_UNKNOWN, domain, ways, Standing.GOOD)
    nodes = tuple(dict.fromkeys(node for way in unknown for node in way.nodes))
    entry = unknown[0].entry
    if entry is None or entry.finished_at is None:
        why = "it was never checked"
    elif entry.failure is not None:
        why = f"its checks fail ({entry.failure.sentence})"
    elif freshness_of_check(situation.state, entry.target, situation.now) is Freshness.STALE:
        why = f"the last check is of {minute(entry.finished_at)}"
    else:
        why = "checks do not show it"
    sentence = f"what becomes of mail to {domain} is not known: {why}"
    found = _of(Condition.OUTCOME_UNKNOWN, domain, unknown, Standing.BAD, sentence, nodes)
    return replace(found, looks=None)  # what nobody looks at is unknown all the same


def _known(situation: Situation, way: Mail) -> bool:
    """Whether it is known, and by a check that still speaks for now, that mail of this way is delivered."""
    if way.core is None or way.core.open or way.core.outcome not in _DELIVERED or way.entry is None:
        return False
    return freshness_of_check(situation.state, way.entry.target, situation.now) is Freshness.FRESH


def _had_dane(way: Mail) -> bool:
    marks = way.entry.marks if way.entry is not None else ()
    return any(mark.outcome(way.policy, way.mode) is Outcome.DANE for mark in marks)


def _of(
    condition: Condition,
    domain: str,
    ways: Sequence[Mail],
    standing: Standing,
    sentence: str = "",
    nodes: tuple[str, ...] = (),
    *,
    severe: bool = False,
) -> Reading:
    looks = [way.entry.checks for way in ways if way.entry is not None]
    measured = min(looks) if looks and len(looks) == len(ways) else None
    return Reading(condition, f"destination {domain}", standing, sentence, measured, nodes, domain, severe)


def _node_silent(situation: Situation, entry: NodeEntry) -> Reading:
    fresh = freshness_of_node(situation.state, entry.name, situation.now)
    name, standing, looks = f"node {entry.name}", Standing.GOOD, entry.polls
    sentence = ""
    if entry.failure is not None:
        standing = Standing.BAD
        since = f"since {minute(entry.failing_since)}" if entry.failing_since is not None else "any more"
        sentence = f"node {entry.name} does not answer {since} ({entry.failure.sentence})"
    elif fresh is Freshness.STALE:
        standing = Standing.BAD
        sentence = f"node {entry.name} has not been polled since {minute(entry.seen_at or situation.now)}"
    elif fresh is Freshness.NEVER:
        standing = Standing.UNKNOWN
    measured = looks if entry.failure is not None or standing is not Standing.BAD else None
    sentence = f"{sentence}: what it does with mail now is not known" if sentence else ""
    return Reading(Condition.NODE_SILENT, name, standing, sentence, measured, (entry.name,))


def _queue_rising(situation: Situation, entry: QueueEntry) -> Iterator[Reading]:
    """Every destination followed over time; what an appliance does not show is unknown, and no end of a rise."""
    speaks = entry.failure is None and freshness_of_queue(entry, situation.now) is Freshness.FRESH
    looks = int(entry.seen_at.timestamp()) if entry.seen_at is not None else None  # another one at every look
    for series in entry.series:
        standing, sentence = _rise(situation, entry, series) if speaks else (Standing.UNKNOWN, "")
        about = f"destination {series.domain}"
        where = f"{about} in the queue of node {entry.node}"
        yield Reading(
            Condition.QUEUE_RISING, where, standing, sentence, looks, (entry.node,), series.domain, about=about
        )


def _rise(situation: Situation, entry: QueueEntry, series: Series) -> tuple[Standing, str]:
    waiting = entry.queue.of(series.domain) if entry.queue is not None else None
    if waiting is None or waiting.recipients is None:
        return Standing.UNKNOWN, ""
    went = trend(series)
    if is_news(waiting, series, None, situation.now):
        how = "and none did before" if went is Trend.NEW else "more than before"
        who = "recipient waits" if waiting.recipients == 1 else "recipients wait"
        return Standing.BAD, (
            f"{waiting.recipients:,} {who} for {series.domain} in the queue of {entry.node}, {how}: "
            "their mail is late, and goes back to its senders where the bounce timer ends first"
        )
    good = waiting.recipients == 0 or went in (Trend.STEADY, Trend.FALLING)
    return (Standing.GOOD if good else Standing.UNKNOWN), ""


def _findings(situation: Situation) -> Iterator[Reading]:
    least = _SEVERITIES.index(Severity(situation.settings.findings))
    fleet = situation.state.fleet
    for finding in situation.findings or ():
        if _SEVERITIES.index(finding.severity) <= least:
            yield Reading(
                Condition.FINDING,
                f"{finding.code} {finding.object}",
                Standing.BAD,
                f"{finding.code} {finding.object}: {finding.sentence}",
                nodes=_nodes_of(fleet, finding.object),
                destination=finding.object.removeprefix("destination ") if _is(finding, "destination") else "",
                severe=finding.severity is Severity.LOSES_MAIL,
                about=finding.object,
            )


def _is(finding: Finding, kind: str) -> bool:
    return finding.object.startswith(f"{kind} ")


def _nodes_of(fleet: Fleet | None, about: str) -> tuple[str, ...]:
    """The nodes that a finding's object names, itself or by their tier."""
    kind, _, name = about.partition(" ")
    name = name.partition(" ")[0]
    if fleet is None:
        return ()
    if kind == "tier":
        return tuple(node.name for node in fleet.nodes.values() if node.tier == name)
    return (name,) if kind == "node" and name in fleet.nodes else ()


def _not_written(situation: Situation) -> Reading:
    trouble = situation.state.history_trouble
    sentence = f"what the monitor sees is not written down: {trouble}" if trouble else ""
    return Reading(Condition.HISTORY_NOT_WRITTEN, "the history", Standing.BAD if trouble else Standing.GOOD, sentence)
