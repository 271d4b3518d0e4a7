"""TLS reports ready to show: sessions by policy domain, what failed and what that is to mail, and whose witness it is.

May import ``fleet.tlsrpt``, ``fleet.decision``, ``fleet.rules``, ``fleet.layout``, ``fleet.model``, ``fleet.text``
and its own package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from fleet.decision import judge
from fleet.layout import canonical
from fleet.model import Mode, Policy, Verdict
from fleet.model.fleet import Fleet
from fleet.model.testimony import Witness
from fleet.rules.reports import parted
from fleet.text import show
from fleet.tlsrpt import MEANINGS, PolicyType, Reported, ReportTally
from fleet.tlsrpt.report import DANE_RESULTS
from fleet.views.forecast import counted
from fleet.views.marks import OUTCOME_WORDS, Mark
from fleet.views.names import age, both_names, moment

_LONG = 300
_NAMES = 4
_RESULTS = 20


WITNESS_WORDS = {
    Witness.INBOUND: "how they reach a domain of ours; it says nothing of the mail our gateways send",
    Witness.OUTBOUND: "our own senders' count of how they reached it",
    Witness.OTHERS: "how they reach a destination of ours: another sender's view, with other resolvers and policies",
    Witness.UNKNOWN: "whose mail this is about is not known: name a --profile that has the domain",
}


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """One policy domain under one policy type; every text is safe."""

    mark: Mark
    name: str
    sessions: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TlsReportsView:
    """All of it; ``incomplete``: why it may not be all."""

    heading: str
    rows: tuple[ReportedRow, ...]
    more: int
    incomplete: tuple[str, ...]


def witness(domain: str, seen: Reported, fleet: Fleet | None) -> Witness:
    """Whose mail ``seen`` is about.  Who wrote a report is known by the domain of its contact, if that is ours."""
    if fleet is None:
        return Witness.UNKNOWN
    ours = {canonical(name) for name in fleet.own_domains}
    if domain in ours:
        return Witness.INBOUND
    contacts = {canonical(contact.rpartition("@")[2]) for contact in seen.contacts}
    if contacts and contacts <= ours:
        return Witness.OUTBOUND
    return Witness.OTHERS if domain in map(canonical, fleet.destinations) else Witness.UNKNOWN


def disagreement(kind: PolicyType, seen: Reported, verdict: Verdict) -> str:
    """Where the reports and the last verdict part; empty where they do not, or where they are about other things."""
    of_dane = sum(number for (result, _mx), number in seen.failures.items() if result in DANE_RESULTS)
    return parted(kind, seen.successful, seen.failed, of_dane, verdict)


def incomplete(tally: ReportTally, unread: Mapping[str, str]) -> tuple[str, ...]:
    """Why this may not be all of it, or not be right.  ``unread``: files that could not be read, and why."""
    reasons = [f"{show(name, 200)}: {show(why, _LONG)}" for name, why in unread.items()]
    reasons += [f"{counted(number, 'report')}: {problem}" for problem, number in tally.problems.items()]
    for (domain, _), seen in tally.domains.items():
        reasons += [f"{both_names(domain)}, {number:,} x: {problem}" for problem, number in seen.problems.items()]
    if tally.beyond:
        reasons.append(f"{tally.beyond:,} policies are about more domains than are told apart")
    if not any(seen.successful or seen.failed for seen in tally.domains.values()):
        reasons.append("no report counts any session")
    return tuple(reasons)


def tls_reports_view(
    tally: ReportTally,
    unread: Mapping[str, str],
    fleet: Fleet | None,
    verdicts: Mapping[str, Verdict],
    now: datetime,
    limit: int,
) -> TlsReportsView:
    """``tally`` with at most ``limit`` rows (0: all), what failed most first."""
    ordered = sorted(tally.domains.items(), key=lambda item: (-item[1].failed, -item[1].successful, item[0]))
    shown = ordered[:limit] if limit else ordered
    sessions = sum(seen.successful + seen.failed for seen in tally.domains.values())
    failed = sum(seen.failed for seen in tally.domains.values())
    twice = f", {counted(tally.twice, 'report')} given twice and counted once" if tally.twice else ""
    return TlsReportsView(
        f"{counted(tally.reports, 'report')}, {counted(sessions, 'session')}, {failed:,} failed{twice}",
        tuple(_row(domain, kind, seen, fleet, verdicts, now) for (domain, kind), seen in shown),
        len(ordered) - len(shown),
        incomplete(tally, unread),
    )


def _row(
    domain: str,
    kind: PolicyType,
    seen: Reported,
    fleet: Fleet | None,
    verdicts: Mapping[str, Verdict],
    now: datetime,
) -> ReportedRow:
    known = seen.successful or seen.failed
    mark = Mark.FAIL if seen.failed else Mark.UNKNOWN if not known or kind is PolicyType.UNKNOWN else Mark.OK
    if mark is Mark.OK and kind is PolicyType.NONE:
        mark = Mark.WARN
    return ReportedRow(
        mark,
        f"{both_names(domain) if domain else '(no domain)'}, policy {kind}",
        f"{seen.successful:,} good, {seen.failed:,} failed",
        tuple(_notes(domain, kind, seen, witness(domain, seen, fleet), verdicts.get(domain), now)),
    )


def _notes(
    domain: str, kind: PolicyType, seen: Reported, whose: Witness, verdict: Verdict | None, now: datetime
) -> Iterator[str]:
    if seen.start is not None and seen.end is not None:
        yield f"from {moment(seen.start)} to {moment(seen.end)}"
    names = [show(name, 100) or "(nameless)" for name in list(seen.organizations)[:_NAMES]]
    more = len(seen.organizations) - len(names)
    yield f"by {', '.join(names)}{f' and {more:,} more' if more else ''}: {WITNESS_WORDS[whose]}"
    if kind is PolicyType.NONE:
        yield "no policy was found: nobody was authenticated, and mail may have gone in clear text"
    if seen.mx:
        yield f"MX hosts of the policy: {', '.join(show(name, 255) for name in list(seen.mx)[:_NAMES])}"
    ordered = seen.failures.most_common()
    for (result, mx), number in ordered[:_RESULTS]:
        yield f"{counted(number, 'session')}, {_result(result)}{f' at {show(mx, 255)}' if mx else ''}"
        example = seen.examples[result, mx]
        told = [example.address and f"address {show(example.address, 64)}", example.code and show(example.code, _LONG)]
        if said := "; ".join(filter(None, (*told, show(example.information, _LONG)))):
            yield f"said with it: {said}"
    if len(ordered) > _RESULTS:
        yield f"and {len(ordered) - _RESULTS:,} more results"
    if verdict is not None:
        outcome = judge(verdict, Policy.RFC7672, Mode.OPPORTUNISTIC).outcome
        yield f"our last check, {age(verdict.at, now)}: {OUTCOME_WORDS[outcome]} for a client after RFC 7672"
        if parted := disagreement(kind, seen, verdict):
            yield f"disagreement: {parted}"


def _result(result: str) -> str:
    if result in MEANINGS:
        return f"{result}: {MEANINGS[result]}{' (DANE)' if result in DANE_RESULTS else ''}"
    return f"{show(result, 80) or 'no result type'}: not a word of RFC 8460, so what became of mail is not known"
