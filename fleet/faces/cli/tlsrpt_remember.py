"""What ``fleet tlsrpt`` read, as events of the history: numbers and fixed words, one event for each report.

May import ``fleet.tlsrpt``, ``fleet.views`` and ``fleet.model``.
"""

from collections import Counter
from datetime import datetime

from fleet.model.event import ReportRead
from fleet.model.fleet import Fleet
from fleet.model.testimony import Counted
from fleet.tlsrpt import MEANINGS, PolicyType, Report, Reported, ReportTally
from fleet.tlsrpt.report import DANE_RESULTS
from fleet.views.tls_reports import witness

MOST = 1000
"""Destinations of one report that are remembered, those with most sessions."""


def report_event(report: Report, fleet: Fleet | None, at: datetime) -> ReportRead | None:
    """What the history keeps of ``report``; None where it counts nothing.  Read again it replaces itself."""
    tally = ReportTally()
    tally.add(report)
    found = [_testimony(name, kind, seen, fleet) for (name, kind), seen in tally.domains.items() if name]
    found = sorted(
        (one for one in found if one.successful or one.failed),
        key=lambda one: (-(one.successful + one.failed), one.domain, one.policy),
    )
    if not found:
        return None
    span = f"{report.start:%Y-%m-%d}" if report.start is not None else "no date"
    name = f"{report.organization[:100]} {report.number[:150] or span}".strip()
    odd = report.problems or any(seen.problems for seen in tally.domains.values())
    return ReportRead(at, name, tuple(found[:MOST]), not odd and len(found) <= MOST and not tally.beyond)


def _testimony(name: str, kind: PolicyType, seen: Reported, fleet: Fleet | None) -> Counted:
    sums: Counter[str] = Counter()
    for (result, _mx), number in seen.failures.items():
        sums[result if result in MEANINGS else "other"] += number
    dane = sum(number for result, number in sums.items() if result in DANE_RESULTS)
    return Counted(
        name,
        str(kind),
        seen.successful,
        seen.failed,
        dane,
        tuple(sums.most_common()),
        witness(name, seen, fleet),
        seen.start,
        seen.end,
    )
