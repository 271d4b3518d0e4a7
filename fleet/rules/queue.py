"""QUEUE101 to QUEUE104: mail that waits, and mail logs and TLS reports that contradict the last check.

These judge what was seen of nodes at work.  A profile by itself says nothing about them, so they are no rules of
``catalogue``, whose silence would be called clean: where no queue was looked at, nothing is said at all.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model`` and modules of this room.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fleet.forecast.classed import ingresses
from fleet.forecast.foretell import POLICIES
from fleet.forecast.waiting import Blame, Cause, Trend, blame, first_bounce, is_news, trend
from fleet.layout import canonical, effective
from fleet.layout.dane import mode_of
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model.finding import Finding, Severity, Source
from fleet.model.fleet import Fleet, Node, ObjectPath, Platform
from fleet.model.proof import Proof
from fleet.model.queue import Delivery, Waiting
from fleet.model.testimony import Counted
from fleet.rules.reports import report_findings
from fleet.rules.words import count

RELEVANT = timedelta(days=1)
"""How much older than the last check a log's proof may be and still contradict it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What nodes and logs showed.

    ``intervals``: seconds between checks by domain, else ``usual``.  ``changes``: when something last became another
    ("node dlv1", "tier edge", "destination ietf.org").  ``proofs``: by domain, of all logs;
    ``testimonies``: of all TLS reports.
    """

    deliveries: Sequence[Delivery] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    intervals: Mapping[str, float] = field(default_factory=dict)
    usual: float = 1800.0
    changes: Mapping[str, datetime] = field(default_factory=dict)
    proofs: Mapping[str, Sequence[Proof]] = field(default_factory=dict)
    testimonies: Mapping[str, Sequence[Counted]] = field(default_factory=dict)

    def changed_at(self, node: Node, domain: str) -> datetime | None:
        """When something last changed that may bear on this mail; None: no change is known."""
        about = (f"node {node.name}", f"tier {node.tier}", f"destination {domain}")
        return max((self.changes[one] for one in about if one in self.changes), default=None)

    def blame(self, fleet: Fleet, node: Node, domain: str, now: datetime) -> Blame:
        """Why mail of ``domain`` waits on ``node``."""
        interval = self.intervals.get(domain, self.usual)
        return blame(fleet, node, domain, self.verdicts, now, interval=interval)


def queue_findings(fleet: Fleet, seen: Seen, now: datetime) -> tuple[Finding, ...]:
    """What is to be said of queues, logs and reports."""
    reported = report_findings(fleet, seen.testimonies, seen.verdicts)
    return (*_waiting(fleet, seen, now), *_contradictions(fleet, seen), *reported)


def _waiting(fleet: Fleet, seen: Seen, now: datetime) -> Iterator[Finding]:
    for delivery in seen.deliveries:
        node = fleet.nodes.get(delivery.queue.node)
        if node is None:
            continue
        followed = {one.domain: one for one in delivery.series}
        for one in (one for one in delivery.queue.waiting if one.recipients):
            changed = seen.changed_at(node, one.domain)
            series = followed.get(one.domain)
            news = is_news(one, series, changed, now)
            if not news and one.domain not in seen.verdicts:
                continue  # nothing can be proven of it, and a queue may hold thousands of these
            why = seen.blame(fleet, node, one.domain, now)
            told = (
                f"{count(one.recipients or 0, 'recipient')} for {one.domain} {_wait(one)} in the queue of {node.name}"
            )
            left = _left(fleet, node, one, now)
            about, path = f"node {node.name} queue {one.domain}", _path(fleet, node)
            if why.cause is Cause.DANE:
                flow = f" ({why.flow} flow)" if why.flow else ""
                yield _finding(
                    "QUEUE101",
                    Severity.LOSES_MAIL,
                    about,
                    path,
                    f"{told}, held by DANE{flow}: {why.sentence.rstrip('.')}; {left}.",
                    f"fleet runbook PROFILE {one.domain} gives the smallest safe change.",
                )
            elif news:
                how = "are new there" if trend(series, changed) is Trend.NEW else "have risen"
                since = " since the last change" if changed is not None else ""
                yield _finding(
                    "QUEUE102",
                    Severity.WARNING,
                    about,
                    path,
                    f"{told} and {how}{since}; queued, cause unknown ({why.sentence.rstrip('.')}); {left}.",
                    f"Check it now: fleet check {one.domain}",
                )


def _wait(one: Waiting) -> str:
    return "waits" if one.recipients == 1 else "wait"


def _left(fleet: Fleet, node: Node, one: Waiting, now: datetime) -> str:
    left = first_bounce(fleet, node, one, now)
    if left is None:
        return "when the first message goes back to its sender is not known"
    seconds = int(left.total_seconds())
    hours = f"{seconds // 3600} h" if seconds >= 3600 else f"{max(seconds // 60, 1)} min"
    return f"first bounce in {hours}" if seconds > 0 else "the first message is due to bounce"


def _path(fleet: Fleet, node: Node) -> ObjectPath:
    return ("nodes", node.name) if node.name in fleet.nodes else ()


def _contradictions(fleet: Fleet, seen: Seen) -> Iterator[Finding]:
    """A log that shows the opposite of what the last check found, at about the same time or later.

    A log does not say whose it is.  So it contradicts the check only where the check ends alike for every node that may
    have written it: what fails on Postfix, whose resolver validates nothing, may well succeed on an appliance.
    """
    for domain, proofs in seen.proofs.items():
        verdict = seen.verdicts.get(canonical(domain))
        if verdict is None:
            continue
        outcome = _outcome(fleet, domain, verdict)
        failed, worked = _newest(one.last_failure for one in proofs), _newest(one.last_success for one in proofs)
        about = f"destination {domain} logs"
        path = ("destinations", domain) if domain in fleet.destinations else ()
        if outcome is Outcome.DANE and failed is not None and failed >= verdict.at - RELEVANT:
            if worked is None or failed > worked:
                number = sum(one.failures for one in proofs)
                yield _finding(
                    "QUEUE103",
                    Severity.WARNING,
                    about,
                    path,
                    f"The last check of {domain} ends with DANE, and mail logs show {count(number, 'DANE failure')}, "
                    "the last one newer than any success: what nodes meet differs from what the check met.",
                    f"Compare vantages: fleet check {domain} --from NODE",
                )
        elif outcome is Outcome.HELD and worked is not None and worked >= verdict.at:
            number = sum(one.successes for one in proofs)
            yield _finding(
                "QUEUE103",
                Severity.WARNING,
                about,
                path,
                f"The last check of {domain} ends with mail held, and mail logs show that DANE succeeded since "
                f"({number} times in all): the check, or the place it was made from, may see something else.",
                f"Compare vantages: fleet check {domain} --from NODE",
            )


def _outcome(fleet: Fleet, domain: str, verdict: Verdict) -> Outcome | None:
    """What becomes of mail wherever it leaves the fleet, each node judged as its platform does; None: that differs."""
    from fleet.decision import judge_all  # noqa: PLC0415  only where there is a log

    settings = {id(node.settings): node.settings for node in fleet.nodes.values() if fleet.tiers[node.tier].external}
    ways: dict[tuple[Policy, Mode], None] = {}
    for one in settings.values():
        for ingress in ingresses(one):
            told = effective(fleet, one, ingress.flow, domain)
            policy = POLICIES[told.platform or Platform.ASYNCOS]
            ways[policy, mode_of(told.dane.value) or Mode.OPPORTUNISTIC] = None
    judged = judge_all(verdict)
    outcomes = {judged[way].outcome for way in ways}
    return outcomes.pop() if len(outcomes) == 1 else None


def _newest(times: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in times if one is not None), default=None)


def _finding(code: str, severity: Severity, about: str, path: ObjectPath, sentence: str, hint: str) -> Finding:
    return Finding(code, severity, about, path, sentence, hint, source=Source.OBSERVED)
