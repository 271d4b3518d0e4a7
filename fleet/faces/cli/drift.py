"""``fleet drift``: where do nodes not do what the profile says, and which stand apart from their own tier?"""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.poll import LIMIT, NODES, PROFILE


def drift(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    observations: Annotated[
        Path | None, typer.Option(help="What `fleet poll --jsonl` saw, in place of the history.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Compare what was seen last with the profile, and the nodes of each tier with one another; asks nobody.

    In each tier nodes are grouped by identical facts; the largest group is the reference.

    Exit codes: 0 all as declared and alike - 1 something differs - 2 usage - 3 a node was never seen - 130 interrupted.
    """
    from fleet.faces.cli.drift_run import DriftAsked, write_drift

    asked = DriftAsked(profile, tuple(nodes or ()), tuple(limit or ()), observations, as_json)
    raise typer.Exit(write_drift(asked))
