"""Many reports added up: sessions by policy domain and policy type.

May import ``report`` and the standard library.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from fleet.tlsrpt.report import FailureDetail, PolicyType, Report

MOST_NAMES = 10_000
"""Pairs of policy domain and type that are told apart."""
MOST_PLACES = 1000
"""Result types and MX hosts that are told apart for each of them."""


@dataclass(slots=True)
class Reported:
    """All sessions of one policy domain under one type.

    ``failures``: by result type and receiving MX host; ``examples`` the last detail of each.
    """

    successful: int = 0
    failed: int = 0
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], FailureDetail] = field(default_factory=dict)
    mx: dict[str, None] = field(default_factory=dict)
    organizations: Counter[str] = field(default_factory=Counter)
    contacts: dict[str, None] = field(default_factory=dict)
    start: datetime | None = None
    end: datetime | None = None
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class ReportTally:
    """What reports come to.  A report that is given twice (same organization and number) counts once."""

    reports: int = 0
    twice: int = 0
    beyond: int = 0
    """Policies about more names than are told apart."""
    domains: dict[tuple[str, PolicyType], Reported] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, report: Report) -> None:
        """Add ``report``."""
        key = (report.organization, report.number)
        if report.number and key in self._seen:
            self.twice += 1
            return
        self._seen.add(key)
        self.reports += 1
        self.problems.update(report.problems)
        for policy in report.policies:
            place = (policy.domain, policy.type)
            if place not in self.domains and len(self.domains) >= MOST_NAMES:
                self.beyond += 1
                continue
            found = self.domains.setdefault(place, Reported())
            found.successful += policy.successful
            found.failed += policy.failed
            found.mx.update(dict.fromkeys(policy.mx[:MOST_PLACES]))
            found.organizations[report.organization] += 1
            found.contacts[report.contact] = None
            found.problems.update(policy.problems)
            found.start = min(filter(None, (found.start, report.start)), default=None)
            found.end = max(filter(None, (found.end, report.end)), default=None)
            for failure in policy.failures:
                _fail(found, failure)


def _fail(found: Reported, failure: FailureDetail) -> None:
    where = (failure.result, failure.mx)
    if where not in found.failures and len(found.failures) >= MOST_PLACES:
        where = ("", "")
    found.failures[where] += failure.count
    found.examples[where] = failure
