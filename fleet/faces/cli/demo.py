"""``fleet demo``: the lab's fleet in the dashboard, or, without a terminal, one round of the same as text."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Print and end (what it does without a terminal anyway).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    tour: Annotated[bool, typer.Option("--tour", help="Show the short tour again.")] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII only.")] = False,
    profile_to: Annotated[
        Path | None, typer.Option("--write-profile", metavar="FILE", help="Write the demo's profile and end.")
    ] = None,
) -> None:
    """See the dashboard on a fleet of the lab: simulated gateways, a small Internet, all on this machine.

    Nodes fail and recover, destinations go wrong in known ways.  Nothing of it stays.  Without a terminal, or with
    --once or --json, it prints the fleet once, and every destination of the lab with its story.

    Exit codes: 0 every outcome is what the lab was built to give - 1 one is not - 130 interrupted.
    """
    if profile_to is not None:
        from fleet.faces.cli.demo_run import write_profile

        raise typer.Exit(write_profile(profile_to))
    if once or as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from fleet.faces.cli.demo_output import write_demo

        raise typer.Exit(write_demo(as_json=as_json))
    from fleet.faces.cli.demo_run import show_demo

    raise typer.Exit(show_demo(tour=tour, ascii_only=ascii_only))
