"""``fleet alerts``: what is told to whom, what was told, and whether a message arrives."""

from pathlib import Path
from typing import Annotated

import typer


def alerts(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML.")],
    test: Annotated[bool, typer.Option("--test", help="Send a test message and say what was delivered.")] = False,
    target: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="With --test: only to these targets; repeat.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="The history of the monitor.  Default: a file per profile, beside the settings.")
    ] = None,
) -> None:
    """Show conditions, alerts as the monitor of this profile last knew them, targets and maintenance windows.

    The monitor (fleet serve, fleet watch) tells; this command only looks, unless --test is given.

    Exit codes: 0 nothing is wrong, or every test message was delivered - 1 an alert stands, or one was not delivered -
    2 usage - 3 no monitor has run, so nothing is known.
    """
    from fleet.faces.cli.alerts_run import send_test, show_alerts

    raise typer.Exit(send_test(profile, tuple(target or ())) if test else show_alerts(profile, history))
