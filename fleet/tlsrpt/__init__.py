"""SMTP TLS reports (RFC 8460): what senders tell a domain, once a day, about the TLS sessions they tried with it.

A sender counts its sessions with each policy domain and writes an aggregate: under which policy it acted (``tlsa`` is
DANE, ``sts`` MTA-STS, ``no-policy-found`` neither), how many sessions succeeded, how many failed and why, in a fixed
vocabulary (section 4.3).  It sends that to whom the *policy domain* names in its ``_smtp._tls`` record.

So mind whose witness it is.  A report that somebody sends us is about **their mail to our domains**: it shows how
others reach us, and nothing of what our gateways send.  Only a report that our own senders wrote is about **our mail
to others**.  Both are sums of a day, by whoever says so: names, counts and sentences in it are what a stranger wrote.

Reading is tolerant and bounded: what is missing or odd is a problem that is told, what is too much is counted, nothing
is guessed.  May import ``fleet.domains`` and the standard library: no file, no network, no fleet.
"""

from fleet.tlsrpt.reading import read_report
from fleet.tlsrpt.report import MEANINGS, FailureDetail, PolicyReport, PolicyType, Report, ReportError
from fleet.tlsrpt.tally import Reported, ReportTally
from fleet.tlsrpt.unpacking import unpack

__all__ = [
    "MEANINGS",
    "FailureDetail",
    "PolicyReport",
    "PolicyType",
    "Report",
    "ReportError",
    "ReportTally",
    "Reported",
    "read_report",
    "unpack",
]
