"""``fleet adopt``: what nodes really do, written into the profile."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.poll import LIMIT, NODES


def adopt(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML.")],
    nodes: NODES = None,
    limit: LIMIT = None,
    write: Annotated[bool, typer.Option("--write", help="Change the profile; without it the change is shown.")] = False,
    observations: Annotated[
        Path | None, typer.Option(help="Take what `fleet poll --jsonl` saw, and poll nothing.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show, as a diff, the change of the profile after which it says what nodes were seen to do; --write makes it.

    Comments stay.  What all nodes of a tier have alike is written at the tier.  Nodes are polled first, read-only.

    Exit codes: 0 nothing to change, or changed with --write - 1 there is a change, shown - 2 usage, or a profile that
    cannot be read or edited - 3 a node was not seen - 130 interrupted.
    """
    from fleet.faces.cli.adopt_run import AdoptAsked, write_adoption

    asked = AdoptAsked(profile, tuple(nodes or ()), tuple(limit or ()), write, observations, as_json)
    raise typer.Exit(write_adoption(asked))
