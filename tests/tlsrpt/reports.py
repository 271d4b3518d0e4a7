"""Reports as senders write them: the example of RFC 8460 appendix B, and small ones made to order."""

import gzip
import json
from email.message import EmailMessage
from typing import Any

RFC_EXAMPLE: dict[str, Any] = {
    "organization-name": "Company-X",
    "date-range": {"start-datetime": "2016-04-01T00:00:00Z", "end-datetime": "2016-04-01T23:59:59Z"},
    "contact-info": "sts-reporting@company-x.example",
    "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
    "policies": [
        {
            "policy": {
                "policy-type": "sts",
                "policy-string": ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"],
                "policy-domain": "company-y.example",
                "mx-host": ["*.mail.company-y.example"],
            },
            "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
            "failure-details": [
                {
                    "result-type": "certificate-expired",
                    "sending-mta-ip": "2001:db8:abcd:0012::1",
                    "receiving-mx-hostname": "mx1.mail.company-y.example",
                    "failed-session-count": 100,
                },
                {
                    "result-type": "starttls-not-supported",
                    "sending-mta-ip": "2001:db8:abcd:0013::1",
                    "receiving-mx-hostname": "mx2.mail.company-y.example",
                    "receiving-ip": "203.0.113.56",
                    "failed-session-count": 200,
                    "additional-information": "https://reports.company-x.example/report_info?id=5065427",
                },
                {
                    "result-type": "validation-failure",
                    "sending-mta-ip": "198.51.100.62",
                    "receiving-ip": "203.0.113.58",
                    "receiving-mx-hostname": "mx-backup.mail.company-y.example",
                    "failed-session-count": 3,
                    "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
                },
            ],
        }
    ],
}


def report(
    domain: str, good: int, bad: int = 0, result: str = "", *, kind: str = "tlsa", **other: Any
) -> dict[str, Any]:
    """A report of one policy domain."""
    failures = [{"result-type": result, "failed-session-count": bad, "receiving-mx-hostname": f"mx1.{domain}"}]
    return {
        "organization-name": "Sender Inc.",
        "date-range": {"start-datetime": "2026-11-23T00:00:00Z", "end-datetime": "2026-11-23T23:59:59Z"},
        "contact-info": "tls@sender.example",
        "report-id": f"{domain} {good} {bad}",
        "policies": [
            {
                "policy": {"policy-type": kind, "policy-domain": domain, "mx-host": f"mx1.{domain}"},
                "summary": {"total-successful-session-count": good, "total-failure-session-count": bad},
                "failure-details": failures if bad else [],
            }
        ],
    } | other


def written(document: object) -> bytes:
    return json.dumps(document).encode()


def mail(*attached: tuple[str, str, bytes]) -> bytes:
    """A mail with these parts: subtype, file name, content."""
    message = EmailMessage()
    message["Subject"] = "Report Domain: company-y.example Submitter: company-x.example"
    message["TLS-Report-Domain"] = "company-y.example"
    message.set_content("This is an aggregate TLS report from company-x.example")
    for subtype, name, content in attached:
        message.add_attachment(content, maintype="application", subtype=subtype, filename=name)
    return message.as_bytes()


def packed(document: object) -> bytes:
    return gzip.compress(written(document))
