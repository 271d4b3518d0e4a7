"""What follows from State, kept up to date: the rules asked again when something changed, off the loop.

Rules over a thousand nodes take a tenth of a second of a core; events come many a second.  So changes are gathered,
nothing is judged that equals what was judged before, and a round is followed by a rest many times as long.

May import ``fleet.views``, ``fleet.rules``, ``fleet.profile``, ``fleet.monitor``, ``fleet.layout`` and ``fleet.model``.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fleet import clock
from fleet.decision.reading import unobserved
from fleet.forecast.audited import kinds_met
from fleet.layout import canonical
from fleet.model import Verdict
from fleet.model.event import HERE, says_itself
from fleet.model.finding import Severity
from fleet.model.observation import Observation
from fleet.model.proof import Proof
from fleet.model.resolver import ResolverKind
from fleet.model.testimony import Counted
from fleet.monitor import Freshness, State, freshness_of_queue
from fleet.monitor.state import CHECK_SECONDS
from fleet.profile import Reading
from fleet.rules import Question, run_observed
from fleet.rules.queue import Seen, queue_findings
from fleet.views.validation import Validation

SEVERITIES = {severity: at for at, severity in enumerate(Severity)}
REST = 0.5
"""Seconds between two rounds at least."""
_REST_TIMES = 10
"""How many times as long as a round took it rests after it: judging never takes more than a tenth of a core."""
_ANYWAY = timedelta(hours=1)
"""Some rules look at the date."""


@dataclass(frozen=True, slots=True)
class Known:
    """What rules are asked about, besides the time."""

    reading: Reading
    observations: Mapping[str, Observation]
    verdicts: Mapping[str, Verdict]
    kinds: Mapping[str, ResolverKind]
    node_verdicts: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    def same_as(self, other: "Known | None") -> bool:
        """Whether nothing was replaced: entries are frozen, so identity is enough."""
        return (
            other is not None
            and self.reading is other.reading
            and _identical(self.observations, other.observations)
            and _identical(self.verdicts, other.verdicts)
            and self.kinds == other.kinds
            and _identical(self.node_verdicts, other.node_verdicts)
            and self.seen.deliveries == other.seen.deliveries
            and self.seen.proofs == other.seen.proofs
            and self.seen.testimonies == other.seen.testimonies
        )


def known(state: State, reading: Reading, now: datetime) -> Known:
    """What ``state`` knows at ``now`` of the fleet in ``reading``."""
    observations = {name: entry.observation for name, entry in state.nodes.items() if entry.observation is not None}
    judged = tuple(state.resolvers.values())
    kinds = kinds_met(reading.fleet, observations, judged, now) if reading.fleet is not None else {}
    return Known(reading, observations, verdicts_of(state), kinds, node_verdicts_of(state), seen_of(state, now))


def seen_of(state: State, now: datetime) -> Seen:
    """What looks at queues, mail logs and TLS reports showed.

    A look that no longer speaks for ``now`` says that nothing waits as little as that something does.
    """
    proofs: dict[str, list[Proof]] = {}
    for read in state.logs.values():
        for one in read.proofs:
            proofs.setdefault(one.domain, []).append(one)
    testimonies: dict[str, list[Counted]] = {}
    for report in state.reports.values():
        for told in report.testimonies:
            testimonies.setdefault(told.domain, []).append(told)
    changes: dict[str, datetime] = {}
    for change in state.changes:
        changes[change.about] = change.at
    return Seen(
        tuple(
            entry.known
            for entry in state.queues.values()
            if entry.known is not None and freshness_of_queue(entry, now) is Freshness.FRESH
        ),
        {canonical(name): verdict for name, verdict in verdicts_of(state).items()},
        {target.domain: float(state.check_seconds(target)) for target in state.checks},
        float(CHECK_SECONDS),
        changes,
        proofs,
        testimonies,
    )


def verdicts_of(state: State) -> dict[str, Verdict]:
    """One verdict of each destination: of its targets the first that has one, in the order nodes use them.

    What was seen from a node comes last: it is of that node alone.  Of these one that saw something comes before one
    from where nobody could look.
    """
    found: dict[str, Verdict] = {}
    for domain in state.targets:
        seen = (entry for entry in state.checks_of(domain) if says_itself(entry.target.vantage) is None)
        entries = sorted(seen, key=lambda entry: (entry.target.vantage != HERE, not entry.target.resolvers))
        verdicts = [(entry.target.vantage, entry.verdict) for entry in entries if entry.verdict is not None]
        told = (verdict for vantage, verdict in verdicts if vantage == HERE or not _blind(verdict))
        verdict = next(told, verdicts[0][1] if verdicts else None)
        if verdict is not None:
            found[domain] = verdict
    return found


def _blind(verdict: Verdict) -> bool:
    """Whether nothing could be seen from there, or nobody was asked."""
    return verdict.mx is None or unobserved(verdict.mx.lookup) is not None


def node_verdicts_of(state: State) -> dict[tuple[str, str], Verdict]:
    """What appliances said themselves, by node and domain."""
    found: dict[tuple[str, str], Verdict] = {}
    for target, entry in state.checks.items():
        node = says_itself(target.vantage)
        if node is not None and entry.verdict is not None:
            found[node, target.domain] = entry.verdict
    return found


def judge(of: Known, now: datetime) -> Validation:
    """What the rules say of it."""
    fleet = of.reading.fleet
    if fleet is None or not of.reading.readable:
        return Validation(of.reading, None)
    question = Question(
        fleet,
        now=now,
        observations=of.observations,
        verdicts=of.verdicts,
        resolver_kinds=of.kinds,
        node_verdicts=of.node_verdicts,
    )
    unseen = tuple(node for node in fleet.nodes if node not in of.observations)
    report = run_observed(question)
    found = sorted((*report.findings, *queue_findings(fleet, of.seen, now)), key=lambda one: SEVERITIES[one.severity])
    return Validation(of.reading, replace(report, findings=tuple(found)), unseen)


class Judging:
    """Keeps ``validation`` true while things change."""

    def __init__(
        self, now_known: Callable[[], Known], told: Callable[[], None], wall: clock.WallClock = clock.now
    ) -> None:
        self._known = now_known
        self._told = told
        self._wall = wall
        self._wanted = asyncio.Event()
        self._judged: Known | None = None
        self._judged_at: datetime | None = None
        self.validation: Validation | None = None

    def touch(self) -> None:
        """Something may have changed."""
        self._wanted.set()

    async def judge_now(self) -> Validation:
        """Judge what is known at this moment, whether or not anything changed."""
        of = self._known()
        self.validation = await asyncio.to_thread(judge, of, self._wall())
        self._judged, self._judged_at = of, self._wall()
        self._told()
        return self.validation

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            began = clock.monotonic()
            of = self._known()
            old = self._judged_at is None or self._wall() - self._judged_at > _ANYWAY
            if old or not of.same_as(self._judged):
                await self.judge_now()
            await asyncio.sleep(max(REST, _REST_TIMES * (clock.monotonic() - began)))
            try:
                async with asyncio.timeout(_ANYWAY.total_seconds()):
                    await self._wanted.wait()
            except TimeoutError:
                continue
            self._wanted.clear()


def _identical(one: Mapping[Any, object], other: Mapping[Any, object]) -> bool:
    return one.keys() == other.keys() and all(one[key] is other[key] for key in one)
