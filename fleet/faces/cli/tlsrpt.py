"""``fleet tlsrpt``: what do SMTP TLS reports (RFC 8460) witness, domain by domain?"""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.compare import History


def tlsrpt(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Reports: JSON, gzip, or the mail they came in (.eml).")
    ],
    profile: Annotated[
        str | None, typer.Option(help="The fleet: tells our domains from destinations, and what our last checks saw.")
    ] = None,
    history: History = None,
    remember: Annotated[
        bool, typer.Option("--remember", help="Write down what was counted, beside the checks of --profile.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Domains shown; 0: all.  JSON has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-tlsrpt/1).")] = False,
) -> None:
    """Read TLS reports: sessions that succeeded and failed by policy domain, and what each failure is to mail.

    Mind whose witness a report is: one that was sent to us is about other people's mail to our domains; only one that
    our own senders wrote is about the mail we send. With --profile that is said, beside our last check.

    With --remember the numbers stand beside the last check of each destination, and a contradiction is a finding.

    Exit codes: 0 no session failed - 1 some did - 2 usage - 3 a file is no report, sums do not agree, or no session is
    counted.
    """
    from fleet.faces.cli.tlsrpt_run import TlsrptAsked, write_tlsrpt

    raise typer.Exit(write_tlsrpt(TlsrptAsked(tuple(files), profile, history, limit, as_json, remember)))
