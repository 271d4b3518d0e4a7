"""``fleet forecast``: what happens to mail from every external node, and what a change would do to it."""

from typing import Annotated

import typer

from fleet.faces.cli.forecast_options import (
    AsJson,
    Asked,
    Check,
    Destinations,
    Down,
    Jobs,
    Lab,
    NetworkMap,
    Observed,
    Supposed,
    Timeout,
    TrustAnchor,
    Verdicts,
)

LIMIT = 40


def forecast(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile in TOML (- reads stdin).")],
    supposed: Supposed = None,
    down: Down = None,
    destinations: Destinations = None,
    verdicts: Verdicts = None,
    observed: Observed = False,
    check: Check = False,
    lab: Lab = False,
    node: Annotated[str, typer.Option(help="Only this node.")] = "",
    network: NetworkMap = None,
    trust_anchor: TrustAnchor = None,
    timeout: Timeout = 60.0,
    jobs: Jobs = 32,
    limit: Annotated[int, typer.Option(min=0, help="Rows of the table, the worst first; 0: all.")] = LIMIT,
    explain: Annotated[
        bool, typer.Option("--explain", help="Every fact that decided, with its line in the profile or its step.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forecast mail: for every external node, ingress flow and destination what happens, which row decides, and why.

    With --set or --down: what moves from which outcome to which.  Exit codes speak for what is supposed: 0 nothing is
    held - 1 mail is held, or returned for want of DANE - 2 usage, or a profile that cannot be read as it is written -
    3 something is unknown or was not tested - 130 interrupted.  Changes nothing anywhere.
    """
    from fleet.faces.cli.forecast_run import Shown, write_forecast

    asked = Asked(
        profile,
        tuple(supposed or ()),
        tuple(down or ()),
        tuple(destinations or ()),
        verdicts,
        check,
        lab,
        network,
        tuple(trust_anchor or ()),
        timeout,
        jobs,
        observed,
    )
    raise typer.Exit(write_forecast(asked, Shown(node, limit, explain, as_json)))
