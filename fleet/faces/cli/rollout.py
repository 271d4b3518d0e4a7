"""``fleet rollout``: how far each destination may go, and in which order DANE is turned on."""

from datetime import datetime
from typing import Annotated

import typer

from fleet.faces.cli.forecast_options import (
    AsJson,
    Asked,
    Check,
    Destinations,
    Jobs,
    Lab,
    NetworkMap,
    Supposed,
    Timeout,
    TrustAnchor,
    Verdicts,
)


def rollout(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile in TOML (- reads stdin).")],
    supposed: Supposed = None,
    destinations: Destinations = None,
    verdicts: Verdicts = None,
    check: Check = False,
    lab: Lab = False,
    baseline: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When the baseline of the queue was taken.")
    ] = None,
    committed: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP=DATE", help="When entries, mandatory, protect or default was committed; repeat."),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, help="Days of watching before a step counts as done; the vendor says a few.")
    ] = 3,
    limit: Annotated[int, typer.Option(min=0, help="Destinations shown; 0: all.")] = 0,
    network: NetworkMap = None,
    trust_anchor: TrustAnchor = None,
    timeout: Timeout = 60.0,
    jobs: Jobs = 32,
    as_json: AsJson = False,
) -> None:
    """Plan a rollout: prerequisites, mandatory, opportunistic or none per destination, then the steps, Default last.

    A step counts as done only when it is configured, a baseline was taken before it, and days of watching have passed.
    Exit codes: 0 every step is done - 1 something is not done - 2 usage, or a profile that cannot be read as it is
    written - 3 something is unknown - 130 interrupted.  Applies nothing: a person enters and commits it.
    """
    from fleet.faces.cli.rollout_run import Planned, write_rollout

    asked = Asked(
        profile,
        tuple(supposed or ()),
        (),
        tuple(destinations or ()),
        verdicts,
        check,
        lab,
        network,
        tuple(trust_anchor or ()),
        timeout,
        jobs,
    )
    planned = Planned(baseline.date() if baseline else None, tuple(committed or ()), days, limit, as_json)
    raise typer.Exit(write_rollout(asked, planned))
