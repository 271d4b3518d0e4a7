"""The nouns of a report, and what each result type means for mail (RFC 8460 sections 4.3 and 4.4).

Texts are as they were received: true, and not safe to show.  May import the standard library only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportError(ValueError):
    """This is no report; the message is a sentence that holds nothing of it."""


class PolicyType(StrEnum):
    """Under which policy a sender acted."""

    TLSA = "tlsa"
    STS = "sts"
    NONE = "no-policy-found"
    UNKNOWN = "unknown"
    """A word RFC 8460 does not have, or none."""


MEANINGS: Mapping[str, str] = {
    "starttls-not-supported": "the host offered no STARTTLS: under a policy mail was held or went to another host",
    "certificate-host-mismatch": "the certificate names another host: under a policy mail was not delivered there",
    "certificate-expired": "the certificate had expired: under a policy mail was not delivered there",
    "certificate-not-trusted": "the certificate is named by no TLSA record, or by no authority: mail was held there",
    "validation-failure": "the session failed for another reason: whether mail was held is not said",
    "tlsa-invalid": "no TLSA record of the set is valid: mail was held, or left without authentication",
    "dnssec-invalid": "the resolver gave no valid answer for the TLSA records: mail was held",
    "dane-required": "the sender insists on DANE and found no DNSSEC TLSA records: mail was held",
    "sts-policy-fetch-error": "the MTA-STS policy could not be fetched: mail left under no or an older policy",
    "sts-policy-invalid": "the MTA-STS policy could not be read: mail left under no or an older policy",
    "sts-webpki-invalid": "the MTA-STS host's certificate does not verify: mail left under no or an older policy",
}
"""Result types of RFC 8460 section 4.3, in mail terms."""
DANE_RESULTS = frozenset({"tlsa-invalid", "dnssec-invalid", "dane-required"})
"""Those that only DANE gives."""


@dataclass(frozen=True, slots=True)
class FailureDetail:
    """Sessions that failed for one reason; texts are empty where the report does not say."""

    result: str
    count: int
    mx: str = ""
    address: str = ""
    sender: str = ""
    information: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """What a report says of one policy domain.  ``problems``: what is odd about it, in sentences of ours."""

    domain: str
    type: PolicyType
    mx: tuple[str, ...]
    successful: int
    failed: int
    failures: tuple[FailureDetail, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One aggregate report."""

    organization: str
    contact: str
    number: str
    """The ``report-id``: the sender's name for this report."""
    start: datetime | None
    end: datetime | None
    policies: tuple[PolicyReport, ...]
    problems: tuple[str, ...] = ()
