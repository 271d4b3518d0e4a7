"""Every family of metrics, in one table: its name, what it says, its labels, and whence the numbers come.

Names follow Prometheus' conventions (a prefix, base units, ``_total``, ``_info``), labels are bounded by the profile
(node, tier, destination, resolver) and by our own enums.  No number here is good news by its absence: what nobody knows
is ``never``, ``stale``, ``pending`` or ``unknown``, a moment that never came is 0, so that ``time() - it`` is very
long, and *up* means that the last try succeeded **and** still speaks for now.  An age is as of this answer; in a
textfile, alert on the moments, which grow old with a program that has died.

May import ``fleet.views``, ``fleet.monitor``, ``fleet.model``, ``fleet.text`` and ``metrics_seen``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet import __version__
from fleet.faces.export.metrics_seen import OUTCOMES, Exported
from fleet.model.finding import Severity
from fleet.monitor import (
    CheckEntry,
    Freshness,
    NodeEntry,
    QueueEntry,
    age,
    freshness_of_node,
    freshness_of_queue,
)
from fleet.text import show
from fleet.views.board.fleet_rows import findings_of
from fleet.views.board.outlook import domains_of

Sample = tuple[tuple[str, ...], float]
"""Values of the labels, and a number."""


class Kind(StrEnum):
    """What a family is to Prometheus."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Family:
    """One family of metrics: its name without the prefix, what it says, its labels, and whence the numbers come."""

    name: str
    help: str
    samples: Callable[[Exported], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.GAUGE


PREFIX = "fleet_"


def _one(value: Callable[[Exported], float]) -> Callable[[Exported], Iterable[Sample]]:
    return lambda seen: [((), float(value(seen)))]


def _of_nodes(value: Callable[[Exported, NodeEntry], float | None]) -> Callable[[Exported], Iterator[Sample]]:
    def samples(seen: Exported) -> Iterator[Sample]:
        for name, tier, entry in seen.nodes:
            number = value(seen, entry)
            if number is not None:
                yield (name, tier), float(number)

    return samples


def _of_checks(value: Callable[[Exported, CheckEntry | None], float | None]) -> Callable[[Exported], Iterator[Sample]]:
    def samples(seen: Exported) -> Iterator[Sample]:
        for domain, _, entry in seen.destinations:
            number = value(seen, entry)
            if number is not None:
                yield (show(domain),), float(number)

    return samples


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _age(at: datetime | None, now: datetime) -> float:
    since = age(at, now)
    return since.total_seconds() if since is not None else float("inf")


def _node_up(seen: Exported, entry: NodeEntry) -> bool:
    return entry.failure is None and freshness_of_node(seen.state, entry.name, seen.now) is Freshness.FRESH


def _node_states(seen: Exported) -> Iterator[Sample]:
    for name, tier, entry in seen.nodes:
        now = freshness_of_node(seen.state, entry.name, seen.now)
        for state in Freshness:
            yield (name, tier, str(state)), float(state is now)


def _node_failures(seen: Exported) -> Iterator[Sample]:
    for name, tier, entry in seen.nodes:
        if entry.failure is not None:
            yield (name, tier, str(entry.failure.kind)), 1.0


def _node_info(seen: Exported) -> Iterator[Sample]:
    declared = seen.fleet.nodes if seen.fleet is not None else {}
    for node in declared.values():
        settings = node.settings
        platform, version = str(settings.platform or "unknown"), show(settings.version or "unknown", 64)
        yield (show(node.name), show(node.tier), platform, version), 1.0


def _check_up(seen: Exported, entry: CheckEntry | None) -> bool:
    return entry is not None and entry.failure is None and seen.fresh(entry) is Freshness.FRESH


def _check_states(seen: Exported) -> Iterator[Sample]:
    for domain, _, entry in seen.destinations:
        now = seen.fresh(entry)
        for state in Freshness:
            yield (show(domain), str(state)), float(state is now)


def _check_failures(seen: Exported) -> Iterator[Sample]:
    for domain, _, entry in seen.destinations:
        if entry is not None and entry.failure is not None:
            yield (show(domain), str(entry.failure.kind)), 1.0


def _outcomes(seen: Exported) -> Iterator[Sample]:
    for one in seen.deliveries:
        worst, dane = (str(one.core.worst), str(one.core.dane)) if one.core is not None else ("unknown", "unknown")
        yield (one.destination, one.tier, one.outcome, worst, dane), 1.0


def _stopped(seen: Exported) -> Iterator[Sample]:
    for one in seen.deliveries:
        if one.core is not None:
            yield (one.destination, one.tier), float(one.core.stopped)


def _counts(seen: Exported) -> Iterator[Sample]:
    tiers = dict.fromkeys(one.tier for one in seen.deliveries)
    counts = Counter((one.tier, one.outcome) for one in seen.deliveries)
    for tier in tiers:
        for outcome in OUTCOMES:
            yield (tier, outcome), float(counts[tier, outcome])


def _recipients(seen: Exported) -> Iterator[Sample]:
    for name, declared in (seen.fleet.destinations if seen.fleet is not None else {}).items():
        if declared.recipients_per_day is not None:
            yield (show(name),), float(declared.recipients_per_day)


def _queue_recipients(seen: Exported) -> Iterator[Sample]:
    """Watched destinations only: a queue holds thousands of others."""
    for name, _, entry in seen.queues:
        if entry.queue is None:
            continue
        waiting = {one.domain: one.recipients for one in entry.queue.waiting}
        for domain in domains_of(seen.state):
            number = waiting.get(domain, 0 if entry.queue.complete else None)
            if number is not None:
                yield (name, show(domain)), float(number)


def _of_queues(value: Callable[[Exported, QueueEntry], float]) -> Callable[[Exported], Iterator[Sample]]:
    def samples(seen: Exported) -> Iterator[Sample]:
        for name, tier, entry in seen.queues:
            yield (name, tier), float(value(seen, entry))

    return samples


def _queue_up(seen: Exported, entry: QueueEntry) -> bool:
    return entry.failure is None and freshness_of_queue(entry, seen.now) is Freshness.FRESH


def _findings(seen: Exported) -> Iterator[Sample]:
    if seen.picture.validation is not None:
        counts = Counter((row.code, str(row.severity)) for row in findings_of(seen.picture))
        yield from (((code, severity), float(count)) for (code, severity), count in sorted(counts.items()))


def _severities(seen: Exported) -> Iterator[Sample]:
    if seen.picture.validation is not None:
        counts = Counter(row.severity for row in findings_of(seen.picture))
        yield from (((str(severity),), float(counts[severity])) for severity in Severity)


def _resolvers(seen: Exported) -> Iterator[Sample]:
    for (resolver, transport, vantage), judged in seen.state.resolvers.items():
        yield (show(resolver), transport, show(vantage), str(judged.kind)), 1.0


def _audits(seen: Exported) -> Iterator[Sample]:
    for (resolver, transport, vantage), judged in seen.state.resolvers.items():
        yield (show(resolver), transport, show(vantage)), judged.at.timestamp()


def _runs(seen: Exported) -> Iterator[Sample]:
    yield ("poll",), float(sum(entry.running_since is not None for entry in seen.state.nodes.values()))
    yield ("check",), float(sum(entry.running_since is not None for entry in seen.state.checks.values()))


def _profile(seen: Exported) -> Iterator[Sample]:
    if seen.fleet is not None:
        yield (show(seen.fleet.name, 64), show(seen.state.profile), seen.state.profile_sha256), 1.0


_NODE, _DESTINATION, _AUDIT = ("node", "tier"), ("destination",), ("resolver", "transport", "vantage")

FAMILIES: tuple[Family, ...] = (
    Family("build_info", "The program, by its version.", lambda _: [((__version__,), 1.0)], ("version",)),
    Family("profile_info", "The profile that is watched.", _profile, ("fleet", "profile", "sha256")),
    Family(
        "exported_timestamp_seconds",
        "When these metrics were made; an old one in a textfile means that nobody watches any more.",
        _one(lambda seen: seen.now.timestamp()),
    ),
    Family(
        "monitor_up",
        "Whether a monitor schedules polls and checks: 0 where none runs or it is paused.",
        _one(lambda seen: bool(seen.state.monitor) and not seen.state.paused),
    ),
    Family("monitor_runs", "Polls and checks that run now.", _runs, ("activity",)),
    Family(
        "monitor_events_total",
        "Events since this monitor knows.",
        _one(lambda seen: seen.state.events),
        kind=Kind.COUNTER,
    ),
    Family(
        "monitor_late_total",
        "Polls and checks that ended more than their interval after they were due.",
        _one(lambda seen: seen.state.late),
        kind=Kind.COUNTER,
    ),
    Family(
        "history_writing",
        "Whether events are written down.",
        _one(lambda seen: not seen.state.history_trouble),
    ),
    Family(
        "history_lost_events_total",
        "Events that could never be written down.",
        _one(lambda seen: seen.state.history_lost),
        kind=Kind.COUNTER,
    ),
    Family("node_info", "What each node is, as seen, else as declared.", _node_info, (*_NODE, "platform", "version")),
    Family(
        "node_up",
        "Whether the last poll of the node succeeded and still speaks for now; a node never seen is not up.",
        _of_nodes(_node_up),
        _NODE,
    ),
    Family(
        "node_state",
        "Whether what is known of the node is fresh, stale or was never seen: 1 for the one that is true.",
        _node_states,
        (*_NODE, "state"),
    ),
    Family(
        "node_seen_timestamp_seconds",
        "When the node was last polled with success; 0: never.",
        _of_nodes(lambda _, entry: _moment(entry.seen_at)),
        _NODE,
    ),
    Family(
        "node_age_seconds",
        "How old what is known of the node is; +Inf: it was never seen.",
        _of_nodes(lambda seen, entry: _age(entry.seen_at, seen.now)),
        _NODE,
    ),
    Family("node_failure", "Why the last poll of the node failed.", _node_failures, (*_NODE, "kind")),
    Family(
        "node_failures_in_a_row",
        "Polls of the node that failed since the last good one.",
        _of_nodes(lambda _, entry: entry.failures),
        _NODE,
    ),
    Family(
        "node_polls_total",
        "Polls of the node that ended, good or bad.",
        _of_nodes(lambda _, entry: entry.polls),
        _NODE,
        Kind.COUNTER,
    ),
    Family(
        "node_poll_duration_seconds",
        "How long the last poll of the node took.",
        _of_nodes(lambda _, entry: entry.marks[-1].milliseconds / 1000 if entry.marks else None),
        _NODE,
    ),
    Family(
        "destination_outcome",
        "What becomes of mail from the tier to the destination: expected, and the worst that may come instead; "
        "'stale' in place of a delivery that no check has confirmed for three intervals.",
        _outcomes,
        ("destination", "tier", "outcome", "worst", "dane"),
    ),
    Family(
        "destination_mail_stopped",
        "Whether mail from the tier to the destination is held, or returned for want of DANE.",
        _stopped,
        ("destination", "tier"),
    ),
    Family(
        "destinations",
        "Destinations by what becomes of mail from the tier to them.",
        _counts,
        ("tier", "outcome"),
    ),
    Family(
        "destination_up",
        "Whether the last check of the destination gave a verdict, good or bad, that still speaks for now.",
        _of_checks(_check_up),
        _DESTINATION,
    ),
    Family(
        "destination_state",
        "Whether the last verdict on the destination is fresh, stale or never was: 1 for the one that is true.",
        _check_states,
        (*_DESTINATION, "state"),
    ),
    Family(
        "destination_checked_timestamp_seconds",
        "When the last verdict on the destination was made; 0: never.",
        _of_checks(lambda _, entry: _moment(entry.finished_at if entry is not None else None)),
        _DESTINATION,
    ),
    Family(
        "destination_age_seconds",
        "How old the last verdict on the destination is; +Inf: there is none.",
        _of_checks(lambda seen, entry: _age(entry.finished_at if entry is not None else None, seen.now)),
        _DESTINATION,
    ),
    Family(
        "destination_failure",
        "Why the last check of the destination ended without a verdict.",
        _check_failures,
        (*_DESTINATION, "kind"),
    ),
    Family(
        "destination_checks_total",
        "Checks of the destination that ended.",
        _of_checks(lambda _, entry: entry.checks if entry is not None else 0),
        _DESTINATION,
        Kind.COUNTER,
    ),
    Family(
        "destination_check_duration_seconds",
        "How long the last check of the destination took.",
        _of_checks(lambda _, entry: entry.last.milliseconds / 1000 if entry is not None and entry.last else None),
        _DESTINATION,
    ),
    Family(
        "destination_recipients_per_day", "Recipients a day, as declared in the profile.", _recipients, _DESTINATION
    ),
    Family(
        "queue_recipients",
        "Recipients of the destination that wait in the queue of the node, at its last look; missing: not observed.",
        _queue_recipients,
        ("node", "destination"),
    ),
    Family(
        "queue_up",
        "Whether the last look at the queue of the node succeeded and still speaks for now.",
        _of_queues(_queue_up),
        _NODE,
    ),
    Family(
        "queue_seen_timestamp_seconds",
        "When the queue of the node was last seen; 0: never.",
        _of_queues(lambda _, entry: _moment(entry.seen_at)),
        _NODE,
    ),
    Family(
        "queue_age_seconds",
        "How old what is known of the queue of the node is; +Inf: it was never seen.",
        _of_queues(lambda seen, entry: _age(entry.seen_at, seen.now)),
        _NODE,
    ),
    Family(
        "findings_judged",
        "Whether the rules have judged the fleet; without that, no finding is no good news.",
        _one(lambda seen: seen.picture.validation is not None),
    ),
    Family("findings", "Findings that stand, by severity.", _severities, ("severity",)),
    Family("findings_by_code", "Findings that stand, by the rule.", _findings, ("code", "severity")),
    Family("resolver_kind", "What an audit saw the resolver do to DNSSEC.", _resolvers, (*_AUDIT, "kind")),
    Family("resolver_audited_timestamp_seconds", "When the resolver was last audited.", _audits, _AUDIT),
    Family(
        "alerts",
        "Alerts by condition and state.",
        lambda seen: [((condition, state), float(count)) for condition, state, count in seen.told.firing],
        ("condition", "state"),
    ),
    Family(
        "alert_messages_total",
        "Messages of alerts by target, delivered and failed, and alerts that were given up (lost).",
        lambda seen: [((target, result), float(count)) for target, result, count in seen.told.sent],
        ("target", "result"),
        Kind.COUNTER,
    ),
)
