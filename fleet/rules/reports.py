"""QUEUE104: TLS reports (RFC 8460) that contradict the last check.

What others, or our own senders, counted is one more witness beside the check and the mail logs.  A report tells of a
day that is over, and says of whose mail: both stand in the sentence.

May import ``fleet.decision`` (when needed), ``fleet.tlsrpt``, ``fleet.model``, ``fleet.layout`` and this room.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from fleet.layout import canonical
from fleet.model import Mode, Outcome, Policy, Verdict
from fleet.model.finding import Finding, Severity, Source
from fleet.model.fleet import Fleet
from fleet.model.testimony import Counted, Witness
from fleet.rules.words import count
from fleet.tlsrpt import PolicyType

RELEVANT = timedelta(days=2)
"""How much older than the last check the end of a report may be and still contradict it: they come a day late."""

_WHOSE = {
    Witness.INBOUND: "others' mail to this domain of ours",
    Witness.OUTBOUND: "our own senders' mail",
    Witness.OTHERS: "other senders' mail",
    Witness.UNKNOWN: "mail of senders that the profile does not know",
}


def parted(policy: str, successful: int, failed: int, dane_failed: int, verdict: Verdict) -> str:
    """Where reports and the last verdict part; empty where they do not, or where they are about other things."""
    from fleet.decision import judge  # noqa: PLC0415  only where there is a report

    outcome = judge(verdict, Policy.RFC7672, Mode.OPPORTUNISTIC).outcome
    if outcome is Outcome.DANE and (dane_failed or (policy == PolicyType.TLSA and failed)):
        return "the reports have sessions that failed under DANE, our check finds DANE: it is not the same for all"
    if outcome is Outcome.HELD and policy == PolicyType.TLSA and successful and not failed:
        return "the reports have only good sessions under DANE, our check finds that mail is held"
    if outcome is Outcome.DANE and policy == PolicyType.NONE:
        return "these senders found no policy where our check finds DANE: they do not look for it, or cannot"
    return ""


def report_findings(
    fleet: Fleet, testimonies: Mapping[str, Sequence[Counted]], verdicts: Mapping[str, Verdict]
) -> Iterator[Finding]:
    """One for each destination and each side whose mail is counted, where what was counted and the check part.

    That somebody's sender does not look for DANE contradicts nothing, so it is told and is no finding.
    """
    for domain, found in testimonies.items():
        verdict = verdicts.get(canonical(domain))
        if verdict is None:
            continue
        for whose in Witness:
            mine = [one for one in found if one.witness is whose and _speaks(one, verdict)]
            good, bad = sum(one.successful for one in mine), sum(_failed(one) for one in mine)
            if text := parted(PolicyType.TLSA, good, bad, bad, verdict):
                yield Finding(
                    "QUEUE104",
                    Severity.WARNING,
                    f"destination {domain} reports {whose}",
                    ("destinations", domain) if domain in fleet.destinations else (),
                    f"TLS reports about {_WHOSE[whose]} to {domain} count {count(good, 'good session')} and "
                    f"{count(bad, 'failed session')} under DANE{_why(mine)}{_days(mine)}: {text}.",
                    f"fleet tlsrpt shows them by host; compare vantages: fleet check {domain} --from NODE",
                    source=Source.OBSERVED,
                )


def _speaks(one: Counted, verdict: Verdict) -> bool:
    """Whether it is about DANE, and about a time that the verdict is about as well.

    Good sessions of yesterday contradict no check of today: what they met may have changed since.
    """
    of_dane = one.policy == PolicyType.TLSA or one.dane_failed > 0
    oldest = verdict.at - RELEVANT if _failed(one) else verdict.at
    return of_dane and one.end is not None and one.end >= oldest


def _failed(one: Counted) -> int:
    return one.failed if one.policy == PolicyType.TLSA else one.dane_failed


def _why(found: Sequence[Counted]) -> str:
    sums: dict[str, int] = {}
    for one in found:
        for result, number in one.results:
            sums[result] = sums.get(result, 0) + number
    said = sorted(sums, key=lambda result: (-sums[result], result))[:3]
    return f" ({', '.join(f'{result} {sums[result]}' for result in said)})" if said else ""


def _days(found: Sequence[Counted]) -> str:
    starts = [one.start for one in found if one.start is not None]
    ends = [one.end for one in found if one.end is not None]
    return f" from {min(starts):%Y-%m-%d} to {max(ends):%Y-%m-%d}" if starts and ends else ""
