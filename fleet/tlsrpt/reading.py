"""The JSON of a report as nouns (RFC 8460 section 4.4).

May import ``fleet.domains``, ``report`` and the standard library.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fleet.domains import DomainError, domain
from fleet.tlsrpt.report import FailureDetail, PolicyReport, PolicyType, Report, ReportError

MOST_POLICIES = 10_000
MOST_FAILURES = 100_000
"""Of one report, over all of its policies."""
LONGEST = 1000
"""Characters of a text that are kept."""
_ADDRESS = re.compile(r"[^\s<>]+(?:@|%40)[^\s<>]+")
"""What a sender adds may name people; whom mail was for is never kept."""
LARGEST = 2**53
"""Sessions; more is no count."""


def read_report(content: bytes) -> Report:
    """The report in ``content``; ReportError where it is none."""
    try:
        document = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ReportError("it is not JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("policies"), list):
        raise ReportError("it is JSON, and no TLS report: it has no list of policies")
    problems: list[str] = []
    span = document.get("date-range")
    begins, ends = (_time(span.get(key) if isinstance(span, dict) else None) for key in _SPAN)
    if begins is None or ends is None or begins > ends:
        problems.append("its date range cannot be read")
    listed = document["policies"]
    if len(listed) > MOST_POLICIES:
        problems.append(f"{len(listed) - MOST_POLICIES:,} policies beyond the first {MOST_POLICIES:,} were left out")
    budget = _Budget()
    policies = tuple(_policy(one, budget) for one in listed[:MOST_POLICIES] if isinstance(one, dict))
    if odd := sum(not isinstance(one, dict) for one in listed[:MOST_POLICIES]):
        problems.append(f"{odd:,} policies are no objects")
    if budget.over:
        problems.append(f"{budget.over:,} failure details beyond the first {MOST_FAILURES:,} were left out")
    name, contact, number = (_text(document.get(key)) for key in ("organization-name", "contact-info", "report-id"))
    return Report(name, contact, number, begins, ends, policies, tuple(problems))


_SPAN = ("start-datetime", "end-datetime")


class _Budget:
    """How many failure details may still be read."""

    def __init__(self) -> None:
        self.left, self.over = MOST_FAILURES, 0

    def take(self, found: list[Any]) -> list[Any]:
        taken = found[: self.left]
        self.left -= len(taken)
        self.over += len(found) - len(taken)
        return taken


def _no_number(_text: str) -> None:
    raise ValueError


def _policy(data: dict[str, Any], budget: _Budget) -> PolicyReport:
    problems: list[str] = []
    policy, summary = (_object(data.get(key)) for key in ("policy", "summary"))
    name = _text(policy.get("policy-domain"))
    try:
        name = domain(name)
    except DomainError:
        problems.append("its policy domain is no domain")
    said = _text(policy.get("policy-type")).lower()
    kind = PolicyType(said) if said in set(PolicyType) else PolicyType.UNKNOWN
    if kind is PolicyType.UNKNOWN:
        problems.append("its policy type is none of RFC 8460")
    successful, failed = (_count(summary.get(f"total-{key}-session-count")) for key in ("successful", "failure"))
    if successful is None or failed is None:
        problems.append("its summary has no counts, so sessions are not known")
    listed = data.get("failure-details")
    entries = [one for one in budget.take(listed if isinstance(listed, list) else []) if isinstance(one, dict)]
    failures = tuple(_failure(one, problems) for one in entries)
    total = sum(one.count for one in failures)
    if failed is not None and failures and total != failed:
        problems.append(f"its failures come to {total:,} sessions, its summary says {failed:,}")
    if failed and not failures:
        problems.append("it says that sessions failed, and not why")
    return PolicyReport(
        name,
        kind,
        tuple(_texts(policy.get("mx-host"))),
        successful or 0,
        total if failed is None else failed,
        failures,
        tuple(dict.fromkeys(problems)),
    )


def _failure(data: dict[str, Any], problems: list[str]) -> FailureDetail:
    count = _count(data.get("failed-session-count"))
    if count is None:
        problems.append("a failure has no count, so its sessions are not known")
    keys = (
        "receiving-mx-hostname",
        "receiving-ip",
        "sending-mta-ip",
        "additional-information",
        "failure-reason-code",
    )
    result, *texts = (_ADDRESS.sub("<address>", _text(data.get(key))) for key in ("result-type", *keys))
    return FailureDetail(result.lower(), count or 0, *texts)


def _object(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _text(data: Any) -> str:
    return data[:LONGEST] if isinstance(data, str) else ""


def _texts(data: Any) -> Iterator[str]:
    """A text, or a list of them: senders write either."""
    for one in (data if isinstance(data, list) else [data])[:100]:
        if text := _text(one):
            yield text


def _count(data: Any) -> int | None:
    return data if type(data) is int and 0 <= data < LARGEST else None


def _time(data: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(data))
    except ValueError:
        return None
    try:
        return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except OverflowError:
        return None
