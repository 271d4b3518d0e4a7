"""``fleet logs``: what do the mail logs prove, destination by destination?"""

from pathlib import Path
from typing import Annotated

import typer


def logs(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE...", help="Mail logs, plain or gzip (- reads stdin).")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="The fleet: tells which node does DANE for which domain.")] = None,
    node: Annotated[
        str,
        typer.Option(
            help="Who wrote lines that name no host; all FILEs are then one log.  With --domain: whom to ask."
        ),
    ] = "",
    domain: Annotated[
        str,
        typer.Option(help="Ask the nodes of --node over SSH for lines that name these (A,B) instead of reading FILEs."),
    ] = "",
    log: Annotated[str, typer.Option(help="Which log a node searches: a subscription, or a file below /var/log.")] = "",
    older: Annotated[
        int, typer.Option(min=0, max=30, help="Rotated files a Unix node searches as well (.1, .2.gz, -20261124 ...).")
    ] = 0,
    since: Annotated[str | None, typer.Option(help="The profile holds from this time on (ISO 8601).")] = None,
    zone: Annotated[
        str, typer.Option(help="Time zone of times that name none, as Europe/Zurich; else what a node says, else UTC.")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as the one FILE grows; Ctrl-C ends.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Rows shown; 0 shows all.  JSON has all.")] = 50,
    remember: Annotated[
        bool, typer.Option("--remember", help="Write down what was proved, beside the checks of --profile.")
    ] = False,
    destinations_out: Annotated[
        Path | None,
        typer.Option(help="Write the destinations with their recipients, for check -f, forecast and rollout."),
    ] = None,
    history: Annotated[Path | None, typer.Option(help="Where --remember writes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-logs/1).")] = False,
) -> None:
    """Read mail logs of AsyncOS, CEF, Postfix, Exim: what DANE did, per destination, DNSSEC states, bad resolvers.

    How sure a line makes us is said with it. Recipients' addresses are dropped where they are read. Without a profile,
    forms of lines that also appear without DANE are weak, and are not counted as proof.

    With --domain nodes of --profile are asked to search their own mail logs, read-only, one destination after the
    other. A name finds the lines that hold it: on AsyncOS failures stand on others, so they are unknown, never none.

    With --remember the numbers (never a line) stand beside the last check of each destination, and a contradiction
    between them is a finding.

    Exit codes: 0 nothing failed or is held - 1 DANE failed or mail is held - 2 usage, or a file that cannot be read -
    3 nothing was recognised, or not all of it could be read or asked for - 130 interrupted.
    """
    from fleet.faces.cli.logs_run import LogsAsked, write_logs

    asked = LogsAsked(
        tuple(files or ()), profile, node, since, zone, follow, limit, as_json, remember, destinations_out, history
    )
    if domain or log or older:
        from fleet.faces.cli.logs_search import SearchAsked, write_searched

        raise typer.Exit(write_searched(asked, SearchAsked(domain, log, older)))
    raise typer.Exit(write_logs(asked))
