"""TLS reports as JSON: one document, named ``fleet-tlsrpt/1``, for programs to act on.

Within one version keys are added but never renamed or removed.  May import ``fleet.tlsrpt`` and ``fleet.views``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.model import Verdict
from fleet.model.fleet import Fleet
from fleet.model.testimony import Witness
from fleet.tlsrpt import MEANINGS, PolicyType, Reported, ReportTally
from fleet.views.tls_reports import disagreement, witness

FORMAT = "fleet-tlsrpt/1"


@dataclass(frozen=True, slots=True)
class ResultCount:
    """Sessions that failed for one reason at one MX host; ``meaning`` is empty for a word RFC 8460 does not have."""

    result: str
    mx: str
    sessions: int
    meaning: str


@dataclass(frozen=True, slots=True)
class ReportedDocument:
    """One policy domain under one policy type.  ``disagreement`` with our last check, in words."""

    domain: str
    policy: PolicyType
    successful: int
    failed: int
    results: tuple[ResultCount, ...]
    mx: tuple[str, ...]
    organizations: tuple[str, ...]
    start: datetime | None
    end: datetime | None
    witness: Witness
    problems: tuple[str, ...]
    checked_at: datetime | None
    disagreement: str


@dataclass(frozen=True, slots=True)
class TlsReportsDocument:
    """All of it; ``incomplete``: why it may not be all; ``exit_code`` is the command's."""

    reports: int
    twice: int
    exit_code: int
    incomplete: tuple[str, ...]
    domains: tuple[ReportedDocument, ...]
    format: str = FORMAT


def tls_reports_document(
    tally: ReportTally,
    incomplete: Sequence[str],
    fleet: Fleet | None,
    verdicts: Mapping[str, Verdict],
    exit_code: int,
) -> TlsReportsDocument:
    """The document of ``tally``."""
    domains = tuple(
        _reported(name, kind, seen, fleet, verdicts.get(name)) for (name, kind), seen in sorted(tally.domains.items())
    )
    return TlsReportsDocument(tally.reports, tally.twice, exit_code, tuple(incomplete), domains)


def _reported(
    domain: str, kind: PolicyType, seen: Reported, fleet: Fleet | None, verdict: Verdict | None
) -> ReportedDocument:
    results = [
        ResultCount(result, mx, number, MEANINGS.get(result, ""))
        for (result, mx), number in seen.failures.most_common()
    ]
    return ReportedDocument(
        domain,
        kind,
        seen.successful,
        seen.failed,
        tuple(results),
        tuple(seen.mx),
        tuple(seen.organizations),
        seen.start,
        seen.end,
        witness(domain, seen, fleet),
        tuple(seen.problems),
        verdict.at if verdict is not None else None,
        disagreement(kind, seen, verdict) if verdict is not None else "",
    )
