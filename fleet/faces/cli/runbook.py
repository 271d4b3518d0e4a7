"""``fleet runbook``: mail to a destination is held now; what to do about it?"""

from typing import Annotated

import typer

from fleet.faces.cli.forecast_options import (
    AsJson,
    Asked,
    Check,
    Down,
    Lab,
    NetworkMap,
    Supposed,
    Timeout,
    TrustAnchor,
    Verdicts,
)


def runbook(
    destination: Annotated[str, typer.Argument(metavar="DESTINATION", help="The destination whose mail is held.")],
    profile: Annotated[
        str, typer.Option("--profile", "-p", envvar="FLEET_PROFILE", help="Profile in TOML; or FLEET_PROFILE.")
    ],
    node: Annotated[str, typer.Option(help="Only this node.")] = "",
    since: Annotated[
        str, typer.Option(metavar="TIME", help="Since when mail is held: 2026-11-23T08:00, UTC unless it says more.")
    ] = "",
    supposed: Supposed = None,
    down: Down = None,
    verdicts: Verdicts = None,
    check: Check = False,
    lab: Lab = False,
    network: NetworkMap = None,
    trust_anchor: TrustAnchor = None,
    timeout: Timeout = 60.0,
    as_json: AsJson = False,
) -> None:
    """Say why mail is held, the smallest safe change, how to see it work, how to take it back, and the time left.

    Every change proposed was tried on paper: the forecast says that mail leaves after it.  Exit codes: 0 no mail is
    held - 1 mail is held, or returned for want of DANE - 2 usage, or a profile that cannot be read as it is written -
    3 something is unknown or was not tested - 130 interrupted.  Changes nothing: a person commits.
    """
    from fleet.faces.cli.runbook_run import write_runbook

    asked = Asked(
        profile,
        tuple(supposed or ()),
        tuple(down or ()),
        (),
        verdicts,
        check,
        lab,
        network,
        tuple(trust_anchor or ()),
        timeout,
    )
    raise typer.Exit(write_runbook(asked, destination, node, since, as_json=as_json))
