"""``fleet demo``: the lab's Internet, checked as ``fleet check`` would, with the story of each destination."""

import sys
from typing import Annotated

import typer


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Print and end (what it does without a terminal anyway).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Check every destination of the lab (an Internet in a box on this machine) and print one entry for each.

    Exit codes: 0 every outcome is what the lab was built to give - 1 one is not - 130 interrupted.
    """
    from fleet.faces.cli.demo_output import write_demo

    if not once and sys.stdout.isatty():
        print("fleet: the dashboard is not built yet; printing one round of checks instead", file=sys.stderr)
    raise typer.Exit(write_demo(as_json=as_json))
